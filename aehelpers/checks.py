"""Checks: is a gradient right, does a claim or an answer hold; and how a number is printed."""

import hashlib
import json
from pathlib import Path

import numpy as np


def slopes(f, theta, rng=None, step=3e-6):
    """f's slope along a random direction v, measured and claimed: (...) each, one a model.

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
    """Relative error of f's gradient:  |m - c| / (|m| + |c|), m, c = `slopes`;  0/0 is 0."""
    return _relative(*slopes(f, theta, rng, step))


def check_gradient(f, theta, tolerance=1e-7, rng=None, step=3e-6):
    """`gradient_error`, or an AssertionError with both slopes if it is not below tolerance."""
    measured, claimed = slopes(f, theta, rng, step)
    error = _relative(measured, claimed)
    if not np.all(error < tolerance):
        raise AssertionError(
            f"the gradient does not belong to the loss: relative error {error} "
            f"(tolerance {tolerance:g}); slope measured {measured}, "
            f"slope from the gradient {claimed}"
        )
    return error


def _relative(measured, claimed):
    scale = np.abs(measured) + np.abs(claimed)
    return np.abs(measured - claimed) / np.where(scale == 0, 1, scale)


def rounded(value, digits=3):
    """`value` as text with `digits` significant digits: "0.0240", "31.2", "1.20e-07", "0"."""
    return f"{float(value):#.{digits}g}".rstrip(".") if value else "0"


def long_runs(path="../benchmarks/historical.json"):
    """What the runs too long for a notebook have stored: {name: record}, as benchmarks/ says.

    FileNotFoundError outside the repository, from where `make historical` fills the file.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"no stored runs at {path.resolve()}: open the notebook where it lies in the "
            "repository, beside the folder benchmarks"
        )
    return json.loads(path.read_text("utf-8"))


class Checks:
    """The Check lines of one notebook: each a claim, a measured value, and its bound.

    >>> check = Checks()
    >>> check("PCA's error, per pixel", 0.02423, below=0.03, fact=4, source="REFERENCE")
    ok    PCA's error, per pixel: 0.0242, below 0.03  [fact 4; REFERENCE]
    """

    def __init__(self):
        self.lines = []

    def __call__(
        self, claim, value, *, above=None, below=None, digits=3, fact=None, source=None
    ):
        """Print and remember a line; AssertionError unless `value` is within its bounds.

        digits : how many significant ones of the value are printed; two where the third is not
        the same on every machine.
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
        tiny = below is not None and 0 < below <= 1e-6
        shown = "rounding error" if tiny else rounded(value, digits)
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


class Exercise:
    """The self-check of one exercise: it says what is wrong and where to look, not the answer.

    name : of the exercise, "3".   look : where help is found, "'The encoder', line two".

    >>> this = Exercise("2", look="the formula of the decoder")
    >>> this.expect(2 + 2 == 4, "the sum is off")
    >>> this.answer(0.25, "a30a0433")
    >>> this.done()
    ok    exercise 2
    """

    def __init__(self, name, look):
        self.name, self.look = name, look

    def expect(self, holds, wrong):
        """AssertionError with `wrong`, which says what came and what is off, if it does not."""
        if not np.all(holds):
            raise AssertionError(f"exercise {self.name}: {wrong}; look at {self.look}")

    def answer(self, value, expected, digits=2):
        """AssertionError unless `digest(value, digits)` is as expected."""
        try:
            found = digest(value, digits)
        except (TypeError, ValueError) as error:
            self.expect(False, str(error))
        self.expect(found == expected, f"{value!r} is not the answer")

    def done(self):
        print(f"ok    exercise {self.name}")


def digest(answer, digits=2):
    """What an answer can be recognised by, without being told it: 8 hexadecimal digits.

    answer : a str, taken without regard to case and spaces; True or False; a number, taken to
        so many significant digits; or a list or tuple of such, in order.
    TypeError if it is anything else, ValueError if it is NaN or infinite.
    """
    return hashlib.sha256(_canonical(answer, digits).encode()).hexdigest()[:8]


def _canonical(answer, digits):
    if isinstance(answer, str):
        return "".join(answer.casefold().split())
    if isinstance(answer, bool | np.bool_):
        return str(bool(answer))
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if isinstance(answer, list | tuple):
        return f"[{','.join(_canonical(each, digits) for each in answer)}]"
    try:
        number = float(answer)
    except (TypeError, ValueError):
        raise TypeError(
            f"{answer!r} is a {type(answer).__name__}; an answer is a number, a str, True or "
            "False, or a list of such"
        ) from None
    if not np.isfinite(number):
        raise ValueError(f"{answer!r} is no answer: give a finite number")
    return f"{number + 0.0:.{digits}g}"
