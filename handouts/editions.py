"""Two editions of each notebook: the student's without the answers, the teacher's with all.

python -m handouts.editions [paths]     write build/editions/student and build/editions/teacher

Without paths: all of notebooks/. The notebooks themselves are marked up as nbgrader asks.
"""

import argparse
import copy
import re
import shutil
from pathlib import Path

from handouts.course.stubs import HINTED_SOLUTION_RE, unanswered
from tools import notebooks

FOLDER = notebooks.ROOT / "build" / "editions"
LINKED_PAGES = ["DATA.md", "docs/facts.md"]  # where links of the notebooks lead
ANSWER_PLACEHOLDER = "*Write your answer here.*"

SOLUTION_MARKERS = ["### BEGIN SOLUTION", "### END SOLUTION"]
TEST_MARKERS = ["### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"]
# Whatever was meant as a marker: a misspelt one would leave an answer in sight.
ANY_MARKER_RE = re.compile(
    r"^[^\w\n]*(?:BEGIN|END)[ _-]*(?:SOLUTION|HIDDEN|MARK)S?\b.*$", re.M | re.I
)
SOLUTION_RE = re.compile(
    r"^ *### BEGIN SOLUTION\n(?P<body>.+?)\n *### END SOLUTION$", re.M | re.S
)
# In the notebooks of authors, what is for teachers and answers in words are folded away.
DETAILS_RE = re.compile(
    r"^<details><summary>(?:For teachers|Answer)</summary>\n\n(.*?)\n\n</details>$", re.M | re.S
)
HIDDEN_TESTS_RE = re.compile(
    r"\n*^### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS$", re.M | re.S
)
CHECK_SUMMARY_RE = re.compile(r"\d+ claims measured, all within their bounds")


def is_for_teachers(cell):
    """Say whether only the teacher's edition has a cell."""
    return "teacher" in cell.metadata.get("tags", [])


def grading(cell):
    """Return the metadata that nbgrader reads; they are empty where a cell is no exercise."""
    return cell.metadata.get("nbgrader", {})


def student(nb):
    """Return a copy of nb to work in: no answers, no hidden tests, no cells for teachers.

    A solution becomes what `stubs.unanswered` makes of it. Outputs of answers and checks go. Of
    the cells below the first answer only `check.summary()` keeps its output, because any other
    could show what was to be predicted. Raises ValueError as `validate_markup` does.
    """
    validate_markup(nb)
    nb = copy.deepcopy(nb)
    checks = {grading(cell)["grade_id"]: cell.source for cell in nb.cells if grading(cell)}
    nb.cells = [cell for cell in nb.cells if not is_for_teachers(cell)]
    printed, printed_above = [], None  # the lines of all cells, and of those above the answers
    for cell in nb.cells:
        if grading(cell) and printed_above is None:
            printed_above = set(printed)
        if cell.cell_type == "code":
            lines = "".join(output.get("text", "") for output in cell.outputs).splitlines()
            printed += lines
            if printed_above is not None and not _is_summary(cell, lines, printed_above):
                cell.outputs, cell.execution_count = [], None
            source = HIDDEN_TESTS_RE.sub("", cell.source)
            if grading(cell).get("solution"):
                source = unanswered(source, checks[grading(cell)["grade_id"] + "-check"])
        else:
            source = SOLUTION_RE.sub(ANSWER_PLACEHOLDER, cell.source)
        cell.source = source.rstrip()
        unfold(cell)
    return nb


def unfold(cell):
    """Let a cell be seen, unless it is for all who want to look: those are tagged "folded"."""
    if "folded" not in cell.metadata.get("tags", []):
        cell.metadata.pop("jupyter", None)


def teacher(nb):
    """Return a copy of nb with all in sight: the markers are words, the answers are unfolded.

    Raises ValueError as `validate_markup` does.
    """
    validate_markup(nb)
    nb = copy.deepcopy(nb)
    (begin, end), (begin_tests, end_tests) = SOLUTION_MARKERS, TEST_MARKERS
    for cell in nb.cells:
        if grading(cell):
            words = "# Solution" if cell.cell_type == "code" else "**Solution**\n"
            source = cell.source.replace(begin, words).replace(begin_tests, "# Hidden tests")
            cell.source = re.sub(rf"\n *({end}|{end_tests})$", "", source, flags=re.M)
        if cell.cell_type == "markdown":
            cell.source = DETAILS_RE.sub(r"\1", cell.source)
        unfold(cell)
    return nb


