"""Seed faults into aehelpers one at a time, and list those that no test finds.

python -m tools.mutants                   seed faults in every module, write docs/mutants.md
python -m tools.mutants layers losses     only in these modules, and print what was found
python -m tools.mutants --each 40         at most 40 in each module, and not 12; only prints

Cosmic Ray knows where a fault can be seeded and how. Which faults are taken looks random, but
each has its rank from its own line and function alone: who changes one function leaves the
faults of all others as they were. Every mutant is a copy of the package with its tests in a
folder of its own; this folder is never changed.
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from operator import itemgetter
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mutants.md"
PACKAGE = "aehelpers"
# Cosmic Ray's operators, without those whose faults every run would find: x >> y for x * y.
OPERATORS = re.compile(
    r"core/(NumberReplacer|AddNot|RemoveDecorator|ZeroIterationForLoop"
    r"|Replace(And|Or|True|False|Break|Continue)With\w+|ReplaceUnaryOperator_Delete_\w+"
    r"|ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Is_IsNot|IsNot_Is)"
    r"|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Div|Pow_Mul|Mod_Div"
    r"|BitAnd_BitOr|BitOr_BitAnd))"
)
EACH = 12  # faults in a module
LEAST_FOUND = 0.95
NO_REASON = "No reason is given yet."
UNNOTICEABLE = "Equivalent:", "Speed:"  # begin the reasons why no test can find a fault
GENERATED = "## Found, by module\n"  # all below is written by this tool, except the reasons
# For what hangs: seconds of CPU, and of a clock for what hangs without computing.
MAX_CPU, MAX_SECONDS = 600, 3600


@dataclass(frozen=True)
class Mutant:
    """A module with one fault.

    module : its path in the root folder, such as aehelpers/layers.py.
    function : where the fault is, such as Dense.forward; "" outside of all functions.
    before, after : the line with the fault, as it was and as it is.
    source : the text of the module with the fault.
    """

    module: str
    function: str
    before: str
    after: str
    source: str

    def __str__(self):
        name = self.module.removeprefix(f"{PACKAGE}/").removesuffix(".py")
        where = f"{name}, {self.function}" if self.function else name
        return f"{where}: `{self.before}` → `{self.after}`"


# ---- the faults ------------------------------------------------------------------------------


def chosen(root, module, each):
    """Return at most `each` mutants of a module, at most one for each of its lines."""
    source = (root / module).read_text("utf-8")
    lines, ranked = source.splitlines(), []
    for operator, occurrence, node, (row, column), which in places(source):
        function, before = function_of(node), lines[row - 1].strip()
        key = f"{module} {function} {before} {column} {type(operator).__name__} {which}"
        ranked.append(
            (sha256(key.encode()).digest(), function, before, row, operator, occurrence)
        )
    mutants = {}
    for _, function, before, row, operator, occurrence in sorted(ranked, key=itemgetter(0)):
        if len(mutants) < each and (function, before) not in mutants:
            mutated = mutate_code(source, operator, occurrence)
            if not is_another_program(mutated, source):
                continue
            after = mutated.splitlines()[row - 1].strip()
            # Cosmic Ray puts a blank before each number that it writes: x[- 2].
            after = re.sub(r"([(\[]-?|\w=-?|[,=:] -) (?=-?\d)", r"\1", after)
            mutants[function, before] = Mutant(module, function, before, after, mutated)
    return list(mutants.values())


def is_another_program(mutated, source):
    """Say whether the text can be compiled and means something else than the source.

    Cosmic Ray makes `if not x := 1`, which cannot, and of 1e150 the same number plus 1.
    """
    try:
        return ast.dump(ast.parse(mutated)) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False


def places(source):
    """Yield where a fault can be seeded: (operator, occurrence, node, position, which).

    occurrence : counts all places of this operator, which: those in this node.
    """
    nodes = list(ast_nodes(get_ast(source)))
    for name in filter(OPERATORS.fullmatch, operator_names()):
        operator, occurrence = get_operator(name)(), 0
        for node in nodes:
            for which, (start, _) in enumerate(operator.mutation_positions(node)):
                yield operator, occurrence, node, start, which
                occurrence += 1


def function_of(node):
    """Return the name of the function around a node, with its class: Dense.forward."""
    names = []
    while outer := node.parent:
        if outer.type in ("funcdef", "classdef"):
            names.insert(0, outer.name.value)
        elif outer.type == "decorated" and node is not outer.children[-1]:
            names.insert(0, outer.children[-1].name.value)
        node = outer
    return ".".join(names)


# ---- the tests -------------------------------------------------------------------------------


def own_tests(root, module):
    """Return the test file of a module, in a list that is empty if there is none."""
    file = Path("tests") / f"test_{Path(module).stem}.py"
    return [str(file)] if (root / file).exists() else []


def other_tests(root, module):
    """Return the test files of the other modules in the same folder."""
    neighbours = modules(root, Path(module).parent)
    files = [file for neighbour in neighbours for file in own_tests(root, neighbour)]
    return [file for file in files if file not in own_tests(root, module)]


def modules(root, folder):
    """Return the paths of the modules in a folder of the package, in order."""
    paths = sorted((root / folder).glob("[!_]*.py"))
    return [path.relative_to(root).as_posix() for path in paths]


def tried(root, wanted, each):
    """Yield (mutant, whether it is found) for the mutants of these modules, in their order.

    RuntimeError if the tests of a folder fail without any fault: they would find everything.
    """
    mutants = [mutant for module in wanted for mutant in chosen(root, module, each)]
    one_of_folder = {Path(module).parent: module for module in wanted}
    unchanged = [
        Mutant(module, "", "", "", (root / module).read_text("utf-8"))
        for module in one_of_folder.values()
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for folder, fails in zip(
            one_of_folder, pool.map(partial(is_found, root), unchanged), strict=True
        ):
            if fails:
                raise RuntimeError(
                    f"the tests of {folder} fail without any fault: mend them first"
                )
        yield from zip(mutants, pool.map(partial(is_found, root), mutants), strict=True)


def all_modules(root):
    """Return the paths of all modules of the package, folder after folder."""
    folders = [PACKAGE, *sorted({path.parent for path in (root / PACKAGE).glob("*/*.py")})]
    return [module for folder in folders for module in modules(root, folder)]


def is_found(root, mutant):
    """Say whether a test fails. First the module's own are run, then those of its folder."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for part in (PACKAGE, "tests"):
            caches = shutil.ignore_patterns("__pycache__")
            shutil.copytree(root / part, copy / part, ignore=caches)
        shutil.copy(root / "pyproject.toml", copy)
        (copy / mutant.module).write_text(mutant.source, "utf-8")
        return not (
            passes(copy, own_tests(root, mutant.module))
            and passes(copy, other_tests(root, mutant.module))
        )


