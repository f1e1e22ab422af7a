"""handouts/TEACHING.md and NOTATION.md: what they name exists, and their sums are right."""

import re
from collections import Counter

import pytest

from tools import notebooks
from tools.notebooks import headings

GUIDE = (notebooks.ROOT / "handouts" / "TEACHING.md").read_text("utf-8")
SHEET = (notebooks.ROOT / "handouts" / "NOTATION.md").read_text("utf-8")
MAKEFILE = (notebooks.ROOT / "Makefile").read_text("utf-8")
NOTEBOOKS = {path.stem[:2]: notebooks.read(path) for path in notebooks.series()}
FAILURES = (
    (notebooks.ROOT / "docs" / "facts.md").read_text("utf-8").partition("## Nine failures")[2]
)

FRAME = {"What you'll do", "What you'll learn", "What you'll need", "Exercises"}
FRAME |= {"What we measured", "Further reading"}
SUBTLE = re.compile(r"(?<![*\w])\*(?!\*)([^*\n]+)\*(?!\*)")  # *so*, not **so**


# ---- what the notebooks say ------------------------------------------------------------------


def is_for_teachers(cell):
    return "teacher" in cell.metadata.get("tags", [])


def text_of(nb, keep):
    return "\n\n".join(cell.source for cell in nb.cells if keep(cell))


def for_teachers(nb):
    return text_of(nb, is_for_teachers)


def prose(nb):
    """The text that a student reads, without marks of emphasis and code."""
    text = text_of(nb, lambda cell: cell.cell_type == "markdown" and not is_for_teachers(cell))
    return re.sub(r"[*`]", "", text)


def titles(nb):
    """Headings of what is taught, in order."""
    found = [name for level, name in headings(nb) if level in (2, 3)]
    return [n for n in found if n not in FRAME and not re.match("Exercise |(BEGIN|END) ", n)]


def minutes(nb):
    """(to teach, of exercises), as "What you'll need" says."""
    wanted = r"(\d+) minutes to teach(?: \(.*?\))?(?:,| and) (\d+) (?:minutes of|for the) exerc"
    (found,) = re.findall(wanted, prose(nb))
    return tuple(map(int, found))


def minutes_in_the_map():
    """{notebook: (to teach, of exercises)}, as the table of 00 says."""
    rows = re.findall(
        r"^\| \[?(\d\d) .*\| (\d+) \| (\d+) \|$", prose(NOTEBOOKS["00"]), flags=re.M
    )
    return {number: (int(teach), int(do)) for number, teach, do in rows}


def exercise_minutes(nb):
    """{exercise: minutes}, as the cell for teachers says: in a row, or behind each number."""
    text = for_teachers(nb)
    if found := re.search(r"Minutes: ((?:\d+, )+\d+,? and \d+|(?:\d+, )+\d+)", text):
        each = re.findall(r"\d+", found[1])
        return {str(number): int(m) for number, m in enumerate(each, start=1)}
    groups = re.findall(r"((?:\d+(?:, | and )?)+)[a-z ]* \((\d+) minutes(?: each)?\)", text)
    return {number: int(m) for some, m in groups for number in re.findall(r"\d+", some)}


def exercises(nb):
    return re.findall(r"^### Exercise (\d+) ", prose(nb), flags=re.M)


def points(nb):
    """{(exercise, "machine" or "hand"): points}, from nbgrader's metadata."""
    found = {}
    for cell in nb.cells:
        asked = cell.metadata.get("nbgrader", {})
        if asked.get("grade"):
            number = re.fullmatch(r"\d\d-exercise-(\d+)-(check|words)", asked["grade_id"])[1]
            found[number, "hand" if asked["solution"] else "machine"] = asked["points"]
    return found


# ---- what the pages say ----------------------------------------------------------------------


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


def parts(text):
    """{part: (notebook, from, to, minutes)}"""
    return {
        part: (part[:2], *(SUBTLE.fullmatch(title)[1] for title in ends), int(m))
        for part, *ends, m in table(text, "part")
    }


