"""Do two printed texts mean the same? They do if their words are equal and their numbers close.

Processors differ in the last bits of a sum, and training amplifies them, so a printed number
may come out one unit of its last digit higher or lower without being wrong. Words, order and
the number of numbers must not differ. Blanks beside a number do not count: they pad columns.
"""

import re
from decimal import Decimal

NUMBER = re.compile(
    r"(?<![\w.])[+-]?"  # not within a word (W_1), and no sign within 2-16-16-1
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?"
    r"(?!\.?\d)"  # not a version (3.11.2)
)
COUNTS_BELOW = 100


def numbers(text):
    """The numbers in a text in order, as they are written."""
    return NUMBER.findall(text)


def words(text):
    """The text's lines, with a # for each number and a single blank between words."""
    return [" ".join(line.split()) for line in NUMBER.sub(" # ", text).splitlines()]


def value(number):
    """The number exactly as it is written, as a Decimal."""
    return Decimal(number.replace(",", ""))


def unit(number):
    """One unit of the last digit that is written: 0.01 of "0.35", 0.1 of "31.2"."""
    return Decimal(1).scaleb(value(number).as_tuple().exponent)


def is_whole(number):
    """Whether the number is written without decimals or an exponent."""
    return number.lstrip("+-").replace(",", "").isdigit()


def is_count(number):
    """Whether it is a whole number below 100: that is taken for a count, which must be equal.

    A larger whole number may be a measured value that is printed without decimals, such as 274.
    """
    return is_whole(number) and abs(value(number)) < COUNTS_BELOW


def units_apart(stored, new):
    """The distance of two written numbers in units of their last digit. At most 1 passes.

    If one has more digits than the other, as 0.999 beside 1.00, the unit is that of the longer
    one. Two different counts are infinitely far apart.
    """
    distance = abs(value(new) - value(stored))
    if is_count(stored) and is_whole(new):
        return Decimal("Infinity") if distance else Decimal(0)
    return distance / min(unit(stored), unit(new))


def difference(stored, new):
    """What sets the new text apart from the stored one, in a sentence; "" if nothing does."""
    if stored == new:
        return ""
    lines = words(stored), words(new)
    for number, (before, now) in enumerate(zip(*lines, strict=False), start=1):
        if before != now:
            return f"line {number}: {before!r} is stored (# for a number), now it is {now!r}"
    if len(lines[0]) != len(lines[1]):
        return f"{len(lines[0])} lines are stored, now there are {len(lines[1])}"
    for before, now in zip(numbers(stored), numbers(new), strict=True):
        apart = units_apart(before, now)
        if apart > 1:
            far = f": {float(apart):.4g} units of its last digit" if apart.is_finite() else ""
            return f"{before} is stored, now it is {now}{far}"
    return ""
