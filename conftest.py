"""Every pytest run of this project has the guard of the notebooks, tools/guard.py."""

pytest_plugins = ["tools.guard", "pytester"]

# How the names of the files begin that take longest. They run first: a worker that began one of
# them last would keep the others waiting.
LONGEST = (
    "test_browser",
    "test_canvas",
    "test_explorer",
    "test_recipes",
    "test_nbgrader_course",
    "00_",
    "05_",
    "09_",
    "08_",
    "06_",
    "test_notebooks",
    "test_handouts",
)


def pytest_collection_modifyitems(items):
    def turn(item):
        name = item.path.name
        return next((i for i, begin in enumerate(LONGEST) if name.startswith(begin)), 99)

    items.sort(key=turn)
