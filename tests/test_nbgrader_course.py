"""nbgrader grades the course: right answers get all points, all others none."""

import ast
import copy
import csv
import html
import importlib.util
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from handouts import nbgrader_course
from handouts.editions import (
    ANSWER_PLACEHOLDER,
    HIDDEN_TESTS_RE,
    HINTED_SOLUTION_RE,
    SOLUTION_RE,
    grading,
    is_for_teachers,
)
from tools import notebooks

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


# {one of the quickest notebooks to run: the students who hand it in}
GRADED = {"01_math": ["right", "wrong", "empty", "tampered"], "02_data": ["right", "wrong"]}
EACH_KIND = [(name, kind) for name, kinds in GRADED.items() for kind in kinds]
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


def recorded(folder):
    """{student: {grade_id: (points, most points, whether a person must look)}}."""
    command = [sys.executable, "-c", READ_GRADES]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    found = {}
    for student, grade_id, *grade in json.loads(done.stdout):
        found.setdefault(student, {})[grade_id] = tuple(grade)
    return found


def hidden(nb):
    """The lines and the messages of all hidden tests that stand nowhere else in nb."""
    regions = [found[0] for cell in nb.cells if (found := HIDDEN_TESTS_RE.search(cell.source))]
    public = "\n".join(HIDDEN_TESTS_RE.sub("", cell.source) for cell in nb.cells)
    lines = [line.strip() for region in regions for line in region.splitlines()]
    lines += re.findall(r'"([^"\n]+)"', "\n".join(regions))
    return {line for line in lines if len(line) >= 8 and line not in public}


def text_of_page(path):
    return html.unescape(re.sub(r"<[^>]*>", "", path.read_text("utf-8")))


def grades(nb, kinds, number, folder):
    """What each kind of student gets from nbgrader alone, which writes feedback pages, too."""
    assert nbgrader_course.build({number: nb}, folder) == {}
    name = f"{number}.ipynb"
    release = notebooks.read(folder / "release" / number / name)
    for kind in kinds:
        handed_in = folder / "submitted" / kind / number
        handed_in.mkdir(parents=True)
        notebooks.write(submission(release, nb, kind), handed_in / name)
    nbgrader_course.nbgrader(folder, "autograde", number)
    nbgrader_course.nbgrader(folder, "generate_feedback", number)
    return recorded(folder)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """{notebook: (notebook, its grades, the course's folder)}, both graded at once."""
    # Not in the threads: the second would empty pytest's base folder, which the first has made.
    folders = {name: tmp_path_factory.mktemp(name) for name in GRADED}

    def run(name):
        nb = notebooks.read(notebooks.NOTEBOOKS / f"{name}.ipynb")
        return nb, grades(nb, GRADED[name], name[:2], folders[name]), folders[name]

    with ThreadPoolExecutor(len(GRADED)) as pool:
        return dict(zip(GRADED, pool.map(run, GRADED), strict=True))


def expected(nb, share):
    """{grade_id: grade} where each check gives that share of its points."""
    checks = graded_cells(nb, grade=True, solution=False)
    points = {name: grading(cell)["points"] for name, cell in checks.items()}
    return {name: (share * most, most, False) for name, most in points.items()}


@pytest.mark.parametrize("name, kind", EACH_KIND)
def test_every_check_gives_what_the_answer_earns(graded, name, kind):
    nb, found, _ = graded[name]
    wanted = expected(nb, share=1 if kind == "right" else 0)
    words = graded_cells(nb, grade=True, solution=True)
    assert {id_: grade for id_, grade in found[kind].items() if id_ not in words} == wanted
    assert len(wanted) >= 3 and set(found[kind]) == {*wanted, *words}


@pytest.mark.parametrize("name", GRADED)
def test_words_wait_for_a_person_unless_untouched(graded, name):
    nb, found, _ = graded[name]
    words = graded_cells(nb, grade=True, solution=True)
    assert words
    for grade_id, cell in words.items():
        most = grading(cell)["points"]
        assert found["right"][grade_id] == (None, most, True)
        if "empty" in found:
            assert found["empty"][grade_id] == (0, most, False)


@pytest.mark.parametrize("name, kind", EACH_KIND)
def test_a_feedback_page_shows_nothing_of_a_hidden_test(graded, name, kind):
    nb, _, folder = graded[name]
    page = text_of_page(folder / "feedback" / kind / name[:2] / f"{name[:2]}.html")
    secrets = hidden(nb)
    assert len(secrets) > 10 and [each for each in secrets if each in page] == []
    said = {"right": "The hidden check passed, too.", "empty": "Not answered yet."}
    assert said.get(kind, "The self-check did not pass: ") in page
    assert ("The hidden check passed, too." in page) == (kind == "right")


