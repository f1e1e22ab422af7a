"""Sliders around a drawing: live in a notebook, checked at every value, printable.

An explorer knows sliders and pictures. What is trained, and on what, is up to its `draw`.
"""

import asyncio
import base64
import html
import inspect
import io
import itertools
import json
import math
import os
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import resources
from string import Template

import ipywidgets as widgets
import numpy as np
from IPython import get_ipython
from PIL import Image

from . import plots
from .canvas import LIVE_DPI, Stage, figure_of

LINE = "line-height: 1.4"  # of read-outs and errors alike, so that the page does not move
HEARD = "position: absolute; clip-path: inset(50%)"  # but not seen
BETWEEN_PICTURES = 0.1  # seconds: a run is shown ten times a second, not more,
FOR_PICTURES = 1 / 3  # and at most this share of its time goes into pictures
REST = 0.3  # seconds without a move, and the neighbouring settings are drawn ahead
AHEAD_AT_MOST = 0.3  # seconds: what keeps the kernel busy for longer is not drawn ahead
KEPT = 400  # pictures, some 20 MB
CHECKED = 6  # settings at least, so that pairs of values are among them


class Explorer(widgets.VBox):
    """A slider for each grid, and the picture that `draw(**setting)` makes of their setting.

    draw : a function of the grid names. A parameter `ax` gets an empty axes, `axes` an array of
        panels = (rows, columns) empty axes, `fig` an empty figure. On `ax` and `axes` it draws
        data and sets labels, titles, limits and scales, the same kinds at every setting; for
        more than that (colour bars, ticks of its own) it takes `fig`, which is slower.
        A draw that takes none of them returns what it drew: a Figure, an Axes or a
        plots.Picture; or it uses pyplot. If it returns a str, that is the read-out.
        A generator is a run to be watched: it yields functions without arguments, and each
        draws and returns what draw would. Only those are called whose picture is due. A run has
        a further slider, `step`, for its pictures one by one, and a button that plays them.
    grids : for each slider the list of its values, numbers or strings.
    labels : {name: words and unit}.   start : {name: value}, else the middle of its grid.
    title : what the picture is of.   figsize : in inches.

    Moving a slider abandons a run that is under way: only the newest setting is finished. Once
    the reader rests, the neighbouring settings are drawn ahead. A setting must always give the
    same picture, for the reader is shown the one that was drawn; all are forgotten when a cell
    is executed, which may change what draw sees. What draw raises is shown below the picture;
    the constructor, `move`, `check`, `film_strip` and `html` raise it too, with the setting in
    a note.
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
        self.start = middle | _known("start", start, grids)
        self._stage = Stage(figure_of(figsize), panels, self._takes)
        self._spare = Stage(figure_of(figsize), panels, self._takes)
        self._kept, self._cell = {}, _cells_executed()
        self._is_run = inspect.isgeneratorfunction(draw)
        self._run = self._task = None
        self._home, self._loop = threading.get_ident(), _running_loop()
        self._silent_in = None  # the thread in which sliders are moved by us

        self.sliders = {name: self._slider(name, self.start[name]) for name in grids}
        self.reset = widgets.Button(description="Reset", layout={"width": "6em"})
        self.reset.on_click(self._start_anew)
        self.controls = widgets.HBox([self.reset])
        if self._is_run:
            self.step = self._described(widgets.IntSlider, "step of training", min=1, max=1)
            self.step.observe(self._stepped, "value")
            self.play = widgets.Play(min=1, max=1, interval=200, show_repeat=False)
            self._link = widgets.jslink((self.step, "value"), (self.play, "value"))
            self.controls.children = [self.reset, self.play, self.step]
        width, height = (f"{LIVE_DPI * inches:.0f}px" for inches in figsize)
        self.picture = widgets.Image(
            format="webp", layout={"width": width, "min_height": height, "max_width": "98%"}
        )
        self.readout = widgets.HTML(layout={"min_height": "3em", "max_width": width})
        super().__init__([*self.sliders.values(), self.controls, self.picture, self.readout])
        for part in ("", "picture", "readout"):
            (getattr(self, part) if part else self).add_class(f"explorer-{part}".strip("-"))
        self.move()

    def _slider(self, name, value):
        if value not in self.grids[name]:
            raise ValueError(f"start: {name}={value!r} is not in its grid {self.grids[name]}")
        options = [(_said(value), value) for value in self.grids[name]]
        slider = self._described(
            widgets.SelectionSlider, self.labels[name], options=options, value=value
        )
        slider.observe(self._moved, "value")
        return slider

    def _described(self, kind, words, **traits):
        width = _words_width(self.labels.values())
        return kind(
            description=words,
            style={"description_width": f"{width:.1f}em"},
            layout={"width": f"{width + 26:.1f}em", "max_width": "98%"},
            **traits,
        )

    @property
    def setting(self):
        """Where the sliders stand: {name: value}."""
        return {name: slider.value for name, slider in self.sliders.items()}

    # -- for code: to the end, and raising -------------------------------------------------

    def move(self, **values):
        """Set sliders as one change, draw to the end, raise what draw raises."""
        self._leave()
        with self._silently():
            for name, value in _known("move", values, self.grids).items():
                self.sliders[name].value = value
        self._finish(self.setting)

    def check(self, whole=None):
        """Draw every value of every slider, through the sliders; a str says so.

        whole : True draws every setting of the grid. False draws as many settings as the
            longest slider has values, but at least six: every value is among them, and many
            pairs of values are. None is True if the environment variable AEHELPERS_CHECK is
            "whole", as in the full CI, and False otherwise, so that notebooks are quick.

        Raises what draw raises; the sliders then stay at that setting, else they come back.
        """
        if whole is None:
            whole = os.environ.get("AEHELPERS_CHECK") == "whole"
        here = self.setting
        settings = _settings(self.grids) if whole else _covering(self.grids, here)
        # The present setting comes last, so that all is left as it was.
        settings.sort(key=here.__eq__)
        with ExitStack() as quiet:
            for widget in (*self.children, *self.controls.children):
                quiet.enter_context(widget.hold_sync())  # the page hears of the end only
            for setting in settings:
                self.move(**setting)
        number = math.prod(map(len, self.grids.values()))
        return f"every value of every slider was drawn (the grid has {number} settings)"

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
        strip = figure_of((width, rows * height * (0.8 if columns > 1 else 1)))
        parts = strip.subfigures(rows, columns, squeeze=False).flat
        for part, value in zip(parts, values, strict=False):
            stage, setting = (
                Stage(part, self.panels, self._takes),
                {**self.setting, along: value},
            )
            with _noting(setting):
                run = _Run(self.draw, stage, setting)
                run.go_to()
                _, own = stage.draw(run.picture)
            if own is not None:
                ax = part.subplots()
                ax.imshow(Image.open(io.BytesIO(own.png)))
                ax.axis("off")
            with plots.styled():
                part.suptitle(f"{self.labels[along]} = {_said(value)}", fontsize="medium")
        said = ", ".join(map(_said, values))
        return plots.show(strip, f"{self.title or 'The picture'} for {along} = {said}.")

    def html(self, **values):
        """The explorer without a kernel: one HTML element with a picture for every setting.

        values : {name: list} in place of whole grids, to have fewer pictures.

        A str, in ASCII: a page of its own, or a part of one. It asks nothing of a network, its
        sliders are the browser's own, and where scripts may not run it shows the first setting.
        """
        grids = self.grids | _known("html", values, self.grids)
        for name, chosen in grids.items():
            grids[name] = chosen = _values(name, chosen)
            if strange := [value for value in chosen if value not in self.grids[name]]:
                raise ValueError(
                    f"html: {name}={strange} is not in its grid {self.grids[name]}"
                )
        stage, frames = Stage(figure_of(self.figsize), self.panels, self._takes), []
        for setting in _settings(grids):
            with _noting(setting):
                run = _Run(self.draw, stage, setting)
                run.go_to()
                frame = run.frame()
            frames.append({"png": _small(frame), "said": frame.said, "alt": frame.alt})
        start = {name: chosen[0] for name, chosen in grids.items()}
        start |= {n: v for n, v in self.setting.items() if v in grids[n]}
        return _page(self.title, self.labels, grids, start, frames, self.figsize)

    # -- for the reader: live --------------------------------------------------------------

    def _moved(self, change):
        self._go()

    def _stepped(self, change):
        self._go(self.step.value)

    def _start_anew(self, button):
        if self._sent_home(self._start_anew, button):
            return
        with self._silently():
            for name, value in self.start.items():
                self.sliders[name].value = value
        self._kept.clear()
        self._go()

    def _go(self, step=None):
        """Show the present setting: that step of its run, or None, the run and its end."""
        if self._silent_in == threading.get_ident() or self._sent_home(self._go, step):
            return
        setting = self.setting
        self._leave(setting, step)
        if loop := _running_loop():
            self._task = loop.create_task(self._live(setting, step))
        else:  # plain Python: there is no page to give way to
            self._finish(setting, step)

    def _sent_home(self, callback, *args):
        """Whether the callback has to wait for the thread that the explorer was made in.

        JupyterLab reports moves of sliders to another thread of the kernel, but neither draw
        nor matplotlib expects to be called by two at once.
        """
        away = self._loop is not None and threading.get_ident() != self._home
        if away:
            self._loop.call_soon_threadsafe(callback, *args)
        return away

    def _leave(self, setting=None, step=None):
        """Abandon what is under way, but for a run that will come to `step` of the setting."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        run = self._run
        if run and not (step and run.setting == setting and run.step < step):
            run.close()
            self._run = None

    async def _live(self, setting, step):
        """Show what is kept or watch the run, giving way at every step to the next move."""
        try:
            frame = self._find(setting, step) or await self._watch(setting, step)
            self._show(setting, frame)
            if step is None or frame.step < step:
                self._follow(frame.step)
            if step is None:
                await self._draw_ahead(setting)
        except Exception as error:  # nobody awaits this task: the reader is told on the page
            self._show_error(setting, error)

    async def _watch(self, setting, step):
        """Show what is due on the way to the step, and return the Frame there."""
        run = self._run = self._run or _Run(self.draw, self._stage, setting)
        frame, next_time = None, 0.0
        while run.step != step and run.advance():
            if step is None and time.monotonic() >= next_time:
                begun = time.monotonic()
                frame = self._drawn(run)
                self._show(setting, frame)
                self._follow(frame.step, ended=False)
                shown = time.monotonic()
                pause = (shown - begun) * (1 / FOR_PICTURES - 1)
                next_time = shown + max(BETWEEN_PICTURES, pause)
            await asyncio.sleep(0)
        if frame is None or frame.step < run.step:
            return self._drawn(run)
        self._keep(run, frame)  # now that it is known to be the last one
        return frame

    def _finish(self, setting, step=None):
        """The same in one go, raising what draw raises."""
        try:
            with _noting(setting):
                run = self._run = self._run or _Run(self.draw, self._stage, setting)
                run.go_to(step)
                self._show(setting, self._drawn(run))
        except Exception as error:
            self._show_error(setting, error)
            raise
        if step is None:
            self._follow(run.step)

    def _follow(self, step, ended=True):
        """The step slider goes along, silently; where the run has ended is its end."""
        if self._is_run:
            with self._silently():
                self.step.max = self.play.max = step if ended else max(step, self.step.max)
                self.step.value = step

    @contextmanager
    def _silently(self):
        """Sliders that move here ask for no picture."""
        before, self._silent_in = self._silent_in, threading.get_ident()
        try:
            yield
        finally:
            self._silent_in = before

    # -- what is kept ----------------------------------------------------------------------

    def _drawn(self, run):
        """The Frame of where the run is, which is kept."""
        frame = run.frame()
        if run.stage is self._stage:
            self._staged, self._slowest = frame, run.slowest
        self._keep(run, frame)
        return frame

    def _keep(self, run, frame):
        """Keep the run's Frame, unless a cell has been executed since it began."""
        if run.cell == self._forget_before_this_cell():
            ends = [frame.step, None] if run.ended else [frame.step]
            self._kept |= {(*run.setting.values(), end): frame for end in ends}
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]

    def _find(self, setting, step=None):
        """The Frame of that step of a setting's run, or of its end, if it is kept."""
        self._forget_before_this_cell()
        return self._kept.get((*setting.values(), step))

    def _forget_before_this_cell(self):
        cell = _cells_executed()
        if cell != self._cell:
            self._kept, self._cell = {}, cell
        return cell

    async def _draw_ahead(self, setting):
        """Keep the pictures of the settings one position away, while nothing moves."""
        await asyncio.sleep(REST)
        for name, values in self.grids.items():
            at = values.index(setting[name])
            for value in values[at + 1 : at + 2] + values[max(at - 1, 0) : at]:
                other = setting | {name: value}
                if self._slowest > AHEAD_AT_MOST or self._find(other):
                    continue
                run = _Run(self.draw, self._spare, other)
                try:
                    while run.advance():
                        await asyncio.sleep(0)
                    self._drawn(run)
                except Exception:
                    continue  # the reader is told on getting there
                finally:
                    run.close()
                await asyncio.sleep(0)

    # -- pictures --------------------------------------------------------------------------

    def _show(self, setting, frame):
        self._shown = setting, frame
        self.picture.value = frame.webp
        self.picture.remove_class("explorer-stale")
        # To a screen reader the sliders of ipywidgets are nameless: the read-out says them.
        here = ", ".join(f"{self.labels[name]} {_said(setting[name])}" for name in self.grids)
        self.readout.value = (
            f'<div role="status" aria-live="polite" style="{LINE}">'
            f'<span style="{HEARD}">{_lines(here)}. </span>{_lines(frame.said)}</div>'
            f'<div style="{HEARD}">{_lines(frame.text)}</div>'
        )

    def _show_error(self, setting, error):
        self._run = None
        self.picture.add_class("explorer-stale")
        self.readout.value = (
            "<style>.explorer-stale {opacity: 0.3}</style>"
            f'<div role="alert" style="{LINE}; color: var(--jp-error-color1, #b00020)">'
            f"{_lines(f'{type(error).__name__}: {error}')}<br>"
            f"at {_lines(_words(setting))}; the picture is an earlier one</div>"
        )

    def __repr__(self):
        sliders = (
            f"{name}={_said(value)} of [{', '.join(map(_said, self.grids[name]))}]"
            for name, value in self.setting.items()
        )
        return f"Explorer: {', '.join(sliders)}; {self._shown[1].alt}"

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and for paper, GitHub and nbval the picture and text of now."""
        bundle = super()._repr_mimebundle_(**kwargs)
        setting, frame = self._shown
        if frame is not self._staged:  # it was kept: the figure shows another
            run = _Run(self.draw, self._stage, setting)
            run.go_to(frame.step)
            self._shown = setting, self._drawn(run)
        png = self._stage.png() if self._takes else _png(_opened(frame))
        bundle["text/plain"] = repr(self)
        bundle["image/png"] = base64.b64encode(png).decode()
        width, height = (round(LIVE_DPI * inches) for inches in self.figsize)
        return bundle, {"image/png": {"alt": frame.alt, "width": width, "height": height}}


class _Run:
    """The pictures of one setting on a stage, one after the other: those of a draw that yields,
    or the one of a draw that does not.

    step : how many have come.   slowest : seconds, the longest that we were kept busy.
    """

    def __init__(self, draw, stage, setting):
        self.stage, self.setting, self.cell = stage, setting, _cells_executed()
        self.step, self.slowest, self.ended = 0, 0.0, False
        picture = partial(draw, **stage.canvas(), **setting)
        is_run = inspect.isgeneratorfunction(draw)
        self._pictures = picture() if is_run else (picture for _ in range(1))

    def advance(self):
        """Go on to the next picture; False if there is none."""
        try:
            with self._timed():
                picture = next(self._pictures)
        except StopIteration:
            if self.step == 0:
                raise ValueError(
                    "draw yielded nothing; a run yields at least its last picture"
                ) from None
            self.ended = True
            return False
        if not callable(picture):
            raise TypeError(
                f"draw yielded {picture!r}; a run yields functions that draw, such as "
                "`yield lambda: ax.plot(losses)`"
            )
        self.picture, self.step = picture, self.step + 1
        return True

    def go_to(self, step=None):
        """Go on to that step, or as far as it goes."""
        while self.step != step and self.advance():
            pass

    def frame(self):
        """Draw the picture we are at."""
        with self._timed():
            return self.stage.frame(self.picture)._replace(step=self.step)

    def close(self):
        self._pictures.close()

    @contextmanager
    def _timed(self):
        start = time.monotonic()
        yield
        self.slowest = max(self.slowest, time.monotonic() - start)


def _running_loop():
    """The event loop that runs this, or None in plain Python."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _cells_executed():
    """How many cells this notebook has executed, or 0 where there is none."""
    shell = get_ipython()
    return shell.execution_count if shell else 0


