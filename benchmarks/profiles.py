"""Print which of our functions take the time of a row.

Run `OPENBLAS_NUM_THREADS=1 python -m benchmarks.profiles slider conv8`. cProfile adds time to
every call, and relatively most to short calls. So the printed shares can be compared with each
other, but they are not the shares of an unprofiled run.
"""

import sys
from collections import defaultdict
from cProfile import Profile
from pathlib import Path
from pstats import Stats

from benchmarks import ours
from benchmarks.workloads import WORKLOADS, Grid


def shares(run, rounds=5):
    """Return our functions and their shares of the time, [(name, share), ...], largest first.

    The name has the module and the first line of the function. The time of a NumPy function
    counts for our function that calls it.
    """
    with Profile() as profile:
        for _ in range(rounds):
            run()
    stats = Stats(profile)
    seconds = defaultdict(float)
    for function, (_, _, own, _, callers) in stats.stats.items():
        if is_ours(function):
            seconds[function] += own
            continue
        for caller, (_, _, in_this_call, _) in callers.items():
            if is_ours(caller):
                seconds[caller] += in_this_call
    total = sum(seconds.values())
    ranked = sorted(seconds.items(), key=lambda item: -item[1])
    return [(f"{Path(file).stem}:{line} {name}", t / total) for (file, line, name), t in ranked]


def is_ours(function):
    """Say whether a function of the profile, (file, line, name), is one of aehelpers."""
    return "aehelpers" in function[0]


def main():
    """Print the ten functions that take most of the time of each named row."""
    for name in sys.argv[1:]:
        row = WORKLOADS[name]
        run = (ours.ensemble if isinstance(row, Grid) else ours.make_run)(row)
        run()
        print(f"{name}:")
        for function, share in shares(run)[:10]:
            print(f"    {share:5.1%}  {function}")


if __name__ == "__main__":
    main()
