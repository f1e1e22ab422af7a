"""What nbgrader does with the submissions of this course, besides its own steps.

`nbgrader_config.py` names the five classes below, so `nbgrader autograde`, `nbgrader
generate_feedback` and the Formgrader use them, too. Files in `submitted/` are only read.
"""

import ast
import builtins
import copy
import difflib
import html
import json
import logging
import re
from pathlib import Path

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearSolutions, Execute, GetGrades, NbGraderPreprocessor
from stubs import unanswered

log = logging.getLogger("submissions")

HIDDEN_TESTS_BEGIN = "### BEGIN HIDDEN TESTS"
MOST_CHARACTERS = 200_000  # of one cell's output; a loop that prints would fill the memory
SHORTEST_SECRET = 8  # characters; a line such as `y = x` gives no hidden test away
# Modules and functions of the lessons that change nothing that they are given.
LEAVE_ARGUMENTS = {"np", "check", "plots", "metrics", "data", "losses"}
# A cell that looks for names by their text may read any of them.
READS_ANY_NAME = {"eval", "exec", "get_ipython", "globals", "locals", "vars"}

# Run in the kernel with `shell`; the second puts back what the first has kept.
KEEP_NAMES = """
import numpy
names = {name: value for name, value in shell.user_ns.items() if name[0] != "_"}
arrays = [each for each in names.values() if type(each) is numpy.ndarray]
shell.kept = names, [(each, each.copy()) for each in arrays if each.flags.writeable]
"""
RESTORE_NAMES = """
import builtins, numpy
names, arrays = shell.kept
for name in vars(builtins):
    if name[0] != "_" and name not in names:
        shell.user_ns.pop(name, None)
shell.user_ns.update(names)
for each, values in arrays:
    numpy.copyto(each, values)
"""


def grading(cell):
    """Return the metadata that nbgrader reads; they are empty where a cell is no exercise."""
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def is_answer(cell):
    return grading(cell).get("solution", False)


def is_check(cell):
    return grading(cell).get("grade", False) and not is_answer(cell)


def text_of(cell):
    """Return the source without what a change of the line ends or of blanks changes."""
    return "\n".join(line.rstrip() for line in cell.source.splitlines()).strip()


def released(resources):
    """Return the notebook that students were given; nbgrader works in the course's folder."""
    name = resources["nbgrader"]
    path = Path("release", name["assignment"], f"{name['notebook']}.ipynb")
    return nbformat.read(path, as_version=4)


class ClearAnswers(ClearSolutions):
    """Leave in each answer cell what students begin with; *Run All* reaches the end with it."""

    def preprocess(self, nb, resources):
        self._checks = {grading(c)["grade_id"]: c.source for c in nb.cells if grading(c)}
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, cell_index):
        if is_answer(cell) and cell.cell_type == "code":
            cell.source = unanswered(
                cell.source, self._checks[grading(cell)["grade_id"] + "-check"]
            )
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)


class ReadSubmission(NotebookExporter):
    """nbgrader's reader of notebooks, for what other editors and systems write, too."""

    def from_file(self, file_stream, resources=None, **more):
        """Convert the notebook in an open file; its bytes say which Unicode encoding it has.

        Raises ValueError if it is no notebook.
        """
        data = file_stream.buffer.read()
        try:
            nb = nbformat.reads(data.decode(json.detect_encoding(data)), as_version=4)
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            said = "the file is not a notebook, or only a part of one; ask for it again"
            raise ValueError(said) from error
        for key, needed in (("kernelspec", "display_name"), ("language_info", "name")):
            if needed not in nb.metadata.get(key, {}):
                nb.metadata.pop(key, None)
        return self.from_notebook_node(nb, resources=resources, **more)


