"""Every row by every system. The systems take turns, A B C A B C ...

So all of them meet the same state of the machine.
"""

import subprocess
import sys
import tracemalloc
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from aehelpers import Autoencoder
from benchmarks import by_hand, jax_optax, limit, ours, preallocated, pytorch, scikit
from benchmarks.workloads import WORKLOADS, Grid, digits

N_TURNS, RUNS_PER_TURN = 5, 3  # a system is run three times each time that it is its turn
ROOT = Path(__file__).parent.parent

# {system: function of a row that returns a function that does its work}
NET_ADAPTERS = {
    "ours": ours.make_run,
    "ours, float64": ours.make_float64_run,
    "reference style": by_hand.reference_style,
    "lean loop": by_hand.lean_loop,
    "preallocated": preallocated.make_run,
    "PyTorch": pytorch.eager,
    "torch.compile": pytorch.compiled,
    "scikit-learn": scikit.make_run,
    "JAX scan": jax_optax.scan,
    "JAX steps": jax_optax.steps,
    "JAX cold": jax_optax.cold,
    "limit": limit.make_run,
}
GRID_ADAPTERS = {
    "ours": ours.ensemble,
    "ours, one by one": ours.loop,
    "PyTorch": pytorch.loop,
    "torch.compile": pytorch.ensemble,
    "JAX scan": jax_optax.ensemble,
}
# {system: code that is timed in a new process}
IMPORT_CODE = {
    "ours": "import aehelpers",
    "PyTorch": "import torch",
    "scikit-learn": "import sklearn.neural_network",
    "JAX scan": "import jax, optax",
}
FIRST_FIT_TEMPLATE = (
    "from benchmarks import workloads, {0}; {0}.{1}(workloads.WORKLOADS['slider'])()"
)
FIRST_FIT_CODE = {
    "ours": FIRST_FIT_TEMPLATE.format("ours", "make_run"),
    "PyTorch": FIRST_FIT_TEMPLATE.format("pytorch", "eager"),
    "scikit-learn": FIRST_FIT_TEMPLATE.format("scikit", "make_run"),
    "JAX scan": FIRST_FIT_TEMPLATE.format("jax_optax", "scan"),
}
STORE_ADAPTERS = {
    "ours": ours.store,
    "PyTorch": pytorch.store,
    "scikit-learn": scikit.store,
    "JAX scan": jax_optax.store,
}


def python(code):
    """Return a function that runs the code in a new Python."""
    return partial(subprocess.run, [sys.executable, "-c", code], cwd=ROOT, check=True)


# {row: {system: what is timed}}
TRAININGS = {
    name: {
        system: (GRID_ADAPTERS if isinstance(row, Grid) else NET_ADAPTERS)[system]
        for system in row.systems
    }
    for name, row in WORKLOADS.items()
}
STARTUP_CODE = {"import": IMPORT_CODE, "first fit": FIRST_FIT_CODE}
CASES = [
    (name, system, turn)
    for name, tasks in (TRAININGS | STARTUP_CODE | {"save and load": STORE_ADAPTERS}).items()
    for turn in range(N_TURNS)
    for system in tasks
]


@cache
def prepared(name, system):
    """Return the function that a system runs for this row, and what its first run returned."""
    run = TRAININGS[name][system](WORKLOADS[name])
    return run, run()


@pytest.mark.parametrize("name, system, turn", [t for t in CASES if t[0] in TRAININGS])
def test_training(name, system, turn, benchmark):
    (_, our_losses), (run, losses) = prepared(name, "ours"), prepared(name, system)
    benchmark.extra_info |= {"row": name, "system": system, "turn": turn}
    if system != "limit":
        deviation = np.max(np.abs(np.divide(losses, our_losses) - 1))
        assert deviation <= WORKLOADS[name].tolerance
        benchmark.extra_info["deviation"] = float(deviation)
    benchmark.pedantic(run, rounds=RUNS_PER_TURN)


@pytest.mark.parametrize("name, system, turn", [t for t in CASES if t[0] in STARTUP_CODE])
def test_starting(name, system, turn, benchmark):
    benchmark.extra_info |= {"row": name, "system": system, "turn": turn}
    benchmark.pedantic(python(STARTUP_CODE[name][system]), warmup_rounds=int(turn == 0))


@pytest.mark.parametrize("name, system, turn", [t for t in CASES if t[0] == "save and load"])
def test_storing(name, system, turn, benchmark, tmp_path):
    benchmark.extra_info |= {"row": name, "system": system, "turn": turn}
    file = tmp_path / "net.npz"
    run = STORE_ADAPTERS[system](WORKLOADS["slider"], file)
    benchmark.pedantic(run, rounds=20, warmup_rounds=1)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A million samples of 64 features on disk, float32."""
    X = np.memmap(tmp_path_factory.mktemp("data") / "X", "float32", "w+", shape=(1_000_000, 64))
    rng = np.random.default_rng(0)
    for start in range(0, len(X), 1000):
        X[start : start + 1000] = rng.choice(digits(), 1000)
    X.flush()
    return np.memmap(X.filename, "float32", "r", shape=X.shape)


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("n", [1_000, 10_000, 100_000, 1_000_000])
def test_scaling(n, turn, large, benchmark):
    model = Autoencoder(hidden=(32,), batch_size=128, epochs=1, dtype="float32", random_state=0)
    benchmark.extra_info |= {"row": "samples", "n": n, "turn": turn}
    if turn == 0:
        model.fit(large[:128])  # what a process needs once is not counted
        tracemalloc.start()
        model.fit(large[:n])
        benchmark.extra_info["peak"] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    benchmark.pedantic(model.fit, args=(large[:n],), rounds=max(1, 100_000 // n))