# -- settings -----------------------------------------------------------------------------


def _settings(grids):
    """Every setting of the grids, the last one changing fastest."""
    points = itertools.product(*grids.values())
    return [dict(zip(grids, point, strict=True)) for point in points]


def _covering(grids, first):
    """A few settings with every value of the grids, `first` among them.

    The next one is always the one whose values, and then whose pairs of values, were taken the
    fewest times before.
    """
    rest, chosen, taken = sorted(_settings(grids), key=first.__ne__), [], Counter()

    def parts(setting, size):
        return itertools.combinations(setting.items(), size)

    def known(setting):
        return [sum(taken[part] for part in parts(setting, size)) for size in (1, 2)]

    while rest and len(chosen) < max(CHECKED, *map(len, grids.values())):
        chosen.append(min(rest, key=known))
        rest.remove(chosen[-1])
        taken.update([*parts(chosen[-1], 1), *parts(chosen[-1], 2)])
    return chosen


# -- without a kernel ----------------------------------------------------------------------


def _page(title, labels, grids, start, frames, figsize):
    """explorer.html, filled in. frames : of all settings, in the order of `_settings`."""
    values = [[_said(value) for value in chosen] for chosen in grids.values()]
    sliders = "".join(
        f"<label><span>{html.escape(labels[name])}</span>"
        f'<input type="range" max="{len(chosen) - 1}" value="{chosen.index(start[name])}">'
        "<output></output></label>\n"
        for name, chosen in grids.items()
    )
    width, height = (round(LIVE_DPI * inches) for inches in figsize)
    data = json.dumps({"values": values, "frames": frames}).replace("<", r"\u003c")
    shown = frames[_settings(grids).index(start)]
    page = Template(resources.files(__package__).joinpath("explorer.html").read_text("utf-8"))
    return (
        page.substitute(
            title=html.escape(title),
            words_width=f"{_words_width(labels.values()):.1f}",
            width=width,
            height=height,
            sliders=sliders,
            png=shown["png"],
            alt=html.escape(shown["alt"]),
            said=html.escape(shown["said"]),
            data=data,
        )
        .encode("ascii", "xmlcharrefreplace")
        .decode()
    )


def _opened(frame):
    return Image.open(io.BytesIO(frame.webp)).convert("RGB")


def _png(image):
    file = io.BytesIO()
    image.save(file, "png", optimize=True)
    return file.getvalue()


def _small(frame, colours=64):
    """The Frame's picture as PNG in so many colours, in base64."""
    few = _opened(frame).quantize(colours, dither=Image.Dither.NONE)
    return base64.b64encode(_png(few)).decode()


# -- words and arguments -------------------------------------------------------------------


def _said(value):
    """A value as its slider says it: short, but never another value."""
    short = f"{value:g}" if isinstance(value, float) else str(value)
    return short if not isinstance(value, float) or float(short) == value else repr(value)


def _words_width(labels):
    """Room for the labels of the sliders, in em."""
    return 0.55 * max(map(len, labels)) + 1


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
