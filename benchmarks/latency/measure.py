"""How long a reader waits for an explorer: `make latency` measures it.

Keys and a pointer move real sliders in JupyterLab (page.py). Then the work of the kernel is
timed in parts, the same training is timed beside PyTorch and JAX, and the kernel's memory is
watched over thousands of moves (kernel.py). The results go into results.json, and from there
into the tables of README.md (tables.py).
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

from aehelpers.course.explorers import start_here

from ..historical import processor
from . import kernel, page, tables

RESULTS = Path(__file__).with_name("results.json")
PACKAGES = ("jupyterlab", "ipykernel", "ipywidgets", "matplotlib", "numpy", "torch", "jax")


# ---- from the notes of page and kernel to numbers --------------------------------------------


def step_times(step):
    """The ms of a step with one picture: to the kernel, in it, back to the page, in total."""
    begun = step["moves"][0]["t"]
    painted = step["pictures"][-1]["t"]
    arrived = min(event["t"] for event in step["kernel"])
    sent = max(event["t"] for event in step["kernel"] if event["what"] == "sent")
    return {
        "to_kernel": arrived - begun,
        "in_kernel": sent - arrived,
        "to_page": painted - sent,
        "total": painted - begun,
        "received": step["received"],
    }


def was_drawn(step):
    """Whether the picture was drawn after the move, and not before."""
    (k,) = {move["at"] + 1 for move in step["moves"]}
    last = max(event["t"] for event in step["kernel"] if event["what"] == "sent")
    drawn = [event for event in step["kernel"] if event["what"] == "draw"]
    return any(event["setting"] == {"k": k} and event["t"] < last for event in drawn)


def was_trained(step):
    """Whether a training began after the move and before the first picture was sent."""
    first = min(event["t"] for event in step["kernel"] if event["what"] == "sent")
    return any(event["what"] == "train" and event["t"] < first for event in step["kernel"])


def run_times(step):
    """The ms of a run to its first new picture, to a usable fit, and to its last picture.

    A fit is usable with the first picture whose error is at most 1.1 times the last one's. If
    the run diverged, there is no such picture, and the value is None.
    """
    begun = step["moves"][0]["t"]
    readouts = [event["text"] for event in step["kernel"] if event["what"] == "readout"]
    found = [re.search(r"MSE (\d[\d.e+-]*\d)", text) for text in readouts]
    errors = [float(match[1]) if match else inf for match in found]
    shown = [(picture["t"] - begun, errors[picture["nth"]]) for picture in step["pictures"]]
    usable = next((ms for ms, error in shown if error <= 1.1 * errors[-1] < inf), None)
    return {
        "first_picture": shown[0][0],
        "usable_fit": usable,
        "last_picture": shown[-1][0],
        "pictures": len(shown),
        "received": step["received"],
    }


def drag_counts(drag):
    """How many positions and pictures a drag had, and the ms from its last move to the last
    picture.
    """
    wait = drag["pictures"][-1]["t"] - drag["moves"][-1]["t"]
    return {"positions": len(drag["moves"]), "pictures": len(drag["pictures"]), "wait": wait}


def page_results(steps, drags):
    """The page's part of the results, without steps that were not what they are counted as."""
    redrawn = [step for step in steps["redrawn"] if was_drawn(step)]
    drawn_ahead = [step for step in steps["drawn_ahead"] if not was_drawn(step)]
    counted = {"interact": steps["interact"], "redrawn": redrawn, "drawn_ahead": drawn_ahead}
    return {
        "steps": {scenario: list(map(step_times, some)) for scenario, some in counted.items()},
        "runs": [run_times(step) for step in steps["trained_anew"] if was_trained(step)],
        "drags": {scenario: list(map(drag_counts, some)) for scenario, some in drags.items()},
    }


# ---- the same training by others -------------------------------------------------------------


def training_times(rounds=13):
    """{system: seconds}: the spiral's net, all its epochs from one initialization, in turn.

    It is the net of notebook 00 without the noise on its code and without its schedule, which
    the peers of benchmarks/ do not have.
    """
    from .. import jax_optax, ours, pytorch
    from ..workloads import Workload, spiral

    net = start_here.spiral_net(latent_dim=1, learning_rate=0.003)
    net.set_params(code_noise=0.0, code_noise_fade=None, schedule="constant")
    X = spiral()
    workload = Workload(
        net.set_params(standardize=False), lambda: (X - X.mean(axis=0)) / X.std(axis=0)
    )
    trainings = {
        "ours": ours.make_run(workload),
        "PyTorch, eager": pytorch.eager(workload),
        "JAX scan, shape seen": jax_optax.scan(workload),
        "JAX scan, new shape": jax_optax.cold(workload),
    }
    curve = trainings["ours"]()
    for train in trainings.values():
        np.testing.assert_allclose(train(), curve, rtol=workload.tolerance)
    seconds = {system: [] for system in trainings}
    for _ in range(rounds):
        for system, train in trainings.items():
            start = perf_counter()
            train()
            seconds[system].append(perf_counter() - start)
    return seconds


# ---- memory ----------------------------------------------------------------------------------


def memory(kind):
    """MB of a real kernel after each of tables.MOVE_COUNTS; `kind` as in kernel.memory."""
    from jupyter_client.manager import KernelManager

    printed = []

    def keep_what_is_printed(message):
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    with tempfile.TemporaryDirectory() as folder:
        path = os.pathsep.join(filter(None, [str(kernel.ROOT), os.environ.get("PYTHONPATH")]))
        manager = KernelManager(connection_file=str(Path(folder) / "kernel.json"))
        env = os.environ | {"PYTHONPATH": path, "IPYTHONDIR": folder}
        manager.start_kernel(env=env, stderr=subprocess.DEVNULL)
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            for code in (
                "from benchmarks.latency.kernel import memory",
                f"print(await memory({kind!r}, {tables.MOVE_COUNTS}))",
            ):
                reply = client.execute_interactive(
                    code, output_hook=keep_what_is_printed, timeout=600
                )
                if reply["content"]["status"] != "ok":
                    raise RuntimeError("\n".join(reply["content"]["traceback"]))
        finally:
            client.stop_channels()
            manager.shutdown_kernel()
    return json.loads("".join(printed))


# ---- all of it -------------------------------------------------------------------------------


def rounded(value):
    """The results to four digits: more is noise."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def measure():
    """Measure everything: the results, as results.json holds them."""
    with page.opened() as lab:
        results = page_results(*page.steps_and_drags(lab))
        chromium = lab.version
    print("parts of an update", flush=True)
    results["parts"] = kernel.parts_of_updates()
    print("the same training by others", flush=True)
    results["training"] = training_times()
    print(f"memory over {tables.MOVE_COUNTS[-1]} moves", flush=True)
    kinds = "plain", "run"
    with ThreadPoolExecutor(len(kinds)) as pool:  # nothing is timed any more
        results["memory"] = dict(zip(kinds, pool.map(memory, kinds), strict=True))
    machine = {
        "date": date.today().isoformat(),
        "processor": processor(),
        "processors": os.cpu_count(),
        "versions": {"Chromium": chromium, "Python": platform.python_version()}
        | {name: version(name) for name in PACKAGES},
    }
    return rounded(machine | results)


def main():
    """Measure everything, and write results.json and README.md."""
    start = perf_counter()
    results = measure()
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    readme = tables.README.read_text("utf-8")
    tables.README.write_text(tables.with_tables(readme, results), "utf-8")
    print(tables.text_of(results))
    print(f"\n{perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
