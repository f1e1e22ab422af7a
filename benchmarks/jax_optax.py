"""The dense rows in JAX with optax: one call that scans over all steps, or one call a step.

The optimiser's memory is one flat vector (optax.flatten), because many small arrays are slow.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

ACTIVATIONS = {
    "identity": lambda x: x,
    "sigmoid": lambda x: 0.5 + 0.5 * jnp.tanh(0.5 * x),  # a tenth faster than jax.nn.sigmoid
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
}
OPTIMIZERS = {"sgd": optax.sgd, "adam": lambda rate: optax.flatten(optax.adam(rate))}


def loss_of(params, x, activations):
    x_hat = x
    for (W, b), activation in zip(params, activations, strict=True):
        x_hat = ACTIVATIONS[activation](x_hat @ W + b)
    return jnp.sum((x_hat - x) ** 2) / (2 * len(x))


def step_of(work):
    """The function (learning_rate, (params, memory), x) -> ((params, memory), loss)."""

    def step(learning_rate, state, x):
        params, memory = state
        loss, grad = jax.value_and_grad(loss_of)(params, x, work.activations)
        optimizer = OPTIMIZERS[work.model.optimizer](learning_rate)
        updates, memory = optimizer.update(grad, memory)
        return (optax.apply_updates(params, updates), memory), loss

    return step


def fit_of(work):
    """The whole training as a function (params, X, order) -> (state, losses)."""
    step = partial(step_of(work), work.model.learning_rate)
    size = work.batch_size
    n_whole = len(work.X) // size * size

    def epoch(X, state, order):
        if order is None:
            return step(state, X)
        x = X[order]
        state, losses = jax.lax.scan(step, state, x[:n_whole].reshape(-1, size, x.shape[1]))
        if n_whole < len(x):
            state, last = step(state, x[n_whole:])
            losses = jnp.append(losses, last)
        return state, losses

    def fit(params, X, order):
        state = params, OPTIMIZERS[work.model.optimizer](work.model.learning_rate).init(params)
        return jax.lax.scan(partial(epoch, X), state, order, length=work.model.epochs)

    return fit


def with_precision(work, run):
    """`run` in the precision of the work, because JAX computes in float32 by default."""

    def run_so():
        with jax.enable_x64(work.model.dtype == "float64"):
            return run()

    return run_so


def scan(work):
    fit = jax.jit(fit_of(work))
    return with_precision(work, lambda: work.curve(fit(work.weights, work.X, work.order)[1]))


def cold(work):
    """The scan as for a new shape: it is traced and compiled in each run."""
    return with_precision(
        work, lambda: work.curve(jax.jit(fit_of(work))(work.weights, work.X, work.order)[1])
    )


def steps(work):
    step = jax.jit(partial(step_of(work), work.model.learning_rate), donate_argnums=0)
    init = jax.jit(
        lambda p: (p, OPTIMIZERS[work.model.optimizer](work.model.learning_rate).init(p))
    )

    def run():
        state, losses = init(work.weights), []
        for epoch in range(work.model.epochs):
            X = work.X if work.order is None else work.X[work.order[epoch]]
            for start in range(0, len(X), work.batch_size):
                state, loss = step(state, X[start : start + work.batch_size])
                losses.append(loss)
        return work.curve(jax.device_get(losses))

    return with_precision(work, run)


def ensemble(grid):
    """Train all nets of a grid at once, by vmap."""
    first = grid.works[0]
    step = jax.vmap(step_of(first))
    learning_rates = np.array([work.model.learning_rate for work in grid.works], "float32")
    batches = grid.order.reshape(len(learning_rates), -1, first.batch_size).swapaxes(0, 1)

    @jax.jit
    def fit(params, X, batches):
        state = params, jax.vmap(OPTIMIZERS["adam"](0).init)(params)
        return jax.lax.scan(
            lambda state, batch: step(learning_rates, state, X[batch]), state, batches
        )

    return lambda: grid.curve(np.asarray(fit(grid.weights, first.X, batches)[1]).T)


def store(work, path):
    def run():
        leaves, tree = jax.tree.flatten(work.weights)
        np.savez(path, *leaves)
        with np.load(path) as file:
            return jax.tree.unflatten(tree, [jnp.asarray(leaf) for leaf in file.values()])

    return run
