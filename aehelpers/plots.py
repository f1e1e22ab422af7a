"""Plots: every function takes arrays, draws on `ax` (the current axes if None) and returns it; `show` turns a figure into a picture that says what it shows.

The look is one dictionary, STYLE, used while something is drawn and never left behind in matplotlib's settings.
"""

import base64
import io
import re

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib import collections, patches
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .checks import rounded

INK, GREY, PALE = "#222222", "#6f757d", "#d9dce0"
DATA, RECONSTRUCTION, CURVE, BASELINE = "#8d949c", "#d55e00", "#0072b2", "#222222"
CODE_MAP, ERROR_MAP, IMAGE_MAP = "viridis", "plasma_r", "gray_r"  # all of them monotone in grey
# Okabe and Ito's colours, told apart in greyscale by the dashes; markers for the functions that draw few points.
CYCLE = cycler(
    color=[CURVE, RECONSTRUCTION, "#009e73", INK, "#cc79a7", "#56b4e9"],
    linestyle=["-", (0, (5, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (1, 1.2)), (0, (8, 2)), "-"],
)
MARKERS = "osD^vP"

STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters on every system
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
    "axes.edgecolor": "#a9afb6",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": CYCLE,
    "axes.formatter.use_mathtext": True,
    "grid.color": "#e8eaed",
    "grid.linewidth": 0.6,
    "xtick.color": "#a9afb6",
    "ytick.color": "#a9afb6",
    "xtick.labelcolor": "#444444",
    "ytick.labelcolor": "#444444",
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "image.interpolation": "nearest",
    "image.aspect": "equal",
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
}
styled = mpl.rc_context(STYLE)  # a decorator: the style holds during the call


# ---- figures, pictures and what they say -------------------------------------------------------------------------------------------------------------------


@styled
def subplots(nrows=1, ncols=1, width=7.0, height=None, **kwargs):
    """A figure `width` inches wide in the shared style, and its axes as `plt.subplots` gives them; pyplot does not know it, so nothing is shown twice.

    height : inches; None makes each row 3/4 as high as its panel is wide, at most 3.2.   kwargs go to `Figure.subplots`.
    """
    fig = Figure(
        figsize=(width, height or nrows * min(3.2, 0.3 + 0.78 * width / ncols)),
        layout="constrained",
    )
    FigureCanvasAgg(fig)
    return fig, fig.subplots(nrows, ncols, **kwargs)


@styled
def png(fig, dpi=144):
    """The figure as PNG bytes, the same bytes for the same figure, whatever matplotlib's version number."""
    file = io.BytesIO()
    fig.savefig(
        file,
        format="png",
        dpi=dpi,
        bbox_inches=None,
        metadata={"Software": None},
        pil_kwargs={"compress_level": 9},
    )
    return file.getvalue()


class Picture:
    """A PNG with the words for it: `png` (bytes), `text` ("Figure: ...") and `size` in CSS pixels. A notebook shows the one, compares and reads aloud the other."""

    def __init__(self, png, text, size):
        self.png, self.text, self.size = png, text, size

    def __repr__(self):
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.text}
        return data, {
            "image/png": {"alt": self.text, "width": self.size[0], "height": self.size[1]}
        }


def show(fig, alt=None, dpi=144):
    """The Picture of a figure (or of the figure an axes belongs to), described by `alt`, one sentence of yours, and `describe(fig)`: the last line of a cell."""
    fig = _figure(fig)
    text = "Figure: " + " ".join(([alt.strip()] if alt else []) + [describe(fig)])
    picture = Picture(
        png(fig, dpi), text, tuple(round(96 * inches) for inches in fig.get_size_inches())
    )
    plt.close(fig)  # if pyplot made it, the notebook would show it once more
    return picture


def _figure(thing):
    fig = thing if isinstance(thing, Figure) else getattr(thing, "figure", None)
    if not isinstance(fig, Figure):
        raise TypeError(
            f"expected a figure or one axes, got {type(thing).__name__}: show(fig) or show(ax)"
        )
    return fig


def describe(fig):
    """What a figure shows, in sentences made from the artists' data: a change of the data by a few percent changes the text, another matplotlib does not."""
    fig = _figure(fig)
    bars = {
        c.colorbar.ax for ax in fig.axes for c in (*ax.collections, *ax.images) if c.colorbar
    }
    panels = [ax for ax in fig.axes if ax.get_visible() and ax not in bars]
    words = [f"{_plain(fig.get_suptitle())}."] if fig.get_suptitle() else []
    words += [f"{len(panels)} panels."] if len(panels) > 1 else []
    for number, ax in enumerate(panels, start=1):
        words.append((f"({number}) " if len(panels) > 1 else "") + _describe_axes(ax))
    words += [
        f"Note: {_plain(text.get_text())}." for text in fig.texts if text is not fig._suptitle
    ]
    return "\n".join(words)


