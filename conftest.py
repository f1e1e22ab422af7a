"""Every pytest run of this project has the guard of the notebooks, tools/guard.py."""

pytest_plugins = ["tools.guard"]
