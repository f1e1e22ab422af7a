"""Canvases are figures that are kept while their data change, for many pictures a second."""

import inspect
import io
from typing import NamedTuple

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from . import plots

LIVE_DPI = 100  # of the pictures in a notebook; print has more


def empty_figure(size):
    """Return an empty figure of size = (width, height) inches, with automatic layout."""
    figure = Figure(size, LIVE_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


class FinishedPicture(NamedTuple):
    """A finished picture: pixels, the read-out (the str that draw returned), a description.

    webp : the pixels as bytes of a WebP file.
    readout : the str that draw returned, or "" if it returned none.
    description : what the picture shows, in sentences computed from the data on it.
    step : which picture of its run it is, counted from 1.
    """

    webp: bytes
    readout: str
    description: str
    step: int = 1

    @property
    def alt(self):
        """The alt text: the read-out, then the description."""
        return f"{self.readout} {self.description}".strip()

    @property
    def image(self):
        """The pixels as an Image."""
        return Image.open(io.BytesIO(self.webp)).convert("RGB")


class Canvas:
    """A canvas is a figure that is kept, on which `draw` makes one picture after the other.

    Ticks, labels and layout are most of matplotlib's work. The canvas keeps their pixels, the
    background, and draws them again only when limits, scales, labels or titles have changed.

    draw : a function that may take `ax`, `axes` or `fig`.
    panels : (rows, columns) of the axes.
    figure : an empty figure or subfigure.

    figure_arguments : which of the names fig, ax and axes draw has as parameters, a set.
    """

    def __init__(self, draw, panels, figure):
        self.draw, self.panels, self.figure = draw, panels, figure
        self.figure_arguments = {"fig", "ax", "axes"} & set(inspect.signature(draw).parameters)
        self.axes = None
        self._background = self._background_key = None
        self._ticks = {}

    def arguments(self):
        """Return what draw gets of fig, ax and axes: {name: object}."""
        if {"ax", "axes"} & self.figure_arguments and self.axes is None:
            with plots.styled():
                self.axes = np.atleast_1d(self.figure.subplots(*self.panels))
        given = {"fig": self.figure, "axes": self.axes}
        if "ax" in self.figure_arguments:
            given["ax"] = self.axes.flat[0]
        return {name: given[name] for name in self.figure_arguments}

    def finish(self, draw_picture):
        """Call `draw_picture()` on the emptied figure and return the FinishedPicture."""
        readout, own = self.call(draw_picture)
        if own:
            image = Image.open(io.BytesIO(own.png))
            return FinishedPicture(webp_bytes(image), readout, own.text)
        return FinishedPicture(webp_bytes(self.image()), readout, plots.describe(self.figure))

    def call(self, draw_picture):
        """Call `draw_picture()` on the emptied figure; return its read-out and its own Picture.

        The pixels are not drawn. The plots.Picture is that of a figure that draw made, or None
        if it drew on this one.
        """
        with plots.styled():
            if self.axes is None:
                self.figure.clear()
            else:
                self._empty_axes()
            result = draw_picture()
        readout = result if isinstance(result, str) else ""
        if self.figure_arguments:
            return readout, None
        if result is None or readout:
            result = plt.gcf() if plt.get_fignums() else None
        is_picture = result is None or isinstance(result, plots.Picture)
        return readout, result if is_picture else plots.show(result)

    def _empty_axes(self):
        """Make the axes as they were before draw: no data, no words, free limits."""
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
        """Return the figure as an Image with exactly the pixels of a full draw."""
        agg, figure = self.figure.canvas, self.figure
        axes = [] if self.axes is None else list(self.axes.flat)
        with plots.styled():
            if not axes or figure.axes != axes or any(ax.child_axes for ax in axes):
                self._forget_background()
                agg.draw()
            else:
                key = [self._background_key_of(ax) for ax in axes]
                foreground = [artist for ax in axes for artist in _foreground(ax)]
                if key != self._background_key:
                    self._background = self._draw_background(foreground)
                    self._background_key = key
                agg.restore_region(self._background)
                for artist in foreground:
                    artist.draw(agg.get_renderer())
        return Image.fromarray(np.asarray(agg.buffer_rgba()))

    def png(self, picture):
        """Return the FinishedPicture that was drawn last as PNG bytes for print.

        The PNG has more pixels than the live picture, unless draw made a figure of its own.
        """
        if not self.figure_arguments:
            return png_bytes(picture.image)
        self._forget_background()
        return plots.png(self.figure)

    def _draw_background(self, foreground):
        """Draw the pixels behind the foreground, laid out as if the foreground were there."""
        figure, agg = self.figure, self.figure.canvas
        self._forget_background()
        figure.draw_without_rendering()
        engine = figure.get_layout_engine()
        figure.set_layout_engine("none")
        for artist in foreground:
            artist.set_visible(False)
        agg.draw()
        for artist in foreground:
            artist.set_visible(True)
        figure.set_layout_engine(engine)
        return agg.copy_from_bbox(figure.bbox)

    def _forget_background(self):
        """Forget the background's pixels and the layout, so that both are computed anew.

        The axes go back to their places in the grid, because the layout that matplotlib finds
        depends on where they stand before.
        """
        self._background_key = None
        for ax in () if self.axes is None else self.axes.flat:
            ax.set_subplotspec(ax.get_subplotspec())

    def _background_key_of(self, ax):
        """Return all that the background of an axes depends on."""
        titles = [ax.get_title(loc) for loc in ("left", "center", "right")]
        scales = ax.get_xscale(), ax.get_yscale(), ax.get_aspect(), ax.axison
        ticks = [self._ticks_of(axis) for axis in _axis_pair(ax)]
        legend = ax.get_legend()
        titles += [text.get_text() for text in legend.get_texts()] if legend else []
        return ax.viewLim.bounds, titles, ax.get_xlabel(), ax.get_ylabel(), scales, ticks

    def _ticks_of(self, axis):
        """Return places and labels of the ticks, which are kept until they change."""
        key = axis.get_major_locator(), axis.get_major_formatter(), *axis.get_view_interval()
        if self._ticks.get(axis, (None,))[0] != key:
            places = axis.get_majorticklocs()
            self._ticks[axis] = key, (places.tolist(), key[1].format_ticks(places))
        return self._ticks[axis][1]


def webp_bytes(image):
    """Encode an Image as WebP without loss, in half the time that a PNG takes."""
    file = io.BytesIO()
    image.save(file, "webp", lossless=True, method=0, quality=0)
    return file.getvalue()


def png_bytes(image):
    """Encode an Image as a PNG that is as small as possible."""
    file = io.BytesIO()
    image.save(file, "png", optimize=True)
    return file.getvalue()


def _axis_pair(ax):
    """Return the x axis and the y axis of an axes."""
    return ax.xaxis, ax.yaxis


def _data(ax):
    """Return the artists that draw put on an axes."""
    kinds = ax.lines, ax.patches, ax.collections, ax.images, ax.texts, ax.artists
    legend = ax.get_legend()
    return [artist for kind in kinds for artist in kind] + ([legend] if legend else [])


def _foreground(ax):
    """Return the data, the spines and what lies over data of an axis, in drawing order."""
    data = _data(ax)
    foreground = {*data, *(ax.spines.values() if ax.axison else ())}
    if ax.axison and any(artist.zorder < ax.xaxis.zorder for artist in data):
        foreground |= {axis for axis in _axis_pair(ax) if _has_lines(axis)}
    visible = [a for a in ax.get_children() if a in foreground and a.get_visible()]
    return sorted(visible, key=lambda artist: artist.zorder)


def _has_lines(axis):
    """Say whether an axis draws more than its labels, which lie outside: a grid or ticks."""
    kinds = ("major", "minor") if len(axis.get_minorticklocs()) else ("major",)
    ticks = [axis.get_tick_params(kind) for kind in kinds]
    return any(each.get("gridOn", True) or each.get("length", 1) > 0 for each in ticks)
