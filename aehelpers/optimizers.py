"""Optimisers: step(theta, grad) moves a vector of parameters downhill, in place.

`theta` and `grad` are (..., size); `learning_rate` is a number, or (M, 1) for M models at once.
`factor` scales it for that step (schedules). The moments that an optimiser remembers are born
with its first step, so one object serves one run.
"""

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

    m <- b1 m + (1 - b1) grad  and  v <- b2 v + (1 - b2) grad^2  are running means;
    m_hat = m / (1 - b1^t)  and  v_hat = v / (1 - b2^t)  undo their start at zero.
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


def sgd(learning_rate):
    """Plain gradient descent."""
    return SGD(learning_rate)


def momentum(learning_rate):
    """Gradient descent with the usual momentum of 0.9."""
    return SGD(learning_rate, momentum=0.9)


def constant(progress):
    """factor = 1."""
    return 1.0


def cosine(progress):
    """factor = (1 + cos(pi progress)) / 2: from 1 to 0 (Loshchilov & Hutter 2017)."""
    return 0.5 + 0.5 * np.cos(np.pi * progress)


OPTIMIZERS = {"sgd": sgd, "momentum": momentum, "adam": Adam}
SCHEDULES = {"constant": constant, "cosine": cosine}
