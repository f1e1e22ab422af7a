"""Bring docs/facts.md up to date: under each fact, what the notebooks measured of it.

    python tools/facts.py

The page's prose is written by hand, but its lists are not. Each line of a list is a Check in
the stored output of a notebook, so the page claims nothing that no notebook has shown.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import notebooks

PAGE = notebooks.ROOT / "docs" / "facts.md"
FACT = re.compile(r"### (\d+)\. ")
CHECK = re.compile(
    r"ok    (?P<claim>.+): (?P<value>[^:]+?), "
    r"(?P<bounds>(?:above|below) \S+(?: and below \S+)?)"
    r"(?:  \[fact (?P<fact>\d+).*\]|  \[.*\])?"
)


def check_lines(nb):
    """The Check lines in the stored outputs of a notebook, each once, as matches of CHECK."""
    printed = "".join(o.get("text", "") for cell in nb.cells for o in cell.get("outputs", []))
    lines = dict.fromkeys(re.findall(r"^ok    (?!exercise ).*", printed, re.MULTILINE))
    found = {line: CHECK.fullmatch(line) for line in lines}
    unread = [line for line, match in found.items() if match is None]
    if unread:
        raise ValueError(f"this begins like a Check but does not read as one: {unread[0]!r}")
    return list(found.values())


def in_reading_order():
    """The paths of all notebooks: each further one comes after the main one of its topic."""

    def place(path):
        if path.parent == notebooks.NOTEBOOKS:
            return path.stem[:2], False
        homes = re.findall(r"\]\(\.\./(\d\d)_", notebooks.read(path).cells[0].source)
        return max(homes), True

    return sorted(notebooks.every(), key=place)


def measured(paths):
    """{number of a fact: its lines for the page}, in the order in which `paths` show them."""
    lines = {}
    for path in paths:
        name = path.stem.replace("_", " ") if path.parent.name == "further" else path.stem[:2]
        where = f"[{name}](../{path.relative_to(notebooks.ROOT).as_posix()})"
        for check in check_lines(notebooks.read(path)):
            if check["fact"]:
                line = f"- {where} {check['claim']}: **{check['value']}**, {check['bounds']}"
                lines.setdefault(int(check["fact"]), []).append(line)
    return lines


def page(text, lines):
    """`text` with the lists of all facts replaced by `lines`."""
    written = [line for line in text.splitlines() if not line.startswith("- ")]
    sections = re.split(r"^(?=###? )", "\n".join(written), flags=re.MULTILINE)
    parts = []
    for section in sections:
        number = FACT.match(section)
        shown = lines.get(int(number[1]), []) if number else []
        parts.append("\n".join([section.rstrip(), *([""] if shown else []), *shown]))
    return "\n\n".join(parts) + "\n"


def up_to_date():
    """The page's text as the stored notebooks want it."""
    return page(PAGE.read_text("utf-8"), measured(in_reading_order()))


if __name__ == "__main__":
    PAGE.write_text(up_to_date(), "utf-8")
