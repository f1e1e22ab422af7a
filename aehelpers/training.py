"""Training: gradients of a loss, minibatches, and the loop over epochs; one model or M."""

from functools import cache

import numpy as np

from .layers import side_by_side
from .optimizers import constant
from .samples import row_slices


def loss_and_grad(layer, loss, theta, x, rng=None, grad=None):
    """loss(layer(x), x) and its gradient at theta, by backpropagation.

    layer : any, such as a Chain.   theta (..., size), x (..., n, d)  ->  loss (...), grad
    (..., size).   grad : the array to write into, None: a new one.
    """
    grad = np.empty_like(theta) if grad is None else grad
    x_hat, backward = layer.forward(theta, x, rng)
    value, delta = loss(x_hat, x)
    backward(delta, grad, return_delta=False)
    return value, grad


class Objective:
    """What training lowers: loss(layer(x), x) + weight_decay / 2 sum w^2 over the weights w.

    is_weight : (size,), True where theta holds a weight and not a bias.

    Called with (theta, x, rng) it returns loss and gradient, as `loss_and_grad` does, but it is
    made for a theta that changes in place: it unpacks that theta only once, and every call
    writes into the same grad. So use grad, or copy it, before the next call.
    """

    def __init__(self, layer, loss, weight_decay=0.0, is_weight=True):
        self.layer, self.loss = layer, loss
        self.weight_decay, self.is_weight = weight_decay, is_weight
        self.theta = None

    def __call__(self, theta, x, rng=None):
        if theta is not self.theta:
            self.theta, self.grad = theta, np.empty_like(theta)
            self.parts, self.grad_parts = map(self.layer.unpack, (theta, self.grad))
        loss, _ = loss_and_grad(self.layer, self.loss, self.parts, x, rng, self.grad_parts)
        if self.weight_decay:
            self.grad += self.weight_decay * (self.is_weight * theta)
            loss = loss + self._decay_loss(theta)
        return loss, self.grad

    def value(self, theta, X, **piece):
        """The loss alone, without noise, of any number of samples X (..., n, d).

        The layer is given a piece at a time, as `row_slices` says. The loss may depend on all
        samples at once (`sparsity_kl` does), so it is computed from all outputs together, in
        float64: a long sum in float32 would lose digits.
        """
        parts = row_slices(*X.shape[-2:], **piece)
        with np.errstate(all="ignore"):  # a reader sees inf
            y = [self.layer.forward(theta, X[..., part, :])[0] for part in parts]
            loss, _ = self.loss(np.concatenate(y, axis=-2).astype(float, copy=False), X)
            return loss + self._decay_loss(theta)

    def _decay_loss(self, theta):
        """weight_decay / 2 sum w^2, (...); without decay 0, however large theta is."""
        if not self.weight_decay:
            return 0.0
        return self.weight_decay / 2 * ((self.is_weight * theta) ** 2).sum(axis=-1)


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
    """Yield X (..., n, d) in shuffled pieces (..., batch_size, d); the last may be smaller.

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


def train(
    objective_at, theta, X, optimizer, epochs, batch_size=None, rng=None, schedule=constant
):
    """Improve theta (..., size) in place; after each epoch yield that epoch's loss (...).

    objective_at(progress) gives the function (theta, x, rng) -> (loss, grad) to follow when the
    share `progress` of the run, from 0 up to but below 1, is done; schedule(progress) gives the
    factor on the learning rate. The loss is the mean over the epoch's samples, and that of each
    minibatch is taken just before its step.

    A model whose loss or theta has grown beyond all bounds (see `Bounds`) goes back to its
    theta before that epoch. A single model then raises FloatingPointError. In an ensemble that
    model stays there, its loss reads inf, and the others go on.
    """
    keep_freed_memory()
    X = side_by_side(X) if batch_size is None else X
    last_theta, is_fine = theta.copy(), np.ones(theta.shape[:-1], dtype=bool)
    bounds = Bounds()
    for epoch in range(epochs):
        progress = epoch / epochs
        objective, factor = objective_at(progress), schedule(progress)
        last_theta[...] = theta
        loss = np.zeros(theta.shape[:-1])
        with np.errstate(all="ignore"):  # is_fine finds what matters
            for x in minibatches(X, batch_size, rng):
                value, grad = objective(theta, x, rng)
                bounds.begin(value, theta, x)
                optimizer.step(theta, grad, factor)
                loss = loss + value * (x.shape[-2] / X.shape[-2])
            is_fine &= bounds.hold(loss, theta)
        if not is_fine.all():
            theta[~is_fine] = last_theta[~is_fine]
            if theta.ndim == 1:
                raise FloatingPointError(
                    f"training diverged at epoch {epoch + 1}: try a learning_rate below "
                    f"{optimizer.learning_rate:g}, or inputs on a smaller scale: they are as "
                    f"large as {bounds.largest_x:g}"
                )
            loss = np.where(is_fine, loss, np.inf)
        yield loss


class Bounds:
    """How large loss and theta may grow: `growth` times what is there before the first step.

    A run that explodes can end in finite numbers, for example when all ReLUs are dead. So it is
    not enough to look for inf.
    """

    growth = 1e6

    def __init__(self):
        self.loss = None

    def begin(self, loss, theta, x):
        """Note the first minibatch: loss (...), theta (..., size), x (..., n, d)."""
        if self.loss is None:
            self.largest_x = np.abs(x).max()
            # Plus 1, for a loss of small data, or a minus log p, may begin at 0 and rise.
            self.loss = self.growth * (1 + np.abs(loss))
            self.theta = self.growth * (1 + np.abs(theta).max(axis=-1) + self.largest_x)

    def hold(self, loss, theta):
        """Whether loss and theta are within the bounds, (...); NaN is not."""
        return (np.abs(loss) <= self.loss) & (np.abs(theta).max(axis=-1) <= self.theta)


@cache  # once is enough for a process
def keep_freed_memory(size=31 * 2**20):
    """Let this process keep arrays of up to `size` bytes that it frees, to use them again.

    By default the C library of Linux (glibc) returns freed arrays of more than 128 kB to the
    system, and the next step of a training has to fetch them anew, page by page. It stops doing
    so for arrays up to the largest that it has seen freed, 32 MB at most. The cost is that the
    process holds on to up to twice that much memory.
    """
    np.empty(size, np.uint8)
