"""benchmarks/: the systems do the same work, and the page shows what was stored.

torch.compile, JAX cold and the PyTorch ensemble take long to compile: `make bench` alone holds
them to our curve, and what it stored is held to it here. So it is with "JAX steps" on two rows:
it takes the step of "JAX scan" in another loop, over full batches ("reference") or over parts
("digits").
"""

import json
from dataclasses import replace
from functools import cache
from importlib import import_module
from math import prod
from statistics import median

import numpy as np
import pytest

from benchmarks import limit, tables
from benchmarks.historical import Remembering
from benchmarks.workloads import WORKLOADS, Grid

# {system, named as in the tables: (module, function that makes its run)}
NET_ADAPTERS = {
    "ours": ("ours", "make_run"),
    "ours, float64": ("ours", "make_float64_run"),
    "reference style": ("by_hand", "reference_style"),
    "lean loop": ("by_hand", "lean_loop"),
    "preallocated": ("preallocated", "make_run"),
    "PyTorch": ("pytorch", "eager"),
    "scikit-learn": ("scikit", "make_run"),
    "JAX scan": ("jax_optax", "scan"),
    "JAX steps": ("jax_optax", "steps"),
}
GRID_ADAPTERS = {
    "ours": ("ours", "ensemble"),
    "ours, one by one": ("ours", "loop"),
    "PyTorch": ("pytorch", "loop"),
    "JAX scan": ("jax_optax", "ensemble"),
}
NEEDED = "needs pip install 'aehelpers[bench]'"
PEERS = {"pytorch": "torch", "scikit": "sklearn", "jax_optax": "jax"}
CASES = [
    (name, system)
    for name, row in WORKLOADS.items()
    for system in (GRID_ADAPTERS if isinstance(row, Grid) else NET_ADAPTERS)
    if system in row.systems and system != "ours"
    if (name, system) not in [("slider", "JAX steps"), ("wide", "JAX steps")]
]


def short(row):
    """The same row with 2 epochs, or with 100 where an epoch is a single step.

    The first step of Adam depends on the signs of the gradient alone, so it takes more steps
    to see a gradient that is wrong.
    """
    if isinstance(row, Grid):
        return replace(row, workloads=tuple(map(short, row.workloads)))
    params = row.model.get_params() | {"epochs": 100 if row.model.batch_size is None else 2}
    return replace(row, model=type(row.model)(**params))


@cache
def shortened(name):
    """That row, short, and our curve."""
    row = short(WORKLOADS[name])
    return row, loss_curve(row, "ours")


def loss_curve(row, system):
    """Train the row by the system and return its loss curve."""
    module, make_run = (GRID_ADAPTERS if isinstance(row, Grid) else NET_ADAPTERS)[system]
    if module in PEERS:
        peer = pytest.importorskip(PEERS[module], reason=NEEDED)
        if system == "PyTorch":
            peer.set_num_threads(1)  # on a busy machine two wait for each other, for seconds
    return np.array(getattr(import_module(f"benchmarks.{module}"), make_run)(row)())


@pytest.mark.filterwarnings("default")  # of other projects' code
@pytest.mark.parametrize("name, system", CASES)
def test_every_system_does_the_same_work(name, system):
    row, ours = shortened(name)
    theirs = loss_curve(row, system)
    assert theirs.shape == ours.shape
    np.testing.assert_allclose(theirs, ours, rtol=row.tolerance)


def test_a_system_that_starts_elsewhere_or_shuffles_otherwise_would_be_found():
    row, ours = shortened("digits")
    for seed, order in ((1, None), (0, np.tile(np.arange(1797), (2, 1)))):
        model = type(row.model)(**row.model.get_params() | {"random_state": seed})
        other = replace(row, model=model)
        if order is not None:
            other.__dict__["order"] = order
        deviation = np.abs(loss_curve(other, "scikit-learn") / ours - 1).max()
        assert deviation > 3 * row.tolerance


@pytest.fixture
def stored():
    return json.loads(tables.STORED.read_text("utf-8"))


def test_the_readme_shows_what_is_stored(stored):
    text = tables.README.read_text("utf-8")
    assert tables.with_tables(text, stored) == text
    other = json.loads(json.dumps(stored))
    other["One thread"]["times"]["slider"]["ours"] = [1.0] * 5
    assert tables.with_tables(text, other) != text


def test_what_is_stored_is_complete_and_did_the_same_work(stored):
    assert list(stored) == list(tables.RUNS)
    for run in stored.values():
        assert run["date"] and run["processor"] and set(run["versions"]) >= {"numpy", "torch"}
        for name, row in WORKLOADS.items():
            assert list(run["times"][name]) == list(row.systems)
            assert {len(turns) for turns in run["times"][name].values()} == {5}
            deviations = run["deviations"][name]
            assert set(deviations) == set(row.systems) - {"limit"}
            assert max(deviations.values()) <= row.tolerance
        assert {"import", "first fit", "save and load"} <= set(run["times"])
    assert stored["One thread"]["threads"] == 1 < stored["Default threads"]["threads"]


def test_memory_is_that_of_a_batch_and_of_the_order(stored):
    """Eight bytes a sample for the shuffled order; the rest does not grow."""
    for run in stored.values():
        rest = {int(n): found["peak"] - 8 * int(n) for n, found in run["scaling"].items()}
        assert list(rest) == [10**3, 10**4, 10**5, 10**6]
        assert max(rest.values()) < 1e6
        per_sample = {int(n): median(f["seconds"]) / int(n) for n, f in run["scaling"].items()}
        assert per_sample[10**6] < 1.2 * per_sample[10**4]


@pytest.mark.parametrize(
    "value, text", [(0.4857, "0.486"), (9.98, "9.98"), (17.94, "17.9"), (1100.4, "1100")]
)
def test_three_digits(value, text):
    assert tables.digits(value) == text


def test_the_work_knows_our_batches():
    row = short(WORKLOADS["digits"])
    rng = Remembering(row.model.random_state)
    type(row.model)(**row.model.get_params() | {"random_state": rng}).fit(row.X)
    np.testing.assert_array_equal(row.order, rng.orders)


@pytest.mark.parametrize("name", ["conv8", "conv28", "digits"])
def test_the_limit_knows_how_often_a_kernel_is_applied(name):
    start = WORKLOADS[name].initial_model
    layers = [*start.network_.encoder.layers, *start.network_.decoder.layers]
    places = [
        prod(layer.patches.positions) if hasattr(layer, "patches") else 1
        for layer in layers
        if layer.size
    ]
    assert limit.matrix_rows_per_sample(WORKLOADS[name].model, len(places)) == places
