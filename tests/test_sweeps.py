"""sweeps: an ensemble's numbers are those of its members fitted alone."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from family import FAMILY, make, plain

from aehelpers import Autoencoder, VariationalAutoencoder, data, sweeps
from aehelpers.sweeps import fit_all

GRIDS = {
    "sizes, rates and seeds": [
        {"latent_dim": k, "learning_rate": lr, "random_state": seed}
        for k in (1, 3)
        for lr in (0.003, 0.01)
        for seed in (0, 1)
    ],
    "sigmoid codes": [{"latent_dim": k, "activation": "sigmoid"} for k in (2, 1)],
    "noisy codes": [
        {"latent_dim": k, "code_noise": 0.2, "code_noise_fade": 0.5} for k in (1, 2, 1)
    ],
    "standardized, momentum": [
        {"optimizer": "momentum", "standardize": True, "random_state": seed} for seed in (3, 4)
    ],
}


def models(grid):
    return [
        Autoencoder(**{"hidden": (6,), "epochs": 7, "random_state": 5, **settings})
        for settings in GRIDS[grid]
    ]


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("own_data", [False, True])
@pytest.mark.parametrize("threads", [None, 2])
def test_fit_all_equals_one_by_one(grid, own_data, threads):
    X_each = [data.spiral(130, random_state=seed if own_data else 0)[0] for seed in range(8)]
    alone = [model.fit(X) for model, X in zip(models(grid), X_each, strict=False)]
    X = X_each[: len(alone)] if own_data else X_each[0]
    with ThreadPoolExecutor(threads) as pool:
        together = fit_all(models(grid), X, executor=pool if threads else None, ensemble_size=3)
    for one, other in zip(alone, together, strict=True):
        assert one.get_params() == other.get_params()
        np.testing.assert_allclose(other.theta_, one.theta_, rtol=0, atol=1e-10)
        np.testing.assert_allclose(
            other.history_["loss"], one.history_["loss"], rtol=0, atol=1e-10
        )


def test_a_member_that_diverges_leaves_the_others_alone(rng):
    X = rng.standard_normal((50, 3))
    settings = {"hidden": (4,), "optimizer": "sgd", "epochs": 60, "random_state": 0}
    wild, sane = fit_all([Autoencoder(learning_rate=lr, **settings) for lr in (1e4, 0.1)], X)
    assert np.isinf(wild.history_["loss"][-1])
    assert np.isfinite(wild.theta_).all()
    alone = Autoencoder(learning_rate=0.1, **settings).fit(X)
    np.testing.assert_allclose(sane.theta_, alone.theta_, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", [np.random.default_rng, np.random.RandomState])
def test_each_model_needs_a_generator_of_its_own(kind, rng):
    X, one = rng.random((9, 4)), kind(0)
    with pytest.raises(ValueError, match="cannot draw from one random generator: give each"):
        fit_all([Autoencoder(random_state=one), Autoencoder(3, random_state=one)], X)
    pair = [Autoencoder(k, epochs=2, random_state=kind(0)) for k in (2, 3)]
    for model in fit_all(pair, X):
        twin = Autoencoder(model.latent_dim, epochs=2, random_state=kind(0)).fit(X)
        np.testing.assert_allclose(model.theta_, twin.theta_, rtol=0, atol=1e-10)


class Elsewhere:
    """What an executor of processes does: arguments and results travel as copies."""

    def map(self, function, *arguments):
        for own in pickle.loads(pickle.dumps(list(zip(*arguments, strict=True)))):
            yield pickle.loads(pickle.dumps(function(*own)))


def test_models_fitted_elsewhere_come_back(rng):
    X, grid = rng.random((30, 4)), [make(member) for member in FAMILY]
    for member, model in zip(FAMILY, fit_all(grid, X, Elsewhere()), strict=True):
        alone = make(member).fit(X)
        np.testing.assert_allclose(model.theta_, alone.theta_, rtol=0, atol=1e-10)
        assert model.partial_fit(X).history_["loss"].shape == (4,)


def test_one_array_for_each_model():
    with pytest.raises(ValueError, match="got 2 for 3 models"):
        fit_all([Autoencoder()] * 3, [np.ones((4, 2))] * 2)


@pytest.mark.parametrize("own_data", [False, True])
@pytest.mark.parametrize("batch_size", [8, None])
@pytest.mark.parametrize("member", FAMILY)
def test_fit_all_equals_one_by_one_for_each(member, batch_size, own_data, rng):
    X_each = list(rng.random((4, 30, 4)))
    X = X_each if own_data else X_each[0]
    grid = [
        make(member, latent_dim=k, random_state=seed, batch_size=batch_size)
        for k, seed in ((1, 0), (3, 1), (3, 2), (2, 1))
    ]
    alone = [make(member, **model.get_params()) for model in grid]
    for model, own in zip(alone, X if own_data else [X] * 4, strict=True):
        model.fit(own)
    for one, other in zip(alone, fit_all(grid, X), strict=True):
        np.testing.assert_allclose(other.theta_, one.theta_, rtol=0, atol=1e-10)
        np.testing.assert_allclose(
            other.history_["loss"], one.history_["loss"], rtol=0, atol=1e-10
        )
        np.testing.assert_allclose(other.reconstruct(X_each[0]), one.reconstruct(X_each[0]))


def test_what_must_not_share_an_ensemble(monkeypatch, rng):
    """Another beta or class trains apart; another size too where its noise would differ."""
    sizes, fit_ensemble = [], sweeps._fit_ensemble
    monkeypatch.setattr(
        sweeps,
        "_fit_ensemble",
        lambda models, X: sizes.append(len(models)) or fit_ensemble(models, X),
    )
    one_size = [VariationalAutoencoder(k, beta=b, epochs=1) for k in (1, 2) for b in (1, 2, 1)]
    many_sizes = [Autoencoder(k, epochs=1) for k in (1, 2, 3)]
    fit_all(one_size + many_sizes, rng.random((20, 4)))
    assert sizes == [2, 1, 2, 1, 3]


def test_ensembles_of_one_are_single_fits(X):
    models = fit_all([plain(random_state=seed) for seed in (1, 2)], X, ensemble_size=1)
    for seed, model in zip((1, 2), models, strict=True):
        np.testing.assert_allclose(model.theta_, plain(random_state=seed).fit(X).theta_)


def test_samples_of_two_shapes_do_not_train_side_by_side(X):
    with pytest.raises(ValueError, match=r"same shape, .* got \(30, 4\) and \(20, 4\)"):
        fit_all([plain(random_state=1), plain(random_state=2)], [X, X[:20]])
