"""Plots: every drawing takes arrays, draws on `ax` (None: the current axes) and returns `ax`.

`show(fig)` returns the picture and its alt text, which is computed from what is drawn. The look
is one dictionary, STYLE, that holds while something is drawn and never stays in rcParams. What
it does not name looks as matplotlib's default, whatever style the reader has chosen.
The words are another dictionary, WORDS. After `plots.WORDS.update({"epoch": "Epoche"})` in a
notebook's first cell, its figures have this label. Words that callers give are not translated.
"""

import base64
import io
import logging
import operator
import re
import warnings
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib import collections
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm, to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font_names
from matplotlib.mathtext import MathTextParser
from matplotlib.patheffects import withStroke
from matplotlib.ticker import Formatter, MaxNLocator
from matplotlib.transforms import Bbox, ScaledTranslation

from .alt_text import describe, number_text, plain_text, root_figure

_log = logging.getLogger(__name__)

# Roles. Okabe and Ito's colours; in greyscale dashes and markers tell them apart.
DATA, RECONSTRUCTION, CURVE, BASELINE = "#a3aab3", "#d55e00", "#0072b2", "#222222"
CODE_MAP, ERROR_MAP, IMAGE_MAP = "viridis", "plasma_r", "gray_r"  # all monotone in grey
INK, LINE, PALE = "#222222", "#a9afb6", "#e6e8eb"  # of words, of axes, of grids
CYCLE = cycler(
    color=[CURVE, RECONSTRUCTION, "#009e73", INK, "#cc79a7", "#56b4e9"],
    linestyle=["-", (0, (5, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (1, 1.2)), (0, (9, 2)), "-"],
)
MARKERS = "osD^vP"
STYLE = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same letters on every system
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "figure.titlesize": 10.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": CYCLE,
    "axes.formatter.use_mathtext": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "image.interpolation": "nearest",
    "image.aspect": "equal",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}
# All parameters of matplotlib that change how a figure looks, but for the lists of fonts.
LOOK_RE = re.compile(
    r"(axes|axes3d|boxplot|contour|errorbar|grid|hatch|hist|image|legend|lines|markers|mathtext"
    r"|patch|path|pcolor|pcolormesh|polaraxes|scatter|text|[xy]axis|[xy]tick)\."
    r"|font\.(size|stretch|style|variant|weight)"
    r"|figure\.(facecolor|edgecolor|frameon|title|label|subplot)"
    r"|savefig\.(facecolor|edgecolor|transparent|bbox|pad_inches)"
)
LOOK = {n: v for n, v in dict.items(mpl.rcParamsDefault) if LOOK_RE.match(n)} | STYLE
# What no font draws: controls that part words, other controls, and halves of characters.
SPACE_RE = re.compile(r"[\t\v\f\r\x1c-\x1f\x85]")
CONTROL_RE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x9f\ud800-\udfff]")
# {English: shown}, of every word that is drawn here; `update` it for another language.
WORDS = {
    english: english
    for english in (
        "$x_1$",
        "$x_2$",
        "Codes",
        "Data and reconstruction",
        "Data by code",
        "Loss",
        "What the decoder draws",
        "Where it errs",
        "code $z$",
        "code $z_1$",
        "code $z_2$",
        "data",
        "decoder",
        "each",
        "epoch",
        "first $k$",
        "loss",
        "not finite",
        "original",
        "principal component $k$",
        "reconstruction",
        "samples",
        "share of variance",
        "squared error",
        "true position $t$",
    )
}
HALO = {"path_effects": [withStroke(linewidth=2.5, foreground="white")]}

# Layout, in inches where nothing else is said.
CSS_DPI = 96  # pixels of a page in an inch, whatever the screen has
LARGEST = np.float64(
    1e300
)  # of the numbers that are drawn: an axis with its margins holds them
PRINT_DPI = 144  # 1.5 pixels of a figure on each of the page: sharp, and still a small file
PANEL_RATIO, HIGHEST_PANEL = 0.8, 3.2  # height / width of a panel, and its limit,
TITLE_HEIGHT = 0.3  # for its title comes on top
# A legend in a font of 8 points: an entry takes its line and gaps, and so much for each letter.
LEGEND_ENTRY_WIDTH, LEGEND_LETTER_WIDTH = 0.35, 0.065
LEGEND_MARGIN = 0.4  # left and right of all entries
LEGEND_OFFSET_BELOW = 34 / 72  # of the axes, where ticks, their labels and the axis label stand
CUT_TOLERANCE, CUT_MARGIN = 1 / 72, 0.05  # of what lies outside of a figure that is shown
COLOUR_BAR = (1.03, 0, 0.035, 1)  # left, bottom, width, height as shares of the axes
# The luma, how bright a colour looks, is this sum of red, green and blue (ITU-R BT.601).
LUMA_WEIGHTS = [0.299, 0.587, 0.114]


def word(english):
    """Return what a figure shows for this word of WORDS."""
    try:
        return WORDS[english]
    except KeyError:
        raise KeyError(
            f"plots.WORDS has no {english!r}: add it, or draw a word it has"
        ) from None


def _cell_text(value):
    """Return a value as a cell of `matrix` shows it."""
    return number_text(value) if np.isfinite(value) else word("not finite")


def _font_families():
    """Return the fonts of STYLE and, for letters that they lack, those of the reader."""
    chosen = []
    for family in mpl.rcParams["font.family"]:
        names = mpl.rcParams.get(f"font.{family}", [family])
        usual = [*STYLE["font.family"], *mpl.rcParamsDefault.get(f"font.{family}", [])]
        chosen += [name for name in names if name not in usual]
    installed = get_font_names() if chosen else ()
    return STYLE["font.family"] + [name for name in chosen if name in installed]


