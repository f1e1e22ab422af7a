"""Drawings of notebook 07: arrows of a denoiser, digits chosen by a rule, levels of damage."""

import numpy as np

from ... import DenoisingAutoencoder, metrics
from ...checks import rounded
from ...figures import Explorer, plots

EXACT = "#d55e00"  # the rings where exact arrows end
UNITS = {
    "gaussian": "standard deviation of the noise",
    "mask": "share of the pixels set to 0",
    "salt_pepper": "share of the pixels set to 0 or 1",
}


def draw_arrows(points, grid, by_net, exact, ax, length=0.4):
    """Draw arrows by_net (m, 2) at the places grid (m, 2), a ring where each exact one ends.

    points (n, 2) : the data.   length : the share of their length at which arrows are drawn,
        so that they do not hide each other.
    """
    plots.points(points, ax=ax, s=3, label=None)
    look = {"s": 30, "facecolors": "none", "edgecolors": EXACT, "label": "exact end"}
    ax.scatter(*(grid + length * exact).T, **look)
    plots.arrows(grid, length * by_net, ax=ax, label="network", color=plots.CURVE, width=0.005)
    ax.set(xlim=(-1.15, 1.45), ylim=(-1.35, 0.95))


def draw_best_middle_worst(clean, noisy, methods, ax):
    """Draw three digits: clean, noisy, and what methods, {name: function}, make of the noisy.

    The three are those with the smallest, the middle and the largest error of the first method.
    clean, noisy (m, 64). Returns their numbers (3,).
    """
    denoised = {name: method(noisy) for name, method in methods.items()}
    first = next(iter(denoised.values()))
    order = ((first - clean) ** 2).sum(axis=1).argsort()[[0, len(clean) // 2, -1]]
    rows = {"clean": clean, "damaged": noisy, **denoised}
    images = np.concatenate([each[order] for each in rows.values()])
    titles = {"row_titles": list(rows), "column_titles": ["best", "middle", "worst"]}
    plots.image_grid(images, ax=ax, rows=len(rows), **titles)
    return order


def match_explorer(nets, test, shown):
    """Return the explorer of nets trained for one damage and tested at another.

    nets : {(kind, level): fitted DenoisingAutoencoder}, each kind with the same levels.
    test (m, 64) : over which errors are taken.   shown : numbers of the digits that are drawn.
    """
    kinds = list(dict.fromkeys(kind for kind, _ in nets))
    levels = list(dict.fromkeys(level for _, level in nets))
    damaged = {key: net.corrupt(test, random_state=5) for key, net in nets.items()}
    matched = {key: error_of(net, test, damaged[key]) for key, net in nets.items()}

    def draw(damage, trained_at, tested_at, ax):
        net, noisy = nets[damage, trained_at], damaged[damage, tested_at]
        images = np.concatenate([test[shown], noisy[shown], net.reconstruct(noisy[shown])])
        plots.image_grid(
            images, ax=ax, rows=3, row_titles=["clean", "damaged", "reconstruction"]
        )
        error, best = error_of(net, test, noisy), matched[damage, tested_at]
        return (
            f"Levels: {UNITS[damage]}. Test MSE: damaged "
            f"{rounded(metrics.mse(test, noisy.clip(0, 1)))}, reconstruction {rounded(error)}. "
            f"This is {rounded(error / best)} times the error of the network trained at "
            f"{tested_at:g}."
        )

    return Explorer(
        draw,
        damage=kinds,
        trained_at=levels,
        tested_at=levels,
        start={"damage": kinds[0], "trained_at": 0.4, "tested_at": 0.4},
        labels={
            "damage": "kind of damage",
            "trained_at": "network trained at level",
            "tested_at": "tested at level",
        },
        title="Ten digits, damaged and denoised",
        figsize=(5.8, 1.85),
    )


def error_of(net, clean, noisy):
    """Return the MSE of a net's reconstructions of noisy digits, clipped to [0, 1]."""
    return metrics.mse(clean, net.reconstruct(noisy).clip(0, 1))


class _WithLayer(DenoisingAutoencoder):
    """A DenoisingAutoencoder that is damaged by a layer of one's own."""

    layer = None

    def network(self, n_features):
        network = super().network(n_features)
        network.corruption_layers = (self.layer,)
        return network


def fitted_with(layer, net, X):
    """Return a net with the settings of `net`, trained on X under one's own noise layer."""
    own = _WithLayer(**net.get_params())
    own.layer = layer
    return own.fit(X)
