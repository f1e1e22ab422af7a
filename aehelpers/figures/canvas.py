"""Canvases are figures that are kept while their data change, for many pictures a second."""

import inspect
import io
from collections import OrderedDict
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib._pylab_helpers import Gcf
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import FontProperties
from PIL import Image

from . import plots
from .alt_text import root_figure

LIVE_DPI = 100  # of the pictures in a notebook; print has more
# Properties that neither `clear` of an axes nor that of its axis and spines sets back.
AXES_PROPERTIES = (
    "adjustable alpha anchor aspect axisbelow box_aspect facecolor frame_on visible zorder"
)
AXIS_PROPERTIES = "visible label_position"
OFFSET_TEXT_PROPERTIES = "color horizontalalignment verticalalignment visible"
SPINE_PROPERTIES = "alpha edgecolor linestyle linewidth position visible zorder"
# Attributes that a layout or a label changes, though the next picture does not depend on them.
# With a further name in another version of matplotlib, pictures take longer and are as right.
TRANSIENT_ATTRIBUTES = {
    *("_x", "_y", "_stale", "_stale_viewlims", "_projection_init", "_axis_map", "_renderer"),
    *("_autotitlepos", "isDefault_label", "ignore_existing_data_limits", "_tick_position"),
    "_tight",
}
SIMPLE_TYPES = bool | int | float | str | tuple | dict | FontProperties | None


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

    Each picture shows what `draw_picture` has drawn for it, and nothing that another one left.
    Pyplot draws on this figure, too. If it stays empty, a figure that was made with pyplot or
    returned is shown in its place.

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
        self._properties_as_made = _figure_properties(figure)
        self._shows_own_figure = False

    def arguments(self):
        """Return what draw gets of fig, ax and axes: {name: object}."""
        if {"ax", "axes"} & self.figure_arguments and self.axes is None:
            with plots.rendering():
                self.axes = np.atleast_1d(self.figure.subplots(*self.panels))
                self._axes_as_made = [AxesAsMade(ax) for ax in self.axes.flat]
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
        with self.pyplot_apart(), plots.styled():
            self._empty()
            result = draw_picture()
            current = plt.gcf() if plt.get_fignums() else None
        readout = result if isinstance(result, str) else ""
        own = self._own_figure(None if readout else result, current)
        self._shows_own_figure = own is not None
        is_picture = own is None or isinstance(own, plots.Picture)
        return readout, own if is_picture else plots.show(own)

    def _own_figure(self, result, current):
        """Return what draw has made in place of this figure: a figure or a Picture, or None.

        result : what draw returned.   current : the figure that pyplot would draw on, or None.
        """
        if self.figure_arguments:
            if any(self.axes is None or _data(ax) for ax in self.figure.axes):
                return None
            if not isinstance(result, Figure | Axes | plots.Picture):
                result = None  # as of `lambda ax, k: ax.set_title(k)`
        made = current if result is None else result
        is_this = isinstance(made, Figure | Axes) and root_figure(made) is self._root
        return None if is_this else made

    @cached_property
    def _manager(self):
        """What pyplot asks of a figure on which it draws."""
        return FigureManagerBase(self._root.canvas, 0)

    @property
    def _root(self):
        """The figure to which the canvas's figure or subfigure belongs."""
        return self.figure.figure if isinstance(self.figure, SubFigure) else self.figure

    @contextmanager
    def pyplot_apart(self):
        """In this context pyplot draws on the canvas, and shows nothing.

        It knows none of the reader's figures, and those that are made in the context are closed
        at its end. Then rcParams and the reader's figures are as they were.
        """
        figures, show, parameters = Gcf.figs, plt.show, dict(dict.items(mpl.rcParams))
        try:
            Gcf.figs, plt.show = OrderedDict(), lambda *args, **kwargs: None
            if mpl.is_interactive():
                mpl.interactive(False)  # else some backends open a window for each figure
            # On a figure of which this one is a part, pyplot could draw anywhere.
            if self.axes is not None or (self.figure_arguments and self._root is self.figure):
                Gcf._set_new_active_manager(self._manager)
                if self.axes is not None:
                    self._root.sca(self.axes.flat[0])
            yield
        finally:
            if self.figure_arguments:
                Gcf.figs.pop(self._manager.num, None)
                self._root.set_canvas(self._manager.canvas)  # draw may have closed its figure
            plt.close("all")
            Gcf.figs, plt.show = figures, show
            # A backend that was loaded meanwhile stays, and has made pyplot interactive.
            interactive = parameters.pop("interactive") or mpl.is_interactive()
            del parameters["backend"]
            dict.update(mpl.rcParams, parameters | {"interactive": interactive})

    def _empty(self):
        """Make the figure as it was before draw, with the same axes."""
        properties = _figure_properties(self.figure)
        for name, value in self._properties_as_made.items():
            if properties[name] != value:
                getattr(self.figure, f"set_{name}")(value)
        if self.axes is None:
            self.figure.clear()
            return
        for ax in self.axes.flat:
            _remove_data(ax)
        for twin in [ax for ax in self.figure.axes if ax not in self.axes]:
            twin.remove()
        if any(_further_artists(self.figure)):
            self.figure.clear()
            for ax in self.axes.flat:
                self.figure.add_axes(ax)
        for axes in self._axes_as_made:
            axes.restore()
        self._place_in_grid()

    def image(self):
        """Return the figure as an Image with exactly the pixels of a full draw."""
        agg, figure = self.figure.canvas, self.figure
        axes = [] if self.axes is None else list(self.axes.flat)
        with plots.styled():
            further = [*_further_artists(figure), *(it for ax in axes for it in ax.child_axes)]
            if not axes or figure.axes != axes or further:
                self._forget_background()
                agg.draw()
            else:
                key = [_figure_properties(figure), *map(self._background_key_of, axes)]
                foreground = [artist for ax in axes for artist in _foreground(ax)]
                if key == self._background_key:
                    self._place_as_laid_out()
                else:
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
        if self._shows_own_figure or not self.figure_arguments:
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
        try:
            agg.draw()
        finally:
            for artist in foreground:
                artist.set_visible(True)
            figure.set_layout_engine(engine)
        self._places = [
            {"original": ax.get_position(original=True), "active": ax.get_position()}
            for ax in self.axes.flat
        ]
        return agg.copy_from_bbox(figure.bbox)

    def _forget_background(self):
        """Forget the background's pixels and the layout, so that both are computed anew."""
        self._background_key = None
        self._place_in_grid()

    def _place_in_grid(self):
        """Put the axes in their places in the grid, where they were before the first layout.

        The layout that matplotlib finds depends on where they stand before, and what draw does
        can depend on it, too, as the gaps of contours for their labels do.
        """
        for ax in () if self.axes is None else self.axes.flat:
            ax.set_subplotspec(ax.get_subplotspec())

    def _place_as_laid_out(self):
        """Put the axes where they stand on the background."""
        for ax, places in zip(self.axes.flat, self._places, strict=True):
            for which, place in places.items():
                ax.set_position(place, which)
            ax.set_in_layout(True)

    def _background_key_of(self, ax):
        """Return all that the background of an axes depends on."""
        titles = [ax.get_title(loc) for loc in ("left", "center", "right")]
        scales = ax.get_xscale(), ax.get_yscale(), ax.get_aspect(), ax.axison
        ticks = [self._ticks_of(axis) for axis in _axis_pair(ax)]
        legend = ax.get_legend()
        titles += [text.get_text() for text in legend.get_texts()] if legend else []
        labels = titles, ax.get_xlabel(), ax.get_ylabel()
        return ax.viewLim.bounds, labels, scales, ticks, _state(ax)

    def _ticks_of(self, axis):
        """Return places and labels of the ticks, which are kept until they change."""
        key = axis.get_major_locator(), axis.get_major_formatter(), *axis.get_view_interval()
        if self._ticks.get(axis, (None,))[0] != key:
            places = np.asarray(axis.get_majorticklocs())
            self._ticks[axis] = key, (places.tolist(), key[1].format_ticks(places))
        return self._ticks[axis][1]