EDITIONS = {"student": student, "teacher": teacher}


def _is_summary(cell, lines, printed_above):
    """Say whether the cell only repeats Check lines that stand above all answers."""
    text_only = all(output.output_type == "stream" for output in cell.outputs)
    is_summary = lines and CHECK_SUMMARY_RE.fullmatch(lines[0])
    return text_only and is_summary and printed_above.issuperset(lines[1:])


def validate_markup(nb):
    """Raise ValueError with notebook, cell and what to do, for each fault of the mark-up."""
    title = next((cell.source for cell in nb.cells if cell.source), "notebook").splitlines()[0]
    found, ids = [], []
    for number, cell in enumerate(nb.cells, 1):
        grade_id = grading(cell).get("grade_id", "")
        where = f"{title.strip('# ')}, cell {number} ({grade_id or cell.source[:40]!r})"
        found += [f"{where}: {fault}" for fault in _faults(cell, grade_id, ids)]
        ids.append(grade_id)
    if found:
        raise ValueError("\n".join(found))


def _faults(cell, grade_id, earlier):
    """Yield what is wrong with a cell's mark-up; earlier : the grade_ids above it."""
    metadata, code = grading(cell), cell.cell_type == "code"
    answer, graded = metadata.get("solution", False), metadata.get("grade", False)
    markers = [found[0].strip() for found in ANY_MARKER_RE.finditer(cell.source)]
    if markers not in ([], SOLUTION_MARKERS, TEST_MARKERS):
        yield (
            f"markers {markers}; a cell has one pair, {SOLUTION_MARKERS} or {TEST_MARKERS}, "
            "or none"
        )
    elif markers and not metadata:
        yield "a region, but no nbgrader metadata: add them, or nobody grades it"
    elif (markers == SOLUTION_MARKERS and not answer) or (
        markers == TEST_MARKERS and (answer or not code)
    ):
        yield f"{markers[0]} in the wrong cell: solutions stand in answers, tests in checks"
    elif answer and not markers:
        yield (
            f"an answer without a region: put {SOLUTION_MARKERS} around what students are to "
            "write"
        )
    elif answer and not (HINTED_SOLUTION_RE if code else SOLUTION_RE).search(cell.source):
        hint = "a line `# Hint: ...` directly above and " if code else ""
        yield f"a solution region needs {hint}a line in it, markers without blanks behind"
    if metadata and (not grade_id or grade_id in earlier):
        yield f"grade_id {grade_id!r} is empty or stands above already: give it one of its own"
    if graded and not metadata.get("points", 0) > 0:
        yield "graded, but without points: add points, 1 or more"
    if graded and not answer and grade_id.removesuffix("-check") not in earlier:
        yield "a check without its answer: above it must stand the grade_id without -check"


def main(argv=None):
    """Write both editions of the notebooks."""
    parser = argparse.ArgumentParser(description="Write student and teacher editions.")
    parser.add_argument("paths", nargs="*", type=Path, help="default: all of notebooks/")
    parser.add_argument("--to", type=Path, default=FOLDER, help="folder, made if need be")
    options = parser.parse_args(argv)
    for path in options.paths or notebooks.every():
        for name, edition in EDITIONS.items():
            folder = options.to / name / ("further" if path.parent.name == "further" else "")
            folder.mkdir(parents=True, exist_ok=True)
            nb = notebooks.normalise(edition(notebooks.read(path)))
            for cell in nb.cells:
                unfold(cell)  # the normal form folds answers away
            notebooks.write(nb, folder / path.name)
    for page in LINKED_PAGES:
        target = options.to / page
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebooks.ROOT / page, target)
    print(f"student and teacher editions are in {options.to}")


if __name__ == "__main__":
    main()
