"""Only the matrix products and tanh of the same steps, with samples in rows.

Their time estimates how fast NumPy could be at all.
"""

from math import prod

import numpy as np


def matrix_rows_per_sample(model, n_layers):
    """Return for each layer how many rows of its matrix product come from one sample.

    In a convolution every pixel of the smaller image gives a row.
    """
    if not hasattr(model, "image_shape"):
        return [1] * n_layers
    pixels = [
        prod(side // model.stride**i for side in model.image_shape)
        for i in range(1, len(model.channels) + 1)
    ]
    return [*pixels, 1, 1, *reversed(pixels)]


def calls(workload, n):
    """Return the calls of one step on n samples, [(function, arguments), ...]."""
    found, weights = [], workload.weights
    rows = matrix_rows_per_sample(workload.model, len(weights))
    layers = zip(weights, workload.activations, rows, strict=True)
    for i, ((W, _), activation, rows_per_sample) in enumerate(layers):
        x, y = (np.ones((n * rows_per_sample, width), W.dtype) for width in W.shape)
        W, grad_x, grad_W = W.copy(), x.copy(), W.copy()
        found += [(np.matmul, (x, W, y)), (np.matmul, (x.T, y.copy(), grad_W))]
        if i:  # nobody needs the gradient at the samples
            found += [(np.matmul, (y.copy(), W.T, grad_x))]
        if activation in ("tanh", "sigmoid"):
            found += [(np.tanh, (np.zeros_like(y), y))]
    return found


def make_run(workload):
    """Return a function that makes the calls of all steps. It trains nothing."""
    n_whole, rest = divmod(len(workload.X), workload.batch_size)
    epoch = calls(workload, workload.batch_size) * n_whole
    epoch += calls(workload, rest) if rest else []

    def run():
        for function, arguments in epoch * workload.model.epochs:
            function(*arguments)

    return run
