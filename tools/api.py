"""Write the documentation of aehelpers as HTML, from its docstrings: `make api`.

python -m tools.api [folder]     default: build/api

The docstrings are plain text, in which line breaks and indentation carry meaning. pdoc would
read them as Markdown, so the templates in tools/api_templates show them as they are written.
"""

import argparse
import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

import aehelpers

PACKAGE = Path(aehelpers.__file__).parent
FOLDER = Path(__file__).resolve().parent.parent / "build" / "api"
TEMPLATES = Path(__file__).with_name("api_templates")


def public_modules():
    """{name: module} of the package and of all its modules, in the order of their names."""
    below = pkgutil.walk_packages([PACKAGE], "aehelpers.")
    names = ["aehelpers", *(found.name for found in below)]
    return {name: import_module(name) for name in names if "._" not in name}


def load_lazy_names(module):
    """Load what the module only loads when it is asked for: pdoc does not ask."""
    for name in getattr(module, "__all__", ()):
        setattr(module, name, getattr(module, name))


@cache
def source():
    """The source of the whole package."""
    return "\n".join(file.read_text("utf-8") for file in PACKAGE.rglob("*.py"))


def is_our_text(docstring):
    """Whether the docstring is written in the package, and not inherited from elsewhere."""
    return bool(docstring) and docstring.splitlines()[0] in source()


def is_our_file(file):
    """Whether the file belongs to the package."""
    return file is not None and Path(file).is_relative_to(PACKAGE)


def write(folder):
    """Write a page for each module, an index and what the search needs into the folder."""
    from pdoc import render
    from pdoc.doc import Module

    render.configure(
        template_directory=TEMPLATES, footer_text=f"aehelpers {aehelpers.__version__}"
    )
    render.env.tests |= {"our_text": is_our_text, "our_file": is_our_file}
    documented = {}
    for name, module in public_modules().items():
        load_lazy_names(module)
        documented[name] = Module(module)
    pages = {
        f"{name.replace('.', '/')}.html": render.html_module(module, documented)
        for name, module in documented.items()
    }
    pages["index.html"] = render.html_index(documented)
    pages["search.js"] = render.search_index(documented)
    for name, text in pages.items():
        file = Path(folder) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def main(argv=None):
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="Write the documentation of aehelpers.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args(argv).folder
    write(folder)
    print(folder / "index.html")


if __name__ == "__main__":
    main()
