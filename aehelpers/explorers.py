"""Sliders around a drawing: live in a notebook, checked on their whole grid, printable.

An explorer knows pictures and sliders only. What is trained, and on what, is up to `draw`.
"""

import asyncio
import base64
import collections
import contextlib
import html
import inspect
import io
import itertools
import math
import time

import ipywidgets as widgets
import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from aehelpers import plots

DPI = 100  # of the live picture
PRINT_DPI = 144  # of the picture that stays in the file
BETWEEN_PICTURES = 0.1  # seconds: a run is shown ten times a second, not more
_LINES = 'style="line-height: 1.4"'  # two of them fit below the picture without moving the page
GIVEN = ("fig", "ax", "axes")  # what draw may ask for


class Explorer(widgets.VBox):
    """Sliders over `grids`, and the picture that `draw(**setting)` makes of their setting.

    draw : a function of the grid names. A parameter named `ax` gets a clean axes, `axes` an
        array of panels = (rows, columns) clean axes, `fig` an empty figure to divide. A draw
        that asks for none of them returns a Figure, an Axes or a Picture, or uses pyplot.
        What it returns as str is the read-out below the picture.
        A generator is a run that is watched: each `yield` (None or a read-out) is a picture.
        The next one may update what is drawn, or draw anew: then what stood before goes. After
        `yield lambda: ...` the function draws, and only if its picture is due or the last.
    grids : for every slider a list of numbers or strings.
    labels : {name: text with units} beside the sliders.   start : {name: value}, or the middle.
    title : of the picture, for alt texts.   figsize : in inches.
    Raises TypeError or ValueError if grids and draw do not fit, and what the first draw raises.
    """

    def __init__(
        self,
        draw,
        /,
        *,
        labels=None,
        start=None,
        title="the picture",
        figsize=(7.0, 3.6),
        panels=(1, 1),
        **grids,
    ):
        grids = {name: _values(name, values) for name, values in grids.items()}
        self.draw, self.title = draw, title
        self._takes = _taken(draw, grids, panels)
        self._labels = {name: name.replace("_", " ") for name in grids}
        self._labels.update(_known("labels", labels, grids))
        self._stage = _Stage(figsize, panels)
        self._task, self._held, self._report = None, False, ("", None)
        start = _known("start", start, grids)
        self.sliders = {name: self._slider(name, grids[name], start) for name in grids}
        width, height = (f"{DPI * inches:.0f}px" for inches in figsize)
        # No tooltip: ipywidgets 8.1 fails in the page for an Image that has one.
        self.picture = widgets.Image(
            format="png",
            layout={"width": width, "height": height, "min_height": height, "max_width": "98%"},
        )
        self.picture.layout.object_fit = "contain"
        self.readout = widgets.HTML(layout={"min_height": "3em", "max_width": width})
        super().__init__([*self.sliders.values(), self.picture, self.readout])
        self._draw_to_the_end()

    def _slider(self, name, values, start):
        value = start.get(name, values[(len(values) - 1) // 2])
        if value not in values:
            raise ValueError(f"start: {name}={value!r} is not in its grid {values}")
        width = 0.55 * max(len(label) for label in self._labels.values()) + 1
        slider = widgets.SelectionSlider(
            options=[(_said(value), value) for value in values],
            value=value,
            description=self._labels[name],
            style={"description_width": f"{width:.1f}em"},
            layout={"width": f"{width + 26:.1f}em", "max_width": "98%"},
        )
        slider.observe(self._moved, "value")
        return slider

    @property
    def setting(self):
        """Where the sliders stand: {name: value}."""
        return {name: slider.value for name, slider in self.sliders.items()}

    def move(self, **values):
        """Set sliders as one change, draw to the end, raise what draw raises."""
        self._cancel()
        self._held = True
        try:
            for name, value in _known("move", values, self.sliders).items():
                self.sliders[name].value = value
        finally:
            self._held = False
        self._draw_to_the_end()

    def check(self):
        """Draw every setting of the grid through the sliders; a str that says how many.

        Raises what draw raises, with the setting noted; the sliders then stay at that setting.
        """
        grids = [[value for _, value in slider.options] for slider in self.sliders.values()]
        settings = [
            dict(zip(self.sliders, point, strict=True)) for point in itertools.product(*grids)
        ]
        here = self.setting
        settings.sort(
            key=lambda setting: setting == here
        )  # drawn last, it leaves all as it was
        with contextlib.ExitStack() as quiet:  # the page is told of the end only
            for widget in self.children:
                quiet.enter_context(widget.hold_sync())
            for setting in settings:
                self.move(**setting)
        return f"{len(settings)} settings drawn"

    def film_strip(self, along=None, pictures=None, columns=None):
        """Several settings side by side for print: `along` one grid (the first), end to end.

        The other sliders count where they stand. Returns a plots.Picture.
        """
        along = next(iter(self.sliders)) if along is None else along
        _known("film_strip", {along: None}, self.sliders)
        values = [value for _, value in self.sliders[along].options]
        pictures = min(4, len(values)) if pictures is None else pictures
        if not 1 <= pictures <= len(values):
            raise ValueError(f"pictures={pictures}: {along} has {len(values)} values")
        values = [values[round(i)] for i in np.linspace(0, len(values) - 1, pictures)]
        columns = columns or (min(2, pictures) if self._stage.panels == (1, 1) else 1)
        rows = math.ceil(pictures / columns)
        width, height = self._stage.figure.get_size_inches()
        with _style():
            strip = Figure(
                (width, rows * height * (0.8 if columns > 1 else 1)), layout="constrained"
            )
            FigureCanvasAgg(strip)
            parts = strip.subfigures(rows, columns, squeeze=False).flat
        for part, value in zip(parts, values, strict=False):
            setting = {**self.setting, along: value}
            stage = _Stage(panels=self._stage.panels, figure=part)
            with _noted(setting):
                _, picture = stage.look(_last(self._run(stage, setting)))
            if picture is not None:
                ax = part.subplots()
                ax.imshow(Image.open(io.BytesIO(picture[0])))
                ax.axis("off")
            with _style():
                part.suptitle(f"{self._labels[along]} = {_said(value)}", fontsize="medium")
        alt = f"{self.title}, {pictures} times: {self._labels[along]} = "
        return plots.show(strip, alt=alt + ", ".join(map(_said, values)) + ".")

    # -- drawing ---------------------------------------------------------------------------

    def _run(self, stage, setting):
        """Run draw once and yield what it returns, or all that it yields."""
        given = stage.clean(self._takes)
        with (
            _style(),
            contextlib.nullcontext() if given else _pyplot(self._stage.figure) as drawn,
        ):
            result = self.draw(**given, **setting)
            if not given and (result is None or isinstance(result, str)):
                result = (result, drawn())
        if not inspect.isgenerator(result):
            yield result
            return
        with contextlib.closing(result):
            while True:
                with _style(), stage.next_picture():
                    frame = next(result, stage)  # the stage itself: the run has ended
                if frame is stage:
                    return
                yield frame

    def _draw_to_the_end(self):
        """Draw the present setting without giving way; raise what draw raises."""
        setting = self.setting
        try:
            with _noted(setting):
                self._show(_last(self._run(self._stage, setting)))
                self._finish()
        except Exception as error:
            self._fail(error, setting)
            raise

    async def _draw_live(self):
        """Draw the present setting, giving way at every step; the next value cancels it."""
        setting = self.setting
        try:
            frame, waiting, shown = None, True, -math.inf
            with contextlib.closing(self._run(self._stage, setting)) as run:
                for frame in run:
                    waiting = time.monotonic() - shown < BETWEEN_PICTURES
                    if not waiting:
                        self._show(frame)
                        shown = time.monotonic()
                    await asyncio.sleep(0)
            if waiting:
                self._show(frame)
            self._finish()
        except Exception as error:  # nobody awaits this task: the reader is told on the page
            self._fail(error, setting)

    def _moved(self, change):
        if self._held:
            return
        self._cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # plain Python: nothing to give way to
            self._draw_to_the_end()
        else:
            self._task = loop.create_task(self._draw_live())

    def _cancel(self):
        if self._task is not None:
            self._task.cancel()
            self._task = None

    # -- what the reader sees --------------------------------------------------------------

    def _show(self, frame):
        """Send the picture that stands, and its read-out."""
        text, picture = self._stage.look(frame)
        self._report = text, picture
        png = picture[0] if picture else self._stage.png() if self._takes else b""
        self.picture.value = png
        self.picture.layout.display = None if png else "none"
        self.picture.remove_class("explorer-stale")
        self.readout.value = f"<div {_LINES}>{_line(text)}</div>"

    def _finish(self):
        """The last picture stands: say its read-out aloud, describe it for screen readers."""
        self.readout.value = (
            f'<div role="status" aria-live="polite" {_LINES}>{_line(self._report[0])}</div>'
            f'<div style="position: absolute; clip-path: inset(50%)">{_line(self._alt())}</div>'
        )

    def _fail(self, error, setting):
        self.picture.add_class("explorer-stale")
        self.readout.value = (
            "<style>.explorer-stale {opacity: 0.3}</style>"
            f'<div role="alert" {_LINES}><span style="color: var(--jp-error-color1, #b00020)">'
            f"{_line(f'{type(error).__name__}: {error}')}<br>"
            f"at {_line(_setting(setting))}; the picture is an earlier one</span></div>"
        )

    def _alt(self):
        """What the picture shows, in words computed from what is drawn."""
        text, picture = self._report
        shown = (
            picture[1] if picture else plots.describe(self._stage.figure) if self._takes else ""
        )
        return " ".join(filter(None, [text, shown]))

    def __repr__(self):
        grids = (
            f"{name}={_said(slider.value)} of [{', '.join(said for said, _ in slider.options)}]"
            for name, slider in self.sliders.items()
        )
        return f"Explorer: {', '.join(grids)}; {self._alt()}"

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and for paper, GitHub and nbval the picture and text of now."""
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = repr(self)
        picture = self._report[1]
        if picture is None and not self._takes:
            return bundle, {}
        png = picture[0] if picture else plots.png(self._stage.figure, PRINT_DPI)
        bundle["image/png"] = base64.b64encode(png).decode()
        width, height = (round(DPI * inches) for inches in self._stage.figure.get_size_inches())
        return bundle, {"image/png": {"alt": self._alt(), "width": width, "height": height}}


class _Stage:
    """A figure that stays: axes are wiped, not remade; what did not change is not redrawn."""

    def __init__(self, figsize=None, panels=(1, 1), figure=None):
        self.panels, self._axes, self._kept, self._begin = panels, None, None, {}
        with _style():
            self.figure = figure or Figure(figsize, DPI, layout="constrained")
        if figure is None:
            FigureCanvasAgg(self.figure)

    def clean(self, takes):
        """Everything gone; the parts of the figure that draw takes, as keywords."""
        if not {"ax", "axes"} & takes:
            self.figure.clear()
            return {"fig": self.figure} if takes else {}
        with _style():
            if not self._wiped():
                self.figure.clear()
                self._axes = np.atleast_1d(self.figure.subplots(*self.panels))
                self._bare = set(self.figure.get_children())
                self._looks = [_look(_reset(ax)) for ax in self._axes.flat]
        given = {"fig": self.figure, "axes": self._axes, "ax": self._axes.flat[0]}
        return {name: given[name] for name in takes}

    def _wiped(self):
        """Wipe the axes; False if that does not make them as new."""
        if self._axes is None or set(self.figure.get_children()) != self._bare:
            return False
        for artist in self._drawn():
            _remove(artist)
        for ax, look in zip(self._axes.flat, self._looks, strict=True):
            if _look(_reset(ax)) != look:
                ax.clear()  # slower, and still not all of it
                if _look(_reset(ax)) != look:
                    return False
        return True

    def _drawn(self):
        return [artist for ax in self.figure.axes for artist in _data(ax)]

    @contextlib.contextmanager
    def next_picture(self):
        """Axes that are drawn on in here lose what stood on them; the others keep it."""
        before = [
            (ax, _data(ax), ax.containers[:], ax.dataLim.frozen()) for ax in self.figure.axes
        ]
        labels = {artist: artist.get_label() for artist in self._drawn()}
        for ax, *_ in before:
            _reset(ax, look=False)
        for artist in labels:
            artist.set_label("_")  # so that a new legend does not count the old lines
        try:
            yield
        finally:
            for artist, label in labels.items():
                artist.set_label(label)
            for ax, old, containers, limits in before:
                if any(artist not in labels for artist in _data(ax)):
                    for artist in old:
                        _remove(artist)
                else:
                    ax.containers[:] = containers
                    if not np.isfinite(ax.dataLim.get_points()).all():
                        ax.dataLim.set_points(limits.get_points())

    def look(self, frame):
        """(read-out, (PNG, description) of a picture that is not ours or None) of a frame."""
        if callable(frame):
            with _style(), self.next_picture():
                frame = frame()
        text, other = frame if isinstance(frame, tuple) else (None, frame)
        if isinstance(other, str) and text is None:
            text, other = other, None
        if isinstance(other, Axes):
            other = other.figure
        if isinstance(other, Figure):
            other = (plots.png(other, PRINT_DPI), plots.describe(other))
        elif hasattr(other, "_repr_mimebundle_"):
            bundle = other._repr_mimebundle_()
            bundle = bundle[0] if isinstance(bundle, tuple) else bundle
            other = (base64.b64decode(bundle["image/png"]), bundle["text/plain"])
        elif other is not None:
            raise TypeError(
                f"draw gave {type(other).__name__}; expected None, a str, a Figure, Axes or "
                "Picture, or (yielded) a function that draws"
            )
        return text or "", other

    def png(self):
        """The figure as PNG: the same pixels as a full draw, but only what changed is drawn."""
        figure, canvas = self.figure, self.figure.canvas
        with _style():
            # Where each axes stood before any layout: the layout depends on where it starts.
            self._begin = {ax: self._begin.get(ax) or _place(ax) for ax in figure.axes}
            if self._kept is not None:
                _put(figure.axes, self._kept[2])
            signature, layers = self._signature()
            if signature is None:
                self._kept = None
                _put(figure.axes, self._begin.values())
                canvas.draw()
            else:
                if self._kept is None or self._kept[0] != signature:
                    _put(figure.axes, self._begin.values())
                    with _hidden(layers):
                        canvas.draw()
                    places = [_place(ax) for ax in figure.axes]
                    self._kept = signature, canvas.copy_from_bbox(figure.bbox), places
                else:
                    canvas.restore_region(self._kept[1])
                for artist in layers:
                    artist.draw(canvas.get_renderer())
        image = Image.fromarray(np.asarray(canvas.buffer_rgba()))
        file = io.BytesIO()
        image.save(file, "png", compress_level=1)
        return file.getvalue()

    def _signature(self):
        """(what the background shows, artists in front of it in drawing order).

        (None, []) where the two cannot be told apart for sure: then all is drawn.
        """
        figure, renderer = self.figure, self.figure.canvas.get_renderer()
        others = set(figure.get_children()) - {figure.patch, *figure.axes}
        plain = all(ax.name == "rectilinear" and not ax.child_axes for ax in figure.axes)
        if not plain or not all(isinstance(other, Text) for other in others):
            return None, []
        for ax in figure.axes:
            locator = ax.get_axes_locator()
            ax.apply_aspect(locator(ax, renderer) if locator else None)
        boxes = [ax.bbox.frozen() for ax in figure.axes]
        if any(Bbox.intersection(a, b) for a, b in itertools.combinations(boxes, 2)):
            return None, []
        signature, layers = [_plain(figure.patch), *map(_plain, others)], []
        for ax, box in zip(figure.axes, boxes, strict=True):
            data = _data(ax)
            outside = [
                extent for extent in _extents(data, renderer) if not _within(extent, box)
            ]
            titled = any(ax.get_title(loc) for loc in ("left", "center", "right"))
            for extent in outside:
                over = [other for other in boxes if Bbox.intersection(extent, other)]
                if any(other is not box for other in over) or titled and extent.y1 > box.y1:
                    return None, []
            lowest = min((artist.zorder for artist in data), default=math.inf)
            if ax.axison:  # the frame is in front of the data, the axes behind it or not
                data += [*ax.spines.values()] if ax.get_frame_on() else []
                data += [axis for axis in (ax.xaxis, ax.yaxis) if axis.zorder >= lowest]
            front = [artist for artist in ax.get_children() if artist in data]
            layers += sorted(
                filter(Artist.get_visible, front), key=lambda artist: artist.zorder
            )
            place = None if ax.get_in_layout() else ax.get_position(True).bounds
            extents = [extent.extents.round(2).tolist() for extent in outside]
            signature += [_look(ax), _ticks(ax), place, extents]
        return signature, layers


# -- what an axes carries ------------------------------------------------------------------


def _data(ax):
    """The artists that draw added to an axes; its frame, axis and titles are not among them."""
    kinds = ax.lines, ax.patches, ax.collections, ax.images, ax.texts, ax.tables, ax.artists
    legend = ax.get_legend()
    return [artist for kind in kinds for artist in kind] + ([legend] if legend else [])


def _remove(artist):
    if artist.axes is None:  # gone already
        return
    if isinstance(artist, Legend) and artist.axes.get_legend() is not artist:  # replaced
        return
    if getattr(artist, "colorbar", None) is not None:
        artist.colorbar.remove()
    artist.remove()


def _reset(ax, look=True):
    """As if nothing had been drawn; with `look` the words and limits go too."""
    ax.containers.clear()
    ax.dataLim.set_points(Bbox.null().get_points())
    ax.ignore_existing_data_limits = True
    ax.set_prop_cycle(None)
    if look:
        ax.autoscale(True)
        ax.set_aspect("auto", anchor="C")
        for loc in ("left", "center", "right"):
            ax.set_title("", loc=loc)
        ax.set_xlabel("")
        ax.set_ylabel("")
    return ax


def _look(ax):
    """All that shapes the empty axes, apart from its limits and place."""
    look = [_plain(ax), _plain(ax.patch)]
    for name, spine in ax.spines.items():
        look += [name, {**_plain(spine), "_position": spine._position or ("outward", 0.0)}]
    look += [_plain(title) for title in (ax.title, ax._left_title, ax._right_title)]
    for axis in (ax.xaxis, ax.yaxis):
        look += [_plain(axis), _plain(axis.label), axis.get_scale()]
        for which, ticker in (("major", axis.major), ("minor", axis.minor)):
            ticks = axis.majorTicks if which == "major" else axis.minorTicks
            look += [
                repr(axis.get_tick_params(which)),
                [type(ticker.locator), _plain(ticker.locator), type(ticker.formatter)],
                {repr([_plain(tick.label1), _plain(tick.gridline)]) for tick in ticks[:1]},
            ]
    return look


def _ticks(ax):
    """Limits, and where the ticks are and what they say."""
    ticks = []
    for axis in (ax.xaxis, ax.yaxis):
        ticks.append(tuple(axis.get_view_interval()))
        for ticker, places in (
            (axis.major, axis.get_majorticklocs()),
            (axis.minor, axis.get_minorticklocs()),
        ):
            ticks += [list(places), ticker.formatter.format_ticks(places)]
    return ticks


_OWN = {"_stale", "stale", "_x", "_y", "_projection_init", "_tick_position", "_bbox_patch"}


def _plain(thing):
    """The attributes of an artist that are plain values, but those that a draw sets."""
    kinds = (str, int, float, tuple, type(None))
    plain = {
        name: value
        for name, value in vars(thing).items()
        if isinstance(value, kinds) and name not in _OWN
    }
    if isinstance(thing, Text):
        plain["font"] = hash(thing.get_fontproperties())
    return plain


def _place(ax):
    return ax.get_position(True), ax.get_anchor(), ax.get_box_aspect()


def _put(axes, places):
    """Put axes where a layout put them, or those that were in the same order."""
    for ax, (box, anchor, box_aspect) in zip(axes, places, strict=False):
        if ax.get_in_layout():
            ax.set_position(box, "original")
            ax.set_in_layout(True)
            if ax.get_label() == "<colorbar>":  # the layout shapes these too
                ax.set_anchor(anchor)
                ax.set_box_aspect(box_aspect)


def _extents(artists, renderer):
    """The boxes of those artists that their axes does not clip."""
    boxes = [
        artist.get_tightbbox(renderer)
        for artist in artists
        if artist.get_visible() and not (artist.get_clip_on() and artist.get_clip_box())
    ]
    return [box for box in boxes if box is not None and box.width > 0]


def _within(inner, outer):
    return (
        outer.x0 <= inner.x0
        and inner.x1 <= outer.x1
        and outer.y0 <= inner.y0
        and inner.y1 <= outer.y1
    )


@contextlib.contextmanager
def _hidden(artists):
    """Left out of a draw, but not of the layout."""
    images = [artist for artist in artists if hasattr(artist, "get_interpolation")]
    was = [artist.get_animated() for artist in artists]
    for artist in artists:
        artist.set_animated(True)
    for image in images:  # older Matplotlib draws animated images all the same
        image.set_visible(False)
    try:
        yield
    finally:
        for artist, animated in zip(artists, was, strict=True):
            artist.set_animated(animated)
        for image in images:
            image.set_visible(True)


def _style():
    return matplotlib.rc_context(plots.STYLE)


@contextlib.contextmanager
def _pyplot(like):
    """A pyplot figure to draw on; gives a function that tells which one was drawn on."""
    import matplotlib.pyplot as plt

    before = set(plt.get_fignums())
    plt.figure(figsize=like.get_size_inches(), layout="constrained")
    try:
        yield lambda: plt.gcf() if plt.gcf().axes else None
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)


# -- words and arguments -------------------------------------------------------------------


def _values(name, values):
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if not isinstance(values, (list, tuple, range)):
        raise TypeError(
            f"grid {name}: got {type(values).__name__} {values!r}; expected a list of values, "
            "one for every stop of the slider"
        )
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    if not values:
        raise ValueError(f"grid {name} is empty; give it at least one value")
    if odd := [
        value for value in values if not isinstance(value, (str, int, float, type(None)))
    ]:
        raise TypeError(f"grid {name}: {odd[0]!r} is neither a number nor a string")
    if len(set(values)) < len(values):
        raise ValueError(f"grid {name}: {values} holds a value twice")
    return values


def _known(what, given, grids):
    if unknown := sorted(set(given or {}) - set(grids)):
        raise ValueError(
            f"{what}: no grid is named {unknown[0]!r}; there are {', '.join(grids)}"
        )
    return given or {}


def _taken(draw, grids, panels):
    """Which of fig, ax, axes draw asks for."""
    if not callable(draw):
        raise TypeError(f"draw is {type(draw).__name__}; expected a function of the grid names")
    if not grids:
        raise ValueError("no grid: name at least one, such as latent_dim=[1, 2, 3]")
    if clash := set(GIVEN) & set(grids):
        raise ValueError(
            f"a grid cannot be named {min(clash)}: draw gets the picture by that name"
        )
    parameters = inspect.signature(draw).parameters.values()
    named = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    anything = any(p.kind == p.VAR_KEYWORD for p in parameters)
    needed = {
        p.name
        for p in parameters
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    if not anything and (extra := sorted(set(grids) - named)):
        raise TypeError(f"draw takes no {extra[0]!r}, but a grid is named so")
    if missing := sorted((needed - set(grids) - set(GIVEN)) | (needed - named)):
        raise TypeError(
            f"draw needs {missing[0]!r}: add a grid of that name, or give it a default"
        )
    if "ax" in named and panels != (1, 1):
        raise ValueError(f"panels={panels}: a draw with several panels takes `axes`, not `ax`")
    return named & set(GIVEN)


def _last(frames):
    frame = collections.deque(frames, maxlen=1)
    return frame[0] if frame else None


def _said(value):
    """A value as the slider says it: short, but never another value."""
    return (
        f"{value:g}"
        if isinstance(value, float) and float(f"{value:g}") == value
        else str(value)
    )


def _setting(values):
    return ", ".join(f"{name}={_said(value)}" for name, value in values.items())


def _line(text):
    return html.escape(text).replace("\n", "<br>")


@contextlib.contextmanager
def _noted(setting):
    """An error that leaves here names the setting."""
    try:
        yield
    except Exception as error:
        note = f"while drawing {_setting(setting)}"
        if hasattr(error, "add_note"):
            error.add_note(note)
        else:  # Python 3.10
            error.args = (f"{error} ({note})", *error.args[1:])
        raise
