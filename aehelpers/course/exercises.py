"""Self-checks of exercises: they say what is wrong and where to look, but not the answer."""

import hashlib

import numpy as np


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
        """Print that the exercise is right."""
        print(f"ok    exercise {self.name}")


def digest(answer, digits=2):
    """What an answer can be recognised by, without being told it: 8 hexadecimal digits.

    answer : a str, taken without regard to case and spaces; True or False; a number, taken to
        so many significant digits; or a list or tuple of such, in order.
    TypeError if it is anything else, ValueError if it is NaN or infinite.
    """
    return hashlib.sha256(_canonical(answer, digits).encode()).hexdigest()[:8]


def _canonical(answer, digits):
    """The answer as text, the same for all sensible ways of writing it."""
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