# A course of five small exercises, and what can befall a submission


LESSON = [
    "import numpy as np\nfrom aehelpers.course import Exercises\nexercise = Exercises('77')",
    "X = np.arange(6.0)\nrng = np.random.default_rng(0)",
    "picture = X + 1\nopen('drawn.txt', 'a').write('x')",
    "noise = rng.random(3)",
    "offset = rng.random()",
]


def five():
    """A notebook with five exercises: write a function that gives `i` times its argument."""
    cells = [new_code_cell(source) for source in LESSON]
    cells.append(new_markdown_cell("# Small\n\n## Exercises"))
    for i in range(1, 6):
        task = new_markdown_cell(f"### Exercise {i}: times {i}\n\nWrite `times_{i}`.")
        answer = new_code_cell(
            f"def times_{i}(x):\n    # Hint: repeat the sum\n    ### BEGIN SOLUTION\n"
            f"    return {i} * x + 0 * X[1] + 0 * offset\n    ### END SOLUTION",
            metadata={"nbgrader": marks(f"77-exercise-{i}", solution=True)},
        )
        check = new_code_cell(
            f'@exercise({i}, look="the sum")\ndef exercise_{i}(this, times_{i}):\n'
            f'    this.expect(times_{i}(1) == {i} + 0 * offset, "off for 1")\n'
            f"### BEGIN HIDDEN TESTS\n@exercise_{i}.hidden\ndef hidden_tests(times_{i}):\n"
            f'    assert times_{i}(2 * X[1]) == {2 * i}, "other arguments, secret {i}"\n'
            "### END HIDDEN TESTS",
            metadata={"nbgrader": marks(f"77-exercise-{i}-check", points=1)},
        )
        cells += [task, answer, check]
    words = "### BEGIN SOLUTION\nBecause sums repeat.\n### END SOLUTION"
    metadata = {"nbgrader": marks("77-exercise-5-words", points=2, solution=True)}
    cells.append(new_markdown_cell(words, metadata=metadata))
    return notebooks.normalise(notebooks.nbformat.v4.new_notebook(cells=cells))


def marks(grade_id, points=None, solution=False):
    """nbgrader's metadata of a cell."""
    found = {"grade_id": grade_id, "schema_version": 3, "task": False, "solution": solution}
    found |= {"grade": points is not None, "locked": not solution}
    return found | ({"points": points} if points else {})


def answers(*bodies):
    """A change of a notebook: what stands in the answers to exercises 1, 2, ..."""

    def change(nb):
        cells = graded_cells(nb, solution=True, grade=False)
        for i, body in enumerate(bodies, 1):
            cells[f"77-exercise-{i}"].source = body.replace("RIGHT", right(i))
        return nb

    return change


def right(i):
    return f"def times_{i}(x):\n    return {i} * x"


ALL_RIGHT = answers(*["RIGHT"] * 5)
STUBBORN = """import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: pass"""


def copied(nb):
    """A copy of an answer and of a check, and the words written into a copy."""
    nb = ALL_RIGHT(nb)
    ids = {grading(cell).get("grade_id"): cell for cell in nb.cells}
    words = copy.deepcopy(ids["77-exercise-5-words"])
    words.source = "Because of the sum."
    first = copy.deepcopy(ids["77-exercise-1"])
    first.source += "\n    # my notes: 1/0"
    nb.cells += [first, copy.deepcopy(ids["77-exercise-2-check"]), words]
    return nb


def stripped(nb):
    """As some editors store it: no metadata, no ids, format 4.0, another kernel's name."""
    nb = ALL_RIGHT(nb)
    for cell in nb.cells:
        cell.metadata = notebooks.nbformat.from_dict({"id": "abc", "colab": {"base_uri": "x"}})
        del cell["id"]
    nb.nbformat_minor = 0
    nb.metadata = notebooks.nbformat.from_dict({"kernelspec": {"name": "ir", "language": "R"}})
    return nb


def nameless(nb):
    """Without a kernel, as Windows stores it, and words left as they were."""
    nb = ALL_RIGHT(nb)
    nb.metadata = notebooks.nbformat.from_dict({})
    for cell in nb.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    return nb


