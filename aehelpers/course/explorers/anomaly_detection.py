"""Notebook 11: detectors for each class of digits left out, and an explorer of errors."""

import numpy as np

from ... import metrics
from ...autoencoder import Autoencoder
from ...checks import rounded
from ...figures import Explorer, plots
from ...variants import DenoisingAutoencoder
from ..side_by_side import fit_side_by_side

CLASSES = range(10)
WIDTHS = [1, 2, 4, 8, 16, 32]
FALSE_ALARM_RATES = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4]
ROWS = ["missed", "reconstruction", "false alarm", "reconstruction"]


def error_of(coder, X):
    """Return the mean squared error of each reconstruction, an anomaly score (n,)."""
    return ((X - coder.reconstruct(X)) ** 2).mean(axis=1)


def small_net(latent_dim, random_state):
    """Return an unfitted net 64-64-k-64-64 for digits, which trains quickly."""
    return Autoencoder(
        latent_dim,
        hidden=(64,),
        latent_activation="identity",
        output_activation="sigmoid",
        learning_rate=0.02,
        schedule="cosine",
        epochs=8,
        batch_size=32,
        dtype="float32",
        random_state=random_state,
    )


def denoiser(random_state, epochs=20):
    """Return an unfitted denoiser of digits, 64-128-64, for noise of deviation 0.4."""
    return DenoisingAutoencoder(
        128,
        corruption_level=0.4,
        activation="relu",
        output_activation="sigmoid",
        learning_rate=0.02,
        schedule="cosine",
        epochs=epochs,
        random_state=random_state,
    )


def without_each_class(X, y):
    """Return ten arrays of equal length: X (n, 64) without the samples of one class each."""
    parts = [X[y != c] for c in CLASSES]
    shortest = min(map(len, parts))  # an ensemble takes arrays of one shape
    return [part[:shortest] for part in parts]


def detectors(X, y, widths=tuple(WIDTHS)):
    """Return {(latent_dim, class left out): net}, fitted to the digits of all other classes."""
    parts = without_each_class(X, y)
    pairs = [(k, c) for k in widths for c in CLASSES]
    nets = fit_side_by_side([small_net(k, c) for k, c in pairs], [parts[c] for _, c in pairs])
    return dict(zip(pairs, nets, strict=True))


def nearest_distance(X, known):
    """Return the squared distance from each of X (n, d) to the nearest of `known` (m, d)."""
    squares = (X**2).sum(axis=1)[:, None] - 2 * X @ known.T + (known**2).sum(axis=1)
    return squares.min(axis=1).clip(0)


def detector_explorer(nets, X, y):
    """Return the explorer of errors, threshold and mistakes on test digits X (n, 64), y (n,).

    nets : as `detectors` returns them.
    """

    def draw(axes, left_out, latent_dim, false_alarm_rate):
        net, anomalous = nets[latent_dim, left_out], y == left_out
        score = error_of(net, X)
        threshold = np.quantile(score[~anomalous], 1 - false_alarm_rate)
        draw_scores(score, anomalous, threshold, axes[0])
        missed = X[anomalous][np.argsort(score[anomalous])[:5]]
        alarms = X[~anomalous][np.argsort(score[~anomalous])[:-6:-1]]
        rows = [missed, net.reconstruct(missed), alarms, net.reconstruct(alarms)]
        plots.image_grid(np.concatenate(rows), ax=axes[1], rows=4, row_titles=ROWS)
        found = (score[anomalous] > threshold).mean()
        return (
            f"AUROC {metrics.auroc(score, anomalous):.2f}. With {false_alarm_rate:.1%} false "
            f"alarms among these normal digits, {rounded(found, 2)} of the anomalies are found."
        )

    return Explorer(
        draw,
        left_out=list(CLASSES),
        latent_dim=sorted({k for k, _ in nets}),
        false_alarm_rate=FALSE_ALARM_RATES,
        labels={
            "left_out": "class left out",
            "latent_dim": "latent dimension",
            "false_alarm_rate": "false alarm rate",
        },
        start={"left_out": 8, "latent_dim": 8, "false_alarm_rate": 0.05},
        title="Errors of normal digits and anomalies",
        panels=(1, 2),
        figsize=(8.0, 3.2),
    )


def draw_scores(score, anomalous, threshold, ax):
    """Draw histograms of scores (n,) of normal samples and anomalies, and the threshold."""
    top = np.quantile(score, 0.99)  # larger ones are counted at the edge
    groups = ("normal", ~anomalous, plots.DATA), ("anomalies", anomalous, plots.CURVE)
    for label, rows, colour in groups:
        look = {"density": True, "alpha": 0.75, "color": colour, "label": label}
        ax.hist(score[rows].clip(0, 0.999 * top), np.linspace(0, top, 31), **look)
    ax.axvline(threshold, color=plots.BASELINE, linestyle="--", label="threshold")
    ax.set(xlabel="anomaly score (squared error per pixel)", ylabel="density")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, columnspacing=1.2)


def roc(scores, anomalous):
    """Return false alarm rates and detection rates at every threshold, each (n + 1,)."""
    order = np.argsort(-scores, kind="stable")
    hits = np.concatenate([[0], np.cumsum(anomalous[order])])
    alarms = np.arange(len(hits)) - hits
    return alarms / (~anomalous).sum(), hits / anomalous.sum()