class TidyCells(NbGraderPreprocessor):
    """Give each graded cell back its metadata, and each exercise the cells it needs.

    A copy of a graded cell becomes an ordinary cell. A graded cell without its metadata is
    recognised by its place. What is missing or changed, and is not an answer, is put back.
    """

    def preprocess(self, nb, resources):
        given = released(resources)
        nb.nbformat_minor = 5
        pairs, copies = pair_cells(given.cells, nb.cells)
        for grade_id in copies:
            log.warning(
                "%s stands in the notebook more than once; one of them counts", grade_id
            )
        missing = {}  # {the place handed in before which it belongs: [place in given]}
        before = len(nb.cells)
        for i in reversed(range(len(given.cells))):
            cell = given.cells[i]
            if i in pairs:
                before = pairs[i]
            elif grading(cell) or cell.cell_type == "code":
                missing.setdefault(before, []).insert(0, cell)
        for cell in (each for put_back in missing.values() for each in put_back):
            name = grading(cell).get("grade_id") or f"the lesson's cell {text_of(cell)[:40]!r}"
            log.warning("%s was changed or missing and is put back", name)
        partner = {place: given.cells[i] for i, place in pairs.items()}
        cells = []
        for place, cell in enumerate(nb.cells):
            cells += [*missing.get(place, []), self._filled_in(partner.get(place), cell)]
        cells += missing.get(len(nb.cells), [])
        with Gradebook(resources["nbgrader"]["db_url"]) as book:
            notebook = resources["nbgrader"]["notebook"], resources["nbgrader"]["assignment"]
            for number, cell in enumerate(cells):
                cell["id"] = f"cell-{number}"
                if is_check(cell):
                    grade_id = grading(cell)["grade_id"]
                    cell.source = book.find_source_cell(grade_id, *notebook).source
        nb.cells = cells
        return nb, resources

    def _filled_in(self, given, cell):
        """Return the given cell with what the student wrote; a cell of the student's own."""
        if given is None:
            cell.metadata = nbformat.from_dict({})
            cell.source = cell.source.replace("\r\n", "\n")
            return cell
        filled = copy.deepcopy(given)
        if is_answer(given) and text_of(cell) != text_of(given):
            filled.source = cell.source.replace("\r\n", "\n")
            if given.cell_type == "markdown" and "attachments" in cell:
                filled["attachments"] = cell.attachments
        return filled


def pair_cells(given, handed_in):
    """Return {place in given: place in handed_in} and the grade_ids that stand there twice.

    Of several cells with the same grade_id, the first answer that was changed counts, and the
    first check below its answer.
    """
    found, pairs, copies, above = {}, {}, [], -1
    for place, cell in enumerate(handed_in):
        found.setdefault(grading(cell).get("grade_id"), []).append(place)
    for i, cell in enumerate(given):
        places = found.get(grading(cell)["grade_id"], []) if grading(cell) else []
        if is_answer(cell):
            good = [each for each in places if text_of(handed_in[each]) != text_of(cell)]
        else:
            good = [each for each in places if each > above]
        if places:
            above = pairs[i] = (good or places)[0]
        if len(places) > 1:
            copies.append(grading(cell)["grade_id"])
    texts = [
        [(cell.cell_type, text_of(cell)) for cell in cells] for cells in (given, handed_in)
    ]
    taken = set(pairs.values())
    for _, i, i_end, j, j_end in difflib.SequenceMatcher(None, *texts, False).get_opcodes():
        same = texts[0][i:i_end] == texts[1][j:j_end]
        free = [each for each in range(j, j_end) if each not in taken]
        for k in (each for each in range(i, i_end) if each not in pairs):
            if same:
                partner = j + k - i
                possible = [partner] if partner in free else []
            else:
                kind = given[k].cell_type
                possible = [each for each in free if handed_in[each].cell_type == kind]
                possible = possible if is_answer(given[k]) or is_check(given[k]) else []
            if possible:
                pairs[k] = possible[0]
                free = [each for each in free if each > possible[0]]
                taken.add(possible[0])
    return pairs, copies


