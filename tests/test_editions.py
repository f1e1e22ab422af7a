"""The exercises keep their form; the student's edition holds no answer, the teacher's all."""

import ast
import json
import re

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from handouts import editions
from handouts.course import stubs
from handouts.editions import grading, is_for_teachers
from tools import notebooks

# True: every notebook must have exercises. False: only those that have any are looked at.
ALL_HAVE_EXERCISES = True

POINTS = {"warm-up": 1, "core": 2, "stretch": 3}
TITLE = re.compile(r"### Exercise (\d+) \((warm-up|core|stretch)\): \S.*")
SHORTEST_TELLING_LINE = 8  # characters; `y = x` or `)` give nothing away


PATHS = notebooks.every()
NOTEBOOKS = {path.stem: notebooks.read(path) for path in PATHS}
if not ALL_HAVE_EXERCISES:
    NOTEBOOKS = {name: nb for name, nb in NOTEBOOKS.items() if any(map(grading, nb.cells))}
each_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


# The form of exercises


def form_faults(name, nb):
    """What an author has to mend, each as a sentence; empty if the form is kept."""
    cells = nb.cells
    starts = [i for i, cell in enumerate(cells) if cell.source.startswith("### Exercise ")]
    titles = [TITLE.fullmatch(cells[i].source.splitlines()[0]) for i in starts]
    if None in titles:
        wrong = cells[starts[titles.index(None)]].source.splitlines()[0]
        return [f"{wrong!r} should read '### Exercise 1 (warm-up): title'"]
    found = []
    grades = [title[2] for title in titles]
    further = not name[:2].isdigit()
    if not (2 if further else 3) <= len(grades) <= 6:
        found.append(f"{len(grades)} exercises: have 3 to 6, or 2 in a further notebook")
    needed = () if further else ("warm-up", "core")
    found += [f"no {grade} exercise" for grade in needed if grade not in grades]
    if [int(title[1]) for title in titles] != list(range(1, len(titles) + 1)):
        found.append(f"exercises are numbered {[title[1] for title in titles]}: from 1 on")
    prose = [i for i, cell in enumerate(cells) if cell.cell_type == "markdown"]
    sections = [i for i in prose if cells[i].source.startswith("## ")] + [len(cells)]
    heading = max((i for i in sections if starts and i < starts[0]), default=0)
    end = next(i for i in sections if i > heading)
    if not cells[heading].source.startswith("## Exercises") or (starts and starts[-1] > end):
        found.append("exercises stand in one section, '## Exercises'")
    teachers = [i for i, c in enumerate(cells) if is_for_teachers(c)]
    for_teachers = editions.DETAILS_RE.sub(r"\1", cells[heading + 1].source)
    if teachers != [heading + 1] or not for_teachers.startswith("**For teachers."):
        found.append(
            "one cell, tagged teacher, '**For teachers.** ...' is next to '## Exercises'"
        )
    words = sum(grading(cell).get("grade_id", "").endswith("-words") for cell in cells)
    if not (0 if further else 1) <= words <= 2:
        found.append(f"{words} answers in words: have 1 or 2")
    stray = [
        grading(c)["grade_id"]
        for i, c in enumerate(cells)
        if grading(c) and not heading < i < end
    ]
    found += [f"{grade_id} stands outside '## Exercises'" for grade_id in stray]
    for title, first, last in zip(titles, starts, [*starts[1:], end], strict=True):
        stem = f"{name if further else name[:2]}-exercise-{title[1]}"
        faults = _faults(cells[first:last], stem, POINTS[title[2]])
        found += [f"exercise {title[1]}: {fault}" for fault in faults]
    return found


