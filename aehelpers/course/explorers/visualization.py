"""Drawings of notebook 04: the curve of a decoder, six panels, and digits chosen by a rule."""

import numpy as np

from ... import metrics
from ...checks import rounded
from ...figures import Explorer, plots

RULES = ["first", "best", "middle", "worst"]
WIDTHS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]


def decoder_curve(net, X):
    """Return where the decoder goes (400, d) while z runs through the codes of X (n, d)."""
    z = net.transform(X)
    return net.inverse_transform(np.linspace(z.min(), z.max(), 400)[:, None])


def six_panels(net, X):
    """Return a figure with the six panels of a net with one latent dimension, for X (n, 2)."""
    losses, z, X_hat = net.history_["loss"], net.transform(X), net.reconstruct(X)
    return plots.panels(losses, X, X_hat, z, decoder_curve(net, X))[0, 0].figure


def choose(rule, errors, classes):
    """Return the numbers (10,) of ten samples with these errors (n,) and classes (n,).

    rule : "first" of each class, which never looks at an error; or the ten with the smallest
        errors ("best"), in the middle ("middle") or with the largest ("worst").
    """
    if rule == "first":
        return np.array([np.argmax(classes == each) for each in range(10)])
    start = {"best": 0, "middle": len(errors) // 2 - 5, "worst": len(errors) - 10}[rule]
    return errors.argsort()[start : start + 10]


def three_rows(digits, by_net, by_pca, ax):
    """Draw digits (m, 64), and below them their reconstructions by a net and by PCA."""
    titles = ("digit", "net", "PCA")
    plots.image_grid(np.concatenate([digits, by_net, by_pca]), ax=ax, rows=3, row_titles=titles)


def draw_errors(by_net, by_pca, shown, ax):
    """Draw the errors of all digits, by a net and by PCA, and mark those that are shown."""
    bins = np.geomspace(2e-4, 0.2, 33)
    ax.hist(by_net, bins, color=plots.DATA, label="net")
    ax.hist(by_pca, bins, histtype="step", color=plots.BASELINE, label="PCA")
    look = {"ms": 7, "mec": "black", "color": plots.RECONSTRUCTION}
    ax.plot(shown, np.zeros(len(shown)), "^", clip_on=False, label="shown", **look)
    ax.set(xlabel="squared error per pixel", ylabel="digits", ylim=(0, 110), xscale="log")
    ax.legend(loc="upper center", ncols=3)


def digits_explorer(nets, train, test, classes):
    """Return the explorer of digits through a net and through PCA.

    nets : {latent_dim: fitted net}.   train (n, 64), on which PCA is fitted.
    test (m, 64), classes (m,) : the digits that are shown.
    """
    by_net = {k: net.reconstruct(test) for k, net in nets.items()}
    by_pca = {k: metrics.PCA(k).fit(train).reconstruct(test).clip(0, 1) for k in nets}

    def draw(axes, latent_dim, shown):
        ours, theirs = (
            ((test - guess[latent_dim]) ** 2).mean(axis=1) for guess in (by_net, by_pca)
        )
        i = choose(shown, ours, classes)
        three_rows(test[i], by_net[latent_dim][i], by_pca[latent_dim][i], ax=axes[0])
        draw_errors(ours, theirs, ours[i], ax=axes[1])
        net, pca, ten = (rounded(errors.mean()) for errors in (ours, theirs, ours[i]))
        return f"MSE of all test digits: net {net}, PCA {pca}. Of the ten shown: net {ten}."

    return Explorer(
        draw,
        latent_dim=list(nets),
        shown=RULES,
        start={"latent_dim": 2, "shown": "first"},
        labels={"latent_dim": "latent dimension", "shown": "digits shown"},
        title="Digits through a net and through PCA",
        panels=(1, 2),
        figsize=(9, 2.3),
    )