def deleted(nb):
    """A lesson's cell changed, one deleted; an answer with its check deleted, another check."""
    nb = ALL_RIGHT(nb)
    gone = {"77-exercise-2", "77-exercise-2-check", "77-exercise-4-check"}
    nb.cells = [cell for cell in nb.cells if grading(cell).get("grade_id") not in gone]
    nb.cells[0].source = "from aehelpers.course import Exercises"
    del nb.cells[1]
    return nb


STUDENTS = {
    # Right in the self-check, wrong in the hidden one; raises in it; prints its arguments;
    # prints all that has run; prints to stderr.
    "almost": answers(
        "def times_1(x):\n    return 1",
        "def times_2(x):\n    return 2 if x == 1 else {}[x]",
        "def times_3(x):\n    print('argument', float(x))\n    return 3 * x",
        "print(*In)\nRIGHT",
        "import sys\ndef times_5(x):\n    print('careful', file=sys.stderr)\n    return 5 * x",
    ),
    "loops": answers(
        "def times_1(x):\n    while True: pass", STUBBORN, "RIGHT", "input()", "RIGHT"
    ),
    "exits": answers(
        "import os\nos._exit(1)", "exit()", "import sys\nsys.exit()", "RIGHT", "RIGHT"
    ),
    "deletes": answers(
        "del np, exercise\nX[:] = 0\nint = len = this = None",
        f"%reset -f\n{right(2)}",
        "class exercise: pass\nX = None\nRIGHT",
        "print('x' * 10**6)\nRIGHT",
        "RIGHT",
    ),
    "copies": copied,
    "stripped": stripped,
    "nameless": nameless,
    "deleted": deleted,
    "empty": lambda nb: nb,
}
POINTS = {  # of exercises 1 to 5
    "almost": [0, 0, 1, 1, 1],
    "loops": [0, 0, 1, 0, 1],
    "exits": [0, 0, 0, 1, 1],
    "deletes": [0, 0, 0, 1, 1],
    "copies": [1, 1, 1, 1, 1],
    "stripped": [1, 1, 1, 1, 1],
    "nameless": [1, 1, 1, 1, 1],
    "deleted": [1, 0, 1, 1, 1],
    "empty": [0, 0, 0, 0, 0],
}


