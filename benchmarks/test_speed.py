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
from benchmarks.work import ROW, Grid, digits

PASSES, ROUNDS = 5, 3
ROOT = Path(__file__).parent.parent

SINGLE = {
    "ours": ours.single,
    "ours, float64": ours.double,
    "reference style": by_hand.reference_style,
    "lean loop": by_hand.lean_loop,
    "preallocated": preallocated.prepare,
    "PyTorch": pytorch.eager,
    "torch.compile": pytorch.compiled,
    "scikit-learn": scikit.prepare,
    "JAX scan": jax_optax.scan,
    "JAX steps": jax_optax.steps,
    "JAX cold": jax_optax.cold,
    "limit": limit.prepare,
}
MANY = {
    "ours": ours.ensemble,
    "ours, one by one": ours.loop,
    "PyTorch": pytorch.loop,
    "torch.compile": pytorch.ensemble,
    "JAX scan": jax_optax.ensemble,
}
IMPORTS = {
    "ours": "import aehelpers",
    "PyTorch": "import torch",
    "scikit-learn": "import sklearn.neural_network",
    "JAX scan": "import jax, optax",
}
FIRST_FIT = "from benchmarks import work, {0}; {0}.{1}(work.ROW['slider'])()"
FIRST_FITS = {
    "ours": FIRST_FIT.format("ours", "single"),
    "PyTorch": FIRST_FIT.format("pytorch", "eager"),
    "scikit-learn": FIRST_FIT.format("scikit", "prepare"),
    "JAX scan": FIRST_FIT.format("jax_optax", "scan"),
}
STORES = {"ours": ours, "PyTorch": pytorch, "scikit-learn": scikit, "JAX scan": jax_optax}


def python(code):
    return partial(subprocess.run, [sys.executable, "-c", code], cwd=ROOT, check=True)


TASKS = {
    name: {
        system: (MANY if isinstance(row, Grid) else SINGLE)[system] for system in row.systems
    }
    for name, row in ROW.items()
}
STARTS = {"import": IMPORTS, "first fit": FIRST_FITS}
TURNS = [
    (name, system, turn)
    for name, tasks in (TASKS | STARTS | {"save and load": STORES}).items()
    for turn in range(PASSES)
    for system in tasks
]


@cache
def prepared(name, system):
    """The function that a system runs for this row, and what its first run returned."""
    run = TASKS[name][system](ROW[name])
    return run, run()


@pytest.mark.parametrize("name, system, turn", [t for t in TURNS if t[0] in TASKS])
def test_training(name, system, turn, benchmark):
    (_, our_losses), (run, losses) = prepared(name, "ours"), prepared(name, system)
    benchmark.extra_info |= {"row": name, "system": system, "turn": turn}
    if system != "limit":
        deviation = np.max(np.abs(np.divide(losses, our_losses) - 1))
        assert deviation <= ROW[name].tolerance
        benchmark.extra_info["deviation"] = float(deviation)
    benchmark.pedantic(run, rounds=ROUNDS)


@pytest.mark.parametrize("name, system, turn", [t for t in TURNS if t[0] in STARTS])
def test_starting(name, system, turn, benchmark):
    benchmark.extra_info |= {"row": name, "system": system, "turn": turn}
    benchmark.pedantic(python(STARTS[name][system]), warmup_rounds=int(turn == 0))


@pytest.mark.parametrize("name, system, turn", [t for t in TURNS if t[0] == "save and load"])
def test_storing(name, system, turn, benchmark, tmp_path):
    benchmark.extra_info |= {"row": name, "system": system, "turn": turn}
    file = tmp_path / "net.npz"
    benchmark.pedantic(STORES[system].store(ROW["slider"], file), rounds=20, warmup_rounds=1)


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
        tracemalloc.start()
        model.fit(large[:n])
        benchmark.extra_info["peak"] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    benchmark.pedantic(model.fit, args=(large[:n],), rounds=max(1, 100_000 // n))
