"""The package stays light to import, and its modules know only what is below them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "aehelpers"
PICTURES = {"descriptions", "plots", "stages", "explorers"}
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")

# What each module may import of ours: the floors of the house, from the ground up.
GROUND = {"layers", "losses", "optimizers", "metrics", "data", "checks", "estimators"}
MAY_IMPORT = {
    **dict.fromkeys(GROUND, set()),
    "training": GROUND,
    "autoencoders": GROUND | {"training"},
    "recipes": GROUND | {"training", "autoencoders"},
    "sweeps": GROUND | {"training", "autoencoders"},
    "descriptions": {"checks"},  # its stable rounding
    "plots": {"descriptions"},
    "stages": {"plots"},
    "explorers": {"plots", "stages"},
}


def own_imports(source):
    """Names of the aehelpers modules that a module of aehelpers imports, in functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            base = (node.module or "").split(".")
            if node.level == 1:
                found |= {base[0]} if base[0] else {name.name for name in node.names}
            elif base[0] == "aehelpers":
                found |= {base[1]} if base[1:] else {name.name for name in node.names}
        elif isinstance(node, ast.Import):
            parts = [name.name.split(".") for name in node.names]
            found |= {
                (part + ["the package itself"])[1] for part in parts if part[0] == "aehelpers"
            }
    return found


@pytest.mark.parametrize(
    "source, names",
    [
        ("from .layers import Dense", {"layers"}),
        ("from . import data, losses", {"data", "losses"}),
        ("def f():\n    import aehelpers.plots as p", {"plots"}),
        ("import aehelpers", {"the package itself"}),
        ("from aehelpers import data", {"data"}),
        ("import numpy as np\nfrom numpy.random import default_rng", set()),
    ],
)
def test_own_imports_finds_every_form(source, names):
    assert own_imports(source) == names


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_downwards_only(module):
    assert module in MAY_IMPORT, f"{module}.py has no floor yet: give it one in MAY_IMPORT"
    above = own_imports((PACKAGE / f"{module}.py").read_text("utf-8")) - MAY_IMPORT[module]
    assert not above, f"{module}.py imports {sorted(above)}, which it may not know of"


@pytest.mark.parametrize(
    "modules",
    [["aehelpers"], [f"aehelpers.{m}" for m in MODULES if m not in PICTURES]],
    ids=["package", "numbers"],
)
def test_numbers_load_no_pictures_and_no_heavy_friends(modules):
    heavy = ["matplotlib", "ipywidgets", "IPython", "sklearn", "scipy", "torch", "tqdm"]
    code = f"import sys, {', '.join(modules)}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
