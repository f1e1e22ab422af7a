"""Notebook 06: its explorer of depth, width, latent dimension and data, and its figures."""

import numpy as np

from ... import metrics
from ...autoencoder import Autoencoder
from ...figures import Explorer, plots
from ...sweeps import fit_all

DEPTHS = [0, 1, 2, 3]
WIDTHS = [16, 32, 64, 128]
LATENT_DIMS = [1, 2, 4, 8, 16, 32]
SAMPLES = [100, 400, 1438]  # training digits
# By depth. Those of the notebook, chosen for a width of 64, are too large for 128 units.
LEARNING_RATES = {0: 0.064, 1: 0.016, 2: 0.008, 3: 0.004}
STEPS, BATCH_SIZE = 540, 32  # of each training: 12 epochs of 1438 digits
COLUMNS = 8  # digits in a row of the pictures


class DepthAndWidth:
    """Nets for digits, trained when they are first asked for, and the picture of one of them.

    X_train (n, 64) : digits, of which the first 100, 400 or all are learnt from.
    X_test (m, 64) : digits for the test errors.
    """

    def __init__(self, X_train, X_test):
        self.X_train, self.X_test = X_train, X_test
        self._fitted, self._errors_of_pca = {}, {}

    def nets(self, depth, width, samples):
        """Return (nets, training errors, test errors) for all of LATENT_DIMS.

        Every training takes 540 steps, whatever the number of samples.
        """
        if depth == 0:
            width = WIDTHS[0]  # a net without hidden layers has no width
        key = depth, width, samples
        if key not in self._fitted:
            self._fitted[key] = self._fit(*key)
        return self._fitted[key]

    def _fit(self, depth, width, samples):
        X = self.X_train[:samples]
        nets = [
            Autoencoder(
                latent_dim,
                (width,) * depth,
                latent_activation="identity",
                output_activation="sigmoid",
                learning_rate=LEARNING_RATES[depth],
                schedule="cosine",
                epochs=round(STEPS / np.ceil(len(X) / BATCH_SIZE)),
                batch_size=BATCH_SIZE,
                random_state=0,
            )
            for latent_dim in LATENT_DIMS
        ]
        nets = fit_all(nets, X)
        return nets, [-net.score(X) for net in nets], [-net.score(self.X_test) for net in nets]

    def test_errors(self, depth, width, samples):
        """Return the test errors for all of LATENT_DIMS as an array."""
        return np.array(self.nets(depth, width, samples)[2])

    def errors_of_pca(self, samples):
        """Return PCA's test errors for all of LATENT_DIMS, its output clipped to [0, 1]."""
        if samples not in self._errors_of_pca:
            X = self.X_train[:samples]
            fitted = [metrics.PCA(latent_dim).fit(X) for latent_dim in LATENT_DIMS]
            self._errors_of_pca[samples] = [clipped_error(pca, self.X_test) for pca in fitted]
        return self._errors_of_pca[samples]

    def draw(self, depth, width, latent_dim, samples, axes):
        """Draw errors against the latent dimension, and digits with their reconstructions."""
        nets, training, test = self.nets(depth, width, samples)
        of_pca, place = self.errors_of_pca(samples), LATENT_DIMS.index(latent_dim)
        lines = {"PCA, test": of_pca, "net, test": test, "net, training": training}
        looks = [
            {"color": plots.BASELINE, "linestyle": ":"},
            {"color": plots.RECONSTRUCTION, "marker": "o"},
            {"color": plots.CURVE, "marker": "s", "linestyle": "--"},
        ]
        ax, ticks = axes[0], range(len(LATENT_DIMS))
        for (label, errors), look in zip(lines.items(), looks, strict=True):
            ax.plot(ticks, errors, label=label, **look)
        ax.axvline(place, color=plots.LINE, linewidth=6, alpha=0.4, zorder=0)
        ax.set(xticks=ticks, xticklabels=LATENT_DIMS, xlabel="latent dimensions")
        ax.set(ylabel="MSE", yscale="log", ylim=(0.0005, 0.15))
        ax.legend(loc="lower left")
        shown = []
        for X in (self.X_test[:COLUMNS], self.X_train[:COLUMNS]):
            shown += [X, nets[place].reconstruct(X)]
        titles = ["test digit", "reconstruction", "training digit", "reconstruction"]
        plots.image_grid(np.concatenate(shown), ax=axes[1], rows=4, row_titles=titles)
        return (
            f"{nets[place].theta_.size} parameters. MSE: training {training[place]:.3f}, "
            f"test {test[place]:.3f}; PCA with as many dimensions, test {of_pca[place]:.3f}."
        )


def depth_and_width(X_train, X_test):
    """Return the Explorer of depth, width, latent dimension and number of training digits."""
    return Explorer(
        DepthAndWidth(X_train, X_test).draw,
        depth=DEPTHS,
        width=WIDTHS,
        latent_dim=LATENT_DIMS,
        samples=SAMPLES,
        labels={
            "depth": "hidden layers, each half",
            "width": "units in a hidden layer",
            "latent_dim": "latent dimensions",
            "samples": "training digits",
        },
        start={"depth": 1, "width": 64, "latent_dim": 8, "samples": 1438},
        title="Digits through nets of different depth and width",
        panels=(1, 2),
        figsize=(7.0, 3.3),
    )


def clipped_error(pca, X):
    """MSE of PCA's reconstructions of X (n, d), clipped to [0, 1] as a sigmoid output is."""
    return metrics.mse(X, pca.reconstruct(X).clip(0, 1))


