"""Grade what students handed in, write their feedback pages and the tables of grades.

python grade.py 01             assignment 01: what is new or has changed since the last time
python grade.py 01 --again     all of it, for example after a change of nbgrader_config.py
python grade.py                all assignments

Run it in the course's folder. HOW_TO.md says what comes out and what to do next.
"""

import argparse
import csv
import hashlib
import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path

from submissions import waits

RECORD = Path("graded.json")  # {submission: what it was when it was graded}
PREFIX = "Autoencoders"  # of the columns of grades
NO_GRADE = {"moodle": "-", "canvas": ""}  # how each writes that there is none (yet)


def set_up():
    """Return nbgrader's API for the course in this folder.

    It runs the kernels of this very environment, whatever others the user has, in one thread.
    """
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    os.environ |= {"PATH": os.pathsep.join(path), "JUPYTER_PREFER_ENV_PATH": "1"}
    os.environ |= {"MPLBACKEND": "Agg"}
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    warnings.simplefilter("ignore")  # they are about libraries of nbgrader's
    from nbgrader.apps import AutogradeApp, NbGraderAPI

    app = AutogradeApp()
    app.initialize([])
    app.log.setLevel(logging.ERROR)
    app.log.handlers = [logging.NullHandler()]
    app.log.propagate = False
    return NbGraderAPI(app.coursedir, parent=app)


class Notes(logging.Handler):
    """What is noted of one submission, each once and in order."""

    def __init__(self):
        super().__init__()
        self.texts = []
        logger = logging.getLogger("submissions")
        logger.addHandler(self)
        logger.propagate = False

    def emit(self, record):
        if record.getMessage() not in self.texts:
            self.texts.append(record.getMessage())

    def taken(self):
        """Return the texts since the last time."""
        texts, self.texts = self.texts, []
        return texts


def submissions(assignment):
    """Yield (student, folder) of all who handed in something for an assignment."""
    for folder in sorted(Path("submitted").glob(f"*/{assignment}")):
        if folder.is_dir():
            yield folder.parent.name, folder


def fingerprint(notebook, assignment):
    """Return what changes if the submission, the exercises or the way of grading changes."""
    here = Path(__file__).parent
    files = [notebook, Path("source", assignment, notebook.name)]
    files += [here / "submissions.py", Path("nbgrader_config.py")]
    content = b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)
    return hashlib.sha256(content).hexdigest()


def marks(api, key):
    """Return what changes if a person marks a submission or comments on it."""
    student, assignment = key.split("/")
    with api.gradebook as book:
        sheets = book.find_submission(assignment, student).notebooks
        given = [
            (each.id, each.manual_score, each.extra_credit) for s in sheets for each in s.grades
        ]
        given += [(each.id, each.manual_comment) for sheet in sheets for each in sheet.comments]
    return repr(sorted(given))


def grade(api, notes, assignment, again=False):
    """Grade an assignment; say in a line for each student what came. Return who failed."""
    record = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    failed = []
    for student, folder in submissions(assignment):
        name, key = f"{student}, {assignment}", f"{student}/{assignment}"
        notebook = folder / f"{assignment}.ipynb"
        if not notebook.exists():
            found = sorted(path.name for path in folder.glob("*.ipynb"))
            print(f"{name}: NOT GRADED. {notebook} is missing; there is {found}")
            failed.append(student)
            continue
        now = fingerprint(notebook, assignment)
        before, marked = record.pop(key, (None, None))
        said = "not changed since it was graded"
        if again or before != now or not Path("autograded", key, notebook.name).exists():
            start = time.perf_counter()
            done = api.autograde(assignment, student)
            if not done["success"]:
                print(f"{name}: NOT GRADED. {reason(done)}")
                notes.taken()
                failed.append(student)
                continue
            marked = None
            said = f"graded in {time.perf_counter() - start:.0f} s"
        print(f"{name}: {said}. {sums(api, key)}")
        print(*(f"    {text}\n" for text in notes.taken()), sep="", end="")
        if marked != marks(api, key) or not Path("feedback", key).exists():
            page = api.generate_feedback(assignment, student)
            if not page["success"]:
                print(f"{name}: NO FEEDBACK PAGE. {reason(page)}")
                failed.append(student)
        record[key] = now, marks(api, key)
        RECORD.write_text(json.dumps(record, indent=1), "utf-8")
    return failed


