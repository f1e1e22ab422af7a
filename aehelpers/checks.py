"""Checks of gradients by finite differences; and how a number is printed."""

import numpy as np


def directional_derivatives(f, theta, rng=None, step=3e-6):
    """f's derivative along a random direction v, measured and claimed by f: (...) each.

    f(theta) -> loss (...), grad (..., size), with theta (..., size) in float64. Measured is
    (f(theta + step v) - f(theta - step v)) / (2 step), claimed is the sum of grad * v. Costs
    three losses, however many parameters there are. A noisy f must draw the same noise at every
    call (a freshly seeded generator). TypeError if theta is not float64.
    """
    if theta.dtype != np.float64:
        raise TypeError(
            f"a gradient check needs theta in float64, got {theta.dtype}: "
            "use theta.astype('float64')"
        )
    rng = np.random.default_rng(0) if rng is None else rng
    v = rng.standard_normal(theta.shape)
    measured = (f(theta + step * v)[0] - f(theta - step * v)[0]) / (2 * step)
    return measured, (f(theta)[1] * v).sum(axis=-1)


def gradient_error(f, theta, rng=None, step=3e-6):
    """|m - c| / (|m| + |c|) of the measured and the claimed derivative m and c;  0/0 is 0."""
    return _relative(*directional_derivatives(f, theta, rng, step))


def check_gradient(f, theta, tolerance=1e-7, rng=None, step=3e-6):
    """`gradient_error`, or an AssertionError with both derivatives if it is too large."""
    measured, claimed = directional_derivatives(f, theta, rng, step)
    error = _relative(measured, claimed)
    if not np.all(error < tolerance):
        raise AssertionError(
            f"the gradient does not belong to the loss: relative error {error} "
            f"(tolerance {tolerance:g}); slope measured {measured}, "
            f"slope from the gradient {claimed}"
        )
    return error


def _relative(measured, claimed):
    """|measured - claimed| / (|measured| + |claimed|);  0/0 is 0."""
    scale = np.abs(measured) + np.abs(claimed)
    return np.abs(measured - claimed) / np.where(scale == 0, 1, scale)


def rounded(value, digits=3):
    """`value` as text with `digits` significant digits: "0.0240", "31.2", "1.20e-07", "0"."""
    return f"{float(value):#.{digits}g}".rstrip(".") if value else "0"
