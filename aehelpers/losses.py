"""Losses: (x_hat, x) -> loss, delta.

`x_hat` and `x` are (..., n, d); `loss` (...) has one number a model; `delta` (..., n, d) is the
loss's exact slope at x_hat, already divided by n. Sums run over features, means over samples.
"""

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


LOSSES = {"squared_error": squared_error, "bernoulli": bernoulli}
