"""An nbgrader course of the notebooks: what students get, and what grades what they hand in.

python -m handouts.nbgrader_course [paths]     write build/course; needs the extra `grading`

Without paths: all notebooks that have exercises. Each is an assignment named by its number.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from handouts.editions import (
    grading,
    is_for_teachers,
    unfold,
    validate_markup,
)
from tools import notebooks

FOLDER = notebooks.ROOT / "build" / "course"

# What grades the course and says how; copied, so that the folder works wherever it is moved.
COURSE_FILES = notebooks.ROOT / "handouts" / "course"
PARTS = ["source", "release"]
RELATIVE_LINK_RE = re.compile(r"\[([^\]\n]+)\]\((?!https?:|#|mailto:)[^)\s]+\)")
CONFIG = "nbgrader_config.py"  # written once: it is the teacher's to change
OWN_STEPS = "from submissions import"  # a config that lacks it is from before these steps


def nbgrader_source(nb):
    """Return a copy of nb as nbgrader's source: no cells for teachers, no answer folded.

    Raises ValueError as `editions.validate_markup` does.
    """
    validate_markup(nb)
    nb = notebooks.normalise(nb)
    nb.cells = [cell for cell in nb.cells if not is_for_teachers(cell)]
    for cell in nb.cells:
        unfold(cell)
        if cell.cell_type == "markdown":  # students get this file alone: links lead nowhere
            cell.source = RELATIVE_LINK_RE.sub(r"\1", cell.source)
    return nb


def nbgrader(folder, *arguments):
    """Run nbgrader in the course at folder and return what it said.

    Raises RuntimeError with what it said if it fails.
    """
    if find_spec("nbgrader") is None:
        raise ModuleNotFoundError("nbgrader is missing: pip install 'aehelpers[grading]'")
    # nbgrader looks for its alembic on the PATH, and for the kernel at the user's first.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    env = os.environ | {"PATH": path, "JUPYTER_PREFER_ENV_PATH": "1", "MPLBACKEND": "Agg"}
    env.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in tools/notebooks.py
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stderr


def build(assignments, folder=FOLDER):
    """Write {number: notebook} as assignments of a course at folder, and what students get.

    An assignment that nbgrader refuses stays as it was. Returns {number: why}: its graded cells
    are others than those by which submissions have been graded, say.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in COURSE_FILES.iterdir():
        if file.is_file() and not (file.name == CONFIG and (folder / CONFIG).exists()):
            shutil.copy(file, folder)
    with TemporaryDirectory(dir=folder) as kept:
        for part in PARTS:
            (folder / part).mkdir(exist_ok=True)
            shutil.copytree(folder / part, Path(kept, part))
        try:
            for number, nb in assignments.items():
                shutil.rmtree(folder / "release" / number, ignore_errors=True)
                write_source(nb, number, folder / "source" / number)
            nbgrader(folder, "generate_assignment", "*", "--force")
            return {}
        except RuntimeError as error:
            return {number: str(error) for number in not_released(folder, assignments, kept)}
        finally:
            for number in not_released(folder, assignments, kept):
                for part in PARTS:
                    shutil.rmtree(folder / part / number, ignore_errors=True)
                    if Path(kept, part, number).exists():
                        shutil.copytree(Path(kept, part, number), folder / part / number)


def name_of(path):
    """Return the assignment's name: the number of a notebook, the name of a further one."""
    return path.stem if path.parent.name == "further" else path.stem[:2]


def write_source(nb, number, assignment):
    """Write nb as the source of an assignment."""
    assignment.mkdir(exist_ok=True)
    notebooks.write(nbgrader_source(nb), assignment / f"{number}.ipynb")


def not_released(folder, assignments, kept):
    """Return the assignments of now and before that students would not get."""
    numbers = {*assignments, *(path.name for path in Path(kept, "release").iterdir())}
    return sorted(n for n in numbers if not (folder / "release" / n / f"{n}.ipynb").exists())


def main(argv=None):
    """Write the course of what the command line names; the exit code is 1 if one is refused."""
    parser = argparse.ArgumentParser(description="Write an nbgrader course.")
    parser.add_argument("paths", nargs="*", type=Path, help="default: those with exercises")
    parser.add_argument("--to", type=Path, default=FOLDER, help="folder, made if need be")
    options = parser.parse_args(argv)
    paths = options.paths or notebooks.every()
    read = {name_of(path): notebooks.read(path) for path in paths}
    graded = {number: nb for number, nb in read.items() if any(map(grading, nb.cells))}
    refused = build(graded, options.to)
    for number, why in refused.items():
        print(f"assignment {number} STAYS AS IT WAS; nbgrader refused its new version:\n{why}")
        print("If graded cells came or went: see 'A new version of the notebooks' in HOW_TO.md")
    if OWN_STEPS not in (options.to / CONFIG).read_text("utf-8"):
        print(f"{CONFIG} is from an earlier version, and its feedback pages show hidden tests:")
        print(f"move your changes to a copy of {COURSE_FILES / CONFIG}")
    made = [number for number in graded if number not in refused]
    print(f"assignments {', '.join(made)} are in {options.to}; see HOW_TO.md there")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
