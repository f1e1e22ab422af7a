"""What README.md and docs/code.md say about the code is counted again."""

import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from aehelpers import data
from aehelpers.course import recipes

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "aehelpers"
NET = (
    "layers images losses optimizers training network autoencoder variants variational sweeps"
).split()
AROUND_IT = "samples estimator saving".split()


def lines(*modules):
    return sum(
        len((PACKAGE / f"{name}.py").read_text("utf-8").splitlines()) for name in modules
    )


def test_the_readme_states_the_size_of_the_net():
    stated = re.search(
        r"the net is (\d+) modules and about ([\d,]+) lines; three more, about (\d+) lines",
        (ROOT / "README.md").read_text("utf-8"),
    )
    modules, net, around_it = (int(number.replace(",", "")) for number in stated.groups())
    assert modules == len(NET)
    assert abs(lines(*NET) - net) <= 25
    assert abs(lines(*AROUND_IT) - around_it) <= 25


def test_every_module_is_on_the_page_with_the_floors():
    page = (ROOT / "docs" / "code.md").read_text("utf-8")
    for path in PACKAGE.glob("*.py"):
        assert path.stem == "__init__" or f"`{path.stem}`" in page


def calls_of_one_epoch():
    """(file, line, name) of each call of a function of the package in one epoch of a fit."""
    X, _ = data.spiral(random_state=0)
    model, found = recipes.spiral_unroller(0).set_params(epochs=1), []

    def note(frame, event, arg):
        code = frame.f_code
        if event == "call" and Path(code.co_filename).is_relative_to(PACKAGE):
            found.append((code.co_filename, code.co_firstlineno, code.co_name))

    model.fit(X)  # once before, because some results are remembered
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        model.fit(X)
    finally:
        sys.setprofile(before)
    return found


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="Pythons count calls differently")
def test_the_way_from_fit_to_the_gradient_is_as_long_as_the_page_says():
    calls = calls_of_one_epoch()
    changes = sum(here[0] != there[0] for here, there in pairwise(calls))
    page = (ROOT / "docs" / "code.md").read_text("utf-8")
    stated = re.search(r"\| now \| (\d+) \| (\d+) \| (\d+) \|", page)
    assert [len(calls), len(set(calls)), changes] == [int(number) for number in stated.groups()]