@contextmanager
def styled():
    """Let STYLE hold in this context, or while a function runs that `styled()` decorates.

    Nothing else of rcParams comes back at the end. A backend that is loaded in this context
    makes pyplot interactive, and has to stay so.
    """
    fonts = {"font.family": _font_families()}
    if all(mpl.rcParams[name] == value for name, value in (STYLE | fonts).items()):
        yield  # it holds already
    else:
        look = LOOK | fonts
        before = {n: mpl.rcParams[n] for n, value in look.items() if mpl.rcParams[n] != value}
        mpl.rcParams.update({name: look[name] for name in before})
        try:
            yield
        finally:
            mpl.rcParams.update(before)


@contextmanager
def drawing():
    """Let STYLE hold, and let no underflow or overflow on the way to a picture be reported."""
    with styled(), np.errstate(all="ignore"):
        yield


@contextmanager
def rendering():
    """Let `drawing` hold while pixels are made, and log what matplotlib warns of.

    It warns of letters that no font has, and of words that leave no room for the axes. There is
    a picture all the same, also for those to whom warnings are errors.
    """
    with drawing(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for message in {str(it.message): None for it in caught if it.category is UserWarning}:
        _log.warning(message)
    for it in caught:
        if it.category is not UserWarning:
            warnings.warn_explicit(it.message, it.category, it.filename, it.lineno)


class Panel(Axes):
    """The methods of these axes draw in STYLE, wherever they are called."""


for _name in (
    "annotate axhline axvline axline bar barh errorbar fill_between hist imshow legend "
    "pcolormesh plot quiver scatter set_title step text"
).split():
    setattr(Panel, _name, styled()(getattr(Axes, _name)))


_mathtext = MathTextParser("path")


def label_text(label):
    """Return a label as text that matplotlib can draw.

    What stands between two dollar signs of a line is mathtext if matplotlib can read it. Any
    other dollar sign is escaped, so that it is drawn as it is. Control characters that are no
    white space, and halves of characters, are drawn as a replacement character.
    """
    text = CONTROL_RE.sub("\N{REPLACEMENT CHARACTER}", SPACE_RE.sub(" ", str(label)))
    try:
        for line in text.split("\n"):
            if "$" in line:
                _mathtext.parse(line)
    except ValueError:
        return re.sub(r"(?<!\\)\$", r"\\$", text)
    return text


def _legend_text(label):
    """Return a label for the legend, where matplotlib leaves out what begins with "_"."""
    text = label_text(label)
    return f"\N{ZERO WIDTH SPACE}{text}" if text.startswith("_") else text


# -- figures and pictures ----------------------------------------------------------------------


@styled()
def subplots(nrows=1, ncols=1, width=7.0, height=None, **kwargs):
    """Return a figure and its axes as `plt.subplots` does, in STYLE and unknown to pyplot.

    width, height : in inches. With None, panels are 0.8 times as high as wide, 3.2 at most.
    kwargs go to `Figure.subplots`.
    """
    if height is None:
        height = nrows * min(HIGHEST_PANEL, TITLE_HEIGHT + PANEL_RATIO * width / ncols)
    fig = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(fig)
    kwargs["subplot_kw"] = {"axes_class": Panel, **kwargs.get("subplot_kw", {})}
    return fig, fig.subplots(nrows, ncols, **kwargs)


@rendering()
def png(fig, dpi=PRINT_DPI):
    """Return the figure as PNG bytes. The same figure gives the same bytes."""
    return _saved(fig, dpi, None)


@rendering()
def _saved(fig, dpi, box):
    """Return what lies in the box, in inches (None: the whole figure), as PNG bytes."""
    file = io.BytesIO()
    # A figure keeps the background that its words were drawn for, unless it has none.
    colour = "auto" if to_rgba(fig.get_facecolor())[3] else STYLE["figure.facecolor"]
    look = {"facecolor": colour, "bbox_inches": box, "metadata": {"Software": None}}
    try:
        fig.savefig(file, format="png", dpi=dpi, **look)
    except np.linalg.LinAlgError:
        raise ValueError(
            "the numbers on one axis span more powers of ten than can be drawn: rescale them"
        ) from None
    return file.getvalue()


@rendering()
def _whole_box(fig):
    """Return the box of all that was drawn, in inches.

    Returns None if the figure has a layout, which makes room, or if all lies in the figure.
    """
    if fig.get_layout_engine() is not None:
        return None
    box = Bbox.union([fig.bbox_inches, fig.get_tightbbox()])
    if np.abs(box.get_points() - fig.bbox_inches.get_points()).max() < CUT_TOLERANCE:
        return None
    return box.padded(CUT_MARGIN)


class Picture:
    """A picture holds `png` (bytes), its alt text `text` and `size` (width, height in pixels).

    A notebook shows the PNG. A screen reader reads the text, and nbval compares it.
    """

    def __init__(self, png, text, size):
        self.png, self.text, self.size = png, text, size

    def __repr__(self):
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.text}
        width, height = self.size
        return data, {"image/png": {"alt": self.text, "width": width, "height": height}}


