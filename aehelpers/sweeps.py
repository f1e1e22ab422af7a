"""Sweeps: many estimators fitted together, as ensembles, with the numbers of single fits."""

import numpy as np

from .optimizers import OPTIMIZERS, SCHEDULES
from .training import Generators, train
from .variational import VariationalAutoencoder

# What may differ between the members of one ensemble.
OWN = ("latent_dim", "learning_rate", "random_state", "verbose")


def fit_all(models, X, executor=None, ensemble_size=16):
    """The list `models`, each fitted as `model.fit(X)` would, to rounding error.

    X : one array (n, n_features) for all, or a list of arrays, one a model, of one shape.
    executor : any concurrent.futures.Executor; the ensembles, of at most `ensemble_size`
        models, are spread over its workers. None: one after the other.

    Models that differ only in latent_dim, learning_rate and random_state train as one ensemble,
    with theta (M, size). Each needs a random generator of its own. A model that diverges keeps
    its last finite theta_, and its history_["loss"] reads inf from there on: nothing is raised,
    so that the others live.
    """
    models = list(models)
    X_each = list(X) if isinstance(X, list | tuple) else [X] * len(models)
    if len(X_each) != len(models):
        raise ValueError(
            f"one X for all or one for each model: got {len(X_each)} for {len(models)} models"
        )
    generators = [id(m.random_state) for m in models if hasattr(m.random_state, "permutation")]
    if len(set(generators)) < len(generators):
        raise ValueError(
            "models that train side by side cannot draw from one random generator: "
            "give each an int or a generator of its own as random_state"
        )
    groups = {}
    for i, model in enumerate(models):
        groups.setdefault(_kind(model), []).append(i)
    chunks = [
        group[start : start + ensemble_size]
        for group in groups.values()
        for start in range(0, len(group), ensemble_size)
    ]
    run = map if executor is None else executor.map
    results = run(
        _fit_ensemble,
        [[models[i] for i in chunk] for chunk in chunks],
        [[X_each[i] for i in chunk] for chunk in chunks],
    )
    for chunk, fitted in zip(chunks, results, strict=True):
        for i, model in zip(chunk, fitted, strict=True):
            models[i] = model
    return models


def _kind(model):
    """What must be the same in one ensemble."""
    params = model.get_params()
    own = set(OWN)
    latent_activation = params["latent_activation"] or params["activation"]
    noisy = params["code_noise"] or isinstance(model, VariationalAutoencoder)
    if noisy or params["tied"] or latent_activation == "sigmoid":
        # Noise is drawn per code number, and a sigmoid unit without weights is 0.5, not 0: such
        # codes cannot share a wider array.
        own.remove("latent_dim")
    shared = sorted((name, value) for name, value in params.items() if name not in own)
    return type(model).__name__, repr(shared)


def _fit_ensemble(models, X_each):
    """Train `models` as one theta (M, size); narrow codes lie in the place of the widest.

    A number of the code whose weights are all 0 is 0, and so is its gradient: it stays out of
    the training.
    """
    X_first = [model.begin(X)[0] for model, X in zip(models, X_each, strict=True)]
    same = all(X is X_each[0] for X in X_each)
    # Each model its own rows, even if they are the same: it may corrupt them its own way.
    rows = (len(models), *X_first[0].shape)
    X = np.broadcast_to(X_first[0], rows) if same else np.stack(X_first)
    widest = max(models, key=lambda model: model.latent_dim)
    theta = np.zeros((len(models), widest.theta_.size), dtype=widest.dtype)
    for model, row in zip(models, theta, strict=True):
        for wide, narrow in _same_parts(widest, row, model):
            wide[:] = narrow
    optimizer = OPTIMIZERS[widest.optimizer](
        np.array([[model.learning_rate] for model in models], dtype=widest.dtype)
    )
    rng = Generators(model.run_.rng for model in models)
    schedule = SCHEDULES[widest.schedule]
    epochs, batch_size = widest.epochs, widest.batch_size
    objective_at = widest.network_.objectives()
    losses = list(train(objective_at, theta, X, optimizer, epochs, batch_size, rng, schedule))
    histories = np.reshape(losses, (-1, len(models))).T  # also for no epoch at all
    for model, row, history in zip(models, theta, histories, strict=True):
        for wide, narrow in _same_parts(widest, row, model):
            narrow[:] = wide
        model.run_.history["loss"] = history.tolist()
    return models


def _same_parts(widest, theta, model):
    """Pairs of views: the part of `model` in a theta (size,) of `widest`, and in its own."""
    if model.theta_.size == theta.size:
        yield theta, model.theta_
        return
    views = widest.unpack(theta)
    for name, narrow in model.weights_.items():
        rows, columns = narrow.shape
        yield views[name][:rows, :columns], narrow
