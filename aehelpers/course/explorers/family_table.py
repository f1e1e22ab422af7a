"""The further notebook on the family in one table: its explorer of the noise on the images."""

import numpy as np

from ...figures import Explorer, plots


def draw_differences(ax, kinds, means, lows, highs, values):
    """Draw for each kind a mean with its interval (kinds,), and its values (kinds, m)."""
    places = np.arange(len(kinds))
    ax.scatter(np.repeat(places, values.shape[1]) + 0.25, values.ravel(), 9, color=plots.DATA)
    ax.errorbar(places, means, [means - lows, highs - means], fmt="o", color=plots.CURVE)
    ax.set_xticks(places, kinds, rotation=35, ha="right", rotation_mode="anchor")
    ax.set_xlim(-1, len(kinds) + 0.9)  # the baseline's name stands at the right end


def noise_explorer(kinds, gains, interval):
    """Return the explorer of the standard deviation of the noise on the test images.

    kinds : names.   gains : {sigma: gains minus PCA's in dB, (kinds, splits)}.
    interval(values) : mean and interval (mean, low, high) of values (splits,).
    """
    ends = np.array([interval(values) for found in gains.values() for values in found])
    limits = ends.min() - 0.2, ends.max() + 0.2

    def draw(axes, sigma):
        of_kinds = np.array([interval(values) for values in gains[sigma]])
        draw_differences(axes[0], kinds, *of_kinds.T, gains[sigma])
        plots.baseline(0, "PCA", ax=axes[0])
        axes[0].set(ylabel="gain - PCA's, dB", ylim=limits)
        best = int(np.argmax(of_kinds[:, 0]))
        return (
            f"At noise {sigma} the {kinds[best]} network has the largest gain, "
            f"{of_kinds[best, 0]:.1f} dB more than PCA's."
        )

    return Explorer(
        draw,
        sigma=list(gains),
        start={"sigma": 0.3},
        labels={"sigma": "noise, sigma"},
        title="Denoising gain of each kind",
        panels=(1, 1),
        figsize=(6.4, 3.4),
    )
