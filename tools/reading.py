"""How long a notebook takes to read: its words, cells, equations, figures and Checks.

python -m tools.reading [paths]      prints a row for each notebook

The lesson is what stands above "## Exercises". Cells that are tagged "folded" do not count, and
neither do those for teachers. A reader alone is expected to take

    words / 150 + 1 a code cell of more than three lines + 0.3 a shorter one
    + 2 a displayed equation + 1 a figure + 3 a question to predict

minutes. The notebook states its minutes in "What you need", rounded to five.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

from tools import notebooks

PREDICTION = "> **Predict.**"
TIME_RE = re.compile(
    r"\*\*Time:\*\* (\d+) minutes alone, (\d+) to teach; "
    r"the exercises take (\d+) minutes more\."
)
# The bounds of a main notebook.
MOST = {"words": 3000, "code_cells": 45, "checks": 20, "minutes": 90}


class Reading(NamedTuple):
    """What of a lesson has to be read."""

    words: int
    code_cells: int
    equations: int
    figures: int
    predictions: int
    checks: int
    minutes: float


def lesson(nb):
    """Return the cells of a notebook that are read: above the exercises, and in sight."""
    cells = []
    for cell in nb.cells:
        if cell.source.startswith("## Exercises"):
            break
        if not {"folded", "teacher"} & set(cell.metadata.get("tags", [])):
            cells.append(cell)
    return cells


def words(markdown):
    """Count the words of a text; a formula in a line is one, a displayed equation is none."""
    text = re.sub(r"\$\$.*?\$\$", " ", markdown, flags=re.DOTALL)
    text = re.sub(r"(?<!\\)\$[^$]+\$", " x ", text)
    text = re.sub(r"\]\([^)]*\)|<[^>]+>", " ", text)
    return len(re.findall(r"[^\W_]+(?:[-'’.][^\W_]+)*", text))


def read(nb):
    """Return the Reading of a notebook."""
    cells = lesson(nb)
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    code = [cell for cell in cells if cell.cell_type == "code"]
    long = sum(len(cell.source.splitlines()) > 3 for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    printed = "\n".join(output.get("text", "") for output in outputs)
    number_of_words = sum(map(words, texts))
    equations = sum(text.count("$$") // 2 for text in texts)
    figures = sum("image/png" in output.get("data", {}) for output in outputs)
    predictions = sum(text.count(PREDICTION) for text in texts)
    return Reading(
        words=number_of_words,
        code_cells=len(code),
        equations=equations,
        figures=figures,
        predictions=predictions,
        checks=len(re.findall(r"^ok    (?!exercise )", printed, re.MULTILINE)),
        minutes=number_of_words / 150
        + long
        + 0.3 * (len(code) - long)
        + 2 * equations
        + figures
        + 3 * predictions,
    )


def stated(nb):
    """Return the minutes (alone, to teach, of the exercises) that a notebook states."""
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    found = TIME_RE.findall(text)
    if len(found) != 1:
        raise ValueError(
            f"{len(found)} sentences on time: write one, '**Time:** 80 minutes alone, 60 to "
            "teach; the exercises take 45 minutes more.'"
        )
    return tuple(map(int, found[0]))


def main(argv):
    """Print the table."""
    paths = [Path(path) for path in argv] or notebooks.every()
    print(f"{'notebook':32}", *(f"{name:>11}" for name in (*Reading._fields, "stated")))
    for path in paths:
        nb = notebooks.read(path)
        numbers = *read(nb), stated(nb)[0]
        print(f"{path.stem:32}", *(f"{number:11.0f}" for number in numbers))


if __name__ == "__main__":
    main(sys.argv[1:])
