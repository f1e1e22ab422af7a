"""What the notebook on bits and bottlenecks needs: codes scaled to [0, 1], and its pictures."""

import numpy as np

from ... import metrics
from ...checks import rounded
from ...figures import Explorer, plots

BITS = list(range(1, 15))
NOISES = [0.0, 0.0001, 0.001, 0.01, 0.03, 0.1]


def scaled(model, X):
    """Return codes of X (n, d), scaled to [0, 1], (n,), and what decodes such codes again.

    model : a fitted net or PCA with one latent dimension. The decoder takes codes (m,) and the
    number of bits that they carry, which it does not need.
    """
    codes = model.transform(X)[:, 0]
    low, width = codes.min(), np.ptp(codes)

    def decode(u, bits=None):
        return model.inverse_transform(low + width * u[:, None])

    return (codes - low) / width, decode


def draw_order(separate, bits, ax):
    """Draw the order in which a code of two interleaved numbers goes through the square."""
    codes = (np.arange(2**bits) + 0.5) / 2**bits
    points = separate(codes, bits)
    ax.plot(*points.T, color=plots.CURVE, linestyle="-", linewidth=1, marker="o", markersize=4)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
    return ax


def draw_jumps(interleave, x2, ax):
    """Draw the interleaved code against the first coordinate, for a fixed second one."""
    x1 = np.linspace(0, 1, 1025)[:-1]
    codes = interleave(np.stack([x1, np.full_like(x1, x2)], axis=1))
    ax.plot(x1, codes, ".", color=plots.CURVE, linestyle="none", markersize=3)
    ax.set(xlabel=f"$x_1$, with $x_2 = {x2:g}$", ylabel="code", xlim=(0, 1), ylim=(0, 1))
    return ax


def draw_water(variances, level, ax):
    """Draw log4 of variances (k,) as bars, and a water level: above it, heights are in bits."""
    height, water = np.log2(variances) / 2, np.log2(level) / 2
    floor = height.min() - 1.5
    places = np.arange(1, len(variances) + 1)
    ax.bar(places, np.minimum(height, water) - floor, bottom=floor, color=plots.DATA)
    above = np.maximum(height - water, 0)
    ax.bar(places, above, bottom=water, color=plots.CURVE)
    ax.axhline(water, color=plots.BASELINE, linestyle="--")
    for place, bits in zip(places[above > 0], above[above > 0], strict=True):
        ax.text(place, water + bits + 0.1, f"{bits:.1f}", ha="center", va="bottom")
    ax.set(xlabel="component", xticks=places, ylim=(floor, height.max() + 0.8))
    ticks = np.arange(np.ceil(floor), height.max() + 0.1)
    ax.set_yticks(ticks, [f"$4^{{{tick:.0f}}}$" for tick in ticks])
    return ax


def bits_explorer(X, coders, through):
    """Return the explorer of codes of X (n, 2) with few bits and with noise.

    coders : {name: (codes, decode)}.   through : (codes, decode, bits, noise) -> X_hat.
    """
    errors = {
        (name, noise): [metrics.mse(X, through(*coder, bits, noise)) for bits in BITS]
        for name, coder in coders.items()
        for noise in NOISES
    }

    def draw(code, bits, noise, axes):
        X_hat = through(*coders[code], bits, noise)
        picture, curves = axes
        plots.reconstruction(X, X_hat, ax=picture, s=10)
        picture.set(xlim=(-0.15, 1.15), ylim=(-0.15, 1.15))
        plots.curves(
            BITS,
            {name: errors[name, noise] for name in coders},
            ax=curves,
            xlabel="bits per point",
            ylabel="MSE",
        )
        error = errors[code, noise][BITS.index(bits)]
        ring = {"markersize": 11, "markerfacecolor": "none", "color": plots.BASELINE}
        curves.plot([bits], [error], marker="o", linestyle="none", **ring)
        curves.set(yscale="log", ylim=(1e-5, 0.2), xticks=[1, 4, 8, 12])
        return f"{2**bits} different codes, MSE {rounded(error, 2)}."

    return Explorer(
        draw,
        code=list(coders),
        bits=BITS,
        noise=NOISES,
        start={"bits": 4, "noise": 0.0, "code": "unroller"},
        labels={
            "code": "code",
            "bits": "bits per point",
            "noise": "noise, share of the code's range",
        },
        title="The spiral, its code cut to a few bits and disturbed by noise",
        panels=(1, 2),
        figsize=(7.4, 3.9),
    )
