"""nbgrader grades the course: right answers get all points, all others none."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from handouts import nbgrader_course
from handouts.editions import HINTED_SOLUTION_RE, SOLUTION_RE, grading, is_for_teachers
from tools import notebooks

GRADED = ["01_math", "02_data"]  # the quickest two to run

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None,
    reason="needs pip install 'aehelpers[grading]'",
)

# What is wrong of the same type and shape, so that no check is passed by form alone.
WRONG = """
def _wrong(value):
    if callable(value):
        return lambda *args, **more: _wrong(value(*args, **more))
    if isinstance(value, (tuple, list)):
        return type(value)(_wrong(each) for each in value)
    if isinstance(value, dict):
        return {key: _wrong(each) for key, each in value.items()}
    if str(value) in ("True", "False"):
        return not value
    if isinstance(value, str):
        return "another"
    if getattr(value, "ndim", 0):
        return 0 * value if value.any() else value + 1
    return 3 * value + 1 if isinstance(value, (int, float)) else None
"""
NOTHING = """
def _nothing(value):
    return (lambda *args, **more: None) if callable(value) else None
"""


def graded_cells(nb, **kind):
    """{grade_id: cell} of the cells whose nbgrader metadata are as `kind` says."""
    found = {grading(cell)["grade_id"]: cell for cell in nb.cells if grading(cell)}
    return {
        grade_id: cell
        for grade_id, cell in found.items()
        if all(grading(cell)[key] == value for key, value in kind.items())
    }


def without_pictures(nb):
    """nb, quicker: without the cells that only show a picture above the exercises.

    Every cell that binds a name which a later cell reads is kept, so answers and checks find
    all they would find in the whole notebook.
    """
    first = next(i for i, cell in enumerate(nb.cells) if grading(cell))
    kept, read = [], set()
    for place, cell in reversed(list(enumerate(nb.cells))):
        if cell.cell_type == "code" and (place >= first or not only_shows(cell, read)):
            names = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name)]
            read -= set(bound_names(cell.source))
            read |= {name.id for name in names if isinstance(name.ctx, ast.Load)}
            kept.insert(0, cell)
        elif place >= first:
            kept.insert(0, cell)
    nb.cells = kept
    return nb


def only_shows(cell, read):
    """Whether a cell's picture, or its call of the explorer, is all that it leaves behind."""
    shows = any("image/png" in output.get("data", {}) for output in cell.outputs)
    on_slider = re.match(r"explorer\b(?! *=)", cell.source)
    bound = set(bound_names(cell.source)) - {"fig", "ax", "axes"}  # each picture makes its own
    return (shows or on_slider) and read.isdisjoint(bound)


def bound_names(source):
    """The names a cell binds or fills: those a check can look at."""
    names, nodes = [], [ast.parse(source)]
    for node in nodes:  # grows
        if isinstance(node, ast.FunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append(node.id)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            names += [each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)]
        elif not isinstance(node, ast.comprehension | ast.Lambda):
            nodes += ast.iter_child_nodes(node)
    return list(dict.fromkeys(names))


def submission(release, source, kind):
    """What a student of that kind hands in: the notebook given out, with answers filled in."""
    nb = notebooks.nbformat.from_dict(release)
    model = graded_cells(source, solution=True)
    for grade_id, cell in graded_cells(nb, solution=True).items():
        right = model[grade_id].source
        if kind == "right" or (kind == "wrong" and cell.cell_type == "markdown"):
            cell.source = right
        elif kind in ("wrong", "tampered") and cell.cell_type == "code":
            name, helper = {"wrong": ("_wrong", WRONG), "tampered": ("_nothing", NOTHING)}[kind]
            spoilt = [f"{each} = {name}({each})" for each in bound_names(right)]
            cell.source = "\n".join([right, helper, *spoilt])
    if kind == "tampered":
        for cell in graded_cells(nb, grade=True, solution=False).values():
            cell.source = "pass"
    return nb


