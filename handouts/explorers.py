"""The explorers of a notebook without a kernel: each one HTML element with all its pictures.

They need what the notebook has trained. So its cells are run once, in a process of their own,
and the elements are cached in build/ until the notebook's code, the package, NumPy or
matplotlib changes.

python -m handouts.explorers NOTEBOOK FILE     what that process does
"""

import contextlib
import hashlib
import io
import json
import math
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from tools import notebooks

FOLDER = notebooks.ROOT / "build" / "explorers"
MAX_BYTES, MAX_SETTINGS = 2_000_000, 120  # of one element
# A cell that ends with the name of the explorer that it has made; the name says what it is.
EXPLORER_RE = re.compile(r"^(\w*explorer) = .*^\1\Z", re.M | re.S)
REPEATING_CELL_RE = re.compile(
    r"\w+\.(check|film_strip)\(.*\)\Z"
)  # draws what the explorer draws anyway


def elements(path):
    """Return {name: HTML} of the explorers in the notebook at path.

    Raises RuntimeError if a cell fails.
    """
    code = code_up_to_the_last_explorer(notebooks.read(path))
    if not code:
        return {}
    digest = hashlib.sha256("\0".join([*code, *package_sources(), *versions()]).encode())
    cached = FOLDER / f"{Path(path).stem}-{digest.hexdigest()[:12]}.json"
    if not cached.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "handouts.explorers", str(path), str(cached)]
        done = subprocess.run(command, cwd=notebooks.ROOT, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{Path(path).name} does not run:\n{done.stderr.strip()}")
        for old in FOLDER.glob(f"{Path(path).stem}-*.json"):
            if old != cached:
                old.unlink(missing_ok=True)
    return json.loads(cached.read_text("utf-8"))


def versions():
    """Return the versions of what computes and draws the pictures, which show their changes."""
    return [f"{name} {version(name)}" for name in ("numpy", "matplotlib")]


def package_sources(package=notebooks.ROOT / "aehelpers"):
    """Return the text of every source file of the package, of those in subfolders too."""
    files = sorted(path for path in package.rglob("*") if path.suffix in (".py", ".html"))
    return [file.read_text("utf-8") for file in files]


def code_up_to_the_last_explorer(nb):
    """Return the sources of the code cells that the explorers need."""
    code = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    while code and not EXPLORER_RE.search(code[-1]):
        code.pop()
    return [source for source in code if not REPEATING_CELL_RE.match(source)]


def run(code):
    """Run cells as a notebook does, and return {name: HTML} of their explorers."""
    from IPython.core.interactiveshell import InteractiveShell

    shell, found = InteractiveShell.instance(), {}
    for source in code:
        with contextlib.redirect_stdout(io.StringIO()):
            shell.run_cell(source).raise_error()
        if explorer := EXPLORER_RE.search(source):
            found[explorer[1]] = element(shell.user_ns[explorer[1]])
    return found


def element(explorer, max_bytes=MAX_BYTES):
    """Return the explorer as an HTML element, with fewer settings where they are many."""
    grids = thinned(explorer.grids, explorer.start, MAX_SETTINGS)
    html = explorer.html(**grids)
    if len(html) <= max_bytes:
        return html
    settings = math.prod(map(len, grids.values()))
    return explorer.html(**thinned(grids, explorer.start, settings * max_bytes / len(html)))


def thinned(grids, start, most):
    """Return grids with at most `most` settings.

    The longest grid loses every second value, but not the start's, until they are few enough.
    """
    grids = dict(grids)
    while math.prod(map(len, grids.values())) > most:
        name = max(grids, key=lambda name: len(grids[name]))
        grids[name] = grids[name][grids[name].index(start[name]) % 2 :: 2]
    return grids


def main(path, file):
    """Write {name: HTML} of the explorers in the notebook at path to a JSON file."""
    code = code_up_to_the_last_explorer(notebooks.read(path))
    file = Path(file).resolve()
    os.environ["MPLBACKEND"] = "Agg"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in tools/guard.py
    os.chdir(Path(path).resolve().parent)  # cells read ../benchmarks
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(run(code)), "utf-8")
    draft.replace(file)


if __name__ == "__main__":
    main(*sys.argv[1:])
