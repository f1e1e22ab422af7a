"""Sparse codes: mixed sources and their rotation, patches of photographs, and the figures."""

import warnings

import numpy as np

from ... import metrics
from ...extras import from_extra
from ...figures import Explorer, plots

SOURCES = ["Laplace", "Gaussian", "uniform"]
ANGLES = list(range(0, 90, 5))
MIXING = np.array([[1.0, 0.4], [0.7, 1.0]])
N_SAMPLES, N_SHOWN = 4000, 1500


def sources(kind, n=N_SAMPLES, seed=0):
    """Return two independent sources (n, 2) of variance 1: Laplace, Gaussian or uniform."""
    rng = np.random.default_rng(seed)
    if kind == "Laplace":
        return rng.laplace(scale=np.sqrt(0.5), size=(n, 2))
    if kind == "Gaussian":
        return rng.standard_normal((n, 2))
    return rng.uniform(-np.sqrt(3), np.sqrt(3), size=(n, 2))


def whiten(X):
    """Return X (n, d) as PCA's codes, each divided by its standard deviation."""
    pca = metrics.PCA(X.shape[1]).fit(X)
    return pca.transform(X) / np.sqrt(pca.variances_)


def directions(degrees):
    """Return two orthogonal directions as the rows (2, 2): the first at so many degrees."""
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def mean_size(whitened, degrees):
    """Return the mean |z| of the codes of whitened data (n, 2) along two directions."""
    return np.abs(whitened @ directions(degrees).T).mean()


def draw(kind, degrees, axes):
    """Draw the whitened data with two directions, and the mean size at every angle."""
    whitened = whiten(sources(kind) @ MIXING)
    sizes = [mean_size(whitened, each) for each in range(91)]
    size = mean_size(whitened, degrees)
    axes[0].plot(*whitened[:N_SHOWN].T, ".", color=plots.DATA, markersize=2.5)
    for direction, style in zip(directions(degrees), ("-", "--"), strict=True):
        line = np.stack([-4 * direction, 4 * direction], axis=1)
        axes[0].plot(*line, style, color=plots.RECONSTRUCTION, linewidth=1.8)
    axes[0].set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
    axes[0].set(xlabel="whitened, first", ylabel="whitened, second")
    axes[1].plot(range(91), sizes, color=plots.CURVE)
    axes[1].plot(degrees, size, "o", color=plots.RECONSTRUCTION, markersize=7)
    axes[1].set(xlim=(0, 90), ylim=(0.68, 0.9), xticks=[0, 30, 60, 90])
    axes[1].set(xlabel="angle in degrees", ylabel="mean size of $z$")
    spread = max(sizes) - min(sizes)
    return (
        f"Mean size at {degrees} degrees: {size:.3f}. Smallest of all angles: "
        f"{min(sizes):.3f}, largest minus smallest: {spread:.2f}."
    )


def rotation_explorer():
    """Return the Explorer of the kind of the sources and the angle of two directions."""
    return Explorer(
        draw,
        kind=SOURCES,
        degrees=ANGLES,
        labels={"kind": "sources", "degrees": "angle in degrees"},
        start={"kind": "Laplace", "degrees": 0},
        title="Two directions for the codes of mixed sources",
        panels=(1, 2),
        figsize=(7.0, 3.2),
    )


def grey_photographs():
    """Return the two photographs of scikit-learn, grey and halved: a list of (213, 320)."""
    images = from_extra("sklearn.datasets").load_sample_images().images
    halved = []
    for image in images:
        grey = image[:426].mean(axis=-1) / 255
        halved.append(grey.reshape(213, 2, 320, 2).mean(axis=(1, 3)))
    return halved


def radii(filters):
    """Return the radius in pixels of each filter (m, side^2).

    It is the root mean squared distance of the filter's energy, its squared pixels, from the
    centre of the energy.
    """
    side = round(np.sqrt(filters.shape[1]))
    places = np.stack(np.divmod(np.arange(side * side), side), axis=1)
    energy = filters**2 / (filters**2).sum(axis=1, keepdims=True)
    centres = energy @ places
    return np.sqrt(energy @ (places**2).sum(axis=1) - (centres**2).sum(axis=1))


def fast_ica(Y, seed):
    """Return the filters (d, m) of FastICA for whitened Y (n, m) in d dimensions, of length 1.

    FastICA stops after 100 iterations, converged or not.
    """
    n_components = np.linalg.matrix_rank(Y)
    decomposition = from_extra("sklearn.decomposition")
    ica = decomposition.FastICA(
        n_components, whiten="unit-variance", tol=1e-3, max_iter=100, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", from_extra("sklearn.exceptions").ConvergenceWarning)
        ica.fit(Y)
    return ica.components_ / np.linalg.norm(ica.components_, axis=1, keepdims=True)


def penalties(v, codes):
    """Return the picture of best codes {label: (m,)} against the codes v (m,) of no penalty."""
    fig, ax = plots.subplots(width=4.6, height=3.1)
    plots.curves(v, codes, ax=ax, xlabel="code without penalty", ylabel="best code")
    return plots.show(fig, "With the L1 penalty small codes become 0.")


def three_clouds(clouds):
    """Return the picture of points {title: (n, 2)}, side by side."""
    fig, axes = plots.subplots(1, len(clouds), width=7.0, height=2.8)
    for ax, (title, X) in zip(axes, clouds.items(), strict=True):
        ax.plot(*X[:N_SHOWN].T, ".", color=plots.DATA, markersize=2.5)
        ax.set(xlim=(-5, 5), ylim=(-5, 5), aspect="equal", title=title)
    return plots.show(fig, "Sources along the axes, mixed, and whitened but rotated.")


def filter_grids(filters):
    """Return the picture of filters {name: (m, 64)}, each kind as a grid."""
    sign_of = np.random.default_rng(0).standard_normal(64)  # a filter has no sign of its own
    fig, axes = plots.subplots(1, len(filters), width=7.0, height=2.7)
    for ax, (name, F) in zip(axes, filters.items(), strict=True):
        scale = np.abs(F).max(axis=1) * np.sign(F @ sign_of)
        plots.image_grid(F / scale[:, None], ax=ax, rows=8, vmin=-1, vmax=1)
        ax.set_title(f"{name}: {len(F)}")
    return plots.show(
        fig, "PCA: waves across the patch. No penalty: noise. Penalty: edges and spots."
    )
