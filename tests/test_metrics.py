"""Metrics against scikit-learn, SciPy or a few numbers by hand."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn import decomposition
from sklearn import metrics as theirs

from aehelpers import metrics

X = np.array([[0.0, 1.0], [3.0, 1.0], [1.0, 0.0]])
X_HAT = np.array([[0.0, 1.0], [0.0, 5.0], [1.0, 1.0]])
PAIRED = [metrics.mse, metrics.mae, metrics.max_error, metrics.explained_variance, metrics.psnr]


def test_by_hand():
    assert metrics.mse(X, X_HAT) == pytest.approx(26 / 6)
    assert metrics.mae(X, X_HAT) == pytest.approx(8 / 6)
    assert metrics.max_error(X, X_HAT) == 5
    # Around the mean (4/3, 2/3) the squares add up to 42/9 + 6/9.
    assert metrics.explained_variance(X, X_HAT) == pytest.approx(1 - 26 / (48 / 9))
    assert metrics.psnr(X, X_HAT, data_range=10) == pytest.approx(10 * np.log10(100 * 6 / 26))


def test_as_scikit_learn_has_them(rng):
    x, x_hat = rng.random((30, 4)), rng.random((30, 4))
    assert metrics.mse(x, x_hat) == pytest.approx(theirs.mean_squared_error(x, x_hat))
    assert metrics.mae(x, x_hat) == pytest.approx(theirs.mean_absolute_error(x, x_hat))
    assert metrics.explained_variance(x, x_hat) == pytest.approx(
        theirs.r2_score(x, x_hat, multioutput="variance_weighted")
    )


def test_perfect_and_no_better_than_the_mean(rng):
    x = rng.random((30, 4))
    assert metrics.mse(x, x) == metrics.mae(x, x) == metrics.max_error(x, x) == 0
    assert metrics.psnr(x, x) == np.inf
    assert metrics.explained_variance(x, x) == 1
    assert abs(metrics.explained_variance(x, np.tile(x.mean(axis=0), (30, 1)))) < 1e-15


@pytest.mark.parametrize("metric", PAIRED)
def test_pairs_that_do_not_fit(metric):
    with pytest.raises(ValueError, match=r"same shape, got \(3, 2\) and \(3,\)"):
        metric(X, X[:, 0])
    with pytest.raises(ValueError, match="empty"):
        metric(X[:0], X[:0])


def test_no_variance_to_explain():
    with pytest.raises(ValueError, match="every sample of X is the same"):
        metrics.explained_variance(np.ones((3, 2)), X)


def test_order_correlation(rng):
    t = np.arange(6.0)
    assert metrics.order_correlation(np.exp(t), t) == pytest.approx(1)
    assert metrics.order_correlation(-(t[:, None] ** 3), t) == pytest.approx(1)
    z = np.array([2.0, 0, 1, 5, 4, 3])
    assert metrics.order_correlation(z, t) == pytest.approx(1 - 6 * 14 / (6 * 35))
    assert metrics.order_correlation((t - 2.5) ** 2, t) < 1e-12  # folded: no order
    assert metrics.order_correlation(rng.random(2000), rng.random(2000)) < 0.1


@pytest.mark.parametrize(
    "z, t, message",
    [
        (
            np.zeros((5, 2)),
            np.zeros(5),
            r"one code and one position a sample: got \(5, 2\) and",
        ),
        (np.arange(5), np.arange(4), r"one code and one position a sample: got \(5, 1\) and"),
        (np.zeros((5, 2)), np.zeros((5, 2)), r"one code and one position a sample"),
        (np.zeros(5), np.arange(5), "neither z nor t may be constant"),
        (np.arange(5), np.zeros(5), "neither z nor t may be constant"),
        (np.zeros(1), np.zeros(1), "at least two samples"),
    ],
)
def test_order_correlation_needs_an_order(z, t, message):
    with pytest.raises(ValueError, match=message):
        metrics.order_correlation(z, t)


def neighbourhood_loss(X, Z, k):
    """Venna & Kaski's formula, word by word: strangers among the k neighbours in Z cost their
    rank in X beyond k.
    """
    n = len(X)
    ranks = [np.argsort(np.argsort(row)) for row in cdist(X, X)]  # 0 is the point itself
    cost = 0
    for i, row in enumerate(cdist(Z, Z)):
        neighbours = np.argsort(row)[1 : k + 1]
        cost += sum(max(0, ranks[i][j] - k) for j in neighbours)
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * cost


def test_trustworthiness_and_continuity(rng):
    x, z = rng.random((25, 3)), rng.random((25, 1))
    trust, cont = neighbourhood_loss(x, z, 4), neighbourhood_loss(z, x, 4)
    assert abs(trust - cont) > 0.01
    assert metrics.trustworthiness(x, z, 4) == pytest.approx(trust)
    assert metrics.continuity(x, z[:, 0], 4) == pytest.approx(cont)
    assert metrics.continuity(x, z) == metrics.trustworthiness(z, x)  # of 10 neighbours each
    assert metrics.trustworthiness(x, 3 * x + 1) == metrics.continuity(x, x) == 1


def test_trustworthiness_is_that_of_scikit_learn_and_ties_go_by_the_order_of_the_rows(rng):
    manifold = pytest.importorskip("sklearn.manifold")
    x, z = rng.random((60, 3)), rng.random((60, 2))
    assert metrics.trustworthiness(x, z) == pytest.approx(
        manifold.trustworthiness(x, z, n_neighbors=10)
    )
    corners = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1], [0, 0]])
    assert metrics._nearest_first(corners)[0].tolist() == [0, 5, 1, 2, 3, 4]
    with pytest.raises(
        ValueError, match="n_neighbors=3 of 6 samples: expected at least 1, below 3"
    ):
        metrics.trustworthiness(corners, corners, 3)


def test_glueing_is_not_trusted_and_tearing_is_not_continuous():
    t = np.linspace(0, 1, 60)
    folded, torn = abs(t - 0.501), (t + 0.5) % 1
    assert metrics.trustworthiness(t, folded, 5) < 0.8 < 0.95 < metrics.continuity(t, folded, 5)
    circle = np.stack([np.cos(2 * np.pi * t[1:]), np.sin(2 * np.pi * t[1:])], axis=-1)
    assert metrics.continuity(circle, torn[1:], 5) < metrics.trustworthiness(
        circle, torn[1:], 5
    )


def test_procrustes_forgives_shift_scale_and_rotation_only(rng):
    Z, angle = rng.random((40, 2)), 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert metrics.procrustes_distance(Z, 5 * Z @ turn - 3) < 1e-12
    assert metrics.procrustes_distance(Z[:, 0], -2 * Z[:, 0]) < 1e-12
    assert metrics.procrustes_distance(Z, Z * [1, 3]) > 0.1
    assert metrics.procrustes_distance(Z, rng.random((40, 2))) > 0.8


def test_active_units_depend_on_the_sample(rng):
    Z = rng.standard_normal((5000, 4)) * [1, 0.2, 0.05, 0] + [0, 0, 3, 7]
    assert metrics.active_units(Z) == 2  # variances 1, 0.04, 0.0025 and 0
    assert metrics.active_units(Z, threshold=0.001) == 3
    assert metrics.active_units(Z[:, 0]) == 1 and metrics.active_units(Z[:, 3]) == 0


def test_a_linear_probe_reads_what_lies_on_a_line(rng):
    y = np.repeat([0, 1, 2], 100)
    along = y + 0.05 * rng.standard_normal(300)
    assert metrics.linear_probe(along[::2], y[::2], along[1::2], y[1::2]) == 1
    folded = (y == 1) + 1e-3 * rng.standard_normal(300)
    share = metrics.linear_probe(folded[::2], y[::2], folded[1::2], y[1::2])
    assert share == pytest.approx(2 / 3, abs=0.1)  # 0 and 2 lie on each other
    # It is told in one place and asked in another: with 0 and 2 exchanged, 1 is what is left.
    asked = metrics.linear_probe(along[::2], y[::2], along[1::2], 2 - y[1::2])
    assert asked == pytest.approx(1 / 3)
    y = rng.permutation(y)
    chance = metrics.linear_probe(along[::2], y[::2], along[1::2], y[1::2])
    assert chance == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / 150))


@pytest.mark.parametrize("shape", [(40, 6), (5, 8)])
def test_pca_is_scikit_learns(shape, rng):
    X = rng.standard_normal(shape) @ rng.standard_normal((shape[1], shape[1]))
    ours, twin = metrics.PCA(3).fit(X), decomposition.PCA(3).fit(X)
    assert ours.fit(X) is ours and ours.transform(X).shape == (shape[0], 3)
    reconstruction = twin.inverse_transform(twin.transform(X))
    np.testing.assert_allclose(ours.reconstruct(X), reconstruction, atol=1e-10)
    np.testing.assert_allclose(abs(ours.components_), abs(twin.components_), atol=1e-10)
    n = shape[0]
    np.testing.assert_allclose(ours.variances_[:3] * n / (n - 1), twin.explained_variance_)
    assert ours.variances_.shape == (min(shape),)
    assert ours.score(X) == pytest.approx(-ours.variances_[3:].sum() / shape[1])
    np.testing.assert_allclose(
        ours.inverse_transform(ours.transform(X)), ours.reconstruct(X), atol=1e-12
    )


def test_pca_signs_do_not_depend_on_the_machine(rng):
    X = rng.standard_normal((40, 6))
    for data in (X, -X):
        V = metrics.PCA(6).fit(data).components_
        np.testing.assert_allclose(V @ V.T, np.eye(6), atol=1e-12)
        assert (V[range(6), abs(V).argmax(axis=1)] > 0).all()


@pytest.mark.parametrize(
    "k, shape, message",
    [
        (4, (5, 3), "n_components=4 does not fit X of shape"),
        (3, (2, 9), "n_components=3 does not fit X of shape"),
        (0, (5, 3), "n_components must be a whole number, at least 1, got 0"),
        (1.5, (5, 3), "n_components must be a whole number, at least 1, got 1.5"),
        (1, (5,), r"X must have two axes, \(samples, features\), got shape \(5,\)"),
    ],
)
def test_pca_that_does_not_fit(k, shape, message):
    with pytest.raises(ValueError, match=message):
        metrics.PCA(k).fit(np.ones(shape))


def test_psnr_of_a_larger_range_has_so_many_decibels_more():
    X, X_hat = np.zeros((4, 3)), np.full((4, 3), 0.1)
    assert metrics.psnr(X, X_hat) == pytest.approx(20)
    assert metrics.psnr(X, X_hat, data_range=255) == pytest.approx(20 + 20 * np.log10(255))


def test_codes_of_two_shapes_have_no_distance():
    with pytest.raises(ValueError, match=r"same shape, got \(4, 2\) and \(4, 3\)"):
        metrics.procrustes_distance(np.eye(4)[:, :2], np.eye(4)[:, :3])
