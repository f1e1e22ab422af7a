"""An explorer puts sliders around a drawing: live in a notebook, and on paper, too.

It knows sliders and pictures. What is trained, and on what, is up to its `draw`. Beside it,
schedule.py decides what is drawn when, and export.py makes film strips and pages.
"""

import base64
import html
import inspect
import math
import os
import threading
from contextlib import ExitStack, contextmanager

import ipywidgets as widgets

from . import export
from .canvas import LIVE_DPI, Canvas, empty_figure
from .schedule import Schedule
from .settings import (
    covering_settings,
    every_setting,
    for_grids,
    grid_values,
    labels_width,
    setting_text,
    value_in,
    value_text,
)

# Read-outs and errors have the same height, so that the page does not move.
LINE_HEIGHT = "line-height: 1.4"
VISUALLY_HIDDEN = "position: absolute; clip-path: inset(50%)"  # a screen reader reads it
SLIDER_WIDTH = 26  # em, without its label


class Explorer(widgets.VBox):
    """Sliders for grids, and what `draw(**setting)` draws, or the functions that it yields.

    draw : a function of the grid names. A parameter `ax` gets an empty axes, `axes` an array of
        panels = (rows, columns) empty axes, `fig` an empty figure. Pictures on `ax` and `axes`
        are quickest if draw sets no more than data, labels, titles, limits and scales.
        Pyplot draws on them, too. A draw that takes none of them uses pyplot, or returns what
        it drew: a Figure, an Axes or a plots.Picture. If draw returns a str, that is the
        read-out.
        A generator is a run to be watched: it yields functions without arguments, and each of
        them draws and returns what draw would. Only those are called whose picture is due. A
        run has a further slider, `step`, for its pictures one by one, and a button that plays
        them.
    grids : for each slider the list of its values, numbers or strings. Wherever a value is
        given, floats need to be right but for rounding.
    labels : {name: words and unit}.   start : {name: value}, else the middle of its grid.
    title : what the picture is of.   figsize : in inches.

    Moving a slider abandons a run that is under way, so only the newest setting is finished.
    Once the reader rests, the neighbouring settings are drawn ahead. A setting must always give
    the same picture, because a picture that was drawn is kept and shown again. All pictures are
    forgotten when a cell is executed, because the cell may change what draw sees.

    To a screen reader the sliders of ipywidgets have no name, their value is a position, and
    its images have no alt text. So a status below the picture says the labels and values of all
    sliders, and what the picture shows. On the page that `html` returns, sliders and picture
    have names, values and alt texts of their own.

    What draw raises is shown below the picture. The constructor, `move`, `check`, `film_strip`
    and `html` raise it, too, with the setting in a note. How often pictures are shown and how
    many are kept can be set in `schedule.pace`.
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
        self.grids = {name: grid_values(name, values) for name, values in grids.items()}
        _check_draw(draw, self.grids, panels)
        self.labels = {name: name.replace("_", " ") for name in grids}
        self.labels |= for_grids("labels", labels, grids)
        middle = {name: values[(len(values) - 1) // 2] for name, values in self.grids.items()}
        self.start = middle | self._values("start", start)
        self.schedule = Schedule(
            *(Canvas(draw, panels, empty_figure(figsize)) for _ in range(2)),
            self.grids,
            show=self._show,
            show_step=self._show_step,
            show_error=self._show_error,
        )
        self._thread_moving_sliders = None  # its ident, while code moves sliders

        self.sliders = {name: self._slider(name, self.start[name]) for name in grids}
        self.reset = widgets.Button(description="Reset", layout={"width": "6em"})
        self.reset.on_click(lambda button: self.schedule.in_own_thread(self._reset))
        self.controls = widgets.HBox([self.reset])
        if inspect.isgeneratorfunction(draw):
            self.step = self._labelled_slider(
                widgets.IntSlider, "step of training", min=1, max=1
            )
            self.step.observe(lambda change: self._request(self.step.value), "value")
            self.play = widgets.Play(min=1, max=1, interval=200, show_repeat=False)
            self._step_play_link = widgets.jslink((self.step, "value"), (self.play, "value"))
            self.controls.children = [self.reset, self.play, self.step]
        width, height = (f"{LIVE_DPI * inches:.0f}px" for inches in figsize)
        self.picture = widgets.Image(
            format="webp", layout={"width": width, "min_height": height, "max_width": "98%"}
        )
        self.readout = widgets.HTML(layout={"min_height": "3em", "max_width": width})
        super().__init__([*self.sliders.values(), self.controls, self.picture, self.readout])
        self.add_class("explorer")
        self.picture.add_class("explorer-picture")
        self.readout.add_class("explorer-readout")
        self.move()

    def _values(self, argument, given):
        """Return {name: value} with the values of the grids. Raises ValueError for others."""
        return {
            name: value_in(argument, name, value, self.grids[name])
            for name, value in for_grids(argument, given, self.grids).items()
        }

    def _slider(self, name, value):
        """Return the slider of a grid, which stands at `value`."""
        options = [(value_text(value), value) for value in self.grids[name]]
        slider = self._labelled_slider(
            widgets.SelectionSlider, self.labels[name], options=options, value=value
        )
        slider.observe(lambda change: self._request(), "value")
        return slider

    def _labelled_slider(self, kind, label, **traits):
        """Return a slider of that kind with a label as wide as all labels of the explorer."""
        width = labels_width(self.labels.values())
        return kind(
            description=label,
            style={"description_width": f"{width:.1f}em"},
            layout={"width": f"{width + SLIDER_WIDTH:.1f}em", "max_width": "98%"},
            **traits,
        )

    @property
    def setting(self):
        """Where the sliders stand: {name: value}."""
        return {name: slider.value for name, slider in self.sliders.items()}

    # -- for code --------------------------------------------------------------------------

    def move(self, **values):
        """Set sliders as one change, draw to the end, and raise what draw raises."""
        self._set_sliders(self._values("move", values))
        self.schedule.finish(self.setting)

    async def settled(self, ahead=False):
        """Wait until the newest setting is shown; ahead=True: until its neighbours are, too.

        It is used as `await explorer.settled()`. The newest setting is shown to the end of its
        run. If draw has raised, the read-out says so, as it does for a reader, and `settled`
        does not raise it a second time.

        ahead : False does not wait for the settings that are drawn ahead. True waits for these,
            too, which begin after a rest of `schedule.pace.idle_seconds` seconds.
        """
        await self.schedule.settled(ahead)

    def check(self, whole=None):
        """Draw every value, or if `whole` (None: as AEHELPERS_CHECK says) every setting.

        The settings are drawn by moving the sliders. Returns a str that says what was drawn.

        whole : True draws every setting of the grid. False draws as many settings as the
            longest slider has values, but at least six: every value is among them, and many
            pairs of values are. None is True if the environment variable AEHELPERS_CHECK is
            "whole", as in the full CI, and False otherwise, so that notebooks are quick.

        Raises what draw raises; the sliders then stay at that setting, else they come back.
        """
        if whole is None:
            whole = os.environ.get("AEHELPERS_CHECK") == "whole"
        here = self.setting
        settings = every_setting(self.grids) if whole else covering_settings(self.grids, here)
        # The present setting comes last, so that all is left as it was.
        settings.sort(key=here.__eq__)
        with ExitStack() as quiet:
            for widget in (*self.children, *self.controls.children):
                quiet.enter_context(widget.hold_sync())  # the page hears of the end only
            for setting in settings:
                self.move(**setting)
        number = math.prod(map(len, self.grids.values()))
        return f"every value of every slider was drawn (the grid has {number} settings)"

    def film_strip(self, along=None, n_pictures=4, columns=None, values=None):
        """Return pictures of settings along one grid, as a plots.Picture.

        along : the name of the grid, or None for the first one. The other sliders count where
            they stand.
        n_pictures : how many settings, which run from one end of the grid to the other.
        values : a list of settings in their place.
        columns : None is 2 where draw has a single panel, else 1.
        """
        along = next(iter(self.grids)) if along is None else along
        for_grids("film_strip", {along: None}, self.grids)
        if values is not None:
            grid = self.grids[along]
            values = [value_in("film_strip", along, value, grid) for value in values]
        return export.film_strip(self, along, n_pictures, columns, values)

    def html(self, **subgrids):
        """Return HTML with a picture for every setting of the grids, or of parts of them.

        subgrids : {name: list}, some values of a grid, to have fewer pictures. A grid that is
            not named here is taken whole.

        The str is in ASCII: a page of its own, or a part of one. It asks nothing of a network,
        its sliders are the browser's own, and where scripts may not run it shows the first
        setting.
        """
        grids = self.grids | for_grids("html", subgrids, self.grids)
        for name, chosen in grids.items():
            chosen = grid_values(name, chosen)
            grids[name] = [value_in("html", name, it, self.grids[name]) for it in chosen]
        return export.page(self, grids)

    # -- for the reader --------------------------------------------------------------------

    def _request(self, step=None):
        """Show the present setting, unless it was code in this thread that moved a slider."""
        if self._thread_moving_sliders != threading.get_ident():
            self.schedule.in_own_thread(lambda: self.schedule.request(self.setting, step))

    def _reset(self):
        """Forget all pictures, and show the setting with which the explorer began."""
        self._set_sliders(self.start)
        self.schedule.kept.clear()
        self._request()

    def _set_sliders(self, values):
        """Set the sliders of {name: value} without a request for a picture."""
        with self._as_code():
            for name, value in values.items():
                self.sliders[name].value = value

    @contextmanager
    def _as_code(self):
        """Let sliders that this thread moves in this context request no picture."""
        before, self._thread_moving_sliders = self._thread_moving_sliders, threading.get_ident()
        try:
            yield
        finally:
            self._thread_moving_sliders = before

    # -- what the page shows ---------------------------------------------------------------

    def _show(self, setting, picture):
        """Show a FinishedPicture, its read-out and, to screen readers, its description."""
        self.picture.value = picture.webp
        self.picture.remove_class("explorer-stale")
        # To a screen reader the sliders of ipywidgets are nameless: the read-out says them.
        here = (f"{self.labels[name]} {value_text(setting[name])}" for name in self.grids)
        self.readout.value = (
            f'<div role="status" aria-live="polite" style="{LINE_HEIGHT}">'
            f'<span style="{VISUALLY_HIDDEN}">{_html_lines(", ".join(here))}. </span>'
            f"{_html_lines(picture.readout)}</div>"
            f'<div style="{VISUALLY_HIDDEN}">{_html_lines(picture.description)}</div>'
        )

    def _show_step(self, step, ended):
        """Let the slider of a run's steps go along. Where the run has ended is its maximum."""
        if hasattr(self, "step"):
            with self._as_code():
                self.step.max = self.play.max = step if ended else max(step, self.step.max)
                self.step.value = step

    def _show_error(self, setting, error):
        """Show what draw raised below the picture, which is dimmed."""
        self.picture.add_class("explorer-stale")
        self.readout.value = (
            "<style>.explorer-stale {opacity: 0.3}</style>"
            f'<div role="alert" style="{LINE_HEIGHT}; color: var(--jp-error-color1, #b00020)">'
            f"{_html_lines(f'{type(error).__name__}: {error}')}<br>"
            f"at {_html_lines(setting_text(setting))}; the picture is an earlier one</div>"
        )

    def __repr__(self):
        sliders = (
            f"{name}={value_text(value)} of [{', '.join(map(value_text, self.grids[name]))}]"
            for name, value in self.setting.items()
        )
        return f"Explorer: {', '.join(sliders)}; {self.schedule.shown_picture.alt}"

    def _repr_mimebundle_(self, **kwargs):
        """Return the live widget and, where it cannot live, the present picture and text."""
        bundle = super()._repr_mimebundle_(**kwargs)
        png = self.schedule.png()
        bundle["text/plain"] = repr(self)
        bundle["image/png"] = base64.b64encode(png).decode()
        width, height = (round(LIVE_DPI * inches) for inches in self.figsize)
        alt = self.schedule.shown_picture.alt
        return bundle, {"image/png": {"alt": alt, "width": width, "height": height}}


def _html_lines(text):
    """Return a text as HTML, with its line breaks."""
    return html.escape(text).replace("\n", "<br>")


def _check_draw(draw, grids, panels):
    """Raise an error unless draw takes the grids and, besides, fig, ax or axes at most."""
    if not callable(draw):
        raise TypeError(f"draw must be a function of the grid names, got {draw!r}")
    if not grids:
        raise ValueError("no grid: name at least one, such as latent_dim=[1, 2, 3]")
    signature = inspect.signature(draw)
    figure_arguments = {"fig", "ax", "axes"} & set(signature.parameters)
    if "ax" in figure_arguments and panels != (1, 1):
        raise ValueError(f"panels={panels}: a draw with several panels takes `axes`, not `ax`")
    if clash := figure_arguments & set(grids):
        raise ValueError(f"a grid cannot be named {min(clash)}: draw gets the picture so")
    try:
        signature.bind(**dict.fromkeys([*figure_arguments, *grids]))
    except TypeError as error:
        raise TypeError(
            f"draw{signature} does not fit the grids {', '.join(grids)}: {error}"
        ) from None
