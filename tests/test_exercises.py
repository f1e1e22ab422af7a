"""Self-checks of exercises recognise answers, and say where to look without telling them."""

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


def test_a_digest_stays_what_the_notebooks_have_stored():
    assert digest(0.25) == "a30a0433" and digest("The left") == "ef8ddffd"


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
