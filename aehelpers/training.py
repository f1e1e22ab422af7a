"""Training: gradients of a network, minibatches, the loop over epochs; one model or M."""

import numpy as np

from .optimizers import constant

# glibc's malloc gives arrays above 128 kB back to the system and fetches them anew, page by
# page, at every step, until it has once seen a larger one freed. Here it sees the largest that
# counts (32 MB is its end). The price: a process holds on to that much more of what it freed.
np.empty(31 * 2**20, np.uint8)


def loss_and_grad(network, loss, theta, x, rng=None):
    """loss(network(x), x) and its slope at theta, by backpropagation.

    theta (..., size), x (..., n, d)  ->  loss (...), grad (..., size).
    """
    x_hat, backward = network.forward(theta, x, rng)
    value, delta = loss(x_hat, x)
    grad = np.empty_like(theta)
    backward(delta, grad, at_x=False)
    return value, grad


class Objective:
    """What training lowers: loss(network(x), x) + 1/2 sum decay theta^2.

    decay : (size,), a number, or None for none.

    Called with (theta, x, rng) it returns loss and slope, as `loss_and_grad` does, but for a
    theta that changes in place: it is unpacked only once, and every call writes into the same
    grad, so use that, or copy it, before the next call.
    """

    def __init__(self, network, loss, decay=None):
        self.network, self.loss, self.decay, self.theta = network, loss, decay, None

    def __call__(self, theta, x, rng=None):
        if theta is not self.theta:
            self.theta, self.grad = theta, np.empty_like(theta)
            self.views, self.slopes = map(self.network.unpack, (theta, self.grad))
        x_hat, backward = self.network.forward(self.views, x, rng)
        loss, delta = self.loss(x_hat, x)
        backward(delta, self.slopes, at_x=False)
        if self.decay is not None:
            self.grad += self.decay * theta
        return loss + self._penalty(theta), self.grad

    def value(self, theta, X, rows=1024):
        """The loss alone, without noise, of however many samples X (..., n, d).

        The network sees so many rows at a time; the loss, which may look at the whole of them
        (`sparsity_kl` does), gets all that came out.
        """
        starts = range(0, X.shape[-2], rows)
        pieces = [self.network.forward(theta, X[..., i : i + rows, :])[0] for i in starts]
        loss, _ = self.loss(np.concatenate(pieces, axis=-2), X)
        return loss + self._penalty(theta)

    def _penalty(self, theta):
        return 0.0 if self.decay is None else (self.decay * theta**2).sum(axis=-1) / 2


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
    models = np.indices((*order.shape[:-1], 1), sparse=True)[:-1]
    for start in range(0, n, batch_size):
        piece = order[..., start : start + batch_size]
        one_for_all = X.ndim == 2 or piece.ndim == 1  # one X, or one order: take is faster
        yield X.take(piece, axis=-2) if one_for_all else X[(*models, piece)]


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
    last_finite = theta.copy()
    for epoch in range(epochs):
        progress = epoch / epochs
        step_objective, factor = objective(progress), schedule(progress)
        last_finite[...] = theta
        total, n = 0.0, X.shape[-2]
        with np.errstate(all="ignore"):  # isfinite below says what matters
            for x in minibatches(X, batch_size, rng):
                loss, grad = step_objective(theta, x, rng)
                optimizer.step(theta, grad, factor)
                total = total + loss * (x.shape[-2] / n)
        diverged |= ~(np.isfinite(total) & np.isfinite(theta).all(axis=-1))
        if diverged.any():
            theta[diverged] = last_finite[diverged]
            if theta.ndim == 1:
                raise FloatingPointError(
                    f"training diverged at epoch {epoch + 1}: "
                    f"try a learning_rate below {optimizer.learning_rate:g}"
                )
        yield np.where(diverged, np.inf, total)
