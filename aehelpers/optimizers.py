"""Optimisers: step(theta, grad) moves a vector of parameters downhill, in place.

`theta` and `grad` are (..., size). `learning_rate` is a number, or (M, 1) for M models at once,
and `factor` scales it for one step (schedules). An optimiser remembers moments of the gradients
that it has seen, so each run needs an optimiser of its own.
"""

from functools import partial
from math import cos, pi, sqrt

import numpy as np


class SGD:
    """v <- momentum v - learning_rate grad,  theta <- theta + v  (Polyak 1964).

    momentum 0 is plain gradient descent.
    """

    def __init__(self, learning_rate, momentum=0.0):
        self.learning_rate, self.momentum = learning_rate, momentum
        self.velocity = 0.0

    def step(self, theta, grad, factor=1.0):
        self.velocity = self.momentum * self.velocity - factor * self.learning_rate * grad
        theta += self.velocity


class Adam:
    """theta <- theta - learning_rate m_hat / (sqrt(v_hat) + eps)  (Kingma & Ba 2015).

    m and v are running means of grad and grad^2, and start at 0. m_hat and v_hat correct the
    pull towards that start.
    """

    def __init__(self, learning_rate, b1=0.9, b2=0.999, eps=1e-8):
        self.learning_rate, self.b1, self.b2, self.eps = learning_rate, b1, b2, eps
        self.t, self.m, self.v = 0, 0.0, 0.0

    def step(self, theta, grad, factor=1.0):
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * grad
        self.v = self.b2 * self.v + (1 - self.b2) * grad**2
        m_hat = self.m / (1 - self.b1**self.t)
        v_hat = self.v / (1 - self.b2**self.t)
        theta -= factor * self.learning_rate * m_hat / (np.sqrt(v_hat) + self.eps)


class InPlaceAdam(Adam):
    """The steps of `Adam`, twice as fast for a large theta, because it makes no new arrays.

    It remembers m_sum = m / (1 - b1) and v_sum = v / (1 - b2) in place of m and v, and
    multiplies all factors that are numbers first.
    """

    def step(self, theta, grad, factor=1.0):
        if self.t == 0:
            self.m_sum, self.v_sum, self.work = np.zeros((3, *theta.shape), theta.dtype)
        self.t += 1
        self.m_sum *= self.b1
        self.m_sum += grad
        self.v_sum *= self.b2
        self.v_sum += np.square(grad, out=self.work)
        to_m_hat = (1 - self.b1) / (1 - self.b1**self.t)
        to_root = sqrt((1 - self.b2) / (1 - self.b2**self.t))  # from sqrt(v_sum) to sqrt(v_hat)
        np.sqrt(self.v_sum, out=self.work)
        self.work += self.eps / to_root
        np.divide(self.m_sum, self.work, out=self.work)
        self.work *= factor * self.learning_rate * to_m_hat / to_root
        theta -= self.work


def constant(progress):
    """factor = 1."""
    return 1.0


def cosine(progress):
    """factor = (1 + cos(pi progress)) / 2: from 1 to 0 (Loshchilov & Hutter 2017)."""
    return 0.5 + 0.5 * cos(pi * progress)


OPTIMIZERS = {"sgd": SGD, "momentum": partial(SGD, momentum=0.9), "adam": InPlaceAdam}
SCHEDULES = {"constant": constant, "cosine": cosine}