def _faults(cells, stem, points):
    found = {grading(cell)["grade_id"]: cell for cell in cells if grading(cell)}
    order = [stem, f"{stem}-check", f"{stem}-words"]
    if list(found) not in (order, order[:2]):
        yield f"cells {list(found)}: after the task come {order[:2]}, then {order[2]} if asked"
        return
    if not 3 <= len(cells[0].source.splitlines()) or cells[0].source.splitlines()[1]:
        yield "the task: title, a blank line, then what the answer must define"
    expected = {  # type of cell, then solution, grade, locked, points
        stem: ("code", True, False, False, None),
        f"{stem}-check": ("code", False, True, True, points),
        f"{stem}-words": ("markdown", True, True, False, 1),
    }
    for grade_id, cell in found.items():
        keys = ("solution", "grade", "locked", "points")
        got = (cell.cell_type, *(grading(cell).get(key) for key in keys))
        if got != expected[grade_id]:
            yield f"{grade_id}: type, {keys} are {got}, not {expected[grade_id]}"
        if grading(cell).get("schema_version") != 3 or grading(cell).get("task") is not False:
            yield f"{grade_id}: have schema_version 3 and task false"
    check = found[f"{stem}-check"]
    tests = editions.HIDDEN_TESTS_RE.search(check.source)
    yield from _faults_of_a_function(check.source, found[stem].source, stem[-1])
    if not tests or not re.search(r"^ *assert .+", tests[0], re.MULTILINE):
        yield "hidden tests with an assertion are missing: other inputs catch a fixed answer"
    elif ".answer(" in check.source and f'"{stem[:2]}.{stem[-1]}:' not in check.source:
        yield f'a digest needs the salt "{stem[:2]}.{stem[-1]}", as no other exercise has it'
    elif re.search(r"\.answer\((?!\[|[a-z]+s, )", check.source):  # a list, or its name
        yield "a digest of one answer is found by trying: give all in one list, or measure"
    printed = [output.get("text") for output in check.outputs]
    if printed != [f"ok    exercise {stem[-1]}\n"]:
        yield f"the check shows {printed}, not only its line 'ok    exercise {stem[-1]}'"


def _faults_of_a_function(check, answer, number):
    """What is wrong with a self-check that is a function of the names of the answer."""
    tree = ast.parse(check)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if [f.name for f in functions] != [f"exercise_{number}", "hidden_tests"]:
        yield f"the check defines exercise_{number}(this, ...) and hidden_tests(...), no more"
        return
    if len(functions) != len(tree.body):
        yield "the check does something besides its two functions"
    decorators = [ast.unparse(f.decorator_list[0]) for f in functions]
    if not decorators[0].startswith(f"exercise({number}, look="):
        yield f"the check begins with @exercise({number}, look=...)"
    if decorators[1] != f"exercise_{number}.hidden":
        yield f"the hidden tests begin with @exercise_{number}.hidden"
    asked = [[argument.arg for argument in f.args.args] for f in functions]
    if asked[0][0] != "this":
        yield "the first parameter of the check is `this`"
    given = {n.id for n in ast.walk(ast.parse(answer)) if isinstance(n, ast.Name)}
    given |= {n.name for n in ast.walk(ast.parse(answer)) if hasattr(n, "name")}
    for name in asked[0][1:] + asked[1]:
        if name not in given:
            yield f"the check asks for {name!r}, which the answer does not define"
    if not set(stubs.asked_for(check)) & set(stubs.bound(answer)):
        yield "the check asks for nothing that the answer defines"


def test_the_notebooks_with_exercises_are_looked_at():
    assert NOTEBOOKS or not ALL_HAVE_EXERCISES


@each_notebook
def test_exercises_keep_their_form(name):
    editions.validate_markup(NOTEBOOKS[name])
    assert form_faults(name, NOTEBOOKS[name]) == []


# The editions


def solution_lines(nb):
    """{line that tells an answer: grade_id}, stripped, but for those in sight elsewhere."""
    lines = {}
    for cell in nb.cells:
        found = editions.SOLUTION_RE.search(cell.source)
        body = editions.DETAILS_RE.sub(r"\1", found["body"]) if found else ""
        for line in body.splitlines():
            if len(line.strip()) >= SHORTEST_TELLING_LINE:
                lines[line.strip()] = grading(cell)["grade_id"]
    return {line: name for line, name in lines.items() if line not in in_sight(nb)}


def in_sight(nb):
    """What students may see: all above the exercises, and every source but the hidden parts."""
    seen, answered = [], False
    for cell in nb.cells:
        source = editions.HINTED_SOLUTION_RE.sub("", editions.SOLUTION_RE.sub("", cell.source))
        answered |= bool(grading(cell))
        if not is_for_teachers(cell):
            seen.append(editions.HIDDEN_TESTS_RE.sub("", source))
            seen += [] if answered else [text_of(cell)]
    return "\n".join(seen)


