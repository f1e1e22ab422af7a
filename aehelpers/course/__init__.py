"""What only the notebooks need: Checks, exercises, recipes, intervals, runs and explorers."""

from . import recipes
from .claims import Checks
from .exercises import Exercise, Exercises, digest
from .side_by_side import fit_side_by_side
from .statistics import mean_interval, share_interval
from .stored_runs import long_runs, stored_run

__all__ = [
    "Checks",
    "Exercise",
    "Exercises",
    "digest",
    "fit_side_by_side",
    "long_runs",
    "mean_interval",
    "recipes",
    "share_interval",
    "stored_run",
]
