"""Alt text of a figure, computed from what is drawn. Tests compare it, too.

Data that are one percent off change the numbers. Another version of matplotlib or NumPy, or
another processor, changes them by one unit of the last digit at most.
"""

import re

import matplotlib as mpl
import numpy as np
from matplotlib import collections, patches
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..checks import rounded

HUGE = 1e100  # sums of squares of larger values may overflow
MAX_LISTED_VALUES = 12  # of more values, the text gives the range and the mean
# The classes of formatters that write ticks as given texts and not as numbers.
TEXT_TICK_FORMATTERS = "FixedFormatter", "FuncFormatter", "StrCategoryFormatter"


def root_figure(thing):
    """Return the figure that `thing`, a figure or any axes, belongs to. Else TypeError."""
    fig = thing
    while isinstance(fig, Axes) or type(fig).__name__ == "SubFigure":
        fig = fig.figure
    if not isinstance(fig, Figure):
        raise TypeError(f"expected a figure or one axes, got {type(thing).__name__}: show(fig)")
    return fig


@np.errstate(all="ignore")
def describe(fig):
    """Describe a figure (or the figure of an axes) in sentences computed from its data."""
    fig = root_figure(fig)
    panels = [ax for ax in fig.axes if ax.get_visible()]
    words = [f"{plain_text(fig.get_suptitle())}."] if fig.get_suptitle() else []
    words += [f"{len(panels)} panels."] if len(panels) > 1 else []
    for number, ax in enumerate(panels, start=1):
        part = ax.figure.get_suptitle() if ax.figure is not fig else ""
        name = f"({number}) " if len(panels) > 1 else ""
        words.append(name + (f"{plain_text(part)}. " if part else "") + _describe_axes(ax))
    return "\n".join(words)


def _describe_axes(ax):
    """Describe an axes in sentences: its titles, its two axes and every artist on it."""
    titles = (ax.get_title(place) for place in ("left", "center", "right"))
    words = [f"{plain_text(title)}." for title in titles if title]
    three = [ax.zaxis] if hasattr(ax, "zaxis") else []
    axes = [word for word in map(_describe_axis, (ax.xaxis, ax.yaxis, *three)) if word]
    words += [f"Axes: {', '.join(axes)}."] if axes else []
    bars = {patch for container in ax.containers for patch in container}
    loose = [patch for patch in ax.patches if patch not in bars]
    cells = [text for text in ax.texts if text.get_gid() == "cell"]
    notes = [text for text in ax.texts if text not in cells]
    artists = (*ax.images, *ax.collections, *ax.containers, *ax.lines, *loose, *notes)
    describe_artist = _describe_solid if three else _describe_artist
    words += [
        describe_artist(a, ax)
        for a in artists
        if not hasattr(a, "get_visible") or a.get_visible()
    ]
    words += [_describe_space(ax)] if three and any(words) else []
    words += [_describe_table(cells)] if cells else []
    words += map(_describe_cells, ax.tables)
    return " ".join(word for word in words if word) or "Empty."


def _describe_axis(axis):
    """Return label, scale and named ticks of one axis: "y is loss (log scale)"."""
    label = plain_text(axis.get_label_text())
    name = f"{axis.axis_name} is {label}" if label else axis.axis_name
    notes = [] if axis.get_scale() == "linear" else [f"{axis.get_scale()} scale"]
    if type(axis.get_major_formatter()).__name__ in TEXT_TICK_FORMATTERS:
        ticks = [plain_text(tick.get_text()) for tick in axis.get_ticklabels()]
        notes += [f"marked {', '.join(filter(None, ticks))}"] if any(ticks) else []
    if notes:
        return f"{name} ({', '.join(notes)})"
    return name if label else ""


