"""Where our time goes: `OPENBLAS_NUM_THREADS=1 python -m benchmarks.profiles slider conv8`.

cProfile makes each call dearer, small ones most, so these are shares to compare, not times.
"""

import sys
from cProfile import Profile
from pathlib import Path
from pstats import Stats

from benchmarks import ours
from benchmarks.work import ROW, Grid


def shares(run, rounds=5):
    """[(function of ours with the line where it starts, its share of the time)], largest first.

    What a function of NumPy takes counts for the function of ours that calls it.
    """
    with Profile() as profile:
        for _ in range(rounds):
            run()
    stats = Stats(profile)
    found = {}
    for (file, line, name), (_, _, own, _, callers) in stats.stats.items():
        if "aehelpers" in file:
            found[file, line, name] = found.get((file, line, name), 0) + own
        for caller, (_, _, part, _) in callers.items():
            if "aehelpers" not in file and "aehelpers" in caller[0]:
                found[caller] = found.get(caller, 0) + part
    total = sum(found.values())
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return [(f"{Path(f).stem}:{line} {name}", t / total) for (f, line, name), t in ranked]


def main():
    for name in sys.argv[1:]:
        row = ROW[name]
        run = (ours.ensemble if isinstance(row, Grid) else ours.single)(row)
        run()
        print(f"{name}:")
        for place, share in shares(run)[:10]:
            print(f"    {share:5.1%}  {place}")


if __name__ == "__main__":
    main()
