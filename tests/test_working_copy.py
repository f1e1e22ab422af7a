"""The working copy loses nothing that a student did, and all links lead somewhere."""

import json
import os
import re

import pytest

from handouts import editions, nbgrader_course, working_copy
from tools import notebooks

EVERY = notebooks.every()


@pytest.fixture(scope="module")
def files():
    return working_copy.contents(EVERY)


def test_the_copy_has_all_notebooks_without_answers(files):
    names = {path.relative_to(notebooks.ROOT).as_posix() for path in EVERY}
    assert names <= set(files) and "docs/facts.md" in files
    assert not any(b"BEGIN SOLUTION" in data for data in files.values())


def test_every_link_of_the_copy_leads_somewhere(files, tmp_path):
    assert working_copy.update(tmp_path, files) == {}
    for path in [*tmp_path.rglob("*.ipynb"), *tmp_path.rglob("*.md")]:
        dead = [link for link in working_copy.links(path) if not link.exists()]
        assert dead == [], path


@pytest.mark.parametrize("path", EVERY, ids=[path.stem for path in EVERY])
def test_every_link_of_a_notebook_leads_somewhere(path):
    assert [link for link in working_copy.links(path) if not link.exists()] == []


def test_links_of_a_released_assignment_are_words():
    nb = nbgrader_course.nbgrader_source(notebooks.read(notebooks.NOTEBOOKS / "02_data.ipynb"))
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    assert working_copy.LINK_RE.findall(text) == []
    assert "DATA.md" in text


def test_links_of_editions_lead_somewhere(tmp_path):
    editions.main(["--to", str(tmp_path)])
    for path in tmp_path.rglob("*.ipynb"):
        dead = [link for link in working_copy.links(path) if not link.exists()]
        assert dead == [], path


def test_what_is_untouched_is_replaced(tmp_path):
    working_copy.update(tmp_path, {"a/one.md": b"1"})
    assert working_copy.update(tmp_path, {"a/one.md": b"2", "b.md": b"3"}) == {}
    assert (tmp_path / "a/one.md").read_bytes() == b"2"
    assert (tmp_path / "b.md").read_bytes() == b"3"


def test_what_is_deleted_comes_back(tmp_path):
    working_copy.update(tmp_path, {"one.md": b"1"})
    (tmp_path / "one.md").unlink()
    assert working_copy.update(tmp_path, {"one.md": b"1"}) == {}
    assert (tmp_path / "one.md").read_bytes() == b"1"


def test_what_was_changed_stays_and_the_new_version_lies_beside_it(tmp_path):
    working_copy.update(tmp_path, {"one.ipynb": b"1"})
    (tmp_path / "one.ipynb").write_bytes(b"mine")
    assert working_copy.update(tmp_path, {"one.ipynb": b"1"}) == {}  # nothing new
    assert working_copy.update(tmp_path, {"one.ipynb": b"2"}) == {"one.ipynb": "one-new.ipynb"}
    assert (tmp_path / "one.ipynb").read_bytes() == b"mine"
    assert (tmp_path / "one-new.ipynb").read_bytes() == b"2"
    assert working_copy.update(tmp_path, {"one.ipynb": b"2"}) == {}  # it was said already
    assert (tmp_path / "one.ipynb").read_bytes() == b"mine"


def test_a_file_that_was_there_before_is_not_overwritten(tmp_path):
    (tmp_path / "one.md").write_bytes(b"mine")
    assert working_copy.update(tmp_path, {"one.md": b"1"}) == {"one.md": "one-new.md"}
    assert (tmp_path / "one.md").read_bytes() == b"mine"


def test_settings_of_the_reader_are_kept(tmp_path):
    settings = tmp_path / "settings" / "overrides.json"
    working_copy.without_news(settings)
    assert json.loads(settings.read_text()) == working_copy.NO_NEWS
    settings.write_text("{}")
    working_copy.without_news(settings)
    assert settings.read_text() == "{}"


def test_the_command_says_what_it_kept(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(working_copy, "contents", lambda paths: {"one.md": b"2"})
    monkeypatch.setattr(working_copy, "without_news", lambda: None)
    (tmp_path / "one.md").write_bytes(b"mine")
    working_copy.main([str(tmp_path)])
    said = capsys.readouterr().out
    assert "one.md was changed here and stays; the new version is one-new.md" in said


def test_git_does_not_see_the_copy_and_make_clean_keeps_it():
    ignored = (notebooks.ROOT / ".gitignore").read_text().splitlines()
    assert f"{working_copy.FOLDER.name}/" in ignored
    makefile = (notebooks.ROOT / "Makefile").read_text()
    clean = makefile[makefile.index("\nclean:") :]
    assert working_copy.FOLDER.name not in re.search(r"rm -rf [^\n]*", clean)[0]
    assert f"--ServerApp.root_dir={working_copy.FOLDER.name}" in makefile


def test_pages_that_are_linked_are_found_on_and_on(tmp_path):
    (tmp_path / "a.md").write_text("[b](sub/b.md) [web](https://example.org) [part](#there)")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.md").write_text("[back](../a.md#top) and [c](../c.md)")
    (tmp_path / "c.md").write_text("no link")
    found = working_copy.linked_pages([tmp_path / "a.md"])
    assert [os.path.relpath(path, tmp_path) for path in found] == ["a.md", "c.md", "sub/b.md"]
