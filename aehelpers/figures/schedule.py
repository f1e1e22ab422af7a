"""When an explorer draws which picture: runs, what interrupts them, and what is drawn ahead."""

import asyncio
import inspect
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from IPython import get_ipython

from .settings import setting_in_errors


@dataclass
class Pace:
    """The pace says how often pictures are shown, and what is drawn ahead and kept.

    All its attributes can be set at any time.

    seconds_between_pictures : seconds that pass at least between two pictures of a run.
    max_drawing_share : the largest share of a run's time that goes into its pictures.
    idle_seconds : after so long without a move, the neighbouring settings are drawn ahead.
    max_block_seconds_ahead : a draw that blocks the kernel for longer is not drawn ahead.
    pictures_kept : so many finished pictures are kept. 400 are about 20 MB.
    """

    seconds_between_pictures: float = 0.1
    max_drawing_share: float = 1 / 3
    idle_seconds: float = 0.3
    max_block_seconds_ahead: float = 0.3
    pictures_kept: int = 400

    def pause(self, seconds):
        """Return how long the next picture has to wait after one that took so many seconds."""
        return max(self.seconds_between_pictures, seconds * (1 / self.max_drawing_share - 1))


class Run:
    """A run goes through the pictures of one setting on a canvas, one after the other.

    The run of a draw that yields has several pictures. Any other draw is a run of one picture.

    step : how many pictures the run has come to.
    draw_picture : the function that draws the last of them.
    ended : whether there is no further picture.
    longest_block_seconds : for how long a step or a picture has blocked the kernel at most.
    execution_count : how many cells had been executed when the run began.
    """

    def __init__(self, canvas, setting):
        self.canvas, self.setting, self.execution_count = canvas, setting, cells_executed()
        self.step, self.draw_picture, self.ended = 0, None, False
        self.longest_block_seconds = 0.0
        draw = partial(canvas.draw, **canvas.arguments(), **setting)
        yields = inspect.isgeneratorfunction(canvas.draw)
        self._draw_functions = draw() if yields else (draw for _ in range(1))

    def advance(self):
        """Go on to the next picture without drawing it. Returns False if there is none."""
        try:
            with self._timed(), self.canvas.pyplot_apart():
                draw_picture = next(self._draw_functions)
        except StopIteration:
            if self.step == 0:
                raise ValueError(
                    "draw yielded nothing; a run yields at least its last picture"
                ) from None
            self.ended = True
            return False
        if not callable(draw_picture):
            raise TypeError(
                f"draw yielded {draw_picture!r}; a run yields functions that draw, such as "
                "`yield lambda: ax.plot(losses)`"
            )
        self.draw_picture, self.step = draw_picture, self.step + 1
        return True

    def go_to(self, step=None):
        """Go on to that step or, if the run ends earlier or step is None, to the end."""
        while self.step != step and self.advance():
            pass

    def finish(self):
        """Draw the picture of the present step and return the FinishedPicture."""
        with self._timed():
            return self.canvas.finish(self.draw_picture)._replace(step=self.step)

    def close(self):
        """Abandon the run: the generator's `finally` blocks are executed."""
        self._draw_functions.close()

    @contextmanager
    def _timed(self):
        """Note for how long what is done in this context blocks the kernel."""
        begun = time.monotonic()
        yield
        self.longest_block_seconds = max(self.longest_block_seconds, time.monotonic() - begun)


class FinishedPictures:
    """This cache keeps finished pictures by setting and step.

    An executed cell may change what draw sees, so the cache forgets all pictures then. When it
    is full, it forgets the picture that it has kept longest.
    """

    def __init__(self):
        self._pictures, self._last_steps = {}, {}
        self._execution_count = cells_executed()

    def keep(self, run, picture, at_most):
        """Keep the picture of a run, unless a cell was executed since the run began."""
        self._forget_if_a_cell_was_executed()
        if run.execution_count != self._execution_count:
            return
        point = tuple(run.setting.values())
        self._pictures[point, picture.step] = picture
        if run.ended:
            self._last_steps[point] = picture.step
        while len(self._pictures) > at_most:
            point, step = next(iter(self._pictures))
            del self._pictures[point, step]
            if self._last_steps.get(point) == step:
                del self._last_steps[point]

    def find(self, setting, step=None):
        """Return the picture at that step of the setting's run, or None if it is not kept.

        step : None asks for the last picture of the run.
        """
        self._forget_if_a_cell_was_executed()
        point = tuple(setting.values())
        return self._pictures.get((point, step or self._last_steps.get(point)))

    def clear(self):
        """Forget all pictures."""
        self._pictures, self._last_steps = {}, {}

    def _forget_if_a_cell_was_executed(self):
        """Forget all pictures if a cell was executed since the last call."""
        execution_count = cells_executed()
        if execution_count != self._execution_count:
            self.clear()
            self._execution_count = execution_count


