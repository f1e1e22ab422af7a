"""sweeps: an ensemble's numbers are those of its members fitted alone."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from aehelpers import Autoencoder, data
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


def test_one_array_for_each_model():
    with pytest.raises(ValueError, match="got 2 for 3 models"):
        fit_all([Autoencoder()] * 3, [np.ones((4, 2))] * 2)
