"""A pytest plugin around nbval: how a notebook's outputs are compared with the stored ones.

nbval compares texts character by character, which only the processor that stored them could
pass for ever. So a cell's texts are compared by their meaning, as tools/meaning.py has it. A
cell with the tag "exact" keeps nbval's own comparison: its last digits are the point.

nbval passes a cell without a stored execution count, whatever the cell does now, and it never
looks at a picture. So once the texts have passed, each cell's

- execution count has to be its place among the code cells (one clean run from top to bottom),
- pictures have to look like the stored ones: same number, size and, but for noise, pixels.

Another matplotlib draws other pixels for the same figure, so pictures are compared only with
the version that drew the stored ones; otherwise the last lines of a run say that they were not.
"""

import base64
import io
import json
import os
from functools import partial
from importlib.metadata import version

# Before matplotlib and NumPy are imported, here and in the kernels. The nets are so small that
# a BLAS of several threads mostly waits for itself, above all on a busy machine.
os.environ["MPLBACKEND"] = "Agg"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import nbval.kernel  # noqa: E402
import numpy as np  # noqa: E402
import psutil  # noqa: E402
import pytest  # noqa: E402
from nbval.plugin import IPyNbCell, transform_streams_for_comparison  # noqa: E402
from PIL import Image  # noqa: E402

from tools import meaning  # noqa: E402
from tools.notebooks import pinned_matplotlib, start_with_retries  # noqa: E402

PINNED_MATPLOTLIB = pinned_matplotlib()  # it has drawn the stored pictures
PICTURE_MIME_TYPES = ("image/png", "image/jpeg")
# The largest distances that pass, of 255. Rounding noise stays far below 1. A curve that is
# drawn 5 % too high is far above both.
MAX_RMS, MAX_TILE_RMS, TILE_SIZE = 2.0, 24.0, 32
OUTPUT_TIMEOUT = 120  # seconds, in place of nbval's 5, which a busy machine exceeds

nbval.kernel.start_new_kernel = partial(start_with_retries, nbval.kernel.start_new_kernel)


def pytest_itemcollected(item):
    """Let a cell of a notebook be compared by meaning, unless it is tagged "exact"."""
    if isinstance(item, IPyNbCell):
        item.output_timeout = OUTPUT_TIMEOUT
        if "exact" not in item.cell.metadata.get("tags", []):
            item.compare_outputs = partial(compare_by_meaning, item)


def compare_by_meaning(item, new, stored):
    """Say whether no output is missing, unexpected or of another meaning than the stored one.

    Stands in place of nbval's `compare_outputs`, and leaves the reasons where nbval reads them.
    """
    stored, new = texts(item, stored), texts(item, new)
    item.comparison_traceback = []
    for key in sorted(stored.keys() | new.keys()):
        before, now = stored.get(key, []), new.get(key, [])
        if len(before) != len(now):
            reasons = [f"{len(before)} are stored, now there are {len(now)}"]
        else:
            reasons = map(meaning.difference, before, now)
        item.comparison_traceback += [f"{key}: {reason}" for reason in reasons if reason]
    return not item.comparison_traceback


def texts(item, outputs):
    """Return {mime type or field: its texts in order} of all outputs that nbval compares."""
    found = {}
    for output in transform_streams_for_comparison(outputs):
        for key, value in {**output, **output.get("data", {})}.items():
            if key != "data" and key not in item.parent.skip_compare:
                text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
                found.setdefault(key, []).append(item.sanitize(text))
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Run a cell; once nbval has passed it, check its execution count and its pictures."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    before = seconds_of_cpu(item)
    result = yield  # where nbval is red it raises here, and its message stands
    item.user_properties.append(("cpu", seconds_of_cpu(item) - before))
    if item.cell.source.strip():
        check_count(item)
        if item.options["check"]:
            check_pictures(item)
    return result


def seconds_of_cpu(item):
    """Return the seconds of CPU that the cell's kernel has used so far, on all cores."""
    times = psutil.Process(item.parent.kernel.km.provisioner.process.pid).cpu_times()
    return times.user + times.system


def check_count(item):
    """Fail the cell if it was never run, or not in its turn."""
    count = item.cell.execution_count
    if count is None:
        item.raise_cell_error("never run: its outputs are not checked. Run `make notebooks`.")
    code = [c for c in item.parent.nb.cells if c.cell_type == "code" and c.source.strip()]
    place = 1 + next(i for i, cell in enumerate(code) if cell is item.cell)
    if count != place:
        item.raise_cell_error(
            f"run as number {count}, but it is code cell number {place}: "
            "the notebook was not run once from top to bottom. Run `make notebooks`."
        )


