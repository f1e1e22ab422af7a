"""tools/mutants.py seeds faults, tells found ones from survivors, and keeps their reasons."""

import pytest

pytest.importorskip("cosmic_ray", reason="needs pip install 'aehelpers[mutants]'")

from tools import mutants  # noqa: E402

MODULE = """\
LIMIT = 3


def total(a, b):
    # A comment with 1 + 2.
    return a + b


def shown(values):
    if last := values.pop():
        print(last, 1e150)
"""


@pytest.fixture
def root(tmp_path):
    """A package with one module, of which only the function `total` is tested."""
    for name, text in {
        "aehelpers/__init__.py": "",
        "aehelpers/tiny.py": MODULE,
        "tests/test_tiny.py": (
            "from aehelpers import tiny\n\n\n"
            "def test_total():\n    assert tiny.total(1, 2) == 3\n"
        ),
        "pyproject.toml": "[tool.pytest.ini_options]\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_faults_are_seeded_in_code_and_nowhere_else(root):
    found = mutants.chosen(root, "aehelpers/tiny.py", each=9)
    assert {(mutant.function, mutant.before) for mutant in found} == {
        ("", "LIMIT = 3"),
        ("total", "return a + b"),
    }
    for mutant in found:
        assert mutant.source == MODULE.replace(mutant.before, mutant.after)
        compile(mutant.source, mutant.module, "exec")


@pytest.mark.parametrize("module", mutants.all_modules(mutants.ROOT))
def test_every_module_can_have_faults(module):
    found = mutants.chosen(mutants.ROOT, module, mutants.EACH)
    assert 0 < len(found) <= mutants.EACH
    for mutant in found:
        compile(mutant.source, module, "exec")


def test_a_module_has_at_most_as_many_faults_as_asked_and_always_the_same(root):
    first = mutants.chosen(root, "aehelpers/tiny.py", each=1)
    assert len(first) == 1
    assert mutants.chosen(root, "aehelpers/tiny.py", each=9)[:1] == first


def test_a_change_elsewhere_in_the_module_leaves_the_faults_as_they_were(root):
    before = list(map(str, mutants.chosen(root, "aehelpers/tiny.py", each=9)))
    for lines in range(1, 8):
        (root / "aehelpers/tiny.py").write_text("import math\n" * lines + MODULE, "utf-8")
        assert list(map(str, mutants.chosen(root, "aehelpers/tiny.py", each=9))) == before


def test_what_a_test_notices_is_found_and_the_rest_survives(root):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    found = dict(mutants.tried(root, ["aehelpers/tiny.py"], each=9))
    assert {mutant.function: noticed for mutant, noticed in found.items()} == {
        "": False,
        "total": True,
    }
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_test_that_never_ends_finds_the_mutant(root, monkeypatch):
    monkeypatch.setattr(mutants, "MAX_CPU", 2)
    endless = mutants.Mutant("aehelpers/tiny.py", "", "", "", "while True:\n    pass\n")
    assert mutants.is_found(root, endless)


def test_tests_that_fail_without_a_fault_are_reported(root):
    (root / "tests/test_tiny.py").write_text("def test_it():\n    assert False\n", "utf-8")
    with pytest.raises(RuntimeError, match="the tests of aehelpers fail without any fault"):
        list(mutants.tried(root, ["aehelpers/tiny.py"], each=1))


def test_a_survivor_keeps_its_reason_until_it_is_found():
    first, second = (
        mutants.Mutant("aehelpers/tiny.py", "", f"a = {number}", "a = 0", "")
        for number in (1, 2)
    )
    page = mutants.written("Prose.\n" + mutants.GENERATED, [(first, False), (second, True)])
    assert page.startswith("Prose.\n") and "| aehelpers/tiny.py | 1 | 2 |" in page
    assert mutants.shortcomings(page) == [
        f"{first}: {mutants.NO_REASON}",
        "1 of 2 are found, which is below 95%",
    ]
    page = page.replace(mutants.NO_REASON, "Equivalent: nobody reads it.")
    page = mutants.written(page, [(first, False), (second, False)])
    assert mutants.survivors(page) == [
        (str(first), "Equivalent: nobody reads it."),
        (str(second), mutants.NO_REASON),
    ]
    page = mutants.written(page, [(first, False), (second, True)])
    assert mutants.shortcomings(page) == []  # no test can notice the first
    page = mutants.written(page, [(first, True), (second, True)])
    assert mutants.survivors(page) == mutants.shortcomings(page) == []


def test_the_command_fails_until_each_survivor_has_a_reason(root, monkeypatch, capsys):
    page = root / "mutants.md"
    page.write_text("Prose.\n" + mutants.GENERATED, "utf-8")
    monkeypatch.setattr(mutants, "ROOT", root)
    monkeypatch.setattr(mutants, "PAGE", page)
    monkeypatch.setattr(mutants, "LEAST_FOUND", 0.5)
    monkeypatch.setattr(mutants, "is_found", lambda root, mutant: mutant.function == "total")
    mutants.main(["tiny", "--each", "40"])
    assert "SURVIVED tiny: `LIMIT = 3`" in capsys.readouterr().out
    assert page.read_text("utf-8") == "Prose.\n" + mutants.GENERATED
    with pytest.raises(SystemExit, match="tiny: `LIMIT = 3` → .*: No reason is given yet"):
        mutants.main([])
    page.write_text(
        page.read_text("utf-8").replace(mutants.NO_REASON, "Nobody reads it."), "utf-8"
    )
    with pytest.raises(SystemExit) as end:
        mutants.main([])
    assert end.value.code is None and "Nobody reads it." in page.read_text("utf-8")
    with pytest.raises(SystemExit):
        mutants.main(["tinny"])
    assert "aehelpers has no module tinny" in capsys.readouterr().err