def _describe_axes(ax):
    title = "; ".join(
        _plain(ax.get_title(loc)) for loc in ("left", "center", "right") if ax.get_title(loc)
    )
    axes = [_describe_axis(axis) for axis in (ax.xaxis, ax.yaxis)]
    words = [
        f"{title}." if title else "",
        f"Axes: {' and '.join(a for a in axes if a)}." if any(axes) else "",
    ]
    in_bars = {patch for container in ax.containers for patch in container}
    artists = [
        *ax.images,
        *ax.collections,
        *ax.containers,
        *ax.lines,
        *(p for p in ax.patches if p not in in_bars),
        *ax.texts,
    ]
    for artist in artists:
        if not hasattr(artist, "get_visible") or artist.get_visible():
            words += [_describe_artist(artist, ax)]
    return " ".join(word for word in words if word) or "Empty."


def _describe_axis(axis):
    """Label, scale and named ticks of one axis: "y loss (log scale)"."""
    label = f"{axis.axis_name} {_plain(axis.get_label_text())}" if axis.get_label_text() else ""
    scale = f"{axis.get_scale()} scale" if axis.get_scale() != "linear" else ""
    named = type(axis.get_major_formatter()).__name__ in (
        "FixedFormatter",
        "StrCategoryFormatter",
        "FuncFormatter",
    )
    ticks = (
        ", ".join(filter(None, (_plain(t.get_text()) for t in axis.get_ticklabels())))
        if named
        else ""
    )
    extra = ", ".join(filter(None, (scale, ticks and f"marked {ticks}")))
    return " ".join(filter(None, (label or (extra and axis.axis_name), extra and f"({extra})")))


def _describe_artist(artist, ax):
    """One sentence for one artist, or "" for what carries no data of its own."""
    log_x, log_y = ax.get_xscale() == "log", ax.get_yscale() == "log"
    kind = type(artist).__name__
    if kind == "Line2D" or kind == "AxLine" or kind == "_AxLine":
        return _describe_line(artist, ax, log_x, log_y)
    if kind == "ErrorbarContainer":
        return f"Error bars{_label(artist)}." if _label(artist) else ""
    if kind == "BarContainer":
        return _describe_bars(artist)
    if isinstance(artist, collections.PathCollection):
        x, y = np.ma.asarray(artist.get_offsets()).filled(np.nan).T
        where = f"x {_range(x, log_x)}, y {_range(y, log_y)}, centre ({_mean(x)}, {_mean(y)})"
        return f"{_count(len(x), 'point')}{_label(artist)}: {where}{_colours(artist)}."
    if isinstance(artist, collections.LineCollection):
        segments = artist.get_segments()
        ends = np.concatenate([*segments, np.empty((0, 2))])
        length = [np.hypot(*np.diff(s, axis=0).T).sum() for s in segments]
        return f"{_count(len(segments), 'segment')}{_label(artist)}: x {_range(ends[:, 0], log_x)}, y {_range(ends[:, 1], log_y)}, mean length {_mean(length)}{_colours(artist)}."
    if kind == "Quiver":
        return f"{_count(artist.N, 'arrow')}{_label(artist)}: u {_range(artist.U)}, v {_range(artist.V)}, mean length {_mean(np.hypot(artist.U, artist.V))}{_colours(artist)}."
    if isinstance(artist, collections.PolyCollection):
        x, y = np.concatenate([path.vertices for path in artist.get_paths()]).T
        return f"Band{_label(artist)}: x {_range(x, log_x)}, y {_range(y, log_y)}."
    if hasattr(artist, "levels"):
        return f"Contours at {', '.join(_number(level) for level in artist.levels)}."
    if isinstance(artist, mpl.cm.ScalarMappable) and artist.get_array() is not None:
        values = np.ma.asarray(artist.get_array(), dtype=float).filled(np.nan)
        size = " by ".join(str(n) for n in values.shape[:2])
        spread = _number(np.nanstd(values), np.nanmax(np.abs(values)))
        return f"Image of {size}{_label(artist)}{_bar_name(artist)}: values {_range(values)}, mean {_mean(values)}, standard deviation {spread}."
    if isinstance(artist, patches.Patch) and not isinstance(artist, patches.FancyArrowPatch):
        x, y = artist.get_patch_transform().transform(artist.get_path().vertices).T
        return f"{kind}{_label(artist)}: x {_range(x, log_x)}, y {_range(y, log_y)}."
    if isinstance(artist, mpl.text.Text):
        return f"Note: {_plain(artist.get_text())}." if artist.get_text().strip() else ""
    return ""


