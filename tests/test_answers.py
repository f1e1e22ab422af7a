"""Each self-check takes right answers in every form, and refuses wrong ones with a sentence."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from effort import FACTOR

from tools import notebooks

HERE = Path(__file__).parent
TABLES = {path.stem: path for path in sorted((HERE / "answers").glob("*.py"))}
PATHS = {path.stem: path for path in notebooks.every()}
LEAST = {"right": 3, "wrong": 5}
AN_HOUR = 3600


def test_every_table_has_its_notebook_and_enough_answers():
    for name, table in TABLES.items():
        assert name in PATHS
        for number, kinds in runpy.run_path(str(table))["ANSWERS"].items():
            for kind, least in LEAST.items():
                assert len(kinds[kind]) >= least, f"{name}, exercise {number}: {kind} answers"


@pytest.mark.skipif(FACTOR == 1, reason="tables of answers: whole lessons run, in the full CI")
@pytest.mark.parametrize("name", TABLES)
def test_answers_are_judged_rightly(name, tmp_path):
    file = tmp_path / "verdicts.json"
    command = [sys.executable, HERE / "answer_runner.py", PATHS[name], TABLES[name], file]
    environment = {**os.environ, "AEHELPERS_CHECK": ""}  # whole grids are drawn elsewhere
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=AN_HOUR, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(file.read_text("utf-8"))
    verdicts = found["verdicts"]
    answers = runpy.run_path(str(TABLES[name]))["ANSWERS"]
    assert [int(number) for number in verdicts] == list(answers)
    assert list(faults(verdicts, answers)) == []
    numbers = ", ".join(map(str, answers))
    expected = f"0 of {len(answers)} exercises are right; still open: {numbers}"
    assert found["unanswered"] == [expected]


def faults(verdicts, answers):
    """What is judged wrongly, as sentences."""
    for number, kinds in verdicts.items():
        for verdict in kinds["open"]:
            if verdict["state"] != "open" or verdict["raised"]:
                yield f"{number}: unanswered, but {verdict}"
            elif verdict["hidden"] == "passed":
                yield f"{number}: unanswered, but the hidden tests pass"
        for place, verdict in enumerate(kinds["right"], start=1):
            if verdict["state"] != "right" or verdict["hidden"] != "passed":
                yield f"{number}: right answer {place}, but {verdict}"
        expected = [case[1] for case in answers[int(number)]["wrong"]]
        for place, (verdict, said) in enumerate(
            zip(kinds["wrong"], expected, strict=True), start=1
        ):
            # A wrong answer that only other inputs find is marked by "hidden" as its message.
            if said == "hidden":
                if verdict["state"] == "right" and verdict["hidden"] == "passed":
                    yield f"{number}: wrong answer {place} passes the hidden tests, too"
            elif verdict["state"] != "wrong" or said not in verdict["said"]:
                yield f"{number}: wrong answer {place}, expected {said!r}, but {verdict}"
            elif verdict["kind"] != "WrongAnswerError":
                yield f"{number}: wrong answer {place} raises {verdict['kind']}"
        for verdict in (each for kind in kinds.values() for each in kind):
            if verdict["changed"]:
                yield f"{number}: the self-check changes {verdict['changed']}"


def test_what_is_judged_wrongly_is_named():
    open_, right = {"raised": "", "changed": []}, {"raised": "", "changed": []}
    open_ |= {"state": "open", "said": "open", "hidden": "AssertionError: open"}
    right |= {"state": "right", "said": "ok", "hidden": "passed"}
    wrong = {"raised": "", "changed": [], "state": "wrong", "said": "off by 2"}
    wrong["kind"] = "WrongAnswerError"
    answers = {1: {"right": ["a"], "wrong": [("b", "off by"), ("c", "hidden")]}}
    caught = right | {"hidden": "AssertionError: on others"}
    good = {"1": {"open": [open_], "right": [right], "wrong": [wrong, caught]}}
    assert list(faults(good, answers)) == []
    for kind, place, change in (
        ("open", 0, right),
        ("open", 0, open_ | {"hidden": "passed"}),
        ("open", 0, open_ | {"raised": "NameError: x"}),
        ("right", 0, wrong),
        ("right", 0, caught),
        ("right", 0, right | {"changed": ["net"]}),
        ("wrong", 0, right),
        ("wrong", 0, wrong | {"said": "no"}),
        ("wrong", 0, wrong | {"kind": "TypeError"}),
        ("wrong", 1, right),
    ):
        bad = {number: {k: list(v) for k, v in kinds.items()} for number, kinds in good.items()}
        bad["1"][kind][place] = change
        assert len(list(faults(bad, answers))) == 1
