"""The checks are checked: each must be able to fail."""

import numpy as np
import pytest

from aehelpers.checks import (
    Checks,
    Exercise,
    check_gradient,
    digest,
    gradient_error,
    long_runs,
    rounded,
)


def quadratic(theta, wrong=1.0):
    """1/2 |theta|^2 and its gradient, times `wrong`."""
    return (theta**2).sum(axis=-1) / 2, theta * wrong


@pytest.mark.parametrize("axes", [(), (3,), (2, 3)], ids=str)
def test_a_right_gradient_passes(axes, rng):
    error = check_gradient(quadratic, rng.standard_normal((*axes, 10)))
    assert error.shape == axes and (error < 1e-8).all()


def test_the_error_is_relative_to_both_slopes(rng):
    """|s - 3 s| / (|s| + 3 |s|) = 1/2, whatever the direction."""
    theta = rng.standard_normal(10)
    error = gradient_error(lambda theta: quadratic(theta, 3), theta)
    assert error == pytest.approx(0.5, rel=1e-6)
    assert gradient_error(lambda theta: (0.0, theta * 0), theta) == 0


@pytest.mark.parametrize("wrong", [1.001, 0.999, -1, 0, np.nan])
def test_a_gradient_off_by_a_thousandth_fails(wrong, rng):
    with pytest.raises(AssertionError, match="gradient does not belong.*slope measured"):
        check_gradient(lambda theta: quadratic(theta, wrong), rng.standard_normal(10))


def test_one_wrong_component_fails(rng):
    wrong = np.ones(1000)
    wrong[617] = 1.1
    with pytest.raises(AssertionError, match="relative error"):
        check_gradient(lambda theta: quadratic(theta, wrong), rng.standard_normal(1000))


def test_one_wrong_model_of_an_ensemble_fails(rng):
    wrong = np.array([[1], [1.001], [1]])
    with pytest.raises(AssertionError):
        check_gradient(lambda theta: quadratic(theta, wrong), rng.standard_normal((3, 10)))


def test_float32_is_refused():
    with pytest.raises(TypeError, match="needs theta in float64, got float32"):
        gradient_error(quadratic, np.ones(3, "float32"))


def test_theta_is_left_alone(rng):
    theta = rng.standard_normal(10)
    before = theta.copy()
    check_gradient(quadratic, theta)
    np.testing.assert_array_equal(theta, before)


@pytest.mark.parametrize(
    "value, digits, text",
    [
        (0.0242316, 3, "0.0242"),
        (-12.3456, 3, "-12.3"),
        (123.4, 3, "123"),
        (0.5, 3, "0.500"),
        (123456, 3, "1.23e+05"),
        (1000, 3, "1.00e+03"),
        (0.0001, 3, "0.000100"),
        (1.2344e-7, 4, "1.234e-07"),
        (0, 3, "0"),
        (-0.0, 3, "0"),
        (np.nan, 3, "nan"),
        (np.inf, 3, "inf"),
    ],
)
def test_rounded(value, digits, text):
    assert rounded(value, digits) == text


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


def test_long_runs_are_read_and_their_absence_is_explained(tmp_path):
    file = tmp_path / "runs.json"
    with pytest.raises(FileNotFoundError, match="runs.json: open the notebook where it lies"):
        long_runs(file)
    file.write_text('{"A": {"value": 2.5}}')
    assert long_runs(file)["A"]["value"] == 2.5


# Exercises


def test_an_exercise_says_what_is_wrong_and_where_to_look(capsys):
    this = Exercise("3", look="'The encoder', line two")
    this.expect(True, "nothing")
    this.expect(np.array([True, True]), "nothing")
    for holds in (False, np.array([True, False])):
        with pytest.raises(AssertionError) as error:
            this.expect(holds, "the shape is (2,)")
        said = "exercise 3: the shape is (2,); look at 'The encoder', line two"
        assert str(error.value) == said
    assert capsys.readouterr().out == ""
    this.done()
    assert capsys.readouterr().out == "ok    exercise 3\n"


def test_an_answer_is_recognised_but_not_told():
    this = Exercise("1", look="the table")
    this.answer(0.2501, digest(0.25))
    with pytest.raises(AssertionError, match=r"exercise 1: 0.3 is not the answer; look at the"):
        this.answer(0.3, digest(0.25))
    with pytest.raises(AssertionError, match="exercise 1: None is a NoneType; .*; look at the"):
        this.answer(None, digest(0.25))
    with pytest.raises(AssertionError, match="'left' is not the answer"):
        this.answer("left", digest("right"))


@pytest.mark.parametrize(
    "answer, same",
    [
        (0.25, np.float32(0.2500001)),
        (0.0, -0.0),
        (3, 3.0),
        ("The  left", "the left"),
        ([1, 2.0], np.array([1.0, 2])),
        (("a", True), ["A", np.True_]),
    ],
)
def test_sensible_ways_of_writing_an_answer_are_one(answer, same):
    assert digest(answer) == digest(same) and len(digest(answer)) == 8


@pytest.mark.parametrize(
    "answer, other", [(0.25, 0.26), (1, True), ([1, 2], [2, 1]), ([12], [1, 2])]
)
def test_different_answers_have_different_digests(answer, other):
    assert digest(answer) != digest(other)


def test_digits_decide_how_exact_an_answer_must_be():
    assert digest(0.254) == digest(0.25) and digest(0.254, 3) != digest(0.25, 3)


@pytest.mark.parametrize(
    "answer, error, message",
    [
        (None, TypeError, "None is a NoneType; an answer is a number, a str, True or"),
        ({"a": 1}, TypeError, "is a dict"),
        (np.nan, ValueError, "nan is no answer: give a finite number"),
        ([1, np.inf], ValueError, "inf is no answer"),
    ],
)
def test_what_cannot_be_an_answer_says_so(answer, error, message):
    with pytest.raises(error, match=message):
        digest(answer)