def show(fig, alt=None, dpi=PRINT_DPI):
    """Return the Picture of `fig`, a figure or any axes of it. It ends a notebook's cell.

    The picture has the size of the figure, or more where something lies outside of a figure of
    pyplot, which has no layout.

    The text of the Picture is `alt`, a sentence on what to see, and then `describe(fig)`.
    """
    fig = root_figure(fig)
    if not isinstance(alt, str | None):
        raise TypeError(f"alt must be a sentence on what to see, got {alt!r}")
    text = " ".join(["Figure:", *([alt.strip()] if alt else []), describe(fig)])
    plt.close(fig)  # one that pyplot made would be shown once more at the cell's end
    picture, box = png(fig, dpi), _whole_box(fig)
    if box is not None:
        picture = _saved(fig, dpi, box)
    size = (box or fig.bbox_inches).size
    return Picture(picture, text, tuple(round(CSS_DPI * inches) for inches in size))


# -- points and codes --------------------------------------------------------------------------


@drawing()
def points(X, ax=None, **kwargs):
    """Draw the points X (n, 2) in grey. kwargs go to `Axes.scatter`."""
    X, ax = _check_points(X), _axes(ax)
    ax.scatter(
        *X.T, **{"color": DATA, "s": 5, "linewidths": 0, "label": word("data"), **kwargs}
    )
    return _label_plane(ax)


@drawing()
def reconstruction(X, X_hat, ax=None, **kwargs):
    """Draw X (n, 2), X_hat (n, 2) and a segment between each point and its reconstruction.

    kwargs go to `Axes.scatter` of X_hat.
    """
    (X, X_hat), ax = _pairs(X, X_hat), _axes(ax)
    segments = np.stack([X, X_hat], axis=1)
    ax.add_collection(
        collections.LineCollection(segments, colors=LINE, linewidths=0.35, zorder=0.8)
    )
    points(X, ax=ax)
    look = {"color": RECONSTRUCTION, "s": 6, "marker": "D", "linewidths": 0}
    ax.scatter(*X_hat.T, **{**look, "label": word("reconstruction"), **kwargs})
    return _legend_below(_label_plane(ax))


