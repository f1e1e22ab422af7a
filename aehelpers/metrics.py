"""Metrics: how good a reconstruction is, what a code keeps, and what PCA reaches.

X and X_hat are (n, d), a code Z is (n, k) or (n,). Errors are in the units of X (MSE: squared).
"""

from math import log10, prod

import numpy as np

from .estimator import Estimator, check_number, check_whole, check_width
from .extras import from_extra
from .samples import (
    as_array,
    as_samples,
    feature_names,
    in_pieces,
    moments,
    real_numbers,
    row_slices,
    rows,
)


def _of_residuals(f, X, X_hat):
    """f(X - X_hat), an array, for each small piece of the samples, in float64.

    ValueError unless X and X_hat have one shape, or if a value of f is too large.
    """
    X, X_hat = real_numbers(X), real_numbers(X_hat, name="X_hat")
    if X.shape != X_hat.shape:
        raise ValueError(
            f"X and X_hat must have the same shape, got {X.shape} and {X_hat.shape}"
        )
    if X.size == 0:
        raise ValueError(f"X is empty, its shape is {X.shape}: at least one sample is needed")
    X, X_hat = np.atleast_1d(X), np.atleast_1d(X_hat)
    for part in row_slices(len(X), prod(X.shape[1:])):
        with np.errstate(all="ignore"):
            value = f(X[part].astype(float) - X_hat[part].astype(float))
        if not np.isfinite(value).all():
            raise ValueError("X and X_hat differ by so much that float64 cannot hold the error")
        yield value


def _to_unit(X):
    """X (n, d) times 2^-e, at most 1, and e: no digit is lost, and no square overflows."""
    exponent = np.frexp(np.abs(X).max())[1]
    with np.errstate(under="ignore"):
        return np.ldexp(X, -exponent), exponent


def mse(X, X_hat):
    """Mean squared error per element:  mean (X - X_hat)^2."""
    sums = sum(_of_residuals(lambda residual: (residual**2).sum(), X, X_hat))
    return float(sums / np.size(X))


def mse_of_reconstruction(model, X):
    """`mse` of X and model.reconstruct(X), which is computed in small pieces."""
    n, width = as_samples(X).shape
    parts = [(rows(X, part), part.stop - part.start) for part in row_slices(n, width)]
    return sum(mse(x, model.reconstruct(x)) * (size / n) for x, size in parts)


def mae(X, X_hat):
    """Mean absolute error per element:  mean |X - X_hat|."""
    sums = sum(_of_residuals(lambda residual: np.abs(residual).sum(), X, X_hat))
    return float(sums / np.size(X))


def max_error(X, X_hat):
    """Largest distance of a sample to its reconstruction:  max |x - x_hat|, Euclidean."""

    def largest(residual):
        residual, exponent = _to_unit(residual)
        return np.ldexp(np.linalg.norm(residual, axis=-1).max(), exponent)

    return float(max(_of_residuals(largest, X, X_hat)))


def explained_variance(X, X_hat):
    """Share of X's variance that X_hat keeps:  1 - |X - X_hat|^2 / |X - mean(X)|^2.

    X, X_hat : (n, d), in the same units.   Returns a float: 1 perfect, 0 as good as the mean,
        below 0 worse.
    Raises ValueError if the shapes differ or every sample of X is the same.
    """
    error = mse(X, X_hat)
    X = np.atleast_1d(real_numbers(X))
    _, deviation = moments(X.reshape(len(X), -1))
    if not deviation.any():
        raise ValueError("every sample of X is the same, so there is no variance to explain")
    return float(1 - error / (deviation**2).mean())


def psnr(X, X_hat, data_range=1.0):
    """Peak signal-to-noise ratio:  10 log10(data_range^2 / MSE) decibels;  inf if perfect."""
    check_number("data_range", data_range, above=0)
    error = mse(X, X_hat)
    if error:
        return 20 * log10(data_range) - 10 * log10(error)
    if max_error(X, X_hat):
        raise ValueError("X and X_hat differ by so little that float64 cannot hold the square")
    return float("inf")


def order_correlation(z, t):
    """|Spearman's rank correlation| of a code z (n,) with a true position t (n,).

    1: the code orders the samples as t does, forwards or backwards; 0: it does not. Raises
    ValueError if the lengths differ, there are fewer than two samples, or z or t is constant.
    """
    z, t = (_as_2d(values, name) for values, name in ((z, "z"), (t, "t")))
    if z.shape != t.shape or z.shape[1] != 1:
        raise ValueError(
            f"z and t must be (n,), one code and one position a sample: got {z.shape} and "
            f"{t.shape}"
        )
    z, t = z[:, 0], t[:, 0]
    if z.size < 2 or z.min() == z.max() or t.min() == t.max():
        raise ValueError(
            "an order needs at least two samples, and neither z nor t may be constant"
        )
    return float(abs(from_extra("scipy.stats").spearmanr(z, t)[0]))


