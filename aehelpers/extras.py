"""Packages that only some functions need, and that come with an extra of aehelpers."""

from importlib import import_module


def from_extra(module, extra="lab"):
    """The imported module; ImportError that says how to get its package, if it is missing."""
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ImportError(
            f"this needs {package}, which is not installed: pip install {package}, or install "
            f"aehelpers with its extra {extra!r}"
        ) from error
