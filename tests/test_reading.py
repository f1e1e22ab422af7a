"""Each notebook can be read in its time, and has its parts in the order that readers expect."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks, reading
from tools.notebooks import headings

OPENING = ["What you will be able to do", "What you need"]
CLOSING = ["In short", "Check yourself", "Exercises", "What we measured", "Further reading"]


ALL = {path: notebooks.read(path) for path in notebooks.every()}
MAIN = {path: nb for path, nb in ALL.items() if path.parent == notebooks.NOTEBOOKS}
each = pytest.mark.parametrize("path", ALL, ids=[path.stem for path in ALL])
each_main = pytest.mark.parametrize("path", MAIN, ids=[path.stem for path in MAIN])


# -- the rules, as functions that yield what is wrong


def section(nb, name):
    """The text cells of a section, joined."""
    texts, inside = [], False
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            if cell.source.startswith("## "):
                inside = cell.source.startswith(f"## {name}")
            if inside:
                texts.append(cell.source)
    return "\n\n".join(texts)


def too_long(nb):
    """Which bounds of a main notebook are broken."""
    found = reading.read(nb)._asdict()
    for name, most in reading.MOST.items():
        if found[name] > most:
            yield f"{name}: {found[name]:.0f}, at most {most}"


def wrong_minutes(nb):
    """Whether the stated minutes are 20 % off."""
    (alone, *_), honest = reading.stated(nb), 5 * round(reading.read(nb).minutes / 5)
    if not 0.8 * honest <= alone <= 1.2 * honest or alone % 5:
        yield f"{alone} minutes are stated, honest are {honest}"


def wrong_sections(nb):
    """Which parts are missing or out of order."""
    found = [name for level, name in headings(nb) if level == 2]
    if found[:2] != OPENING:
        yield f"begins with {found[:2]}, not {OPENING}"
    if found[-len(CLOSING) :] != CLOSING:
        yield f"ends with {found[-len(CLOSING) :]}, not {CLOSING}"


def wrong_closing(nb):
    """Whether "In short" has five sentences and "Check yourself" five folded answers."""
    text = re.sub(r"^## .*", "", section(nb, "In short")).strip()
    points = re.findall(r"^(?:[-*]|\d\.) ", text, re.MULTILINE)
    if len(points) != 5:
        yield f"'In short' has {len(points)} points, not 5"
    asked = section(nb, "Check yourself")
    questions = re.findall(
        r"<details><summary>[^<]*\S[^<]*</summary>\n\n(?!</details>).+?\n\n</details>",
        asked,
        re.DOTALL,
    )
    if len(questions) != 5 or asked.count("<details") != 5:
        yield f"'Check yourself' has {len(questions)} questions with folded answers, not 5"


def unanswered(nb):
    """Predictions that no text answers before the next one."""
    waiting = None
    for place, cell in enumerate(reading.lesson(nb)):
        if cell.cell_type != "markdown":
            continue
        for mark in re.findall(r"> \*\*Predict\.\*\*|\*\*Answer\.\*\*", cell.source):
            if mark == "**Answer.**":
                if waiting is None:
                    yield f"cell {place} answers nothing"
                waiting = None
            elif waiting is not None:
                yield f"the prediction in cell {waiting} has no **Answer.**"
                waiting = place
            else:
                waiting = place
    if waiting is not None:
        yield f"the prediction in cell {waiting} has no **Answer.**"


def unexplained_figures(nb):
    """Figures in sight that no "What you see." follows directly."""
    cells = reading.lesson(nb)
    for place, cell in enumerate(cells):
        shows = any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))
        below = cells[place + 1] if place + 1 < len(cells) else None
        if shows and not (
            below is not None
            and below.cell_type == "markdown"
            and "**What you see.**" in below.source
        ):
            yield f"below the figure of cell {place} stands no **What you see.**"


def double_meanings(nb):
    """Letters that stand twice in the notation table of a notebook."""
    table = re.search(
        r"<summary>Notation of this notebook</summary>(.*?)</details>",
        section(nb, "What you need"),
        re.DOTALL,
    )
    if table is None:
        yield "no notation table"
        return
    rows = re.findall(r"^\| *(\$.+?\$) *\| *(\S.*?) *\|$", table[1], re.MULTILINE)
    if len(rows) < 3:
        yield f"{len(rows)} rows in the notation table"
    letters = [letter.strip() for symbols, _ in rows for letter in symbols.split(",")]
    letters = [letter.strip("$ ") for letter in letters]
    for letter in sorted({each for each in letters if letters.count(each) > 1}):
        yield f"${letter}$ has two meanings"


def without_diagram(nb):
    """Whether no diagram of a network is shown."""
    texts = [
        output.get("data", {}).get("text/plain", "")
        for cell in notebooks.code_cells(nb)
        for output in cell.outputs
    ]
    if not any(text.startswith("Figure: Diagram of an autoencoder.") for text in texts):
        yield "no diagram of its network: show diagrams.network(...)"


def walls_of_checks(nb):
    """Cells in sight that print more than three Checks."""
    for place, cell in enumerate(reading.lesson(nb)):
        printed = "".join(output.get("text", "") for output in cell.get("outputs", []))
        count = len(re.findall(r"^ok    ", printed, re.MULTILINE))
        if count > 3:
            yield f"cell {place} shows {count} Checks: fold those that carry no argument"


OF_ALL = [wrong_sections, wrong_minutes, wrong_closing, unanswered, walls_of_checks]
OF_MAIN = [too_long, unexplained_figures, double_meanings, without_diagram]


@pytest.mark.parametrize("rule", OF_ALL)
@each
def test_a_notebook_keeps_the_rules_of_all(path, rule):
    assert list(rule(ALL[path])) == []


@pytest.mark.parametrize("rule", OF_MAIN)
@each_main
def test_a_main_notebook_keeps_its_own_rules(path, rule):
    assert list(rule(MAIN[path])) == []


# -- the rules, checked

DETAILS = "<details><summary>Why?</summary>\n\nBecause.\n\n</details>"
NOTATION = """<details><summary>Notation of this notebook</summary>

