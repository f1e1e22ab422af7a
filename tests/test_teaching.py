"""handouts/TEACHING.md and NOTATION.md: what they name exists, and their tables are right."""

import re
from collections import Counter

import pytest

from tools import guide, notebooks, reading
from tools.notebooks import headings

TEXT = guide.PAGE.read_text("utf-8")
SHEET = (notebooks.ROOT / "handouts" / "NOTATION.md").read_text("utf-8")
MAKEFILE = (notebooks.ROOT / "Makefile").read_text("utf-8")
FACTS = (notebooks.ROOT / "docs" / "facts.md").read_text("utf-8")
NOTEBOOKS = guide.numbered(notebooks.every())
MAIN = {name: nb for name, nb in NOTEBOOKS.items() if name.isdigit()}

SUBTLE = re.compile(r"(?<![*\w])\*(?!\*)([^*\n]+)\*(?!\*)")  # *so*, not **so**


# ---- what the notebooks and the pages say ----------------------------------------------------


def prose(nb):
    """The text that a student reads above the exercises."""
    return "\n\n".join(
        cell.source for cell in reading.lesson(nb) if cell.cell_type == "markdown"
    )


def exercises(nb):
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    return re.findall(r"^### Exercise (\d+) ", text, flags=re.M)


def minutes_in_the_map():
    """{notebook: (alone, of exercises)}, as the table of 00 says."""
    rows = re.findall(
        r"^\| \[?(\d\d) .*\| (\d+) \| (\d+) \|$",
        prose(NOTEBOOKS["00"]).replace("*", ""),
        flags=re.M,
    )
    return {number: (int(alone), int(do)) for number, alone, do in rows}


def table(text, first):
    """The rows, each a list of its cells, of every table whose first column has that name."""
    rows, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first:
            inside = True
        elif inside and set(line) - set("|-: "):
            rows.append(cells)
    return rows


def plans(text):
    """Of each plan, its rows without the row of sums."""
    found = [[]]
    for session, *cells in table(text, "session"):
        if session == "sum":
            found.append([])
        else:
            found[-1].append(cells)
    return [plan for plan in found if plan]


# ---- what is wrong with them: a sentence each ------------------------------------------------


def wrong_plans(text):
    for plan in plans(text):
        taught, done = [], []
        for session, (names, _, tasks, _, home, _) in enumerate(plan, start=1):
            taught += names.split(", ")
            now = guide.named(tasks) + guide.named(home)
            early = {nb for nb, _ in now} - set(taught)
            yield from (f"session {session}: {nb} is not taught yet" for nb in sorted(early))
            done += now
        if twice := [one for one, times in Counter(taught + done).items() if times > 1]:
            yield f"twice in a plan: {twice}"
        wanted = {(name, each) for name in taught for each in exercises(NOTEBOOKS[name])}
        if missing := sorted(wanted - set(done)):
            yield f"left out: {missing}"


def wrong_names(text):
    every = {title for nb in NOTEBOOKS.values() for _, title in headings(nb)}
    for title in SUBTLE.findall(text):
        if title not in every | {"Run All"}:
            yield f"no section {title!r}"
    verbs = set(re.search(r"^\.PHONY: (.*)", MAKEFILE, re.M)[1].split())
    for verb in re.findall(r"`make (\w+)", text):
        if verb not in verbs:
            yield f"no verb {verb!r}"
    for path in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        if not (notebooks.ROOT / "handouts" / path).exists():
            yield f"no file {path!r}"
    told = [(name, nb, section.strip("*")) for name, nb, section, *_ in table(text, "failure")]
    failures = FACTS.partition("## Nine failures")[2]
    known = re.findall(r"^\| (.+?) \| \[(\d\d)\]\(.+?\) \| (.+?) \|$", failures, re.M)
    if told != known:
        yield f"the failures are {known}"


def code_of_all():
    """All code that a symbol may stand in."""
    cells = (c.source for nb in NOTEBOOKS.values() for c in nb.cells if c.cell_type == "code")
    package = (p.read_text("utf-8") for p in (notebooks.ROOT / "aehelpers").rglob("*.py"))
    return "\n".join([*cells, *package])


def wrong_symbols(text):
    code = code_of_all()
    rows = table(text, "on paper")
    if len(rows) < 20:
        yield f"only {len(rows)} rows"
    for row in rows:
        if len(row) != 4 or row[0].count("$") % 2:
            yield f"not four cells: {row}"
            continue
        symbols = re.findall(r"`([^`]+)`", row[1])
        if not symbols:
            yield f"nothing in code for {row[0]}"
        yield from (
            f"{symbol!r} stands in no code"
            for symbol in symbols
            if not re.search(rf"(?<!\w){re.escape(symbol)}(?!\w)", code)
        )


