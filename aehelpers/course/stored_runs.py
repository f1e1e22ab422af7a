"""Stored runs: the results of trainings that are too long for a notebook."""

import json
from pathlib import Path


def long_runs(path="../benchmarks/historical.json"):
    """What the runs too long for a notebook have stored: {name: record}, as benchmarks/ says.

    FileNotFoundError outside the repository, from where `make historical` fills the file.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"no stored runs at {path.resolve()}: open the notebook where it lies in the "
            "repository, beside the folder benchmarks"
        )
    return json.loads(path.read_text("utf-8"))
