"""The rows by aehelpers: one net, the nets of a grid, and a file."""

import numpy as np

from aehelpers import load, sweeps


def fresh(work, **changes):
    return type(work.model)(**work.model.get_params() | changes)


def single(work):
    return lambda: fresh(work).fit(work.X).history_["loss"]


def double(work):
    X = work.X.astype("float64")
    return lambda: fresh(work, dtype="float64").fit(X).history_["loss"]


def loop(grid):
    def run():
        fitted = [fresh(work).fit(work.X) for work in grid.works]
        return np.concatenate([model.history_["loss"] for model in fitted])

    return run


def ensemble(grid):
    def run():
        fitted = sweeps.fit_all([fresh(work) for work in grid.works], grid.works[0].X)
        return np.concatenate([model.history_["loss"] for model in fitted])

    return run


def store(work, path):
    model = work.start

    def run():
        model.save(path)
        return load(path)

    return run
