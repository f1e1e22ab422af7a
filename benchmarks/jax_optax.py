"""The dense rows in JAX with optax: one call that scans over all steps, or one call a step.

The optimizer's state is one flat vector (optax.flatten), because many small arrays are slow.
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
    """Return the loss 1/(2n) sum |x_hat - x|^2 of params, [(W, b), ...], on x (n, d)."""
    x_hat = x
    for (W, b), activation in zip(params, activations, strict=True):
        x_hat = ACTIVATIONS[activation](x_hat @ W + b)
    return jnp.sum((x_hat - x) ** 2) / (2 * len(x))


def step_of(workload):
    """Return a function that takes one step of the training.

    It is (learning_rate, (params, opt_state), x) -> ((params, opt_state), loss).
    """

    def step(learning_rate, state, x):
        params, opt_state = state
        loss, grad = jax.value_and_grad(loss_of)(params, x, workload.activations)
        optimizer = OPTIMIZERS[workload.model.optimizer](learning_rate)
        updates, opt_state = optimizer.update(grad, opt_state)
        return (optax.apply_updates(params, updates), opt_state), loss

    return step


def initial_state(model, params):
    """Return (params, opt_state) before the first step."""
    return params, OPTIMIZERS[model.optimizer](model.learning_rate).init(params)


def fit_of(workload):
    """Return the whole training as a function (params, X, order) -> (state, losses)."""
    step = partial(step_of(workload), workload.model.learning_rate)
    size = workload.batch_size
    n_whole = len(workload.X) // size * size

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
        state = initial_state(workload.model, params)
        return jax.lax.scan(partial(epoch, X), state, order, length=workload.model.epochs)

    return fit


def with_precision(workload, run):
    """Return `run` in the precision of the workload; JAX computes in float32 by default."""

    def run_so():
        with jax.enable_x64(workload.model.dtype == "float64"):
            return run()

    return run_so


def scan(workload):
    """Return a function that trains in one compiled call and returns the loss curve."""
    fit = jax.jit(fit_of(workload))

    def run():
        _, losses = fit(workload.weights, workload.X, workload.order)
        return workload.epoch_means(losses)

    return with_precision(workload, run)


def cold(workload):
    """Return a function that does as `scan` does, but traces and compiles in each run."""

    def run():
        fit = jax.jit(fit_of(workload))
        _, losses = fit(workload.weights, workload.X, workload.order)
        return workload.epoch_means(losses)

    return with_precision(workload, run)


def steps(workload):
    """Return a function that trains with a compiled call a step and returns the loss curve."""
    step = jax.jit(partial(step_of(workload), workload.model.learning_rate), donate_argnums=0)
    init = jax.jit(partial(initial_state, workload.model))

    def run():
        state, losses = init(workload.weights), []
        for epoch in range(workload.model.epochs):
            X = workload.X if workload.order is None else workload.X[workload.order[epoch]]
            for start in range(0, len(X), workload.batch_size):
                state, loss = step(state, X[start : start + workload.batch_size])
                losses.append(loss)
        return workload.epoch_means(jax.device_get(losses))

    return with_precision(workload, run)


def ensemble(grid):
    """Return a function that trains all nets of a grid at once, by vmap."""
    first, models = grid.workloads[0], [workload.model for workload in grid.workloads]
    step = jax.vmap(step_of(first))
    learning_rates = np.array([model.learning_rate for model in models], "float32")
    batches = grid.order.reshape(len(learning_rates), -1, first.batch_size).swapaxes(0, 1)

    @jax.jit
    def fit(params, X, batches):
        state = params, jax.vmap(OPTIMIZERS["adam"](0).init)(params)
        return jax.lax.scan(
            lambda state, batch: step(learning_rates, state, X[batch]), state, batches
        )

    return lambda: grid.epoch_means(np.asarray(fit(grid.weights, first.X, batches)[1]).T)


def store(workload, path):
    """Return a function that saves the initial weights at path and loads them."""

    def run():
        leaves, tree = jax.tree.flatten(workload.weights)
        np.savez(path, *leaves)
        with np.load(path) as file:
            return jax.tree.unflatten(tree, [jnp.asarray(leaf) for leaf in file.values()])

    return run
