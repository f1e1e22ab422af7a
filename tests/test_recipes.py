"""Recipes: the published reference to every digit, and the net that orders the spiral."""

import os
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from aehelpers import Autoencoder, data, metrics
from aehelpers.course import recipes
from aehelpers.estimator import Estimator

# Epoch and loss, from the published notebook.
PUBLISHED = {
    200: "0.072515",
    400: "0.070820",
    600: "0.068194",
    800: "0.063840",
    1000: "0.057983",
    1200: "0.052350",
    1400: "0.047691",
    1600: "0.043407",
    1800: "0.039406",
    2000: "0.036121",
}


@pytest.fixture(scope="module")
def published():
    rng = np.random.RandomState(42)
    X, t = data.spiral(random_state=rng)
    return recipes.published_net(random_state=rng).fit(X), X, t


def test_the_published_losses_to_every_digit(published):
    model, _, _ = published
    loss = model.history_["loss"]
    assert {epoch: f"{loss[epoch - 1]:.6f}" for epoch in PUBLISHED} == PUBLISHED


def test_the_published_figures_to_every_digit(published):
    model, X, _ = published
    X_hat = model.reconstruct(X)
    assert f"{metrics.mse(X, X_hat):.6f}" == "0.036107"
    assert f"{metrics.mae(X, X_hat):.6f}" == "0.152370"
    assert f"{metrics.max_error(X, X_hat):.6f}" == "0.479090"
    assert f"{X.shape[1] / model.transform(X).shape[1]:.1f}x" == "2.0x"


def test_what_its_claims_come_to(published):
    model, X, t = published
    line = metrics.PCA(1).fit(X)
    assert f"{-line.score(X):.6f}" == "0.024232"
    assert f"{metrics.order_correlation(model.transform(X), t):.2f}" == "0.41"
    assert f"{metrics.order_correlation(line.transform(X), t):.2f}" == "0.69"
    logit = np.log(model.reconstruct(X) / (1 - model.reconstruct(X)))
    (slope, offset), residual, *_ = np.polyfit(*logit.T, 1, full=True)
    assert residual[0] < 1e-20  # its decoder draws a straight line in logit space


# A third of a second each; in ensembles it would hardly be less, for these batches are full.
SEEDS = [*range(10)]
SEEDS += [
    pytest.param(
        seed,
        marks=pytest.mark.skipif(
            os.environ.get("AEHELPERS_CHECK") != "whole",
            reason="seeds 10 to 99 of 100: AEHELPERS_CHECK=whole, as in the full CI",
        ),
    )
    for seed in range(10, 100)
]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_unroller_orders_the_spiral_on_each_of_100_seeds(seed, published):
    _, X, t = published
    model = recipes.spiral_unroller(random_state=seed).fit(X)
    assert -model.score(X) <= 0.0008
    assert metrics.order_correlation(model.transform(X), t) >= 0.99


@pytest.mark.parametrize("seed", [1, 2])
def test_the_unroller_orders_other_noise_too(seed):
    X, t = data.spiral(random_state=seed)
    model = recipes.spiral_unroller(random_state=seed).fit(X)
    assert metrics.order_correlation(model.transform(X), t) >= 0.99
    assert -model.score(X) <= 0.0008


def test_the_folder_is_as_exact_and_folds():
    X, t = data.spiral(random_state=1)
    model = recipes.spiral_folder(random_state=1).set_params(epochs=1000).fit(X)
    assert -model.score(X) <= 0.0008
    assert metrics.order_correlation(model.transform(X), t) < 0.9


def test_the_digits_net_is_ahead_of_pca():
    X, _ = data.digits()
    train, test = data.split(X, random_state=0)
    model = recipes.digits_net(4, random_state=0).fit(train)
    line = metrics.PCA(4).fit(train)
    assert model.score(test) > -metrics.mse(test, np.clip(line.reconstruct(test), 0, 1))


@pytest.mark.parametrize(
    "recipe",
    [
        recipes.published_net,
        recipes.spiral_unroller,
        recipes.spiral_folder,
        partial(recipes.digits_net, 2),
    ],
)
def test_a_recipe_is_unfitted_and_takes_a_seed(recipe):
    model = recipe(random_state=5)
    assert model.random_state == 5 and not hasattr(model, "theta_")


@pytest.mark.parametrize(
    "recipe, widths, epochs, batch_size",
    [
        (recipes.published_net, (2, 1, 2), 2000, None),
        (recipes.spiral_unroller, (2, 16, 16, 1, 16, 16, 2), 1200, None),
        (recipes.spiral_folder, (2, 32, 32, 1, 32, 32, 2), 2000, None),
        (partial(recipes.digits_net, 3), (64, 128, 3, 128, 64), 20, 32),
        (lambda: recipes.family(3)["dense"], (64, 64, 3, 64, 64), 15, 32),
        (lambda: recipes.family(3)["deep"], (64, 64, 32, 3, 32, 64, 64), 15, 32),
    ],
)
def test_a_recipe_has_the_widths_and_the_length_that_it_says(
    recipe, widths, epochs, batch_size
):
    model = recipe()
    assert (model.epochs, model.batch_size) == (epochs, batch_size)
    model.set_params(epochs=0).fit(np.eye(widths[0]))
    shapes = [W.shape for name, W in model.weights_.items() if name.startswith("W")]
    assert shapes == [*pairwise(widths)]


def test_the_family_is_one_of_each_kind_in_one_budget():
    models = recipes.family(3, random_state=5)
    assert {type(model).__name__ for model in models.values()} == {
        name
        for name, kind in Estimator.registry.items()
        if issubclass(kind, Autoencoder)
        and kind.__module__.startswith("aehelpers.")
        and not kind.__module__.startswith("aehelpers.course")  # of a lesson
    }
    assert len({repr(model.set_params(learning_rate=0.1)) for model in models.values()}) == 8
    same = "latent_dim output_activation epochs batch_size schedule weight_decay random_state"
    for name in same.split():
        assert len({getattr(model, name) for model in models.values()}) == 1, name


def test_the_family_learns_the_digits():
    train, test = data.split(data.digits().X, random_state=0)
    blank = metrics.mse(test, np.broadcast_to(train.mean(axis=0), test.shape))
    models = recipes.family(3, random_state=0)
    assert all(not hasattr(model, "theta_") for model in models.values())
    for name, model in models.items():
        error = -model.set_params(epochs=6).fit(train).score(test)
        assert model.transform(test).shape == (len(test), 3)
        assert error < 0.8 * blank, name
