"""Explorers that are quick to draw and do not depend on how busy the machine is."""

import asyncio
import io

import numpy as np
from IPython.core.formatters import DisplayFormatter
from PIL import Image

from aehelpers.figures import Explorer, plots

X = np.linspace(0, 1, 30)

# To be set in an explorer's pace. The default is: no rest, and nothing is drawn ahead.
DRAWN_AHEAD = {"max_block_seconds_ahead": np.inf}  # however long a draw takes
EVERY_PICTURE = {"seconds_between_pictures": 0, "max_drawing_share": 1}  # of a run is shown


def small_explorer(draw, pace=None, **options):
    """An Explorer whose pictures are small, because most of the time is drawing."""
    explorer = Explorer(draw, **{"figsize": (4, 2.4), **options})
    pace = {"idle_seconds": 0, "max_block_seconds_ahead": 0, **(pace or {})}
    for name, value in pace.items():
        setattr(explorer.schedule.pace, name, value)
    return explorer


def in_a_loop(explorer, script):
    """Run the coroutine function `script` in an event loop, and what it left behind."""

    async def main():
        await script()
        await explorer.settled(ahead=True)

    asyncio.run(main())


def move_in_a_loop(explorer, **values):
    """Move sliders as a reader does, and wait until all that follows is done."""

    async def script():
        for name, value in values.items():
            explorer.sliders[name].value = value

    in_a_loop(explorer, script)


async def until(condition):
    """Let other tasks go on until condition() is true."""

    async def poll():
        while not condition():
            await asyncio.sleep(0)

    await asyncio.wait_for(poll(), timeout=60)


def pixels(encoded):
    """The RGB values (h, w, 3) of the bytes of a picture."""
    return np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB")).astype(int)


def stored(explorer):
    """What a notebook stores when it displays the explorer: (data, metadata) by MIME type."""
    return DisplayFormatter().format(explorer)


def notes_of(error):
    """Message and notes of an error."""
    return " ".join([*map(str, error.args), *getattr(error, "__notes__", [])])


# ---- what they draw --------------------------------------------------------------------------


def wave(ax, k, height=1.0):
    ax.plot(X, height * np.sin(k * X))
    ax.set_axis_off()  # ticks take most of the time
    return f"the sum is {np.sin(k * X).sum():.3g}"


def counted_waves(grid, **options):
    """An explorer of waves, and the list of the settings that it has drawn."""
    drawn = []

    def draw(ax, k):
        drawn.append(k)
        return wave(ax, k)

    return small_explorer(draw, k=grid, **options), drawn


def run_of(count, log):
    """A draw that yields so many pictures, and writes into the log when it begins and ends."""

    def draw(ax, k):
        log.append(("started", k))
        for step in range(count):

            def picture(step=step):
                ax.plot(X, step * X + k)
                ax.set_axis_off()
                return f"k {k}, step {step}"

            yield picture
        log.append(("finished", k))

    return draw


def divided(fig, k):
    top, bottom = fig.subplots(2, 1, sharex=True)
    top.plot(X, X * k)
    bottom.plot(X, X)
    bottom.set_ylim(0, 2)
    fig.suptitle("two" if k == 2 else "others")


def own_figure(k):
    fig, ax = plots.subplots(width=3)
    ax.plot(X, k * X)
    return fig
