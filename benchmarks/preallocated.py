"""The slider row with every array of samples allocated before the first step.

This code shows how fast NumPy can be on the row. It is no style to copy: it trains full batches
of tanh layers with a linear output in float32 by Adam, and nothing else.
"""

from itertools import pairwise
from math import sqrt

import numpy as np


def unpacked(theta, widths):
    """Return views of theta (size,) by layer: all W (n_in, n_out), and all b (n_out,)."""
    W, b, start = [], [], 0
    for n_in, n_out in pairwise(widths):
        end = start + n_in * n_out
        W.append(theta[start:end].reshape(n_in, n_out))
        start = end + n_out
        b.append(theta[end:start])
    return W, b


def train(X, theta, widths, learning_rate, epochs):
    """Train theta (size,) in place on X (n, d). Returns the losses 1/(2n) sum |x_hat - x|^2.

    Samples are columns, and each loss is the one before a step.
    """
    n, grad, losses = len(X), np.empty_like(theta), []
    (W, b), (grad_W, grad_b) = unpacked(theta, widths), unpacked(grad, widths)
    outputs = [X.T.copy()] + [np.empty((width, n), "float32") for width in widths[1:]]
    deltas = [np.empty_like(y) for y in outputs]
    ones, m, v = np.ones(n, "float32"), np.zeros_like(theta), np.zeros_like(theta)
    last = len(W) - 1
    for t in range(1, epochs + 1):
        for i in range(len(W)):
            np.matmul(W[i].T, outputs[i], out=outputs[i + 1])
            outputs[i + 1] += b[i][:, None]
            if i < last:
                np.tanh(outputs[i + 1], out=outputs[i + 1])
        delta = np.subtract(outputs[-1], outputs[0], out=deltas[-1])
        losses.append(np.vdot(delta, delta) / (2 * n))
        delta /= n
        for i in range(last, -1, -1):
            np.matmul(outputs[i], delta.T, out=grad_W[i])
            np.matmul(delta, ones, out=grad_b[i])
            if i:  # the derivative of tanh, 1 - y^2, takes the place of y
                np.matmul(W[i], delta, out=deltas[i])
                np.multiply(outputs[i], outputs[i], out=outputs[i])
                np.subtract(1, outputs[i], out=outputs[i])
                delta = np.multiply(deltas[i], outputs[i], out=deltas[i])
        m += 0.1 * (grad - m)
        v += 0.001 * (grad * grad - v)
        root = sqrt(1 - 0.999**t)
        theta -= learning_rate * root / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-8 * root)
    return losses


def make_run(workload):
    """Return a function that trains the net and returns its loss curve."""
    model = workload.model
    widths = [workload.X.shape[1], *(len(b) for _, b in workload.weights)]
    start = np.concatenate([array.ravel() for layer in workload.weights for array in layer])

    def run():
        return train(workload.X, start.copy(), widths, model.learning_rate, model.epochs)

    return run
