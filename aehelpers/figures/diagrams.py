"""Diagrams of networks: columns of units or stacks of images, from the input to the output."""

import numpy as np
from matplotlib.patches import Rectangle

from . import plots
from .alt_text import plain_text

ALL_SHOWN = 4  # a column of so many units is drawn whole; each doubling adds a circle
UNIT_GAP, UNIT_RADIUS = 0.24, 0.075  # inches
MOST_MAPS, MAP_SHIFT = 4, 0.06  # images of a stack that are drawn, and how far apart
LARGEST_MAP, SMALLEST_MAP = 1.1, 0.22  # inches, of an image's side
MARGIN_TOP, MARGIN_BOTTOM = 0.62, 0.42  # inches, for brackets above and labels below,
LINE_HEIGHT = 0.16  # and for a third line of a label
# Colours of the input, of what encoder and decoder compute, of the code, and of the output.
IN, INNER, CODE, OUT = plots.DATA, plots.CURVE, "#009e73", plots.RECONSTRUCTION


def network(layers, code, *, arrows=None, noise=(), elementwise=(), width=7.0):
    """Return the diagram of an autoencoder as a plots.Picture.

    layers : [(label, size)] from the input to the output. A size is a number of units, drawn as
        a column of circles, or (height, width, channels), drawn as a stack of images.
    code : the place in `layers` of the code. What lies left of it is the encoder.
    arrows : the words above the step from each layer to the next, "" for none.
    noise : the places of layers whose values are disturbed while the net learns.
    elementwise : the places of layers of which each unit depends on one unit before it only.
    width : of the picture, in inches.

    >>> network([("$x$", 2), ("code $z$", 1), ("$\\\\hat x$", 2)], code=1)  # doctest: +ELLIPSIS
    Figure: Diagram of an autoencoder. Encoder: x (2 units), code z (1 unit)...
    """
    arrows = [""] * (len(layers) - 1) if arrows is None else list(arrows)
    if len(arrows) != len(layers) - 1:
        raise ValueError(
            f"{len(layers)} layers have {len(layers) - 1} steps between them, got "
            f"{len(arrows)} arrows: give one text for each step, '' for none"
        )
    if not 0 < code < len(layers) - 1:
        raise ValueError(
            f"code={code} is no place between input and output: give 1 to {len(layers) - 2}"
        )
    heights = [_height(size) for _, size in layers]
    bottom = MARGIN_BOTTOM + LINE_HEIGHT * bool(noise)
    height = MARGIN_TOP + max(heights) + bottom
    fig, ax = plots.subplots(width=width, height=height)
    fig.set_layout_engine("none")
    ax.set_position((0, 0, 1, 1))
    ax.set(xlim=(0, width), aspect="equal")
    ax.set_ylim(-max(heights) / 2 - bottom, max(heights) / 2 + MARGIN_TOP)
    ax.axis("off")
    places = np.linspace(0.55, width - 0.55, len(layers))
    half_widths = [_half_width(size) for _, size in layers]
    for i, words in enumerate(arrows):
        _draw_step(ax, layers, places, half_widths, i, words, i + 1 in elementwise)
    for i, (label, size) in enumerate(layers):
        colour = CODE if i == code else [INNER, IN, OUT][(i == 0) + 2 * (i == len(layers) - 1)]
        _draw_layer(ax, places[i], size, colour)
        words = f"{label}\n{_size_text(size)}" + ("\n+ noise" if i in noise else "")
        ax.text(places[i], -max(heights) / 2 - 0.06, words, ha="center", va="top")
    top = max(heights) / 2 + 0.34
    for words, first, last in (("encoder", 0, code), ("decoder", code, len(layers) - 1)):
        left, right = places[first] + 0.08, places[last] - 0.08
        ax.plot([left, left, right, right], [top - 0.06, top, top, top - 0.06], "-", lw=0.8)
        ax.lines[-1].set_color(plots.INK)
        ax.text((left + right) / 2, top + 0.04, words, ha="center", va="bottom", size=9.5)
    size = tuple(round(plots.CSS_DPI * inches) for inches in (width, height))
    return plots.Picture(plots.png(fig), _words(layers, code, arrows, noise), size)


