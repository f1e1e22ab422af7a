"""Stages: figures that stay while the data on them change, for many pictures a second."""

import io
from typing import NamedTuple

import matplotlib as mpl
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


def styled():
    """The house's style, while in its context."""
    return mpl.rc_context(plots.STYLE)


class Frame(NamedTuple):
    """What was drawn: PNG, what draw said, a description of it, and its place in a run."""

    png: bytes
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
        self.axes, self._frame, self._background = None, None, None

    def canvas(self):
        """What draw takes of fig, ax and axes, by name."""
        if {"ax", "axes"} & self.takes and self.axes is None:
            with styled():
                self.axes = np.atleast_1d(self.figure.subplots(*self.panels))
        given = {"fig": self.figure, "axes": self.axes}
        if "ax" in self.takes:
            given["ax"] = self.axes.flat[0]
        return {name: given[name] for name in self.takes}

    def frame(self, picture):
        """The Frame of what `picture()` draws."""
        said, own = self.draw(picture)
        if own:
            return Frame(own.png, said, own.text)
        return Frame(self.png(), said, plots.describe(self.figure))

    def draw(self, picture):
        """Call `picture` on the emptied figure: (its read-out, its own Picture or None)."""
        with styled():
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
                ax.set_title("", loc=loc)
            ax.set(xlabel="", ylabel="", xscale="linear", yscale="linear")
            ax.relim()
            ax.autoscale(True)
        for twin in [ax for ax in self.figure.axes if ax not in self.axes]:
            twin.remove()

    def png(self):
        """The figure as PNG: the pixels of a full draw."""
        canvas, figure = self.figure.canvas, self.figure
        axes = [] if self.axes is None else list(self.axes.flat)
        with styled():
            if not axes or figure.axes != axes or any(ax.child_axes for ax in axes):
                self._frame = None
                self._forget_layout()
                canvas.draw()
            else:
                frame = [_frame(ax) for ax in axes]
                front = [artist for ax in axes for artist in _front(ax)]
                if frame != self._frame:
                    self._frame, self._background = frame, self._draw_background(front)
                canvas.restore_region(self._background)
                for artist in front:
                    artist.draw(canvas.get_renderer())
        file = io.BytesIO()
        Image.fromarray(np.asarray(canvas.buffer_rgba())).save(file, "png", compress_level=1)
        return file.getvalue()

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


def _data(ax):
    """The artists that draw put on an axes."""
    kinds = ax.lines, ax.patches, ax.collections, ax.images, ax.texts, ax.artists
    legend = ax.get_legend()
    return [artist for kind in kinds for artist in kind] + ([legend] if legend else [])


def _front(ax):
    """Data, spines, and ticks that lie over data, in drawing order."""
    data = _data(ax)
    front = {*data, *(ax.spines.values() if ax.axison else ())}
    if any(artist.zorder < ax.xaxis.zorder for artist in data):
        front |= {ax.xaxis, ax.yaxis} if ax.axison else set()
    seen = [artist for artist in ax.get_children() if artist in front and artist.get_visible()]
    return sorted(seen, key=lambda artist: artist.zorder)


def _frame(ax):
    """All that the pixels behind the data depend on."""
    titles = [ax.get_title(loc) for loc in ("left", "center", "right")]
    scales = ax.get_xscale(), ax.get_yscale(), ax.get_aspect(), ax.axison
    ticks = []
    for axis in (ax.xaxis, ax.yaxis):
        places = axis.get_majorticklocs()
        ticks += [places.tolist(), axis.get_major_formatter().format_ticks(places)]
    legend = ax.get_legend()
    titles += [text.get_text() for text in legend.get_texts()] if legend else []
    return ax.viewLim.bounds, titles, ax.get_xlabel(), ax.get_ylabel(), scales, ticks
