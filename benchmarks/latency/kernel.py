"""The side of the kernel: what the measured explorers draw, and what an update costs there.

The notebook of page.py imports this module in its kernel. `log` writes down what happens when,
so that a step can be split into the way to the kernel, the work there, and the way back.
"""

import asyncio
import gc
import inspect
import json
import time
from collections import defaultdict
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from unittest.mock import patch

import ipywidgets as widgets
import numpy as np
from matplotlib import pyplot as plt
from PIL import Image

from aehelpers import data
from aehelpers.course import recipes
from aehelpers.course.explorers import start_here
from aehelpers.figures import Explorer, plots

ROOT = Path(__file__).resolve().parents[2]
EVENTS = "events.jsonl"  # in the folder of the notebook

CODE_SIZES = list(range(1, 33))
SIX_PANELS = {"panels": (2, 3), "figsize": (9, 5), "k": CODE_SIZES, "start": {"k": 1}}


# ---- what is drawn ---------------------------------------------------------------------------


@cache
def digits():
    """The test digits, their labels, and the codes, reconstructions and errors of 32 nets.

    The nets have 1 to 32 latent dimensions, and the last three are dicts by that number.
    """
    found = data.digits()
    train, test, _, labels = data.split(found.X, found.y, random_state=0)
    nets = {
        k: recipes.digits_net(k, random_state=0).set_params(epochs=10).fit(train)
        for k in CODE_SIZES
    }
    codes = {k: net.transform(test) for k, net in nets.items()}
    reconstructions = {k: net.reconstruct(test) for k, net in nets.items()}
    errors = {k: ((X_hat - test) ** 2).mean(axis=1) for k, X_hat in reconstructions.items()}
    return test, labels, codes, reconstructions, errors


def six_panels(axes, k, digit_index=0):
    """Draw a digit, its code of k numbers, its reconstruction, and the errors of all digits.

    Draws 2 x 3 panels of plain matplotlib, with the same labels and scales for every k, and
    returns the sentence for the readout.
    """
    test, labels, codes, reconstructions, errors = digits()
    original, code, reconstruction, error, every, sizes = axes.flat
    x, x_hat = test[digit_index].reshape(8, 8), reconstructions[k][digit_index].reshape(8, 8)
    pictures = (original, x, "gray_r", 0), (reconstruction, x_hat, "gray_r", 0)
    for ax, image, colours, least in (*pictures, (error, x_hat - x, "RdBu", -1)):
        ax.imshow(image, cmap=colours, vmin=least, vmax=1)
        ax.set_axis_off()
    original.set_title("original")
    reconstruction.set_title("reconstruction")
    error.set_title("error")
    code.vlines(range(1, k + 1), 0, codes[k][digit_index], linewidth=3)
    code.set(xlim=(0, 33), ylim=(-16, 16), title="code")
    every.plot(labels, errors[k], "o", markersize=3)
    every.set(xlabel="digit", ylabel="its error", ylim=(0, 0.15), xticks=range(10))
    mean = {size: each.mean() for size, each in errors.items()}
    sizes.semilogy(mean.keys(), mean.values())
    sizes.plot([k], [mean[k]], "o")
    sizes.set(xlabel="numbers in the code", ylabel="mean error")
    return f"k = {k}: mean error {mean[k]:.4f}"


