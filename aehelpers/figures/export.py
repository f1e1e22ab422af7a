"""Film strips show explorers on paper, and pages of HTML show them without a kernel.

`explorer` is an Explorer, of which only public attributes are read.
"""

import base64
import html
import io
import json
import math
from importlib import resources
from string import Template

import numpy as np
from PIL import Image

from . import plots
from .canvas import LIVE_DPI, Canvas, empty_figure, png_bytes
from .schedule import Run
from .settings import every_setting, labels_width, setting_in_errors, value_text

# Pictures that stand two in a row are narrower than the live figure, so they are lower, too.
TWO_COLUMN_HEIGHT_FACTOR = 0.8
PNG_PALETTE_SIZE = 64  # colours of a picture on a page: a third of the bytes, the same look


def film_strip(explorer, along, n_pictures=4, columns=None, values=None):
    """Return pictures of settings along one grid, side by side in a plots.Picture.

    The parameters are those of `Explorer.film_strip`.
    """
    if not (1 <= n_pictures if values is None else values):
        raise ValueError(f"n_pictures={n_pictures}, values={values}: a strip has at least one")
    if values is None:
        grid = explorer.grids[along]
        stops = np.linspace(0, len(grid) - 1, min(n_pictures, len(grid)))
        values = [grid[round(stop)] for stop in stops]
    columns = columns or (2 if explorer.panels == (1, 1) and len(values) > 1 else 1)
    rows = math.ceil(len(values) / columns)
    width, height = explorer.figsize
    row_height = height * (TWO_COLUMN_HEIGHT_FACTOR if columns > 1 else 1)
    strip = empty_figure((width, rows * row_height))
    parts = strip.subfigures(rows, columns, squeeze=False).flat
    for part, value in zip(parts, values, strict=False):
        _draw_on(part, explorer, {**explorer.setting, along: value})
        with plots.styled():
            words = plots.label_text(f"{explorer.labels[along]} = {value_text(value)}")
            part.suptitle(words, fontsize="medium")
    listed = ", ".join(map(value_text, values))
    return plots.show(strip, f"{explorer.title or 'The picture'} for {along} = {listed}.")


def _draw_on(part, explorer, setting):
    """Draw the last picture of the setting's run on a subfigure."""
    canvas = Canvas(explorer.draw, explorer.panels, part)
    with setting_in_errors(setting):
        run = Run(canvas, setting)
        run.go_to()
        _, own = canvas.call(run.draw_picture)
    if own is not None:  # draw has made a figure of its own, which is shown as an image
        part.clear()
        ax = part.subplots()
        ax.imshow(Image.open(io.BytesIO(own.png)))
        ax.axis("off")


def page(explorer, grids):
    """Return one HTML element, a str in ASCII, with a picture for every setting of the grids.

    The template is explorer.html. The page starts where the sliders stand or, where that value
    is not in `grids`, with the first one.
    """
    frames = [_frame(picture) for picture in _every_picture(explorer, grids)]
    start = {name: chosen[0] for name, chosen in grids.items()}
    start |= {n: value for n, value in explorer.setting.items() if value in grids[n]}
    shown = frames[every_setting(grids).index(start)]
    sliders = "".join(
        f"<label><span>{html.escape(explorer.labels[name])}</span>"
        f'<input type="range" max="{len(chosen) - 1}" value="{chosen.index(start[name])}">'
        "<output></output></label>\n"
        for name, chosen in grids.items()
    )
    values = [[value_text(value) for value in chosen] for chosen in grids.values()]
    # A "<" in the data could end the script that holds them.
    data = json.dumps({"values": values, "frames": frames}).replace("<", r"\u003c")
    width, height = (round(LIVE_DPI * inches) for inches in explorer.figsize)
    template = resources.files(__package__).joinpath("explorer.html").read_text("utf-8")
    return (
        Template(template)
        .substitute(
            title=html.escape(explorer.title),
            labels_width=f"{labels_width(explorer.labels.values()):.1f}",
            width=width,
            height=height,
            sliders=sliders,
            png=shown["png"],
            alt=html.escape(shown["alt"]),
            readout=html.escape(shown["said"]),
            data=data,
        )
        .encode("ascii", "xmlcharrefreplace")
        .decode()
    )


def _every_picture(explorer, grids):
    """Yield the finished picture of every setting, the last grid changing fastest."""
    canvas = Canvas(explorer.draw, explorer.panels, empty_figure(explorer.figsize))
    for setting in every_setting(grids):
        with setting_in_errors(setting):
            run = Run(canvas, setting)
            run.go_to()
            yield run.finish()


def _frame(picture):
    """Return what the page's script gets of a finished picture: PNG, read-out and alt text."""
    few = picture.image.quantize(PNG_PALETTE_SIZE, dither=Image.Dither.NONE)
    png = base64.b64encode(png_bytes(few)).decode()
    return {"png": png, "said": picture.readout, "alt": picture.alt}
