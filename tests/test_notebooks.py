"""The notebooks keep their form; the tool that stores them and the guard do their work."""

import copy
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import guard, notebooks
from tools.notebooks import code_cells, headings

SERIES = [
    "00_start_here",
    "01_math",
    "02_data",
    "03_training",
    "04_visualization",
    "05_quantitative_analysis",
    "06_deep",
    "07_denoising",
    "08_convolutional",
    "09_variational",
    "11_anomaly_detection",
]
LONGEST_CELL, LONGEST_CHECK = 15, 45  # lines; a self-check is no reading

FOUND = notebooks.every()
each_notebook = pytest.mark.parametrize("path", FOUND, ids=[path.stem for path in FOUND])


def is_self_check(cell):
    return cell.metadata.get("nbgrader", {}).get("locked", False)


def outputs_of(nb):
    """(number of the code cell as nbval counts them, output) for every stored output."""
    return [(i, output) for i, cell in enumerate(code_cells(nb)) for output in cell.outputs]


# Form


def test_the_series_is_complete():
    assert [path.stem for path in notebooks.series()] == SERIES


@each_notebook
def test_is_stored_in_normal_form(path):
    normal = notebooks.as_text(notebooks.normalise(notebooks.read(path)))
    assert path.read_text("utf-8") == normal, "run `make notebooks`"


@each_notebook
def test_has_one_title_that_comes_first(path):
    found = headings(notebooks.read(path))
    assert [level for level, _ in found].count(1) == 1 and found[0][0] == 1, "one title, first"


@each_notebook
def test_no_cell_shows_the_marks_of_another_format(path):
    marked = [
        c.source for c in notebooks.read(path).cells if re.search(r"^(# )?%%", c.source, re.M)
    ]
    assert marked == []


@each_notebook
def test_cells_are_short(path):
    cells = code_cells(notebooks.read(path))
    too_long = {
        i: cell.source
        for i, cell in enumerate(cells)
        if len(cell.source.splitlines())
        > (LONGEST_CHECK if is_self_check(cell) else LONGEST_CELL)
    }
    assert cells and too_long == {}


@each_notebook
def test_prose_carries_no_number_that_code_did_not_print(path):
    assert unprinted_numbers(notebooks.read(path)) == []


@each_notebook
def test_every_unchecked_cell_says_why(path):
    assert unexplained_exemptions(notebooks.read(path)) == []


@each_notebook
def test_every_picture_has_a_text(path):
    assert textless_pictures(notebooks.read(path)) == []


