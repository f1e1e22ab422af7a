"""Write the handouts of notebooks and guides, or the slides of notebooks, to build/.

python -m handouts [--only 00 01] [--editions student teacher] [--jobs 2]
python -m handouts --slides [--only 00 01] [--jobs 2]

One line a file: its pages, size and seconds; at the end the sum. The exit code is 1 if a file
failed one of its checks; it is not written then.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tools import notebooks
from tools.browser import NoChromiumError

from . import assets, build
from .editions import EDITIONS
from .typesetter import Typesetter


def make(path, editions, want_slides):
    """Write all files of one notebook; return a list of build.Report."""
    with Typesetter() as typesetter:
        if want_slides:
            return list(build.slides(typesetter, path))
        editions = [each for each in editions if build.GUIDE_EDITIONS.get(path, each) == each]
        reports = (build.handouts(typesetter, path, edition) for edition in editions)
        return [report for of_edition in reports for report in of_edition]


def main(argv=None):
    """Write what the command line asks for; the exit code is 1 if a file failed, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m handouts", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--only", nargs="+", default=[""], help="how names of notebooks begin")
    parser.add_argument("--editions", nargs="+", choices=EDITIONS, default=EDITIONS)
    parser.add_argument("--slides", action="store_true", help="slides in place of handouts")
    parser.add_argument("--jobs", type=int, default=1, help="notebooks at a time")
    options = parser.parse_args(argv)
    found = [
        *notebooks.NOTEBOOKS.glob("*.ipynb"),
        *([] if options.slides else build.GUIDE_EDITIONS),
    ]
    paths = sorted(path for path in found if path.name.startswith(tuple(options.only)))
    if not paths:
        parser.error(f"no notebook or guide begins with {' or '.join(options.only)}")
    start, reports = time.perf_counter(), []
    try:
        assets.mathjax(), assets.font_faces()  # fetched once, before several could want them
        with ProcessPoolExecutor(options.jobs) as executor:
            tasks = [
                executor.submit(make, path, options.editions, options.slides) for path in paths
            ]
            for task in as_completed(tasks):
                reports += task.result()
                print(*task.result(), sep="\n", flush=True)
    except (assets.AssetError, NoChromiumError) as missing:
        print(missing, file=sys.stderr)
        return 1
    print(summary(reports), f"{time.perf_counter() - start:.0f} s", sep=", ")
    return int(any(report.faults for report in reports))


def summary(reports):
    """Return in a line how many files failed and were written, their pages and their size."""
    written = [report for report in reports if not report.faults]
    failures = len(reports) - len(written)
    return (
        f"{failures} FAILED, " * bool(failures)
        + f"{len(written)} files in build/, {sum(report.pages for report in written)} pages, "
        + f"{sum(report.size for report in written) / 2**20:.1f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
