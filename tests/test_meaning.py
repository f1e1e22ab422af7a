"""tools/meaning.py: what may differ between two machines passes, and nothing else."""

import re
from decimal import Decimal

import pytest

from tools import meaning, notebooks


@pytest.mark.parametrize(
    "stored, new",
    [
        ("loss 0.318", "loss 0.319"),
        ("0.999 of all", "1.00 of all"),
        ("1.00 of all", "0.999 of all"),
        ("error 9.99e-08", "error 1.00e-07"),
        ("mean -0.00751", "mean -0.0075"),
        ("a   9.9   b", "a  10.0   b"),
        ("[-0.5  1.25]", "[-0.5 1.25]"),
        ("after 274 steps", "after 275 steps"),
        ("-0.00", "0.00"),
    ],
)
def test_a_last_digit_and_the_width_of_a_column_may_differ(stored, new):
    assert meaning.difference(stored, new) == ""


@pytest.mark.parametrize(
    "stored, new, reason",
    [
        ("loss 0.318", "loss 0.320", "0.318 is stored, now it is 0.320: 2 units"),
        ("x -0.01", "x 0.01", "-0.01 is stored, now it is 0.01: 2 units"),
        ("x 0 to 1", "x 0.9 to 1", "0 is stored, now it is 0.9: 9 units"),
        ("y 0.5", "y 0.583", "0.5 is stored, now it is 0.583: 83 units"),
        ("99 steps", "100 steps", "99 is stored, now it is 100"),
        ("3 panels", "4 panels", "3 is stored, now it is 4"),
        ("of 67,125,248", "of 67,125,250", "2 units"),
        ("of 67,125,248", "of 67,126,248", "1000 units"),
        ("net 64-20-3", "net 64-20-4", "3 is stored, now it is 4"),
        ("W_1 falls", "W_2 falls", "line 1: 'W_1 falls' is stored"),
        ("NumPy 2.4.6", "NumPy 2.4.7", "line 1: 'NumPy 2.4.6' is stored"),
        ("one\ntwo 5", "one\nTwo 5", "line 2: 'two #' is stored"),
        ("1 2", "1 2 3", "line 1: '# #' is stored (# for a number), now it is '# # #'"),
        ("1, 2", "1 2", "line 1: '# , #' is stored"),
        ("one", "one\ntwo", "1 lines are stored, now there are 2"),
        ("a nan", "a 0.1", "line 1: 'a nan' is stored"),
    ],
)
def test_all_else_is_found_and_said(stored, new, reason):
    assert reason in meaning.difference(stored, new)


def sentences():
    """Every stored text of the series, in pieces: (notebook and cell, line or sentence)."""
    for path in notebooks.every():
        for place, cell in enumerate(notebooks.read(path).cells):
            for output in cell.get("outputs", []):
                for text in (output.get("text"), *output.get("data", {}).values()):
                    if isinstance(text, str) and not re.fullmatch(r"[\w+/=\s]{999,}", text):
                        for sentence in re.split(r"\n|(?<=[.;] )", text):
                            yield f"{path.stem}, cell {place}", sentence


STORED = list(sentences())


def changed(text, found, new):
    return text[: found.start()] + new + text[found.end() :]


def moved(number):
    """The number two units of its last digit away, either way, and with the other sign."""
    value, unit = Decimal(number.replace(",", "")), meaning.unit(number)
    away = [value + 2 * unit, value - 2 * unit]
    away += [value + unit, value - unit] if meaning.is_count(number) else []
    return [*away, -value] if value else away


def test_every_number_of_the_series_is_compared():
    missed, compared = [], 0
    for where, text in STORED:
        for found in meaning.NUMBER.finditer(text):
            compared += 1
            wrong = [*map(str, moved(found[0])), "", f"{found[0]} 1", "nan"]
            missed += [
                (where, text, new)
                for new in wrong
                if not meaning.difference(text, changed(text, found, new))
            ]
    assert missed == []
    assert compared > 10_000


def test_every_word_of_the_series_is_compared():
    missed, compared = [], 0
    for where, text in STORED:
        for found in re.finditer(r"(?<!\d)[^\W\d_]+", text):
            compared += 1
            for new in ("", found[0] + "s", found[0].swapcase()):
                if not meaning.difference(text, changed(text, found, new)):
                    missed.append((where, found[0], new))
    assert missed == []
    assert compared > 10_000