@each_notebook
def test_nothing_went_wrong_in_the_stored_run(path):
    bad = [
        (i, output.output_type, output.get("name") or output.get("ename"))
        for i, output in outputs_of(notebooks.read(path))
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert bad == []


NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+(?:e[+-]?\d+)?|e[+-]?\d+)(?![\w]|\.\d)")
NOT_PROSE = re.compile(
    r"""^(```|~~~).*?^\1          # fenced code
    | (`+)(?!`).+?(?<!`)\2(?!`)   # code in a line
    | \$\$.+?\$\$                 # maths
    | \\\[.+?\\\] | \\\(.+?\\\)
    | (?<![\\\d])\$[^$\n]+(?:\n[^$\n]+)*\$
    | <[^>\s][^>]*>               # tags and addresses
    | \]\([^)]*\)                 # where a link leads
    | \bhttps?://\S+
    | \b(?:doi|arXiv):\s?\S+
    | ^\#+\s+\d+(?:\.\d+)+        # the number of a heading
    | (?:\b(?:[Ss]ections?|[Cc]hapters?|[Vv]ersions?|Python|NumPy|matplotlib|PyTorch)|§)
      \s*\d+(?:\.\d+)+(?:(?:\s*[-–,]\s*|\s+(?:and|to)\s+)\d+(?:\.\d+)+)*
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


def unprinted_numbers(nb):
    """Decimal numbers in the prose that stand in no output: [(cell, number, line)]."""
    printed = set()
    for _, output in outputs_of(nb):
        texts = [output.get("text", "")]
        texts += [v for mime, v in output.get("data", {}).items() if mime.startswith("text/")]
        printed |= {number for text in texts for number in NUMBER.findall(text)}
    missing = []
    for place, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown":
            if cell.source.startswith("## Further reading"):
                break  # below stand works of others, with their numbers
            prose = NOT_PROSE.sub(lambda found: "\n" * found[0].count("\n"), cell.source)
            for line in prose.splitlines():
                numbers = [n for n in NUMBER.findall(line) if n not in printed]
                missing += [(f"cell {place}", number, line.strip()) for number in numbers]
    return missing


def unexplained_exemptions(nb):
    """Code cells that nbval does not check in full and that do not say why."""
    exempt = re.compile(r"nbval[-_](ignore[-_]output|skip)|raises-exception", re.IGNORECASE)
    return [
        i
        for i, cell in enumerate(code_cells(nb))
        if exempt.search(" ".join([cell.source, *cell.metadata.get("tags", [])]))
        and not re.search(r"#.*\breason: *\S", cell.source)
    ]


def textless_pictures(nb):
    """Pictures without an alternative text, or without a text that nbval compares."""
    bad = []
    for i, output in outputs_of(nb):
        for mime in output.get("data", {}):
            if mime.startswith("image/"):
                alt = output.metadata.get(mime, {}).get("alt", "")
                plain = output.data.get("text/plain", "")
                if mime != "image/png" or not alt.strip():
                    bad.append((i, mime, "no alt"))
                if not re.match(r"(Figure|Explorer)\b.*\w", plain, re.DOTALL):
                    bad.append((i, mime, plain[:40]))
    return bad


# The checks of form, checked


def notebook(*cells):
    """A notebook of (source, outputs...) for code and plain strings for prose."""
    made = []
    for cell in cells:
        if isinstance(cell, str):
            made.append(new_markdown_cell(cell))
        else:
            made.append(new_code_cell(cell[0], outputs=list(cell[1:]), execution_count=1))
    return new_notebook(cells=made)


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


PRINTS = ("print(0.2417, 3)", printed("loss 0.2417, -1.5 and 2e-07"))


@pytest.mark.parametrize(
    "prose, missing",
    [
        ("The loss is 0.2417, the slope −1.5 or -1.5.", []),
        ("The loss is 0.242.", ["0.242"]),
        ("It falls from 0.24 (or 0.241) to 2e-07 or 2e-08.", ["0.24", "0.241", "2e-08"]),
        ("**0.99** and 7.5% and $5.5 (not maths) at 3.3x.", ["0.99", "7.5", "5.5"]),
        ("`0.3`, $\\eta = 0.3$, $$0.3\n0.4$$ and ``a = `0.3` ``.", []),
        ("```python\na = 0.3\n```\nand 0.4", ["0.4"]),
        (
            "[a paper](https://example.org/1.2/3.4), https://example.org/1.2, doi:10.1000/1.2",
            [],
        ),
        ("### 2.3 Slopes\nPython 3.10 to 3.13, sections 2.1-2.6 and 2.7; see 2.8.", ["2.8"]),
        ("<img alt='x' width='2.5'> at 2.5.", ["2.5"]),
        ("Twelve points, 1797 digits, 4 steps.", []),
    ],
)
def test_numbers_of_the_prose_are_found(prose, missing):
    assert [number for _, number, _ in unprinted_numbers(notebook(prose, PRINTS))] == missing


def test_numbers_of_further_reading_are_not_ours():
    nb = notebook("One 0.5.", PRINTS, "## Further reading\nVolume 3.14.", "0.7")
    assert unprinted_numbers(nb) == [("cell 0", "0.5", "One 0.5.")]


def test_an_exemption_needs_a_reason():
    nb = notebook(
        ("# NBVAL_IGNORE_OUTPUT\nf()",),
        ("# NBVAL_IGNORE_OUTPUT\n# reason: a time, which no two machines share\nf()",),
        ("f()",),
        ("f()",),
        ("f()  # reason:",),
    )
    nb.cells[3].metadata.tags = ["raises-exception"]
    nb.cells[4].metadata.tags = ["nbval-skip"]
    assert unexplained_exemptions(nb) == [0, 3, 4]


def test_a_picture_needs_its_texts():
    data = {"image/png": "", "text/plain": "Figure: a line"}
    alt = {"image/png": {"alt": "a line"}}

    def shown(data, metadata):
        return ("f()", new_output("display_data", data=data, metadata=metadata))

    good = [
        shown(data, alt),
        shown({**data, "text/plain": "Explorer: k=2. A line"}, alt),
        shown({"text/plain": "3"}, {}),
    ]
    bad = [
        shown(data, {}),
        shown(data, {"image/png": {"alt": " "}}),
        shown({**data, "text/plain": "<Figure size 300x200 with 1 Axes>"}, alt),
        shown({**data, "text/plain": "Figure:"}, alt),
        shown({"image/svg+xml": "", "text/plain": "Figure: a line"}, {}),
    ]
    assert textless_pictures(notebook(*good)) == []
    assert [i for i, *_ in textless_pictures(notebook(*bad))] == [0, 1, 2, 3, 4]


def test_headings_are_not_comments_of_code():
    nb = notebook("# Title\n```\n# not this\n```\n## A\n### B")
    assert headings(nb) == [(1, "Title"), (2, "A"), (3, "B")]


# tools/notebooks.py


def noisy():
    """A notebook with all that an editor and a run leave behind."""
    result = new_output("execute_result", {"text/plain": "3"}, execution_count=9)
    widget = {
        notebooks.WIDGET_MIME: {"model_id": "ab12"},
        "text/plain": "Explorer: 3",
        "image/png": "QUI=\n",
    }
    shown = new_output("display_data", widget)
    shown.metadata = {
        notebooks.WIDGET_MIME: {},
        "image/png": {"alt": "three"},
        "isolated": True,
    }
    nb = notebook(
        "# Title\n\n",
        ("a\n", printed("1\n"), printed("2\n"), printed("w", "stderr"), printed("3\n"), result),
        ("b", shown),
        ("a",),
        ("",),
    )
    nb.metadata = {"widgets": {"state": 1}, "language_info": {"name": "python", "version": "3"}}
    nb.cells[1].metadata = {"execution": {"iopub.execute_input": "2026"}, "tags": ["no-print"]}
    nb.cells[2].metadata = {"tags": [], "collapsed": False}
    nb.cells[4].execution_count = None
    return nb


def test_normal_form_keeps_what_counts_and_drops_the_noise():
    normal = notebooks.normalise(noisy())
    title, first, second, third, empty = normal.cells
    assert normal.metadata == notebooks.METADATA
    assert [title.source, first.source] == ["# Title", "a"]
    assert [dict(c.metadata) for c in (title, first, second)] == [
        {},
        {"tags": ["no-print"]},
        {},
    ]
    assert [o.get("text") for o in first.outputs] == ["1\n2\n", "w", "3\n", None]
    assert first.outputs[-1].execution_count == first.execution_count == 1
    (shown,) = second.outputs
    assert shown.data == {"text/plain": "Explorer: 3", "image/png": "QUI="}
    assert shown.metadata == {"image/png": {"alt": "three"}}
    assert empty.execution_count is None


def test_normal_form_keeps_the_exercises_and_folds_their_answers_away():
    answer, check = noisy().cells[1:3]
    answer.metadata = nbformat.from_dict({"nbgrader": {"solution": True}, "collapsed": False})
    check.metadata = nbformat.from_dict({"nbgrader": {"solution": False, "points": 2}})
    normal = notebooks.normalise(new_notebook(cells=[answer, check]))
    assert [dict(cell.metadata) for cell in normal.cells] == [
        {"nbgrader": {"solution": True}, "jupyter": {"source_hidden": True}},
        {"nbgrader": {"solution": False, "points": 2}},
    ]
    assert notebooks.normalise(normal) == normal


def test_normal_form_is_a_fixed_point_and_leaves_its_argument_alone(tmp_path):
    nb = noisy()
    before = copy.deepcopy(nb)
    normal = notebooks.normalise(nb)
    assert nb == before
    assert notebooks.normalise(normal) == normal
    path = tmp_path / "n.ipynb"
    notebooks.write(normal, path)
    assert notebooks.as_text(notebooks.normalise(notebooks.read(path))) == path.read_text(
        "utf-8"
    )
    assert path.read_bytes().endswith(b"}\n")
    assert [file.name for file in tmp_path.iterdir()] == ["n.ipynb"]


def test_ids_are_unique_and_move_with_the_source():
    ids = [cell.id for cell in notebooks.normalise(noisy()).cells]
    assert len(set(ids)) == 5 and ids[3] == f"{ids[1]}-2"
    moved = noisy()
    moved.cells.insert(0, moved.cells.pop(2))
    assert notebooks.normalise(moved).cells[0].id == ids[2]


def test_other_formats_are_refused():
    with pytest.raises(ValueError, match="format 3: save it as format 4"):
        notebooks.normalise(nbformat.from_dict({"nbformat": 3, "cells": []}))


def test_check_and_normalise_only(tmp_path, capsys):
    path = tmp_path / "n.ipynb"
    path.write_text(nbformat.writes(noisy()), "utf-8")
    assert notebooks.main(["--check", str(path)]) == 1
    assert notebooks.main(["--normalise-only", str(path)]) == 0
    assert notebooks.main(["--check", str(path)]) == 0
    words = ["n.ipynb: NOT in normal form", "n.ipynb: new", "n.ipynb: normal"]
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == words


def test_a_failed_run_leaves_the_file(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(notebooks, "pinned_matplotlib", lambda: guard.version("matplotlib"))
    path = tmp_path / "n.ipynb"
    notebooks.write(notebook(("print(1)",), ("1 / 0",)), path)
    before = path.read_bytes()
    assert notebooks.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "n.ipynb: FAILED" in (message := capsys.readouterr().err)
    assert "ZeroDivisionError" in message
    with pytest.raises(CellExecutionError):
        notebooks.execute(path)


def test_a_kernel_that_dies_at_birth_is_started_again():
    died, other = (RuntimeError(f"Kernel {how}") for how in ("died before replying", "is ill"))
    for errors, born in (([died, died], True), ([died] * 3, False), ([other], False)):
        tries = iter(errors)

        def start(tries=tries):
            if error := next(tries, None):
                raise error
            return "born"

        if born:
            assert notebooks.start_with_retries(start) == "born"
        else:
            with pytest.raises(RuntimeError):
                notebooks.start_with_retries(start)
            assert next(tries, None) is None


def test_pictures_are_stored_by_the_pinned_matplotlib_only(monkeypatch, capsys):
    monkeypatch.setattr(notebooks, "pinned_matplotlib", lambda: "1.0")
    with pytest.raises(SystemExit):
        notebooks.main(["any.ipynb"])
    assert "drawn by matplotlib 1.0, here is" in capsys.readouterr().err


def test_picture_version_is_the_first_pin(tmp_path):
    path = tmp_path / "constraints.txt"
    path.write_text("# matplotlib==1\nmatplotlib==3.5.1; x\nmatplotlib==3.4\n")
    assert notebooks.pinned_matplotlib(path) == "3.5.1"
    path.write_text("numpy==2\n")
    with pytest.raises(ValueError, match="pins no matplotlib"):
        notebooks.pinned_matplotlib(path)


# The guard

SHOW = """import base64, io
from matplotlib.figure import Figure
class Picture:
    def __init__(self, scale):
        figure = Figure(figsize=(4, 3), dpi=72)
        figure.subplots().plot([0, 1, 2], [0, scale, 0.5])
        figure.axes[0].set_ylim(0, 2)
        figure.savefig(file := io.BytesIO())
        self.png = base64.b64encode(file.getvalue()).decode()
    def _repr_mimebundle_(self, include=None, exclude=None):
        view = {"model_id": "any", "version_major": 2, "version_minor": 0}
        view = {"application/vnd.jupyter.widget-view+json": view}
        return {"text/plain": "Explorer: a curve", "image/png": self.png} | view"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """nbval and the guard on notebooks with one fault each: {notebook: messages}, report."""
    folder = tmp_path_factory.mktemp("guarded")
    pictures = folder / "pictures.ipynb"
    notebooks.write(notebook((SHOW,), ("Picture(1.0)",), ("Picture(1.05)",)), pictures)
    notebooks.write(notebooks.execute(pictures), pictures)
    numbers = folder / "numbers.ipynb"
    notebooks.write(notebook(("x = 1 / 3\nprint(f'{x:.4f}')",), ("",), ("x = 2 * x",)), numbers)
    notebooks.write(notebooks.execute(numbers), numbers)

    def fault(name, source, change):
        nb = notebooks.read(source)
        change(code_cells(nb))
        notebooks.write(nb, folder / f"{name}.ipynb")

    def wrong_number(cells):
        cells[0].outputs[0].text = "0.3335\n"

    def last_digit(cells):
        cells[0].outputs[0].text = "0.3334\n"

    def last_digit_of_an_exact_cell(cells):
        last_digit(cells)
        cells[0].metadata.tags = ["exact"]

    def wrong_word(cells):
        cells[0].outputs[0].text = "a 0.3333\n"

    def cleared(cells):
        cells[0].outputs = []

    def never_run(cells):
        cells[2].execution_count = None

    def other_order(cells):
        cells[0].execution_count, cells[2].execution_count = 2, 1

    def five_percent_too_high(cells):
        cells[1].outputs = cells[2].outputs

    def one_picture_more(cells):
        del cells[2].outputs[0].data["image/png"]

    fault("wrong_number", numbers, wrong_number)
    fault("last_digit", numbers, last_digit)
    fault("exact", numbers, last_digit_of_an_exact_cell)
    fault("wrong_word", numbers, wrong_word)
    fault("cleared", numbers, cleared)
    fault("never_run", numbers, never_run)
    fault("other_order", numbers, other_order)
    fault("five_percent", pictures, five_percent_too_high)
    fault("one_more", pictures, one_picture_more)
    return folder, run_guard(folder, "*.ipynb", guard.version("matplotlib"))


def run_guard(folder, pattern, stored_with):
    """nbval and the guard, as on a machine whose stored pictures are from that matplotlib."""
    plugin = f"from tools import guard\nguard.PINNED_MATPLOTLIB = {stored_with!r}\n"
    (folder / "with_version.py").write_text(plugin)
    (folder / "pytest.ini").write_text("[pytest]")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tools.guard", "-p", "with_version", "--nbval"]
        + ["--nbval-current-env", "--color=no", "--junit-xml=result.xml"]
        + [str(path) for path in sorted(folder.glob(pattern))],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(notebooks.ROOT), str(folder)])},
        capture_output=True,
        text=True,
    )
    results = {}
    for case in ElementTree.parse(folder / "result.xml").iter("testcase"):
        notebook_name = Path(case.get("classname").replace(".ipynb", "")).name
        messages = results.setdefault(notebook_name.split(".")[-1], [])
        messages += [failure.text for failure in case.iter("failure")]
    return results, done.stdout


def test_the_guard_passes_what_is_right(guarded):
    _, (results, report) = guarded
    assert results["numbers"] == results["last_digit"] == results["pictures"] == []
    assert "pictures compared with the stored ones" in report
    assert "NOT compared" not in report


@pytest.mark.parametrize(
    "name, message",
    [
        ("wrong_number", "stdout: 0.3335 is stored, now it is 0.3333: 2 units of its last"),
        ("exact", "Cell outputs differ"),
        ("wrong_word", "stdout: line 1: 'a #' is stored (# for a number), now it is '#'"),
        ("cleared", "stdout: 0 are stored, now there are 1"),
        ("never_run", "never run: its outputs are not checked"),
        ("other_order", "run as number 2, but it is code cell number 1"),
        ("five_percent", "picture 1 of 1: differs from the stored one by RMS"),
        ("one_more", "0 pictures are stored, 1 are drawn now"),
    ],
)
def test_the_guard_is_red_on_each_fault(guarded, name, message):
    _, (results, _) = guarded
    assert results[name] and message in results[name][0]


def test_pictures_of_another_matplotlib_are_not_compared_and_this_is_said(guarded):
    folder, _ = guarded
    results, report = run_guard(folder, "five_percent.ipynb", "1.0")
    assert results == {"five_percent": []}
    assert "2 pictures were NOT compared: here is matplotlib" in report


def encoded(array):
    file = guard.io.BytesIO()
    guard.Image.fromarray(array).save(file, "PNG")
    return guard.base64.b64encode(file.getvalue()).decode()


def test_picture_difference_sees_a_moved_marker_and_forgives_noise(rng):
    white = guard.np.full((700, 1100, 3), 255, dtype="uint8")
    marked, moved, noise, small = white.copy(), white.copy(), white.copy(), white[:, :1000]
    marked[100:106, 200:206] = moved[100:106, 206:212] = (0, 80, 160)
    noise[...] = 255 - rng.integers(0, 3, noise.shape)
    assert guard.picture_difference(encoded(marked), encoded(marked)) == ""
    assert guard.picture_difference(encoded(white), encoded(noise)) == ""
    assert "worst tile" in guard.picture_difference(encoded(marked), encoded(moved))
    assert "1000 x 700 now" in guard.picture_difference(encoded(white), encoded(small))
