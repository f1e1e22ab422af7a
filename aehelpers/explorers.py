"""Sliders around a drawing: live in a notebook, checked on their whole grid, printable.

An explorer knows sliders and pictures. What is trained, and on what, is up to its `draw`.
"""

import asyncio
import base64
import html
import inspect
import io
import itertools
import math
import time
from collections import deque
from contextlib import ExitStack, closing, contextmanager
from functools import partial

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from . import plots

LIVE_DPI = 100
LINE = "line-height: 1.4"  # of read-outs and errors alike, so that the page does not move
BETWEEN_PICTURES = 0.1  # seconds: a run is shown ten times a second, not more


class Explorer(widgets.VBox):
    """A slider for each grid, and the picture that `draw(**setting)` makes of their setting.

    draw : a function of the grid names. A parameter `ax` gets an empty axes, `axes` an array of
        panels = (rows, columns) empty axes, `fig` an empty figure. On `ax` and `axes` it draws
        data and sets labels, titles, limits and scales, the same kinds at every setting; for
        more than that (colour bars, ticks of its own) it takes `fig`, which is slower.
        A draw that takes none of them returns what it drew: a Figure, an Axes or a
        plots.Picture; or it uses pyplot. If it returns a str, that is the read-out.
        A generator is a run to be watched: it yields functions without arguments, and each
        draws and returns what draw would. Only those are called whose picture is due.
    grids : for each slider the list of its values, numbers or strings.
    labels : {name: words and unit}.   start : {name: value}, else the middle of its grid.
    title : what the picture is of.   figsize : in inches.

    Moving a slider abandons a run that is under way: only the newest setting is finished. What
    draw raises is shown below the picture; the constructor, `move`, `check` and `film_strip`
    raise it too, with the setting in a note.
    """

    def __init__(
        self,
        draw,
        /,
        *,
        panels=(1, 1),
        labels=None,
        start=None,
        title="",
        figsize=(7.0, 3.2),
        **grids,
    ):
        self.draw, self.panels, self.title, self.figsize = draw, panels, title, figsize
        self.grids = {name: _values(name, values) for name, values in grids.items()}
        self._takes = _canvas_taken(draw, self.grids, panels)
        self.labels = {name: name.replace("_", " ") for name in grids}
        self.labels |= _known("labels", labels, grids)
        middle = {name: values[(len(values) - 1) // 2] for name, values in self.grids.items()}
        start = middle | _known("start", start, grids)
        self._stage = _Stage(_figure(figsize), panels)
        self._task, self._silent, self._shown = None, False, ("", None)
        self.sliders = {name: self._slider(name, start[name]) for name in grids}
        width, height = (f"{LIVE_DPI * inches:.0f}px" for inches in figsize)
        self.picture = widgets.Image(
            format="png", layout={"width": width, "min_height": height, "max_width": "98%"}
        )
        self.readout = widgets.HTML(layout={"min_height": "3em", "max_width": width})
        super().__init__([*self.sliders.values(), self.picture, self.readout])
        self.move()

    def _slider(self, name, value):
        if value not in self.grids[name]:
            raise ValueError(f"start: {name}={value!r} is not in its grid {self.grids[name]}")
        width = 0.55 * max(map(len, self.labels.values())) + 1
        slider = widgets.SelectionSlider(
            options=[(_said(value), value) for value in self.grids[name]],
            value=value,
            description=self.labels[name],
            style={"description_width": f"{width:.1f}em"},
            layout={"width": f"{width + 26:.1f}em", "max_width": "98%"},
        )
        slider.observe(self._moved, "value")
        return slider

    @property
    def setting(self):
        """Where the sliders stand: {name: value}."""
        return {name: slider.value for name, slider in self.sliders.items()}

    # -- for code: to the end, and raising -------------------------------------------------

    def move(self, **values):
        """Set sliders as one change, draw to the end, raise what draw raises."""
        self._abandon()
        self._silent = True
        try:
            for name, value in _known("move", values, self.grids).items():
                self.sliders[name].value = value
        finally:
            self._silent = False
        setting = self.setting
        try:
            with _noting(setting):
                self._show(_last(self._pictures(self._stage, setting)))
        except Exception as error:
            self._show_error(error, setting)
            raise

    def check(self):
        """Draw every setting of the grid, through the sliders; a str says how many.

        Raises what draw raises; the sliders then stay at that setting, else they come back.
        """
        here = self.setting
        points = itertools.product(*self.grids.values())
        settings = [dict(zip(self.grids, point, strict=True)) for point in points]
        # The present setting comes last, so that all is left as it was.
        settings.sort(key=here.__eq__)
        with ExitStack() as quiet:
            for widget in self.children:  # the page hears of the end only
                quiet.enter_context(widget.hold_sync())
            for setting in settings:
                self.move(**setting)
        return f"{len(settings)} settings drawn"

    def film_strip(self, along=None, pictures=4, columns=None):
        """Pictures of settings `along` one grid (the first), end to end, as a plots.Picture.

        The other sliders count where they stand.
        """
        along = next(iter(self.grids)) if along is None else along
        _known("film_strip", {along: None}, self.grids)
        values = self.grids[along]
        if not 1 <= pictures:
            raise ValueError(f"pictures={pictures}: a strip has at least one")
        stops = np.linspace(0, len(values) - 1, min(pictures, len(values)))
        values = [values[round(stop)] for stop in stops]
        columns = columns or (2 if self.panels == (1, 1) and len(values) > 1 else 1)
        rows = math.ceil(len(values) / columns)
        width, height = self.figsize
        strip = _figure((width, rows * height * (0.8 if columns > 1 else 1)))
        parts = strip.subfigures(rows, columns, squeeze=False).flat
        for part, value in zip(parts, values, strict=False):
            stage, setting = _Stage(part, self.panels), {**self.setting, along: value}
            with _noting(setting):
                drawn = stage.draw(_last(self._pictures(stage, setting)), self._takes)[1]
            if drawn is not None:
                ax = part.subplots()
                ax.imshow(Image.open(io.BytesIO(drawn.png)))
                ax.axis("off")
            with _styled():
                part.suptitle(f"{self.labels[along]} = {_said(value)}", fontsize="medium")
        said = ", ".join(map(_said, values))
        return plots.show(strip, f"{self.title or 'The picture'} for {along} = {said}.")

    # -- for the reader: live --------------------------------------------------------------

    def _moved(self, change):
        if self._silent:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # plain Python: there is no page to give way to
            self.move()
        else:
            self._abandon()
            self._task = loop.create_task(self._run_live(self.setting))

    def _abandon(self):
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run_live(self, setting):
        """Draw what is due and the last picture; give way at every step to the next move."""
        try:
            next_time = 0.0
            with closing(self._pictures(self._stage, setting)) as pictures:
                for picture in pictures:
                    waiting = time.monotonic() < next_time
                    if not waiting:
                        self._show(picture)
                        next_time = time.monotonic() + BETWEEN_PICTURES
                    await asyncio.sleep(0)
            if waiting:
                self._show(picture)
        except Exception as error:  # nobody awaits this task: the reader is told on the page
            self._show_error(error, setting)

    # -- pictures --------------------------------------------------------------------------

    def _pictures(self, stage, setting):
        """The functions that draw: draw itself, or all that it yields."""
        run = partial(self.draw, **stage.canvas(self._takes), **setting)
        if not inspect.isgeneratorfunction(self.draw):
            yield run
            return
        picture = None
        for picture in run():
            if not callable(picture):
                raise TypeError(
                    f"draw yielded {picture!r}; a run yields functions that draw, such as "
                    "`yield lambda: ax.plot(losses)`"
                )
            yield picture
        if picture is None:
            raise ValueError("draw yielded nothing; a run yields at least its last picture")

    def _show(self, picture):
        said, drawn = self._shown = self._stage.draw(picture, self._takes)
        self.picture.value = drawn.png if drawn else self._stage.png()
        self.picture.remove_class("explorer-stale")
        self.readout.value = (
            f'<div role="status" aria-live="polite" style="{LINE}">{_lines(said)}</div>'
            f'<div style="position: absolute; clip-path: inset(50%)">'
            f"{_lines(self._alt())}</div>"
        )

    def _show_error(self, error, setting):
        self.picture.add_class("explorer-stale")
        self.readout.value = (
            "<style>.explorer-stale {opacity: 0.3}</style>"
            f'<div role="alert" style="{LINE}; color: var(--jp-error-color1, #b00020)">'
            f"{_lines(f'{type(error).__name__}: {error}')}<br>"
            f"at {_lines(_words(setting))}; the picture is an earlier one</div>"
        )

    def _alt(self):
        """What is seen, in words computed from what is drawn."""
        said, drawn = self._shown
        return f"{said} {drawn.text if drawn else plots.describe(self._stage.figure)}".strip()

    def __repr__(self):
        sliders = (
            f"{name}={_said(value)} of [{', '.join(map(_said, self.grids[name]))}]"
            for name, value in self.setting.items()
        )
        return f"Explorer: {', '.join(sliders)}; {self._alt()}"

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and for paper, GitHub and nbval the picture and text of now."""
        bundle = super()._repr_mimebundle_(**kwargs)
        drawn = self._shown[1]
        png = drawn.png if drawn else plots.png(self._stage.figure)
        bundle["text/plain"] = repr(self)
        bundle["image/png"] = base64.b64encode(png).decode()
        width, height = (round(LIVE_DPI * inches) for inches in self.figsize)
        return bundle, {"image/png": {"alt": self._alt(), "width": width, "height": height}}


class _Stage:
    """A figure that stays, with axes on which data come and go.

    Ticks, labels and layout are most of matplotlib's work. They are kept as pixels and redrawn
    only when limits, scales, labels or titles have changed.
    """

    def __init__(self, figure, panels):
        self.figure, self.panels = figure, panels
        self.axes, self._frame, self._background = None, None, None

    def canvas(self, takes):
        """What draw takes of fig, ax and axes, by name."""
        if {"ax", "axes"} & takes and self.axes is None:
            with _styled():
                self.axes = np.atleast_1d(self.figure.subplots(*self.panels))
        given = {"fig": self.figure, "axes": self.axes}
        if "ax" in takes:
            given["ax"] = self.axes.flat[0]
        return {name: given[name] for name in takes}

    def draw(self, picture, takes):
        """Call `picture` on the emptied figure: (its read-out, its own Picture or None)."""
        with _styled():
            if self.axes is None:
                self.figure.clear()
            else:
                self._empty()
            result = picture()
        said = result if isinstance(result, str) else ""
        if takes:
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
        with _styled():
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


def _figure(size):
    figure = Figure(size, LIVE_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _styled():
    return mpl.rc_context(plots.STYLE)


def _last(items):
    return deque(items, maxlen=1).pop()


# -- words and arguments -------------------------------------------------------------------


def _said(value):
    """A value as its slider says it: short, but never another value."""
    short = f"{value:g}" if isinstance(value, float) else str(value)
    return short if not isinstance(value, float) or float(short) == value else repr(value)


def _words(setting):
    return ", ".join(f"{name}={_said(value)}" for name, value in setting.items())


def _lines(text):
    return html.escape(text).replace("\n", "<br>")


@contextmanager
def _noting(setting):
    """An error that leaves here names the setting."""
    try:
        yield
    except Exception as error:
        note = f"while drawing {_words(setting)}"
        if hasattr(error, "add_note"):
            error.add_note(note)
        else:  # Python 3.10 prints notes nowhere, so they join the message
            error.args = (*error.args, note)
        raise


def _values(name, values):
    """A grid as a list of plain, different numbers or strings."""
    if isinstance(values, str) or not isinstance(values, list | tuple | range | np.ndarray):
        raise TypeError(f"grid {name}: expected a list of values, got {values!r}")
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    for value in values:
        if not isinstance(value, str | int | float):
            raise TypeError(f"grid {name}: {value!r} is neither a number nor a string")
    if not values or len(set(values)) < len(values):
        raise ValueError(f"grid {name}: expected values, none of them twice, got {values}")
    return values


def _known(what, given, grids):
    """`given` as a dict, all of whose names are grids."""
    for name in given or {}:
        if name not in grids:
            raise ValueError(f"{what}: no grid is named {name!r}; there are {', '.join(grids)}")
    return dict(given or {})


def _canvas_taken(draw, grids, panels):
    """Which of fig, ax and axes `draw` takes; TypeError if the grids are not the rest of its
    arguments.
    """
    if not callable(draw):
        raise TypeError(f"draw must be a function of the grid names, got {draw!r}")
    if not grids:
        raise ValueError("no grid: name at least one, such as latent_dim=[1, 2, 3]")
    signature = inspect.signature(draw)
    takes = {"fig", "ax", "axes"} & set(signature.parameters)
    if "ax" in takes and panels != (1, 1):
        raise ValueError(f"panels={panels}: a draw with several panels takes `axes`, not `ax`")
    if clash := takes & set(grids):
        raise ValueError(f"a grid cannot be named {min(clash)}: draw gets the picture so")
    try:
        signature.bind(**dict.fromkeys([*takes, *grids]))
    except TypeError as error:
        raise TypeError(
            f"draw{signature} does not fit the grids {', '.join(grids)}: {error}"
        ) from None
    return takes