class Schedule:
    """A schedule decides what is drawn when, for the settings that a reader or code asks for.

    Only the newest request is finished: it abandons a run that is under way. In an event loop
    a run gives way after each step, so that the next request can come in. Once a request is
    finished and the reader rests, the neighbouring settings are drawn ahead.

    canvas : the Canvas on which the requests are drawn.
    canvas_ahead : another Canvas of the same draw, for what is drawn ahead.
    grids : {name: values}.
    show : show(setting, picture) shows a FinishedPicture.
    show_step : show_step(step, ended) tells which step of its run is shown, and whether the run
        is known to end there.
    show_error : show_error(setting, error) tells what draw raised.

    pace : a Pace.   kept : the FinishedPictures.
    shown_setting, shown_picture : what was shown last.
    """

    def __init__(self, canvas, canvas_ahead, grids, *, show, show_step, show_error):
        self.canvas, self.canvas_ahead, self.grids = canvas, canvas_ahead, grids
        self.pace, self.kept = Pace(), FinishedPictures()
        self.shown_setting = self.shown_picture = None
        self._show_on_page, self._show_step, self._show_error = show, show_step, show_error
        self._run = None  # of the newest request, until it fails or is abandoned
        self._picture_on_canvas = None  # the picture that was drawn last on `canvas`
        self._picture_as_png = None  # the picture of the PNG that was made last
        self._longest_block_seconds = 0.0  # of its run
        self._showing = self._drawing_ahead = None  # asyncio tasks
        self._thread, self._loop = threading.get_ident(), running_loop()

    # -- requests --------------------------------------------------------------------------

    def in_own_thread(self, action):
        """Call `action()` in the thread in which the schedule was made: now, or soon.

        JupyterLab reports moves of sliders to another thread of the kernel, but neither draw
        nor matplotlib expects to be called by two at once.
        """
        if self._loop is not None and threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(action)
        else:
            action()

    def request(self, setting, step=None):
        """Show that step of the setting's run, or with None the run as it goes and its end.

        In an event loop this returns at once. In plain Python there is no page to give way to,
        so it returns when the picture is shown, and raises what draw raises.
        """
        loop = running_loop()
        if loop is None:
            self.finish(setting, step)
        else:
            self.abandon(setting, step)
            self._showing = loop.create_task(self._show_in_loop(setting, step))

    def finish(self, setting, step=None):
        """Show that step of the setting's run, or its end, now. Raises what draw raises."""
        self.abandon(setting, step)
        try:
            with setting_in_errors(setting):
                run = self._run_of(setting)
                run.go_to(step)
                self._show(setting, self._finished(run))
        except Exception as error:
            self._fail(setting, error)
            raise
        if step is None:
            self._show_step(run.step, ended=True)

    def abandon(self, setting=None, step=None):
        """Abandon what is under way, but for a run that will come to `step` of the setting."""
        for task in (self._showing, self._drawing_ahead):
            if task is not None:
                task.cancel()
        run = self._run
        if run and not (step and run.setting == setting and run.step < step):
            run.close()
            self._run = None

    async def settled(self, ahead=False):
        """Return when the newest request is finished or has failed; never raise its error.

        ahead : True waits until nothing is drawn ahead any more, too.
        """
        await asyncio.sleep(0)  # requests from other threads come in first
        while under_way := self._tasks_under_way(ahead):
            await asyncio.wait(under_way)

    def _tasks_under_way(self, ahead):
        """Return the asyncio tasks that show a request and, if `ahead`, draw ahead."""
        tasks = (self._showing, self._drawing_ahead) if ahead else (self._showing,)
        return [task for task in tasks if task is not None and not task.done()]

    def png(self):
        """Return the shown picture as PNG bytes for print, drawn again if it was kept.

        The PNG of the same picture is made once, because the layout of a figure that was drawn
        before is slightly another one.
        """
        if self.shown_picture is not self._picture_as_png:
            if self.shown_picture is not self._picture_on_canvas:
                run = Run(self.canvas, self.shown_setting)
                run.go_to(self.shown_picture.step)
                self.shown_picture = self._finished(run)
            self._png = self.canvas.png(self.shown_picture)
            self._picture_as_png = self.shown_picture
        return self._png

    # -- the newest request, step by step --------------------------------------------------

    async def _show_in_loop(self, setting, step):
        """Show the picture that is kept, or watch the run; then let neighbours be drawn."""
        try:
            picture = self.kept.find(setting, step) or await self._watch(setting, step)
            self._show(setting, picture)
            if step is None or picture.step < step:
                self._show_step(picture.step, ended=True)
        except Exception as error:  # nobody awaits this task: the reader is told on the page
            self._fail(setting, error)
        else:
            is_newest = self._showing is asyncio.current_task()  # showing can cause a move
            if step is None and is_newest:
                ahead = self._draw_ahead(setting)
                self._drawing_ahead = asyncio.get_running_loop().create_task(ahead)

    async def _watch(self, setting, step):
        """Show the pictures that are due before the step. Returns the picture at the step."""
        run, picture, next_time = self._run_of(setting), None, 0.0
        while run.step != step and run.advance():
            if step is None and time.monotonic() >= next_time:
                begun = time.monotonic()
                picture = self._finished(run)
                self._show(setting, picture)
                self._show_step(picture.step, ended=False)
                shown = time.monotonic()
                next_time = shown + self.pace.pause(shown - begun)
            await asyncio.sleep(0)
        if picture is None or picture.step < run.step:
            return self._finished(run)
        self._keep(run, picture)  # again: now it is known to be the last one
        return picture

    async def _draw_ahead(self, setting):
        """Keep pictures of the settings one position away, once the reader rests."""
        await asyncio.sleep(self.pace.idle_seconds)
        for other in self._neighbours(setting):
            too_slow = self._longest_block_seconds > self.pace.max_block_seconds_ahead
            if too_slow or self.kept.find(other):
                continue
            run = Run(self.canvas_ahead, other)
            try:
                while run.advance():
                    await asyncio.sleep(0)
                self._finished(run)
            except Exception:
                continue  # the reader is told on getting there
            finally:
                run.close()
            await asyncio.sleep(0)

    def _neighbours(self, setting):
        """Yield the settings one position away, for each slider the next, then the last one."""
        for name, values in self.grids.items():
            at = values.index(setting[name])
            for value in values[at + 1 : at + 2] + values[max(at - 1, 0) : at]:
                yield setting | {name: value}

    # -- pictures --------------------------------------------------------------------------

    def _run_of(self, setting):
        """Return the run that was not abandoned, else a new one."""
        if self._run is None:
            self._run = Run(self.canvas, setting)
        return self._run

    def _finished(self, run):
        """Draw the picture of the run's step, keep it and return it."""
        picture = run.finish()
        if run.canvas is self.canvas:
            self._picture_on_canvas = picture
            self._longest_block_seconds = run.longest_block_seconds
        self._keep(run, picture)
        return picture

    def _keep(self, run, picture):
        """Keep the picture of a run in the cache."""
        self.kept.keep(run, picture, self.pace.pictures_kept)

    def _show(self, setting, picture):
        """Show a FinishedPicture on the page, and remember it."""
        self.shown_setting, self.shown_picture = setting, picture
        self._show_on_page(setting, picture)

    def _fail(self, setting, error):
        """Forget the run that failed, and show its error on the page."""
        self._run = None
        self._show_error(setting, error)


def running_loop():
    """Return the event loop that runs this, or None in plain Python."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def cells_executed():
    """Return how many cells this notebook has executed, or 0 outside of notebooks."""
    shell = get_ipython()
    return shell.execution_count if shell else 0
