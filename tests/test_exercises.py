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


# Checks that are functions of the names of a notebook


class Names(dict):
    """Runs cells in one set of names, as a notebook does."""

    def run(self, source):
        exec(compile(source, "<cell>", "exec"), self)


@pytest.fixture
def notebook():
    names = Names(np=np)
    names.run("from aehelpers.course import Exercises\nexercise = Exercises('00')")
    return names


CHECK = """
@exercise(1, look="the sum")
def exercise_1(this, twice, total):
    seen.append(total)
    this.expect(this.whole(total, "total") == 6, f"the total is {total}, not that of `X`")
    this.expect(twice(X).tolist() == [2, 4, 6], "twice is off")
"""


def prepared(notebook, answer):
    notebook.run("X, seen = np.arange(1.0, 4.0), []")
    notebook.run(answer)
    return notebook


def test_a_check_takes_copies_of_the_names_it_asks_for(notebook, capsys):
    prepared(notebook, "twice, total = lambda x: 2 * x, np.array(6)").run(CHECK)
    assert capsys.readouterr().out == "ok    exercise 1\n"
    assert notebook["exercise_1"].state == "right"
    assert notebook["seen"][0] is not notebook["total"]
    assert "this" not in notebook and notebook["X"].flags.writeable


@pytest.mark.parametrize(
    "answer, said",
    [
        ("total = 6", "open  exercise 1: `twice` is not defined yet\n"),
        ("twice = total = ...", "open  exercise 1: `twice`, `total` are not defined yet\n"),
        (
            "def twice(x):\n    raise NotImplementedError('two of x')\ntotal = 6",
            "open  exercise 1: two of x\n",
        ),
        (
            "def twice(x):\n    raise NotImplementedError\ntotal = 6",
            "open  exercise 1: not answered yet\n",
        ),
    ],
)
def test_what_is_not_answered_is_open_and_stops_nothing(notebook, capsys, answer, said):
    prepared(notebook, answer).run(CHECK)
    assert capsys.readouterr().out == said
    assert notebook["exercise_1"].state == "open"
    with pytest.raises(AssertionError, match="exercise 1 is open"):
        notebook["exercise_1"].hidden(lambda total: None)


@pytest.mark.parametrize(
    "answer, said",
    [
        (
            "twice, total = None, 5",
            "exercise 1: the total is 5, not that of `X`; look at the sum",
        ),
        (
            "twice, total = None, 6",
            "your answer raised TypeError: 'NoneType' object is not call",
        ),
        (
            "total = 6\ndef twice(x):\n    x *= 2\n    return x",
            "work on a copy, `X = X.copy()` (in `twice`, line 3)",
        ),
        ("twice, total = None, True", "`total` is True, not made of numbers"),
        ("twice, total = None, 'six'", "`total` is 'six', not made of numbers"),
        ("twice, total = None, 5.5", "`total` is 5.5, not a whole number"),
        ("twice, total = None, [6, 6]", "`total` has the shape (2,), not one number"),
        ("twice, total = None, np.nan", "`total` is not finite everywhere"),
        ("twice, total = None, [[1], [1, 2]]", "not made of numbers"),
    ],
)
def test_a_wrong_answer_is_one_sentence(notebook, answer, said):
    prepared(notebook, answer)
    with pytest.raises(AssertionError) as raised:
        notebook.run(CHECK)
    assert said in str(raised.value)
    assert raised.value._render_traceback_() == [str(raised.value)]
    np.testing.assert_array_equal(notebook["X"], [1, 2, 3])
    assert notebook["X"].flags.writeable


def test_arrays_and_their_views_can_be_written_to_afterwards(notebook):
    prepared(notebook, "twice, total = lambda x: 2 * x, 6")
    notebook.run("row = X[1:]\npart = row[:1]\nfixed = X.copy()\nfixed.flags.writeable = False")
    notebook.run(CHECK)
    writeable = [notebook[name].flags.writeable for name in ("X", "row", "part", "fixed")]
    assert writeable == [True, True, True, False]


def test_hidden_tests_take_the_names_too(notebook):
    prepared(notebook, "twice, total = lambda x: 2 * x, 6").run(CHECK)
    notebook.run("@exercise_1.hidden\ndef hidden_tests(total):\n    assert total == 6")
    with pytest.raises(AssertionError, match="others"):
        notebook.run(
            "@exercise_1.hidden\ndef hidden_tests(total):\n    assert not total, 'others'"
        )


def test_an_array_has_the_shape_that_is_asked_for():
    this = Exercise("1", look="the sum")
    np.testing.assert_array_equal(this.array([[1, 2]], "a", (1, 2)), [[1.0, 2.0]])
    with pytest.raises(AssertionError, match=r"`a` has the shape \(2,\), not \(3,\)"):
        this.array((1, 2), "a", (3,))
    assert this.number(np.float32(0.5), "b") == 0.5


def test_the_summary_counts(notebook, capsys):
    prepared(notebook, "twice, total = lambda x: 2 * x, 6").run(CHECK)
    notebook.run('@exercise(2, look="it")\ndef exercise_2(this, other):\n    pass')
    with pytest.raises(AssertionError):
        notebook.run(
            '@exercise(3, look="it")\ndef exercise_3(this):\n    this.expect(False, "off")'
        )
    capsys.readouterr()
    notebook["exercise"].summary()
    said = "1 of 3 exercises are right; not right yet: 3; still open: 2\n"
    assert capsys.readouterr().out == said
