"""Metrics: how good a reconstruction is, what a code keeps, and what PCA reaches.

X and X_hat are (n, d), a code Z is (n, k) or (n,). Errors are in the units of X (MSE: squared).
"""

import numpy as np


def _pair(X, X_hat):
    """X and X_hat as arrays of one shape; ValueError if they are not."""
    X, X_hat = np.asarray(X, dtype=float), np.asarray(X_hat, dtype=float)
    if X.shape != X_hat.shape:
        raise ValueError(
            f"X and X_hat must have the same shape, got {X.shape} and {X_hat.shape}"
        )
    if X.size == 0:
        raise ValueError(f"X is empty, its shape is {X.shape}: at least one sample is needed")
    return X, X_hat


def mse(X, X_hat):
    """Mean squared error per element:  mean (X - X_hat)^2."""
    X, X_hat = _pair(X, X_hat)
    return float(((X - X_hat) ** 2).mean())


def mae(X, X_hat):
    """Mean absolute error per element:  mean |X - X_hat|."""
    X, X_hat = _pair(X, X_hat)
    return float(np.abs(X - X_hat).mean())


def max_error(X, X_hat):
    """Largest distance of a sample to its reconstruction:  max |x - x_hat|, Euclidean."""
    X, X_hat = _pair(X, X_hat)
    return float(np.linalg.norm(X - X_hat, axis=-1).max())


def explained_variance(X, X_hat):
    """Share of X's variance that X_hat keeps:  1 - |X - X_hat|^2 / |X - mean(X)|^2.

    X, X_hat : (n, d), in the same units.   Returns a float: 1 perfect, 0 as good as the mean,
        below 0 worse.
    Raises ValueError if the shapes differ or every sample of X is the same.
    """
    X, X_hat = _pair(X, X_hat)
    total = ((X - X.mean(axis=0)) ** 2).sum()
    if total == 0:
        raise ValueError("every sample of X is the same, so there is no variance to explain")
    return float(1 - ((X - X_hat) ** 2).sum() / total)


def psnr(X, X_hat, data_range=1.0):
    """Peak signal-to-noise ratio:  10 log10(data_range^2 / MSE) decibels;  inf if perfect."""
    error = mse(X, X_hat)
    return float(10 * np.log10(data_range**2 / error)) if error else float("inf")


def order_correlation(z, t):
    """|Spearman's rank correlation| of a code z (n,) with a true position t (n,).

    1: the code orders the samples as t does, forwards or backwards; 0: it does not. Raises
    ValueError if the lengths differ, there are fewer than two samples, or z or t is constant.
    """
    from scipy.stats import spearmanr

    z, t = np.ravel(z), np.ravel(t)
    if z.shape != t.shape:
        raise ValueError(
            f"one code and one position a sample: got {z.size} codes and {t.size} positions"
        )
    if z.size < 2 or np.ptp(z) == 0 or np.ptp(t) == 0:
        raise ValueError(
            "an order needs at least two samples, and neither z nor t may be constant"
        )
    return float(abs(spearmanr(z, t)[0]))


def _as_2d(Z):
    """Z as (n, k); (n,) is one column."""
    Z = np.asarray(Z)
    return Z[:, None] if Z.ndim == 1 else Z


def _nearest_first(X):
    """For each row of X (n, d) the numbers of all rows, (n, n), its own first, by distance.

    Of equal distances, which pixels have, the first row's counts as the shorter one, so that
    the order does not depend on how a processor sorts.
    """
    from scipy.spatial.distance import cdist

    distances = cdist(_as_2d(X), _as_2d(X))
    np.fill_diagonal(distances, -1)
    return distances.argsort(axis=1, kind="stable")


def trustworthiness(X, Z, n_neighbors=10):
    """Are neighbours in the code Z neighbours in the data X?  1: all of them.

    1 - 2 / (n k (2 n - 3 k - 1)) times the sum, over the k = n_neighbors nearest in Z of each
    sample, of max(0, r - k), where the neighbour is the r-th nearest in X. Less than 1: the
    code has glued strangers together. Venna & Kaski 2001. ValueError unless k < n / 2.
    """
    nearest, k, n = _nearest_first(X), n_neighbors, len(X)
    if not 1 <= k < n / 2:
        raise ValueError(
            f"n_neighbors={k} of {n} samples: expected at least 1, below {n / 2:g}"
        )
    ranks = nearest.argsort(axis=1)  # of row j as seen from row i
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
    from scipy.spatial import procrustes

    return float(procrustes(_as_2d(Z_a), _as_2d(Z_b))[2])


def active_units(Z, threshold=0.01):
    """How many numbers of a code Z (n, k) depend on the sample:  Var_x(z_j) > threshold.

    For a variational code take its means mu, and the prior's variance is 1: Burda, Grosse &
    Salakhutdinov 2016.
    """
    return int((_as_2d(Z).var(axis=0) > threshold).sum())


def linear_probe(Z_train, y_train, Z_test, y_test):
    """Share of test samples whose class a linear reader finds in their code, (n, k) -> [0, 1].

    The reader is linear discriminant analysis, fitted on the training part by scikit-learn:
    what can be read from a code without bending it (Alain & Bengio 2016).
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    reader = LinearDiscriminantAnalysis().fit(_as_2d(Z_train), y_train)
    return float(reader.score(_as_2d(Z_test), y_test))


class PCA:
    """Principal component analysis, the best linear autoencoder:  x_hat = m + (x - m) V^T V.

    After fit: mean_ m (d,); components_ V (k, d), orthonormal rows whose largest entry is
    positive; variances_ (min(n, d),), all eigenvalues of the covariance (x - m)^T (x - m) / n,
    largest first. Solved exactly, by a singular value decomposition.
    """

    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, X, y=None):
        X = np.asarray(X, dtype=float)
        k = self.n_components
        if X.ndim != 2 or not isinstance(k, int | np.integer) or not 1 <= k <= min(X.shape):
            raise ValueError(
                f"n_components={self.n_components} does not fit X of shape "
                f"{X.shape}: it must lie in 1..min(n, d)"
            )
        self.mean_ = X.mean(axis=0)
        _, s, V = np.linalg.svd(X - self.mean_, full_matrices=False)
        self.variances_ = s**2 / len(X)
        V = V[: self.n_components]
        largest = np.take_along_axis(V, np.abs(V).argmax(axis=1)[:, None], axis=1)
        self.components_ = V * np.sign(largest)
        return self

    def transform(self, X):
        return (np.asarray(X) - self.mean_) @ self.components_.T

    def inverse_transform(self, Z):
        return self.mean_ + np.asarray(Z) @ self.components_

    def reconstruct(self, X):
        return self.inverse_transform(self.transform(X))

    def score(self, X, y=None):
        """Minus the MSE per element of the reconstruction of X."""
        return -mse(X, self.reconstruct(X))