def named(cell):
    """ "01: 1, 2; 02: 3" -> [("01", "1"), ("01", "2"), ("02", "3")]"""
    groups = re.findall(r"(\d\d): ((?:\d(?:, )?)+)", cell)
    return [(notebook, each) for notebook, some in groups for each in some.split(", ")]


def plans(text):
    """Of each plan {session: its other cells}, and its row of sums by the name "sum"."""
    found = [[]]
    for number, *cells in table(text, "session"):
        found[-1].append((number, cells))
        if number == "sum":
            found.append([])
    return [dict(plan) for plan in found if plan]


# ---- what is wrong with them: a sentence each ------------------------------------------------


def wrong_minutes(text):
    listed = parts(text)
    for number, nb in NOTEBOOKS.items():
        known, mine = titles(nb), [p for p in listed.values() if p[0] == number]
        for _, start, end, _ in mine:
            yield from (
                f"{number} has no section {t!r}" for t in (start, end) if t not in known
            )
        ends = [known.index(t) for p in mine for t in p[1:3] if t in known]
        wanted = [0, *(at for end in ends[1:-1:2] for at in (end, end + 1)), len(known) - 1]
        if ends != wanted:
            yield f"the parts of {number} are not one after the other"
        if sum(p[3] for p in mine) != minutes(nb)[0]:
            yield f"the parts of {number} do not add up to {minutes(nb)[0]} minutes"
    for plan in plans(text):
        sums, done, taught = plan.pop("sum"), [], []
        for session, (some, teach, tasks, in_class, home, at_home, _) in plan.items():
            names = some.split(", ")
            taught += names
            if unknown := [name for name in names if name not in listed]:
                yield f"session {session}: no part {unknown}"
            elif int(teach) != sum(listed[name][3] for name in names):
                yield f"session {session}: its parts do not take {teach} minutes"
            for cell, m in ((tasks, in_class), (home, at_home)):
                each = [exercise_minutes(NOTEBOOKS[nb]).get(task) for nb, task in named(cell)]
                if None in each:
                    yield f"session {session}: no such exercise among {cell!r}"
                elif sum(each) != int(m):
                    yield f"session {session}: {cell!r} does not take {m} minutes"
                done += named(cell)
            early = {nb for nb, _ in named(tasks) + named(home)} - {t[:2] for t in taught}
            yield from (f"session {session}: {nb} is not taught yet" for nb in early)
        if [n for n in listed if n in taught] != taught:
            yield f"parts out of order, or twice: {taught}"
        if twice := [one for one, times in Counter(done).items() if times > 1]:
            yield f"twice in a plan: {twice}"
        for i in (1, 3, 5):
            if int(sums[i]) != sum(int(cells[i]) for cells in plan.values()):
                yield f"column {i} does not add up to {sums[i]}"
        printed = [nb for cells in plan.values() for nb in re.findall(r"\d\d", cells[6])]
        if printed != sorted({name[:2] for name in taught}):
            yield f"printed are {printed}"


def wrong_points(text):
    rows = {row[0]: row[1:] for row in table(text, "notebook")}
    sums = rows.pop("sum")
    if list(rows) != list(NOTEBOOKS):
        yield f"points of {list(rows)}"
    for number, (all_points, machine, hand, words) in rows.items():
        found = points(NOTEBOOKS[number])
        by = Counter()
        for (_, who), worth in found.items():
            by[who] += worth
        if (int(machine), int(hand)) != (by["machine"], by["hand"]):
            yield f"{number}: {by['machine']} points by machine and {by['hand']} by hand"
        if int(all_points) != by.total():
            yield f"{number} has {by.total()} points"
        worth = {task: found[task, who] for task, who in found if who == "hand"}
        if dict.fromkeys(words.split(", "), 1) != worth:
            yield f"{number}: answers in words, and their points: {worth}"
    for i in range(3):
        if int(sums[i]) != sum(int(row[i]) for row in rows.values()):
            yield f"column {i} of the points does not add up to {sums[i]}"


