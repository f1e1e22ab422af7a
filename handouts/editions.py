"""Two editions of each notebook: the student's without the answers, the teacher's with all.

python -m handouts.editions [paths]     write build/editions/student and build/editions/teacher

Without paths: all of notebooks/. The notebooks themselves are marked up as nbgrader asks.
"""

import argparse
import copy
import json
import re
import shutil
from pathlib import Path

from tools import notebooks as tool

EDITIONS = tool.ROOT / "build" / "editions"
STORED_RUNS = tool.ROOT / "benchmarks" / "historical.json"  # notebooks read ../benchmarks/...
TO_WRITE = "*Write your answer here.*"
WIDEST_LINE = 96

SOLUTION = ["### BEGIN SOLUTION", "### END SOLUTION"]
HIDDEN = ["### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"]
# Whatever was meant as a marker: a misspelt one would leave an answer in sight.
MARKER = re.compile(r"^[^\w\n]*(?:BEGIN|END)[ _-]*(?:SOLUTION|HIDDEN|MARK)S?\b.*$", re.M | re.I)
REGION = r"### BEGIN SOLUTION\n(?P<body>.+?)\n *### END SOLUTION$"
IN_CODE = re.compile(rf"^(?P<tab> *)# Hint: *(?P<hint>\S.*)\n(?P=tab){REGION}", re.M | re.S)
IN_WORDS = re.compile(f"^{REGION}", re.M | re.S)
TESTS = re.compile(r"\n*^### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS$", re.M | re.S)
SUMMARY = re.compile(r"\d+ claims measured, all within their bounds")


def student(nb):
    """A copy of nb to work in: no answers, no hidden tests, no cells for teachers.

    A solution becomes NotImplementedError with its hint. Outputs of answers and checks go. Of
    the cells below the first answer only `check.summary()` keeps its output: any other could
    show what was to be predicted. ValueError as `demand_form`.
    """
    demand_form(nb)
    nb = copy.deepcopy(nb)
    nb.cells = [cell for cell in nb.cells if "teacher" not in cell.metadata.get("tags", [])]
    known = None  # what stands above the first answer, from there on
    printed = []
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            known = set(printed) if known is None else known
        if cell.cell_type == "code":
            lines = "".join(output.get("text", "") for output in cell.outputs).splitlines()
            printed += lines
            if known is not None and not _is_summary(cell, lines, known):
                cell.outputs, cell.execution_count = [], None
            source = TESTS.sub("", IN_CODE.sub(_to_do, cell.source))
        else:
            source = IN_WORDS.sub(TO_WRITE, cell.source)
        cell.source = source.rstrip()
        cell.metadata.pop("jupyter", None)
    return nb


def teacher(nb):
    """A copy of nb with all in sight: the markers are words, the answers are unfolded.

    ValueError as `demand_form`.
    """
    demand_form(nb)
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            words = "# Solution" if cell.cell_type == "code" else "**Solution**\n"
            source = cell.source.replace(SOLUTION[0], words).replace(
                HIDDEN[0], "# Hidden tests"
            )
            cell.source = re.sub(rf"\n *({SOLUTION[1]}|{HIDDEN[1]})$", "", source, flags=re.M)
        cell.metadata.pop("jupyter", None)
    return nb


def _to_do(found):
    hint = json.dumps(found["hint"], ensure_ascii=False)
    line = f"{found['tab']}raise NotImplementedError({hint})"
    wrapped = line.replace("(", f"(\n{found['tab']}    ", 1)[:-1] + f"\n{found['tab']})"
    return line if len(line) <= WIDEST_LINE else wrapped


def _is_summary(cell, lines, known):
    """Whether the cell only repeats Check lines that stand above all answers."""
    text_only = all(output.output_type == "stream" for output in cell.outputs)
    return text_only and lines and SUMMARY.fullmatch(lines[0]) and known.issuperset(lines[1:])


def demand_form(nb):
    """ValueError that says notebook, cell and what to do, for each fault of the mark-up."""
    title = next((cell.source for cell in nb.cells if cell.source), "notebook").splitlines()[0]
    found, ids = [], []
    for number, cell in enumerate(nb.cells, 1):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        where = f"{title.strip('# ')}, cell {number} ({grade_id or cell.source[:40]!r})"
        found += [f"{where}: {fault}" for fault in _faults(cell, grade_id, ids)]
        ids.append(grade_id)
    if found:
        raise ValueError("\n".join(found))


def _faults(cell, grade_id, earlier):
    asked, code = cell.metadata.get("nbgrader", {}), cell.cell_type == "code"
    answer, graded = asked.get("solution", False), asked.get("grade", False)
    markers = [found[0].strip() for found in MARKER.finditer(cell.source)]
    if markers not in ([], SOLUTION, HIDDEN):
        yield f"markers {markers}; a cell has one pair, {SOLUTION} or {HIDDEN}, or none"
    elif markers and not asked:
        yield "a region, but no nbgrader metadata: add them, or nobody grades it"
    elif markers == SOLUTION and not answer or markers == HIDDEN and (answer or not code):
        yield f"{markers[0]} in the wrong cell: solutions stand in answers, tests in checks"
    elif answer and not markers:
        yield f"an answer without a region: put {SOLUTION} around what students are to write"
    elif answer and not (IN_CODE if code else IN_WORDS).search(cell.source):
        hint = "a line `# Hint: ...` directly above and " if code else ""
        yield f"a solution region needs {hint}a line in it, markers without blanks behind"
    if asked and (not grade_id or grade_id in earlier):
        yield f"grade_id {grade_id!r} is empty or stands above already: give it one of its own"
    if graded and not asked.get("points", 0) > 0:
        yield "graded, but without points: add points, 1 or more"
    if graded and not answer and grade_id.removesuffix("-check") not in earlier:
        yield "a check without its answer: above it must stand the grade_id without -check"


def main(argv=None):
    """Write both editions of the notebooks, and beside them the stored runs they read."""
    parser = argparse.ArgumentParser(description="Write student and teacher editions.")
    parser.add_argument("paths", nargs="*", type=Path, help="default: all of notebooks/")
    parser.add_argument("--to", type=Path, default=EDITIONS, help="folder, made if need be")
    options = parser.parse_args(argv)
    for path in options.paths or sorted(tool.NOTEBOOKS.glob("*.ipynb")):
        for edition in (student, teacher):
            folder = options.to / edition.__name__
            folder.mkdir(parents=True, exist_ok=True)
            nb = tool.normalise(edition(tool.read(path)))
            for cell in nb.cells:
                cell.metadata.pop("jupyter", None)  # the normal form folds answers away
            tool.write(nb, folder / path.name)
    (options.to / STORED_RUNS.parent.name).mkdir(exist_ok=True)
    shutil.copy(STORED_RUNS, options.to / STORED_RUNS.parent.name)
    print(f"student and teacher editions are in {options.to}")


if __name__ == "__main__":
    main()
