"""The benchmarks choose their processors, and their results record threads and versions."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import threadpoolctl

PACKAGES = ("numpy", "torch", "jax", "jaxlib", "optax", "scikit-learn")

# One thread means one processor as well, where the system lets us choose: for JAX there is no
# other switch.
if os.environ.get("OMP_NUM_THREADS") == "1" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def pytest_benchmark_update_machine_info(config, machine_info):
    pools = threadpoolctl.threadpool_info()
    machine_info["threads"] = max(pool["num_threads"] for pool in pools)
    machine_info["blas"] = sorted(
        {f"{pool['internal_api']} {pool['version']}" for pool in pools}
    )
    machine_info["versions"] = {"Python": platform.python_version()}
    machine_info["versions"] |= {name: version(name) for name in PACKAGES}


def pytest_sessionstart():
    (Path(__file__).parent / "results").mkdir(exist_ok=True)
