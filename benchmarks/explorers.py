"""How long a reader waits for an explorer: `make latency`.

Keys and a pointer move real sliders in JupyterLab (explorer_page.py); the work of the kernel is
then timed in parts, beside the same training by PyTorch and JAX, and its memory is watched over
thousands of moves (explorer_kernel.py). All goes into explorers.json, and from there into the
tables of README.md.
"""

import json
import os
import platform
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.metadata import version
from math import inf
from pathlib import Path
from time import perf_counter

import numpy as np

from .explorer_kernel import ROOT, notebook_00
from .explorer_page import DRAG
from .historical import processor
from .tables import digits, table

STORED = Path(__file__).with_name("explorers.json")
README = Path(__file__).with_name("README.md")
START, END = "<!-- explorers -->", "<!-- /explorers -->"

PACKAGES = ("jupyterlab", "ipykernel", "ipywidgets", "matplotlib", "numpy", "torch", "jax")
NAMES = {
    "usual": "`interact`, new figure",
    "redraw": "explorer, redrawn",
    "ahead": "explorer, drawn ahead",
    "retrain": "explorer, trained anew",
}
MOVES = [0, 1000, 2000, 4000]

# What we set out to reach: name -> (at most or at least, number).
TARGETS = {
    "redrawn: median, ms": ("at most", 100),
    "redrawn: p95, ms": ("at most", 150),
    "drawn ahead: median, ms": ("at most", 100),
    "drawn ahead: p95, ms": ("at most", 150),
    "`interact` / redrawn": ("at least", 8),
    "`interact` / drawn ahead": ("at least", 8),
    "redrawn: pictures of a drag over 13 positions": ("at least", DRAG[1]),
    "trained anew: first new picture, median, ms": ("at most", 150),
    "trained anew: usable fit, median, ms": ("at most", 300),
    "memory, MB for 1000 moves after the first 1000": ("at most", 1),
}


# ---- what the page and the kernel noted, in short --------------------------------------------


def stages(step):
    """Of one step with one picture: ms to the kernel, in it, back, and all together."""
    start = step["moves"][0]["t"]
    end = step["pictures"][-1]["t"]
    came = min(event["t"] for event in step["kernel"])
    sent = max(event["t"] for event in step["kernel"] if event["what"] == "sent")
    there, kernel, back = came - start, sent - came, end - sent
    found = {"there": there, "kernel": kernel, "back": back, "ms": end - start}
    return found | {"received": step["received"]}


def was_drawn(step):
    """Whether the picture was drawn after the move, and not before."""
    (k,) = {move["at"] + 1 for move in step["moves"]}
    last = max(event["t"] for event in step["kernel"] if event["what"] == "sent")
    begun = [event for event in step["kernel"] if event["what"] == "draw"]
    return any(event["setting"] == {"k": k} and event["t"] < last for event in begun)


def was_trained(step):
    first = min(event["t"] for event in step["kernel"] if event["what"] == "sent")
    return any(event["what"] == "train" and event["t"] < first for event in step["kernel"])


def of_run(step):
    """Of one run: ms to its first new picture, to the first with at most 1.1 times the error of
    the last one (None if that has none: it diverged), and to the last.
    """
    start = step["moves"][0]["t"]
    said = [event["text"] for event in step["kernel"] if event["what"] == "said"]
    found = [re.search(r"MSE (\d[\d.e+-]*\d)", text) for text in said]
    errors = [float(match[1]) if match else inf for match in found]
    shown = [(picture["t"] - start, errors[picture["nth"]]) for picture in step["pictures"]]
    usable = next((ms for ms, error in shown if error <= 1.1 * errors[-1] < inf), None)
    times = {"first": shown[0][0], "usable": usable, "last": shown[-1][0]}
    return times | {"pictures": len(shown), "received": step["received"]}


def of_drag(drag):
    """How many pictures were on screen, and ms from the last move to the last of them."""
    after = drag["pictures"][-1]["t"] - drag["moves"][-1]["t"]
    return {"positions": len(drag["moves"]), "pictures": len(drag["pictures"]), "after": after}


def of_page(steps, drags):
    """The record's part on the page; a step that was not what it is counted as is left out."""
    usual = [stages(step) for step in steps["usual"]]
    redraw = [stages(step) for step in steps["redraw"] if was_drawn(step)]
    ahead = [stages(step) for step in steps["ahead"] if not was_drawn(step)]
    runs = [of_run(step) for step in steps["retrain"] if was_trained(step)]
    return {
        "steps": {"usual": usual, "redraw": redraw, "ahead": ahead},
        "runs": runs,
        "drags": {pattern: [of_drag(drag) for drag in made] for pattern, made in drags.items()},
    }


