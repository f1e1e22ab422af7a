"""One thread means one processor, and every result records its threads and versions."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import threadpoolctl

PACKAGES = ("numpy", "torch", "jax", "jaxlib", "optax", "scikit-learn")

# Where the system lets us choose the processors, because for JAX there is no other switch.
if os.environ.get("OMP_NUM_THREADS") == "1" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def pytest_benchmark_update_machine_info(config, machine_info):
    """Add threads, BLAS and versions to what pytest-benchmark stores of the machine."""
    pools = threadpoolctl.threadpool_info()
    machine_info["threads"] = max(pool["num_threads"] for pool in pools)
    machine_info["blas"] = sorted(
        {f"{pool['internal_api']} {pool['version']}" for pool in pools}
    )
    machine_info["versions"] = {"Python": platform.python_version()}
    machine_info["versions"] |= {name: version(name) for name in PACKAGES}


def pytest_sessionstart():
    """Make the folder that the results are written to."""
    (Path(__file__).parent / "results").mkdir(exist_ok=True)
