"""What notebook 05 needs: curves of decoders, searches among them, and its pictures."""

import numpy as np
from scipy import optimize
from scipy.spatial import cKDTree, procrustes
from scipy.special import expit

from ... import data, metrics
from ...checks import rounded
from ...figures import Explorer, plots
from .. import recipes

POINTS = 2001  # of a curve


def curve(model, low, high):
    """Return what the decoder of `model` draws for codes from low to high.

    The POINTS points, (POINTS, 2), have equal distances along the curve. So a share of them is
    a share of the length of the curve.
    """
    fine = model.inverse_transform(np.linspace(low, high, 5 * POINTS)[:, None])
    length = np.r_[0, np.hypot(*np.diff(fine, axis=0).T).cumsum()]
    even = np.linspace(0, length[-1], POINTS)
    return np.stack([np.interp(even, length, coordinate) for coordinate in fine.T], axis=1)


def curve_of(model, X):
    """Return the `curve` of `model` from the smallest code of X (n, 2) to the largest."""
    z = model.transform(X)
    return curve(model, z.min(), z.max())


def noiseless_spiral(X, t):
    """Return the spiral without noise, scaled as the points X of `data.spiral`, and positions.

    X (n, 2), t (n,) : of `data.spiral`.   Returns the spiral (20001, 2) and positions (20001,).
    The scale is found from the points, as the noise is known: that of RandomState(42).
    """
    draws = np.random.RandomState(42)
    noise = 0.3 * np.stack([draws.standard_normal(len(X)) for _ in range(2)], axis=-1)
    raw = data.spiral_curve(t) + noise
    low, width = raw.min(axis=0), np.ptp(raw, axis=0)
    if not np.allclose((raw - low) / width, X):
        raise ValueError("X and t are not those of data.spiral with RandomState(42)")
    positions = np.linspace(0, 2 * np.pi, 20001)
    return (data.spiral_curve(positions) - low) / width, positions


def trained_to_the_end(X, initializations=3):
    """Return the published net of X (n, 2), trained by BFGS until its error falls no more.

    BFGS is a second-order method. It begins at several random weights; the best end is kept.
    The weights of the decoder grow without end, while the error comes to rest.
    """
    net = recipes.published_net(0).set_params(epochs=0).fit(X)
    first = np.random.default_rng(0).normal(0, 3, (initializations, net.theta_.size))
    how = {"args": (X,), "jac": True, "method": "BFGS", "options": {"gtol": 1e-7}}
    runs = [optimize.minimize(net.loss_and_grad, theta, **how) for theta in first]
    # Of ends that are alike but for rounding, the first counts, on every machine.
    net.theta_[:] = min(runs, key=lambda run: round(run.fun, 7)).x
    return net


def one_layer_curve(slope, offset, points=800):
    """Return a curve (points, 2) of a one-layer decoder with sigmoid output.

    slope, offset : of its straight line in logit space; offset is the distance from 0.
    """
    direction = np.array([1, slope]) / np.hypot(1, slope)
    along = np.sinh(np.linspace(-9, 9, points))[:, None]  # dense in the middle, and far out
    return expit(along * direction + offset * np.array([-direction[1], direction[0]]))


def best_one_layer_curve(X):
    """Return the one-layer decoder's curve with the least error for X (n, 2), and that error.

    Each point is sent to the nearest place of the curve, which no encoder can do better. A grid
    of slopes and offsets is searched, and the best of it is refined.
    """

    def error(line, points=400):
        return (cKDTree(one_layer_curve(*line, points)).query(X)[0] ** 2).mean() / 2

    slopes = np.geomspace(0.001, 1000, 25)
    offsets = np.linspace(-6, 6, 17)
    grid = [(slope, offset) for slope in (*slopes, *-slopes) for offset in offsets]
    best = optimize.minimize(error, min(grid, key=error), (3000,), method="Nelder-Mead")
    return one_layer_curve(*best.x, 3000), best.fun


# -- the four versions of the unroller ---------------------------------------------------------


def draw_net(model, X, t, axes):
    """Draw the curve of a decoder over X (n, 2), and the codes against the positions t (n,)."""
    plots.manifold(curve_of(model, X), X, ax=axes[0])
    plots.code_against(t, model.transform(X), ax=axes[1])


def versions_explorer(nets, X, t):
    """Return the explorer of nets with or without a bounded code, and with noise or without.

    nets : {(code, noise, seed): fitted net}, for all combinations.   X (n, 2), t (n,).
    """

    def draw(axes, code, noise, seed):
        model = nets[code, noise, seed]
        draw_net(model, X, t, axes)
        axes[0].set_title("What the decoder draws")
        axes[1].set_title("Codes against position")
        order = metrics.order_correlation(model.transform(X), t)
        in_order = "in order" if order > 0.99 else "not in order"
        return f"MSE {rounded(-model.score(X), 2)}; the codes are {in_order}."

    codes, noises, seeds = (list(dict.fromkeys(each)) for each in zip(*nets, strict=True))
    return Explorer(
        draw,
        code=codes,
        noise=noises,
        seed=seeds,
        start={"code": codes[0], "noise": noises[0], "seed": seeds[0]},
        labels={"code": "code", "noise": "noise on the code", "seed": "random seed"},
        title="Four versions of the unroller",
        panels=(1, 2),
        figsize=(7.4, 3.6),
    )