def text_of(cell):
    """All text of a cell's outputs, of tracebacks and pictures' descriptions, too."""
    texts = []
    for output in cell.get("outputs", []):
        parts = [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", [])]
        parts += [v for kind, v in output.get("data", {}).items() if kind.startswith("text/")]
        parts += [each.get("alt", "") for each in output.get("metadata", {}).values()]
        texts += parts
    return "\n".join(texts)


def everything(nb):
    return "\n".join(cell.source + "\n" + text_of(cell) for cell in nb.cells)


def left_over(nb, edition):
    """Lines of solutions that the edition still shows."""
    return [line for line in solution_lines(nb) if line in everything(edition)]


@each_notebook
def test_no_answer_is_left_in_the_student_edition(name):
    nb = NOTEBOOKS[name]
    edition = editions.student(nb)
    assert solution_lines(nb) and left_over(nb, edition) == []
    text = json.dumps(edition)
    for word in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS"):
        assert word not in text
    assert not any(is_for_teachers(cell) for cell in edition.cells)


@each_notebook
def test_the_teacher_edition_has_all_answers_in_sight(name):
    nb = NOTEBOOKS[name]
    edition = editions.teacher(nb)
    assert left_over(nb, edition) == list(solution_lines(nb))
    assert not re.search("(BEGIN|END) (SOLUTION|HIDDEN)", json.dumps(edition))
    hidden = [c for c in edition.cells if c.metadata.get("jupyter")]
    assert all("folded" in cell.metadata.get("tags", []) for cell in hidden)
    assert [cell.get("outputs") for cell in edition.cells] == [
        cell.get("outputs") for cell in nb.cells
    ]


@each_notebook
def test_both_editions_are_python_and_answers_give_their_hint(name):
    nb = NOTEBOOKS[name]
    hints = {
        grading(cell)["grade_id"]: found["hint"]
        for cell in nb.cells
        if (found := editions.HINTED_SOLUTION_RE.search(cell.source))
    }
    edition = editions.student(nb)
    in_comments = {
        grading(cell)["grade_id"]: found[1]
        for cell in edition.cells
        if (found := re.search(r"^# Hint: (.*)\n\w+ = \.\.\.$", cell.source, re.M))
    }
    assert raised(edition) | in_comments == hints
    assert set(raised(editions.teacher(nb))) == set()


def raised(nb):
    """{grade_id: text of the one NotImplementedError it raises}; SyntaxError if not Python."""
    found = {}
    for cell in nb.cells:
        if cell.cell_type == "code":
            tree = ast.parse(TransformerManager().transform_cell(cell.source))
            calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
            calls = [c for c in calls if ast.unparse(c).startswith("NotImplementedError(")]
            if calls and grading(cell).get("solution"):
                ((hint,),) = [call.args for call in calls]
                found[grading(cell)["grade_id"]] = hint.value
    return found


@each_notebook
def test_outputs_above_the_answers_stay(name):
    nb = NOTEBOOKS[name]
    first = next(i for i, cell in enumerate(nb.cells) if grading(cell))
    above = [c for c in nb.cells[:first] if not is_for_teachers(c)]
    edition = editions.student(nb).cells
    assert [c.get("outputs") for c in edition[: len(above)]] == [
        c.get("outputs") for c in above
    ]
    shown = [
        cell.source.splitlines()[-1] for cell in edition[len(above) :] if cell.get("outputs")
    ]
    assert shown == ["check.summary()"]


# The checks, checked

ONE = """order = "unknown"
# Hint: which axis did the sum run over?
### BEGIN SOLUTION
order = "rows first"
### END SOLUTION"""
ONE_CHECK = """@exercise(1, look="the sum")
def exercise_1(this, order):
    this.expect(isinstance(order, str), f"order is {order!r}, not a word")
### BEGIN HIDDEN TESTS
@exercise_1.hidden
def hidden_tests(order):
    assert order == "rows first", "another order"
### END HIDDEN TESTS"""
TWO = """def twice(x):
    \"\"\"Two of x.   x (...) -> (...).\"\"\"
    # Hint: see "sums" above
    ### BEGIN SOLUTION
    half_of_it = np.asarray(x)
    return half_of_it + half_of_it
    ### END SOLUTION"""
TWO_CHECK = """@exercise(2, look="the sum")
def exercise_2(this, twice):
    this.expect(np.shape(twice(np.ones(3))) == (3,), "twice changes the shape")
    this.expect(np.all(twice(np.ones(3)) == 2), "twice is off for ones")
### BEGIN HIDDEN TESTS
@exercise_2.hidden
def hidden_tests(twice):
    assert np.allclose(twice(np.arange(5.0)), 2 * np.arange(5.0)), "twice is off for others"
### END HIDDEN TESTS"""
TWO_WORDS = """### BEGIN SOLUTION
Both halves are the same array,
so their sum is twice that.
### END SOLUTION"""
THREE = """# Hint: count the zeros
### BEGIN SOLUTION
few_zeros = np.zeros(7) + 2
### END SOLUTION"""
THREE_CHECK = """@exercise(3, look="the zeros")
def exercise_3(this, few_zeros):
    this.answer([int(np.sum(few_zeros)), 7, 2, 0], "00.3:8527a891")
### BEGIN HIDDEN TESTS
@exercise_3.hidden
def hidden_tests(few_zeros):
    assert np.shape(few_zeros) == (7,), "another shape"
### END HIDDEN TESTS"""
CLAIM = "ok    one is one: 1.00, below 2\n"


def small():
    """A notebook with three exercises in good form, with outputs as stored."""
    cells = [
        new_markdown_cell("# 00 · Small"),
        code("import numpy as np\nfrom aehelpers.course import Checks, Exercises"),
        code(
            'check, exercise = Checks(), Exercises("00")\ncheck("one is one", 1, below=2)',
            printed(CLAIM),
        ),
        new_markdown_cell("## Exercises\n\nThree."),
        new_markdown_cell("**For teachers.** At home.", metadata={"tags": ["teacher"]}),
        new_markdown_cell("### Exercise 1 (warm-up): order\n\nPredict `order`."),
        code(ONE, **exercise("00-exercise-1", solution=True)),
        code('print("it is", order)', printed("it is rows first\n")),
        check_cell(ONE_CHECK, "1", 1),
        new_markdown_cell("### Exercise 2 (core): twice\n\nWrite `twice`."),
        code(TWO, **exercise("00-exercise-2", solution=True)),
        check_cell(TWO_CHECK, "2", 2),
        new_markdown_cell(
            TWO_WORDS, **exercise("00-exercise-2-words", points=1, solution=True)
        ),
        new_markdown_cell("### Exercise 3 (core): zeros\n\nDefine `few_zeros` (7,)."),
        code(THREE, **exercise("00-exercise-3", solution=True)),
        check_cell(THREE_CHECK, "3", 2),
        new_markdown_cell("## What we measured"),
        code(
            "check.summary()",
            printed(f"1 claims measured, all within their bounds\n{CLAIM}"),
        ),
    ]
    nb = notebooks.normalise(new_notebook(cells=cells))
    return nb


def code(source, *outputs, **more):
    return new_code_cell(source, outputs=list(outputs), execution_count=1, **more)


def printed(text):
    return new_output("stream", name="stdout", text=text)


def exercise(grade_id, points=None, solution=False):
    """Metadata as nbgrader's: an answer, or with points something graded."""
    metadata = {"grade_id": grade_id, "schema_version": 3, "task": False, "solution": solution}
    metadata |= {"grade": points is not None, "locked": not solution}
    return {"metadata": {"nbgrader": metadata | ({"points": points} if points else {})}}


def check_cell(source, number, points):
    line = printed(f"ok    exercise {number}\n")
    return code(source, line, **exercise(f"00-exercise-{number}-check", points))


def test_the_small_notebook_is_in_form_and_stays_as_it_is():
    nb = small()
    assert form_faults("00_small", nb) == []
    editions.student(nb), editions.teacher(nb)
    assert nb == small()


def test_the_student_edition_of_the_small_notebook():
    edition = editions.student(small())
    one, two, words = (edition.cells[i] for i in (5, 9, 11))
    assert one.source == (
        'order = "unknown"\n# Hint: which axis did the sum run over?\norder = ...'
    )
    assert two.source.endswith('    raise NotImplementedError("see \\"sums\\" above")')
    assert words.source == editions.ANSWER_PLACEHOLDER
    assert edition.cells[7].source == ONE_CHECK.split("\n### BEGIN")[0]
    assert [i for i, cell in enumerate(edition.cells) if cell.get("outputs")] == [2, 16]
    assert grading(edition.cells[7]) == grading(small().cells[8])
    assert left_over(small(), edition) == []


def test_a_long_hint_is_wrapped_as_ruff_does():
    nb = small()
    hint = "look " * 15 + "there"
    nb.cells[10].source = TWO.replace('see "sums" above', hint)
    shown = editions.student(nb).cells[9].source
    assert shown.endswith(f'    raise NotImplementedError(\n        "{hint}"\n    )')


def test_the_teacher_edition_of_the_small_notebook():
    cells = editions.teacher(small()).cells
    assert cells[6].source == ONE.replace("### BEGIN SOLUTION", "# Solution").rsplit("\n", 1)[0]
    assert cells[8].source.splitlines()[3:] == [
        "# Hidden tests",
        "@exercise_1.hidden",
        "def hidden_tests(order):",
        '    assert order == "rows first", "another order"',
    ]
    assert cells[12].source.startswith("**Solution**\n\nBoth halves")
    assert "jupyter" not in cells[6].metadata


def test_both_editions_are_written_with_what_they_read(tmp_path):
    notebooks.write(small(), tmp_path / "00_small.ipynb")
    editions.main([str(tmp_path / "00_small.ipynb"), "--to", str(tmp_path / "out")])
    written = {p.relative_to(tmp_path / "out").as_posix() for p in tmp_path.glob("out/*/*")}
    names = {"student/00_small.ipynb", "teacher/00_small.ipynb", "docs/facts.md"}
    assert written == names
    for edition in (editions.student, editions.teacher):
        nb = notebooks.read(tmp_path / "out" / edition.__name__ / "00_small.ipynb")
        assert [c.source for c in nb.cells] == [c.source for c in edition(small()).cells]
        assert "source_hidden" not in json.dumps(nb)


def replaced(cell, old, new):
    """A change of the small notebook: in that cell's source."""

    def change(nb):
        assert old in nb.cells[cell].source
        nb.cells[cell].source = nb.cells[cell].source.replace(old, new)

    return change


def with_metadata(cell, **values):
    def change(nb):
        grading(nb.cells[cell]).update(values)

    return change


def answer_far_above(nb):
    nb.cells[2].metadata = exercise("00-exercise-0", solution=True)["metadata"]


def without_metadata(nb):
    nb.cells[6].metadata = {}


def without_points(nb):
    del nb.cells[8].metadata.nbgrader["points"]


def without_answer(nb):
    del nb.cells[6]


END = "### END SOLUTION"
BEGIN = "### BEGIN SOLUTION"


@pytest.mark.parametrize(
    "change, cell, message",
    [
        (replaced(6, END, ""), 7, "a cell has one pair"),
        (replaced(6, BEGIN, f"{BEGIN}\n{BEGIN}"), 7, "a cell has one pair"),
        (
            replaced(6, END, f"{END}\n# Hint: x\n{BEGIN}\ny = 1\n{END}"),
            7,
            "a cell has one pair",
        ),
        (replaced(6, BEGIN, "# begin solution"), 7, "a cell has one pair"),
        (replaced(8, "### END HIDDEN TESTS", ""), 9, "a cell has one pair"),
        (replaced(6, "# Hint: which", "# Which"), 7, "needs a line `# Hint: ...`"),
        (replaced(6, 'order = "rows first"\n', ""), 7, "and a line in it"),
        (replaced(12, BEGIN, f"{BEGIN} "), 13, "markers without blanks behind"),
        (replaced(6, ONE, "order = 1"), 7, "an answer without a region"),
        (replaced(8, "HIDDEN TESTS", "SOLUTION"), 9, "in the wrong cell"),
        (replaced(6, "SOLUTION", "HIDDEN TESTS"), 7, "in the wrong cell"),
        (without_metadata, 7, "no nbgrader metadata"),
        (with_metadata(10, grade_id="00-exercise-1"), 11, "stands above already"),
        (with_metadata(10, grade_id=""), 11, "is empty"),
        (without_points, 9, "without points"),
        (with_metadata(12, points=0), 13, "without points"),
        (without_answer, 8, "a check without its answer"),
    ],
)
@pytest.mark.parametrize("edition", [editions.student, editions.teacher])
def test_a_fault_of_the_mark_up_is_named(edition, change, cell, message):
    nb = small()
    change(nb)
    with pytest.raises(ValueError, match=re.escape(message)) as raised:
        edition(nb)
    assert str(raised.value).startswith(f"00 · Small, cell {cell} (")


def output_of_a_check(nb):
    nb.cells[8].outputs.append(printed("2.5\n"))


def teacher_below(nb):
    nb.cells.insert(8, nb.cells.pop(4))


def swapped(nb):
    nb.cells[10], nb.cells[11] = nb.cells[11], nb.cells[10]


def only_two(nb):
    del nb.cells[13:16]


def other_heading(nb):
    nb.cells[13].source = "## More\n\n" + nb.cells[13].source


@pytest.mark.parametrize(
    "change, message",
    [
        (replaced(5, "Exercise 1 (warm-up):", "Exercise 1:"), "should read"),
        (replaced(5, "warm-up", "core"), "no warm-up exercise"),
        (replaced(5, "\n\n", "\n"), "a blank line"),
        (replaced(9, "Exercise 2", "Exercise 4"), "from 1 on"),
        (only_two, "have 3 to 6"),
        (teacher_below, "is next to '## Exercises'"),
        (replaced(4, "For teachers.", "Teachers:"), "is next to '## Exercises'"),
        (replaced(3, "## Exercises", "## Tasks"), "one section"),
        (with_metadata(12, grade_id="00-exercise-2-why"), "have 1 or 2"),
        (with_metadata(6, grade_id="01-exercise-1"), "after the task come"),
        (swapped, "after the task come"),
        (with_metadata(8, points=2), "are ('code', False, True, True, 2), not"),
        (with_metadata(8, locked=False), "('code', False, True, False, 1), not"),
        (with_metadata(12, grade=False), "('markdown', True, False, False, 1), not"),
        (with_metadata(8, schema_version=1), "have schema_version 3"),
        (replaced(8, "@exercise(1,", "@exercise(2,"), "begins with @exercise(1, look=...)"),
        (replaced(8, "(this, order)", "(this, oder)"), "asks for 'oder', which"),
        (replaced(8, "@exercise_1.hidden", "@exercise_2.hidden"), "begin with @exercise_1.hid"),
        (replaced(8, "exercise_1(this, ", "exercise_1("), "the first parameter of the check"),
        (replaced(8, "@exercise_1.h", "order = 1\n@exercise_1.h"), "besides its two functions"),
        (replaced(8, "def hidden_tests", "def tests"), "defines exercise_1(this, ...) and"),
        (replaced(8, "assert ", "return "), "hidden tests with an assertion"),
        (replaced(15, "00.3:", "00.2:"), 'a digest needs the salt "00.3"'),
        (replaced(15, "[int(np.sum(few_zeros)), 7, 2, 0]", "few_zeros"), "all in one list"),
        (output_of_a_check, "not only its line"),
        (answer_far_above, "stands outside"),
        (other_heading, "stands outside"),
    ],
)
def test_a_fault_of_the_form_is_named(change, message):
    nb = small()
    change(nb)
    assert message in "\n".join(form_faults("00_small", nb))


def test_an_answer_left_in_sight_is_seen():
    nb = small()
    for place in (5, 9):
        edition = editions.student(nb)
        edition.cells[place].source += "\n    half_of_it = np.asarray(x)"
        assert left_over(nb, edition) == ["half_of_it = np.asarray(x)"]
    edition = editions.student(nb)
    edition.cells[7].outputs = [printed('here order = "rows first"\n')]
    assert left_over(nb, edition) == ['order = "rows first"']
    nb.cells[1].source += "\n" + "few_zeros = np.zeros(7) + 2"  # in sight: no secret
    assert "few_zeros = np.zeros(7) + 2" not in solution_lines(nb)


def test_a_summary_that_tells_more_is_not_kept():
    nb = small()
    nb.cells[-1].outputs[0].text += "ok    the order: 3.00, below 4\n"
    assert editions.student(nb).cells[-1].outputs == []
