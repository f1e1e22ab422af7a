"""The files around the package agree with each other."""

import ast
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import rattler
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import aehelpers
from tools.notebooks import series
from tools.readme_figure import FIGURE, tagged_picture

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


@pytest.mark.parametrize("folder", ["aehelpers", "handouts", "tests", "tools"])
def test_what_is_imported_is_declared(folder):
    lines = PROJECT["dependencies"] + sum(EXTRAS.values(), [])
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    files = list((ROOT / folder).rglob("*.py"))
    ours = {path.stem for path in [*files, *ROOT.iterdir()]}
    names = {name.partition(".")[0] for file in files for name in imports(file)}
    names -= {"", *ours, *sys.stdlib_module_names}  # "" stands for relative imports
    known = packages_distributions()
    missing = {n for n in names if canonicalize_name(known.get(n, [n])[0]) not in declared}
    assert names and not missing


def imports(file):
    """The full names that a file of Python imports; a relative one begins with a dot."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def test_no_test_file_imports_another():
    """What several of them need stands in tools/ or in a plain module of tests/."""
    files = [*(ROOT / "tests").glob("test_*.py"), *(ROOT / "benchmarks").glob("test_*.py")]
    tests = {file.stem for file in files}
    imported = [(file.name, name) for file in files for name in imports(file)]
    assert imported
    assert [(file, name) for file, name in imported if tests & {*name.split(".")}] == []


def test_workflow_covers_the_pythons_and_the_lower_bounds():
    jobs = yaml.safe_load(text(".github/workflows/ci.yml"))["jobs"]
    assert jobs["pinned"]["strategy"]["matrix"]["python"] == PYTHONS
    versions = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert versions == PYTHONS
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
    oldest = next(
        step["run"] for step in jobs["oldest"]["steps"] if "pip" in step.get("run", "")
    )
    installed = dict(re.findall(r'"([\w-]+)==([\d.]+?)(?:\.\*)?"', oldest))
    bounds = lower_bounds(PROJECT["dependencies"] + EXTRAS["lab"])
    assert installed == {name: bounds[name] for name in installed}
    assert {"numpy", "matplotlib"} <= installed.keys()


def test_no_job_can_hang_for_hours():
    jobs = yaml.safe_load(text(".github/workflows/ci.yml"))["jobs"]
    assert all(job.get("timeout-minutes", 360) <= 60 for job in jobs.values())


def test_commits_are_checked_with_the_pinned_versions():
    repositories = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    hooks = [hook for repository in repositories for hook in repository["hooks"]]
    pinned = pins(PYTHONS[-1])
    asked = [Requirement(line) for hook in hooks for line in hook["additional_dependencies"]]
    assert {"ruff", "nbformat"} == {requirement.name for requirement in asked}
    for requirement in asked:
        assert str(requirement.specifier) == f"=={pinned[requirement.name]}"


def test_verbs_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    assert {"help", "lab", "test", "lint", "notebooks", "clean"} <= targets
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run", "Makefile"):
        verbs = set(re.findall(r"(?:^|`|\s{4})make ([a-z]+)", text(name), re.MULTILINE))
        assert verbs <= targets, f"{name} speaks of make {sorted(verbs - targets)}"
    assert {"make lab", "make test"} <= set(re.findall(r"make [a-z]+", text("README.md")))


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_clean_keeps_what_no_command_can_make_again(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    kept = [
        "build/course/submitted/a/01/01.ipynb",
        "build/course/submitted/a/01/__pycache__/a.pyc",
        "build/course/gradebook.db",
        "notebooks/.ipynb_checkpoints/00.ipynb",
    ]
    made = ["build/handouts/00.pdf", "build/matrix/00.ipynb", "dist/a.whl", ".coverage"]
    made += [".venv/pyvenv.cfg", "tools/__pycache__/a.pyc"]
    for name in kept + made:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(path.relative_to(tmp_path).as_posix() for path in left) == sorted(
        ["Makefile", *kept]
    )
    assert not (tmp_path / "build/handouts").exists()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)


def test_a_run_says_in_a_line_for_each_reason_what_it_left_out(pytester):
    pytester.makepyfile(
        test_whole="import pytest; pytest.importorskip('no_such', reason='needs a ladder')",
        test_some="""
            import pytest
            def test_done(): pass
            @pytest.mark.parametrize("i", [1, 2])
            def test_two(i): pytest.skip("needs a ladder")
            def test_one(): pytest.skip("needs a whale")
        """,
    )
    lines = pytester.runpytest("-p", "tools.guard").outlines
    assert sorted(line for line in lines if line.startswith("left out: ")) == [
        "left out: 1 test: needs a whale",
        "left out: test_whole.py, 2 tests: needs a ladder",
    ]


def test_one_version_and_one_licence():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["version"] == aehelpers.__version__ == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert re.search(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)[1] == PROJECT["version"]


def test_the_issue_form_asks_for_notebook_cell_and_environment():
    form = yaml.safe_load(text(".github/ISSUE_TEMPLATE/problem.yml"))
    fields = {field["id"]: field["attributes"] for field in form["body"]}
    assert {"notebook", "cell", "environment", "happened"} <= fields.keys()
    stems = [path.stem for path in series()]
    assert [option for option in fields["notebook"]["options"] if option[0].isdigit()] == stems


def test_the_readme_shows_what_notebook_00_shows():
    assert FIGURE.read_bytes() == tagged_picture(ROOT / "notebooks/00_start_here.ipynb")
    assert f"({FIGURE.relative_to(ROOT).as_posix()})" in text("README.md")


def test_the_readme_lists_the_series():
    names = [path.name for path in series()]
    assert re.findall(r"\(notebooks/(.*?\.ipynb)\)", text("README.md")) == names


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
