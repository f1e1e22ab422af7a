"""Stored runs: the results of trainings that are too long for a notebook."""

import json
from pathlib import Path

FOLDER = Path(__file__).with_name("runs")


def stored_run(name):
    """Return what a long run has stored: a dict, as the script that has run it says.

    name : "historical", the runs at full size (benchmarks/historical.py), or "code_and_noise",
        which of two properties puts the codes of the spiral in order
        (benchmarks/code_and_noise.py).
    ValueError for a name that no run has.
    """
    names = sorted(path.stem for path in FOLDER.glob("*.json"))
    if name not in names:
        raise ValueError(f"no stored run is called {name!r}: there are {', '.join(names)}")
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def long_runs():
    """Return the runs at full size: {name: record}, as benchmarks/historical.py says."""
    return stored_run("historical")
