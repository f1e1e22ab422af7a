"""A copy of the course to work in: the student's edition, with what its links lead to.

python -m handouts.working_copy [folder]      what `make lab` opens; default: my-course

The copy is laid out as the repository, so a link leads to the same place. Run again after an
update of the course, it replaces what is as it was written, and brings back what was deleted.
What was changed stays: where the course has a new version of it, that lies beside it.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from pathlib import Path

from handouts import editions
from tools import notebooks

FOLDER = notebooks.ROOT / "my-course"
WRITTEN = ".written.json"  # {path in the copy: digest of what was written there}
LINK_RE = re.compile(r"\]\((?!https?:|#|mailto:)([^)\s#]+)[^)\s]*\)")
SETTINGS = Path(sys.prefix, "share", "jupyter", "lab", "settings", "overrides.json")
NO_NEWS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}


def links(path):
    """Return the files that the relative links of a notebook or a Markdown file lead to."""
    if path.suffix == ".ipynb":
        cells = notebooks.read(path).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = path.read_text("utf-8")
    return [Path(os.path.normpath(path.parent / link)) for link in LINK_RE.findall(text)]


def linked_pages(paths):
    """Return the Markdown files that links lead to from some notebooks, and on from there."""
    found, waiting = [], [target for path in paths for target in links(path)]
    while waiting:
        path = waiting.pop()
        if path.suffix == ".md" and path not in found:
            found.append(path)
            waiting += links(path)
    return sorted(found)


def contents(paths):
    """Return {path in the copy: bytes}: some notebooks for students, and linked pages."""
    files = {}
    for path in paths:
        nb = notebooks.normalise(editions.student(notebooks.read(path)))
        for cell in nb.cells:
            editions.unfold(cell)
        files[path.relative_to(notebooks.ROOT).as_posix()] = notebooks.as_text(nb).encode()
    for page in linked_pages(paths):
        files[page.relative_to(notebooks.ROOT).as_posix()] = page.read_bytes()
    return files


def update(folder, files):
    """Write files, {path: bytes}, into a folder, and return what was kept: {path: new path}.

    A file that is there and is not what was last written there was changed: it stays. If the
    course has a new version of it, that is written beside it, with "-new" in its name.
    """
    memory = folder / WRITTEN
    written = json.loads(memory.read_text("utf-8")) if memory.exists() else {}
    kept = {}
    for name, data in files.items():
        target, new = folder / name, digest(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and digest(target.read_bytes()) not in (written.get(name), new):
            if written.get(name) == new:
                continue
            beside = target.with_name(f"{target.stem}-new{target.suffix}")
            kept[name] = beside.relative_to(folder).as_posix()
            target = beside
        target.write_bytes(data)
        written[name] = new
    memory.write_text(json.dumps(written, indent=1), "utf-8")
    return kept


def digest(data):
    """Return what bytes are recognised by."""
    return hashlib.sha256(data).hexdigest()


def without_news(settings=SETTINGS):
    """Let JupyterLab of this environment open without a question about news."""
    if not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps(NO_NEWS, indent=1), "utf-8")


def main(argv=None):
    """Write or update the copy, and say what was kept."""
    parser = argparse.ArgumentParser(description="Write or update a copy to work in.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args(argv).folder
    kept = update(folder, contents(notebooks.every()))
    for name, beside in kept.items():
        print(f"{name} was changed here and stays; the new version is {beside}")
    without_news()
    print(f"your copy of the course is in {folder}")


if __name__ == "__main__":
    main()
