"""Figures are plots with alt text (matplotlib) and explorers, which have sliders (ipywidgets).

Everything here takes arrays and functions, and nothing here knows of autoencoders.
"""

from ..extras import from_extra

__all__ = ["Explorer", "plots"]


def __getattr__(name):
    # Plots need no ipywidgets, so the explorer is loaded when it is first asked for.
    if name == "Explorer":
        from_extra("ipywidgets")
        from .explorer import Explorer

        return Explorer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