def _height(size):
    """Return how high a layer is drawn, in inches."""
    if isinstance(size, tuple):
        return _side(size) + MAP_SHIFT * (min(size[2], MOST_MAPS) - 1)
    return UNIT_GAP * (_circles(size) - 1) + 2 * UNIT_RADIUS


def _half_width(size):
    """Return half of the width of a layer as it is drawn, in inches."""
    return _height(size) / 2 if isinstance(size, tuple) else UNIT_RADIUS


def _side(size):
    """Return the side of the images of a stack, in inches; 28 pixels have the largest."""
    return max(SMALLEST_MAP, LARGEST_MAP * min(1, size[0] / 28) ** 0.5)


def _circles(size):
    """Return for how many circles a column of that many units has room."""
    return size if size <= ALL_SHOWN else round(ALL_SHOWN + 1 + np.log2(size / ALL_SHOWN))


def _units(size):
    """Return the heights of the circles that are drawn (m,), and where dots stand, or None."""
    heights = UNIT_GAP * ((_circles(size) - 1) / 2 - np.arange(_circles(size)))
    if len(heights) >= size:
        return heights, None
    middle = len(heights) // 2
    return np.delete(heights, middle), heights[middle]


def _draw_layer(ax, x, size, colour):
    """Draw a column of units or a stack of images with its middle at (x, 0)."""
    if isinstance(size, tuple):
        side, shown = _side(size), min(size[2], MOST_MAPS)
        left = x - _height(size) / 2
        for i in reversed(range(shown)):
            corner = (left + MAP_SHIFT * i, -_height(size) / 2 + MAP_SHIFT * i)
            look = {"facecolor": "white", "edgecolor": colour, "linewidth": 1.4, "zorder": 3}
            ax.add_patch(Rectangle(corner, side, side, **look))
        return
    heights, dots = _units(size)
    if dots is not None:
        ax.scatter([x] * 3, dots + np.array([0.06, 0.0, -0.06]), s=3, color=plots.INK, zorder=3)
    points = (2 * 72 * UNIT_RADIUS) ** 2
    ax.scatter([x] * len(heights), heights, s=points, color=colour, edgecolor="white", zorder=3)


def _draw_step(ax, layers, places, half_widths, i, words, elementwise):
    """Draw what leads from layer i to the next: lines between units, else an arrow."""
    (_, a), (_, b) = layers[i], layers[i + 1]
    left, right = places[i] + half_widths[i], places[i + 1] - half_widths[i + 1]
    top = max(_height(a), _height(b)) / 2
    ax.text((left + right) / 2, top + 0.05, words, ha="center", va="bottom", size=7.5)
    if isinstance(a, tuple) or isinstance(b, tuple):
        arrow = {"arrowstyle": "->", "color": plots.INK, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (right - 0.06, 0), (left + 0.06, 0), arrowprops=arrow)
        return
    starts, ends = _units(a)[0], _units(b)[0]
    pairs = [(y, y_next) for y in starts for y_next in ends]
    for pair in zip(starts, ends, strict=True) if elementwise else pairs:
        ax.plot(places[i : i + 2], pair, "-", color=plots.LINE, lw=0.5, zorder=1)


def _size_text(size):
    """Return what stands below a layer: "16", or "8 × 8 × 1"."""
    return " × ".join(map(str, size)) if isinstance(size, tuple) else str(size)


def _words(layers, code, arrows, noise):
    """Return the alt text: the layers of encoder and decoder in order, and what is between."""

    def said(i):
        label, size = layers[i]
        what = (
            _size_text(size) if isinstance(size, tuple) else f"{size} unit" + "s" * (size != 1)
        )
        step = f"by {plain_text(arrows[i - 1])}, " if i and arrows[i - 1] else ""
        return f"{plain_text(label)} ({step}{what}{', noise is added' * (i in noise)})"

    encoder, decoder = (
        ", ".join(said(i) for i in places)
        for places in (range(code + 1), range(code + 1, len(layers)))
    )
    return f"Figure: Diagram of an autoencoder. Encoder: {encoder}. Decoder: {decoder}."
