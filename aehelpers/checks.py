"""Checks: is a gradient right, does a claim of a notebook hold, and how to print a number that
is the same everywhere.
"""

import numpy as np


def gradient_error(f, theta, rng=None, step=3e-6):
    """Relative error of f's gradient along one random direction v:  |s - g.v| / (|s| + |g.v|),
    s = (f(theta + step v) - f(theta - step v)) / (2 step).

    f(theta) -> loss (...), grad (..., size) with theta (..., size) in float64; f must give the
    same loss whenever it is called with the same theta (noise from
    a freshly seeded generator). Costs two losses, however many parameters there are. Returns
    (...), one number a model; 0/0 is 0.
    """
    return _compare_slopes(f, theta, rng, step)[0]


def check_gradient(f, theta, tolerance=1e-7, rng=None, step=3e-6):
    """`gradient_error`, or an AssertionError with both slopes where it is not below
    `tolerance`.
    """
    error, numeric, analytic = _compare_slopes(f, theta, rng, step)
    if not np.all(error < tolerance):
        raise AssertionError(
            f"the gradient does not belong to the loss: relative error {error} "
            f"(tolerance {tolerance:g}); slope measured {numeric}, "
            f"slope from the gradient {analytic}"
        )
    return error


def _compare_slopes(f, theta, rng, step):
    if theta.dtype != np.float64:
        raise TypeError(
            f"a gradient check needs theta in float64, got {theta.dtype}: "
            "use theta.astype('float64')"
        )
    rng = np.random.default_rng(0) if rng is None else rng
    v = rng.standard_normal(theta.shape)
    numeric = (f(theta + step * v)[0] - f(theta - step * v)[0]) / (2 * step)
    analytic = (f(theta)[1] * v).sum(axis=-1)
    scale = np.abs(numeric) + np.abs(analytic)
    error = np.abs(numeric - analytic) / np.where(scale == 0, 1, scale)
    return error, numeric, analytic


def rounded(value, digits=3, margin=1e-6):
    """`value` as text with at most `digits` significant digits, fewer where it lies so near the
    edge between two roundings that a relative change by `margin` could turn the last one.

    What is printed this way is the same on every processor, BLAS and NumPy.
    """
    value = float(value) + 0.0  # no -0
    while (
        digits > 1
        and f"{value * (1 - margin):.{digits}g}" != f"{value * (1 + margin):.{digits}g}"
    ):
        digits -= 1
    text = f"{value:.{digits}g}"
    # Judged by the rounded number, so that both sides of 1000 are written alike.
    plain = 1e-4 <= abs(float(text)) < 10**digits
    return f"{value:#.{digits}g}".rstrip(".") if plain else text


class Checks:
    """The Check lines of one notebook: call it with a claim, a measured value and the bound the
    value must keep.

    >>> check = Checks()
    >>> check("PCA's error, per pixel", 0.02423, below=0.03, fact=4, source="REFERENCE")
    ok    PCA's error, per pixel: 0.0242, below 0.03  [fact 4; REFERENCE]
    """

    def __init__(self):
        self.lines = []

    def __call__(self, claim, value, *, above=None, below=None, fact=None, source=None):
        """Print and remember one line; AssertionError with the full value if `value` is not
        above and below its bounds (NaN is neither).
        """
        if above is None and below is None:
            raise ValueError(
                f"the check {claim!r} has no bound, so it cannot fail: "
                "give above=..., below=... or both"
            )
        value = float(value)
        bounds = " and ".join(
            f"{word} {bound:g}"
            for word, bound in (("above", above), ("below", below))
            if bound is not None
        )
        holds = (above is None or value > above) and (below is None or value < below)
        if not holds:
            raise AssertionError(f"{claim}: measured {value!r}, which is not {bounds}")
        # A value that is only rounding error has no digit that two machines share.
        shown = "rounding error" if below is not None and below <= 1e-6 else rounded(value)
        notes = "; ".join(
            note for note in (f"fact {fact}" if fact else "", source or "") if note
        )
        line = f"ok    {claim}: {shown}, {bounds}" + (f"  [{notes}]" if notes else "")
        self.lines.append(line)
        print(line)

    def summary(self):
        """Print all lines again: what this notebook measured."""
        print(f"{len(self.lines)} claims measured, all within their bounds")
        print("\n".join(self.lines))