def _as_2d(Z, name="Z"):
    """Z as (n, k); (n,) is one column."""
    Z = real_numbers(Z, name=name)
    return as_samples(Z[:, None] if Z.ndim == 1 else Z, name=name)


def _nearest_first(X):
    """For each row of X (n, d) the numbers of all rows, (n, n), its own first, by distance.

    Of equal distances, which pixels have, the first row's counts as the shorter one, so that
    the order does not depend on how a processor sorts.
    """
    X, _ = _to_unit(X.astype(float, copy=False))
    distances = from_extra("scipy.spatial.distance").cdist(X, X)
    np.fill_diagonal(distances, -1)
    return distances.argsort(axis=1, kind="stable")


def trustworthiness(X, Z, n_neighbors=10):
    """Are neighbours in the code Z neighbours in the data X?  1: all of them.

    1 - 2 / (n k (2 n - 3 k - 1)) times the sum, over the k = n_neighbors nearest in Z of each
    sample, of max(0, r - k), where the neighbour is the r-th nearest in X. Less than 1: the
    code has glued strangers together. Venna & Kaski 2001. ValueError unless k < n / 2.
    """
    check_whole("n_neighbors", n_neighbors, least=1)
    X, Z, k = _as_2d(X, "X"), _as_2d(Z), int(n_neighbors)
    n = len(X)
    if len(Z) != n:
        raise ValueError(f"one code a sample: got {n} samples and {len(Z)} codes")
    if not k < n / 2:
        raise ValueError(
            f"n_neighbors={k} of {n} samples: expected at least 1, below {n / 2:g}"
        )
    ranks = _nearest_first(X).argsort(axis=1)  # of row j as seen from row i
    too_far = np.take_along_axis(ranks, _nearest_first(Z)[:, 1 : k + 1], axis=1) - k
    return float(1 - too_far.clip(0).sum() * 2 / (n * k * (2 * n - 3 * k - 1)))


def continuity(X, Z, n_neighbors=10):
    """Are neighbours in the data X neighbours in the code Z?  1: all of them.

    Less: the code has torn neighbours apart. Otherwise as `trustworthiness`.
    """
    return trustworthiness(Z, X, n_neighbors)


def procrustes_distance(Z_a, Z_b):
    """Disparity of two codes (n, k) of the same samples: 0 the same shape, 1 unrelated.

    What is left after the best shift, scaling and rotation; Gower 1975, computed by SciPy.
    """
    codes = [_as_2d(Z, name).astype(float) for Z, name in ((Z_a, "Z_a"), (Z_b, "Z_b"))]
    if codes[0].shape != codes[1].shape:
        raise ValueError(
            f"Z_a and Z_b must have the same shape, got {codes[0].shape} and {codes[1].shape}"
        )
    for Z, name in zip(codes, ("Z_a", "Z_b"), strict=True):
        if (Z == Z[0]).all():
            raise ValueError(f"every row of {name} is the same, so it has no shape")
    with np.errstate(under="ignore"):
        return float(
            from_extra("scipy.spatial").procrustes(*(_to_unit(Z)[0] for Z in codes))[2]
        )


def active_units(Z, threshold=0.01):
    """How many numbers of a code Z (n, k) depend on the sample:  Var_x(z_j) > threshold.

    For a variational code take its means mu, and the prior's variance is 1: Burda, Grosse &
    Salakhutdinov 2016.
    """
    check_number("threshold", threshold)
    _, deviation = moments(_as_2d(Z), "Z")
    with np.errstate(under="ignore"):
        return int((deviation**2 > threshold).sum())


def auroc(scores, anomalous):
    """Chance that an anomaly has a higher score than a normal sample; a tie counts one half.

    It is the area under the receiver operating characteristic: 1 is a perfect detector, 0.5 is
    as good as a coin, and below 0.5 the score points the wrong way (Hanley & McNeil 1982).

    scores : (n,), higher for what looks more anomalous.   anomalous : (n,) of True and False.
    """
    scores, anomalous = _as_1d(scores, "scores"), as_array(anomalous, "anomalous")
    if anomalous.dtype != bool or anomalous.shape != scores.shape:
        raise ValueError(
            f"anomalous must be {scores.shape} of True and False, got {anomalous.dtype} of "
            f"shape {anomalous.shape}"
        )
    if anomalous.all() or not anomalous.any():
        raise ValueError("both kinds are needed: at least one anomaly and one normal sample")
    normal, high = np.sort(scores[~anomalous]), scores[anomalous]
    below, up_to = (np.searchsorted(normal, high, side) for side in ("left", "right"))
    return float((below + up_to).mean() / (2 * len(normal)))