def _describe_artist(artist, ax):
    """Describe one artist in a sentence, or as "" if it has no data of its own."""
    name = _label(artist) if hasattr(artist, "get_label") else ""
    if isinstance(artist, mpl.lines.Line2D):
        return _describe_line(artist, name, ax)
    if isinstance(artist, mpl.container.BarContainer):
        return _describe_bars(artist, name)
    if isinstance(artist, mpl.container.ErrorbarContainer):
        return f"Error bars{name}." if name else ""
    if isinstance(artist, mpl.text.Text):
        return f"Note: {plain_text(artist.get_text())}." if artist.get_text().strip() else ""
    if isinstance(artist, collections.PathCollection):
        x, y = _filled(artist.get_offsets()).T
        head = f"{_count(len(x), 'point')}{name}: {_xy_ranges(x, y, ax)}"
        return f"{head}, centre ({_mean(x)}, {_mean(y)}){_colour_values(artist)}."
    if isinstance(artist, collections.LineCollection):
        segments = artist.get_segments()
        drawn = [segment for segment in segments if len(segment)]  # the others are not finite
        x, y = _joined(drawn)
        long = [np.hypot(*np.diff(segment, axis=0).T).sum() for segment in drawn]
        lost = len(segments) - len(drawn)
        what = _count(len(segments), "segment") + (f" ({lost} not finite)" if lost else "")
        head = f"{what}{name}: {_xy_ranges(x, y, ax)}"
        return f"{head}, mean length {_mean(long)}{_colour_values(artist)}."
    if isinstance(artist, mpl.quiver.Quiver):
        if not artist.N:
            return f"0 arrows{name}."
        x, y, u, v = *artist.XY.T, artist.U, artist.V
        head = f"{_count(artist.N, 'arrow')}{name}: {_xy_ranges(x, y, ax)}"
        mean = f"mean arrow ({_mean(u)}, {_mean(v)}), mean length {_mean(np.hypot(u, v))}"
        return f"{head}, {mean}{_growth_and_turn(artist)}{_colour_values(artist)}."
    if isinstance(artist, collections.PolyCollection) and len(artist.get_offsets()) > 1:
        x, y = _filled(artist.get_offsets()).T  # as of hexagons and barbs
        head = f"{_count(len(x), 'shape')}{name}: {_xy_ranges(x, y, ax)}"
        return f"{head}{_colour_values(artist)}."
    if isinstance(artist, collections.PolyCollection | mpl.contour.ContourSet):
        levels = getattr(artist, "levels", None)
        what = "Band" if levels is None else f"Contours at {_list(levels)}"
        x, y = _joined([path.vertices for path in artist.get_paths()])
        return f"{what}{name}: {_xy_ranges(x, y, ax)}."
    if isinstance(artist, mpl.cm.ScalarMappable) and artist.get_array() is not None:
        values = _filled(artist.get_array())
        finite = values[np.isfinite(values)]
        size = " by ".join(map(str, values.shape[:2]))
        spread = (
            number_text(_scaled(np.std, finite), _largest(finite)) if len(finite) else "nothing"
        )
        what = f"{_range(finite)}, mean {_mean(finite)}, standard deviation {spread}"
        of = f" of {_colorbar_label(artist)}" if _colorbar_label(artist) else ""
        return f"Image{of}{name}, {size}: values {what}."
    if isinstance(artist, patches.Patch) and not isinstance(artist, patches.FancyArrowPatch):
        x, y = artist.get_patch_transform().transform(artist.get_path().vertices).T
        return f"Shape{name}: {_xy_ranges(x, y, ax)}."
    return ""


def _describe_solid(artist, ax):
    """Describe one artist of a panel in three dimensions in a sentence."""
    name = _label(artist) if hasattr(artist, "get_label") else ""
    if isinstance(artist, mpl.lines.Line2D):
        x, y, z = map(_filled, artist.get_data_3d())
        return f"Line{name} of {len(z)} points: {_xy_ranges(x, y, ax)}, z {_range(z)}."
    kinds = {
        collections.PathCollection: "Points",
        collections.LineCollection: "Segments",
        collections.PolyCollection: "Surface",
        patches.Patch: "Shape",
    }
    for kind, what in kinds.items():
        if isinstance(artist, kind):
            return f"{what}{name}."
    return _describe_artist(artist, ax)


def _describe_space(ax):
    """Return the ranges of all data of a panel in three dimensions."""
    (x, y), z = ax.xy_dataLim.get_points().T, ax.zz_dataLim.get_points()[:, 0]
    return f"In three dimensions: {_xy_ranges(x, y, ax)}, z {_range(z)}."