class RunCells(Execute):
    """Run what the graded cells need, and all of it whatever one cell does.

    A cell that is too slow is interrupted. Where a cell ends Python, or cannot be interrupted,
    all is run again without this cell. Before each answer the names of the lesson, and the
    values of its arrays, are put back as they were above the exercises.
    """

    def preprocess(self, nb, resources, km=None):
        self._lesson = {
            text_of(cell) for cell in released(resources).cells if not grading(cell)
        }
        for place in not_needed(nb.cells, self._lesson):
            nb.cells[place].metadata["tags"] = [self.skip_cells_with_tag]
        failed_starts = 0
        while True:
            self._place, self._kept = None, False
            try:
                return super().preprocess(nb, resources, km)
            except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
                if self._place is None:
                    # Two kernels that start at the same time may be given the same port.
                    failed_starts += 1
                    if failed_starts == 3:
                        raise
                elif isinstance(error, DeadKernelError | CellTimeoutError):
                    self._leave_out(nb.cells[self._place], error)
                else:
                    raise

    def _leave_out(self, cell, error):
        """Mark a cell that ended Python, or that nothing could stop."""
        ended = isinstance(error, DeadKernelError)
        name = "KernelDied" if ended else "CellTimeoutError"
        said = "this cell ended Python" if ended else "this cell could not be stopped"
        log.warning("%r: %s; all else was run again without it", text_of(cell)[:40], said)
        cell.metadata["tags"] = [self.skip_cells_with_tag]
        cell.outputs = [
            nbformat.v4.new_output("error", ename=name, evalue=said, traceback=[said])
        ]

    def preprocess_cell(self, cell, resources, index):
        self._place, self._characters = index, 0
        ours = text_of(cell) in self._lesson
        restore = False
        if cell.cell_type == "code" and not ours and not is_check(cell):
            if not self._kept:
                self._run_silently(KEEP_NAMES)
                self._kept = is_answer(cell)
                restore = not self._kept
            elif is_answer(cell):
                self._run_silently(RESTORE_NAMES)
        super().preprocess_cell(cell, resources, index)
        if restore:
            self._run_silently(RESTORE_NAMES)
        if is_check(cell) and cell.cell_type == "code":
            # nbgrader takes a warning for a failure, and a last value for points.
            kept = [each for each in cell.outputs if each.output_type in ("stream", "error")]
            for output in kept:
                if output.output_type == "stream":
                    output["name"] = "stdout"
            cell.outputs = kept
        return cell, resources

    def _run_silently(self, source):
        shell = "__import__('IPython').get_ipython()"
        code = f"__import__('builtins').exec({source!r}, {{'shell': {shell}}})"
        self.wait_for_reply(self.kc.execute(code, silent=True, store_history=False))

    def on_cell_executed(self, **event):
        super().on_cell_executed(**event)
        payload = event["execute_reply"]["content"].get("payload", [])
        if any(each.get("source") == "ask_exit" for each in payload):
            raise DeadKernelError("exit() was called")

    def output(self, outs, msg, display_id, cell_index):
        """Keep an output as long as its cell has not said too much already."""
        content = msg["content"]
        size = len(content.get("text", "")) + len(content.get("data", {}).get("text/plain", ""))
        if self._characters + size > MOST_CHARACTERS:
            if self._characters <= MOST_CHARACTERS:
                outs.append(nbformat.v4.new_output("stream", text="\n... and more\n"))
            self._characters = MOST_CHARACTERS + 1
            return None
        self._characters += size
        return super().output(outs, msg, display_id, cell_index)


def not_needed(cells, lesson):
    """Return the places of code cells that need not run for what is graded to be as it is.

    cells : all of the notebook.   lesson : the `text_of` cells that are neither graded nor
    changed. Such a cell is needed if it binds, fills or may change what is read below it, or
    what a function reads that is called below it.
    """
    code = [place for place, cell in enumerate(cells) if cell.cell_type == "code"]
    own = {place for place in code if text_of(cells[place]) not in lesson}
    if any(READS_ANY_NAME & words_of(cells[place]) for place in own):
        return []
    trees = {place: ast.parse(cells[place].source) for place in code if place not in own}
    modules = {name for tree in trees.values() for name in imported(tree)}
    in_functions = set()  # the names that functions of needed cells read, whenever called
    while True:
        places, read, more = [], set(in_functions), set(in_functions)
        for place in reversed(code):
            if place in own:
                read |= words_of(cells[place])
                continue
            bound, changed, names, called_later = use_of_names(trees[place])
            if read & (bound | (changed - modules)):
                read = (read - bound) | names | in_functions
                more |= called_later
            else:
                places.append(place)
        if more == in_functions:
            return places
        in_functions = more


def imported(tree):
    """Return the names that the imports of a cell bind."""
    lines = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [(each.asname or each.name) for line in lines for each in line.names]
    return {name.partition(".")[0] for name in names}


def words_of(cell):
    """Return all names that stand in a cell, those in strings and magic commands, too."""
    return set(re.findall(r"[^\W\d]\w*", cell.source))


def use_of_names(tree):
    """Return four sets of names for a cell.

    Those that it binds for certain, those that it may change, those that it reads, and of the
    last those that its functions read.
    """
    bound, changed, read = imported(tree), set(), set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.Assign):
            bound |= {each.id for each in stored(node.targets)}
    nodes, functions = [tree], []
    for node in nodes:  # grows
        if isinstance(node, ast.Call):
            changed |= changed_by(node)
        elif isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            changed |= root_of(node)
        elif isinstance(node, ast.AugAssign):
            read |= root_of(node.target)
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            functions.append(node)  # it acts where it is called
        else:
            nodes += ast.iter_child_nodes(node)
    return bound, changed, read | loaded([tree]), loaded(functions)


def loaded(nodes):
    """Return the names that are read in some nodes."""
    found = [each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)]
    return {node.id for node in found if isinstance(node.ctx, ast.Load)}


def changed_by(call):
    """Return the names whose values a call may change: what it is a method of, what it gets."""
    changed = root_of(call.func) if isinstance(call.func, ast.Attribute) else set()
    if root_of(call.func) & LEAVE_ARGUMENTS or root_of(call.func) <= set(vars(builtins)):
        return changed
    given = [*call.args, *(each.value for each in call.keywords)]
    names = [node for each in given for node in ast.walk(each) if isinstance(node, ast.Name)]
    return changed | {node.id for node in names}