def wrong_terms(text):
    found = re.findall(r"^- \*\*(.+?)\*\* \(([\w ]+)\): \S.*[.?]$", text, re.M)
    terms = [term for term, _ in found]
    bullets = re.findall(r"^- .*", text, re.M)
    if len(found) != len(bullets) or len(found) < 60:
        yield f"{len(bullets)} lines, {len(found)} of them read as a term"
    if terms != sorted(terms, key=str.casefold):
        yield "not alphabetical"
    if len({term.casefold() for term in terms}) < len(terms):
        yield "a term stands twice"
    for term, name in found:
        nb = NOTEBOOKS.get(name.replace(" ", "_"))
        if nb is None:
            yield f"no notebook {name!r}"
        elif not re.search(rf"\*\*[^*\n]*(?<!\w){re.escape(term)}[^*\n]*\*\*", prose(nb), re.I):
            yield f"{name} does not have {term!r} in bold"


# ---- the tests -------------------------------------------------------------------------------


def test_the_tables_are_up_to_date():
    assert guide.up_to_date(TEXT, NOTEBOOKS) == TEXT, "run `python -m tools.guide`"


def test_the_map_in_00_and_the_notebooks_say_the_same_minutes():
    stated = {name: reading.stated(nb) for name, nb in MAIN.items()}
    assert {
        name: (alone, do) for name, (alone, _, do) in stated.items()
    } == minutes_in_the_map()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_minutes_of_exercises_add_up(name):
    each = guide.exercise_minutes(NOTEBOOKS[name])
    assert list(each) == exercises(NOTEBOOKS[name])
    about = reading.stated(NOTEBOOKS[name])[2]
    assert 5 * round(sum(each.values()) / 5) == about, f"{each}, but about {about}"


@pytest.mark.parametrize("wrong", [wrong_plans, wrong_names])
def test_nothing_is_wrong_with_the_guide(wrong):
    assert list(wrong(TEXT)) == []


@pytest.mark.parametrize("wrong", [wrong_symbols, wrong_terms])
def test_nothing_is_wrong_with_the_sheet(wrong):
    assert list(wrong(SHEET)) == []


def test_the_guide_has_three_plans_two_of_the_whole_series():
    assert [len(plan) for plan in plans(TEXT)] == [4, 8, 11]
    for plan in plans(TEXT)[1:]:
        taught = [name for names, *_ in plan for name in names.split(", ")]
        assert sorted(taught) == list(MAIN)


def test_the_sentence_on_rows_and_columns_is_there():
    assert "$W_e$ on paper is our $W_e$ transposed" in SHEET


def first_row_after(text, head):
    return text[text.index(head) :].splitlines()[2]


@pytest.mark.parametrize(
    ("wrong", "was", "becomes", "said"),
    [
        (wrong_plans, "| 1 | 00, 01 |", "| 1 | 00 |", "session 1: 01 is not taught"),
        (wrong_plans, "01: 3, 4, 5 |", "01: 3, 4 |", "left out: [('01', '5')]"),
        (wrong_plans, "01: 3, 4, 5 |", "01: 2, 3, 4, 5 |", "twice in a plan"),
        (wrong_names, "`make slides`", "`make films`", "no verb 'films'"),
        (wrong_names, "*Run All*", "*Walk All*", "no section 'Walk All'"),
        (wrong_names, "](NOTATION.md) first", "](SYMBOLS.md) first", "no file 'SYMBOLS.md'"),
        (wrong_names, "| a torn circle | 05 |", "| a torn circle | 04 |", "the failures are"),
        (wrong_symbols, "`delta_out`", "`delta_outer`", "'delta_outer' stands in no code"),
        (wrong_symbols, "| `loss` |", "| |", "nothing in code for"),
        (wrong_symbols, r"q(z \mid x)$", "q(z | x)$", "not four cells"),
        (wrong_terms, "**epoch** (00)", "**epoch** (02)", "02 does not have 'epoch' in bold"),
        (wrong_terms, "**epoch** (00)", "**epoch** (99)", "no notebook '99'"),
        (wrong_terms, "**bottleneck** (00)", "**neck** (00)", "not alphabetical"),
        (wrong_terms, "**bottleneck** (00)", "**Check** (00)", "a term stands twice"),
        (wrong_terms, "**bottleneck** (00)", "**bottleneck** ()", "read as a term"),
    ],
)
def test_each_fault_is_found(wrong, was, becomes, said):
    page = TEXT if was in TEXT else SHEET
    assert was in page
    assert any(said in fault for fault in wrong(page.replace(was, becomes, 1)))


def test_a_wrong_number_in_a_table_is_mended():
    row = first_row_after(TEXT, guide.OF_NOTEBOOKS)
    for cells in (row.replace("| 00 |", "| 00 | 9"), row.replace(" | ", " | 7", 1)):
        assert guide.up_to_date(TEXT.replace(row, cells), NOTEBOOKS) == TEXT
    with pytest.raises(KeyError, match="77"):
        guide.up_to_date(TEXT.replace("| 1 | 00, 01 |", "| 1 | 77 |", 1), NOTEBOOKS)


def test_minutes_of_exercises_must_be_there():
    nb = notebooks.from_code(["1"])
    nb.cells.insert(0, notebooks.nbformat.v4.new_markdown_cell("# Title"))
    with pytest.raises(ValueError, match="Title: no 'Minutes: 3, 5 and 8' for teachers"):
        guide.exercise_minutes(nb)