def draw_shares(shares, ax):
    """Draw shares with their intervals: a row for each version, a marker for each rate.

    shares : {(version, rate): (share, low, high)}.
    """
    versions = list(dict.fromkeys(version for version, _ in shares))
    rates = list(dict.fromkeys(rate for _, rate in shares))
    for number, rate in enumerate(rates):
        share, low, high = np.transpose([shares[version, rate] for version in versions])
        rows = np.arange(len(versions)) + 0.3 * (number - (len(rates) - 1) / 2)
        look = {"color": (plots.CURVE, plots.RECONSTRUCTION)[number % 2], "capsize": 3}
        ax.errorbar(
            share,
            rows,
            xerr=[share - low, high - share],
            fmt="os"[number % 2],
            label=f"learning rate {rate}",
            **look,
        )
    ax.set_yticks(np.arange(len(versions)), versions)
    ax.set(xlim=(-0.03, 1.03), ylim=(len(versions) - 0.4, -0.6))
    ax.set_xlabel("share of nets whose codes are in order")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)


# -- the torn circle ---------------------------------------------------------------------------


def draw_tear(model, ax):
    """Draw the circle, 60 reconstructions, and arrows from points in the tear."""
    circle, _ = data.circle(20000, noise=0)
    errors = np.linalg.norm(circle - model.reconstruct(circle), axis=1)
    # Of all points in the tear, some whose reconstructions are spread evenly over their way.
    far = np.flatnonzero(errors > 0.3)
    way = np.linalg.norm(np.diff(model.reconstruct(circle[far]), axis=0), axis=1).cumsum()
    torn = circle[far[1:][np.searchsorted(way, way[-1] * np.linspace(0.05, 0.95, 7))]]
    plots.points(circle[::40], ax=ax, label="circle")
    look = {"s": 14, "zorder": 3, "color": plots.RECONSTRUCTION}
    ax.scatter(*model.reconstruct(circle[::333]).T, label="reconstructions", **look)
    head = {"arrowstyle": "-|>", "color": plots.CURVE, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
    for x, x_hat in zip(torn, model.reconstruct(torn), strict=True):
        ax.annotate("", x_hat, x, arrowprops=head)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")


def draw_errors_round(nets, ax):
    """Draw how far nets {latent dimension: net} move each point of the circle."""
    circle, angle = data.circle(20000, noise=0)
    errors = {
        f"latent dimension {k}": np.linalg.norm(circle - net.reconstruct(circle), axis=1)
        for k, net in nets.items()
    }
    plots.curves(np.degrees(angle), errors, ax=ax, xlabel="angle, degrees", ylabel="error")
    plots.baseline(0.5, "bound of the theorem", ax=ax)
    ax.set(ylim=(0, 1.1), xticks=[0, 90, 180, 270, 360])


# -- two maps ----------------------------------------------------------------------------------


def nearest_classes(Z, y):
    """Return the middles (m, 2) of the classes on a map (n, 2), and the nearest other (m,)."""
    middles = np.stack([np.median(Z[y == name], axis=0) for name in np.unique(y)])
    return middles, cKDTree(middles).query(middles, k=2)[1][:, 1]


def draw_two_maps(maps, y, axes):
    """Draw two maps (n, 2) of the same digits, the second turned so that it fits the first.

    Each class stands at the median of its codes, with a line to the nearest other class.
    """
    fitted = [Z / Z.std() for Z in procrustes(*maps)[:2]]
    for Z, ax in zip(fitted, axes, strict=True):
        middles, nearest = nearest_classes(Z, y)
        middles = middles.round(2)  # as exactly as a figure shows them
        plots.points(Z, ax=ax, s=4, alpha=0.35)
        for middle, other in zip(middles, middles[nearest], strict=True):
            ax.plot(*np.stack([middle, other]).T, "-", color=plots.CURVE, linewidth=2)
        look = {"weight": "bold", "size": 12, "ha": "center", "va": "center", **plots.HALO}
        for name, middle in zip(np.unique(y), middles, strict=True):
            ax.text(*middle, str(name), **look)
        ax.set(xlabel="code $z_1$", ylabel="code $z_2$", aspect="equal")
    both = np.concatenate(fitted)
    low, high = both.min(axis=0) - 0.1, both.max(axis=0) + 0.1
    for ax in axes:
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