def _growth_and_turn(field):
    """Say how a field of arrows grows and turns with the distance from its centre.

    The mean arrow does not tell this. The two numbers are a and b of the least-squares fit of
    the arrows by a (x - centre) + b (x - centre turned left).
    """
    x, y = (field.XY - field.XY.mean(axis=0)).T
    square = (x**2 + y**2).sum()
    if not square:
        return ""
    outwards = (x * field.U + y * field.V).sum() / square
    left = (x * field.V - y * field.U).sum() / square
    magnitude = np.hypot(field.U, field.V).mean() / np.hypot(x, y).mean()
    return (
        f", by distance from the centre {number_text(outwards, magnitude)} outwards "
        f"and {number_text(left, magnitude)} anticlockwise"
    )


def _describe_table(cells):
    """Return the texts of a table's cells, row by row, in a sentence."""
    rows = {}
    for cell in cells:
        words = plain_text(cell.get_text()) + (" (bold)" if cell.get_weight() == "bold" else "")
        rows.setdefault(cell.get_position()[1], []).append(words)
    return f"Cells, row by row: {'; '.join(map(', '.join, rows.values()))}."


def _describe_cells(table):
    """Return the texts of a matplotlib table, row by row, in a sentence."""
    rows = {}
    for (row, _), cell in sorted(table.get_celld().items()):
        rows.setdefault(row, []).append(plain_text(cell.get_text().get_text()))
    return f"Cells, row by row: {'; '.join(map(', '.join, rows.values()))}."


def _describe_line(line, name, ax):
    """Describe a line, a point or a straight line through the whole panel in a sentence."""
    x, y = map(_filled, line.get_data(orig=False))
    if line.get_transform() == ax.get_yaxis_transform():
        return f"Horizontal line{name} at y {_range(y)}."
    if line.get_transform() == ax.get_xaxis_transform():
        return f"Vertical line{name} at x {_range(x)}."
    if line.get_transform() != ax.transData:  # axline's ends are where the panel's borders are
        to_data = line.get_transform() - ax.transData
        ends = (", ".join(map(number_text, end)) for end in to_data.transform(np.c_[x, y]))
        return f"Straight line{name} from {' to '.join(f'({end})' for end in ends)}."
    if len(x) < 2:
        return f"Point{name} at {_xy_ranges(x, y, ax)}." if len(x) else ""
    head = f"Line{name} of {len(x)} points: {_xy_ranges(x, y, ax)}"
    magnitude = _largest(y, ax.get_yscale())
    if len(x) <= MAX_LISTED_VALUES:
        return f"{head}, one by one {', '.join(number_text(value, magnitude) for value in y)}."
    first, last = (number_text(end, magnitude) for end in y[[0, -1]])
    return f"{head}, first y {first}, last y {last}, mean y {_mean(y)}."


def _describe_bars(bars, name):
    """Describe the bars of a bar chart or histogram in a sentence."""
    along, across = ("x", "y") if bars.orientation == "horizontal" else ("y", "x")
    if not len(bars):
        return f"0 bars{name}."
    boxes = np.array([bar.get_bbox().get_points() for bar in bars])
    middle, ends = boxes[..., "xy".index(across)].mean(axis=1), boxes[..., "xy".index(along)]
    length = ends[:, 1] - ends[:, 0]
    head = f"{_count(len(bars), 'bar')}{name}: {across} {_range(middle)}"
    if len(bars) <= MAX_LISTED_VALUES:
        return f"{head}, lengths {_list(length)}."
    finite = np.where(np.isfinite(length), length, 0.0)
    top = np.flatnonzero(finite >= finite.max() - 1e-9 * _largest(length))[0]
    where = f"{across} {number_text(middle[top], _largest(middle))}"
    total = number_text(finite.sum(), _largest(length))
    return f"{head}, longest {number_text(length[top])} at {where}, sum {total}."


def _filled(values):
    """Return values as floats, where those that are masked are not a number."""
    return np.ma.filled(np.ma.asarray(values, float), np.nan)


def _joined(paths):
    """Return all x and all y of paths (n, 2), as two arrays. There may be no path."""
    return np.concatenate([np.empty((0, 2)), *paths]).T


def _xy_ranges(x, y, ax):
    """Return the ranges of the coordinates: "x 0 to 1, y 2 to 5"."""
    return f"x {_range(x, ax.get_xscale())}, y {_range(y, ax.get_yscale())}"


