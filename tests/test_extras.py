"""A package that is missing is named with the extra that brings it."""

import sys

import pytest

from aehelpers.extras import from_extra


def test_a_module_that_is_there_is_imported():
    assert from_extra("json.decoder") is sys.modules["json.decoder"]


def test_a_missing_package_is_named_with_its_extra():
    message = (
        "this needs nothing_here, which is not installed: pip install nothing_here, or .*lab"
    )
    with pytest.raises(ImportError, match=message):
        from_extra("nothing_here.of_it")


def test_what_a_package_itself_misses_is_not_blamed_on_it(tmp_path, monkeypatch):
    (tmp_path / "needs_another.py").write_text("import nothing_here")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'nothing_here'"):
        from_extra("needs_another")
