"""Explorers: every value drawn, the newest run alone finished, the quick picture true."""

import asyncio
import base64
import html
import io
import json
import re
import threading
from functools import cache, partial
from itertools import combinations
from math import prod

import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from aehelpers.figures import canvas as stages
from aehelpers.figures import explorer as explorers
from aehelpers.figures import plots

X = np.linspace(0, 1, 30)
Explorer = partial(explorers.Explorer, figsize=(4, 2.4))  # small: most of the time is drawing


def wave(ax, k, height=1.0):
    ax.plot(X, height * np.sin(k * X))
    ax.set_axis_off()  # ticks take most of the time
    return f"the sum is {np.sin(k * X).sum():.3g}"


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def full_draw(explorer):
    """The picture with nothing kept from before: one draw of all there is."""
    figure = explorer._stage.figure
    explorer._stage._forget_layout()
    with plots.styled():
        figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)


@pytest.fixture(autouse=True)
def without_a_clock(monkeypatch):
    """However busy the machine is: nothing is waited for, and nothing is drawn ahead."""
    monkeypatch.setattr(explorers, "REST", 0)
    monkeypatch.setattr(explorers, "AHEAD_AT_MOST", 0)


@pytest.fixture
def ahead(monkeypatch):
    """Neighbours are drawn ahead, however long a draw takes."""
    monkeypatch.setattr(explorers, "AHEAD_AT_MOST", np.inf)


@pytest.fixture
def every_picture(monkeypatch):
    """A run shows each of its pictures, however long a picture takes."""
    monkeypatch.setattr(explorers, "BETWEEN_PICTURES", 0)
    monkeypatch.setattr(explorers, "FOR_PICTURES", 1)


@pytest.fixture
def draws(monkeypatch):
    """Counts the full draws of the live figure."""
    count = []
    draw = stages.FigureCanvasAgg.draw
    monkeypatch.setattr(
        stages.FigureCanvasAgg, "draw", lambda canvas: (count.append(1), draw(canvas))[1]
    )
    return count


# -- the grid ------------------------------------------------------------------------------

GRIDS = {"depth": [1, 2], "rate": [0.1, 0.2, 0.3], "width": ["a", "b", "c"], "seed": [7, 8, 9]}


@pytest.fixture(autouse=True)
def no_wish_of_the_full_ci(monkeypatch):
    monkeypatch.delenv("AEHELPERS_CHECK", raising=False)


def recorded(grids):
    """An explorer, the list of the settings that it draws, and the set of what its draw fails
    at: pairs (name, value), or whole settings. A setting is a tuple of such pairs here.
    """
    drawn, bad = [], set()

    def draw(**setting):
        drawn.append(tuple(setting.items()))
        if bad & {drawn[-1], *drawn[-1]}:
            raise ValueError("no such net")
        return f"{setting}"

    explorer = Explorer(draw, **grids)
    drawn.clear()
    return explorer, drawn, bad


def said_of(error):
    return str(error) + " ".join(getattr(error, "__notes__", []))


@pytest.mark.parametrize("whole", [False, True])
def test_check_says_the_same_of_a_part_as_of_the_whole_and_leaves_all_as_it_was(whole):
    explorer = Explorer(wave, k=list(range(7)), height=[0.5, 1.0], start={"k": 1})
    before = explorer.setting, explorer.picture.value, explorer.readout.value
    words = "every value of every slider was drawn (the grid has 14 settings)"
    assert explorer.check(whole) == words
    assert (explorer.setting, explorer.picture.value, explorer.readout.value) == before


def test_a_whole_check_draws_every_setting_once():
    explorer, drawn, _ = recorded(GRIDS)
    explorer.check(whole=True)
    assert len(drawn) == len(set(drawn)) == 54


@pytest.mark.parametrize("name, value", [(n, v) for n, values in GRIDS.items() for v in values])
def test_check_finds_what_fails_at_one_value_of_a_slider(name, value):
    explorer, drawn, bad = recorded(GRIDS)
    bad.add((name, value))
    with pytest.raises(ValueError) as caught:
        explorer.check()
    assert f"{name}={value}" in said_of(caught.value) and explorer.setting[name] == value
    assert len(drawn) <= 6


def test_only_a_whole_check_is_sure_to_find_what_fails_at_one_setting():
    explorer, drawn, bad = recorded(GRIDS)
    explorer.check()
    assert len(drawn) == 6
    missed = next(s for s in explorers._settings(GRIDS) if tuple(s.items()) not in drawn)
    bad.add(tuple(missed.items()))
    explorer.check()
    with pytest.raises(ValueError, match="no such net"):
        explorer.check(whole=True)
    assert explorer.setting == missed


