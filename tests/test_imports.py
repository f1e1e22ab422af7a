"""The package stays light to import, and its modules know only what is below them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "aehelpers"

# The floors of the house, from the ground up: a module imports from lower floors only, so there
# can be no circle. `figures` takes arrays and functions, and knows nothing else of ours.
FLOORS = [
    {"layers", "losses", "optimizers", "checks", "samples", "extras"},
    {"images", "training", "estimator", "mnist"},
    {"network", "data", "metrics", "saving"},
    {"autoencoder"},
    {"variants", "variational"},
    {"sweeps"},
    {"course.claims", "course.exercises", "course.statistics", "course.stored_runs"},
    {"course.recipes", "course.side_by_side"},
    {"course"},
]
FIGURES = [
    {"checks", "extras"},  # for the rounding of a number, and for what may be missing
    {"figures.alt_text"},
    {"figures.plots"},
    {"figures.canvas", "figures.settings", "figures.diagrams"},
    {"figures.schedule"},
    {"figures.export"},
    {"figures.explorer"},
    {"figures"},
]


def module_of(path):
    """The name of a module in the package: "layers", "figures.plots", "course"."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
INSIDE = [name for name in MODULES if name]  # all but aehelpers/__init__.py


def own_imports(source, module, is_package=False):
    """Names of the modules of the package that `module` imports, also those in functions."""
    here = module.split(".") if module else []
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {tuple(name[1:]) for name in names if name[0] == "aehelpers"}
        elif isinstance(node, ast.ImportFrom):
            base = node.module.split(".") if node.module else []
            if node.level:
                up = node.level - is_package
                base = ["aehelpers", *here[: len(here) - up], *base]
            if base[:1] == ["aehelpers"]:
                found |= {(*base[1:], alias.name) for alias in node.names}
    # A name is a module, something in one, or, where nothing else is left, the package itself.
    modules = {tuple(name.split(".")) for name in INSIDE}
    return {
        ".".join(name if name in modules else name[:-1]) or "the package itself"
        for name in found
    }


@pytest.mark.parametrize(
    "module, source, names",
    [
        ("losses", "from .layers import Dense", {"layers"}),
        ("losses", "from . import data, losses", {"data", "losses"}),
        ("losses", "from . import __version__", {"the package itself"}),
        ("losses", "def f():\n    import aehelpers.figures.plots as p", {"figures.plots"}),
        ("losses", "import aehelpers", {"the package itself"}),
        ("losses", "from aehelpers import data", {"data"}),
        ("losses", "import numpy as np\nfrom numpy.random import default_rng", set()),
        ("figures.plots", "from .alt_text import describe", {"figures.alt_text"}),
        ("figures.plots", "from ..checks import rounded", {"checks"}),
        ("figures.plots", "from . import canvas", {"figures.canvas"}),
        ("figures.plots", "from aehelpers.course import recipes", {"course.recipes"}),
    ],
)
def test_own_imports_finds_every_form(module, source, names):
    assert own_imports(source, module) == names


def test_own_imports_of_a_subpackage_start_at_the_subpackage():
    assert own_imports("from .claims import Checks", "course", True) == {"course.claims"}


LESSONS = "course.explorers"  # the roof: they may import all else, and nothing imports them


@pytest.mark.parametrize("module", [name for name in INSIDE if not name.startswith(LESSONS)])
def test_imports_run_downwards_only(module):
    floors = FIGURES if module.startswith("figures") else FLOORS
    below, path = set(), MODULES[module]
    for floor in floors:
        if module in floor:
            break
        below |= floor
    else:
        pytest.fail(f"{module} has no floor yet: give it one in FLOORS or FIGURES")
    wrong = own_imports(path.read_text("utf-8"), module, path.stem == "__init__") - below
    assert not wrong, f"{module} imports {sorted(wrong)}, which it may not know of"


@pytest.mark.parametrize("module", [name for name in INSIDE if name.startswith(LESSONS)])
def test_a_lesson_imports_no_other_lesson(module):
    path = MODULES[module]
    found = own_imports(path.read_text("utf-8"), module, path.stem == "__init__")
    assert not any(name.startswith(LESSONS) for name in found)


NUMBERS = [name for name in INSIDE if not name.startswith(("figures.", LESSONS))]


@pytest.mark.parametrize(
    "modules",
    [["aehelpers"], [f"aehelpers.{m}" for m in NUMBERS]],
    ids=["package", "numbers"],
)
def test_numbers_load_no_pictures_and_no_heavy_friends(modules):
    heavy = ["matplotlib", "ipywidgets", "IPython", "sklearn", "scipy", "torch", "tqdm"]
    code = f"import sys, {', '.join(modules)}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_plots_need_no_widgets():
    code = "import sys; from aehelpers.figures import plots; print('ipywidgets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("False", "")


# Calls that need a package which not every installation has, with its name.
NEEDS = {
    "metrics.order_correlation([1, 2, 3], [1, 3, 4])": "scipy",
    "metrics.trustworthiness(np.eye(4), np.eye(4), 1)": "scipy",
    "metrics.procrustes_distance(np.eye(4), np.eye(4))": "scipy",
    "metrics.linear_probe(np.eye(3), [0, 1, 1], np.eye(3), [0, 1, 1])": "sklearn",
    "metrics.PCA(1).set_output(transform='pandas').fit_transform(np.eye(3))": "pandas",
    "data.digits()": "scikit-learn",
    "data.mnist('openml')": "sklearn",
    "figures.Explorer": "ipywidgets",
}
HIDE = """
import importlib.util, sys
import numpy as np

class Hidden:
    def find_spec(name, path, target=None):
        if name.partition(".")[0] in ("scipy", "sklearn", "pandas", "ipywidgets"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden)
importlib.util.find_spec = lambda name: None
from aehelpers import data, figures, metrics
"""


@pytest.mark.parametrize("call", NEEDS)
def test_a_missing_package_is_named_with_the_extra_that_brings_it(call):
    done = subprocess.run([sys.executable, "-c", HIDE + call], capture_output=True, text=True)
    *_, said = done.stderr.strip().splitlines()
    assert said.startswith("ImportError: ")
    assert f"{NEEDS[call]}, which is not installed: pip install" in said
    assert "aehelpers with its extra 'lab'" in said
