"""The further notebook on probabilistic PCA: balanced noise, water-filling and its explorer."""

import numpy as np

from ...figures import Explorer, plots


class BalancedNoise:
    """Noise whose mean is 0 and whose covariance is I exactly: +-sqrt(k) along each axis.

    The 2 k values come in turn, each for the same number of rows, so the number of rows must be
    a multiple of 2 k.
    """

    def standard_normal(self, shape):
        n, k = shape
        e = np.sqrt(k) * np.concatenate([np.eye(k), -np.eye(k)])
        return np.repeat(e, n // (2 * k), axis=0)


def rate_and_distortion(net, X):
    """Return the mean KL (nats) and the mean of |x - g(z)|^2 over q(z | x), of a linear VAE.

    With a linear decoder the mean over the noise is exact.   X (n, d).
    """
    k = net.latent_dim
    mu, sigma, X_all = (np.tile(A, (2 * k, 1)) for A in (*net.posterior(X), X))
    X_hat = net.inverse_transform(mu + sigma * BalancedNoise().standard_normal(mu.shape))
    return net.kl(X).sum(axis=1).mean(), ((X_all - X_hat) ** 2).sum(axis=1).mean()


def water_filling(variances, levels, k):
    """Return rate (nats) and distortion of reverse water-filling at each level, (m,) each.

    Of the variances (d,), largest first, only the first k may be kept. One that is kept and
    above the level D costs log(variance / D) / 2 and leaves the error D; any other leaves its
    whole variance (Cover and Thomas 2006, section 10.3).
    """
    levels, kept = np.reshape(levels, (-1, 1)), variances[:k]
    rate = np.maximum(0, np.log(kept / levels) / 2).sum(axis=1)
    return rate, np.minimum(levels, kept).sum(axis=1) + variances[k:].sum()


def level_explorer(eigenvalues, k):
    """Return the explorer of the assumed variance, a level in the eigenvalues (d,).

    k : number of latent dimensions, for the k largest eigenvalues.
    """
    curve = water_filling(eigenvalues, np.geomspace(0.05, 8, 300), k)
    number, floor = np.arange(1, len(eigenvalues) + 1), 0.05

    def draw(axes, level):
        above = np.maximum(eigenvalues[:k], level)
        axes[0].bar(number, eigenvalues - floor, bottom=floor, color=plots.DATA)
        axes[0].bar(number[:k], above - level, bottom=level, color=plots.CURVE)
        axes[0].axhline(level, color=plots.INK, linestyle="--", linewidth=1)
        axes[0].set_yscale("log", base=2)
        axes[0].set(ylim=(floor, 10), xlabel="direction", ylabel="eigenvalue")
        axes[0].set(xticks=number, yticks=[2.0**power for power in range(-4, 4)])
        (rate,), (distortion,) = water_filling(eigenvalues, level, k)
        axes[1].plot(*curve, color=plots.DATA)
        axes[1].plot([rate], [distortion], "o", color=plots.CURVE)
        axes[1].set(xlabel="rate: KL, nats", ylabel="distortion", xlim=(-0.3, 7), ylim=(0, 8.4))
        active = int((eigenvalues[:k] > level).sum())
        return (
            f"{active} of {k} latent dimensions are active. Rate {rate:.1f} nats, distortion "
            f"{distortion:.1f}."
        )

    return Explorer(
        draw,
        level=[0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.9, 1.3, 1.8, 2.6, 3.6, 5.0],
        start={"level": 0.6},
        labels={"level": "assumed variance"},
        title="The assumed variance as a water level",
        panels=(1, 2),
        figsize=(7.2, 2.8),
    )