def reason(done):
    """Return the last line that says why nbgrader failed."""
    lines = [line for line in done.get("log", done["error"]).splitlines() if "Error" in line]
    return lines[-1].strip() if lines else "See what `nbgrader autograde` says."


def sums(api, key):
    """Return in words the points of a submission so far."""
    student, assignment = key.split("/")
    with api.gradebook as book:
        sheet = book.find_submission(assignment, student)
        grades = [grade for notebook in sheet.notebooks for grade in notebook.grades]
        points = sum(grade.score for grade in grades)
        most = sum(grade.max_score for grade in grades if not waits(grade))
        open_ones = sum(map(waits, grades))
    text = f"{points:g} of {most:g} points"
    wait = "1 answer waits" if open_ones == 1 else f"{open_ones} answers wait"
    return f"{text}; {wait} to be marked." if open_ones else f"{text}."


def tables(api):
    """Write grades.csv, and what Moodle and Canvas import, of all that has been graded."""
    with api.gradebook as book:
        assignments = [each for each in book.assignments if each.submissions]
        students, found = [], {}
        for assignment in assignments:
            for sheet in assignment.submissions:
                grades = [grade for notebook in sheet.notebooks for grade in notebook.grades]
                points = max(0.0, sheet.score - (sheet.late_submission_penalty or 0))
                open_ones = sum(map(waits, grades))
                found[sheet.student.id, assignment.name] = points, open_ones
        for each in book.students:
            names = each.first_name or "", each.last_name or "", each.email or ""
            students.append((each.id, *names, each.lms_user_id or ""))
        most = {each.name: each.max_score for each in assignments}
    students.sort()
    write("grades.csv", plain_table(students, most, found))
    write("grades_moodle.csv", moodle_table(students, most, found))
    write("grades_canvas.csv", canvas_table(students, most, found))


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def plain_table(students, most, found):
    """Yield a row for each student and assignment, with what still waits to be marked."""
    yield "student", "assignment", "points", "of", "answers that wait to be marked"
    for student, *_ in students:
        for name in most:
            points, open_ones = found.get((student, name), ("not handed in", ""))
            yield student, name, points, most[name], open_ones


def final(found, student, name, none):
    """Return the points, or `none` as long as there are none or an answer waits."""
    points, open_ones = found.get((student, name), (none, 0))
    return none if open_ones else points


def moodle_table(students, most, found):
    """Yield the rows of a file for Moodle's Grades > Import > CSV file."""
    yield (
        *("First name", "Last name", "ID number", "Email address"),
        *(f"{PREFIX} {name}" for name in most),
    )
    for student, first, last, email, _ in students:
        points = [final(found, student, name, NO_GRADE["moodle"]) for name in most]
        yield first, last, student, email, *points


def canvas_table(students, most, found):
    """Yield the rows of a file for Canvas's Gradebook > Import."""
    yield (
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
        *(f"{PREFIX} {name}" for name in most),
    )
    yield "    Points Possible", "", "", "", "", *most.values()
    for student, first, last, _, canvas_id in students:
        full = ", ".join(name for name in (last, first) if name) or student
        points = [final(found, student, name, NO_GRADE["canvas"]) for name in most]
        yield full, canvas_id, "", student, "", *points


def main(argv=None):
    """Do what the command line says; the exit code is 1 if a submission was not graded."""
    parser = argparse.ArgumentParser(description="Grade, write feedback and tables of grades.")
    parser.add_argument("assignments", nargs="*", help="such as 01; default: all")
    parser.add_argument("--again", action="store_true", help="also what has not changed")
    options = parser.parse_args(argv)
    if not Path("nbgrader_config.py").exists():
        parser.error("nbgrader_config.py is not here: run this in the course's folder")
    assignments = options.assignments or sorted(path.name for path in Path("release").glob("*"))
    for name in assignments:
        if not Path("release", name).is_dir():
            parser.error(f"there is no assignment {name!r} in release/")
    api, notes = set_up(), Notes()
    failed = [grade(api, notes, name, options.again) for name in assignments]
    tables(api)
    print(
        "Feedback pages: feedback/NAME/NN/NN.html. Grades: grades.csv, and for Moodle, Canvas."
    )
    return int(any(failed))


if __name__ == "__main__":
    sys.exit(main())
