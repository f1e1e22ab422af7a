"""tools/api.py: the pages show every public name, and every docstring as it is written."""

import ast
import inspect
import re
from html.parser import HTMLParser

import pytest

pytest.importorskip("pdoc", reason="needs pip install 'aehelpers[api]'")
pytest.importorskip("ipywidgets", reason="needs pip install 'aehelpers[lab]'")

from tools import api

MODULES = sorted(api.public_modules())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    api.write(folder)
    return folder


def page_of(folder, module):
    return (folder / f"{module.replace('.', '/')}.html").read_text("utf-8")


class Docstrings(HTMLParser):
    """The texts that a page shows as docstrings."""

    def __init__(self, html):
        super().__init__()
        self.shown, self.inside = [], False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "pre":
            self.inside = ("class", "docstring") in attributes
            self.shown += [""] * self.inside

    def handle_endtag(self, tag):
        self.inside &= tag != "pre"

    def handle_data(self, data):
        if self.inside:
            self.shown[-1] += data


def source_of(module):
    return ast.parse(inspect.getsource(api.public_modules()[module]))


def is_public(name):
    return not name.startswith("_") or name in ("__init__", "__call__")


def public_definitions(node):
    """The module or class itself, and all public classes and functions in it."""
    yield node
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and is_public(inner.name):
            yield inner
        elif isinstance(inner, ast.ClassDef) and is_public(inner.name):
            yield from public_definitions(inner)


@pytest.mark.parametrize("module", MODULES)
def test_no_line_of_a_docstring_is_lost(folder, module):
    shown = Docstrings(page_of(folder, module)).shown
    written = map(ast.get_docstring, public_definitions(source_of(module)))
    missing = [text for text in filter(None, written) if text.replace("`", "") not in shown]
    assert shown and missing == []


@pytest.mark.parametrize("module", MODULES)
def test_every_public_class_and_no_private_name_is_there(folder, module):
    html = page_of(folder, module)
    shown = set(re.findall(r'<section id="(\w+)">', html))
    exported = getattr(api.public_modules()[module], "__all__", None)
    classes = {node.name for node in source_of(module).body if isinstance(node, ast.ClassDef)}
    assert {name for name in classes if is_public(name)} <= shown
    assert exported is None or {name for name in exported if name[0].isupper()} <= shown
    members = re.findall(r'<(?:section|div) id="([\w.]+)"', html)
    assert [name for name in members if not is_public(name.rpartition(".")[2])] == []


def test_every_module_is_linked_from_the_first_page(folder):
    assert "url=./aehelpers.html" in (folder / "index.html").read_text("utf-8")
    links = re.findall(r'href="(aehelpers/[\w/]+)\.html"', page_of(folder, "aehelpers"))
    assert sorted({"aehelpers", *(link.replace("/", ".") for link in links)}) == MODULES


def test_what_is_loaded_late_is_there_with_its_source(folder):
    html = page_of(folder, "aehelpers.figures")
    assert '<section id="Explorer">' in html
    assert re.search(r'<span class="k">def</span>.*<span class="nf">film_strip</span>', html)


def test_no_docstring_of_another_package_is_shown(folder):
    """Python lends a method or property without a docstring that of its base or of its type."""
    nodes = [node for module in MODULES for node in ast.walk(source_of(module))]
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    documented = [n for n in nodes if isinstance(n, ast.Module | ast.ClassDef | functions)]
    ours = {text.replace("`", "") for text in map(ast.get_docstring, documented) if text}
    for module in MODULES:
        assert set(Docstrings(page_of(folder, module)).shown) <= ours
    assert 'id="Panel.set"' not in page_of(folder, "aehelpers.figures.plots")