KINDS = ["right", "wrong", "empty", "tampered"]
READ_GRADES = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    rows = [
        (sheet.student.id, g.name, g.auto_score, g.max_score, bool(g.needs_manual_grade))
        for assignment in book.assignments
        for sheet in assignment.submissions
        for notebook in sheet.notebooks
        for g in notebook.grades
    ]
print(json.dumps(rows))
"""


def grades(nb, number, folder):
    """{kind of student: {grade_id: (points, most points, whether a person must look)}}."""
    nbgrader_course.build({number: nb}, folder)
    name = f"{number}.ipynb"
    release = notebooks.read(folder / "release" / number / name)
    for kind in KINDS:
        handed_in = folder / "submitted" / kind / number
        handed_in.mkdir(parents=True)
        notebooks.write(submission(release, nb, kind), handed_in / name)
    nbgrader_course.nbgrader(folder, "autograde", number)
    command = [sys.executable, "-c", READ_GRADES]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    found = {kind: {} for kind in KINDS}
    for kind, grade_id, *grade in json.loads(done.stdout):
        found[kind][grade_id] = tuple(grade)
    return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """{notebook: (notebook, its grades)}, both graded at once."""
    # Not in the threads: the second would empty pytest's base folder, which the first has made.
    folders = {name: tmp_path_factory.mktemp(name) for name in GRADED}

    def run(name):
        nb = without_pictures(notebooks.read(notebooks.NOTEBOOKS / f"{name}.ipynb"))
        return nb, grades(nb, name[:2], folders[name])

    with ThreadPoolExecutor(len(GRADED)) as pool:
        return dict(zip(GRADED, pool.map(run, GRADED), strict=True))


def expected(nb, share):
    """{grade_id: grade} where each check gives that share of its points."""
    checks = graded_cells(nb, grade=True, solution=False)
    points = {name: grading(cell)["points"] for name, cell in checks.items()}
    return {name: (share * most, most, False) for name, most in points.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", GRADED)
def test_every_check_gives_what_the_answer_earns(graded, name, kind):
    nb, found = graded[name]
    wanted = expected(nb, share=1 if kind == "right" else 0)
    words = graded_cells(nb, grade=True, solution=True)
    assert {id_: grade for id_, grade in found[kind].items() if id_ not in words} == wanted
    assert len(wanted) >= 3 and set(found[kind]) == {*wanted, *words}


@pytest.mark.parametrize("name", GRADED)
def test_words_wait_for_a_person_unless_untouched(graded, name):
    nb, found = graded[name]
    words = graded_cells(nb, grade=True, solution=True)
    assert words
    for grade_id, cell in words.items():
        most = grading(cell)["points"]
        assert found["right"][grade_id] == (None, most, True)
        assert found["empty"][grade_id] == (0, most, False)


# Without nbgrader's run: quick


def test_the_source_has_no_cell_for_teachers_and_takes_its_stored_runs_along():
    nb = notebooks.read(notebooks.NOTEBOOKS / "06_deep.ipynb")
    cells = nbgrader_course.nbgrader_source(nb).cells
    assert not any(is_for_teachers(cell) for cell in cells)
    assert not any("source_hidden" in json.dumps(cell) for cell in cells)
    sources = "\n".join(cell.source for cell in cells)
    assert 'long_runs("historical.json")' in sources and "long_runs()" not in sources


def test_solution_and_hint_stand_where_both_tools_look():
    for path in notebooks.NOTEBOOKS.glob("*.ipynb"):
        for cell in graded_cells(notebooks.read(path), solution=True).values():
            region = HINTED_SOLUTION_RE if cell.cell_type == "code" else SOLUTION_RE
            assert region.search(cell.source)


def test_a_failing_nbgrader_says_why(tmp_path):
    with pytest.raises(RuntimeError, match="generate_assignment 99 failed"):
        nbgrader_course.nbgrader(tmp_path, "generate_assignment", "99")