@drawing()
def arrows(X, V, ax=None, label=None, **kwargs):
    """Draw the vector field V (n, 2) at the points X (n, 2), in the units of X.

    kwargs go to `Axes.quiver`.
    """
    (X, V), ax = _pairs(X, V, "V"), _axes(ax)
    look = {"color": CURVE, "angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.006}
    name = label and _legend_text(label)
    field = ax.quiver(*X.T, *V.T, **{**look, "label": name, **kwargs})
    ax.update_datalim(X + V / field.scale)  # quiver itself makes room for the tails only
    return _legend_below(_label_plane(ax)) if label else _label_plane(ax)


@drawing()
def coded(X, z, ax=None, label=None, cmap=CODE_MAP, **kwargs):
    """Draw X (n, 2) coloured by z (n,), with a colour bar. kwargs go to `Axes.scatter`.

    label : of the colour bar. None is "code $z$".
    """
    X = _check_points(X)
    z, ax = _vector(z, len(X)), _axes(ax)
    look = {"c": z, "cmap": cmap, "s": 7, "linewidths": 0}
    _colour_bar(
        ax.scatter(*X.T, **{**look, **kwargs}), word("code $z$") if label is None else label
    )
    return _label_plane(ax)


@drawing()
def error_map(X, X_hat, ax=None, **kwargs):
    """Draw X (n, 2) coloured by the squared error |x - x_hat|^2.

    kwargs go to `Axes.scatter`.
    """
    X, X_hat = _pairs(X, X_hat)
    error = ((X - X_hat) ** 2).sum(axis=1)
    return coded(X, error, ax=ax, label=word("squared error"), **{"cmap": ERROR_MAP, **kwargs})


@drawing()
def manifold(curve, X=None, ax=None, **kwargs):
    """Draw the decoder's outputs for growing z, curve (m, 2), over the data X (n, 2).

    Arrows point towards larger z, and an open circle marks the smallest z. kwargs go to
    `Axes.plot`.
    """
    curve, X = _check_points(curve, "curve"), X if X is None else _check_points(X)
    ax = _axes(ax)
    if X is not None:
        points(X, ax=ax)
    look = {"color": CURVE, "linestyle": "-", "linewidth": 2, "label": word("decoder")}
    ax.plot(*curve.T, **{**look, **kwargs})
    ax.plot(*curve[:1].T, "o", color=CURVE, markerfacecolor="white", markersize=5)
    length = np.r_[0, np.hypot(*np.diff(curve, axis=0).T).cumsum()]
    head = {
        "arrowstyle": "-|>",
        "color": CURVE,
        "mutation_scale": 12,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    for share in (0.3, 0.65, 1.0) if 0 < length[-1] < np.inf else ():
        # 2 % of the way apart, so that the direction is the curve's and not its noise.
        back, tip = np.searchsorted(length, length[-1] * np.array([share - 0.02, share - 1e-9]))
        ax.annotate("", curve[tip], curve[max(min(back, tip - 1), 0)], arrowprops=head)
    return _legend_below(_label_plane(ax))


@drawing()
def code_histogram(z, ax=None, bins=30, **kwargs):
    """Draw a histogram of the codes z (n,). kwargs go to `Axes.hist`."""
    z = _vector(z)
    if not np.isfinite(z).all():
        lost = np.count_nonzero(~np.isfinite(z))
        raise ValueError(f"{lost} of z are not finite: choose z[np.isfinite(z)]")
    try:
        np.histogram_bin_edges(z, bins, kwargs.get("range"))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"bins={bins!r} does not divide z from {z.min()} to {z.max()} ({error}): "
            "choose another number of bins"
        ) from None
    ax = _axes(ax)
    look = {"color": CURVE, "edgecolor": "white", "linewidth": 0.4}
    ax.hist(z, bins=bins, **{**look, **kwargs})
    ax.set(xlabel=word("code $z$"), ylabel=word("samples"))
    ax.grid(False, axis="x")
    return ax


@drawing()
def code_against(t, z, ax=None, **kwargs):
    """Draw the code z (n,) against the true position t (n,). kwargs go to `Axes.scatter`."""
    t = _vector(t, name="t")
    z, ax = _vector(z, len(t)), _axes(ax)
    look = {"color": CURVE, "s": 7, "linewidths": 0}
    ax.scatter(t, z, **{**look, **kwargs})
    ax.set(xlabel=word("true position $t$"), ylabel=word("code $z$"))
    return ax


@drawing()
def classes(Z, y, ax=None, **kwargs):
    """Draw each code of Z (n, 2) as its label in y (n,). kwargs go to `Axes.scatter`.

    If a label has more than two letters or digits, all codes are drawn as markers, and each
    label stands once, in the middle of its codes.
    """
    Z = _check_points(Z, "Z")
    try:
        y = np.asarray(y)
    except UnicodeDecodeError:
        raise TypeError("y mixes words and bytes: decode the bytes") from None
    if y.shape != Z.shape[:1]:
        raise ValueError(f"y must be ({len(Z)},), one label a code; got shape {y.shape}")
    ax, y = _axes(ax), np.array([str(label) for label in y]) if y.dtype == object else y
    names, group = np.unique(y, return_inverse=True)
    short = all(re.fullmatch(r"-?[A-Za-z0-9]{1,2}(\.0)?", str(name)) for name in names)
    colours = mpl.colormaps[CODE_MAP](np.linspace(0, 0.75, len(names)))
    for number, name in enumerate(names):
        marker = f"${name}$" if short else MARKERS[number % len(MARKERS)]
        look = {"color": colours[number], "marker": marker, "s": 16, "linewidths": 0.2}
        label = _legend_text(name)
        ax.scatter(*Z[group == number].T, **{**look, "label": label, **kwargs})
    look = {"size": 13 if short else 9, "weight": "bold", "ha": "center", "va": "center"}
    drawn = np.isfinite(Z).all(axis=1)
    for number, name in enumerate(names):
        codes = Z[drawn & (group == number)]
        if len(codes):
            ax.text(*np.median(codes, axis=0), label_text(name), **look, **HALO)
    ax.set(xlabel=word("code $z_1$"), ylabel=word("code $z_2$"))
    return ax


# -- images ------------------------------------------------------------------------------------


@drawing()
def image_grid(
    images, ax=None, rows=1, image_shape=None, row_titles=(), column_titles=(), **kwargs
):
    """Draw images (n, h, w), or flat images (n, h w), in `rows` rows on one axes.

    Images in colour are (n, h, w, 3), or (n, h, w, 4) with their opacity.
    image_shape : (h, w) or (h, w, 3) of flat images. None takes them as square and grey.
    Grey runs from 0 (white) to 1 (black) unless vmin and vmax say otherwise, and colours run
    from 0 to 1. Integers of 8 bits run from 0 to 255, those of 16 bits from 0 to 65535, unless
    all are 0 and 1. kwargs go to `Axes.imshow`.
    """
    images, rows = _images(images, image_shape, **kwargs), _whole_number(rows, "rows")
    columns = -(-len(images) // rows)
    down = _labels(row_titles, "row_titles", at_most=rows)
    across = _labels(column_titles, "column_titles", at_most=columns)
    ax, (height, width) = _axes(ax), images.shape[1:3]
    _draw_images(ax, _mosaic(images, rows, columns), **kwargs)
    ax.set_yticks((height + 1) * np.arange(len(down)) + (height - 1) / 2, down)
    ax.set_xticks((width + 1) * np.arange(len(across)) + (width - 1) / 2, across)
    ax.xaxis.tick_top()
    return ax


def image_pairs(X, X_hat, ax=None, row_titles=None, **kwargs):
    """Draw images X above their reconstructions X_hat, as `image_grid` takes them.

    row_titles : None is "original" and "reconstruction".   kwargs go to `image_grid`.
    """
    if row_titles is None:
        row_titles = word("original"), word("reconstruction")
    both = _same_shape(_array(X, "X"), _array(X_hat, "X_hat"))
    both = np.concatenate([_from_0_to_1(np.atleast_1d(it), **kwargs) for it in both])
    return image_grid(both, ax=ax, rows=2, row_titles=row_titles, **kwargs)


@drawing()
def lattice(images, z1, z2, ax=None, image_shape=None, **kwargs):
    """Draw decoded images at their 2-D codes: image i * len(z1) + j at (z1[j], z2[i]).

    images : len(z2) * len(z1) of them, as `image_grid` takes them.   z1, z2 : evenly spaced
    codes.   kwargs go to `Axes.imshow`.
    """
    images = _images(images, image_shape, **kwargs)
    z1, z2 = _evenly_spaced(z1, "z1"), _evenly_spaced(z2, "z2")
    if len(images) != len(z1) * len(z2):
        raise ValueError(f"{len(images)} images do not fill {len(z2)} rows of {len(z1)}")
    upright = images.reshape(len(z2), len(z1), *images.shape[1:])[::-1]
    picture = _mosaic(upright.reshape(images.shape), len(z2), len(z1))
    x, y = (_edges(z, size) for z, size in zip((z1, z2), images.shape[2:0:-1], strict=True))
    square = abs((x[1] - x[0]) / picture.shape[1] / ((y[1] - y[0]) / picture.shape[0]))
    aspect, ax = square if 0 < square < np.inf else "auto", _axes(ax)
    _draw_images(ax, picture, extent=(*x, *y), aspect=aspect, **kwargs)
    ax.set(xlabel=word("code $z_1$"), ylabel=word("code $z_2$"))
    return ax


def _draw_images(ax, picture, **kwargs):
    """Draw a mosaic of images, grey or in colour, on an axes without lines of its own."""
    if picture.ndim == 3:
        line = to_rgba(PALE)[: picture.shape[2]]
        picture = np.where(np.isnan(picture), line, np.clip(picture, 0, 1))
    cmap = mpl.colormaps[IMAGE_MAP].with_extremes(bad=PALE)
    ax.imshow(picture, **{"cmap": cmap, "vmin": 0, "vmax": 1, **kwargs})
    _hide_axis_lines(ax)


def _hide_axis_lines(ax):
    """Hide grid, spines and tick marks: the images have their own borders."""
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _images(images, image_shape, **kwargs):
    """Return images or flat images as floats (n, h, w), or (n, h, w, 3 or 4) in colour.

    kwargs : of `Axes.imshow`.   Raises ValueError if they are neither.
    """
    images = _array(images, "images")
    if images.ndim == 2:
        side = round(images.shape[1] ** 0.5)
        shape = (side, side) if image_shape is None else image_shape
        shape = tuple(_whole_number(it, "image_shape") for it in np.ravel(shape).tolist())
        if np.prod(shape) != images.shape[1]:
            raise ValueError(
                f"{images.shape[1]} pixels are no {shape} image: say image_shape=(h, w), "
                "or (h, w, 3) of images in colour"
            )
        images = images.reshape(-1, *shape)
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    in_colour = images.ndim == 4 and images.shape[3] in (3, 4)
    if not (images.ndim == 3 or in_colour) or not images.size:
        raise ValueError(
            "expected images (n, h, w), (n, h w) or, in colour, (n, h, w, 3), "
            f"got shape {images.shape}"
        )
    return _from_0_to_1(images, **kwargs)


def _from_0_to_1(images, **kwargs):
    """Return images as floats, integers beyond 0 and 1 as shares of their range.

    With vmin, vmax or norm among the kwargs of `Axes.imshow` all numbers stay as they are.
    Raises ValueError if integers have a type whose range no image uses.
    """
    told = any(kwargs.get(name) is not None for name in ("vmin", "vmax", "norm"))
    if told or images.dtype.kind not in "iu" or np.isin(images, (0, 1)).all():
        return images.astype(float)
    if images.dtype not in (np.uint8, np.uint16):
        raise ValueError(
            f"images of {images.dtype} from {images.min()} to {images.max()}: what is black? "
            "Divide them by it, such as images / 255, or say vmin=0, vmax=255"
        )
    return images / np.iinfo(images.dtype).max


def _mosaic(images, rows, columns):
    """Return one picture of all images, a line one pixel wide (NaN) between them."""
    n, height, width, *channels = images.shape
    picture = np.full((rows, columns, height + 1, width + 1, *channels), np.nan)
    picture.reshape(rows * columns, *picture.shape[2:])[:n, :-1, :-1] = images
    picture = picture.swapaxes(1, 2)
    return picture.reshape(rows * (height + 1), columns * (width + 1), *channels)[:-1, :-1]


def _edges(z, pixels_per_image):
    """Return where images begin and end whose first and last centres are z[0] and z[-1]."""
    half = (z[-1] - z[0]) / max(len(z) - 1, 1) / 2
    half = half * pixels_per_image / (pixels_per_image + 1) or 0.5
    return z[0] - half, z[-1] + half


# -- curves and comparisons --------------------------------------------------------------------


@drawing()
def curves(x, ys, ax=None, xlabel="", ylabel="", **kwargs):
    """Draw a line over x (m,) for each of ys, {label: (m,)}. kwargs go to `Axes.plot`."""
    x = _vector(x, name="x")
    if not isinstance(ys, dict):
        raise TypeError(f"ys must be {{label: (m,)}}, got {type(ys).__name__}: ys={{'': y}}")
    ys = {label: _vector(y, len(x), name=f"ys[{label!r}]") for label, y in ys.items()}
    ax = _axes(ax)
    for label, y in ys.items():
        ax.plot(x, y, label=_legend_text(label), **kwargs)
    ax.set(xlabel=label_text(xlabel), ylabel=label_text(ylabel))
    return _legend_below(ax)


@drawing()
def loss_curve(losses, ax=None, log=True, **kwargs):
    """Draw the loss of each epoch: losses is (epochs,) or {label: (epochs,)}.

    log : whether the axis of the loss is logarithmic.   kwargs go to `Axes.plot`.
    """
    several = isinstance(losses, dict)
    losses = losses if several else {None: losses}
    losses = {label: _vector(loss, name="losses") for label, loss in losses.items()}
    ax = _axes(ax)
    for label, loss in losses.items():
        name = _legend_text(label) if several else None
        ax.plot(np.arange(1, len(loss) + 1), loss, label=name, **kwargs)
    ax.set(xlabel=word("epoch"), ylabel=word("loss"))
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
    if log:
        _log_y(ax)
    return _legend_below(ax) if several else ax


@drawing()
def baseline(value, label, ax=None, **kwargs):
    """Draw a horizontal line to compare with, and its label. kwargs go to `Axes.axhline`."""
    value = _array(value, "value", float)
    if value.size != 1 or not np.isfinite(value).all():
        raise ValueError(f"value must be one finite number, got {value}")
    ax, value = _axes(ax), value.item()
    look = {"color": _ink(ax), "linewidth": 1, "linestyle": (0, (4, 2))}
    ax.axhline(value, **{**look, **kwargs})
    place = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points"}
    text = {"ha": "right", "fontsize": 8, "color": _ink(ax)}
    ax.annotate(label_text(label), (1, value), (-2, 3), **text, **place)
    return ax


@drawing()
def spectrum(variances, ax=None, **kwargs):
    """Draw each principal component's share of the variance, and the cumulative shares.

    variances : (k,), of all components.   kwargs go to `Axes.bar`.
    """
    variances = _vector(variances, name="variances")
    total, rounding = variances.sum(), 1e-9 * np.abs(variances).max()
    if not (0 < total < np.inf and variances.min() >= -rounding):
        raise ValueError(
            f"variances must be 0 or more, with a finite sum above 0, got {variances}"
        )
    component, share = np.arange(1, len(variances) + 1), variances / total
    ax = _axes(ax)
    ax.bar(component, share, **{"color": DATA, "width": 0.7, "label": word("each"), **kwargs})
    ax.plot(
        component,
        share.cumsum(),
        color=CURVE,
        marker="o",
        markersize=3,
        label=word("first $k$"),
    )
    ax.set(
        xlabel=word("principal component $k$"), ylabel=word("share of variance"), ylim=(0, 1.04)
    )
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.set_xlim(0.4, len(component) + 0.6)
    return _legend_below(ax)


@drawing()
def bars_with_intervals(labels, mean, low, high, ax=None, **kwargs):
    """Draw a bar `mean` with its interval low ... high for each label, all (n,).

    kwargs go to `Axes.barh`.
    """
    labels = _labels(labels, "labels")
    mean, low, high = _interval(mean, low, high, len(labels))
    places, xerr, ax = np.arange(len(mean)), np.stack([mean - low, high - mean]), _axes(ax)
    look = {"color": DATA, "height": 0.6, "ecolor": _ink(ax), "error_kw": {"elinewidth": 1.2}}
    bars = ax.barh(places, mean, xerr=xerr, **{**look, **kwargs})
    look = {"padding": 3, "fontsize": 8, "color": _ink(ax)}
    ax.bar_label(bars, [_cell_text(value) for value in mean], **look)
    ax.set_yticks(places, labels)
    ax.yaxis.set_inverted(True)
    ax.grid(False, axis="y")
    ax.margins(x=0.18)
    return ax


@drawing()
def lines_with_intervals(x, mean, low, high, label=None, ax=None, log_axes="", **kwargs):
    """Draw a line of means over x with the band low ... high, all (m,).

    log_axes : "", "x" (by powers of two, marked at every x), "y" or "xy" for logarithmic axes.
    A second call on the same axes draws a second line. kwargs go to `Axes.plot`.
    """
    x = _vector(x, name="x")
    mean, low, high = _interval(mean, low, high, len(x))
    if log_axes not in ("", "x", "y", "xy"):
        raise ValueError(f'log_axes must be "", "x", "y" or "xy", got {log_axes!r}')
    if "x" in log_axes and not ((0 < x) & (x < np.inf)).all():
        raise ValueError(f"x must be finite and above 0 on a logarithmic axis, got {x}")
    ax = _axes(ax)
    name = label and _legend_text(label)
    look = {"marker": MARKERS[len(ax.lines) % len(MARKERS)], "label": name}
    (line,) = ax.plot(x, mean, **{**look, **kwargs})
    band = {"color": line.get_color(), "alpha": 0.2, "linewidth": 0}
    ax.fill_between(x, low, high, **band)
    if "x" in log_axes:
        ax.set_xscale("log", base=2)
        ax.set_xticks(x, [f"{value:g}" for value in x])
    if "y" in log_axes:
        _log_y(ax)
    return _legend_below(ax) if label else ax


@drawing()
def surface(x, y, values, ax=None, label=None, trajectory=None, log=False, **kwargs):
    """Draw values (len(y), len(x)) over x and y as colours.

    trajectory : (m, 2), such as an optimizer's steps: a line from a circle to a dot.
    label : of the colour bar. None is "loss".
    log : whether colours follow the logarithm.   kwargs go to `Axes.pcolormesh`.
    """
    x, y, values = _monotone(x, "x"), _monotone(y, "y"), _array(values, "values", float)
    if values.shape != (len(y), len(x)):
        raise ValueError(f"values must be {(len(y), len(x))} = (y, x); got {values.shape}")
    if trajectory is not None:
        trajectory = _check_points(trajectory, "trajectory")
    look = {"cmap": CODE_MAP, "norm": _log_norm(values, log), "shading": "nearest"}
    ax = _axes(ax)
    ax.grid(False)
    mesh = ax.pcolormesh(x, y, values, rasterized=True, **{**look, **kwargs})
    _colour_bar(mesh, word("loss") if label is None else label)
    if trajectory is not None:
        dark = {"path_effects": [withStroke(linewidth=2.6, foreground=INK)]}
        ax.plot(*trajectory.T, color="white", linestyle="-", linewidth=1.4, **dark)
        ends = {"markeredgecolor": "white", "markersize": 6}
        ax.plot(*trajectory[:1].T, "o", **{**ends, "color": "white", "markeredgecolor": INK})
        ax.plot(*trajectory[-1:].T, "o", **{**ends, "color": RECONSTRUCTION})
    return ax


@drawing()
def matrix(
    values, rows, columns, ax=None, bold_mask=None, format_value=_cell_text, log=False, **kwargs
):
    """Draw values (len(rows), len(columns)) as a table of coloured cells.

    bold_mask : (len(rows), len(columns)), True where a cell is printed in bold.
    format_value : format_value(value) returns the text of a cell.
    log : whether colours follow the logarithm.   kwargs go to `Axes.imshow`.
    """
    values, rows, columns = (
        _array(values, "values", float),
        _labels(rows, "rows"),
        _labels(columns, "columns"),
    )
    bold_mask = _array(np.zeros(values.shape) if bold_mask is None else bold_mask, "bold_mask")
    if not values.shape == bold_mask.shape == (len(rows), len(columns)) or not values.size:
        raise ValueError(
            f"values and bold_mask must be {(len(rows), len(columns))} = (rows, columns); "
            f"got {values.shape} and {bold_mask.shape}"
        )
    look = {"cmap": "YlGnBu", "norm": _log_norm(values, log), "aspect": "auto"}
    ax = _axes(ax)
    image = ax.imshow(values, **{**look, **kwargs})
    colours, behind = image.to_rgba(values), to_rgba(ax.get_facecolor())
    opacity = colours[..., 3:]  # 0 where a value is not finite
    shown = opacity * colours[..., :3] + (1 - opacity) * behind[:3]
    dark = shown @ LUMA_WEIGHTS < 0.5
    for i, j in np.ndindex(values.shape):
        look = {"color": "white" if dark[i, j] else INK, "ha": "center", "va": "center"}
        weight = "bold" if bold_mask[i, j] else "normal"
        text = label_text(format_value(values[i, j]))
        ax.text(j, i, text, gid="cell", weight=weight, fontsize=8, **look)
    ax.set_yticks(np.arange(len(rows)), rows)
    ax.set_xticks(np.arange(len(columns)), columns)
    _hide_axis_lines(ax)
    return ax


@drawing()
def panels(losses, X, X_hat, z, curve, axes=None):
    """Draw six panels: loss, reconstruction, error, histogram of codes, coded data, manifold.

    axes : (2, 3). None makes a figure. Returns axes: `show(panels(...)[0, 0])` shows all six.
    """
    axes = subplots(2, 3, height=5.0)[1] if axes is None else np.asarray(axes)
    if axes.shape != (2, 3):
        raise ValueError(f"six panels need axes (2, 3), got {axes.shape}")
    loss_curve(losses, ax=axes[0, 0]).set_title(word("Loss"))
    reconstruction(X, X_hat, ax=axes[0, 1]).set_title(word("Data and reconstruction"))
    error_map(X, X_hat, ax=axes[0, 2]).set_title(word("Where it errs"))
    code_histogram(z, ax=axes[1, 0]).set_title(word("Codes"))
    coded(X, z, ax=axes[1, 1]).set_title(word("Data by code"))
    manifold(curve, X, ax=axes[1, 2]).set_title(word("What the decoder draws"))
    for ax in axes[:, 0]:
        ax.set_box_aspect(1)
    return axes


# -- shared by the drawings --------------------------------------------------------------------


def _axes(ax):
    """Return `ax`, or for None the current axes; raise TypeError if it is no axes."""
    ax = plt.gca() if ax is None else ax
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be one axes, got {type(ax).__name__}: pass ax=axes[0] or so")
    return ax


def _ink(ax):
    """Return the colour of words on these axes, which may be the reader's and dark."""
    return ax.xaxis.label.get_color()


def _array(values, name, dtype=None):
    """Return `values` as an array of real numbers, where masked ones are not a number.

    Raises TypeError if they are no numbers, or no array at all, and ValueError if finite ones
    are too large to be drawn.
    """
    try:
        given = np.ma.asarray(values)
        if given.dtype == object:
            if any(isinstance(it, str | bytes | complex) for it in given.flat):
                raise TypeError
            given = given.astype(float)
        if given.dtype.kind not in "biuf":
            raise TypeError
        masked = np.ma.getmaskarray(given).any()
        array = (
            np.ma.filled(given.astype(float), np.nan) if masked else np.asarray(given, dtype)
        )
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"{name} must be an array of real numbers, got {type(values).__name__}: "
            "turn text, dates and categories into numbers first"
        ) from None
    if (np.isfinite(array) & (np.abs(array) > LARGEST)).any():
        raise ValueError(f"{name} must lie within {LARGEST:g}, or be not finite: rescale it")
    return array


def _check_points(X, name="X"):
    """Return X as an array of floats; raise ValueError unless it has the shape (n, 2)."""
    X = _array(X, name, float)
    if X.ndim != 2 or X.shape[1] != 2 or not len(X):
        raise ValueError(f"{name} must be points (n, 2), got shape {X.shape}: choose 2 columns")
    return X


def _pairs(X, X_hat, name="X_hat"):
    """Return X (n, 2) and X_hat (n, 2) as `_check_points` does, of the same shape."""
    return _same_shape(_check_points(X), _check_points(X_hat, name), name)


def _same_shape(X, X_hat, name="X_hat"):
    """Return X and X_hat; raise ValueError unless they have the same shape."""
    if X.shape != X_hat.shape:
        raise ValueError(f"X {X.shape} and {name} {X_hat.shape} must have the same shape")
    return X, X_hat


def _vector(values, n=None, name="z"):
    """Return `values` as floats (n,). A single column (n, 1) is accepted, too."""
    values = _array(values, name, float)
    flat = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if flat.ndim != 1 or not len(flat) or (n is not None and len(flat) != n):
        raise ValueError(f"{name} must be ({n or 'n'},), got shape {values.shape}")
    return flat


def _monotone(values, name):
    """Return places (n,) on an axis; raise ValueError unless all of them grow, or all fall."""
    places = _vector(values, name=name)
    steps = np.diff(places)
    if not np.isfinite(places).all() or not ((steps > 0).all() or (steps < 0).all()):
        raise ValueError(f"{name} must be finite and grow from each value to the next: sort it")
    return places


def _evenly_spaced(values, name):
    """Return places (n,) on an axis; raise ValueError unless they have equal distances."""
    places = _monotone(values, name)
    even = np.linspace(places[0], places[-1], len(places))
    if not np.allclose(places, even, rtol=0, atol=0.1 * np.ptp(places) / len(places)):
        raise ValueError(
            f"{name} must be evenly spaced, got {places}: no axis shows their places else. "
            "Draw such images with image_grid"
        )
    return places


def _whole_number(value, name):
    """Return a number of things as an int; raise an error unless it is whole and at least 1."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be whole numbers, got {value!r}") from None
    if number < 1:
        raise ValueError(f"{name} must be 1 or more, got {value!r}")
    return number


def _labels(labels, name, at_most=None):
    """Return labels as a list of texts for matplotlib.

    Raises TypeError if they are no list, and ValueError if there are more than `at_most`.
    """
    try:
        texts = [label_text(label) for label in labels]
    except TypeError:
        raise TypeError(f"{name} must be a list of labels, got {labels!r}") from None
    if at_most is not None and len(texts) > at_most:
        raise ValueError(f"{name} must be {at_most} at most, got {len(texts)}")
    return texts


def _interval(mean, low, high, n):
    """Return mean, low and high (n,); raise ValueError unless low <= mean <= high."""
    mean, low, high = _vector(mean, n, "mean"), _vector(low, n, "low"), _vector(high, n, "high")
    if (low > mean).any() or (high < mean).any():
        raise ValueError("an interval must hold its mean: low <= mean <= high")
    return mean, low, high


def _log_norm(values, log):
    """Return the logarithmic scale of colours for `values`, or None if `log` is False."""
    if not log:
        return None
    with_logarithm = values[np.isfinite(values) & (values > 0)]
    if not len(with_logarithm):
        raise ValueError("no value is finite and above 0, so none has a logarithm: log=False")
    low, high = with_logarithm.min(), with_logarithm.max()
    if low < 1e-100 or high > 1e100:  # beyond, the ticks of the colour bar may overflow
        raise ValueError(
            f"values from {low:g} to {high:g} are beyond 1e-100 to 1e100, which colours can "
            "show by their logarithm: log=False"
        )
    return LogNorm()


def _label_plane(ax):
    """Label the axes x_1 and x_2, and give them the same unit; return `ax`."""
    ax.set(xlabel=word("$x_1$"), ylabel=word("$x_2$"), aspect="equal")
    return ax


class _DecimalTicks(Formatter):
    """Writes ticks of a log axis as 0.02, not 2 x 10^-2, and fewer of them on a long axis."""

    def __call__(self, x, pos=None):
        low, high = np.log10(self.axis.get_view_interval())
        shown = "1" if high - low > 3 else "125" if high - low > 0.5 else "123456789"
        return f"{x:g}" if f"{x:e}"[0] in shown else ""


def _log_y(ax):
    """Make the y axis logarithmic, with decimal numbers as ticks.

    Raises ValueError if no value that is drawn is above 0.
    """
    if not np.isfinite(ax.dataLim.minposy):
        raise ValueError(
            "the y axis cannot be logarithmic, because no value is above 0: draw it without log"
        )
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(_DecimalTicks())
    ax.yaxis.set_minor_formatter(_DecimalTicks())


def _legend_below(ax):
    """Put the legend below the axis label, where no data can lie; return `ax`.

    It has as few rows as fit. Where nothing has a label there is none.
    """
    artists, labels = ax.get_legend_handles_labels()
    if not labels:
        return ax
    letters = [len(plain_text(label)) for label in labels]
    place = ax.get_subplotspec()
    width = ax.figure.bbox.width / ax.figure.dpi / (place.get_gridspec().ncols if place else 1)
    room = width - LEGEND_MARGIN
    one_row = LEGEND_ENTRY_WIDTH * len(letters) + LEGEND_LETTER_WIDTH * sum(letters)
    columns = int(room // (LEGEND_ENTRY_WIDTH + LEGEND_LETTER_WIDTH * max(letters)))
    down = ScaledTranslation(0, -LEGEND_OFFSET_BELOW, ax.figure.dpi_scale_trans)
    gaps = {"handletextpad": 0.5, "columnspacing": 1.0, "borderaxespad": 0}
    ax.legend(
        artists,
        [label_text(label) for label in labels],
        labelcolor=_ink(ax),
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        bbox_transform=ax.transAxes + down,
        ncols=len(letters) if one_row <= room else max(1, columns),
        **gaps,
    )
    return ax


def _colour_bar(mappable, label):
    """Draw a slim bar right of the axes. A second drawing on these axes uses the same bar."""
    ax = mappable.axes
    bars = [child for child in ax.child_axes if child.get_label() == "colour bar"]
    place = bars[0] if bars else ax.inset_axes(COLOUR_BAR, label="colour bar")
    place.clear()
    bar = ax.figure.colorbar(mappable, cax=place, label=label_text(label))
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2)