def test_the_full_ci_asks_for_whole_checks_by_an_environment_variable(monkeypatch):
    explorer, drawn, _ = recorded(GRIDS)
    for value, whole, number in (
        ("whole", None, 54),
        ("whole", False, 6),
        ("part", None, 6),
        ("part", True, 54),
    ):
        monkeypatch.setenv("AEHELPERS_CHECK", value)
        drawn.clear()
        explorer.check(whole)
        assert len(drawn) == number, (value, whole)


def test_a_few_settings_cover_every_value_of_any_grid(rng):
    for _ in range(100):
        widths = rng.integers(1, 8, size=rng.integers(1, 5))
        grids = {f"s{i}": list(range(width)) for i, width in enumerate(widths)}
        first = {name: int(rng.choice(values)) for name, values in grids.items()}
        chosen = [tuple(setting.values()) for setting in explorers._covering(grids, first)]
        assert chosen[0] == tuple(first.values())
        for values, column in zip(grids.values(), zip(*chosen, strict=True), strict=True):
            assert set(column) == set(values)
        assert len(set(chosen)) == len(chosen) == min(max(6, *widths), prod(widths))


def test_the_few_settings_take_new_pairs_of_values_first():
    chosen = explorers._covering(dict.fromkeys("abc", [1, 2, 3]), dict.fromkeys("abc", 2))
    pairs = [pair for setting in chosen for pair in combinations(setting.items(), 2)]
    assert len(set(pairs)) == len(pairs) == 18, "of 27 that there are"


def test_check_goes_through_the_sliders():
    explorer = Explorer(wave, k=[1, 2, 3])
    moved = []
    explorer.sliders["k"].observe(lambda change: moved.append(change.new), "value")
    explorer.check()
    assert moved == [1, 3, 2]


def test_check_raises_what_only_rendering_raises():
    def draw(ax, k):
        ax.set_title("$x" + r"\nonsense" * k + "$")

    explorer = Explorer(draw, k=[0, 1])
    with pytest.raises(ValueError, match="nonsense"):
        explorer.check()


def test_first_draw_raises_at_once():
    with pytest.raises(KeyError):
        Explorer(lambda ax, k: {}[k], k=[1])


def test_numbers_of_an_array_reach_draw_as_plain_numbers():
    kinds = set()
    Explorer(lambda ax, k: kinds.add(type(k)), k=np.array([1.0, 2.0])).check()
    Explorer(lambda ax, k: kinds.add(type(k)), k=[np.int64(3)]).check()
    assert kinds == {float, int}


def takes_more(ax, k, depth): ...


def takes_ax(ax, k): ...


def yields_words(ax, k):
    yield "words"


def yields_nothing(ax, k):
    yield from ()


@pytest.mark.parametrize(
    ("draw", "options", "error", "words"),
    [
        (wave, {"k": []}, ValueError, r"grid k: expected values, .* got \[\]"),
        (wave, {"k": 3}, TypeError, "grid k: expected a list of values, got 3"),
        (wave, {"k": "abc"}, TypeError, "grid k: expected a list of values, got 'abc'"),
        (wave, {"k": {1, 2}}, TypeError, "grid k: expected a list"),
        (wave, {"k": [[1], [2]]}, TypeError, r"\[1\] is neither a number nor a string"),
        (wave, {"k": [1, 2, 1]}, ValueError, r"none of them twice, got \[1, 2, 1\]"),
        (wave, {"k": [1, 2], "start": {"k": 5}}, ValueError, "k=5 is not in its grid"),
        (wave, {"k": [1], "start": {"depth": 5}}, ValueError, "no grid is named 'depth'"),
        (wave, {"k": [1], "labels": {"depth": "d"}}, ValueError, "no grid is named 'depth'"),
        (
            wave,
            {"k": [1], "depth": [1]},
            TypeError,
            "draw.* does not fit the grids k, depth: .*'depth'",
        ),
        (takes_more, {"k": [1]}, TypeError, "draw.* does not fit the grids k: .*'depth'"),
        (wave, {}, ValueError, "no grid"),
        (wave, {"ax": [1], "k": [1]}, ValueError, "cannot be named ax"),
        (takes_ax, {"k": [1], "panels": (1, 2)}, ValueError, "takes `axes`"),
        ("wave", {"k": [1]}, TypeError, "draw must be a function"),
        (lambda k: 7, {"k": [1]}, TypeError, "got int"),
        (yields_nothing, {"k": [1]}, ValueError, "draw yielded nothing"),
        (yields_words, {"k": [1]}, TypeError, "draw yielded 'words'; a run yields functions"),
    ],
)
def test_what_does_not_fit_is_said_at_construction(draw, options, error, words):
    with pytest.raises(error, match=words):
        Explorer(draw, **options)


# -- live ----------------------------------------------------------------------------------


