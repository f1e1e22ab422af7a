"""What every test has: floats that complain, a random generator of its own, no figure left."""

import sys

import numpy as np
import pytest
from effort import FACTOR, FUZZ
from hypothesis import settings

settings.register_profile(
    "aehelpers",
    max_examples=20 * FACTOR,
    derandomize=not FUZZ,
    print_blob=True,
    database=None,  # no folder in the tree
    deadline=None,  # a busy machine is no fault
)
settings.load_profile("aehelpers")


@pytest.fixture(autouse=True)
def complaining_floats():
    """Division by zero, overflow, underflow and nan raise FloatingPointError."""
    with np.errstate(all="raise"):
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(20240717)


@pytest.fixture
def X(rng):
    """30 samples with 4 features between 0 and 1, which every member of the family takes."""
    return rng.random((30, 4))


@pytest.fixture
def torch():
    """PyTorch, the second oracle; a test that asks for it says so and is skipped without."""
    torch = pytest.importorskip("torch", reason="needs pip install 'aehelpers[torch]'")
    torch.set_num_threads(1)  # the nets are too small to share out
    return torch


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
