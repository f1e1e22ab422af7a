"""What stands in an answer cell before it is answered, in all that students get."""

import ast
import json
import re

WIDEST_LINE = 96
HINTED_SOLUTION_RE = re.compile(
    r"^(?P<tab> *)# Hint: *(?P<hint>\S.*)\n(?P=tab)### BEGIN SOLUTION\n(?P<body>.+?)\n"
    r" *### END SOLUTION$",
    re.M | re.S,
)


def asked_for(check):
    """Return the names that a self-check wants: the parameters of its function after `this`.

    Raises ValueError if the check is no function.
    """
    for node in ast.parse(check).body:
        if isinstance(node, ast.FunctionDef):
            return [argument.arg for argument in node.args.args[1:]]
    raise ValueError(
        "a self-check is a function, `def exercise_1(this, answer):`, below "
        f"`@exercise(1, look=...)`; this one is {check[:60]!r}"
    )


def bound(source):
    """Return the names that the statements of a solution bind, in order, each once."""
    names = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            stored = [each for target in node.targets for each in ast.walk(target)]
            names += [each.id for each in stored if isinstance(each, ast.Name)]
    return list(dict.fromkeys(names))


def unanswered(source, check):
    """Return an answer cell without its solution.

    check : the source of the self-check below it. Inside a function, the solution becomes
    NotImplementedError with the hint. Elsewhere it becomes a line `name = ...` for each name
    that the check wants and the solution binds, below the hint.
    """
    wanted = asked_for(check)

    def stub(found):
        if found["tab"]:
            return _raise_hint(found)
        names = [name for name in bound(found["body"]) if name in wanted]
        return "\n".join([f"# Hint: {found['hint']}", *(f"{name} = ..." for name in names)])

    return HINTED_SOLUTION_RE.sub(stub, source).rstrip()


def _raise_hint(found):
    """Return the line that raises the hint of a found solution, wrapped as ruff does."""
    hint = json.dumps(found["hint"], ensure_ascii=False)
    line = f"{found['tab']}raise NotImplementedError({hint})"
    wrapped = line.replace("(", f"(\n{found['tab']}    ", 1)[:-1] + f"\n{found['tab']})"
    return line if len(line) <= WIDEST_LINE else wrapped
