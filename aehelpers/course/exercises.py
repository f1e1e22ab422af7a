"""Self-checks of exercises: they say what is wrong and where to look, but not the answer."""

import hashlib
import itertools
import math

import numpy as np

# One digest takes some hundredths of a second, so that a loop over many answers takes long.
ROUNDS = 50_000
MOST_READINGS = 16  # of an answer with several numbers that lie where rounding turns over


class Exercise:
    """The self-check of one exercise: it says what is wrong and where to look, not the answer.

    name : of the exercise, "3".   look : where help is found, "'The encoder', line two".

    >>> this = Exercise("2", look="the formula of the decoder")
    >>> this.expect(2 + 2 == 4, "the sum is off")
    >>> this.answer([580, 20, 18], "03.1:d9b765eb", digits=3)
    >>> this.done()
    ok    exercise 2
    """

    def __init__(self, name, look):
        self.name, self.look = name, look

    def expect(self, holds, wrong):
        """AssertionError with `wrong`, which says what came and what is off, if not all holds.

        holds : True or False, or an array or list of such, which holds if all are True.
        TypeError if it is anything else or empty, because that could not fail.
        """
        try:
            truths = np.asarray(holds)
        except ValueError:  # lists of different lengths
            truths = np.empty(0)
        if truths.dtype != bool or truths.size == 0:
            raise TypeError(
                f"expect got {holds!r}: give True or False, or an array or list of such that "
                "is not empty; anything else could not fail"
            )
        if not truths.all():
            raise AssertionError(f"exercise {self.name}: {wrong}; look at {self.look}")

    def answer(self, value, expected, digits=2):
        """AssertionError unless the value, to so many digits, has the digest `expected`.

        Where a number lies so close to the middle between two rounded ones that a tenth of a
        unit of the last digit would change its rounding, both are tried.
        """
        salt = expected.partition(":")[0]
        try:
            readings = _readings(value, digits)
        except (TypeError, ValueError) as error:
            self.expect(False, str(error))
        found = (_digest(text, salt) == expected for text in readings)
        self.expect(any(found), f"{value!r} is not the answer")

    def done(self):
        """Print that the exercise is right."""
        print(f"ok    exercise {self.name}")


def digest(answer, salt, digits=2):
    """What an answer can be recognised by, without being told it: "03.1:d9b765eb".

    answer : a str, taken without regard to case and spaces; True or False; a number, taken to
        so many significant digits; or a list or tuple of such, in order.
    salt : the exercise, "03.1", so that equal answers to two exercises have two digests.
    Whoever can list all sensible answers finds the right one by trying. So give all answers of
    an exercise in one list, and use no digest where fewer than some 100,000 are sensible.
    TypeError if the answer is anything else, ValueError if it is NaN or infinite.
    """
    return _digest(_readings(answer, digits)[0], salt)


def _digest(text, salt):
    """Return the salt and 8 hexadecimal digits of a text, hashed many times over."""
    found = f"{salt}:{text}".encode()
    for _ in range(ROUNDS):
        found = hashlib.sha256(found).digest()
    return f"{salt}:{found.hex()[:8]}"


def _readings(answer, digits):
    """Return the answer as text, the same for all sensible ways of writing it, nearest first.

    There are several where a number lies where its rounding turns over.
    """
    if isinstance(answer, str):
        return ["".join(answer.casefold().split())]
    if isinstance(answer, bool | np.bool_):
        return [str(bool(answer))]
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if isinstance(answer, list | tuple):
        each = itertools.product(*(_readings(one, digits) for one in answer))
        return [f"[{','.join(texts)}]" for texts in itertools.islice(each, MOST_READINGS)]
    try:
        number = float(answer)
    except (TypeError, ValueError):
        raise TypeError(
            f"{answer!r} is a {type(answer).__name__}; an answer is a number, a str, True or "
            "False, or a list of such"
        ) from None
    if not np.isfinite(number):
        raise ValueError(f"{answer!r} is no answer: give a finite number")
    # To 12 digits first: what rounding errors of a computation change is no other answer.
    number = float(f"{number + 0.0:.12g}")
    if number == 0:
        return ["0"]
    unit = 10.0 ** (math.floor(math.log10(abs(number))) - digits + 1)
    near = [round(number / unit + shift) for shift in (0, -0.1, 0.1)]
    return list(dict.fromkeys(f"{units * unit:.{digits}g}" for units in near))