def plateaus(losses, levels):
    """Return the picture of a linear net's MSE, epoch by epoch, and of the levels it rests at.

    losses (m,) : MSE at each epoch.   levels : {words: MSE}, drawn as horizontal lines.
    """
    fig, ax = plots.subplots(width=6.4, height=2.9)
    ax.plot(np.arange(1, len(losses) + 1), losses, color=plots.CURVE)
    for words, level in levels.items():
        ax.axhline(level, color=plots.BASELINE, linestyle=":", linewidth=1)
        ax.text(len(losses), level + 0.03, words, ha="right", va="bottom")
    ax.set(xlabel="epoch", ylabel="MSE", ylim=(0, 1.15 * max(losses)))
    return plots.show(fig, "The loss falls in steps, and rests on a plateau between them.")


def fronts_and_bumps(places, shown):
    """Return the picture of reconstructions, {title: {label: grey values (m,)}}, at places."""
    fig, axes = plots.subplots(1, len(shown), height=2.9)
    for ax, (title, lines) in zip(axes, shown.items(), strict=True):
        plots.curves(places, lines, ax=ax, xlabel="place of the pixel", ylabel="grey value")
        ax.set(title=title, ylim=(-0.1, 1.15))
    return plots.show(
        fig, "The net without a hidden layer follows the front and misses the bump."
    )


def errors_by_rate(rates, errors, of_the_mean):
    """Return the picture of errors {label: (m,)} against learning rates (m,), both logarithmic.

    of_the_mean : MSE of the mean digit. Larger errors are drawn a little above it. Errors far
        above the lowest are drawn to one digit, because the training is chaotic there, and
        another processor gives other digits.
    """
    fig, ax = plots.subplots(width=6.4, height=3.3)
    for (label, values), marker in zip(errors.items(), plots.MARKERS, strict=False):
        values = np.minimum(values, 1.2 * of_the_mean)
        beyond = np.arange(len(values)) > np.argmin(values)
        coarse = beyond & (values > 1.5 * np.min(values))
        values = np.where(coarse, np.round(values, 2), values)
        ax.plot(rates, values, marker=marker, label=label)
    ax.axhline(of_the_mean, color=plots.BASELINE, linestyle=":", linewidth=1)
    ax.text(rates[0], 1.04 * of_the_mean, "mean digit", va="bottom")
    ax.set(xscale="log", yscale="log", ylim=(0.012, 0.11))
    ax.set(xlabel="learning rate", ylabel="MSE on validation digits")
    ax.set(yticks=[0.015, 0.02, 0.03, 0.05, 0.1])
    ax.set(yticklabels=["0.015", "0.02", "0.03", "0.05", "0.1"])
    ax.minorticks_off()
    ax.legend(loc="lower left")
    return plots.show(fig, "The deeper the net, the smaller is the best learning rate.")


def bars(intervals, xlabel, alt):
    """Return the picture of means with their intervals, {label: (mean, low, high)}, as bars."""
    fig, ax = plots.subplots(width=6.4, height=0.7 + 0.36 * len(intervals))
    mean, low, high = np.transpose(list(intervals.values()))
    plots.bars_with_intervals(list(intervals), mean, low, high, ax=ax)
    ax.set(xlabel=xlabel)
    return plots.show(fig, alt)


def early_stopping(training, validation, best_epoch, of_pca):
    """Return the picture of training and validation MSE (m,), and where the second is least.

    of_pca : PCA's validation MSE, a horizontal line.
    """
    fig, ax = plots.subplots(width=6.4, height=3.1)
    epochs = np.arange(1, len(training) + 1)
    ax.plot(epochs, validation, color=plots.RECONSTRUCTION, label="validation error")
    ax.plot(epochs, training, color=plots.CURVE, linestyle="--", label="training error")
    ax.axhline(of_pca, color=plots.BASELINE, linestyle=":", label="PCA, validation error")
    ax.plot(best_epoch, validation[best_epoch - 1], "o", color=plots.BASELINE, markersize=7)
    least = validation[best_epoch - 1]
    arrow = {"arrowstyle": "-", "color": plots.INK}
    ax.annotate(
        "stop here", (best_epoch, least), (best_epoch, 2 * least), ha="center", arrowprops=arrow
    )
    ax.set(xlabel="epoch", ylabel="MSE", yscale="log", ylim=(0.001, 0.1))
    ax.legend(loc="upper right")
    return plots.show(fig, "Training error falls to the end; validation error rises again.")


def rows_of_digits(rows, alt, height):
    """Return the picture of digits, {title: images (n, 64)}, a row for each title."""
    fig, ax = plots.subplots(width=6.4, height=height)
    shown = np.concatenate(list(rows.values()))
    plots.image_grid(shown, ax=ax, rows=len(rows), row_titles=list(rows))
    return plots.show(fig, alt)


def units(nets, X, count=16):
    """Return the picture of what the units of codes draw, one panel for each of {title: net}.

    Of each net the `count` units with the largest mean size for X (n, 64): the rows of W_d,
    each divided by its largest entry in size.
    """
    fig, axes = plots.subplots(1, len(nets), width=5.6, height=0.25 + 5.2 / len(nets))
    fig.get_layout_engine().set(wspace=0.08)
    for ax, (title, net) in zip(axes, nets.items(), strict=True):
        strongest = np.argsort(-np.abs(net.transform(X)).mean(axis=0), kind="stable")[:count]
        drawn = net.weights_["W_d"][strongest]
        drawn = drawn / np.abs(drawn).max(axis=1, keepdims=True)
        plots.image_grid(drawn, ax=ax, rows=round(count**0.5), vmin=-1, vmax=1)
        ax.set(title=title)
    return plots.show(
        fig, "Without a penalty a unit draws scattered pixels, with it parts of strokes."
    )
