"""Losses (x_hat, x) -> loss, delta, and penalties on the code z -> penalty, delta.

`x_hat` and `x` are (..., n, d). `loss` (...) is one number for each model. `delta` (..., n, d)
is its exact gradient at x_hat, already divided by n. Sums run over features, means over
samples. A penalty is the same without x. `with_penalty` adds one to a loss.
"""

from math import log, pi

import numpy as np


def squared_error(x_hat, x):
    """loss = 1/(2n) sum |x_hat - x|^2,  delta = (x_hat - x) / n.

    Up to a constant, the negative log-likelihood of x ~ N(x_hat, 1), per sample, in nats.
    """
    n = x_hat.shape[-2]
    residual = x_hat - x
    return (residual**2).sum(axis=(-2, -1)) / (2 * n), residual / n


def bernoulli(x_hat, x):
    """loss = -1/n sum [x log x_hat + (1 - x) log(1 - x_hat)].

    delta = (x_hat - x) / (x_hat (1 - x_hat)) / n.
    This is the negative log-likelihood, in nats, of pixels x in {0, 1} that are 1 with
    probability x_hat in (0, 1). For grey x it is the cross-entropy: it is still smallest at
    x_hat = x, but its value there is the entropy of x and not 0.
    """
    n = x_hat.shape[-2]
    loss = -(x * np.log(x_hat) + (1 - x) * np.log1p(-x_hat)).sum(axis=(-2, -1)) / n
    return loss, (x_hat - x) / (x_hat * (1 - x_hat)) / n


def bernoulli_of_logit(a, x):
    """`bernoulli` of x_hat = sigmoid(a), for any a:  loss = 1/n sum [log(1 + e^a) - a x].

    delta, the gradient at a, is (x_hat - x) / n: the derivative of the sigmoid cancels the
    denominator, so a saturated unit still learns. Training uses this form.
    """
    n = a.shape[-2]
    loss = (np.logaddexp(0, a) - a * x).sum(axis=(-2, -1)) / n
    return loss, (0.5 + 0.5 * np.tanh(0.5 * a) - x) / n


def gaussian(y, x):
    """loss = 1/(2n) sum [|x_hat - x|^2 e^-s + d (s + log 2 pi)]  for y = [x_hat, s].

    This is -log N(x; x_hat, e^s), per sample, in nats, for y (..., n, d + 1). s is the
    logarithm of the variance.
    """
    n, d = x.shape[-2:]
    x_hat, s = y[..., :-1], y[..., -1:]
    residual, precision = x_hat - x, np.exp(-s)
    squares = (residual**2).sum(axis=-1, keepdims=True) * precision
    loss = (squares + d * (s + log(2 * pi))).sum(axis=(-2, -1)) / (2 * n)
    delta_s = (d - squares) / (2 * n)
    return loss, np.concatenate([residual * precision / n, delta_s], axis=-1)


LOSSES = {"squared_error": squared_error, "bernoulli": bernoulli}


def with_penalty(loss, penalty, weight, width):
    """loss(x_hat, x) + weight penalty(code)  of y = [x_hat, code], with a code `width` wide."""
    weight = float(weight)  # a NumPy number would make float64 of float32

    def total(y, x):
        of_x, delta = loss(y[..., :-width], x)
        of_code, delta_code = penalty(y[..., -width:])
        return of_x + weight * of_code, np.concatenate([delta, weight * delta_code], axis=-1)

    return total


def l1(z, eps=0.03):
    """penalty = 1/n sum (sqrt(z^2 + eps^2) - eps):  |z|, but smooth within eps of 0.

    Beyond eps the derivative is nearly 1, however small z is, so many numbers end near 0. At
    the kink of |z| the derivative would jump with the last bit of z, and no two machines would
    train alike.
    """
    n, root = z.shape[-2], np.sqrt(z * z + eps * eps)
    return (root - eps).sum(axis=(-2, -1)) / n, z / root / n


def sparsity_kl(z, target=0.05):
    """penalty = sum_j KL(target || mean of z_j),  for z in (0, 1).

    The KL divergence is that of two coins, which show 1 with these probabilities. The penalty
    is smallest where each number of the code is `target` on average (Ng's CS294A notes).
    """
    n, share = z.shape[-2], z.mean(axis=-2, keepdims=True)
    on, off = target / share, (1 - target) / (1 - share)
    penalty = target * np.log(on) + (1 - target) * np.log(off)
    delta = (off - on) / n
    return penalty.sum(axis=(-2, -1)), np.broadcast_to(delta, z.shape)


def gaussian_kl(code):
    """penalty = KL(N(mu, e^s) || N(0, 1)),  code = [mu, s] (..., n, 2 k), in nats, per sample.

    It is 1/(2n) sum [mu^2 + e^s - s - 1]  (Kingma & Welling 2013, appendix B).
    """
    n, k = code.shape[-2], code.shape[-1] // 2
    mu, s = code[..., :k], code[..., k:]
    delta = np.concatenate([mu, (np.exp(s) - 1) / 2], axis=-1) / n
    return kl_of_units(code).sum(axis=(-2, -1)) / n, delta


def kl_of_units(code):
    """`gaussian_kl` of each sample and each unit, (..., n, k):  (mu^2 + e^s - s - 1) / 2."""
    k = code.shape[-1] // 2
    mu, s = code[..., :k], code[..., k:]
    return (mu**2 + np.exp(s) - s - 1) / 2
