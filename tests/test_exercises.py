"""Self-checks of exercises recognise answers, and say where to look without telling them."""

import hashlib
import re
import time

import numpy as np
import pytest

from aehelpers.course import Exercise, digest


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


@pytest.mark.parametrize(
    "holds",
    [
        [],
        np.array([]),
        (one for one in [False]),
        None,
        "text",
        "",
        {},
        {"a": False},
        np.nan,
        0,
        [True, None],
        [[True], [True, False]],
        map(bool, [0]),
    ],
)
def test_what_could_not_fail_is_refused(holds):
    with pytest.raises(TypeError, match="give True or False, or an array or list of such"):
        Exercise("3", look="the sum").expect(holds, "nothing")


@pytest.mark.parametrize("holds", [True, np.True_, [True, np.True_], np.ones((2, 2), bool)])
def test_truths_are_taken_in_every_form(holds):
    Exercise("3", look="the sum").expect(holds, "nothing")


def test_an_answer_is_recognised_but_not_told():
    this = Exercise("1", look="the table")
    this.answer(0.2501, digest(0.25, "01.1"))
    with pytest.raises(AssertionError, match=r"exercise 1: 0.3 is not the answer; look at the"):
        this.answer(0.3, digest(0.25, "01.1"))
    with pytest.raises(AssertionError, match="exercise 1: None is a NoneType; .*; look at the"):
        this.answer(None, digest(0.25, "01.1"))
    with pytest.raises(AssertionError, match="'left' is not the answer"):
        this.answer("left", digest("right", "01.1"))


def test_a_digest_is_of_one_exercise_and_of_no_table():
    assert digest(1, "07.2") == digest(1, "07.2") != digest(1, "07.4")
    assert digest(1, "07.2").partition(":")[2] != digest(1, "07.4").partition(":")[2]
    plain = {hashlib.sha256(str(i).encode()).hexdigest()[:8] for i in range(1000)}
    assert digest(8, "07.4").partition(":")[2] not in plain


def test_a_loop_over_many_answers_takes_long():
    start = time.process_time()
    digest([580, 20, 18], "03.1", digits=3)
    # Under a millisecond an hour would try four million; a slow processor takes only longer.
    assert time.process_time() - start > 0.002


@pytest.mark.parametrize(
    "right, came",
    [
        (0.125, 0.1250000000001),
        (0.1250000000001, 0.125),
        (0.125, 0.1249999),
        (0.125, 0.1251),
        (0.145, 0.14500001),
        (0.995, 0.9949999),
        (1.0, 0.9999999),
        (-0.125, -0.1250001),
        (12500.0, 12500.001),
        ([0.125, 0.3], [0.1250001, 0.3]),
    ],
)
def test_an_answer_on_the_border_of_two_roundings_is_right(right, came):
    Exercise("1", look="the table").answer(came, digest(right, "01.1"))


@pytest.mark.parametrize(
    "right, came, digits", [(0.12, 0.127, 2), (0.25, 0.26, 2), (580, 581, 3), (1, 0.98, 2)]
)
def test_an_answer_beyond_its_last_digit_is_wrong(right, came, digits):
    with pytest.raises(AssertionError, match="is not the answer"):
        Exercise("1", look="the table").answer(came, digest(right, "01.1", digits), digits)


def test_many_numbers_on_borders_do_not_take_for_ever():
    this = Exercise("1", look="the table")
    start = time.process_time()
    with pytest.raises(AssertionError, match="is not the answer"):
        this.answer([0.125] * 200, digest(1, "01.1"))
    assert time.process_time() - start < 60


@pytest.mark.parametrize(
    "answer, same",
    [
        (0.25, np.float32(0.2500001)),
        (0.125, 0.1250000000001),
        (0.0, -0.0),
        (3, 3.0),
        ("The  left", "the left"),
        ([1, 2.0], np.array([1.0, 2])),
        (("a", True), ["A", np.True_]),
    ],
)
def test_sensible_ways_of_writing_an_answer_are_one(answer, same):
    assert digest(answer, "01.1") == digest(same, "01.1")
    assert re.fullmatch(r"01\.1:[0-9a-f]{8}", digest(answer, "01.1"))


@pytest.mark.parametrize(
    "answer, other", [(0.25, 0.26), (1, True), ([1, 2], [2, 1]), ([12], [1, 2])]
)
def test_different_answers_have_different_digests(answer, other):
    assert digest(answer, "01.1") != digest(other, "01.1")


def test_a_digest_stays_what_the_notebooks_have_stored():
    """Otherwise every right answer would be refused."""
    assert digest([580, 20, 18], "03.1", digits=3) == "03.1:d9b765eb"


def test_digits_decide_how_exact_an_answer_must_be():
    assert digest(0.254, "a") == digest(0.25, "a")
    assert digest(0.254, "a", digits=3) != digest(0.25, "a", digits=3)


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
        digest(answer, "01.1")


def test_an_empty_array_of_truths_is_refused():
    with pytest.raises(TypeError, match="could not fail"):
        Exercise("1", look="it").expect(np.empty(0, bool), "wrong")
