"""Run the notebooks in many numerical environments, and report how far their numbers move.

python -m tools.environments               run all in every environment, write docs/matrix.md
python -m tools.environments --only NAME   only in these; the page has all runs in build/matrix
python -m tools.environments --only        run nothing, write the page anew

Each notebook runs twice in each environment: as it is, and with six more digits in all that it
prints, so that a deviation is seen before rounding. Deviations are in units of what
tools/meaning.py lets pass: one unit of the last digit that is printed.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import venv
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from tools import facts, guard, guide, meaning, notebooks

RUNS = notebooks.ROOT / "build" / "matrix"
PAGE = notebooks.ROOT / "docs" / "matrix.md"
REFERENCE = "as stored"  # this processor's own kernels, one thread, pinned versions
KERNELS = ("Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX", "NeoverseN1")
# Of a number in units of its last digit, before rounding and as printed; of a picture as a
# share of what the guard lets pass.
MAX_DEVIATIONS = {"before": 1 / 3, "printed": 1, "pictures": 1}
MIN_SPREADS_TO_BOUND = 3  # between the value of a Check and its bound
MAX_LISTED_ROWS = 12  # of the numbers that moved most, and of the closest Checks

# Code for the kernel, before the first cell. It is in functions, so that it leaves few names.
PERTURB_WEIGHTS_CODE = """\
def set_up():
    import numpy
    from aehelpers import layers
    start, noise = layers.Affine.init, numpy.random.default_rng(12)
    def moved(self, rng):
        theta = start(self, rng)
        return theta * (1 + 1e-12 * noise.standard_normal(theta.shape))  # biases stay 0
    layers.Affine.init = moved
set_up()
"""
MORE_DIGITS_CODE = """\
def set_up():
    import sys
    import aehelpers.checks, aehelpers.course, aehelpers.figures.explorer
    few = aehelpers.checks.rounded
    def rounded(value, digits=3):
        return few(value, digits + 6)
    for module in list(sys.modules.values()):
        if getattr(module, "rounded", None) is few:
            module.rounded = rounded