def check_pictures(item):
    """Fail the cell if a picture that it draws now does not look like the stored one."""
    stored, new = pictures(item.cell.outputs), pictures(item.test_outputs)
    if len(stored) != len(new):
        item.raise_cell_error(f"{len(stored)} pictures are stored, {len(new)} are drawn now")
    compare = version("matplotlib") == PINNED_MATPLOTLIB
    item.user_properties.append(("pictures compared" if compare else "not compared", len(new)))
    if compare:
        for number, pair in enumerate(zip(stored, new, strict=True), start=1):
            if difference := picture_difference(*pair):
                item.raise_cell_error(f"picture {number} of {len(new)}: {difference}")


def pictures(outputs):
    """Return the encoded pictures of a cell's outputs in order, also those of widgets."""
    bundles = [output.get("data", {}) for output in outputs]
    return [bundle[mime] for bundle in bundles for mime in PICTURE_MIME_TYPES if mime in bundle]


def picture_difference(stored, new):
    """Say what sets two base64-encoded pictures apart; "" if they look the same."""
    a, b = pixels(stored), pixels(new)
    if a.shape != b.shape:
        return f"{a.shape[1]} x {a.shape[0]} pixels are stored, {b.shape[1]} x {b.shape[0]} now"
    whole, tile = picture_distances(a, b)
    if whole > MAX_RMS or tile > MAX_TILE_RMS:
        return (
            f"differs from the stored one by RMS {whole:.1f} of 255 (at most {MAX_RMS:g}), "
            f"in its worst tile by {tile:.0f} (at most {MAX_TILE_RMS:g})"
        )
    return ""


def picture_distances(a, b):
    """Return the RMS of a - b over the whole picture and over its worst tile.

    a, b : arrays as `pixels` returns them.
    """
    square = ((a - b) ** 2).mean(axis=-1)
    # A marker that moved is lost in the mean over the whole picture, not in that over its tile.
    starts = [np.arange(0, size, TILE_SIZE) for size in square.shape]
    total = np.add.reduceat(np.add.reduceat(square, starts[0], axis=0), starts[1], axis=1)
    return np.sqrt(square.mean()), np.sqrt(total.max()) / TILE_SIZE


def pixels(encoded):
    """Return a base64-encoded picture as an array (height, width, 3), on white."""
    image = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image).convert("RGB"), dtype=float)


def pytest_terminal_summary(terminalreporter):
    """Write what was compared, which cells are slowest and what was skipped."""
    report_comparisons(terminalreporter)
    report_slowest_cells(terminalreporter)
    report_what_was_left_out(terminalreporter)


def report_comparisons(terminalreporter):
    """Write how many pictures were compared, and how many were not and why."""
    counts = {"pictures compared": 0, "not compared": 0}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, number in report.user_properties:
                    if name in counts:
                        counts[name] += number
    if counts["pictures compared"]:
        terminalreporter.write_line(
            f"{counts['pictures compared']} pictures compared with the stored ones "
            f"(matplotlib {PINNED_MATPLOTLIB})"
        )
    if counts["not compared"]:
        terminalreporter.write_line(
            f"{counts['not compared']} pictures were NOT compared: here is matplotlib "
            f"{version('matplotlib')}, the stored ones were drawn by {PINNED_MATPLOTLIB}. "
            "Their texts were.",
            yellow=True,
            bold=True,
        )


def report_slowest_cells(terminalreporter):
    """Write which five cells computed longest. On any laptop each should take only seconds."""
    seconds = [
        (value, report.nodeid)
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "cpu" and report.when == "call"
    ]
    slowest = [f"{cell.removeprefix('notebooks/')} {s:.1f}" for s, cell in sorted(seconds)[-5:]]
    if slowest:
        terminalreporter.write_line(f"slowest cells, s of CPU: {', '.join(slowest[::-1])}")


def report_what_was_left_out(terminalreporter):
    """Write a line for each reason to skip: the skipped files, and how many other tests."""
    reasons = {}
    for report in terminalreporter.stats.get("skipped", []):
        *_, reason = report.longrepr
        reasons.setdefault(reason.removeprefix("Skipped: "), []).append(report)
    for reason, reports in reasons.items():
        files = {each.nodeid for each in reports if isinstance(each, pytest.CollectReport)}
        tests = sum(isinstance(each, pytest.TestReport) for each in reports)
        what = sorted(files) + [f"{tests} test{'s' * (tests > 1)}"] * bool(tests)
        terminalreporter.write_line(f"left out: {', '.join(what)}: {reason}", yellow=True)
