"""Settings are what the sliders of an explorer can be set to. Here they are listed and written.

A grid is a list of values, `grids` is {name: grid}, and a setting is {name: value}.
"""

import itertools
import math
from collections import Counter
from contextlib import contextmanager

import numpy as np

# Floats closer than this, as a share, are one value: 0.1 + 0.2 is 0.3.
ROUNDING, RELATIVE_ZERO = 1e-9, 1e-14  # the second one of the largest value of the grid
MIN_CHECKED_SETTINGS = 6  # so many contain many pairs of values even if the grids are short


def grid_values(name, values):
    """Return a grid as a list of plain, different numbers or strings.

    Raises TypeError if it is no list of them, ValueError if it is empty, repeats a value, or
    could be a start, a stop and a step.
    """
    if isinstance(values, str) or not isinstance(values, list | tuple | range | np.ndarray):
        raise TypeError(f"grid {name}: expected a list of values, got {values!r}")
    is_tuple = isinstance(values, tuple)
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    for value in values:
        if not isinstance(value, str | int | float):
            raise TypeError(f"grid {name}: {value!r} is neither a number nor a string")
    if is_tuple and _could_be_start_stop_step(values):
        start, stop, step = map(value_text, values)
        raise ValueError(
            f"grid {name}: ({start}, {stop}, {step}) could be a start, a stop and a step. "
            f"Write np.arange({start}, {stop} + {step} / 2, {step}), or three values as a list "
            f"[{start}, {stop}, {step}]"
        )
    if not values or any(is_value(*pair) for pair in itertools.combinations(values, 2)):
        raise ValueError(f"grid {name}: expected values, none of them twice, got {values}")
    return values


def _could_be_start_stop_step(values):
    """Say whether the values could be meant as three numbers that `interact` takes."""
    if len(values) != 3 or any(isinstance(value, str | bool) for value in values):
        return False
    start, stop, step = values
    return start < stop and 0 < step <= stop - start and step < stop


def is_value(value, other, magnitude=0.0):
    """Say whether two values are one, but for the rounding of floats of that magnitude."""
    if isinstance(value, str) or isinstance(other, str):
        return value == other
    return math.isclose(value, other, rel_tol=ROUNDING, abs_tol=RELATIVE_ZERO * magnitude)


def value_in(argument, name, value, grid):
    """Return the value of the grid that is `value` but for rounding. Else raises ValueError.

    argument : what the error calls it.   name : of the grid.
    """
    if isinstance(value, str | int | float | np.generic):
        numbers = [abs(known) for known in grid if not isinstance(known, str)]
        alike = [known for known in grid if is_value(value, known, max(numbers, default=0))]
        if alike:
            return alike[0] if len(alike) == 1 else min(alike, key=lambda it: abs(it - value))
    listed = ", ".join(map(value_text, grid))
    raise ValueError(f"{argument}: {name}={value!r} is not in its grid [{listed}]")


def for_grids(argument, given, grids):
    """Return `given` as a dict. Raises ValueError if one of its names is not a grid.

    argument : what the error calls it.
    """
    for name in given or {}:
        if name not in grids:
            raise ValueError(
                f"{argument}: no grid is named {name!r}; there are {', '.join(grids)}"
            )
    return dict(given or {})


def every_setting(grids):
    """List every setting of the grids. The last grid changes fastest."""
    points = itertools.product(*grids.values())
    return [dict(zip(grids, point, strict=True)) for point in points]


def covering_settings(grids, first):
    """List a few settings that contain every value of the grids, beginning with `first`.

    The next setting is always the one whose values, and then whose pairs of values, were taken
    the fewest times before.
    """
    remaining, chosen, taken = sorted(every_setting(grids), key=first.__ne__), [], Counter()

    def value_combinations(setting, size):
        """Return all combinations of so many values of the setting."""
        return itertools.combinations(setting.items(), size)

    def times_taken(setting):
        """Return how often the setting's values were taken, and then its pairs of values."""
        return [
            sum(taken[each] for each in value_combinations(setting, size)) for size in (1, 2)
        ]

    while remaining and len(chosen) < max(MIN_CHECKED_SETTINGS, *map(len, grids.values())):
        chosen.append(min(remaining, key=times_taken))
        remaining.remove(chosen[-1])
        taken.update([*value_combinations(chosen[-1], 1), *value_combinations(chosen[-1], 2)])
    return chosen


def value_text(value):
    """Write a value as its slider does: short, but never so short that it is another value."""
    if not isinstance(value, float):
        return str(value)
    short = f"{value:g}"
    return short if is_value(float(short), value) else f"{value:.12g}"


def setting_text(setting):
    """Write a setting: "depth=2, rate=0.1"."""
    return ", ".join(f"{name}={value_text(value)}" for name, value in setting.items())


def labels_width(labels):
    """Return the room that the labels of the sliders need, in em."""
    em_per_letter, em_between_label_and_slider = 0.55, 1
    return em_per_letter * max(map(len, labels)) + em_between_label_and_slider


@contextmanager
def setting_in_errors(setting):
    """Add a note that names the setting to an error that leaves this context."""
    try:
        yield
    except Exception as error:
        note = f"while drawing {setting_text(setting)}"
        if hasattr(error, "add_note"):
            error.add_note(note)
        else:  # Python 3.10 prints notes nowhere, so they join the message
            error.args = (*error.args, note)
        raise