set_up()
"""


@dataclass(frozen=True)
class Environment:
    """A numerical environment: a Python with its packages, and what is set and run in it first.

    variables : {name: value} of environment variables.
    setup_code : what the kernel runs before the first cell.
    package_versions : "oldest" or "newest" of what pyproject.toml allows; "" for those here.
    """

    name: str
    variables: dict = field(default_factory=dict)
    setup_code: str = ""
    package_versions: str = ""

    @property
    def python(self):
        """The path of its interpreter."""
        if not self.package_versions:
            return sys.executable
        programs = "Scripts" if os.name == "nt" else "bin"
        return str(RUNS / self.package_versions / programs / "python")


# ---- the environments ------------------------------------------------------------------------


def available():
    """List the environments that this machine can run, the reference first."""
    found = [Environment(REFERENCE)]
    for kernel in KERNELS:
        variables = {"OPENBLAS_CORETYPE": kernel}
        if runs_kernel(kernel, variables):
            found.append(Environment(f"OpenBLAS {kernel}", variables))
    groups = printed_by(
        "print(*np.show_config('dicts')['SIMD Extensions'].get('found', []))"
    ).split()
    for first in range(len(groups)):
        without = " ".join(groups[first:])
        name = f"NumPy without {groups[first]}" + " and above" * (first < len(groups) - 1)
        found.append(Environment(name, {"NPY_DISABLE_CPU_FEATURES": without}))
    found.append(Environment("two threads", {"OPENBLAS_NUM_THREADS": "2"}))
    found.append(Environment("weights moved by 1e-12", setup_code=PERTURB_WEIGHTS_CODE))
    found.append(Environment("oldest versions", package_versions="oldest"))
    found.append(Environment("newest versions", package_versions="newest"))
    return found


def runs_kernel(kernel, variables):
    """Say whether this OpenBLAS has that kernel and this processor can run it."""
    product = "np.ones((99, 99)) @ np.ones((99, 99))"
    report = "from threadpoolctl import threadpool_info as i; print(i()[0]['architecture'])"
    try:
        return printed_by(f"{product}; {report}", variables).strip().lower() == kernel.lower()
    except subprocess.CalledProcessError:
        return False


def printed_by(code, variables=()):
    """Return what this code prints in a new Python, with NumPy as np."""
    return subprocess.run(
        [sys.executable, "-c", f"import numpy as np; {code}"],
        env=os.environ | dict(variables),
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def install(environment):
    """Make the environment's own Python in build/."""
    venv.create(RUNS / environment.package_versions, with_pip=True, clear=True)
    pip = [environment.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    versions = extra_arguments(environment.package_versions)
    subprocess.run([*pip, "--editable", f"{notebooks.ROOT}[lab]", *versions], check=True)


def extra_arguments(package_versions):
    """Return what else pip gets: the lower bounds of pyproject.toml, or to take the newest."""
    if package_versions == "newest":
        return ["--upgrade"]
    project = tomllib.loads((notebooks.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bounds = project["dependencies"] + project["optional-dependencies"]["lab"]
    numerical = ("numpy", "matplotlib", "scipy", "scikit-learn")
    split = [bound.split(">=") for bound in bounds]
    return [f"{name}=={lowest}.*" for name, lowest in split if name in numerical]


# ---- the runs --------------------------------------------------------------------------------


def run_all(chosen):
    """Run every notebook twice in every chosen environment, on all cores, and keep the runs."""
    os.environ["MPLBACKEND"] = "Agg"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for environment in chosen:
        if environment.package_versions:
            install(environment)
    tasks = [
        (environment, path, more_digits)
        for environment in chosen
        for path in notebooks.every()
        for more_digits in (0, 1)
    ]
    with ProcessPoolExecutor() as pool:
        for task, error in zip(tasks, pool.map(run, tasks), strict=True):
            environment, path, more_digits = task
            how = ", more digits" if more_digits else ""
            print(f"{environment.name}, {path.stem}{how}: {error or 'done'}", flush=True)


def run(task):
    """Run one notebook and store it. Returns the message of what stopped it, or ''."""
    environment, path, more_digits = task
    file = run_file(environment.name, path, more_digits)
    file.unlink(missing_ok=True)
    change = with_more_digits if more_digits else (lambda nb: nb)
    try:
        nb = notebooks.execute(
            path,
            transform=lambda nb: with_setup_code(change(nb), environment.setup_code),
            python=environment.python,
            environment=environment.variables,
        )
    except Exception as error:
        return str(error).strip().splitlines()[-1]
    file.parent.mkdir(parents=True, exist_ok=True)
    notebooks.write(nb, file)
    return ""


def run_file(name, path, more_digits):
    """Return where the run of a notebook in the environment of that name is kept."""
    return RUNS / "runs" / name / ("precise" if more_digits else "printed") / path.name


def with_setup_code(nb, code):
    """Return nb, whose first cell runs this code first."""
    first = notebooks.code_cells(nb)[0]
    first.source = code + first.source
    return nb


def with_more_digits(nb):
    """Return nb with six more digits in all that it prints, except in cells tagged "exact"."""
    for cell in notebooks.code_cells(nb):
        if "exact" not in cell.metadata.get("tags", []):
            for pattern, wider_format in WIDER_FORMATS:
                cell.source = re.sub(pattern, wider_format, cell.source)
    return with_setup_code(nb, MORE_DIGITS_CODE)


def _increased(found, name, more):
    """Return the number in a group of the match, increased; "" stays "", for no number."""
    return str(int(found[name]) + more) if found[name] else ""


# (pattern of a format in the source of a cell, the same with more digits), in order.
WIDER_FORMATS = (
    # f"{x:>9.3f}" and f"{rounded(x):>9}"
    (
        r"(?P<width>\d*)\.(?P<digits>\d)(?=[efg%][}\"'])",
        lambda found: f"{_increased(found, 'width', 9)}.{_increased(found, 'digits', 6)}",
    ),
    (
        r":(?P<side>[<>^])(?P<width>\d+)}",
        lambda f: f":{f['side']}{_increased(f, 'width', 9)}}}",
    ),
    (
        r"\bround\((?P<what>.*), (?P<digits>[0-4])\)",
        lambda f: f"round({f['what']}, {_increased(f, 'digits', 6)})",
    ),
    (r"\.round\((?P<digits>[0-4])\)", lambda f: f".round({_increased(f, 'digits', 6)})"),
)


# ---- what they say ---------------------------------------------------------------------------


def code_texts(nb):
    """[the texts that a code cell put out, joined], for each code cell."""
    texts = []
    for cell in notebooks.code_cells(nb):
        plain = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
        texts.append("\n".join([output.get("text", "") for output in cell.outputs] + plain))
    return texts


def numbers_beside(*runs):
    """[(cell, the number in each run)] of runs of one notebook, number by number.

    None stands for the numbers of a cell whose words are not the same in all.
    """
    found = []
    for cell, texts in enumerate(zip(*map(code_texts, runs), strict=True)):
        words = [meaning.words(text) for text in texts]
        if all(each == words[0] for each in words):
            beside = zip(*map(meaning.numbers, texts), strict=True)
            found += [(cell, numbers) for numbers in beside]
        else:
            found.append((cell, None))
    return found


def deviations(stored, reference, other):
    """[(units, cell, the number in each)]: how far the runs with more digits are apart.

    A cell whose words change when it prints more digits is left to the runs as printed.
    """
    aligned = numbers_beside(stored, reference)
    comparable = {cell for cell, numbers in aligned if numbers}
    found = []
    for cell, numbers in numbers_beside(stored, reference, other):
        if numbers:
            before, now = map(meaning.value, numbers[1:])
            units = float(abs(now - before) / meaning.unit(numbers[0]))
            found.append((units, cell, numbers))
        elif cell in comparable:
            found.append((float("inf"), cell, ("words", "", "")))
    return found


def units_as_printed(stored, other):
    """The largest distance of a printed number; infinity where the words differ."""
    pairs = [numbers for _, numbers in numbers_beside(stored, other)]
    return max(float(meaning.units_apart(*pair)) if pair else float("inf") for pair in pairs)


def picture_share(stored, other):
    """The largest distance of their pictures, as a share of what the guard lets pass."""
    worst = 0.0
    for pair in zip(all_pictures(stored), all_pictures(other), strict=True):
        whole, tile = guard.picture_distances(*map(guard.pixels, pair))
        worst = max(worst, whole / guard.MAX_RMS, tile / guard.MAX_TILE_RMS)
    return worst


def all_pictures(nb):
    """The encoded pictures of the notebook, in order."""
    return [picture for cell in nb.cells for picture in guard.pictures(cell.get("outputs", []))]


def margins(runs):
    """[(distance to the bound / spread, claim, least, largest)] of the Checks of a notebook.

    runs : those with more digits. A value that is only rounding error prints no number, so
        there is nothing to compare.
    """
    found = []
    for lines in zip(*map(facts.check_lines, runs), strict=True):
        if lines[0]["value"] != "rounding error":
            values = [float(line["value"]) for line in lines]
            bounds = re.findall(r"(?:above|below) ([^ :]+)", lines[0]["bounds"])
            near = min(abs(value - float(bound)) for value in values for bound in bounds)
            spread = max(values) - min(values)
            times = near / spread if spread else float("inf")
            found.append((times, lines[0]["claim"], min(values), max(values)))
    return found


def results():
    """Return three tables of all runs that are there, their deviations and their margins.

    The deviations are ranked from the largest, the margins of the Checks from the closest. A
    table is {environment: {notebook: value}}. A run that is missing, because it stopped,
    counts as infinitely far away.
    """
    names = [folder.name for folder in (RUNS / "runs").iterdir()]
    names = sorted(names, key=lambda name: (name != REFERENCE, name))
    tables = {what: {name: {} for name in names} for what in ("before", "printed", "pictures")}
    ranked_deviations, ranked_margins = [], []
    for path in notebooks.every():
        stored, where = notebooks.read(path), guide.name_of(path)
        with_digits = {name: run_of(name, path, more_digits=True) for name in names}
        for name in names:
            printed = run_of(name, path, more_digits=False)
            if None in (printed, with_digits[name], with_digits[REFERENCE]):
                for table in tables.values():
                    table[name][where] = float("inf")
                continue
            found = deviations(stored, with_digits[REFERENCE], with_digits[name])
            ranked_deviations += [(units, name, where, *rest) for units, *rest in found]
            tables["before"][name][where] = max(found)[0]
            tables["printed"][name][where] = units_as_printed(stored, printed)
            same_matplotlib = not name.endswith("versions")
            share = picture_share(stored, printed) if same_matplotlib else None
            tables["pictures"][name][where] = share
        ranked_margins += [
            (*each, where) for each in margins(filter(None, with_digits.values()))
        ]
    return tables, sorted(ranked_deviations, reverse=True), sorted(ranked_margins)


def run_of(name, path, more_digits):
    """The stored run of one notebook, or None if there is none."""
    file = run_file(name, path, more_digits)
    return notebooks.read(file) if file.exists() else None


def faults(tables, ranked_margins):
    """Return a sentence for each limit that is not kept."""
    found = []
    for what, table in tables.items():
        for name, row in table.items():
            found += [
                f"{what}: {where} in {name}: {value:.2g}, at most {MAX_DEVIATIONS[what]:.2g}"
                for where, value in row.items()
                if value is not None and value > MAX_DEVIATIONS[what]
            ]
    return found + [
        f"Check in {where}: {claim}: {times:.2g} spreads from its bound, "
        f"at least {MIN_SPREADS_TO_BOUND}"
        for times, claim, _, _, where in ranked_margins
        if times < MIN_SPREADS_TO_BOUND
    ]


# ---- the page --------------------------------------------------------------------------------

PAGE_TEMPLATE = """\
# How far the numbers move

Every stored number is compared with a fresh run, and two processors do not compute the same
last bits. This page says how far the numbers of the series move from one numerical environment
to another. `make matrix` wrote it on {day}, on {processor}, with NumPy {numpy} and matplotlib
{matplotlib}.

*As stored* is this processor with its own kernels, on one thread. The other rows use another
kernel of OpenBLAS, switch off groups of instructions in NumPy (its sums, exponentials and sorts
then run other code), use two threads, move all initial weights by a relative 1e-12, or install
the oldest and newest versions that pyproject.toml allows.

## Before rounding

The largest deviation from *as stored* of any of {numbers} numbers, in units of its last printed
digit, taken from runs that print six more digits. At most 1/3 is allowed: then a printed number
moves by one unit at most, and a comparison lets that pass
([tools/meaning.py](../tools/meaning.py)).

{before}

The numbers that moved most:

{deviations}

## As printed

The largest deviation of the printed number from the stored one, in the same units. At most 1.

{printed}

## Pictures

The largest distance of a picture from the stored one, as a share of what the comparison lets
pass ([tools/guard.py](../tools/guard.py)). At most 1. Another matplotlib draws other pixels, so
there they are not compared.

{pictures}

## Checks

Each Check's value stays away from its bound by at least {spreads} times its spread over the
environments. These come closest:

{margins}

{verdict}

## What it has found

- Notebook 09, the figure of the family, 2.6 units without AVX-512: differences of
  trustworthiness. Pixels have many equal distances, and processors sort equal ones in different
  orders. `metrics.trustworthiness` now takes them in the order of the rows.
- Notebook 04, the figure of the twin, 23 units with other weights: the smallest of 500 squared
  errors, a hundred-thousandth of the largest. The words of a figure now give a number only the
  digits that its picture can show.
- Notebooks 08 and 09: convolutional and sparse nets differ in the third digit between single
  and double precision, so they train in double precision; the others agree in six digits.
"""


def page(tables, ranked_deviations, ranked_margins):
    """Return docs/matrix.md as text."""
    shown = {what: _table_of(table) for what, table in tables.items()}
    top = [
        f"| {units:.2g} | {where}, cell {cell} | {name} | {' | '.join(numbers)} |"
        for units, name, where, cell, numbers in ranked_deviations[:MAX_LISTED_ROWS]
    ]
    near = [
        f"| {times:.3g} | {where} | {claim} | {low:.6g} | {high:.6g} |"
        for times, claim, low, high, where in ranked_margins[:MAX_LISTED_ROWS]
    ]
    found = faults(tables, ranked_margins)
    return PAGE_TEMPLATE.format(
        day=f"{date.today():%-d %B %Y}",
        processor=_processor(),
        numpy=version("numpy"),
        matplotlib=version("matplotlib"),
        spreads=MIN_SPREADS_TO_BOUND,
        numbers=sum(name == REFERENCE for _, name, *_ in ranked_deviations),
        deviations=_lines(
            "units", "where", "environment", "stored", "as stored", "there", rows=top
        ),
        margins=_lines("spreads", "notebook", "claim", "least", "largest", rows=near),
        verdict="\n".join(f"- **{fault}**" for fault in found) or "All of this holds.",
        **shown,
    )


def _table_of(table):
    """Return a table of `results` in Markdown, a row for each environment."""
    columns = sorted({where for row in table.values() for where in row})
    rows = [
        f"| {name} | " + " | ".join(_entry(row[where]) for where in columns) + " |"
        for name, row in table.items()
    ]
    return _lines("environment", *columns, rows=rows)


def _entry(value):
    """Return a value of a table as text; None is what was not compared."""
    return "-" if value is None else "0" if value < 1e-6 else f"{value:.1g}"


def _lines(*columns, rows):
    """Return a table in Markdown of these names of columns and finished rows."""
    head = f"| {' | '.join(columns)} |", "|" + " --- |" * len(columns)
    return "\n".join([*head, *rows])


def _processor():
    """Return the name of this processor."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    return found[1] if found else platform.machine()


def main(argv=None):
    """Do what the command line says; the exit code is 1 if something does not hold."""
    parser = argparse.ArgumentParser(description="Compare numerical environments.")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="run these environments only")
    names = parser.parse_args(argv).only
    if names is None or names:
        run_all([each for each in available() if names is None or each.name in names])
    tables, ranked_deviations, ranked_margins = results()
    PAGE.write_text(page(tables, ranked_deviations, ranked_margins), "utf-8")
    found = faults(tables, ranked_margins)
    print(
        "\n".join(found)
        or f"all within their margins; {PAGE.relative_to(notebooks.ROOT)} says how far"
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