def _figure_properties(figure):
    """Return what draw may have changed of a figure or subfigure, {name: value}."""
    names = ["facecolor", "edgecolor"]
    if isinstance(figure, Figure):
        names += ["dpi", "layout_engine", "size_inches"]
    values = {name: getattr(figure, f"get_{name}")() for name in names}
    return {n: tuple(v) if isinstance(v, np.ndarray) else v for n, v in values.items()}


def _further_artists(figure):
    """Yield what stands on a figure beside its axes, such as its title."""
    for artist in figure.get_children():
        if artist is not figure.patch and not isinstance(artist, Axes):
            yield artist


def _remove_data(ax):
    """Take data, words, scales and limits from an axes."""
    for artist in _data(ax):
        if artist.axes is ax:  # else it went with another one, as labels do with contours
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
    if not ax.axison:
        ax.set_axis_on()
    for axis in _axis_pair(ax):
        if axis.get_label_text():
            axis.set_label_text("")
        usual = axis.isDefault_majloc, axis.isDefault_minloc, axis.isDefault_majfmt
        if axis.get_scale() != "linear" or not all(usual) or not axis.isDefault_minfmt:
            ax.set(**{f"{axis.axis_name}scale": "linear"})
    ax.relim()
    ax.set_xlim(0, 1, auto=True)
    ax.set_ylim(0, 1, auto=True)


