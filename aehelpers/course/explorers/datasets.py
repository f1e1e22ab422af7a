"""Noise on a spiral: explorers of notebook 02 and of the one on intrinsic dimension."""

import numpy as np
from scipy.spatial.distance import cdist, pdist

from ... import data, metrics
from ...checks import rounded
from ...figures import Explorer, plots

NOISES = [0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5]
SIZES = [50, 100, 200, 400, 800, 1600]
POSITIONS = np.linspace(0, 2 * np.pi, 1001)  # where the curve is looked up
LABELS = {"noise": "noise, standard deviation before scaling", "n_samples": "number of points"}
SQUARE = {"xlim": (-0.05, 1.05), "ylim": (-0.05, 1.05)}


def noisy_spiral(noise, n_samples):
    """Return points of a spiral X (n, 2), their true positions t (n,), and the curve (1001, 2).

    All are scaled by the extremes of X. A larger noise moves the same points further.
    """
    t = np.linspace(0, 2 * np.pi, n_samples)
    e = np.random.default_rng(0).standard_normal((n_samples, 2))
    raw = data.spiral_curve(t) + noise * e
    low, width = raw.min(axis=0), np.ptp(raw, axis=0)
    return (raw - low) / width, t, (data.spiral_curve(POSITIONS) - low) / width


def measured(noise, n_samples):
    """Return what is measured on a noisy spiral, as a dict.

    "floor": the MSE of the nearest places on the curve; "line": that of the best straight line;
    "order": the rank correlation of the nearest and the true positions; "nearest": the
    positions of the nearest places (n,); and "X", "t", "curve" as `noisy_spiral` gives them.
    """
    X, t, curve = noisy_spiral(noise, n_samples)
    number = cdist(X, curve).argmin(axis=1)
    return {
        "floor": metrics.mse(X, curve[number]) if noise else 0.0,
        "line": -metrics.PCA(1).fit(X).score(X),
        "order": metrics.order_correlation(POSITIONS[number], t),
        "nearest": POSITIONS[number],
        "X": X,
        "t": t,
        "curve": curve,
    }


def draw_noise(noise, n_samples, axes):
    """Draw the points with their curve, and the nearest against the true positions."""
    left, right = axes.flat
    found = measured(noise, n_samples)
    plots.manifold(found["curve"], found["X"], ax=left, label="curve without noise")
    left.set(**SQUARE)
    plots.code_against(found["t"], found["nearest"], ax=right)
    right.set(ylabel="position of the nearest place", xlim=(-0.3, 6.6), ylim=(-0.3, 6.6))
    floor, line, order = (rounded(found[key], 2) for key in ("floor", "line", "order"))
    return (
        f"Noise floor: MSE {floor if noise else 0}; best straight line: MSE {line}. "
        f"Rank correlation of the positions: {order}."
    )


def noise_explorer():
    """Return the explorer of notebook 02: noise and number of points of a spiral."""
    return Explorer(
        draw_noise,
        noise=NOISES,
        n_samples=SIZES,
        labels=LABELS,
        start={"noise": 0.3, "n_samples": 400},
        title="Points, curve and nearest places",
        figsize=(7.0, 3.1),
        panels=(1, 2),
    )


def pair_slopes(X, shares):
    """Return radii (m,) and the derivative of log N(r) there (m,).

    N(r) is the share of all pairs of points that lie closer than r. Between two neighbouring
    `shares` (m + 1,), increasing, the derivative is a quotient of differences.
    """
    r = np.quantile(pdist(X), shares)
    return np.sqrt(r[1:] * r[:-1]), np.diff(np.log(shares)) / np.diff(np.log(r))


def draw_slopes(noise, n_samples, axes):
    """Draw the points with their curve, and their dimension at each radius."""
    left, right = axes.flat
    X, _, curve = noisy_spiral(noise, n_samples)
    plots.manifold(curve, X, ax=left, label="curve without noise")
    left.set(**SQUARE)
    r, slope = pair_slopes(X, np.geomspace(0.01, 0.3, 8))
    right.plot(r, slope, "o-")
    plots.baseline(1, "a curve", ax=right)
    plots.baseline(2, "a plane", ax=right)
    right.set(xscale="log", xlim=(0.005, 0.6), ylim=(0.5, 2.5))
    right.set(xlabel="radius $r$", ylabel="dimension $q(r)$")
    return (
        f"Dimension at the smallest radius: {rounded(slope[0], 2)}, "
        f"at the largest: {rounded(slope[-1], 2)}."
    )


def dimension_explorer():
    """Return the explorer of the notebook on intrinsic dimension."""
    return Explorer(
        draw_slopes,
        noise=NOISES,
        n_samples=SIZES[1:],
        labels=LABELS,
        start={"noise": 0.3, "n_samples": 400},
        title="Points, and their dimension at each radius",
        figsize=(7.0, 3.1),
        panels=(1, 2),
    )
