"""Run notebooks anew and store them in normal form, so that a diff shows only what changed.

python tools/notebooks.py [paths]            run from top to bottom, normalise, write
python tools/notebooks.py --normalise-only   the same without running
python tools/notebooks.py --check            write nothing; exit 1 if one is not in normal form

Without paths: all of notebooks/. A run that fails leaves the old file as it was.
"""

import argparse
import hashlib
import os
import re
import sys
import time
from importlib.metadata import version
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
TIMEOUT = 600  # seconds, for what hangs: on a busy machine no cell takes a tenth of it
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def pinned_matplotlib(constraints=ROOT / "constraints.txt"):
    """Return the version that draws the stored pictures: the first in constraints.txt."""
    found = re.search(r"^matplotlib==([^\s;]+)", constraints.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError(f"{constraints} pins no matplotlib: add a line matplotlib==VERSION")
    return found[1]


def series():
    """Return the paths of the course's main notebooks, in order."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def every():
    """Return the paths of all notebooks: the main ones, then those of notebooks/further/."""
    return series() + sorted((NOTEBOOKS / "further").glob("*.ipynb"))


def read(path):
    """Return the notebook at path. Its ids and metadata are not checked."""
    return nbformat.v4.reads(Path(path).read_text("utf-8"))


def write(nb, path):
    """Store nb at path in one step, so that nobody ever reads half a file."""
    path = Path(path)
    draft = path.with_name(path.name + ".draft")
    try:
        draft.write_bytes(as_text(nb).encode("utf-8"))
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def from_code(sources):
    """Return a notebook of these code cells, none of which has run."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def code_cells(nb):
    """Return the code cells of a notebook, in order."""
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def headings(nb):
    """Return [(level, text)] of every heading in the text cells, in order."""
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^(#{1,6})\s+(.*?)\s*$", text, re.MULTILINE)
    return [(len(marks), heading) for marks, heading in found]


def as_text(nb):
    """Return nb as it stands in a file: sorted keys, indent 1, one newline at the end."""
    return nbformat.v4.writes(nb, indent=1, sort_keys=True).rstrip("\n") + "\n"


def normalise(nb):
    """Return a copy of nb that holds only what a reader sees and nbval compares.

    Ids are made from the source, so they stay when cells move. Of the metadata it keeps the
    tags, what nbgrader asks for, and the texts and sizes of pictures. The answer to an exercise
    is folded away. The normal form of a normal form is itself.
    Raises ValueError if nb is not of format 4, and what nbformat raises if it is malformed.
    """
    if nb.nbformat != 4:
        raise ValueError(f"notebook format {nb.nbformat}: save it as format 4 first")
    cells, seen = [], {}
    for cell in nb.cells:
        source = cell.source.rstrip()
        digest = hashlib.sha256(f"{cell.cell_type}\n{source}".encode()).hexdigest()[:8]
        seen[digest] = seen.get(digest, 0) + 1
        new = {
            "cell_type": cell.cell_type,
            "id": digest if seen[digest] == 1 else f"{digest}-{seen[digest]}",
            "metadata": _normal_metadata(cell.metadata),
            "source": source,
        }
        if cell.get("attachments"):
            new["attachments"] = cell.attachments
        if cell.cell_type == "code":
            new["execution_count"] = cell.get("execution_count")
            new["outputs"] = _normal_outputs(cell)
        cells.append(new)
    normal = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    normal = nbformat.from_dict(normal)
    nbformat.validate(normal)
    return normal


def _normal_metadata(metadata):
    """Return the metadata of a cell in normal form."""
    normal = {key: metadata[key] for key in ("tags", "nbgrader") if metadata.get(key)}
    if "folded" in metadata.get("tags", []):
        normal["jupyter"] = {"outputs_hidden": True, "source_hidden": True}
    elif metadata.get("nbgrader", {}).get("solution"):
        normal["jupyter"] = {"source_hidden": True}
    return normal


def _normal_outputs(cell):
    """Return the outputs of a cell in normal form: streams joined, without widget views."""
    outputs = []
    for output in cell.outputs:
        kind = output.output_type
        if kind == "stream":
            if outputs and outputs[-1].get("name") == output.name:
                outputs[-1]["text"] += output.text
            else:
                text = {"name": output.name, "text": output.text}
                outputs.append({"output_type": kind} | text)
        elif kind in ("display_data", "execute_result"):
            # A widget's model dies with the kernel: its stored view would hide the picture.
            data = {mime: value for mime, value in output.data.items() if mime != WIDGET_MIME}
            for mime in data:
                if mime in ("image/png", "image/jpeg"):
                    data[mime] = data[mime].strip()
            metadata = {key: value for key, value in output.metadata.items() if key in data}
            new = {"output_type": kind, "data": data, "metadata": metadata}
            if kind == "execute_result":
                new["execution_count"] = cell.execution_count
            outputs.append(new)
        else:
            outputs.append(dict(output))
    return outputs


def execute(path, *, transform=lambda nb: nb, python=None, environment=None):
    """Run the notebook at path in a fresh kernel in its own folder and return it.

    transform : a function of the notebook that returns what is run in its place.
    python : the interpreter that runs it; None is this one.
    environment : {name: value} of variables that its process has besides those of this one.

    Returns the normal form and writes nothing. Raises CellExecutionError where a cell fails.
    """
    from ipykernel.kernelspec import make_ipkernel_cmd
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from nbclient import NotebookClient

    class ThisInterpreter(KernelSpecManager):
        """Whatever kernels are installed elsewhere, python3 is the one that was asked for."""

        def get_kernel_spec(self, kernel_name):
            quiet = ["--IPKernelApp.log_level=ERROR"]
            return KernelSpec(
                argv=make_ipkernel_cmd(executable=python, extra_arguments=quiet),
                env=environment or {},
            )

    path = Path(path).resolve()

    def run():
        nb = transform(normalise(read(path)))
        NotebookClient(
            nb,
            km=AsyncKernelManager(kernel_spec_manager=ThisInterpreter()),
            resources={"metadata": {"path": str(path.parent)}},
            timeout=TIMEOUT,
            startup_timeout=TIMEOUT,
            iopub_timeout=TIMEOUT,
            record_timing=False,
            store_widget_state=False,
        ).execute(cleanup_kc=True)
        return normalise(nb)

    return start_with_retries(run)


def start_with_retries(start, *args, **kwargs):
    """Return start(...), which starts a kernel; try up to three times if it dies at once.

    Two kernels that start at the same time may be given the same port, and then one dies.
    """
    for _ in range(2):
        try:
            return start(*args, **kwargs)
        except RuntimeError as error:
            if "died before replying" not in str(error):
                raise
    return start(*args, **kwargs)


def main(argv=None):
    """Do what the command line says; the exit code is 1 if a notebook failed, else 0."""
    parser = argparse.ArgumentParser(description="Run notebooks, store them in normal form.")
    parser.add_argument("paths", nargs="*", type=Path, help="default: all of notebooks/")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--normalise-only", action="store_true", help="do not run them")
    mode.add_argument("--check", action="store_true", help="write nothing, say what differs")
    options = parser.parse_args(argv)
    paths = options.paths or every()
    if not paths:
        parser.error(f"no notebook in {NOTEBOOKS}")
    run = not (options.normalise_only or options.check)
    if run and version("matplotlib") != pinned_matplotlib():
        parser.error(
            f"the stored pictures are drawn by matplotlib {pinned_matplotlib()}, here is "
            f"{version('matplotlib')}: use `make notebooks` with Python 3.11 or newer"
        )
    os.environ["MPLBACKEND"] = "Agg"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in tools/guard.py

    failed = False
    for path in paths:
        start = time.perf_counter()
        try:
            nb = execute(path) if run else normalise(read(path))
        except Exception as error:
            print(f"{path.name}: FAILED, left as it was\n{error}", file=sys.stderr)
            failed = True
            continue
        same = as_text(nb).encode("utf-8") == path.read_bytes()
        if options.check:
            failed |= not same
            print(f"{path.name}: {'normal' if same else 'NOT in normal form'}")
            continue
        if not same:
            write(nb, path)
        print(f"{path.name}: {'same' if same else 'new'}, {time.perf_counter() - start:.1f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