| symbol | meaning |
|---|---|
| $x$ | a sample |
| $z$ | its code |
| $W_e, b_e$ | weights and biases of the encoder |

</details>"""


def figure(alt="Figure: Diagram of an autoencoder. Encoder: x."):
    data = {"image/png": "", "text/plain": alt}
    return new_output("display_data", data=data)


def small():
    """A notebook that keeps all rules."""
    time = "**Time:** 10 minutes alone, 10 to teach; the exercises take 5 minutes more."
    ok = new_output("stream", name="stdout", text="ok    one: 1.00, below 2\n")
    cells = [
        new_markdown_cell("# Small"),
        new_markdown_cell("## What you will be able to do\n\n- Say it."),
        new_markdown_cell(f"## What you need\n\n{time}\n\n{NOTATION}"),
        new_markdown_cell("## Look\n\n> **Predict.** What comes?"),
        new_code_cell("one\n" * 4, outputs=[ok, figure()]),
        new_markdown_cell("**What you see.** Two columns.\n\n**Answer.** That.\n\n$$y = x$$"),
        new_code_cell("check()", outputs=[ok] * 9, metadata={"tags": ["folded"]}),
        new_markdown_cell("## In short\n\n" + "- A sentence.\n" * 5),
        new_markdown_cell("## Check yourself\n\n" + "\n\n".join([DETAILS] * 5)),
        new_markdown_cell("## Exercises"),
        new_code_cell("not_counted()", outputs=[ok]),
        new_markdown_cell("## What we measured"),
        new_markdown_cell("## Further reading"),
    ]
    return new_notebook(cells=cells)


def test_the_small_notebook_keeps_all_rules():
    assert [fault for rule in OF_ALL + OF_MAIN for fault in rule(small())] == []


def test_a_lesson_is_counted():
    found = reading.read(small())
    assert (found.code_cells, found.equations, found.figures) == (1, 1, 1)
    assert (found.predictions, found.checks) == (1, 1)
    assert found.minutes == pytest.approx(found.words / 150 + 1 + 2 + 1 + 3)
    assert reading.stated(small()) == (10, 10, 5)


@pytest.mark.parametrize(
    "text, count",
    [
        ("Two words.", 2),
        ("The code $z = f(x)$ is small:\n\n$$z = a + b$$", 5),
        ("[a link](https://example.org/a/b), <b>bold</b>", 3),
        ("it's well-kept, 0.25 of `x_hat`", 6),
    ],
)
def test_words_are_counted(text, count):
    assert reading.words(text) == count


def replaced(old, new):
    def change(nb):
        found = [cell for cell in nb.cells if old in cell.source]
        assert found
        for cell in found:
            cell.source = cell.source.replace(old, new)

    return change


@pytest.mark.parametrize(
    "change, message",
    [
        (replaced("10 minutes alone", "15 minutes alone"), "15 minutes are stated"),
        (replaced("10 minutes alone", "12 minutes alone"), "12 minutes are stated"),
        (replaced("Two columns", "many words " * 2000), "words: 4"),
        (replaced("## Exercises", "## Tasks"), "ends with"),
        (replaced("## What you need", "## You need"), "begins with"),
        (replaced("- A sentence.\n", ""), "'In short' has 0 points"),
        (replaced("\n\nBecause.", ""), "'Check yourself' has 0 questions"),
        (replaced("**Answer.**", "So:"), "has no **Answer.**"),
        (replaced("> **Predict.** What comes?", "Look."), "answers nothing"),
        (replaced("**What you see.**", "So:"), "no **What you see.**"),
        (replaced("| $z$", "| $b_e, x$"), "$b_e$ has two meanings"),
        (replaced("Notation of this", "Notation of that"), "no notation table"),
    ],
)
def test_a_broken_rule_is_named(change, message):
    nb = small()
    change(nb)
    faults = [fault for rule in OF_ALL + OF_MAIN for fault in rule(nb)]
    assert any(message in fault for fault in faults)


def test_a_wall_of_checks_and_a_missing_diagram_are_named():
    nb = small()
    nb.cells[6].metadata.tags = []
    nb.cells[4].outputs[1].data["text/plain"] = "Figure: a line"
    faults = [fault for rule in OF_ALL + OF_MAIN for fault in rule(nb)]
    assert any("shows 9 Checks" in fault for fault in faults)
    assert any("no diagram" in fault for fault in faults)


def test_minutes_must_be_stated_once():
    with pytest.raises(ValueError, match="0 sentences on time: write one"):
        reading.stated(new_notebook(cells=[new_markdown_cell("# A")]))


def test_the_table_has_a_row_for_each_notebook(capsys):
    reading.main([])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(notebooks.every())