def passes(folder, files):
    """Say whether these test files pass in the folder; no file always does."""
    if not files:
        return True
    pytest = (
        f"{sys.executable} -m pytest -x -q -p no:cacheprovider -o addopts= --confcutdir=tests"
    )
    # Without its plugins pytest starts three times as fast; the unit tests need none.
    variables = {
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
    }
    try:
        run = subprocess.run(
            ["sh", "-c", f"ulimit -t {MAX_CPU}; exec {pytest} {' '.join(files)}"],
            cwd=folder,
            env=os.environ | variables,
            capture_output=True,
            timeout=MAX_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


# ---- the page --------------------------------------------------------------------------------


def written(text, results):
    """Return the page with the results; a survivor that it knew already keeps its reason.

    results : [(mutant, whether it is found)].
    """
    reasons = dict(survivors(text))
    names = dict.fromkeys(mutant.module for mutant, _ in results)
    rows = [
        (name, [found for mutant, found in results if mutant.module == name]) for name in names
    ]
    rows.append(("all", [found for _, found in results]))
    table = [f"| {name} | {sum(found)} | {len(found)} |" for name, found in rows]
    lines = [
        f"- {mutant}\n  {reasons.get(str(mutant), NO_REASON)}"
        for mutant, found in results
        if not found
    ]
    return "\n".join(
        [text.partition(GENERATED)[0] + GENERATED]
        + ["| module | found | faults |", "| --- | --: | --: |", *table, ""]
        + ["## Survivors, and why\n", *lines, ""]
    )


def survivors(text):
    """Return [(mutant as text, reason)] of the page."""
    return re.findall(r"^- (.+)\n  (.+)$", text.partition(GENERATED)[2], re.MULTILINE)


def shortcomings(text):
    """Return a sentence for each thing that the page lacks."""
    found, faults = map(int, re.search(r"^\| all \| (\d+) \| (\d+) \|$", text, re.M).groups())
    lacking = [f"{name}: {why}" for name, why in survivors(text) if why == NO_REASON]
    noticeable = faults - sum(why.startswith(UNNOTICEABLE) for _, why in survivors(text))
    if found < LEAST_FOUND * noticeable:
        lacking.append(f"{found} of {noticeable} are found, which is below {LEAST_FOUND:.0%}")
    return lacking


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="modules such as layers; all if none is given")
    parser.add_argument("--each", type=int, default=EACH, help="faults in a module")
    asked = parser.parse_args(arguments)
    known = all_modules(ROOT)
    wanted = [path for path in known if not asked.names or Path(path).stem in asked.names]
    if missing := set(asked.names) - {Path(path).stem for path in wanted}:
        parser.error(f"{PACKAGE} has no module {', '.join(sorted(missing))}")
    results = []
    for mutant, found in tried(ROOT, wanted, asked.each):
        print("found   " if found else "SURVIVED", mutant, flush=True)
        results.append((mutant, found))
    if wanted == known and asked.each == EACH:
        text = written(PAGE.read_text("utf-8"), results)
        PAGE.write_text(text, "utf-8")
        sys.exit("\n".join(shortcomings(text)) or None)


if __name__ == "__main__":
    main()