# ---- the same training by others -------------------------------------------------------------


def training(rounds=13):
    """{system: seconds}: the spiral's net, all its epochs from one start, in turn.

    The net of notebook 00 without the noise on its code and without its schedule, which the
    peers of this folder do not have.
    """
    from . import jax_optax, ours, pytorch
    from .work import Work, spiral

    net = notebook_00()["spiral_net"](latent_dim=1, learning_rate=0.003)
    net.set_params(code_noise=0.0, code_noise_fade=None, schedule="constant")
    X = spiral()
    work = Work(net.set_params(standardize=False), lambda: (X - X.mean(axis=0)) / X.std(axis=0))
    runs = {
        "ours": ours.single(work),
        "PyTorch, eager": pytorch.eager(work),
        "JAX scan, shape seen": jax_optax.scan(work),
        "JAX scan, new shape": jax_optax.cold(work),
    }
    curve = runs["ours"]()
    for run in runs.values():
        np.testing.assert_allclose(run(), curve, rtol=work.tolerance)
    seconds = {system: [] for system in runs}
    for _ in range(rounds):
        for system, run in runs.items():
            start = perf_counter()
            run()
            seconds[system].append(perf_counter() - start)
    return seconds


# ---- memory ----------------------------------------------------------------------------------


def memory(kind):
    """MB of a real kernel after each of MOVES; `kind` as in explorer_kernel.memory."""
    from jupyter_client.manager import KernelManager

    said = []

    def heard(message):
        if message["msg_type"] == "stream":
            said.append(message["content"]["text"])

    with tempfile.TemporaryDirectory() as folder:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        kernel = KernelManager(connection_file=str(Path(folder) / "kernel.json"))
        env = os.environ | {"PYTHONPATH": path, "IPYTHONDIR": folder}
        kernel.start_kernel(env=env, stderr=subprocess.DEVNULL)
        client = kernel.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            for code in (
                "from benchmarks.explorer_kernel import memory",
                f"print(await memory({kind!r}, {MOVES}))",
            ):
                reply = client.execute_interactive(code, output_hook=heard, timeout=600)
                if reply["content"]["status"] != "ok":
                    raise RuntimeError("\n".join(reply["content"]["traceback"]))
        finally:
            client.stop_channels()
            kernel.shutdown_kernel()
    return json.loads("".join(said))


# ---- numbers ---------------------------------------------------------------------------------


def column(entries, name):
    return [entry[name] for entry in entries if entry[name] is not None]


def median(values):
    return float(np.median(values))


def p95(values):
    """Linear between the two values it lies between."""
    return float(np.quantile(values, 0.95))


def growth(megabytes):
    """MB for each 1000 moves after the first 1000."""
    return (megabytes[-1] - megabytes[1]) / (MOVES[-1] - MOVES[1]) * 1000


def measured(record):
    """{name of a target: what was reached}."""
    ms = {pattern: column(made, "ms") for pattern, made in record["steps"].items()}
    usual = median(ms["usual"])
    values = (
        median(ms["redraw"]),
        p95(ms["redraw"]),
        median(ms["ahead"]),
        p95(ms["ahead"]),
        usual / median(ms["redraw"]),
        usual / median(ms["ahead"]),
        min(column(record["drags"]["redraw"], "pictures")),
        median(column(record["runs"], "first")),
        median(column(record["runs"], "usable")),
        max(map(growth, record["memory"].values())),
    )
    return dict(zip(TARGETS, values, strict=True))


def missed(record):
    """Targets that are missed: {name: by which share}."""
    found = {}
    for name, value in measured(record).items():
        sense, asked = TARGETS[name]
        beyond = value / asked - 1 if sense == "at most" else asked / value - 1
        if beyond > 0:
            found[name] = beyond
    return found


# ---- the tables ------------------------------------------------------------------------------


def number(value):
    return digits(value) if value else "0"


def spread(values):
    """Cells: median, p95, least and largest."""
    low, high = min(values), max(values)
    return [number(median(values)), number(p95(values)), f"{number(low)}–{number(high)}"]


def target_table(record):
    reached, beyond, lines = measured(record), missed(record), []
    for name, (sense, asked) in TARGETS.items():
        value = number(reached[name])
        if name in beyond:
            value = f"{value}, missed by {100 * beyond[name]:.0f} %"
        else:
            value = f"**{value}**"
        lines.append([name, f"{sense} {asked}", value])
    return table(["what", "asked for", "measured"], lines)


