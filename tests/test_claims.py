"""Check lines: printed and remembered if they hold, an error if they do not."""

import numpy as np
import pytest

from aehelpers.course import Checks


def test_a_claim_that_holds_is_printed_and_remembered(capsys):
    check = Checks()
    check("PCA's error", np.float64(0.024232), below=0.03, fact=4, source="REFERENCE")
    check("order", 0.9971, above=0.99, below=1)
    check("ensemble against single", 3e-16, below=1e-10)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "ok    PCA's error: 0.0242, below 0.03  [fact 4; REFERENCE]",
        "ok    order: 0.997, above 0.99 and below 1",
        "ok    ensemble against single: rounding error, below 1e-10",
    ]
    check.summary()
    summary = capsys.readouterr().out.splitlines()
    assert summary == ["3 claims measured, all within their bounds", *lines]


@pytest.mark.parametrize(
    "value, bounds, message",
    [
        (0.0301, {"below": 0.03}, r"claim: measured 0.0301, which is not below 0.03"),
        (0.03, {"below": 0.03}, "not below"),
        (0.9, {"above": 0.9}, "not above 0.9"),
        (2, {"above": 0, "below": 1}, "measured 2.0, which is not above 0 and below 1"),
        (np.nan, {"below": 1}, "measured nan"),
        (np.nan, {"above": 0}, "measured nan"),
    ],
)
def test_a_claim_that_breaks_raises_and_is_not_remembered(value, bounds, message):
    check = Checks()
    with pytest.raises(AssertionError, match=message):
        check("claim", value, **bounds)
    assert check.lines == []


def test_a_claim_without_a_bound_is_no_check():
    with pytest.raises(ValueError, match="'so it is' has no bound, so it cannot fail"):
        Checks()("so it is", 1)