def stored(targets):
    """Yield the names that an assignment binds, not those of which it fills a part."""
    for target in targets:
        if isinstance(target, ast.Name):
            yield target
        elif isinstance(target, ast.Tuple | ast.List):
            yield from stored(target.elts)
        elif isinstance(target, ast.Starred):
            yield from stored([target.value])


def root_of(node):
    """Return {the name} of which a node is a part, a method or an item; else the empty set."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


class FeedbackPage(GetGrades):
    """A page that says what passed, and shows nothing of a hidden test.

    Neither its source, nor its message, nor what the answer printed in it.
    """

    def preprocess(self, nb, resources):
        self._waiting = 0
        nb, resources = super().preprocess(nb, resources)
        hidden = {}  # {place: the lines of its hidden tests}
        for place, cell in enumerate(nb.cells):
            source, marker, tests = cell.source.partition(HIDDEN_TESTS_BEGIN)
            if marker:
                cell.source, hidden[place] = source.rstrip(), tests.splitlines()[1:]
        public = "\n".join(cell.source for cell in nb.cells)
        secrets = {each for lines in hidden.values() for each in secrets_of(lines)}
        secrets = {each for each in secrets if each not in public}
        for place, cell in enumerate(nb.cells):
            if cell.cell_type != "code":
                continue
            if place in hidden:
                cell.outputs = [said(what_came(cell, secrets))]
            else:
                cell.outputs = [
                    said("(This output is left out: it showed a part of a hidden test.)")
                    if tells(output, secrets)
                    else output
                    for output in cell.outputs
                ]
        nb.cells.insert(0, nbformat.v4.new_markdown_cell(self._note()))
        return nb, resources

    def _note(self):
        note = (
            "*Cells that no exercise needs were not run again for grading, so they have no "
            "output here.*"
        )
        if self._waiting:
            note += (
                f"\n\n**Answers that are not marked yet: {self._waiting}.** The score above "
                "counts them as 0 until they are marked."
            )
        return note

    def _get_score(self, cell, resources):
        super()._get_score(cell, resources)
        grade_id = grading(cell)["grade_id"]
        names = self.notebook_id, self.assignment_id, self.student_id
        grade = self.gradebook.find_grade(grade_id, *names)
        if waits(grade):
            self._waiting += 1
            cell.metadata.nbgrader["comment"] = "This answer is not marked yet."


def waits(grade):
    """Say whether a grade of nbgrader's gradebook waits for a person."""
    return grade.auto_score is None and grade.manual_score is None


def said(text):
    return nbformat.v4.new_output("stream", text=text + "\n")


def secrets_of(lines):
    """Yield the lines of a hidden test and its messages, if they are long enough to tell."""
    source = "\n".join(lines)
    strings = re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'", source)
    for each in [*lines, *(a or b for a, b in strings)]:
        if len(each.strip()) >= SHORTEST_SECRET:
            yield each.strip()


def without_colours(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def tells(output, secrets):
    """Say whether an output shows one of the secrets."""
    text = without_colours("\n".join(strings_in(output)))
    return any(each in text or each in html.unescape(text) for each in secrets)


def strings_in(value):
    """Yield all strings in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings_in(each)


def what_came(cell, secrets):
    """Return what a student may know of a check; the cell holds only its public lines."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    printed = "".join(output.get("text", "") for output in cell.outputs)
    passed = re.match(r"(?s).*?^ok +exercise [^\n]*\n", printed, re.M)
    above = passed[0] if passed else ""
    if not errors:
        return f"{above}The hidden check passed, too."
    name, message = errors[0].ename, without_colours(errors[0].evalue)
    if re.search(r"^open  exercise ", printed, re.M):
        return "Not answered yet."
    if name == "WrongAnswerError":
        return f"The self-check did not pass: {message}"
    if name in ("CellTimeoutError", "KeyboardInterrupt"):
        return "Not passed: the check took too long and was stopped."
    if name == "KernelDied":
        return "Not passed: in this check your answer ended Python, or could not be stopped."
    where = re.search(
        r"Cell In ?\[\d+\], line (\d+)", without_colours("".join(errors[0].traceback))
    )
    if where is None or int(where[1]) > len(cell.source.splitlines()):
        raised = "" if name == "AssertionError" else f" Your answer raised {name} in it."
        return f"{above}The hidden check, with other inputs, did not pass.{raised}"
    if any(each in message for each in secrets):
        return "The self-check did not pass."
    raised = "" if name == "AssertionError" else f"{name}: "
    return f"The self-check did not pass: {raised}{message}"
