"""Notebook 09: rows of digits, an explorer of beta, and a map with the class at home."""

import numpy as np

from ... import metrics
from ...checks import rounded
from ...extras import from_extra
from ...figures import Explorer, plots

QUANTILES = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95]
NEIGHBOURS, AT_HOME = 9, 7  # nearest training codes, and how many have to agree


def _tree(points):
    return from_extra("scipy.spatial").cKDTree(points)


def distance(images, known):
    """Return the median distance of images (n, d) to the nearest of the known ones (m, d)."""
    return float(np.median(_tree(known).query(images)[0]))


def draw_rows(images, ax, columns=14):
    """Draw a row for each entry of images, {name: (n, 64)}: `columns` evenly chosen."""
    rows = [group[:: len(group) // columns][:columns] for group in images.values()]
    plots.image_grid(np.concatenate(rows), ax=ax, rows=len(rows), row_titles=list(images))


def beta_explorer(nets, X_train, X_test, y_test):
    """Return the explorer of variational nets that differ in beta: {beta: fitted net}.

    X_train (n, 64) : what the distance of new digits is measured to.   X_test (m, 64), y_test
    (m,) : from which ten digits are shown, the first of each class.
    """
    ten = [np.argmax(y_test == label) for label in range(10)]
    k = next(iter(nets.values())).latent_dim
    nats = {beta: np.sort(net.kl(X_test).mean(axis=0))[::-1] for beta, net in nets.items()}
    new = {beta: net.sample(360, random_state=0, noise=False) for beta, net in nets.items()}
    real = distance(X_test, X_train)
    away = {beta: distance(images, X_train) / real for beta, images in new.items()}

    def draw(axes, beta):
        rebuilt = nets[beta].reconstruct(X_test[ten])
        halves = [part for i in (0, 5) for part in (X_test[ten][i : i + 5], rebuilt[i : i + 5])]
        plots.image_grid(np.concatenate(halves), ax=axes[0], rows=4)
        plots.image_grid(new[beta][:20], ax=axes[1], rows=4)
        axes[2].bar(range(1, k + 1), nats[beta], color=plots.CURVE)
        axes[2].set(xlabel="latent dimension, largest first", ylabel="KL, nats")
        axes[2].set(ylim=(0, 9), yticks=(0, 3, 6, 9), xticks=range(1, k + 1))
        for ax, title in zip(
            axes[:2], ("digits and reconstructions", "new digits"), strict=True
        ):
            ax.set_title(title)
        return (
            f"Test MSE {rounded(metrics.mse(X_test, nets[beta].reconstruct(X_test)), 2)}, KL "
            f"{rounded(nats[beta].sum(), 2)} nats a digit. New digits lie "
            f"{rounded(away[beta], 2)} times as far from the nearest training digit as real "
            "ones do."
        )

    return Explorer(
        draw,
        beta=list(nets),
        labels={"beta": "beta, the weight of the KL"},
        title="Digits reconstructed, and new digits",
        panels=(1, 3),
        figsize=(8.4, 2.3),
    )


def class_at_home(net, X, y, Z):
    """Return the most frequent class of the nine nearest codes of X, and how often it occurs.

    X (n, d), y (n,) : training images and their classes, 0 to 9.   Z (m, 2) : places on the
    map.   Returns two arrays (m,).
    """
    near = np.asarray(y)[_tree(net.transform(X)).query(Z, NEIGHBOURS)[1]]
    counts = np.array([(near == label).sum(axis=1) for label in range(10)])
    return counts.argmax(axis=0), counts.max(axis=0)


def draw_map(net, X, y, axes, side=2.9):
    """Draw the codes of images X (n, 64), classes y (n,), and the images decoded from a grid.

    In grey places on the left no class is at home.
    """
    line = np.linspace(-side, side, 117)
    places = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    nobody = class_at_home(net, X, y, places)[1].reshape(117, 117) < AT_HOME
    look = {"cmap": "Greys", "vmin": 0, "vmax": 4, "origin": "lower", "zorder": 0}
    axes[0].imshow(nobody.astype(float), extent=(-side, side, -side, side), **look)
    plots.classes(net.transform(X), y, ax=axes[0], marker="o", s=4, linewidths=0)
    limits = {"xlim": (-side, side), "ylim": (-side, side), "aspect": "equal"}
    axes[0].set(title="codes of the training digits", **limits)
    few = np.linspace(-2.7, 2.7, 13)
    places = np.stack(np.meshgrid(few, few), axis=-1).reshape(-1, 2)
    plots.lattice(net.inverse_transform(places), few, few, ax=axes[1])
    axes[1].set_title("decoded images")


def map_explorer(net, X, y):
    """Return the explorer of one place on the map of a net with two latent dimensions.

    X (n, 64), y (n,) : training images and their classes, 0 to 9.
    """
    codes, inverse_cdf = net.transform(X), from_extra("scipy.stats").norm.ppf

    def draw(axes, q1, q2):
        place = inverse_cdf([[q1, q2]])
        plots.classes(codes, y, ax=axes[0], marker="o", s=3, linewidths=0)
        axes[0].axvline(place[0, 0], color=plots.INK, linestyle="--", linewidth=0.9)
        axes[0].axhline(place[0, 1], color=plots.INK, linestyle="--", linewidth=0.9)
        axes[0].set(xlim=(-2.9, 2.9), ylim=(-2.9, 2.9), aspect="equal", title="codes")
        plots.image_grid(net.inverse_transform(place), ax=axes[1])
        axes[1].set_title("decoded image")
        near = _tree(codes).query(place[0], NEIGHBOURS)[1]
        plots.image_grid(X[near], ax=axes[2], rows=3)
        axes[2].set_title("nine nearest digits")
        (label,), (count,) = class_at_home(net, X, y, place)
        said = f"class {label} is at home" if count >= AT_HOME else "no class is at home"
        shown = " ".join(str(each) for each in sorted(y[near]))
        return f"The nine nearest training digits are {shown}: {said} here."

    return Explorer(
        draw,
        q1=QUANTILES,
        q2=QUANTILES,
        start={"q1": 0.5, "q2": 0.5},
        labels={
            "q1": "first latent dimension, quantile of the prior",
            "q2": "second latent dimension, quantile of the prior",
        },
        title="A place on the map of two latent dimensions",
        panels=(1, 3),
        figsize=(8.4, 2.9),
    )
