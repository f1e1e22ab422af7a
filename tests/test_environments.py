"""tools/environments.py: a number that moves is seen, before rounding and as printed."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import environments


def printed(*texts):
    cells = [
        new_code_cell("f()", outputs=[new_output("stream", name="stdout", text=text)])
        for text in texts
    ]
    return new_notebook(cells=cells)


STORED = printed("error 0.318, 3 nets\n", "word\n")


def test_a_deviation_is_measured_before_rounding():
    reference = printed("error 0.318400000, 3 nets\n", "word\n")
    other = printed("error 0.318600000, 3 nets\n", "word\n")
    (units, cell, numbers), (none, _, _) = environments.deviations(STORED, reference, other)
    assert units == pytest.approx(0.2) and cell == 0 and none == 0
    assert numbers == ("0.318", "0.318400000", "0.318600000")
    assert (
        environments.units_as_printed(STORED, printed("error 0.319, 3 nets\n", "word\n")) == 1
    )


def test_other_words_are_infinitely_far_away():
    reference = printed("error 0.318400000, 3 nets\n", "word\n")
    other = printed("error 0.318400000, 3 nets\n", "sword\n")
    assert max(environments.deviations(STORED, reference, reference))[0] == 0
    assert environments.units_as_printed(STORED, other) == float("inf")


def test_a_cell_that_more_digits_change_is_left_to_the_printed_run():
    reference = printed("error less than 0.318400000, 3 nets\n", "0.1\n")
    assert environments.deviations(STORED, reference, reference) == []


@pytest.mark.parametrize(
    ("source", "precise"),
    [
        ('f"{x:.3f} {y:>9.2f} {n:5d}"', 'f"{x:.9f} {y:>18.8f} {n:5d}"'),
        ('print(f"{rounded(x):>12}")', 'print(f"{rounded(x):>21}")'),
        ("np.array(x).round(2) + round(x, 3)", "np.array(x).round(8) + round(x, 9)"),
        ("round(x, 6), 0.25", "round(x, 6), 0.25"),
    ],
)
def test_all_that_is_printed_gets_more_digits(source, precise):
    nb = new_notebook(cells=[new_code_cell("start"), new_code_cell(source)])
    first, second = environments.with_more_digits(nb).cells
    assert first.source == environments.MORE_DIGITS_CODE + "start"
    assert second.source == precise


def test_an_exact_cell_keeps_its_digits():
    cell = new_code_cell('f"{x:.6f}"', metadata={"tags": ["exact"]})
    nb = environments.with_more_digits(new_notebook(cells=[new_code_cell("start"), cell]))
    assert nb.cells[1].source == 'f"{x:.6f}"'


def test_a_check_is_judged_by_its_spread():
    runs = [
        printed(f"ok    a: {value}, above 0.5 and below 0.9\n") for value in (0.6, 0.62, 0.61)
    ]
    ((times, claim, low, high),) = environments.margins(runs)
    assert times == pytest.approx(5) and (claim, low, high) == ("a", 0.6, 0.62)
    assert environments.margins([printed("ok    a: rounding error, below 1e-12\n")]) == []


def test_what_is_too_far_is_said_and_fails():
    tables = {
        "before": {"here": {"00": 0.2, "01": 0.4}},
        "printed": {"here": {"00": 1.0, "01": 1.0}},
        "pictures": {"here": {"00": None, "01": 0.1}},
    }
    near = [(2.5, "a", 0.6, 0.62, "00")]
    said = environments.faults(tables, near)
    assert len(said) == 2 and "before: 01 in here: 0.4" in said[0] and "2.5 spreads" in said[1]
    text = environments.page(tables, [(0.4, "here", "01", 3, ("0.1", "0.11", "0.15"))], near)
    assert "| here | 0.2 | 0.4 |" in text and said[1] in text
    assert "| 0.4 | 01, cell 3 | here | 0.1 | 0.11 | 0.15 |" in text
