"""Gradient descent of the linear autoencoder, as its explorer shows it."""

import numpy as np
import pytest

from aehelpers import Autoencoder
from aehelpers.course.explorers import linear_theory


@pytest.mark.parametrize("decay", [0, 0.2])
def test_it_is_the_descent_of_the_package(decay):
    rng = np.random.default_rng(0)
    U = np.linalg.svd(rng.standard_normal((50, 3)), full_matrices=False)[0]
    U = np.linalg.svd(U - U.mean(axis=0), full_matrices=False)[0]
    values = np.array([3, 2, 0.5])
    X = np.sqrt(50 * values) * U
    settings = {"activation": "identity", "optimizer": "sgd", "learning_rate": 0.05}
    settings |= {"batch_size": None, "weight_decay": decay, "epochs": 0}
    net = Autoencoder(2, **settings).fit(X)
    same = np.random.default_rng(7)
    net.theta_[:] = 0
    net.weights_["W_e"][:] = 0.01 * same.standard_normal((3, 2))
    net.weights_["W_d"][:] = 0.01 * same.standard_normal((2, 3))
    path = linear_theory.descend(values, 2, 0.05, decay, steps=60, seed=7)
    assert len(path) == 61
    for strengths in path[1:]:
        net.partial_fit(X)
        expected = np.diag(net.weights_["W_e"] @ net.weights_["W_d"])
        assert strengths == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_descent_ends_at_the_minimum():
    values = linear_theory.EIGENVALUES
    for decay in (0, 0.1, 2):
        path = linear_theory.descend(values, 2, 0.1, decay)
        assert path[-1] == pytest.approx(
            linear_theory.best_strengths(values, 2, decay), abs=1e-3
        )


def test_the_read_out_says_what_happened():
    values = linear_theory.EIGENVALUES
    best = linear_theory.best_strengths(values, 3, 0)
    for rate, words in {0.03: "3 of 3", 0.001: "0 of 3", 0.3: "jump", 1: "runs away"}.items():
        assert words in linear_theory.story(linear_theory.descend(values, 3, rate), best)
