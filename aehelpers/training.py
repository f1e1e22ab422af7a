"""Training: gradients of a network, minibatches, the loop over epochs; one model or M."""

import numpy as np

from .optimizers import constant


def loss_and_grad(network, loss, theta, x, rng=None):
    """loss(network(x), x) and its slope at theta, by backpropagation.

    theta (..., size), x (..., n, d)  ->  loss (...), grad (..., size).
    """
    x_hat, backward = network.forward(theta, x, rng)
    value, delta = loss(x_hat, x)
    grad = np.empty_like(theta)
    backward(delta, grad)
    return value, grad


def with_decay(objective, decay):
    """The objective plus 1/2 sum decay theta^2;  decay : (size,), or a number.

    objective : (theta, x, rng) -> (loss, grad), and so is the result.
    """

    def decayed(theta, x, rng=None):
        loss, grad = objective(theta, x, rng)
        return loss + (decay * theta**2).sum(axis=-1) / 2, grad + decay * theta

    return decayed


class Generators:
    """M random generators that answer as one: each model draws as if it were alone."""

    def __init__(self, rngs):
        self.rngs = list(rngs)

    def standard_normal(self, shape):
        return np.stack([rng.standard_normal(shape[1:]) for rng in self.rngs])

    def random(self, shape):
        return np.stack([rng.random(shape[1:]) for rng in self.rngs])

    def permutation(self, n):
        return np.stack([rng.permutation(n) for rng in self.rngs])


def minibatches(X, batch_size, rng):
    """Yield X (..., n, d) in shuffled pieces (..., batch_size, d), the last maybe smaller.

    batch_size None is full batch: X itself, in its own order, and nothing is drawn from `rng`.
    """
    n = X.shape[-2]
    if batch_size is None:
        yield X
        return
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        piece = order[..., start : start + batch_size]
        yield X[piece] if X.ndim == 2 else np.take_along_axis(X, piece[..., None], axis=-2)


def train(objective, theta, X, optimizer, epochs, batch_size=None, rng=None, schedule=constant):
    """Improve theta (..., size) in place; after each epoch yield that epoch's loss (...).

    objective(progress) gives the function (theta, x, rng) -> (loss, grad) to follow when that
    share in [0, 1) of the run is done. The loss is the mean over the epoch's samples, each
    taken just before the step it belongs to.

    A model whose loss or theta is no longer finite goes back to the theta before that epoch.
    Alone it raises FloatingPointError; in an ensemble it stays there, its loss reads inf, and
    the others go on.
    """
    diverged = np.zeros(theta.shape[:-1], dtype=bool)
    for epoch in range(epochs):
        progress = epoch / epochs
        step_objective, factor = objective(progress), schedule(progress)
        last_finite = theta.copy()
        total, n = 0.0, X.shape[-2]
        with np.errstate(all="ignore"):  # isfinite below says what matters
            for x in minibatches(X, batch_size, rng):
                loss, grad = step_objective(theta, x, rng)
                optimizer.step(theta, grad, factor)
                total = total + loss * (x.shape[-2] / n)
        diverged = diverged | ~(np.isfinite(total) & np.isfinite(theta).all(axis=-1))
        theta[diverged] = last_finite[diverged]
        if theta.ndim == 1 and diverged:
            raise FloatingPointError(
                f"training diverged at epoch {epoch + 1}: "
                f"try a learning_rate below {optimizer.learning_rate:g}"
            )
        yield np.where(diverged, np.inf, total)
