"""What every test has: floats that complain, a random generator of its own, no figure left."""

import sys

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def complaining_floats():
    """Division by zero, overflow, underflow and nan raise FloatingPointError."""
    with np.errstate(all="raise"):
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(20240717)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
