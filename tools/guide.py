"""Bring the tables of handouts/TEACHING.md up to date: minutes, points, and the sums of plans.

python -m tools.guide

By hand are written which notebooks and exercises a session has, and all of the prose. The rest
of the tables is read from the notebooks: the minutes from "What you need" and from the cells
for teachers, the points from nbgrader's metadata.
"""

import re
from collections import Counter

from tools import notebooks, reading

PAGE = notebooks.ROOT / "handouts" / "TEACHING.md"
OF_NOTEBOOKS = (
    "| notebook | minutes alone | to teach | exercises | points | by machine | by hand "
    "| answers in words, 1 point each |"
)
OF_SESSIONS = "| session | notebooks | teach | exercises in class | class | homework | home |"
NAMED_RE = re.compile(r"(\d\d): ((?:\d(?:, )?)+)")


def exercise_minutes(nb):
    """Return {exercise: minutes}, as the cell for teachers says: "Minutes: 3, 5 and 8"."""
    text = "\n".join(
        cell.source for cell in nb.cells if "teacher" in cell.metadata.get("tags", [])
    )
    found = re.search(r"Minutes: ((?:\d+, )*\d+,? and \d+|(?:\d+, )+\d+)", text)
    if found is None:
        raise ValueError(
            f"{notebooks.headings(nb)[0][1]}: no 'Minutes: 3, 5 and 8' for teachers"
        )
    return {str(i): int(m) for i, m in enumerate(re.findall(r"\d+", found[1]), start=1)}


def points(nb):
    """Return {(exercise, "machine" or "hand"): points}, from nbgrader's metadata."""
    found = {}
    for cell in nb.cells:
        asked = cell.metadata.get("nbgrader", {})
        if asked.get("grade"):
            number = re.search(r"exercise-(\d+)-(?:check|words)$", asked["grade_id"])[1]
            found[number, "hand" if asked["solution"] else "machine"] = asked["points"]
    return found


def named(cell):
    """Return the exercises that a cell names: "01: 1, 2; 02: 3" -> [("01", "1"), ...]."""
    return [(nb, each) for nb, some in NAMED_RE.findall(cell) for each in some.split(", ")]


def row(cells):
    """Return a row of a table."""
    return f"| {' | '.join(map(str, cells))} |".replace("|  |", "| |")


def table_of_notebooks(read):
    """Return the rows of the table of all notebooks: {name: notebook} -> [line]."""
    rows, sums = [], Counter()
    for name, nb in read.items():
        by, words = Counter(), []
        for (exercise, who), worth in points(nb).items():
            by[who] += worth
            words += [exercise] if who == "hand" else []
        minutes = reading.stated(nb)
        numbers = [*minutes, by.total(), by["machine"], by["hand"]]
        sums.update(dict(enumerate(numbers)))
        rows.append(row([name.replace("_", " "), *numbers, ", ".join(words)]))
    return [*rows, row(["sum", *sums.values(), ""])]


def table_of_sessions(lines, read):
    """Return the rows of a plan with their minutes, and the row of sums."""
    rows, sums = [], Counter()
    for line in lines:
        session, taught, _, in_class, _, at_home, _ = (c.strip() for c in line[1:-1].split("|"))
        if session == "sum":
            continue
        teach = sum(reading.stated(read[name])[1] for name in taught.split(", "))
        spent = [
            sum(exercise_minutes(read[nb])[exercise] for nb, exercise in named(cell))
            for cell in (in_class, at_home)
        ]
        sums.update({"teach": teach, "class": spent[0], "home": spent[1]})
        rows.append(row([session, taught, teach, in_class, spent[0], at_home, spent[1]]))
    last = row(["sum", "", sums["teach"], "", sums["class"], "", sums["home"]])
    return [*rows, last]


def name_of(path):
    """Return what the guide calls a notebook: main ones by number, others by name."""
    return path.stem if path.parent.name == "further" else path.stem[:2]


def numbered(paths):
    """Return {what the guide calls it: notebook}."""
    return {name_of(path): notebooks.read(path) for path in paths}


def up_to_date(text, read):
    """Return the guide with its tables up to date. KeyError if a notebook is unknown."""
    lines, written = text.splitlines(), []
    while lines:
        line = lines.pop(0)
        written.append(line)
        if line in (OF_NOTEBOOKS, OF_SESSIONS):
            written.append(lines.pop(0))  # the rule below the head
            old = []
            while lines and lines[0].startswith("|"):
                old.append(lines.pop(0))
            sessions = line == OF_SESSIONS
            written += table_of_sessions(old, read) if sessions else table_of_notebooks(read)
    return "\n".join(written) + "\n"


if __name__ == "__main__":
    PAGE.write_text(up_to_date(PAGE.read_text("utf-8"), numbered(notebooks.every())), "utf-8")
