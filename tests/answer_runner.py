"""Try answers to the exercises of one notebook, and write what its self-checks make of them.

python tests/answer_runner.py NOTEBOOK ANSWERS FILE

ANSWERS is a Python file that defines

    ANSWERS = {1: {"right": [source, ...], "wrong": [(source, part of the message), ...]}, ...}

with what a student could write into the answer cell of each exercise. Here its lesson is run
once, then each answer with the self-check and the hidden tests below it, from the same names.
At last the student's edition is run from its first exercise to its end, with nothing answered.
"""

import json
import os
import re
import runpy
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

os.environ["MPLBACKEND"] = "Agg"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from IPython.core.interactiveshell import InteractiveShell  # noqa: E402
from IPython.utils.capture import capture_output  # noqa: E402

from handouts import editions  # noqa: E402
from tools import notebooks  # noqa: E402

# No answer needs what these cells draw, and it takes long.
EXPLORER_DRAWN_RE = re.compile(r"\w*explorer\.(check|film_strip)\(")


class Notebook:
    """The names of a notebook, in which cells are run."""

    def __init__(self):
        self.shell = InteractiveShell.instance()

    def run(self, source):
        """Run a cell. Returns what it printed and the exception that it raised, or None."""
        with capture_output() as printed:
            done = self.shell.run_cell(source, store_history=False)
        return printed.stdout, done.error_before_exec or done.error_in_exec

    def must_run(self, source):
        """Run a cell that must not fail."""
        _, error = self.run(source)
        if error is not None:
            raise RuntimeError(f"a cell fails: {source[:200]}") from error

    def names(self):
        """Return {name: value} of all names that are not IPython's own."""
        return {k: v for k, v in self.shell.user_ns.items() if not k.startswith("_")}

    def restore(self, names, arrays):
        """Let the names hold these values again, and the arrays what they held."""
        for name in self.names():
            if name not in names:
                del self.shell.user_ns[name]
        self.shell.user_ns.update(names)
        for array, values in arrays:
            np.copyto(array, values)


def arrays_in(names):
    """Return [(array, copy of its values)] of the arrays among the values of names."""
    found = [value for value in names.values() if isinstance(value, np.ndarray)]
    return [(array, array.copy()) for array in found if array.flags.writeable]


def changed_by(notebook, before, arrays, own):
    """Return the names that a self-check has bound anew, or whose arrays it has changed."""
    now = notebook.names()
    bound = {n for n in now if n not in own and (n not in before or before[n] is not now[n])}
    filled = any(not np.array_equal(a, v, equal_nan=a.dtype.kind == "f") for a, v in arrays)
    return sorted(bound) + ["an array"] * filled


def judged(notebook, answer, check):
    """Run an answer and its check. Returns the verdict as a dict."""
    _, error = notebook.run(answer)
    raised = f"{type(error).__name__}: {error}" if error is not None else ""
    before = notebook.names()
    arrays = arrays_in(before)
    visible = editions.HIDDEN_TESTS_RE.sub("", check)
    own = set(re.findall(r"^def (\w+)|^(\w+) = ", check, re.MULTILINE)[0]) | {"hidden_tests"}
    printed, error = notebook.run(visible)
    verdict = {"raised": raised, "changed": changed_by(notebook, before, arrays, own)}
    if error is not None:
        verdict |= {"state": "wrong", "said": str(error), "kind": type(error).__name__}
        return verdict
    verdict |= {"state": "right" if printed.startswith("ok ") else "open", "said": printed}
    hidden = editions.HIDDEN_TESTS_RE.search(check)
    _, error = notebook.run(re.sub(r"^### .*$", "", hidden[0], flags=re.MULTILINE))
    verdict["hidden"] = "passed" if error is None else f"{type(error).__name__}: {error}"
    return verdict


def tried(path, answers):
    """Return the verdicts on all answers, and what *Run All* shows where nothing is answered.

    {exercise: {"right": [verdict], "wrong": [verdict], "open": [verdict]}}, and a list of what
    cells raise or, as its last element, what the list of open exercises says.
    """
    nb = notebooks.read(path)
    edition = editions.student(nb)
    unanswered = {
        editions.grading(cell)["grade_id"]: cell.source
        for cell in edition.cells
        if editions.grading(cell).get("solution")
    }
    notebook, found, answer_cell = Notebook(), {}, None
    os.chdir(path.parent)
    for cell in notebooks.code_cells(nb):
        grading = editions.grading(cell)
        if grading.get("solution"):
            if answer_cell is None:
                lesson = notebook.names(), arrays_in(notebook.names())
            answer_cell = cell
        elif grading.get("grade"):
            number = int(re.search(r"exercise-(\d+)", grading["grade_id"])[1])
            before = notebook.names()
            arrays = arrays_in(before)
            cases = [("open", unanswered[editions.grading(answer_cell)["grade_id"]])]
            cases += [("right", source) for source in answers[number]["right"]]
            cases += [("wrong", case[0]) for case in answers[number]["wrong"]]
            cases += [("right", answer_cell.source)]  # last: what follows may need it
            found[number] = {"open": [], "right": [], "wrong": []}
            for kind, source in cases:
                notebook.restore(before, arrays)
                found[number][kind].append(judged(notebook, source, cell.source))
        elif not EXPLORER_DRAWN_RE.match(cell.source):
            notebook.must_run(cell.source)
    notebook.restore(*lesson)
    return found, run_unanswered(notebook, edition)


def run_unanswered(notebook, edition):
    """Run a student's edition from its first exercise to its end, as *Run All* does."""
    cells = notebooks.code_cells(edition)
    first = next(i for i, cell in enumerate(cells) if editions.grading(cell))
    said = []
    for cell in cells[first:]:
        printed, error = notebook.run(cell.source)
        if error is not None:
            said.append(f"{cell.source[:60]!r} raises {type(error).__name__}: {error}")
        elif cell.source == "exercise.summary()":
            summary = printed.strip()
    return [*said, summary]


if __name__ == "__main__":
    notebook_path, answers_path, file = map(Path, sys.argv[1:])
    answers = runpy.run_path(str(answers_path))["ANSWERS"]
    file = file.resolve()
    verdicts, unanswered = tried(notebook_path.resolve(), answers)
    found = {"verdicts": verdicts, "unanswered": unanswered}
    file.write_text(json.dumps(found, indent=1), "utf-8")
