"""Losses: (x_hat, x) -> loss, delta.

`x_hat` and `x` are (..., n, d); `loss` (...) has one number a model; `delta` (..., n, d) is the
loss's exact slope at x_hat, already divided by n. Sums run over features, means over samples.

Costs of a code are the same without x: z -> cost, delta. `with_code` adds one to a loss.
"""

from math import log, pi

import numpy as np


def squared_error(x_hat, x):
    """loss = 1/(2n) sum |x_hat - x|^2,  delta = (x_hat - x) / n.

    Up to a constant the negative log-likelihood of x ~ N(x_hat, 1), per sample, in nats.
    """
    n = x_hat.shape[-2]
    residual = x_hat - x
    return (residual**2).sum(axis=(-2, -1)) / (2 * n), residual / n


def bernoulli(x_hat, x):
    """loss = -1/n sum [x log x_hat + (1 - x) log(1 - x_hat)].

    delta = (x_hat - x) / (x_hat (1 - x_hat)) / n.
    The negative log-likelihood, in nats, of pixels x in {0, 1} that are 1 with probability
    x_hat in (0, 1). For grey x it is the cross-entropy: still smallest at x_hat = x, but there
    it is the entropy of x and not 0.
    """
    n = x_hat.shape[-2]
    loss = -(x * np.log(x_hat) + (1 - x) * np.log1p(-x_hat)).sum(axis=(-2, -1)) / n
    return loss, (x_hat - x) / (x_hat * (1 - x_hat)) / n


def bernoulli_of_logit(a, x):
    """`bernoulli` of x_hat = sigmoid(a), for any a:  loss = 1/n sum [log(1 + e^a) - a x].

    delta, the slope at a, = (x_hat - x) / n: the sigmoid's slope cancels the denominator, so a
    saturated unit still learns. This is the form that trains.
    """
    n = a.shape[-2]
    loss = (np.logaddexp(0, a) - a * x).sum(axis=(-2, -1)) / n
    return loss, (0.5 + 0.5 * np.tanh(0.5 * a) - x) / n


def gaussian(y, x):
    """-log N(x; x_hat, e^s), per sample, in nats, for y = [x_hat, s] (..., n, d + 1).

    loss = 1/(2n) sum [|x_hat - x|^2 e^-s + d (s + log 2 pi)],  s the log of the variance.
    """
    n, d = x.shape[-2:]
    x_hat, s = y[..., :-1], y[..., -1:]
    residual, precision = x_hat - x, np.exp(-s)
    squares = (residual**2).sum(axis=-1, keepdims=True) * precision
    loss = (squares + d * (s + log(2 * pi))).sum(axis=(-2, -1)) / (2 * n)
    delta_s = (d - squares) / (2 * n)
    return loss, np.concatenate([residual * precision / n, delta_s], axis=-1)


LOSSES = {"squared_error": squared_error, "bernoulli": bernoulli}


def with_code(loss, cost, width):
    """The loss of y = [x_hat, code], the code `width` wide:  loss(x_hat, x) + cost(code)."""

    def total(y, x):
        of_x, delta = loss(y[..., :-width], x)
        of_code, delta_code = cost(y[..., -width:])
        return of_x + of_code, np.concatenate([delta, delta_code], axis=-1)

    return total


def weighted(cost, weight):
    """weight * cost."""
    weight = float(weight)  # a NumPy number would make float64 of float32

    def weighted_cost(z):
        value, delta = cost(z)
        return weight * value, weight * delta

    return weighted_cost


def l1(z, eps=0.03):
    """cost = 1/n sum (sqrt(z^2 + eps^2) - eps):  |z|, its kink rounded off within eps of 0.

    Beyond eps the slope is nearly 1 however small a number is, so many end near 0. At the kink
    itself the slope would jump with the last bit of z, and no two machines would train alike.
    """
    n, root = z.shape[-2], np.sqrt(z * z + eps * eps)
    return (root - eps).sum(axis=(-2, -1)) / n, z / root / n


def sparsity_kl(z, target=0.05):
    """cost = sum_j KL(target || mean of z_j), over coins that show 1 with these probabilities.

    z in (0, 1). It is smallest where each number is `target` on average (Ng's CS294A notes).
    """
    n, share = z.shape[-2], z.mean(axis=-2, keepdims=True)
    cost = target * np.log(target / share) + (1 - target) * np.log((1 - target) / (1 - share))
    delta = ((1 - target) / (1 - share) - target / share) / n
    return cost.sum(axis=(-2, -1)), np.broadcast_to(delta, z.shape)


def gaussian_kl(code):
    """KL(N(mu, e^s) || N(0, 1)) for code = [mu, s] (..., n, 2 k), in nats, per sample.

    cost = 1/(2n) sum [mu^2 + e^s - s - 1]  (Kingma & Welling 2013, appendix B).
    """
    n, k = code.shape[-2], code.shape[-1] // 2
    mu, s = code[..., :k], code[..., k:]
    delta = np.concatenate([mu, (np.exp(s) - 1) / 2], axis=-1) / n
    return kl_of_units(code).sum(axis=(-2, -1)) / n, delta


def kl_of_units(code):
    """`gaussian_kl` of each sample and unit (..., n, k):  (mu^2 + e^s - s - 1) / 2."""
    k = code.shape[-1] // 2
    mu, s = code[..., :k], code[..., k:]
    return (mu**2 + np.exp(s) - s - 1) / 2