def test_slider_changes_picture_and_read_out():
    explorer = Explorer(wave, k=[1, 2, 3], start={"k": 1})
    before = explorer.picture.value, explorer.readout.value
    explorer.sliders["k"].value = 3
    assert explorer.picture.value != before[0]
    assert f"the sum is {np.sin(3 * X).sum():.3g}" in explorer.readout.value
    assert "mean y" in explorer.readout.value  # the description for those who do not see it
    explorer.sliders["k"].value = 1
    assert (explorer.picture.value, explorer.readout.value) == before


def test_labels_values_and_start_are_on_the_sliders():
    explorer = Explorer(
        wave, k=[1, 2, 3], height=[1e-5, 0.1 + 0.2], labels={"height": "height (m)"}
    )
    assert explorer.setting == {"k": 2, "height": 1e-5}
    assert [slider.description for slider in explorer.sliders.values()] == ["k", "height (m)"]
    said = [text for text, _ in explorer.sliders["height"].options]
    assert said == ["1e-05", "0.30000000000000004"]


def run_live(explorer, script):
    """Run the coroutine function `script` in a loop, then what it left behind to its end."""

    async def main():
        await script()
        while rest := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(rest)

    asyncio.run(main())


def steps(count, log):
    def draw(ax, k):
        log.append(("started", k))
        for step in range(count):

            def picture(step=step):
                ax.plot(X, step * X + k)
                ax.set_axis_off()
                return f"k {k}, step {step}"

            yield picture
        log.append(("finished", k))

    return draw


def test_a_run_is_shown_while_it_runs(every_picture):
    explorer = Explorer(steps(5, []), k=[1, 2])
    pictures = []
    explorer.picture.observe(lambda change: pictures.append(change.new), "value")

    async def script():
        explorer.sliders["k"].value = 2

    run_live(explorer, script)
    assert len(set(pictures)) == 5 and pictures[-1] == explorer.picture.value
    assert "k 2, step 4" in explorer.readout.value


def test_pictures_are_spaced_and_the_last_one_is_always_shown(monkeypatch):
    monkeypatch.setattr(explorers, "BETWEEN_PICTURES", 1e9)
    explorer, pictures = Explorer(steps(5, []), k=[1, 2]), []
    explorer.move(k=2)
    last = explorer.picture.value
    explorer.move(k=1)
    explorer._kept.clear()
    explorer.picture.observe(lambda change: pictures.append(change.new), "value")

    async def script():
        explorer.sliders["k"].value = 2

    run_live(explorer, script)
    assert len(pictures) == 2 and pictures[-1] == last
    assert "k 2, step 4" in explorer.readout.value


def test_of_200_quick_changes_only_the_newest_is_finished(ahead):
    log = []
    explorer = Explorer(steps(20, log), k=list(range(200)))
    log.clear()

    async def script():
        for i in range(200):
            explorer.sliders["k"].value = (i * 7 + 3) % 200
            if i % 3 == 0:
                await asyncio.sleep(0)

    run_live(explorer, script)
    newest = (199 * 7 + 3) % 200
    finished = [k for what, k in log if what == "finished"]
    assert finished == [newest, newest + 1, newest - 1], "then its neighbours, drawn ahead"
    assert 1 < len([k for what, k in log if what == "started"]) <= 200
    assert (
        explorer.setting == {"k": newest} and f"k {newest}, step 19" in explorer.readout.value
    )
    shown = explorer.picture.value
    explorer.move(k=newest)
    assert explorer.picture.value == shown


def test_an_abandoned_run_is_closed():
    log = []

    def draw(ax, k):
        try:
            for _ in range(10**5):
                yield lambda: None
                if k == 0:
                    return
        finally:
            log.append(k)

    explorer = Explorer(draw, k=[0, 1], start={"k": 0})

    async def script():
        explorer.sliders["k"].value = 1
        await asyncio.sleep(0)
        explorer.move(k=0)

    run_live(explorer, script)
    assert sorted(log) == [0, 0, 1]


def test_an_error_is_shown_with_its_setting_and_goes_with_the_next_picture():
    def draw(ax, k):
        yield lambda: ax.plot(X, k * X)[0].get_label()
        if k == 3:
            raise ValueError("<b>too</b> large")

    explorer = Explorer(draw, k=[1, 2, 3])
    good = explorer.picture.value

    async def fail():
        explorer.sliders["k"].value = 3

    async def mend():
        explorer.sliders["k"].value = 2

    run_live(explorer, fail)
    assert "ValueError: &lt;b&gt;too&lt;/b&gt; large" in explorer.readout.value
    assert "k=3" in explorer.readout.value and 'role="alert"' in explorer.readout.value
    assert "explorer-stale" in explorer.picture._dom_classes
    run_live(explorer, mend)
    assert "ValueError" not in explorer.readout.value
    assert "explorer-stale" not in explorer.picture._dom_classes
    assert explorer.picture.value == good


