"""Data: curves and clouds made here, and real images, each as samples in rows.

`random_state` is an int or None (NumPy's PCG64), a `numpy.random.Generator`, or a legacy
`RandomState`, which is used as it is: the published reference was drawn from its frozen stream
(NEP 19).
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from .estimator import check_number, checked_generator, generator
from .mnist import Dataset, fashion_mnist, mnist, read_idx
from .samples import as_samples, n_rows, real_numbers, rows

__all__ = [
    "Dataset",
    "circle",
    "clusters",
    "digits",
    "fashion_mnist",
    "minmax",
    "mnist",
    "read_idx",
    "spiral",
    "spiral_curve",
    "split",
    "swiss_roll",
]


def _gaussian(rng, noise, shape):
    """Gaussian noise of that deviation; what is too small becomes 0."""
    with np.errstate(under="ignore"):
        return float(noise) * rng.standard_normal(shape)


def minmax(X):
    """Each feature of X (n, d) scaled to [0, 1]:  (x - min) / (max - min).

    Raises ValueError if a feature is constant, or if a float64 cannot hold max - min.
    """
    X = as_samples(X).astype(float, copy=False)  # whole numbers of eight bits would overflow
    low, high = X.min(axis=0), X.max(axis=0)
    if (low == high).any():
        raise ValueError(
            f"feature {int((low == high).argmax())} is constant, so it has no scale: drop it"
        )
    with np.errstate(over="ignore", under="ignore"):
        span = high - low
        if not np.isfinite(span).all():
            j = int(span.argmax())
            raise ValueError(
                f"feature {j} of X goes from {low[j]:g} to {high[j]:g}, and a float64 cannot "
                "hold the difference: give it in other units"
            )
        return (X - low) / span


def spiral_curve(t):
    """The curve under the spiral:  (t cos t, t sin t).   t (n,) in radians -> (n, 2)."""
    t = real_numbers(t, name="t").astype(float, copy=False)
    with np.errstate(under="ignore"):
        return np.stack([t * np.cos(t), t * np.sin(t)], axis=-1)


def spiral(n_samples=500, noise=0.3, random_state=None):
    """Noisy points along (t cos t, t sin t), t from 0 to 2 pi, each feature scaled to [0, 1].

    Returns X (n, 2) and t (n,), the true position along the curve in radians. `noise` is the
    deviation of the Gaussian noise in the units of t, before scaling.
    With random_state=np.random.RandomState(42) these are the published reference's points.
    """
    rng = checked_generator(n_samples, noise, random_state)
    t = np.linspace(0, 2 * np.pi, n_samples)
    # One coordinate after the other: the order in which the reference draws.
    noise = noise * np.stack([rng.standard_normal(n_samples) for _ in range(2)], axis=-1)
    return minmax(spiral_curve(t) + noise), t


def circle(n_samples=500, noise=0.02, random_state=None):
    """Noisy points on the circle of radius 1/2 about (1/2, 1/2).

    Returns X (n, 2) and the angle t (n,) in radians, from 0 to 2 pi.
    """
    rng = checked_generator(n_samples, noise, random_state)
    t = np.linspace(0, 2 * np.pi, n_samples, endpoint=False)
    X = 0.5 + 0.5 * np.stack([np.cos(t), np.sin(t)], axis=-1)
    return X + _gaussian(rng, noise, X.shape), t


def swiss_roll(n_samples=500, noise=0.3, random_state=None):
    """A rolled-up sheet, (t cos t, h, t sin t), after Tenenbaum, de Silva & Langford 2000.

    t is uniform in [3/2 pi, 9/2 pi], h in [0, 21]. Returns X (n, 3), each feature scaled to
    [0, 1], and the true positions (t, h) (n, 2). `noise` is in units of h, before scaling.
    """
    rng = checked_generator(n_samples, noise, random_state)
    t, h = 1.5 * np.pi * (1 + 2 * rng.random(n_samples)), 21 * rng.random(n_samples)
    roll = spiral_curve(t)
    X = np.stack([roll[:, 0], h, roll[:, 1]], axis=-1)
    return minmax(X + _gaussian(rng, noise, X.shape)), np.stack([t, h], axis=-1)


def clusters(
    n_samples=500, centers=((-2, -2), (-2, 2), (2, -2), (2, 2)), noise=0.5, random_state=None
):
    """Gaussian clouds of deviation `noise` about the given centres, in shuffled order.

    The clouds are equally large (the first ones get the rest). Returns X (n, d) and the number
    of each point's cloud (n,).
    """
    rng = checked_generator(n_samples, noise, random_state)
    centers = as_samples(centers, name="centers")
    label = rng.permutation(np.arange(int(n_samples)) % len(centers))
    return centers[label] + _gaussian(rng, noise, (n_samples, centers.shape[1])), label


def digits():
    """1797 handwritten digits of 8 x 8 pixels, grey values in [0, 1], as a Dataset.

    The test part of UCI's "Optical Recognition of Handwritten Digits" (Alpaydin & Kaynak 1998),
    which ships with scikit-learn; ImportError if that is missing. It has 13 writers, so a
    random split has the same hands on both sides.
    """
    package = find_spec("sklearn")
    if package is None:
        raise ImportError(
            "the digits ship with scikit-learn, which is not installed: "
            "pip install scikit-learn, or install aehelpers with its extra 'lab'"
        )
    # The file alone: to import scikit-learn takes a second, to read it a hundredth of one.
    file = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"
    X, y = np.split(np.loadtxt(file, delimiter=","), [64], axis=1)
    return Dataset(
        X / 16,
        y[:, 0].astype(int),
        "digits",
        "UCI, Alpaydin & Kaynak 1998, through scikit-learn",
        (8, 8),
    )


def split(X, *others, test_share=0.2, random_state=None):
    """Shuffle and split: X_train, X_test, and the same rows of each other array, in pairs.

    X and the others may be arrays, lists, or frames and series of pandas; their rows belong
    together by position. The test part has round(test_share * n) samples.
    """
    check_number("test_share", test_share, above=0, below=1)
    n, *lengths = map(n_rows, (X, *others))
    n_test = round(test_share * n)
    if not 0 < n_test < n:
        raise ValueError(f"test_share={test_share} of {n} samples leaves one side empty")
    for length in lengths:
        if length != n:
            raise ValueError(f"one row a sample: X has {n} rows, another {length}")
    order = generator(random_state).permutation(n)
    test, train = order[:n_test], order[n_test:]
    return [rows(each, part) for each in (X, *others) for part in (train, test)]
