"""Self-checks of exercises: they say what is wrong and where to look, but not the answer."""

import copy
import hashlib
import inspect
import itertools
import math
import traceback
from contextlib import contextmanager

import numpy as np

# One digest takes some hundredths of a second, so that a loop over many answers takes long.
ROUNDS = 50_000
MOST_READINGS = 16  # of an answer with several numbers that lie where rounding turns over


class WrongAnswerError(AssertionError):
    """An answer is wrong; a notebook shows the message alone, without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


class Exercises:
    """The exercises of one notebook, and which of them are right, wrong or still open.

    A self-check is a function. Its first parameter is the Exercise, and the others are the
    names that the answer has to define. It gets copies of what they hold, and its own names end
    with it, so a check changes nothing in the notebook.

    >>> exercise = Exercises("00")
    >>> @exercise(1, look="'The encoder', line two")
    ... def exercise_1(this, width):
    ...     this.expect(this.whole(width, "width") == 2, f"with {width} the error is not least")
    open  exercise 1: `width` is not defined yet
    >>> exercise.summary()
    0 of 1 exercises are right; still open: 1
    """

    def __init__(self, notebook):
        self.notebook, self.found = notebook, {}

    def __call__(self, number, look):
        """Return what runs a self-check at once and returns its Exercise.

        number : of the exercise.   look : where help is found, "'The encoder', line two".
        """

        def run(self_check):
            exercise = Exercise(str(number), look)
            self.found[exercise.name] = exercise
            exercise.check(self_check)
            return exercise

        return run

    def summary(self):
        """Print how many exercises are right, and which are wrong or still open."""
        names = {
            state: [n for n, e in self.found.items() if e.state == state] for state in STATES
        }
        parts = [f"{len(names['right'])} of {len(self.found)} exercises are right"]
        parts += [f"not right yet: {', '.join(names['wrong'])}"] if names["wrong"] else []
        parts += [f"still open: {', '.join(names['open'])}"] if names["open"] else []
        print("; ".join(parts))


STATES = ("right", "wrong", "open")


class Exercise:
    """One exercise: its self-check says what is wrong and where to look, not the answer.

    name : of the exercise, "3".   look : where help is found, "'The encoder', line two".
    state : "right", "wrong" or "open", which means that nothing was answered yet.
    """

    def __init__(self, name, look):
        self.name, self.look, self.state = name, look, "open"

    def check(self, self_check):
        """Run a self-check on the names of the notebook, and print what came out.

        Prints a line if all is right, or if something is still open. Raises WrongAnswerError
        with what is wrong, also where the answer itself raises an error.
        """
        self.state = "open"
        try:
            answers = self._answers(self_check, skip=1)
            with _arrays_locked(self_check.__globals__):
                self_check(self, *answers)
        except NotImplementedError as missing:
            print(f"open  exercise {self.name}: {str(missing) or 'not answered yet'}")
            return
        except WrongAnswerError:
            self.state = "wrong"
            raise
        except Exception as error:
            self.state = "wrong"
            wrong = WrongAnswerError(self._said(_what_was_raised(error, self_check)))
            raise wrong from error
        self.done()

    def hidden(self, tests):
        """Run hidden tests, a function of the names that the answer defines.

        Raises AssertionError unless the self-check came out right, and what the tests raise.
        """
        if self.state != "right":
            raise AssertionError(f"exercise {self.name} is {self.state}")
        with _arrays_locked(tests.__globals__):
            tests(*self._answers(tests))

    def _answers(self, function, skip=0):
        """Return copies of what the names hold that are the function's parameters."""
        names = list(inspect.signature(function).parameters)[skip:]
        found = function.__globals__
        missing = [f"`{name}`" for name in names if found.get(name, ...) is ...]
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            raise NotImplementedError(f"{', '.join(missing)} {verb} not defined yet")
        return [copy.deepcopy(found[name]) for name in names]

    def _said(self, wrong):
        return f"exercise {self.name}: {wrong}; look at {self.look}"

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
            raise WrongAnswerError(self._said(wrong))

    def whole(self, value, name):
        """Return `value`, which the answer calls `name`, as an int; else it is wrong.

        Whole numbers of NumPy, floats without a fraction and arrays of one number are taken.
        """
        number = self.number(value, name)
        self.expect(number == round(number), f"`{name}` is {value!r}, not a whole number")
        return round(number)

    def number(self, value, name):
        """Return `value`, which the answer calls `name`, as a float; else it is wrong."""
        array = self.array(value, name)
        self.expect(array.size == 1, f"`{name}` has the shape {array.shape}, not one number")
        return float(array.reshape(()))

    def array(self, value, name, shape=None):
        """Return `value`, which the answer calls `name`, as finite floats; else it is wrong.

        Lists, tuples and arrays of numbers are taken. shape : what it has to be; None: any.
        """
        try:
            array = np.asarray(value)
        except ValueError:  # lists of different lengths
            array = np.asarray(None)
        numbers = np.issubdtype(array.dtype, np.integer) or np.issubdtype(
            array.dtype, np.floating
        )
        self.expect(bool(numbers), f"`{name}` is {value!r}, not made of numbers")
        if shape is not None:
            fits = array.shape == tuple(shape)
            self.expect(fits, f"`{name}` has the shape {array.shape}, not {tuple(shape)}")
        self.expect(bool(np.isfinite(array).all()), f"`{name}` is not finite everywhere")
        return array.astype(float)

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
        """Remember and print that the exercise is right."""
        self.state = "right"
        print(f"ok    exercise {self.name}")


def _what_was_raised(error, self_check):
    """Say what an answer has raised, and in which of its lines."""
    said = f"your answer raised {type(error).__name__}: {error}"
    if "read-only" in str(error):
        said = "your answer changes an array that it was given; work on a copy, `X = X.copy()`"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.name not in (self_check.__name__, "check")]
    inside = [frame for frame in own if "ipykernel" in frame.filename or "<" in frame.filename]
    return said + (f" (in `{inside[-1].name}`, line {inside[-1].lineno})" if inside else "")


@contextmanager
def _arrays_locked(names):
    """Let nothing in this context write into the arrays that the names of a notebook hold."""
    arrays = [a for a in names.values() if isinstance(a, np.ndarray) and a.flags.writeable]
    for array in arrays:
        array.flags.writeable = False
    try:
        yield
    finally:
        # A view can be written to again only after the array that it is a view of.
        for array in sorted(arrays, key=_depth):
            array.flags.writeable = True


def _depth(array):
    """Return of how many arrays, one behind the other, an array is a view."""
    depth = 0
    while isinstance(array.base, np.ndarray):
        array, depth = array.base, depth + 1
    return depth


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
