"""Stages: figures that stay while the data on them change, for many pictures a second."""

import io
from typing import NamedTuple

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from . import plots

LIVE_DPI = 100


def figure_of(size):
    """An empty figure of (width, height) inches, laid out by itself."""
    figure = Figure(size, LIVE_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


class Frame(NamedTuple):
    """What was drawn: WebP, what draw said, a description of it, and its place in a run."""

    webp: bytes
    said: str
    text: str
    step: int = 1

    @property
    def alt(self):
        """What is seen, in words."""
        return f"{self.said} {self.text}".strip()


class Stage:
    """A figure that stays, with axes on which data come and go.

    Ticks, labels and layout are most of matplotlib's work. They are kept as pixels and redrawn
    only when limits, scales, labels or titles have changed.
    """

    def __init__(self, figure, panels, takes):
        self.figure, self.panels, self.takes = figure, panels, takes
        self.axes, self._frame, self._background, self._ticks = None, None, None, {}

    def canvas(self):
        """What draw takes of fig, ax and axes, by name."""
        if {"ax", "axes"} & self.takes and self.axes is None:
            with plots.styled():
                self.axes = np.atleast_1d(self.figure.subplots(*self.panels))
        given = {"fig": self.figure, "axes": self.axes}
        if "ax" in self.takes:
            given["ax"] = self.axes.flat[0]
        return {name: given[name] for name in self.takes}

    def frame(self, picture):
        """The Frame of what `picture()` draws."""
        said, own = self.draw(picture)
        if own:
            return Frame(webp(Image.open(io.BytesIO(own.png))), said, own.text)
        return Frame(webp(self.image()), said, plots.describe(self.figure))

    def draw(self, picture):
        """Call `picture` on the emptied figure: (its read-out, its own Picture or None)."""
        with plots.styled():
            if self.axes is None:
                self.figure.clear()
            else:
                self._empty()
            result = picture()
        said = result if isinstance(result, str) else ""
        if self.takes:
            return said, None
        if result is None or said:
            result = plt.gcf() if plt.get_fignums() else None
        shown = result is None or isinstance(result, plots.Picture)
        return said, result if shown else plots.show(result)

    def _empty(self):
        """Axes as before draw: no data, no words, free limits."""
        for ax in self.axes.flat:
            for artist in _data(ax):
                if getattr(artist, "colorbar", None) is not None:
                    artist.colorbar.remove()
                artist.remove()
            for inset in list(ax.child_axes):
                inset.remove()
            ax.containers.clear()
            ax.set_prop_cycle(None)
            for loc in ("left", "center", "right"):
                if ax.get_title(loc):
                    ax.set_title("", loc=loc)
            for axis in _axis_pair(ax):
                if axis.get_label_text():
                    axis.set_label_text("")
                if axis.get_scale() != "linear":
                    ax.set(**{f"{axis.axis_name}scale": "linear"})
            ax.relim()
            ax.autoscale(True)
        for twin in [ax for ax in self.figure.axes if ax not in self.axes]:
            twin.remove()

    def image(self):
        """The figure as an Image: the pixels of a full draw."""
        canvas, figure = self.figure.canvas, self.figure
        axes = [] if self.axes is None else list(self.axes.flat)
        with plots.styled():
            if not axes or figure.axes != axes or any(ax.child_axes for ax in axes):
                self._frame = None
                self._forget_layout()
                canvas.draw()
            else:
                frame = [self._frame_of(ax) for ax in axes]
                front = [artist for ax in axes for artist in _front(ax)]
                if frame != self._frame:
                    self._frame, self._background = frame, self._draw_background(front)
                canvas.restore_region(self._background)
                for artist in front:
                    artist.draw(canvas.get_renderer())
        return Image.fromarray(np.asarray(canvas.buffer_rgba()))

    def png(self):
        """What was drawn last as PNG for print, of more pixels: laid out anew, so that nothing
        kept as pixels fits any more.
        """
        self._frame = None
        self._forget_layout()
        return plots.png(self.figure)

    def _draw_background(self, front):
        """The pixels behind `front`, laid out as if it were there."""
        figure, canvas = self.figure, self.figure.canvas
        self._forget_layout()
        figure.draw_without_rendering()
        engine = figure.get_layout_engine()
        figure.set_layout_engine("none")
        for artist in front:
            artist.set_visible(False)
        canvas.draw()
        for artist in front:
            artist.set_visible(True)
        figure.set_layout_engine(engine)
        return canvas.copy_from_bbox(figure.bbox)

    def _forget_layout(self):
        """Axes back in their grid: a layout depends on where it starts."""
        for ax in () if self.axes is None else self.axes.flat:
            ax.set_subplotspec(ax.get_subplotspec())

    def _frame_of(self, ax):
        """All that the pixels behind the data depend on."""
        titles = [ax.get_title(loc) for loc in ("left", "center", "right")]
        scales = ax.get_xscale(), ax.get_yscale(), ax.get_aspect(), ax.axison
        ticks = [self._ticks_of(axis) for axis in _axis_pair(ax)]
        legend = ax.get_legend()
        titles += [text.get_text() for text in legend.get_texts()] if legend else []
        return ax.viewLim.bounds, titles, ax.get_xlabel(), ax.get_ylabel(), scales, ticks

    def _ticks_of(self, axis):
        """Places and labels of the ticks, found anew when something they depend on is new."""
        key = axis.get_major_locator(), axis.get_major_formatter(), *axis.get_view_interval()
        if self._ticks.get(axis, (None,))[0] != key:
            places = axis.get_majorticklocs()
            self._ticks[axis] = key, (places.tolist(), key[1].format_ticks(places))
        return self._ticks[axis][1]


def webp(image):
    """The Image without loss, in half the time that a PNG takes."""
    file = io.BytesIO()
    image.save(file, "webp", lossless=True, method=0, quality=0)
    return file.getvalue()


def _axis_pair(ax):
    return ax.xaxis, ax.yaxis


def _data(ax):
    """The artists that draw put on an axes."""
    kinds = ax.lines, ax.patches, ax.collections, ax.images, ax.texts, ax.artists
    legend = ax.get_legend()
    return [artist for kind in kinds for artist in kind] + ([legend] if legend else [])


def _front(ax):
    """Data, spines, and what lies over data of an axis, in drawing order."""
    data = _data(ax)
    front = {*data, *(ax.spines.values() if ax.axison else ())}
    if ax.axison and any(artist.zorder < ax.xaxis.zorder for artist in data):
        front |= {axis for axis in _axis_pair(ax) if _has_lines(axis)}
    seen = [artist for artist in ax.get_children() if artist in front and artist.get_visible()]
    return sorted(seen, key=lambda artist: artist.zorder)


def _has_lines(axis):
    """Whether an axis draws more than its labels, which lie outside: a grid, or tick marks."""
    kinds = ("major", "minor") if len(axis.get_minorticklocs()) else ("major",)
    ticks = [axis.get_tick_params(kind) for kind in kinds]
    return any(each.get("gridOn", True) or each.get("length", 1) > 0 for each in ticks)