def _describe_line(line, ax, log_x, log_y):
    # Lines such as axhline have ends at the panel's borders: all of them are read in data coordinates.
    x, y = (
        np.ma.asarray(line.get_xdata(), float).filled(np.nan),
        np.ma.asarray(line.get_ydata(), float).filled(np.nan),
    )
    if line.get_transform() == ax.get_yaxis_transform():
        return f"Horizontal line{_label(line)} at y {_range(y, log_y)}."
    if line.get_transform() == ax.get_xaxis_transform():
        return f"Vertical line{_label(line)} at x {_range(x, log_x)}."
    if line.get_transform() != ax.transData:
        (x0, x1), (y0, y1) = (
            ax.transData.inverted().transform(line.get_transform().transform(np.c_[x, y])).T
        )
        return f"Straight line{_label(line)} from ({_number(x0)}, {_number(y0)}) to ({_number(x1)}, {_number(y1)})."
    if not len(x):
        return ""
    ends = f"first {_number(y[0], _scale(y, log_y))}, last {_number(y[-1], _scale(y, log_y))}, mean {_mean(y)}"
    return f"Line{_label(line)} of {_count(len(x), 'point')}: x {_range(x, log_x)}, y {_range(y, log_y)}, {ends}."


def _describe_bars(container):
    horizontal = container.orientation == "horizontal"
    boxes = [bar.get_bbox() for bar in container]
    lengths = np.array([box.width if horizontal else box.height for box in boxes])
    middles = np.array(
        [(box.y0 + box.y1) / 2 if horizontal else (box.x0 + box.x1) / 2 for box in boxes]
    )
    top = np.flatnonzero(lengths >= lengths.max() - 1e-9 * np.abs(lengths).max())[0]
    where = f"{'y' if horizontal else 'x'} {_range(middles)}"
    return f"{_count(len(boxes), 'bar')}{_label(container)}: {where}, longest {_number(lengths[top])} at {_number(middles[top], _scale(middles))}, total {_number(lengths.sum())}."


def _scale(values, log=False):
    """What counts as nothing beside these values is below 1e-9 of their largest; on a log scale nothing does."""
    finite = np.abs(values[np.isfinite(values)]) if not log else np.zeros(0)
    return finite.max(initial=0.0)


def _number(value, scale=0.0):
    """At most 3 significant digits, the same on every machine: rounding noise beside `scale`, or below 1e-12, is 0."""
    if not np.isfinite(value):
        return "not finite"
    return "0" if abs(value) < max(1e-12, 1e-9 * scale) else f"{float(rounded(value)):g}"


def _range(values, log=False):
    values = np.ravel(np.asarray(values, float))
    finite = values[np.isfinite(values)]
    lost = f" ({len(values) - len(finite)} not finite)" if len(finite) < len(values) else ""
    if not len(finite):
        return f"nothing{lost}"
    low, high = (_number(v, _scale(finite, log)) for v in (finite.min(), finite.max()))
    return (low if low == high else f"{low} to {high}") + lost


def _mean(values):
    finite = np.asarray(values, float)
    finite = finite[np.isfinite(finite)]
    return _number(finite.mean(), _scale(finite)) if len(finite) else "nothing"


def _count(n, noun):
    return f"{n} {noun}" + ("" if n == 1 else "s")


def _label(artist):
    label = str(artist.get_label())
    return "" if not label or label.startswith("_") else f' "{_plain(label)}"'


def _bar_name(mappable):
    name = (
        mappable.colorbar.ax.get_ylabel() or mappable.colorbar.ax.get_xlabel()
        if mappable.colorbar
        else ""
    )
    return f" of {_plain(name)}" if name else ""


def _colours(artist):
    values = artist.get_array()
    return (
        ""
        if values is None
        else f", coloured by {_bar_name(artist)[4:] or 'value'} {_range(values)}, mean {_mean(values)}"
    )


def _plain(text):
    """Mathtext as words: "$\\hat{x}$" is x-hat, "$W_{e}$" is W_e, and a minus sign is a hyphen."""
    text = re.sub(r"(?<!\\)\$(.*?)(?<!\\)\$", lambda match: _plain_maths(match.group(1)), text)
    return " ".join(text.replace(r"\$", "$").replace("\N{MINUS SIGN}", "-").split()).rstrip(".")


def _plain_maths(maths):
    maths = re.sub(
        r"\\(?:left|right|mathrm|mathbf|mathit|mathdefault|text|operatorname|quad)(?![a-z])|\\[,;:! ]",
        " ",
        maths,
    )
    maths = re.sub(r"\\(hat|bar|tilde|vec|dot)\s*(?:\{([^}]*)\}|(\w))", r"\2\3-\1", maths)
    maths = re.sub(r"\\frac\s*\{([^}]*)\}\s*\{([^}]*)\}", r"\1 / \2", maths)
    maths = maths.replace(r"\|", "|").replace("{", "").replace("}", "")
    return re.sub(r"\s*([_^])\s*", r"\1", re.sub(r"\\([A-Za-z]+)", r" \1 ", maths)).strip()
