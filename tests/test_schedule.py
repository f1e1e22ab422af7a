"""The schedule: only the newest run is finished, neighbours are drawn ahead, pictures kept."""

import asyncio
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from small_explorers import (
    DRAWN_AHEAD,
    EVERY_PICTURE,
    X,
    counted_waves,
    in_a_loop,
    move_in_a_loop,
    run_of,
    small_explorer,
    until,
)

from aehelpers.figures import schedule

# -- a run is watched ----------------------------------------------------------------------


def values_of(widget):
    """A list to which every later value of the widget is added."""
    values = []
    widget.observe(lambda change: values.append(change.new), "value")
    return values


def test_a_run_is_shown_while_it_runs():
    explorer = small_explorer(run_of(5, []), EVERY_PICTURE, k=[1, 2])
    pictures = values_of(explorer.picture)
    move_in_a_loop(explorer, k=2)
    assert len(set(pictures)) == 5 and pictures[-1] == explorer.picture.value
    assert "k 2, step 4" in explorer.readout.value


def test_pictures_are_spaced_and_the_last_one_is_always_shown():
    explorer = small_explorer(run_of(5, []), {"seconds_between_pictures": 1e9}, k=[1, 2])
    pictures = values_of(explorer.picture)
    move_in_a_loop(explorer, k=2)
    last = small_explorer(run_of(5, []), k=[2]).picture.value
    assert len(pictures) == 2 and pictures[-1] == last
    assert "k 2, step 4" in explorer.readout.value


def test_pictures_take_their_share_of_the_time_at_most():
    pace = schedule.Pace(seconds_between_pictures=0.1, max_drawing_share=0.25)
    assert pace.pause(seconds=0.01) == 0.1
    assert pace.pause(seconds=1) == pytest.approx(3)


def test_a_yielded_function_draws_only_when_its_picture_is_due():
    calls, seen = [], []

    def draw(ax, k):
        seen.append(ax)
        for step in range(10):

            def picture(step=step):
                calls.append(step)
                ax.plot(X, X * step)
                return f"step {step}"

            yield picture

    explorer = small_explorer(draw, k=[1])
    assert calls == [9] and "step 9" in explorer.readout.value
    assert len(seen[0].lines) == 1


def test_of_200_quick_changes_only_the_newest_is_finished():
    log = []
    explorer = small_explorer(run_of(20, log), DRAWN_AHEAD, k=list(range(200)))
    log.clear()

    async def script():
        for i in range(200):
            k = (i * 7 + 3) % 200
            explorer.sliders["k"].value = k
            if i % 3 == 0:
                await until(lambda k=k: ("started", k) in log)

    in_a_loop(explorer, script)
    newest = (199 * 7 + 3) % 200
    finished = [k for what, k in log if what == "finished"]
    assert finished == [newest, newest + 1, newest - 1], "then its neighbours, drawn ahead"
    assert 67 <= len([k for what, k in log if what == "started"]) <= 200
    assert (
        explorer.setting == {"k": newest} and f"k {newest}, step 19" in explorer.readout.value
    )
    shown = explorer.picture.value
    explorer.move(k=newest)
    assert explorer.picture.value == shown


def test_an_abandoned_run_is_closed():
    log = []

    def draw(ax, k):
        log.append(f"started {k}")
        try:
            for _ in range(10**5):
                yield lambda: None
                if k == 0:
                    return
        finally:
            log.append(f"closed {k}")

    explorer = small_explorer(draw, k=[0, 1], start={"k": 0})
    log.clear()

    async def script():
        explorer.sliders["k"].value = 1
        await until(lambda: log)
        explorer.move(k=0)

    in_a_loop(explorer, script)
    assert log == ["started 1", "closed 1", "started 0", "closed 0"]


# -- settled -------------------------------------------------------------------------------


def test_settled_waits_for_the_newest_setting_and_if_asked_for_what_is_drawn_ahead():
    log = []
    explorer = small_explorer(run_of(3, log), DRAWN_AHEAD, k=[1, 2, 3, 4, 5], start={"k": 5})
    log.clear()

    def finished():
        return [k for what, k in log if what == "finished"]

    async def script():
        await explorer.settled(ahead=True)
        assert log == [], "nothing was under way"
        explorer.sliders["k"].value = 1
        explorer.sliders["k"].value = 3
        await explorer.settled()
        assert "k 3, step 2" in explorer.readout.value and finished() == [3]
        await explorer.settled(ahead=True)
        assert finished() == [3, 4, 2]

    in_a_loop(explorer, script)