def wrong_names(text):
    every = {title for nb in NOTEBOOKS.values() for title in titles(nb)}
    for title in SUBTLE.findall(text):
        if title not in every:
            yield f"no section {title!r}"
    verbs = set(re.search(r"^\.PHONY: (.*)", MAKEFILE, re.M)[1].split())
    for verb in re.findall(r"`make (\w+)", text):
        if verb not in verbs:
            yield f"no verb {verb!r}"
    for path in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        if not (notebooks.ROOT / "handouts" / path).exists():
            yield f"no file {path!r}"
    lists = re.findall(r"^### (\d\d) · (.+)\n\n((?:- .*\n)+)", text, re.M)
    if [number for number, *_ in lists] != list(NOTEBOOKS):
        yield "mistakes are not listed for each notebook"
    for number, title, bullets in lists:
        if headings(NOTEBOOKS[number])[0][1] != f"{number} · {title}":
            yield f"{number} is not called {title!r}"
        if re.findall(r"^- \*\*(\d)\*\* ", bullets, re.M) != exercises(NOTEBOOKS[number]):
            yield f"{number}: its exercises are {exercises(NOTEBOOKS[number])}"
    told = [(name, nb, section.strip("*")) for name, nb, section, *_ in table(text, "failure")]
    known = re.findall(r"^\| (.+?) \| \[(\d\d)\]\(.+?\) \| (.+?) \|$", FAILURES, re.M)
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
    found = re.findall(r"^- \*\*(.+?)\*\* \((\d\d)(?:, `(\w+)`)?\): \S.*[.?]$", text, re.M)
    terms = [term for term, *_ in found]
    bullets = re.findall(r"^- .*", text, re.M)
    if len(found) != len(bullets) or not 40 <= len(found) <= 60:
        yield f"{len(bullets)} lines, {len(found)} of them read as a term"
    if terms != sorted(terms, key=str.casefold):
        yield "not alphabetical"
    if len({term.casefold() for term in terms}) < len(terms):
        yield "a term stands twice"
    for term, number, in_code in found:
        wanted = rf"(?<!\w){re.escape(in_code or term)}(?:e?s)?(?!\w)"
        if not re.search(wanted, prose(NOTEBOOKS[number]), re.I):
            yield f"{number} does not speak of {term!r}"


# ---- the tests -------------------------------------------------------------------------------


def test_the_map_in_00_and_the_notebooks_say_the_same_minutes():
    assert {number: minutes(nb) for number, nb in NOTEBOOKS.items()} == minutes_in_the_map()


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_minutes_of_exercises_add_up(number):
    each = exercise_minutes(NOTEBOOKS[number])
    assert list(map(str, sorted(map(int, each)))) == exercises(NOTEBOOKS[number])
    about = minutes(NOTEBOOKS[number])[1]
    assert 5 * round(sum(each.values()) / 5) == about, f"{each}, but about {about}"


@pytest.mark.parametrize("wrong", [wrong_minutes, wrong_points, wrong_names])
def test_nothing_is_wrong_with_the_guide(wrong):
    assert list(wrong(GUIDE)) == []


@pytest.mark.parametrize("wrong", [wrong_symbols, wrong_terms])
def test_nothing_is_wrong_with_the_sheet(wrong):
    assert list(wrong(SHEET)) == []


def test_the_guide_has_three_plans_two_of_the_whole_series():
    sizes = [len(plan) - 1 for plan in plans(GUIDE)]
    assert sizes == [4, 8, 12]
    taught = [", ".join(c[0] for s, c in plan.items() if s != "sum") for plan in plans(GUIDE)]
    assert taught[1] == taught[2] == ", ".join(parts(GUIDE))
    for plan in plans(GUIDE)[1:]:
        done = [one for cells in plan.values() for one in named(cells[2]) + named(cells[4])]
        assert sorted(done) == [(n, e) for n, nb in NOTEBOOKS.items() for e in exercises(nb)]


def test_the_sentence_on_rows_and_columns_is_there():
    assert "$W_e$ on paper is our $W_e$ transposed" in SHEET