def test_a_run_that_failed_fails_again_at_a_later_step():
    def draw(ax, k):
        for step in range(9):
            if k == 2 and step == 3:
                raise ValueError("step 3")
            yield partial("step {}".format, step)

    explorer = Explorer(draw, k=[1, 2], start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 2
        await asyncio.wait([explorer._task])
        explorer.step.value = 2
        await asyncio.wait([explorer._task])
        assert "step 1" in explorer.readout.value
        for step in (6, 7):
            explorer.step.value = step
            await asyncio.wait([explorer._task])
            assert "ValueError: step 3" in explorer.readout.value

    run_live(explorer, script)


def test_moves_reported_to_another_thread_are_drawn_in_the_explorers_own():
    """As JupyterLab reports them: matplotlib in two threads gave empty pictures."""
    threads = []

    def draw(ax, k):
        for step in range(3):
            threads.append(threading.current_thread())
            yield partial("k {}, step {}".format, k, step)

    async def script():
        explorer = Explorer(draw, k=list(range(9)), start={"k": 0})

        def elsewhere(action):
            thread = threading.Thread(target=action)
            thread.start()
            thread.join()

        async def shown():
            await asyncio.sleep(0)
            await asyncio.wait([explorer._task])

        elsewhere(lambda: explorer.sliders["k"].set_trait("value", 7))
        await shown()
        assert "k 7, step 2" in explorer.readout.value
        with explorer._silently():  # a move of the reader's meanwhile is not lost
            elsewhere(lambda: explorer.sliders["k"].set_trait("value", 5))
        await shown()
        assert "k 5, step 2" in explorer.readout.value
        elsewhere(explorer.reset.click)
        await shown()
        assert explorer.setting == {"k": 0} and "k 0, step 2" in explorer.readout.value

    asyncio.run(script())
    assert set(threads) == {threading.main_thread()}


def test_without_a_loop_an_error_is_raised_and_shown():
    explorer = Explorer(lambda ax, k: f"{1 / k}", k=[0, 1], start={"k": 1})
    with pytest.raises(ZeroDivisionError):
        explorer.sliders["k"].value = 0
    assert "ZeroDivisionError" in explorer.readout.value


def test_move_and_check_finish_even_in_a_loop():
    log = []
    explorer = Explorer(steps(3, log), k=[1, 2, 3])
    log.clear()

    async def script():
        explorer.sliders["k"].value = 1
        explorer.check()
        assert explorer.setting == {"k": 1} and "k 1, step 2" in explorer.readout.value

    run_live(explorer, script)
    assert [k for what, k in log if what == "finished"] == [2, 3, 1]


# -- runs: what stands on the axes ---------------------------------------------------------


def test_each_picture_starts_on_empty_axes(every_picture):
    def draw(ax, k):
        def picture(step):
            assert not ax.has_data() and not ax.get_title("left") and not ax.get_legend()
            ax.plot(X, X + step, label="line")
            ax.bar([0, 1], [1, step], label="bar")
            ax.set_title("step" if step < 3 else "")
            ax.legend()

        for step in range(4):
            yield partial(picture, step)

    explorer = Explorer(draw, k=[1, 2])

    async def script():
        explorer.sliders["k"].value = 2

    run_live(explorer, script)
    ax = explorer._stage.figure.axes[0]
    assert len(ax.lines) == len(ax.containers) == 1
    assert len(ax.get_legend().texts) == 2 and len(ax.patches) == 2
    assert ax.lines[0].get_color() == explorers.plots.CYCLE.by_key()["color"][0]
    assert ax.get_ylim()[1] < 5 and ax.get_ylim()[0] > -0.5
    assert "ValueError" not in explorer.readout.value and "Error" not in explorer.readout.value


def test_a_yielded_function_draws_only_when_its_picture_is_due():
    calls = []

    def draw(ax, k):
        for step in range(10):

            def picture(step=step):
                calls.append(step)
                ax.plot(X, X * step)
                return f"step {step}"

            yield picture

    explorer = Explorer(draw, k=[1])
    assert calls == [9] and "step 9" in explorer.readout.value
    assert len(explorer._stage.figure.axes[0].lines) == 1


# -- kept, drawn ahead, scrubbed -----------------------------------------------------------


def count_draws(k_grid, **options):
    """An explorer of a plain draw, and the list of the settings it has drawn."""
    drawn = []

    def draw(ax, k):
        drawn.append(k)
        return wave(ax, k)

    return Explorer(draw, k=k_grid, **options), drawn


async def settled(explorer):
    """Until neither the newest move nor what it draws ahead is under way."""
    await asyncio.wait([explorer._task])


def test_neighbours_are_drawn_ahead_and_shown_without_a_draw(ahead):
    explorer, drawn = count_draws([1, 2, 3, 4, 5], start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 3
        await settled(explorer)
        assert drawn == [1, 3, 4, 2]
        explorer.sliders["k"].value = 4
        await asyncio.sleep(0)
        assert drawn == [1, 3, 4, 2], "it was there"
        assert f"{np.sin(4 * X).sum():.3g}" in explorer.readout.value

    run_live(explorer, script)
    shown = explorer.picture.value
    explorer.move(k=4)
    assert explorer.picture.value == shown


def test_a_draw_that_keeps_the_kernel_busy_is_not_drawn_ahead():
    explorer, drawn = count_draws([1, 2, 3, 4, 5], start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 3

    run_live(explorer, script)
    assert drawn == [1, 3]


def test_nothing_is_drawn_ahead_before_the_reader_rests(ahead, monkeypatch):
    monkeypatch.setattr(explorers, "REST", 1e9)
    explorer, drawn = count_draws([1, 2, 3, 4, 5], start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 3
        for _ in range(20):
            await asyncio.sleep(0)

    asyncio.run(script())
    assert drawn == [1, 3]


def test_what_was_drawn_ahead_and_failed_is_told_when_the_reader_gets_there(ahead):
    explorer = Explorer(lambda ax, k: f"{1 / k}", k=[0, 1, 2, 3], start={"k": 2})

    async def script():
        explorer.sliders["k"].value = 1
        await settled(explorer)
        assert "Error" not in explorer.readout.value
        explorer.sliders["k"].value = 0

    run_live(explorer, script)
    assert "ZeroDivisionError" in explorer.readout.value


def test_an_executed_cell_makes_it_forget(monkeypatch):
    executed = 0
    monkeypatch.setattr(explorers, "_cells_executed", lambda: executed)
    explorer, drawn = count_draws([1, 2], start={"k": 1})

    async def back_and_forth():
        for k in (2, 1):
            explorer.sliders["k"].value = k
            await settled(explorer)

    run_live(explorer, back_and_forth)
    assert drawn == [1, 2]
    executed = 1
    run_live(explorer, back_and_forth)
    assert drawn == [1, 2, 2, 1]


def test_a_run_that_began_before_a_cell_is_not_kept_after_it(monkeypatch):
    executed, offset = 0, 0
    monkeypatch.setattr(explorers, "_cells_executed", lambda: executed)

    def draw(ax, k):
        for step in range(3):
            yield partial("step {1}, offset {0}".format, offset, step)

    explorer = Explorer(draw, k=[1, 2, 3], start={"k": 1})

    async def script():
        nonlocal executed, offset
        explorer.sliders["k"].value = 2
        await asyncio.sleep(0)
        executed, offset = 1, 7  # meanwhile
        await settled(explorer)

    run_live(explorer, script)
    assert explorer._find({"k": 2}) is None and "step 2" in explorer.readout.value


def test_no_more_is_kept_than_agreed(monkeypatch):
    monkeypatch.setattr(explorers, "KEPT", 6)
    explorer, _ = count_draws(list(range(1, 30)))
    for k in range(1, 30):
        explorer.move(k=k)
    assert [key[0] for key in explorer._kept] == [27, 27, 28, 28, 29, 29]


def test_each_step_of_a_run_can_be_shown():
    log = []
    explorer = Explorer(steps(5, log), k=[1, 2], start={"k": 1})
    assert (explorer.step.min, explorer.step.value, explorer.step.max) == (1, 5, 5)
    pictures = {}

    async def script():
        for step in (1, 2, 3, 5, 2):
            explorer.step.value = step
            await settled(explorer)
            assert f"k 1, step {step - 1}" in explorer.readout.value
            pictures.setdefault(step, explorer.picture.value)
            assert explorer.picture.value == pictures[step]

    log.clear()
    run_live(explorer, script)
    assert len(set(pictures.values())) == 4
    assert log == [("started", 1)], "one run serves steps in order, and what was drawn stays"


def test_the_step_slider_goes_along_with_a_run(every_picture):
    def draw(ax, k):
        for step in range(k):
            yield partial("{} of {}".format, step + 1, k)

    explorer, seen = Explorer(draw, k=[3, 6, 2], start={"k": 3}), []
    explorer.step.observe(lambda change: seen.append(change.new), "value")

    async def script():
        explorer.sliders["k"].value = 6
        await settled(explorer)
        assert seen[-6:] == [1, 2, 3, 4, 5, 6] and explorer.step.max == 6
        assert explorer.play.max == 6
        explorer.sliders["k"].value = 2
        await settled(explorer)
        assert explorer.step.value == explorer.step.max == explorer.play.max == 2
        assert "2 of 2" in explorer.readout.value

    run_live(explorer, script)


def test_a_step_beyond_the_end_of_a_run_is_its_end():
    def draw(ax, k):
        for step in range(k):
            yield partial("{} of {}".format, step + 1, k)

    explorer = Explorer(draw, k=[8, 3], start={"k": 8})

    async def script():
        explorer.sliders["k"].value = 3
        explorer.step.value = 7  # before the run has shown how short it is
        await settled(explorer)

    run_live(explorer, script)
    assert "3 of 3" in explorer.readout.value
    assert explorer.step.value == explorer.step.max == 3


def test_reset_goes_back_to_the_start_and_forgets():
    explorer, drawn = count_draws([1, 2, 3], start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 3
        await asyncio.sleep(0)
        explorer.reset.click()
        await asyncio.sleep(0)

    asyncio.run(script())
    assert explorer.setting == {"k": 1} and drawn == [1, 3, 1]
    assert not hasattr(explorer, "step"), "there is no run to step through"


def test_what_is_printed_is_what_is_shown_even_if_it_was_kept():
    explorer, _ = count_draws([1, 2, 3], start={"k": 1})
    (first, _), text = explorer._repr_mimebundle_(), repr(explorer)

    async def script():
        for k in (3, 1):
            explorer.sliders["k"].value = k
            await asyncio.sleep(0)

    asyncio.run(script())
    (again, _) = explorer._repr_mimebundle_()
    assert again["image/png"] == first["image/png"] and repr(explorer) == text


# -- the quick picture is the true one -----------------------------------------------------


def lines(ax, k):
    ax.plot(X, np.sin(k * X), "o-", label=f"k = {k}")
    ax.fill_between(X, -X, X * 0.1 * k, alpha=0.3)
    ax.set(ylim=(-2, 2), xlabel="x", ylabel="y", title="sine")
    ax.legend(loc="upper right")
    ax.text(0.1, 1, f"text {k}", bbox={"facecolor": "white"})
    ax.annotate(f"{k}", (0.5, 0), (0.7, -1), arrowprops={"arrowstyle": "->"})


def scatter(ax, k):
    ax.scatter(X, X**k, c=X, s=30, edgecolor="k")
    ax.hist(X**k, bins=5, alpha=0.4)
    ax.set(xlim=(-0.1, 1.1), ylim=(-0.1, 20))


def image(ax, k):
    ax.imshow(np.outer(X, X**k), alpha=0.7)
    ax.contour(np.outer(X, X**k), colors="w")


def bare_image(ax, k):
    ax.imshow(np.outer(X, X**k))
    ax.axis("off")


def grid_of_images(ax, k):
    plots.image_grid(
        np.outer(X[:8], X[:8] ** k).reshape(2, 32),
        ax=ax,
        image_shape=(4, 8),
        row_titles=[str(k)],
    )


def marked_image(ax, k):
    ax.imshow(np.outer(X, X**k))
    ax.grid(False)
    ax.minorticks_on()


def colour_bar(fig, k):
    left, right = fig.subplots(1, 2)
    fig.colorbar(left.imshow(np.outer(X, X**k)), ax=left, label="value")
    points = right.scatter(X, X**k, c=X)
    fig.colorbar(points, ax=right, location="bottom")


def limits(ax, k):
    ax.plot(10 ** (k - 2) * X, X**k)


def near_limits(ax, k):
    """Other limits, but the same ticks."""
    ax.plot(X, X)
    ax.set(xlim=(-0.1, 1.1 + 0.01 * k), ylim=(0, 1.1))


def titles(ax, k):
    ax.plot(X, X)
    ax.set_title("even" if k % 2 == 0 else f"a longer\ntitle {k}")
    ax.set_xlabel("x" * k)


def logs(ax, k):
    ax.loglog(X + 0.01, (X + 0.01) ** (k / 2))
    ax.grid(True, which="both")


def sometimes(ax, k):
    """Words, scales and further axes of one setting are gone in the next."""
    ax.plot(X, X * k + 0.1)
    if k == 2:
        ax.set_yscale("log")
        ax.set_title("two")
    if k == 4:
        ax.twinx().plot(X, -X, color="k")
        ax.set_xlabel("four")


def outside(ax, k):
    ax.plot(X, X * k, label=f"{10**k}")
    ax.set_ylim(0, 5)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    ax.text(0, -1.5, "below")


def panels(axes, k):
    for i, ax in enumerate(axes.flat):
        (limits, bare_image, logs)[i](ax, k)


def divided(fig, k):
    top, bottom = fig.subplots(2, 1, sharex=True)
    top.plot(X, X * k)
    bottom.plot(X, X)
    bottom.set_ylim(0, 2)
    fig.suptitle("two" if k == 2 else "others")


def twins(ax, k):
    ax.plot(X, X * k)
    ax.twinx().plot(X, -X, lw=8)


def inset(ax, k):
    ax.plot(X, X * k)
    ax.inset_axes([0.1, 0.5, 0.4, 0.4]).plot(X, X**k)


def solid(fig, k):
    fig.add_subplot(projection="3d").plot(X, X, X * k)


DRAWS = [lines, scatter, image, bare_image, grid_of_images, marked_image, limits, titles, logs]
DRAWS += [near_limits, sometimes, outside, panels, twins, inset]
DIVIDED = [colour_bar, divided, solid]  # on `fig`, where every picture is a full draw


def made(draw, grid=(1, 2, 3, 4)):
    shape = (1, 3) if draw is panels else (1, 1)
    return Explorer(draw, k=list(grid), panels=shape, start={"k": grid[0]})


@cache
def fresh(draw, k):
    """The words and the pixels of an explorer that has shown nothing else."""
    return shown(made(draw, [k]))


def shown(explorer):
    return repr(explorer).split("]; ")[1], pixels(explorer.picture.value)


@pytest.mark.parametrize("draw", DRAWS)
def test_quick_picture_is_pixel_for_pixel_the_full_draw(draw):
    explorer, full = made(draw), {}
    for k in (1, 2, 2, 4, 1):
        explorer.move(k=k)
        if k not in full:
            full[k] = full_draw(explorer)
        np.testing.assert_array_equal(pixels(explorer.picture.value), full[k])


# `panels` has `logs` among its axes.
@pytest.mark.parametrize("draw", [image, limits, outside, panels])
def test_to_be_displayed_moves_nothing(draw):
    explorer = made(draw)
    explorer._repr_mimebundle_()
    for k in (1, 3):
        explorer.move(k=k)
        np.testing.assert_array_equal(pixels(explorer.picture.value), fresh(draw, k)[1])


@pytest.mark.parametrize("draw", [image, limits, sometimes, outside, panels, *DIVIDED])
def test_a_picture_does_not_depend_on_the_way_to_it(draw):
    explorer = made(draw)
    explorer.move(k=2)
    for k in (4, 3):
        explorer.move(k=k)
        words, picture = shown(explorer)
        assert words == fresh(draw, k)[0]
        np.testing.assert_array_equal(picture, fresh(draw, k)[1])


@pytest.mark.parametrize("draw", [lines, scatter, image, bare_image, logs, outside])
def test_what_stays_is_not_drawn_again(draw, draws):
    explorer = Explorer(draw, k=[1, 2], start={"k": 1})
    for _ in range(3):
        explorer.move(k=1)
    draws.clear()
    for k in (1, 2, 1, 2) if draw is scatter else (1, 1):
        explorer.move(k=k)
    assert not draws


# -- pictures that are not ours ------------------------------------------------------------


def figure_of(k):
    fig, ax = plots.subplots(width=3)
    ax.plot(X, k * X)
    return fig


def test_draw_may_return_a_figure_axes_or_picture():
    expected = pixels(plots.png(figure_of(2)))
    for draw in (
        figure_of,
        lambda k: figure_of(k).axes[0],
        lambda k: plots.show(figure_of(k)),
    ):
        explorer = Explorer(draw, k=[1, 2], start={"k": 1})
        explorer.move(k=2)
        np.testing.assert_array_equal(pixels(explorer.picture.value), expected)
        assert "last y 2" in repr(explorer)


def test_draw_may_use_pyplot_and_leaves_no_figure_open():
    def draw(k):
        plt.plot(X, k * X)
        return f"k is {k}"

    explorer = Explorer(draw, k=[1, 2], start={"k": 1})
    before = explorer.picture.value
    explorer.move(k=2)
    assert explorer.picture.value != before and "last y 2" in repr(explorer)
    assert "k is 2" in explorer.readout.value and plt.get_fignums() == []


# -- on paper ------------------------------------------------------------------------------


def test_mime_bundle_holds_widget_picture_and_a_text_that_stays():
    def bundle():
        return Explorer(
            wave, k=[1, 2, 3], height=[0.1, 1.0], title="a wave"
        )._repr_mimebundle_()

    (data, metadata), (again, _) = bundle(), bundle()
    assert "application/vnd.jupyter.widget-view+json" in data
    text = data["text/plain"]
    assert text == again["text/plain"] and data["image/png"] == again["image/png"]
    assert text.startswith("Explorer: k=2 of [1, 2, 3], height=0.1 of [0.1, 1]; the sum is ")
    assert "30 points" in text and not re.search(r"0x[0-9a-f]{5}|[0-9a-f]{12}", text)
    alt = metadata["image/png"]["alt"]
    assert alt in text and metadata["image/png"]["width"] == 400
    assert pixels(base64.b64decode(data["image/png"])).std() > 1


def test_text_follows_the_data():
    a, b = (repr(Explorer(lambda ax, k, f=f: wave(ax, k, f), k=[2])) for f in (1.0, 1.05))
    assert a.split("mean y")[0] != b.split("mean y")[0]


@pytest.mark.parametrize("draw", [wave, figure_of, steps(3, []), divided])
def test_film_strip_holds_the_pictures_asked_for(draw, monkeypatch):
    figures = []
    show = plots.show
    monkeypatch.setattr(
        plots, "show", lambda fig, *alt: (figures.append(fig), show(fig, *alt))[1]
    )
    explorer = Explorer(draw, k=[1, 2, 3, 4, 5, 6, 7], start={"k": 2})
    before = explorer.picture.value
    strip = explorer.film_strip(pictures=3)
    parts = figures[-1].subfigs
    titles = {part.get_suptitle() for part in parts if part.axes}
    assert titles == {"k = 1", "k = 4", "k = 7"}
    assert "k = 1, 4, 7" in strip.text and pixels(strip.png).std() > 1
    if draw is not figure_of:
        ends = [part.axes[0].lines[0].get_ydata()[-1] for part in parts if part.axes]
        assert len(set(ends)) == 3, "each part shows its own setting"
    assert explorer.picture.value == before and explorer.setting == {"k": 2}


def parts_of(page):
    """The texts of a kernel-free page that a reader meets, and what its script is given."""
    data = re.search(r'<script type="application/json">(.*?)</script>', page, re.S)[1]
    return re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S), json.loads(data)


@pytest.mark.parametrize("draw", [wave, steps(3, [])])
def test_the_kernel_free_page_has_the_picture_and_words_of_each_setting(draw):
    grids = {"k": [1, 2, 5]} | ({"height": [0.5, 1.0]} if draw is wave else {})
    explorer = Explorer(draw, **grids, title="a <wave>", labels={"k": "waves & more"})
    seen, data = parts_of(explorer.html())
    assert "a &lt;wave&gt;" in seen and "waves &amp; more" in seen
    assert seen.count('type="range"') == seen.count("<output>") == len(grids)
    assert data["values"] == [[f"{value:g}" for value in values] for values in grids.values()]
    settings = explorers._settings(grids)
    assert len(data["frames"]) == len(settings)
    for setting, frame in zip(settings, data["frames"], strict=True):
        explorer.move(**setting)
        assert frame["said"] in explorer.readout.value and frame["alt"] in repr(explorer)
        away = np.abs(pixels(base64.b64decode(frame["png"])) - pixels(explorer.picture.value))
        assert away.mean() < 1, "64 colours are as good as all"


def test_the_kernel_free_page_starts_where_the_sliders_stand_and_asks_for_nothing():
    explorer = Explorer(wave, k=[1, 2, 3], height=[0.5, 1.0], start={"k": 2, "height": 1.0})
    page = explorer.html()
    seen, data = parts_of(page)
    assert re.findall(r'max="(\d)" value="(\d)"', seen) == [("2", "1"), ("1", "1")]
    assert data["frames"][3]["png"] in seen and data["frames"][3]["said"] in seen
    assert page.isascii() and "http" not in page and 'id="' not in page


def test_no_words_break_a_kernel_free_page():
    rude = 'é </script> "quoted" <b>'
    explorer = Explorer(
        lambda ax, k: rude, k=["</script>", "ü"], title=rude, labels={"k": rude}
    )
    page = explorer.html()
    seen, data = parts_of(page)
    assert page.isascii() and page.count("</script>") == 2 and "<b>" not in page
    assert data["values"] == [["</script>", "ü"]] and data["frames"][0]["said"] == rude
    assert html.unescape(seen).count(rude) == 4, "title, label, read-out and alt text"


def test_a_kernel_free_page_of_a_part_of_the_grid():
    explorer = Explorer(wave, k=[1, 2, 3], height=[0.5, 1.0], start={"k": 2})
    seen, data = parts_of(explorer.html(k=[1, 3]))
    assert data["values"] == [["1", "3"], ["0.5", "1"]] and len(data["frames"]) == 4
    assert 'value="0"' in seen, "2 is not in it, so it starts with the first"
    with pytest.raises(ValueError, match=r"k=\[4\] is not in its grid \[1, 2, 3\]"):
        explorer.html(k=[1, 4])
    with pytest.raises(ValueError, match="no grid is named 'depth'"):
        explorer.html(depth=[1])


def test_a_kernel_free_page_raises_what_draw_raises():
    explorer = Explorer(lambda ax, k: f"{1 / k}", k=[0, 1], start={"k": 1})
    with pytest.raises(ZeroDivisionError) as error:
        explorer.html()
    assert "while drawing k=0" in [*getattr(error.value, "__notes__", ()), *error.value.args]


def test_film_strip_of_another_grid_and_its_errors():
    explorer = Explorer(wave, k=[1, 2], height=[0.1, 0.5, 1.0])
    assert "height = 0.1, 0.5, 1." in explorer.film_strip("height").text
    with pytest.raises(ValueError, match="no grid is named 'depth'"):
        explorer.film_strip("depth")
    with pytest.raises(ValueError, match="pictures=0"):
        explorer.film_strip(pictures=0)
