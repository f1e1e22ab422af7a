"""Optimisers: step(theta, grad) moves a vector of parameters downhill, in place.

`theta` and `grad` are (..., size); `learning_rate` is a number, or (M, 1) for M models at once.
`factor` scales it for that step (schedules). The moments that an optimiser remembers are born
with its first step, so one object serves one run.
"""

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

    m <- b1 m + (1 - b1) grad  and  v <- b2 v + (1 - b2) grad^2  are running means;
    m_hat = m / (1 - b1^t)  and  v_hat = v / (1 - b2^t)  undo their start at zero.
    """

    def __init__(self, learning_rate, b1=0.9, b2=0.999, eps=1e-8):
        self.learning_rate, self.b1, self.b2, self.eps = learning_rate, b1, b2, eps
        self.t = 0

    def step(self, theta, grad, factor=1.0):
        if self.t == 0:
            self.g_sum, self.g2_sum, self.spare = (np.zeros_like(theta) for _ in range(3))
        self.t += 1
        # All in place, for a large theta is far away in memory, and few operations: instead of
        # m and v the sums m / (1 - b1) and v / (1 - b2) are kept, and the constant factors of
        # m_hat and v_hat wait until they can be taken as one, eps with them.
        self.g_sum *= self.b1
        self.g_sum += grad
        self.g2_sum *= self.b2
        self.g2_sum += np.square(grad, out=self.spare)
        of_m = (1 - self.b1) / (1 - self.b1**self.t)  # m_hat = of_m g_sum
        of_v = (1 - self.b2) / (1 - self.b2**self.t)  # v_hat = of_v g2_sum
        step = np.sqrt(self.g2_sum, out=self.spare)  # spare by another name
        step += self.eps / sqrt(of_v)
        np.divide(self.g_sum, step, out=step)
        step *= factor * self.learning_rate * of_m / sqrt(of_v)
        theta -= step


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
    return 0.5 + 0.5 * cos(pi * progress)


OPTIMIZERS = {"sgd": sgd, "momentum": momentum, "adam": Adam}
SCHEDULES = {"constant": constant, "cosine": cosine}