def _as_1d(values, name):
    """Values (n,) as finite floats."""
    values = as_array(values, name)
    if values.ndim != 1:
        raise ValueError(f"{name} must be (n,), one number a sample, got shape {values.shape}")
    return real_numbers(values[:, None], name=name)[:, 0].astype(float)


def linear_probe(Z_train, y_train, Z_test, y_test):
    """Share of test samples whose class a linear reader finds in their code, (n, k) -> [0, 1].

    The reader is linear discriminant analysis, fitted on the training part by scikit-learn:
    what can be read from a code without bending it (Alain & Bengio 2016).
    """
    Z_train, Z_test = _as_2d(Z_train, "Z_train"), _as_2d(Z_test, "Z_test")
    check_width(Z_test, Z_train.shape[1], "linear_probe", "Z_test")
    y_train, y_test = _as_classes(y_train, Z_train, "y_train"), _as_classes(y_test, Z_test)
    if not moments(Z_train, "Z_train")[1].any():
        raise ValueError("every row of Z_train is the same, so no class can be read from it")
    moments(Z_test, "Z_test")  # refuses what float64 cannot square
    classes, first, of_class = np.unique(y_train, return_index=True, return_inverse=True)
    n_classes, points = len(classes), Z_train[first]
    if not 2 <= n_classes < len(y_train):
        raise ValueError(
            f"y_train has {n_classes} classes for {len(y_train)} samples: two classes are "
            "needed, and more samples than classes"
        )
    if (Z_train == points[of_class]).all():
        raise ValueError(
            "all samples of a class have the same code in Z_train, so there is no spread to "
            "compare the classes with"
        )
    discriminant_analysis = from_extra("sklearn.discriminant_analysis")
    with np.errstate(under="ignore", invalid="ignore"):  # 0/0 if all classes have one mean
        reader = discriminant_analysis.LinearDiscriminantAnalysis().fit(
            Z_train.astype(float), y_train
        )
        return float(np.mean(reader.predict(Z_test.astype(float)) == y_test))


def _as_classes(y, Z, name="y_test"):
    """Labels y (n,), one for each row of Z: whole numbers, truth values or words."""
    y = as_array(y, name)
    if y.shape != Z.shape[:1]:
        raise ValueError(f"{name} must be ({len(Z)},), one class a sample, got shape {y.shape}")
    y = as_array(y.tolist(), name)  # so that objects become numbers or words
    if y.dtype.kind not in "biuUf" or (y.dtype.kind == "f" and (y != np.round(y)).any()):
        raise TypeError(f"{name} must hold classes, as whole numbers or words, got {y.dtype}")
    return y


class PCA(Estimator):
    """Principal component analysis, the best linear autoencoder:  x_hat = m + (x - m) V^T V.

    After fit: mean_ m (d,); components_ V (k, d), orthonormal rows whose largest entry is
    positive; variances_ (min(n, d),), all eigenvalues of the covariance (x - m)^T (x - m) / n,
    largest first; n_features_in_, and feature_names_in_ of a frame. Solved exactly, by a
    singular value decomposition.
    """

    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X, y=None):
        """Find the components of X (n, d); y is there for pipelines and ignored."""
        check_whole("n_components", self.n_components, least=1)
        names, X = feature_names(X), as_samples(X)
        if self.n_components > min(X.shape):
            raise ValueError(
                f"n_components={self.n_components} does not fit X of shape "
                f"{X.shape}: it must lie in 1..min(n, d)"
            )
        mean, _ = moments(X)  # refuses what float64 cannot square
        _, s, V = np.linalg.svd(X - mean, full_matrices=False)
        V = V[: self.n_components]
        largest = np.take_along_axis(V, np.abs(V).argmax(axis=1)[:, None], axis=1)
        self.mean_, self.components_ = mean, V * np.sign(largest)
        self.variances_ = s**2 / len(X)
        self._remember_features(X.shape[1], names)
        return self

    def transform(self, X):
        """Codes Z (n, k) of X (n, d)."""
        samples = self._samples(X)
        Z = in_pieces(lambda x: (x - self.mean_) @ self.components_.T, samples, len(self.mean_))
        return self._as_output(Z, X)

    def fit_transform(self, X, y=None):
        """fit(X), then transform(X)."""
        return self.fit(X).transform(X)

    def inverse_transform(self, Z):
        """Reconstructions (n, d) of codes Z (n, k)."""
        Z = self._checked_codes(Z)
        return in_pieces(lambda z: self.mean_ + z @ self.components_, Z, len(self.mean_))

    def reconstruct(self, X):
        """inverse_transform(transform(X))."""
        return self.inverse_transform(self.transform(X))

    def score(self, X, y=None):
        """Minus the MSE per element of the reconstruction of X: higher is better."""
        self._samples(X)  # so that an error tells the row in X and not in a piece of it
        return -mse_of_reconstruction(self, X)

    @property
    def _n_features_out(self):
        """Number of columns of a code."""
        return len(self.components_)
