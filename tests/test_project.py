"""The files around the package agree with each other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import rattler
import yaml
from packaging.requirements import Requirement

import aehelpers
from tools.readme_figure import FIGURE, first_picture

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "torch": "pytorch"}  # pip: conda


def text(name):
    return (ROOT / name).read_text("utf-8")


def environment():
    """environment.yml as (conda entries, pip entries)."""
    entries = yaml.safe_load(text("environment.yml"))["dependencies"]
    pip = [entry["pip"] for entry in entries if isinstance(entry, dict)]
    return [entry for entry in entries if isinstance(entry, str)], sum(pip, [])


def lower_bounds(requirements):
    """{name: oldest version} of pip requirements, all of which have one."""
    bounds = {}
    for requirement in map(Requirement, requirements):
        (bound,) = requirement.specifier
        assert bound.operator == ">=", f"{requirement} should have a lower bound and no other"
        bounds[requirement.name] = bound.version
    return bounds


def pins(python):
    """{name: version} that constraints.txt asks of this Python."""
    lines = [line for line in text("constraints.txt").splitlines() if line and line[0] != "#"]
    found = {}
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate(
            {"python_version": python}
        ):
            assert requirement.name not in found, f"two pins of {requirement.name} on {python}"
            (pin,) = requirement.specifier
            assert pin.operator == "=="
            found[requirement.name] = pin.version
    return found


def test_conda_entries_are_valid_and_equal_to_pyproject():
    conda, pip = environment()
    found = {}
    for entry in conda:
        spec = rattler.MatchSpec(entry, strict=True)
        found[spec.name.normalized] = str(spec.version) if spec.version else None
    wanted = lower_bounds(PROJECT["dependencies"] + EXTRAS["lab"])
    wanted = {CONDA_NAMES.get(name, name): f">={bound}" for name, bound in wanted.items()}
    wanted |= {"python": PROJECT["requires-python"], "pip": None}
    assert found == wanted
    assert pip == ["-e ."]


@pytest.mark.parametrize("entry", ["numpy==>2", "num py", "python=3.11 - numpy"])
def test_the_conda_check_rejects_what_is_no_spec(entry):
    with pytest.raises(Exception) as raised:
        rattler.MatchSpec(entry, strict=True)
    assert type(raised.value).__name__ == "InvalidMatchSpecError"


@pytest.mark.parametrize("python", PYTHONS)
def test_every_requirement_is_pinned_within_its_bounds(python):
    pinned = pins(python)
    for requirement in map(Requirement, PROJECT["dependencies"] + sum(EXTRAS.values(), [])):
        if requirement.marker is None or requirement.marker.evaluate(
            {"python_version": python}
        ):
            assert requirement.name in pinned, f"constraints.txt lacks {requirement.name}"
            assert pinned[requirement.name] in requirement.specifier


def test_workflow_covers_the_pythons_and_the_lower_bounds():
    jobs = yaml.safe_load(text(".github/workflows/ci.yml"))["jobs"]
    assert jobs["pinned"]["strategy"]["matrix"]["python"] == PYTHONS
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
    oldest = next(
        step["run"] for step in jobs["oldest"]["steps"] if "pip" in step.get("run", "")
    )
    installed = dict(re.findall(r'"([\w-]+)==([\d.]+?)(?:\.\*)?"', oldest))
    bounds = lower_bounds(PROJECT["dependencies"] + EXTRAS["lab"])
    assert installed == {name: bounds[name] for name in installed}
    assert {"numpy", "matplotlib"} <= installed.keys()


def test_verbs_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    assert {"help", "lab", "test", "lint", "notebooks", "clean"} <= targets
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run", "Makefile"):
        verbs = set(re.findall(r"(?:^|`|\s{4})make ([a-z]+)", text(name), re.MULTILINE))
        assert verbs <= targets, f"{name} speaks of make {sorted(verbs - targets)}"
    assert {"make lab", "make test"} <= set(re.findall(r"make [a-z]+", text("README.md")))


def test_one_version_and_one_licence():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["version"] == aehelpers.__version__ == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert re.search(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)[1] == PROJECT["version"]


def test_the_issue_form_asks_for_notebook_cell_and_environment():
    form = yaml.safe_load(text(".github/ISSUE_TEMPLATE/problem.yml"))
    fields = {field["id"]: field["attributes"] for field in form["body"]}
    assert {"notebook", "cell", "environment", "happened"} <= fields.keys()
    series = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert [option for option in fields["notebook"]["options"] if option[0].isdigit()] == series


def test_the_readme_shows_what_notebook_00_shows():
    assert FIGURE.read_bytes() == first_picture(ROOT / "notebooks/00_start_here.ipynb")
    assert f"({FIGURE.relative_to(ROOT).as_posix()})" in text("README.md")


def test_the_readme_lists_the_series():
    series = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert re.findall(r"\(notebooks/(.*?\.ipynb)\)", text("README.md")) == series


def test_the_readme_code_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", text("README.md"), re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 10
    exec(compile(code, "README.md", "exec"), {})
    ours, line = map(float, capsys.readouterr().out.splitlines()[0].split())
    assert ours < line


def test_contributing_stays_short():
    assert len(text("CONTRIBUTING.md").splitlines()) < 50


def test_no_file_names_a_place_on_someones_machine():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    place = re.compile(r"(?<![\w.])/(?:home|root|Users|work|tmp)/\w|\b[A-Z]:\\+Users\b")
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]
    assert "pyproject.toml" in names
    named = {}
    for name in names:
        try:
            found = place.search(text(name))
        except UnicodeDecodeError:
            continue  # a picture or an archive
        if found:
            named[name] = found[0]
    assert named == {}