def test_settled_leaves_it_to_the_page_to_say_what_draw_raised():
    explorer = small_explorer(lambda ax, k: f"{1 / k}", k=[0, 1], start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 0
        await explorer.settled()
        assert "ZeroDivisionError" in explorer.readout.value

    in_a_loop(explorer, script)


# -- drawn ahead ---------------------------------------------------------------------------


def test_neighbours_are_drawn_ahead_and_shown_without_a_draw():
    explorer, drawn = counted_waves([1, 2, 3, 4, 5], pace=DRAWN_AHEAD, start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 3
        await explorer.settled(ahead=True)
        assert drawn == [1, 3, 4, 2]
        explorer.sliders["k"].value = 4
        await explorer.settled()
        assert f"{np.sin(4 * X).sum():.3g}" in explorer.readout.value

    in_a_loop(explorer, script)
    assert drawn == [1, 3, 4, 2, 5], "4 was there, and then its other neighbour is drawn"
    shown = explorer.picture.value
    explorer.move(k=4)
    assert explorer.picture.value == shown


def test_a_draw_that_keeps_the_kernel_busy_is_not_drawn_ahead():
    explorer, drawn = counted_waves(
        [1, 2, 3, 4, 5], pace={"max_block_seconds_ahead": 0}, start={"k": 1}
    )
    move_in_a_loop(explorer, k=3)
    assert drawn == [1, 3]


def test_nothing_is_drawn_ahead_before_the_reader_rests():
    pace = DRAWN_AHEAD | {"idle_seconds": 1e9}
    explorer, drawn = counted_waves([1, 2, 3, 4, 5], pace=pace, start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 3
        await explorer.settled()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(explorer.settled(ahead=True), timeout=0.2)

    asyncio.run(script())
    assert drawn == [1, 3]


def test_what_was_drawn_ahead_and_failed_is_told_when_the_reader_gets_there():
    explorer = small_explorer(
        lambda ax, k: f"{1 / k}", DRAWN_AHEAD, k=[0, 1, 2, 3], start={"k": 2}
    )

    async def script():
        explorer.sliders["k"].value = 1
        await explorer.settled(ahead=True)
        assert "Error" not in explorer.readout.value
        explorer.sliders["k"].value = 0

    in_a_loop(explorer, script)
    assert "ZeroDivisionError" in explorer.readout.value


def test_a_move_that_a_picture_causes_is_the_newest():
    """Then nothing is drawn ahead for the setting that was moved away from."""
    explorer, drawn = counted_waves(list(range(1, 10)), pace=DRAWN_AHEAD, start={"k": 3})
    explorer.move(k=1)
    drawn.clear()

    def move_on(change):
        if explorer.setting == {"k": 3}:
            explorer.sliders["k"].value = 7

    explorer.picture.observe(move_on, "value")
    move_in_a_loop(explorer, k=3)
    assert drawn == [7, 8, 6], "3 was kept, and its neighbours are of no interest"
    assert f"{np.sin(7 * X).sum():.3g}" in explorer.readout.value


# -- kept ----------------------------------------------------------------------------------


@pytest.fixture
def shell(monkeypatch):
    """A notebook: the number of cells that it has executed can be set."""
    shell = SimpleNamespace(execution_count=1)
    monkeypatch.setattr(schedule, "get_ipython", lambda: shell)
    return shell


def test_an_executed_cell_makes_it_forget(shell):
    explorer, drawn = counted_waves([1, 2], start={"k": 1})

    def back_and_forth():
        for k in (2, 1):
            move_in_a_loop(explorer, k=k)

    back_and_forth()
    assert drawn == [1, 2]
    shell.execution_count += 1
    back_and_forth()
    assert drawn == [1, 2, 2, 1]


def test_a_run_that_began_before_a_cell_is_not_kept_after_it(shell):
    started, offset = [], 0

    def draw(ax, k):
        started.append(k)
        for step in range(3):
            yield partial("step {1}, offset {0}".format, offset, step)

    explorer = small_explorer(draw, k=[1, 2, 3], start={"k": 1})

    async def script():
        nonlocal offset
        explorer.sliders["k"].value = 2
        await until(lambda: started[-1] == 2)
        shell.execution_count, offset = 2, 7  # meanwhile
        await explorer.settled()
        assert "step 2" in explorer.readout.value

    in_a_loop(explorer, script)
    for k in (1, 2):
        move_in_a_loop(explorer, k=k)
    assert started == [1, 2, 1, 2], "the picture of 2 was not kept"


def test_no_more_is_kept_than_agreed():
    explorer, drawn = counted_waves(list(range(30)), pace={"pictures_kept": 3})
    for k in range(30):
        explorer.move(k=k)
    drawn.clear()
    for k in (28, 27, 29):
        move_in_a_loop(explorer, k=k)
    assert drawn == [], "the last three were kept"
    move_in_a_loop(explorer, k=26)
    assert drawn == [26], "but not the one before"
    move_in_a_loop(explorer, k=27)
    assert drawn == [26, 27], "which took the place of the oldest"


def test_each_step_of_a_run_counts_as_a_picture_that_is_kept():
    log = []
    pace = EVERY_PICTURE | {"pictures_kept": 4}
    explorer = small_explorer(run_of(4, log), pace, k=[1, 2], start={"k": 1})
    move_in_a_loop(explorer, k=2)
    log.clear()
    move_in_a_loop(explorer, k=1)
    assert log == [("started", 1), ("finished", 1)], "the four pictures of 2 are kept"
