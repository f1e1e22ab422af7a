"""What only the notebooks need: Check lines, exercises, recipes, and the stored long runs."""

from . import recipes
from .claims import Checks
from .exercises import Exercise, digest
from .stored_runs import long_runs

__all__ = ["Checks", "Exercise", "digest", "long_runs", "recipes"]
