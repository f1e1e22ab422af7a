"""The bare matrix products and tanh of the same steps: what no code in NumPy can beat."""

from math import prod

import numpy as np


def rows(model, n_layers):
    """How many rows of each layer's product come from one sample: pixels, for a convolution."""
    if not hasattr(model, "image_shape"):
        return [1] * n_layers
    pixels = [
        prod(side // model.stride**i for side in model.image_shape)
        for i in range(1, len(model.channels) + 1)
    ]
    return [*pixels, 1, 1, *reversed(pixels)]


def calls(work, n):
    """(function, arguments) of one step on n samples."""
    found = []
    layers = zip(
        work.weights, work.activations, rows(work.model, len(work.weights)), strict=True
    )
    for place, ((W, _), activation, each) in enumerate(layers):
        x, y = (np.ones((n * each, width), W.dtype) for width in W.shape)
        W, grad_x, grad_W = W.copy(), x.copy(), W.copy()
        found += [(np.matmul, (x, W, y)), (np.matmul, (x.T, y.copy(), grad_W))]
        if place:
            found += [(np.matmul, (y.copy(), W.T, grad_x))]
        if activation in ("tanh", "sigmoid"):
            found += [(np.tanh, (np.zeros_like(y), y))]
    return found


def prepare(work):
    n_whole, rest = divmod(len(work.X), work.batch_size)
    epoch = calls(work, work.batch_size) * n_whole + (calls(work, rest) if rest else [])

    def run():
        for function, arguments in epoch * work.model.epochs:
            function(*arguments)

    return run