def _range(values, scale="linear"):
    """Return the least and the largest value: "0 to 1".

    scale : of the axis that shows them, "linear" or "log".
    """
    values = np.ravel(np.asarray(values, float))
    finite = values[np.isfinite(values)]
    lost = f" ({len(values) - len(finite)} not finite)" if len(finite) < len(values) else ""
    if not len(finite):
        return f"nothing{lost}"
    largest = _largest(finite, scale)
    low, high = number_text(finite.min(), largest), number_text(finite.max(), largest)
    return (low if low == high else f"{low} to {high}") + lost


def _list(values):
    """Return all values in order: "0.1, 0.5, 1"."""
    return ", ".join(number_text(value, _largest(values)) for value in values)


def _mean(values):
    """Return the mean of the finite values as text, or "nothing" if there are none."""
    values = np.asarray(values, float)
    finite = values[np.isfinite(values)]
    return number_text(_scaled(np.mean, finite), _largest(finite)) if len(finite) else "nothing"


def _scaled(statistic, values):
    """Return a statistic that grows as its values do, and that huge values do not overflow."""
    largest = _largest(values)
    scale = largest if largest > HUGE else 1.0
    return statistic(values / scale) * scale


def _largest(values, scale="linear"):
    """Return the largest absolute value, or 0 on a log axis, which shows small values, too."""
    return 0.0 if scale == "log" else np.abs(values[np.isfinite(values)]).max(initial=0.0)


def number_text(value, magnitude=0.0):
    """Write a number with as many digits as a picture of data of that magnitude can show.

    A number as large as the magnitude of the data has three digits, a tenth of it has two, and
    so on. A magnitude of 0 stands for data of unknown size: three digits. A whole number stays
    whole.
    """
    if not np.isfinite(value):
        return "not finite"
    if abs(value) < 1e-12:
        return "0"
    if abs(value) < 1e6 and abs(value - round(value)) < 1e-9 * abs(value):
        return str(round(value))
    tenths = int(np.log10(min(magnitude / abs(value), 1e3))) if magnitude > abs(value) else 0
    return rounded(value, 3 - tenths) if tenths < 3 else "0"


def _count(n, noun):
    """Return a number and its noun: "1 bar", "3 bars"."""
    return f"{n} {noun}" + ("" if n == 1 else "s")


def _label(artist):
    """Return an artist's label in quotes after a blank, or "" if it has none of its own."""
    label = str(artist.get_label() or "")
    return "" if not label or label.startswith("_") else f' "{plain_text(label)}"'


def _colorbar_label(mappable):
    """Return the label of the colour bar that belongs to an artist, or "" without one."""
    bar = mappable.colorbar
    return plain_text(bar.ax.get_ylabel() or bar.ax.get_xlabel()) if bar else ""


def _colour_values(artist):
    """Say which values the colours of an artist show, or return "" if they show none."""
    values = artist.get_array()
    if values is None:
        return ""
    values = _filled(values)
    label = _colorbar_label(artist) or "value"
    return f", coloured by {label} {_range(values)}, mean {_mean(values)}"


def plain_text(text):
    r"""Write mathtext in words: "$\hat{x}$" is x-hat, "$W_{e}$" is W_e, a minus is a hyphen."""
    if (text.count("$") - text.count(r"\$")) % 2 == 0:  # else there is none for matplotlib
        text = re.sub(r"(?<!\\)\$(.*?)(?<!\\)\$", lambda match: _plain_maths(match[1]), text)
    text = text.replace(r"\$", "$").replace("\N{MINUS SIGN}", "-")
    text = text.replace("\N{ZERO WIDTH SPACE}", "")
    return " ".join(text.split()).rstrip(".")


def _plain_maths(maths):
    """Write the mathtext between two dollar signs in words."""
    for pattern, words in (
        (r"\\(left|right|mathrm|mathbf|mathit|mathdefault|text|operatorname)(?![a-z])", ""),
        (r"\\[,;:! ]", " "),
        (r"\\(hat|bar|tilde|vec|dot)\s*(?:\{([^}]*)\}|(\w))", r"\2\3-\1"),
        (r"\\frac\s*\{([^}]*)\}\s*\{([^}]*)\}", r"\1 / \2"),
        (r"\\\|", "|"),
        (r"\\([A-Za-z]+)", r" \1 "),
        (r"\s*([_^])\s*\{?\s*(\w*)", r"\1\2"),
        (r"[{}]", ""),
    ):
        maths = re.sub(pattern, words, maths)
    return maths.strip()