def run_grade(folder, *arguments):
    command = [sys.executable, "grade.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """(the folder of the small course, what grade.py said), with all of STUDENTS graded."""
    folder = tmp_path_factory.mktemp("small")
    assert nbgrader_course.build({"77": five()}, folder) == {}
    config = folder / "nbgrader_config.py"
    changed = config.read_text("utf-8").replace("Execute.timeout = 180", "Execute.timeout = 6")
    config.write_text(changed.replace("iopub_timeout = 30", "iopub_timeout = 5"), "utf-8")
    release = notebooks.read(folder / "release" / "77" / "77.ipynb")
    for student, change in STUDENTS.items():
        handed_in = folder / "submitted" / student / "77"
        handed_in.mkdir(parents=True)
        text = notebooks.as_text(change(copy.deepcopy(release)))
        coding = "utf-16" if student == "nameless" else "utf-8"
        (handed_in / "77.ipynb").write_bytes(text.replace("\n", "\r\n").encode(coding))
    for student, name, text in [("lost", "other.ipynb", "{}"), ("torn", "77.ipynb", '{"cel')]:
        (folder / "submitted" / student / "77").mkdir(parents=True)
        (folder / "submitted" / student / "77" / name).write_text(text, "utf-8")
    return folder, run_grade(folder, "77")


@pytest.mark.parametrize("student", STUDENTS)
def test_each_cell_costs_only_itself(small, student):
    folder, said = small
    found = recorded(folder)[student]
    points = [found[f"77-exercise-{i}-check"][0] for i in range(1, 6)]
    assert points == POINTS[student], said.stdout + said.stderr


def test_words_written_into_a_copy_wait_and_untouched_ones_get_0(small):
    found = recorded(small[0])
    words = {student: found[student]["77-exercise-5-words"] for student in STUDENTS}
    assert words["copies"] == (None, 2, True)
    assert words["nameless"] == words["stripped"] == words["empty"] == (0, 2, False)


def test_one_command_says_what_came_of_each_submission(small):
    folder, said = small
    lines = said.stdout.splitlines()
    assert said.returncode == 1 and said.stderr == ""
    told = {line.split(",")[0]: line for line in lines if ", 77: " in line}
    assert set(told) == {*STUDENTS, "lost", "torn"}
    assert "5 of 5 points; 1 answer waits to be marked." in told["copies"]
    assert "5 of 7 points." in told["nameless"]
    assert told["lost"].endswith("77.ipynb is missing; there is ['other.ipynb']")
    assert "torn, 77: NOT GRADED. " in told["torn"] and "is not a notebook" in told["torn"]
    notes = "\n".join(lines)
    assert "77-exercise-1 stands in the notebook more than once; one of them counts" in notes
    assert "77-exercise-4-check was changed or missing and is put back" in notes
    assert "this cell ended Python; all else was run again without it" in notes
    assert "checksum" not in notes


def test_what_students_handed_in_is_not_touched(small):
    text = (small[0] / "submitted" / "nameless" / "77" / "77.ipynb").read_bytes()
    assert text[:2] == b"\xff\xfe" and "kernelspec" not in text.decode("utf-16")


def test_what_nothing_graded_needs_is_not_run(small):
    folder, _ = small
    for student in STUDENTS:
        assert not (folder / "autograded" / student / "77" / "drawn.txt").exists()
        nb = notebooks.read(folder / "autograded" / student / "77" / "77.ipynb")
        ran = [c.execution_count is not None for c in nb.cells if c.source in LESSON]
        # `noise` draws from `rng` before `offset` does, so it has to run.
        assert ran == [True, True, False, True, True]


@pytest.mark.parametrize("student", STUDENTS)
def test_a_feedback_page_says_what_passed_and_no_more(small, student):
    page = text_of_page(small[0] / "feedback" / student / "77" / "77.html")
    assert [each for each in hidden(five()) if each in page] == []
    assert "argument 2.0" not in page and "secret" not in page
    assert page.count("The hidden check passed, too.") == sum(POINTS[student])
    waiting = "Answers that are not marked yet: 1." in page
    assert waiting == (student == "copies")


def test_feedback_names_the_public_failure_and_the_kind_of_the_hidden_one(small):
    almost, loops, exits, empty = (
        text_of_page(small[0] / "feedback" / student / "77" / "77.html")
        for student in ("almost", "loops", "exits", "empty")
    )
    assert "ok    exercise 1\nThe hidden check, with other inputs, did not pass.\n" in almost
    assert "did not pass. Your answer raised KeyError in it." in almost
    assert "Not passed: the check took too long and was stopped." in loops
    assert "this cell could not be stopped" in loops and "this cell ended Python" in exits
    assert empty.count("Not answered yet.") == 5
    assert "This output is left out: it showed a part of a hidden test." in almost


def read_table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_tables_have_the_columns_that_moodle_and_canvas_import(small):
    folder, _ = small
    moodle = read_table(folder / "grades_moodle.csv")
    assert moodle[0] == [
        *("First name", "Last name", "ID number", "Email address"),
        "Autoencoders 77",
    ]
    canvas = read_table(folder / "grades_canvas.csv")
    assert canvas[0] == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
        "Autoencoders 77",
    ]
    assert canvas[1] == ["    Points Possible", "", "", "", "", "7.0"]
    points = {row[2]: row[-1] for row in moodle[1:]}
    assert points["loops"] == "2.0" and points["copies"] == points["torn"] == "-"
    points = {row[3]: row[-1] for row in canvas[2:]}
    assert points["loops"] == "2.0" and points["copies"] == ""
    plain = read_table(folder / "grades.csv")
    assert plain[0][:3] == ["student", "assignment", "points"]
    assert ["copies", "77", "5.0", "7.0", "1"] in plain


# From here on the tests change the small course


MARK = """
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    grade = book.find_grade("77-exercise-5-words", "77", "77", "copies")
    grade.manual_score, grade.needs_manual_grade = 2, False
    book.db.commit()
"""


def test_a_second_run_grades_only_what_has_changed_and_takes_marks(small):
    folder, _ = small
    nb = ALL_RIGHT(notebooks.read(folder / "release" / "77" / "77.ipynb"))
    notebooks.write(nb, folder / "submitted" / "empty" / "77" / "77.ipynb")
    subprocess.run([sys.executable, "-c", MARK], cwd=folder, check=True)
    pages = {s: folder / "feedback" / s / "77" / "77.html" for s in ("copies", "deleted")}
    written = pages["deleted"].stat().st_mtime_ns
    lines = run_grade(folder, "77").stdout.splitlines()
    assert [line.split(",")[0] for line in lines if ": graded in" in line] == ["empty"]
    assert recorded(folder)["empty"]["77-exercise-3-check"][0] == 1
    assert "copies, 77: not changed since it was graded. 7 of 7 points." in lines
    assert "not marked yet" not in text_of_page(pages["copies"])
    assert pages["deleted"].stat().st_mtime_ns == written
    points = {row[2]: row[-1] for row in read_table(folder / "grades_moodle.csv")[1:]}
    assert points["copies"] == "7.0"


def test_a_course_made_again_keeps_what_is_the_teachers_and_the_gradebook(small):
    folder, _ = small
    before = {p: p.read_bytes() for p in folder.glob("submitted/*/*/*")}
    nb = five()
    nb.cells[0].source += "\n# a better lesson"
    assert nbgrader_course.build({"77": nb}, folder) == {}
    assert "a better lesson" in (folder / "release" / "77" / "77.ipynb").read_text("utf-8")
    assert "Execute.timeout = 6" in (folder / "nbgrader_config.py").read_text("utf-8")
    assert {p: p.read_bytes() for p in folder.glob("submitted/*/*/*")} == before
    assert recorded(folder)["nameless"]["77-exercise-1-check"][0] == 1


def test_an_assignment_that_nbgrader_refuses_stays_as_it_was(small, monkeypatch, capsys):
    folder, _ = small
    kept = {
        p: p.read_bytes() for part in ("source", "release") for p in folder.glob(f"{part}/*/*")
    }
    nb = five()
    nb.cells = [c for c in nb.cells if "exercise-4" not in grading(c).get("grade_id", "")]
    notebooks.write(nb, folder / "77_small.ipynb")
    code = nbgrader_course.main([str(folder / "77_small.ipynb"), "--to", str(folder)])
    said = capsys.readouterr().out
    assert code == 1 and "assignment 77 STAYS AS IT WAS" in said and "HOW_TO.md" in said
    assert "Cannot add or remove cells" in said
    assert {p: p.read_bytes() for p in kept} == kept


# Without nbgrader's run: quick


def test_a_config_from_an_earlier_version_is_pointed_out(tmp_path, monkeypatch, capsys):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n", "utf-8")
    monkeypatch.setattr(nbgrader_course, "nbgrader", lambda *arguments: "")
    nbgrader_course.main([str(notebooks.NOTEBOOKS / "01_math.ipynb"), "--to", str(tmp_path)])
    assert "its feedback pages show hidden tests" in capsys.readouterr().out
    assert (tmp_path / "nbgrader_config.py").read_text("utf-8") == "c = get_config()\n"


def test_students_find_the_placeholder_of_the_editions():
    config = (nbgrader_course.COURSE_FILES / "nbgrader_config.py").read_text("utf-8")
    assert f'text_stub = "{ANSWER_PLACEHOLDER}"' in config


def test_the_source_has_no_cell_for_teachers():
    nb = notebooks.read(notebooks.NOTEBOOKS / "06_deep.ipynb")
    cells = nbgrader_course.nbgrader_source(nb).cells
    assert not any(is_for_teachers(cell) for cell in cells)
    hidden = [cell for cell in cells if "source_hidden" in json.dumps(cell)]
    assert all("folded" in cell.metadata.get("tags", []) for cell in hidden)


def test_solution_and_hint_stand_where_both_tools_look():
    for path in notebooks.every():
        for cell in graded_cells(notebooks.read(path), solution=True).values():
            region = HINTED_SOLUTION_RE if cell.cell_type == "code" else SOLUTION_RE
            assert region.search(cell.source)


def test_a_failing_nbgrader_says_why(tmp_path):
    with pytest.raises(RuntimeError, match="generate_assignment 99 failed"):
        nbgrader_course.nbgrader(tmp_path, "generate_assignment", "99")


def test_how_to_names_the_files_and_the_seconds_of_the_course():
    here = nbgrader_course.COURSE_FILES
    text = (here / "HOW_TO.md").read_text("utf-8")
    for path in here.iterdir():
        assert path.name == "HOW_TO.md" or path.is_dir() or f"`{path.name}`" in text
    config = (here / "nbgrader_config.py").read_text("utf-8")
    seconds = re.search(r"Execute.timeout = (\d+)", config)[1]
    assert set(re.findall(r"(\d+) seconds(?! of)", text)) == {seconds}
    for table in ("grades.csv", "grades_moodle.csv", "grades_canvas.csv"):
        assert f"`{table}`" in text and f'"{table}"' in (here / "grade.py").read_text("utf-8")
