"""Data: the reference's spiral, shapes and ranges of the others, images, what is refused."""

import numpy as np
import pandas as pd
import pytest

from aehelpers import data

CURVES = {
    "spiral": (data.spiral, 2, (50,)),
    "circle": (data.circle, 2, (50,)),
    "swiss_roll": (data.swiss_roll, 3, (50, 2)),
    "clusters": (data.clusters, 2, (50,)),
}


def test_the_spiral_is_the_references():
    legacy = np.random.RandomState(42)
    t = np.linspace(0, 2 * np.pi, 500)
    x1 = t * np.cos(t) + 0.3 * legacy.randn(500)
    x2 = t * np.sin(t) + 0.3 * legacy.randn(500)
    expected = np.column_stack(
        [(x - x.min()) / (x.max() - x.min()) for x in (x1, x2)],
    )
    rng = np.random.RandomState(42)
    X, position = data.spiral(random_state=rng)
    np.testing.assert_allclose(X, expected, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(position, t)
    assert rng.rand() == legacy.rand()  # the net's weights come from what follows


@pytest.mark.parametrize("name", CURVES)
def test_shapes_and_seeds(name):
    make, d, positions = CURVES[name]
    X, t = make(50, random_state=3)
    assert X.shape == (50, d) and t.shape == positions and X.dtype == "float64"
    np.testing.assert_array_equal(X, make(50, random_state=np.random.default_rng(3))[0])
    assert (X != make(50, random_state=4)[0]).any()
    if name in ("spiral", "swiss_roll"):
        np.testing.assert_array_equal([X.min(axis=0), X.max(axis=0)], [[0] * d, [1] * d])


def test_without_noise_they_lie_on_their_curves():
    X, t = data.circle(50, noise=0)
    np.testing.assert_allclose(np.linalg.norm(X - 0.5, axis=1), 0.5)
    np.testing.assert_allclose(np.arctan2(*(X - 0.5).T[::-1]) % (2 * np.pi), t, atol=1e-12)
    X, t = data.spiral(50, noise=0)
    np.testing.assert_allclose(X, data.minmax(data.spiral_curve(t)))
    np.testing.assert_allclose(np.linalg.norm(data.spiral_curve(t), axis=1), t)
    X, th = data.swiss_roll(50, noise=0, random_state=0)
    t, h = th.T
    np.testing.assert_allclose(
        X, data.minmax(np.column_stack([t * np.cos(t), h, t * np.sin(t)]))
    )
    assert 1.5 * np.pi <= t.min() and t.max() <= 4.5 * np.pi and 0 <= h.min() and h.max() <= 21


def test_clusters_are_shared_out_evenly_about_their_centres():
    X, label = data.clusters(1002, noise=0.5, random_state=0)
    np.testing.assert_array_equal(np.bincount(label), [251, 251, 250, 250])
    assert (label != np.arange(1002) % 4).any() and (np.diff(label) < 0).any()
    for k, centre in enumerate([(-2, -2), (-2, 2), (2, -2), (2, 2)]):
        cloud = X[label == k]
        assert abs(cloud.mean(axis=0) - centre).max() < 4 * 0.5 / np.sqrt(250)
        assert cloud.std(axis=0) == pytest.approx([0.5, 0.5], rel=4 / np.sqrt(500))


def test_minmax():
    np.testing.assert_array_equal(
        data.minmax(np.array([[1.0, 5], [3, 5.5], [2, 7]])), [[0, 0], [1, 0.25], [0.5, 1]]
    )
    with pytest.raises(ValueError, match="feature 2 is constant"):
        data.minmax(np.array([[1.0, 5, 5], [2, 7, 5]]))


def test_split_is_disjoint_and_complete_and_keeps_rows_together():
    X = np.arange(23.0)[:, None]
    parts = data.split(X, X[:, 0] * 2, test_share=0.3, random_state=0)
    X_train, X_test, y_train, y_test = parts
    assert len(X_test) == 7 and len(X_train) == 16
    np.testing.assert_array_equal(np.sort(np.concatenate([X_train, X_test]), axis=0), X)
    np.testing.assert_array_equal(y_train, 2 * X_train[:, 0])
    np.testing.assert_array_equal(y_test, 2 * X_test[:, 0])
    assert (X_test[:, 0] != np.sort(X_test[:, 0])).any()
    np.testing.assert_array_equal(data.split(X, test_share=0.3, random_state=0)[1], X_test)


def test_split_keeps_rows_together_by_position_whatever_their_index():
    X = np.arange(40.0).reshape(20, 2)
    index = np.random.default_rng(0).permutation(20)
    frame = pd.DataFrame(X, index=index)
    labels = pd.Series(X[:, 0], index=index[::-1])
    parts = data.split(frame, labels, X.tolist(), list(X[:, 0]), X, random_state=0)
    for container in range(5):
        for side in (0, 1):
            part, expected = parts[2 * container + side], parts[8 + side]
            values = np.asarray(part)
            same = values if values.ndim == 2 else values[:, None]
            np.testing.assert_array_equal(same, expected[:, : same.shape[1]])
    assert isinstance(parts[0], pd.DataFrame) and isinstance(parts[4], list)


def test_minmax_of_whole_numbers_does_not_overflow():
    X = np.array([[-128, 0], [127, 255]], "int16").astype("int8")
    np.testing.assert_array_equal(data.minmax(X[:, :1]), [[0], [1]])


@pytest.mark.parametrize("make", [data.spiral, data.circle, data.swiss_roll, data.clusters])
def test_curves_and_clouds_refuse_what_they_cannot_draw(make):
    with pytest.raises(
        ValueError, match="n_samples must be a whole number, at least 1, got 2.5"
    ):
        make(2.5)
    with pytest.raises(ValueError, match="noise must be a finite number, at least 0 .*got nan"):
        make(noise=np.nan)


@pytest.mark.parametrize("share", [0, 0.01, 0.99, 1.5, -0.2])
def test_split_leaves_no_side_empty(share):
    with pytest.raises(ValueError, match="one side empty|above 0 and below 1"):
        data.split(np.zeros((10, 1)), test_share=share)


@pytest.mark.parametrize("length", [5, 15])
def test_split_needs_rows_that_belong_together(length):
    with pytest.raises(ValueError, match=f"X has 10 rows, another {length}"):
        data.split(np.zeros((10, 1)), np.zeros(length))


def test_digits_name_their_source():
    pytest.importorskip("sklearn")
    digits = data.digits()
    X, y = digits
    assert X is digits.X and y is digits.y
    assert X.shape == (1797, 64) and digits.image_shape == (8, 8)
    assert X.min() == 0 and X.max() == 1
    np.testing.assert_array_equal(np.unique(y), range(10))
    for word in ("digits: 1797 samples, 64 features", "Alpaydin & Kaynak 1998", "scikit-learn"):
        assert word in repr(digits)


def test_digits_are_those_of_scikit_learn():
    theirs = pytest.importorskip("sklearn.datasets").load_digits()
    X, y = data.digits()
    np.testing.assert_array_equal(16 * X, theirs.data)
    np.testing.assert_array_equal(y, theirs.target)


def test_without_scikit_learn_digits_say_what_to_install(monkeypatch):
    monkeypatch.setattr(data, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        data.digits()


def test_a_circle_is_its_curve_and_the_noise_that_is_drawn():
    X, t = data.circle(50, noise=0.1, random_state=0)
    noise = 0.1 * np.random.default_rng(0).standard_normal((50, 2))
    curve = 0.5 + 0.5 * np.stack([np.cos(t), np.sin(t)], axis=-1)
    np.testing.assert_allclose(X, curve + noise, rtol=1e-14)