def step_table(record):
    lines = []
    for pattern, made in record["steps"].items():
        ways = [number(median(column(made, way))) for way in ("there", "kernel", "back")]
        wire = number(median(column(made, "received")) / 1000)
        cells = [str(len(made)), *spread(column(made, "ms")), *ways, wire]
        lines.append([NAMES[pattern], *cells])
    for name, words in (
        ("first", "first new picture"),
        ("usable", "usable fit"),
        ("last", "last picture"),
    ):
        made = record["runs"]
        wire = number(median(column(made, "received")) / 1000) if name == "last" else ""
        times = column(made, name)
        cells = [str(len(times)), *spread(times), "", "", "", wire]
        lines.append([f"{NAMES['retrain']}: {words}", *cells])
    head = ["step", "n", "median", "p95", "least–largest", "to the kernel", "in it", "back"]
    return table([*head, "kB"], lines)


def drag_table(record):
    lines = []
    for pattern, made in record["drags"].items():
        pictures = ", ".join(map(str, column(made, "pictures")))
        after = ", ".join(map(number, column(made, "after")))
        lines.append([NAMES[pattern], pictures, after])
    return table(["drag", f"pictures of {DRAG[1]}", "last picture after last move, ms"], lines)


def part_table(record):
    parts = ("train", "draw", "pixels", "words", "WebP")
    lines = []
    for pattern, made in record["parts"].items():
        per_part = [[entry.get(part, 0) for entry in made] for part in parts]
        whole = [sum(times) for times in zip(*per_part, strict=True)]
        cells = [number(median(times)) for times in (*per_part, whole)]
        pictures = number(median(column(made, "pictures")))
        size = number(median(column(made, "bytes")) / 1000)
        lines.append([NAMES[pattern], *cells, pictures, size])
    return table(["update, ms", *parts, "all", "pictures", "kB of WebP"], lines)


def training_table(record):
    ours = median(record["training"]["ours"])
    lines = [
        [system, *spread([1000 * s for s in seconds]), number(median(seconds) / ours)]
        for system, seconds in record["training"].items()
    ]
    return table(["training, ms", "median", "p95", "least–largest", "over ours"], lines)


def memory_table(record):
    lines = [
        [f"{kind} explorer", *map(number, megabytes), f"{growth(megabytes):.2f}"]
        for kind, megabytes in record["memory"].items()
    ]
    head = [f"after {moves:,}" for moves in MOVES]
    return table(["moves: MB", *head, "MB for 1000, after the first 1000"], lines)


def text_of(record):
    """All that stands between the markers."""
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    where = f"{record['date']}, {record['processor']}, {record['processors']} processors"
    parts = [
        f"{where}; {versions}.",
        target_table(record).strip(),
        "From the event of a key to the painted picture, in ms:",
        step_table(record).strip(),
        drag_table(record).strip(),
        "In the kernel alone:",
        part_table(record).strip(),
        training_table(record).strip(),
        memory_table(record).strip(),
    ]
    return "\n\n".join(parts)


def with_tables(readme, record):
    before, rest = readme.split(START)
    return f"{before}{START}\n{text_of(record)}\n{END}{rest.split(END)[1]}"


# ---- all of it -------------------------------------------------------------------------------


def rounded(value):
    """The record to four digits: more is noise."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def made():
    """Measure everything: the record, for explorers.json."""
    from . import explorer_kernel, explorer_page

    with explorer_page.opened() as page:
        record = of_page(*explorer_page.measured(page))
        chromium = page.version
    print("parts of an update", flush=True)
    record["parts"] = explorer_kernel.parts_of_updates()
    print("the same training by others", flush=True)
    record["training"] = training()
    print(f"memory over {MOVES[-1]} moves", flush=True)
    kinds = "plain", "run"
    with ThreadPoolExecutor(len(kinds)) as pool:  # nothing is timed any more
        record["memory"] = dict(zip(kinds, pool.map(memory, kinds), strict=True))
    about = {
        "date": date.today().isoformat(),
        "processor": processor(),
        "processors": os.cpu_count(),
        "versions": {"Chromium": chromium, "Python": platform.python_version()}
        | {name: version(name) for name in PACKAGES},
    }
    return rounded(about | record)


def main():
    start = perf_counter()
    record = made()
    STORED.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    README.write_text(with_tables(README.read_text("utf-8"), record), "utf-8")
    print(text_of(record))
    print(f"\n{perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
