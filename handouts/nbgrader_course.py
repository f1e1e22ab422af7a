"""An nbgrader course of the notebooks: what students get, and what grades what they hand in.

python -m handouts.nbgrader_course [paths]     write build/course; needs the extra `grading`

Without paths: all notebooks that have exercises. Each is an assignment named by its number.
"""

import argparse
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from handouts.editions import (
    ANSWER_PLACEHOLDER,
    STORED_RUNS,
    grading,
    is_for_teachers,
    validate_markup,
)
from tools import notebooks

FOLDER = notebooks.ROOT / "build" / "course"

CONFIG = f'''"""How nbgrader hands out and grades this course; written once, yours to change."""

c = get_config()  # noqa: F821 (nbgrader defines it)

c.CourseDirectory.course_id = "autoencoders"
c.ClearSolutions.code_stub = {{
    "python": '# Your answer here\\nraise NotImplementedError("not answered yet: see the hint")'
}}
c.ClearSolutions.text_stub = "{ANSWER_PLACEHOLDER}"
# Seconds that a kernel may take to start, and a cell to run, on a busy machine, too.
c.Execute.startup_timeout = c.Execute.timeout = 600
'''

HOW_TO = """# The course in nbgrader

Run all commands in this folder, in an activated environment with `aehelpers[lab,grading]`.

- `source/NN/NN.ipynb`: notebook NN with solutions and hidden tests; not for students.
- `release/NN/`: what students get. The answers and the hidden tests are taken out.
- `submitted/NAME/NN/`: where what a student hands in belongs, `NN.ipynb` with this very name.

Grade assignment 01:

    nbgrader autograde 01             # puts changed checks back, runs all, counts points
    jupyter lab                       # Nbgrader > Formgrader: mark the answers in words
    nbgrader generate_feedback 01     # a page for each student, in feedback/
    nbgrader export                   # grades.csv

The answers in words stand at "needs manual grade" until you have marked them; an untouched one
gets 0. Submissions are code that runs on your machine, with your rights: grade in a container
or an account of its own. `make course` writes source and release anew and leaves gradebook,
submissions and `nbgrader_config.py` alone.
"""


def nbgrader_source(nb):
    """Return a copy of nb as nbgrader's source: no cells for teachers, no answer folded.

    The stored runs are read from beside the notebook, where nbgrader takes them along.
    Raises ValueError as `editions.validate_markup` does.
    """
    validate_markup(nb)
    nb = notebooks.normalise(nb)
    nb.cells = [cell for cell in nb.cells if not is_for_teachers(cell)]
    for cell in nb.cells:
        cell.metadata.pop("jupyter", None)
        cell.source = cell.source.replace("long_runs()", f'long_runs("{STORED_RUNS.name}")')
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
    """Write {number: notebook} as assignments of a course at folder, and what students get."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "nbgrader_config.py").exists():
        (folder / "nbgrader_config.py").write_text(CONFIG, "utf-8")
    (folder / "HOW_TO.md").write_text(HOW_TO, "utf-8")
    for number, nb in assignments.items():
        assignment = folder / "source" / number
        assignment.mkdir(parents=True, exist_ok=True)
        nb = nbgrader_source(nb)
        notebooks.write(nb, assignment / f"{number}.ipynb")
        if any(STORED_RUNS.name in cell.source for cell in nb.cells):
            shutil.copy(STORED_RUNS, assignment)
    nbgrader(folder, "generate_assignment", "*", "--force")


def main(argv=None):
    """Write the course of the notebooks that the command line names."""
    parser = argparse.ArgumentParser(description="Write an nbgrader course.")
    parser.add_argument("paths", nargs="*", type=Path, help="default: those with exercises")
    parser.add_argument("--to", type=Path, default=FOLDER, help="folder, made if need be")
    options = parser.parse_args(argv)
    paths = options.paths or sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))
    read = {path.stem[:2]: notebooks.read(path) for path in paths}
    graded = {number: nb for number, nb in read.items() if any(map(grading, nb.cells))}
    build(graded, options.to)
    print(f"assignments {', '.join(graded)} are in {options.to}; see HOW_TO.md there")


if __name__ == "__main__":
    main()