def reconstructed(ax, k, digit_index):
    """Draw one panel of the six, the reconstruction, and return the sentence below it."""
    ax.imshow(digits()[3][k][digit_index].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
    ax.set_title("reconstruction")
    return f"digit {digit_index} through {k} numbers"


def new_figure(k):
    """Show the same picture with our layout, in a new figure, as `interact` shows it."""
    _, axes = plt.subplots(2, 3, figsize=SIX_PANELS["figsize"], layout="constrained")
    six_panels(axes, k)
    plt.show()


def spiral_explorer(wrap=lambda draw: draw):
    """Return the first explorer of notebook 00, whose draw function is `wrap(draw)`."""
    explorer = start_here.spiral_explorer(*data.spiral(random_state=np.random.RandomState(42)))
    names = ("labels", "start", "title", "panels", "figsize")
    options = {name: getattr(explorer, name) for name in names}
    return Explorer(wrap(explorer.draw), **options, **explorer.grids)


def wrapped(draw, context_for):
    """Return `draw`, which does its parts in the contexts context_for(part, **setting).

    part : "draw" for each picture. A run also has "train", from one picture to the next, and
    "end", when there is no next picture.
    """

    @wraps(draw)
    def once(axes, **setting):
        with context_for("draw", **setting):
            return draw(axes, **setting)

    @wraps(draw)
    def run(axes, **setting):
        pictures = draw(axes, **setting)
        while True:
            with context_for("train", **setting):
                picture = next(pictures, None)
            if picture is None:
                break

            def drawn(picture=picture):
                with context_for("draw", **setting):
                    return picture()

            yield drawn
        with context_for("end", **setting):
            pass

    return run if inspect.isgeneratorfunction(draw) else once


# ---- in the kernel of the page: shown, and logged --------------------------------------------


def log(scenario, what, **more):
    """Write down what happens now, in ms since 1970, as page.js does."""
    with open(EVENTS, "a") as file:
        line = {"scenario": scenario, "what": what, "t": 1000 * time.time(), **more}
        file.write(json.dumps(line) + "\n")


def logging(scenario):
    """Return the contexts for `wrapped`: each logs that its part begins."""

    @contextmanager
    def context_for(part, **setting):
        log(scenario, part, setting=setting)
        yield

    return context_for


def show_interact(scenario):
    """Show the six panels the usual way: by `interact`, in a new figure for each setting."""
    slider = widgets.SelectionSlider(options=CODE_SIZES, layout={"width": "40em"})

    @widgets.interact(k=slider)
    def logged(k):
        log(scenario, "arrived")
        log(scenario, "draw", setting={"k": k})
        new_figure(k)
        log(scenario, "sent")

    logged.widget.add_class(scenario)


def show_explorer(scenario):
    """Return the explorer of spiral nets for "trained_anew", else that of the six panels."""

    def wrap(draw):
        return wrapped(draw, logging(scenario))

    if scenario == "trained_anew":
        explorer = spiral_explorer(wrap)
    else:
        explorer = Explorer(wrap(lambda axes, k: six_panels(axes, k)), **SIX_PANELS)
        explorer.sliders["k"].layout.width = "40em"
    explorer.add_class(scenario)
    for slider in explorer.sliders.values():
        slider.observe(lambda change: log(scenario, "arrived"), "value")
    explorer.picture.observe(lambda change: log(scenario, "sent"), "value")
    explorer.readout.observe(
        lambda change: log(scenario, "readout", text=change["new"]), "value"
    )
    return explorer


# ---- an update in parts, without a page ------------------------------------------------------


class Stopwatch:
    """Seconds by part. The time of a part within another one counts for the inner part only.

    ended : whether the part "end" has come, which has no length.
    """

    def __init__(self):
        self._parts, self._last = [], None
        self.begin()

    def begin(self):
        """Forget what was timed."""
        self.seconds, self.ended = defaultdict(float), False

    @contextmanager
    def timing(self, part, **setting):
        """Count the time in this context for that part."""
        if part == "end":
            self.ended = True
            yield
            return
        self._pass()
        self._parts.append(part)
        yield
        self._pass()
        self._parts.pop()

    def timed(self, part, function):
        """`function`, whose calls count for that part."""

        def inside(*args, **kwargs):
            with self.timing(part):
                return function(*args, **kwargs)

        return inside

    def _pass(self):
        """Give the time since the last call to the innermost part."""
        now = time.perf_counter()
        if self._parts:
            self.seconds[self._parts[-1]] += now - self._last
        self._last = now


def move(explorer, setting):
    """Set the sliders to the setting."""
    for name, value in setting.items():
        explorer.sliders[name].value = value


async def move_and_wait(explorer, setting, run=None):
    """Move sliders as the page does, and wait for a new picture or for the end of a run.

    run : None, or the Stopwatch of the run's wrapped draw.
    """
    if run:
        run.begin()
    before = explorer.picture.value
    move(explorer, setting)
    while explorer.picture.value is before or (run and not run.ended):
        await asyncio.sleep(0)


async def updates(explorer, settings, stopwatch):
    """[{part: ms}] of an update to each setting, with the number and bytes of its pictures."""
    found, sizes = [], []
    explorer.picture.observe(lambda change: sizes.append(len(change["new"])), "value")
    saving = patch.object(Image.Image, "save", stopwatch.timed("WebP", Image.Image.save))
    describing = patch.object(plots, "describe", stopwatch.timed("words", plots.describe))
    run = stopwatch if inspect.isgeneratorfunction(explorer.draw) else None
    with saving, describing:
        for setting in settings:
            stopwatch.begin()
            sizes.clear()
            with stopwatch.timing("pixels"):
                await move_and_wait(explorer, setting, run)
            parts = {part: 1000 * seconds for part, seconds in stopwatch.seconds.items()}
            found.append({**parts, "bytes": sum(sizes), "pictures": len(sizes)})
    return found


def parts_of_updates(warm_up=2):
    """{scenario: its updates}: the six panels redrawn, and the spiral's net trained anew."""
    stopwatch = Stopwatch()
    six = Explorer(wrapped(lambda axes, k: six_panels(axes, k), stopwatch.timing), **SIX_PANELS)
    spiral = spiral_explorer(lambda draw: wrapped(draw, stopwatch.timing))
    found = {}
    for name, explorer in {"redrawn": six, "trained_anew": spiral}.items():
        settings = walk(explorer.grids, explorer.setting)
        found[name] = asyncio.run(updates(explorer, settings, stopwatch))[warm_up:]
    return found


def walk(grids, start):
    """All settings but the start, in an order that moves one slider by one step at a time."""
    settings = [{}]
    for name, values in grids.items():
        settings = [
            {**setting, name: value}
            for n, setting in enumerate(settings)
            for value in (values if n % 2 == 0 else values[::-1])
        ]
    return [setting for setting in settings if setting != start]


# ---- memory ----------------------------------------------------------------------------------


def resident_megabytes():
    """MB of memory that this process holds. Linux only."""
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def memory(kind, move_counts):
    """[MB after each number of moves in `move_counts`], each to a setting never shown before.

    kind : "plain" is an explorer that draws each picture, "run" is one that trains. Every
    second run is overtaken by the next move before it begins, every fiftieth comes to its end,
    and the others are abandoned after their first picture.
    """
    n, stopwatch = move_counts[-1] + 2, Stopwatch()
    if kind == "plain":
        grids = {"k": CODE_SIZES, "digit_index": list(range(n // len(CODE_SIZES) + 1))}
        settings = walk(grids, None)
        explorer = Explorer(reconstructed, **grids)
    else:
        rates = np.geomspace(1e-3, 1e-1, n).tolist()
        grids = {"latent_dim": [1, 2], "learning_rate": rates}
        settings = [
            {"latent_dim": 1 if i % 20 else 2, "learning_rate": rate}
            for i, rate in enumerate(rates)
        ]
        draw = wrapped(spiral_explorer().draw, stopwatch.timing)
        explorer = Explorer(draw, panels=(1, 3), figsize=(9, 3), **grids)
    settings = iter([setting for setting in settings if setting != explorer.setting])
    found = []
    for moves in range(move_counts[-1] + 1):
        if kind == "run" and moves % 2:
            move(explorer, next(settings))
        elif moves:
            to_the_end = kind == "run" and moves % 50 == 0
            await move_and_wait(explorer, next(settings), stopwatch if to_the_end else None)
        if moves in move_counts:
            found.append(resident_megabytes())
    return found