def _state(ax):
    """Return all simple attributes of an axes and its parts, whatever may have changed them."""
    data = {*_data(ax), *ax.child_axes}
    parts = [ax, *(part for part in ax.get_children() if part not in data)]
    parts += [text for axis in _axis_pair(ax) for text in (axis.label, axis.offsetText)]
    state = [axis.have_units() for axis in _axis_pair(ax)]
    for part in parts:
        for name, value in vars(part).items():
            if name not in TRANSIENT_ATTRIBUTES and isinstance(value, SIMPLE_TYPES):
                state.append((name, _copied(value)))
    ticks = [[tick.label1 for tick in axis.get_major_ticks(1)] for axis in _axis_pair(ax)]
    return state + [{_look(label) for label in labels} for labels in ticks]


def _look(text):
    """Return how a text looks, as one that can be compared."""
    look = text.get_rotation(), text.get_color(), text.get_alpha(), text.get_visible()
    return str((*look, text.get_ha(), text.get_va(), hash(text.get_fontproperties())))


def _copied(value):
    """Return a value so that it can be compared later: fonts and dicts are changed in place."""
    if isinstance(value, FontProperties):
        return hash(value)
    return dict(value) if isinstance(value, dict) else value


class AxesAsMade:
    """How an axes was before draw, so that it can be so again."""

    def __init__(self, ax):
        offset_texts = [axis.offsetText for axis in _axis_pair(ax)]
        names = {ax: AXES_PROPERTIES} | dict.fromkeys(_axis_pair(ax), AXIS_PROPERTIES)
        names |= dict.fromkeys(offset_texts, OFFSET_TEXT_PROPERTIES)
        names |= dict.fromkeys(ax.spines.values(), SPINE_PROPERTIES)
        self.ax = ax
        self._properties = [
            (artist, name, getattr(artist, f"get_{name}")())
            for artist, some in names.items()
            for name in some.split()
        ]
        self._tick_params = [
            (axis, which, axis.get_tick_params(which))
            for axis in _axis_pair(ax)
            for which in ("major", "minor")
        ]
        self._renew()
        self._state = _state(ax)

    def restore(self):
        """Undo what draw has changed of the axes, from which its data were removed."""
        self._set_properties()
        if _state(self.ax) != self._state:
            self._renew()

    def _renew(self):
        """Clear the axes, which takes almost as long as to draw it."""
        self.ax.clear()
        self._set_properties()

    def _set_properties(self):
        """Set the properties that `Axes.clear` leaves as they are."""
        for artist, name, value in self._properties:
            if getattr(artist, f"get_{name}")() != value:
                artist.set(**{name: value})
        for axis, which, values in self._tick_params:
            if axis.get_tick_params(which) != values:
                axis.set_tick_params(which=which, reset=True, **values)


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