@pytest.mark.parametrize(
    ("wrong", "was", "becomes", "said"),
    [
        (wrong_minutes, "*Tear a circle* | 45", "*Tear a square* | 45", "05 has no section"),
        (wrong_minutes, "*Tear a circle* | 45", "*Tear a circle* | 40", "05 do not add up"),
        (
            wrong_minutes,
            "*Add layers* | 85",
            "*Put one bend back* | 85",
            "06 are not one after",
        ),
        (wrong_minutes, "| 2 | 02, 03 | 125 |", "| 2 | 02, 03 | 120 |", "do not take 120"),
        (wrong_minutes, "| 2 | 02, 03 | 125 |", "| 2 | 02, 3a | 125 |", "no part ['3a']"),
        (wrong_minutes, "| 2 | 02, 03 | 125 |", "| 2 | 03, 02 | 125 |", "out of order"),
        (wrong_minutes, "08: 2, 3; 09: 2 | 38", "08: 2, 3; 09: 2 | 37", "does not take 37"),
        (wrong_minutes, "08: 2, 3; 09: 2 | 38", "08: 2, 7; 09: 2 | 38", "no such exercise"),
        (wrong_minutes, "08: 2, 3; 09: 2 | 38", "08: 2, 2; 09: 2 | 38", "twice in a plan"),
        (wrong_minutes, "07: 4; 08: 1 | 16 | |", "07: 4; 09: 1 | 18 | |", "09 is not taught"),
        (wrong_minutes, "| 440 |", "| 450 |", "does not add up to 450"),
        (wrong_minutes, "| 60 | 09 |", "| 60 | |", "printed are"),
        (wrong_points, "| 04 | 11 | 9 | 2 | 4, 5 |", "| 04 | 10 | 9 | 2 | 4, 5 |", "04 has 11"),
        (
            wrong_points,
            "| 04 | 11 | 9 | 2 | 4, 5 |",
            "| 04 | 11 | 8 | 3 | 4, 5 |",
            "04: 9 points",
        ),
        (wrong_points, "| 04 | 11 | 9 | 2 | 4, 5 |", "| 04 | 11 | 9 | 2 | 3, 5 |", "in words"),
        (wrong_points, "| sum | 111 |", "| sum | 110 |", "does not add up to 110"),
        (wrong_names, "the sections *At full size*", "the sections *Full size*", "no section"),
        (wrong_names, "`make slides`", "`make films`", "no verb 'films'"),
        (wrong_names, "](NOTATION.md) is", "](SYMBOLS.md) is", "no file 'SYMBOLS.md'"),
        (wrong_names, "### 06 · Deep", "### 06 · Deeper", "06 is not called"),
        (wrong_names, "- **5** The noise is", "- **6** The noise is", "07: its exercises"),
        (wrong_names, "| a torn circle | 05 |", "| a torn circle | 04 |", "the failures are"),
        (wrong_symbols, "`delta_out`", "`delta_outer`", "'delta_outer' stands in no code"),
        (wrong_symbols, "| `beta` |", "| |", "nothing in code for"),
        (wrong_symbols, r"q(z \mid x)$ |", "q(z | x)$ |", "not four cells"),
        (wrong_terms, "**epoch** (00)", "**epoch** (02)", "02 does not speak of 'epoch'"),
        (wrong_terms, "(05, `latent_dim`)", "(05, `latent_size`)", "'latent dimension'"),
        (wrong_terms, "**bottleneck** (00)", "**neck** (00)", "not alphabetical"),
        (wrong_terms, "**bottleneck** (00)", "**Check** (00)", "a term stands twice"),
        (wrong_terms, "**bottleneck** (00)", "**bottleneck** (0)", "read as a term"),
    ],
)
def test_each_fault_is_found(wrong, was, becomes, said):
    page = GUIDE if was in GUIDE else SHEET
    assert was in page
    assert any(said in fault for fault in wrong(page.replace(was, becomes, 1)))
