"""Sweeps: many estimators fitted together, as ensembles, with the numbers of single fits."""

import numpy as np

from .autoencoder import Autoencoder
from .estimator import check_whole
from .optimizers import OPTIMIZERS, SCHEDULES
from .training import Generators, train
from .variational import VariationalAutoencoder

# What may differ between the members of one ensemble.
MAY_DIFFER = ("latent_dim", "learning_rate", "random_state", "verbose")


def fit_all(models, X, executor=None, ensemble_size=16):
    """The list `models`, each fitted as `model.fit(X)` would, to rounding error.

    Use the list that is returned: where processes do the work, the given models stay unfitted.

    X : one array (n, n_features) for all, or a list of arrays of one shape, one for each model.
    executor : any concurrent.futures.Executor; the ensembles, of at most `ensemble_size`
        models, are spread over its workers. None: one after the other.

    Models that differ only in latent_dim, learning_rate and random_state train as one ensemble,
    with theta (M, size). Each needs a random generator of its own. A model that diverges keeps
    its last finite theta_, and its history_["loss"] reads inf from there on. Nothing is raised,
    so that the others can go on.
    """
    models = list(models) if np.iterable(models) else [models]
    for model in models:
        if not isinstance(model, Autoencoder):
            raise TypeError(f"models must be a list of autoencoders, and one is {model!r}")
        model.check_arguments()
    check_whole("ensemble_size", ensemble_size, least=1)
    if executor is not None and not hasattr(executor, "map"):
        raise TypeError(f"executor must be None or an Executor, got {executor!r}")
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
    groups, size = {}, int(ensemble_size)
    for i, model in enumerate(models):
        groups.setdefault(_kind(model), []).append(i)
    chunks = [g[i : i + size] for g in groups.values() for i in range(0, len(g), size)]
    models_of = [[models[i] for i in chunk] for chunk in chunks]
    X_of = [[X_each[i] for i in chunk] for chunk in chunks]
    results = (map if executor is None else executor.map)(_fit_ensemble, models_of, X_of)
    for chunk, fitted in zip(chunks, results, strict=True):
        for i, model in zip(chunk, fitted, strict=True):
            models[i] = model
    return models


def _kind(model):
    """What must be the same in one ensemble."""
    may_differ = set(MAY_DIFFER)
    noisy = model.code_noise or isinstance(model, VariationalAutoencoder)
    if noisy or model.tied or model.code_activation == "sigmoid":
        # Noise is drawn for each number of the code, and a sigmoid unit without weights is 0.5,
        # not 0: such codes cannot lie in a wider array.
        may_differ.remove("latent_dim")
    params = sorted(model.get_params().items())
    return type(model).__name__, repr([pair for pair in params if pair[0] not in may_differ])


def _fit_ensemble(models, X_each):
    """Train `models` as one theta (M, size); narrow codes lie in the place of the widest.

    A number of the code whose weights are all 0 is 0, as is its gradient: so it stays 0.
    """
    same = all(X is X_each[0] for X in X_each)
    X_each = [model.begin(X)[0] for model, X in zip(models, X_each, strict=True)]
    # Each model its own rows, even if they are the same: it may corrupt them its own way.
    for X in X_each[1:]:
        if X.shape != X_each[0].shape:
            raise ValueError(
                "every X must have the same shape, to be trained on side by side: got "
                f"{X_each[0].shape} and {X.shape}"
            )
    rows = (len(models), *X_each[0].shape)
    X = np.broadcast_to(X_each[0], rows) if same else np.stack(X_each)
    widest = max(models, key=lambda model: int(model.latent_dim))
    theta = np.zeros((len(models), widest.theta_.size), dtype=widest.dtype)
    for model, row in zip(models, theta, strict=True):
        for wide, narrow in _same_parts(widest, row, model):
            wide[:] = narrow
    rates = np.array([[float(model.learning_rate)] for model in models], dtype=widest.dtype)
    optimizer, schedule = OPTIMIZERS[widest.optimizer](rates), SCHEDULES[widest.schedule]
    rng, objective_at = Generators(m.run_.rng for m in models), widest.network_.objectives()
    epochs, batch_size = widest.epochs, widest.batch_size and int(widest.batch_size)
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
