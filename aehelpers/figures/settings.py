"""Settings are what the sliders of an explorer can be set to. Here they are listed and written.

A grid is a list of values, `grids` is {name: grid}, and a setting is {name: value}.
"""

import itertools
from collections import Counter
from contextlib import contextmanager

import numpy as np

MIN_CHECKED_SETTINGS = 6  # so many contain many pairs of values even if the grids are short


def grid_values(name, values):
    """Return a grid as a list of plain, different numbers or strings.

    Raises TypeError if it is no list of them, ValueError if it is empty or repeats a value.
    """
    if isinstance(values, str) or not isinstance(values, list | tuple | range | np.ndarray):
        raise TypeError(f"grid {name}: expected a list of values, got {values!r}")
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    for value in values:
        if not isinstance(value, str | int | float):
            raise TypeError(f"grid {name}: {value!r} is neither a number nor a string")
    if not values or len(set(values)) < len(values):
        raise ValueError(f"grid {name}: expected values, none of them twice, got {values}")
    return values


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
    short = f"{value:g}" if isinstance(value, float) else str(value)
    return short if not isinstance(value, float) or float(short) == value else repr(value)


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
