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

from tools import notebooks as tool
from tools.browser import NoChromiumError

from . import assets, build
from .typesetter import Typesetter


def make(path, editions, want_slides):
    """All files of one notebook: a list of build.Made."""
    with Typesetter() as typesetter:
        if want_slides:
            return list(build.slides(typesetter, path))
        editions = [each for each in editions if build.GUIDES.get(path, each) == each]
        return [
            made for edition in editions for made in build.handouts(typesetter, path, edition)
        ]


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m handouts", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--only", nargs="+", default=[""], help="how names of notebooks begin")
    parser.add_argument("--editions", nargs="+", choices=build.EDITIONS, default=build.EDITIONS)
    parser.add_argument("--slides", action="store_true", help="slides in place of handouts")
    parser.add_argument("--jobs", type=int, default=1, help="notebooks at a time")
    options = parser.parse_args(argv)
    found = [*tool.NOTEBOOKS.glob("*.ipynb"), *([] if options.slides else build.GUIDES)]
    paths = sorted(path for path in found if path.name.startswith(tuple(options.only)))
    if not paths:
        parser.error(f"no notebook or guide begins with {' or '.join(options.only)}")
    start, made = time.perf_counter(), []
    try:
        assets.mathjax(), assets.font_faces()  # fetched once, before several could want them
        with ProcessPoolExecutor(options.jobs) as executor:
            tasks = [
                executor.submit(make, path, options.editions, options.slides) for path in paths
            ]
            for task in as_completed(tasks):
                made += task.result()
                print(*task.result(), sep="\n", flush=True)
    except (assets.AssetError, NoChromiumError) as missing:
        print(missing, file=sys.stderr)
        return 1
    print(sum_of(made), f"{time.perf_counter() - start:.0f} s", sep=", ")
    return int(any(one.faults for one in made))


def sum_of(made):
    written = [one for one in made if not one.faults]
    failed = f"{len(made) - len(written)} FAILED, " if len(written) < len(made) else ""
    return (
        f"{failed}{len(written)} files in build/, {sum(one.pages for one in written)} pages, "
        f"{sum(one.size for one in written) / 2**20:.1f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
