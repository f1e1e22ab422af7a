"""The rows by aehelpers: one net, the nets of a grid, and a file."""

import numpy as np

from aehelpers import load, sweeps


def new_model(workload, **changes):
    """Return the estimator of the workload, not yet fitted, with some parameters changed."""
    return type(workload.model)(**workload.model.get_params() | changes)


def make_run(workload):
    """Return a function that fits the estimator and returns its loss curve."""
    return lambda: new_model(workload).fit(workload.X).history_["loss"]


def make_float64_run(workload):
    """Return a function that does the same in float64, whatever the dtype of the workload."""
    X = workload.X.astype("float64")
    return lambda: new_model(workload, dtype="float64").fit(X).history_["loss"]


def loop(grid):
    """Return a function that fits the nets of a grid one after the other."""

    def run():
        fitted = [new_model(workload).fit(workload.X) for workload in grid.workloads]
        return np.concatenate([model.history_["loss"] for model in fitted])

    return run


def ensemble(grid):
    """Return a function that fits the nets of a grid at once, as an ensemble."""

    def run():
        models = [new_model(workload) for workload in grid.workloads]
        fitted = sweeps.fit_all(models, grid.workloads[0].X)
        return np.concatenate([model.history_["loss"] for model in fitted])

    return run


def store(workload, path):
    """Return a function that saves the model at path and loads it."""
    model = workload.initial_model

    def run():
        model.save(path)
        return load(path)

    return run
