"""Explorers: sliders, read-out and picture, as readers and code see them."""

import asyncio
import base64
import re
import threading
from functools import partial

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from small_explorers import (
    EVERY_PICTURE,
    X,
    counted_waves,
    in_a_loop,
    move_in_a_loop,
    notes_of,
    own_figure,
    pixels,
    run_of,
    small_explorer,
    stored,
    wave,
)

from aehelpers.figures import plots
from aehelpers.figures.settings import every_setting

# -- check ---------------------------------------------------------------------------------

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

    explorer = small_explorer(draw, **grids)
    drawn.clear()
    return explorer, drawn, bad


@pytest.mark.parametrize("whole", [False, True])
def test_check_says_the_same_of_a_part_as_of_the_whole_and_leaves_all_as_it_was(whole):
    explorer = small_explorer(wave, k=list(range(7)), height=[0.5, 1.0], start={"k": 1})
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
    assert f"{name}={value}" in notes_of(caught.value) and explorer.setting[name] == value
    assert len(drawn) <= 6


def test_only_a_whole_check_is_sure_to_find_what_fails_at_one_setting():
    explorer, drawn, bad = recorded(GRIDS)
    explorer.check()
    assert len(drawn) == 6
    missed = next(s for s in every_setting(GRIDS) if tuple(s.items()) not in drawn)
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


def test_check_goes_through_the_sliders():
    explorer = small_explorer(wave, k=[1, 2, 3])
    moved = []
    explorer.sliders["k"].observe(lambda change: moved.append(change.new), "value")
    explorer.check()
    assert moved == [1, 3, 2]


def test_the_page_is_sent_no_picture_on_the_way_of_a_check(monkeypatch):
    explorer, sent = small_explorer(wave, k=[1, 2, 3]), []
    picture = type(explorer.picture)
    monkeypatch.setattr(picture, "send_state", lambda widget, key=None: sent.append(key))
    explorer.check()
    assert "value" not in sent
    explorer.move(k=1)
    assert "value" in sent


def test_check_raises_what_only_rendering_raises():
    def draw(ax, k):
        ax.set_title("$x" + r"\nonsense" * k + "$")

    explorer = small_explorer(draw, k=[0, 1])
    with pytest.raises(ValueError, match="nonsense"):
        explorer.check()


# -- arguments -----------------------------------------------------------------------------


def test_first_draw_raises_at_once():
    with pytest.raises(KeyError):
        small_explorer(lambda ax, k: {}[k], k=[1])


def test_numbers_of_an_array_reach_draw_as_plain_numbers():
    kinds = set()
    small_explorer(lambda ax, k: kinds.add(type(k)), k=np.array([1.0, 2.0])).check()
    small_explorer(lambda ax, k: kinds.add(type(k)), k=[np.int64(3)]).check()
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
        (wave, {"k": [0.3, 1.0, 0.1 + 0.2]}, ValueError, "none of them twice"),
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
        small_explorer(draw, **options)


# -- sliders and read-out ------------------------------------------------------------------


def test_slider_changes_picture_and_read_out():
    explorer = small_explorer(wave, k=[1, 2, 3], start={"k": 1})
    before = explorer.picture.value, explorer.readout.value
    explorer.sliders["k"].value = 3
    assert explorer.picture.value != before[0]
    assert f"the sum is {np.sin(3 * X).sum():.3g}" in explorer.readout.value
    assert "mean y" in explorer.readout.value  # the description for those who do not see it
    explorer.sliders["k"].value = 1
    assert (explorer.picture.value, explorer.readout.value) == before


def test_labels_values_and_start_are_on_the_sliders():
    explorer = small_explorer(
        wave, k=[1, 2, 3], height=[1e-5, 0.1 + 0.2], labels={"height": "height (m)"}
    )
    assert explorer.setting == {"k": 2, "height": 1e-5}
    assert [slider.description for slider in explorer.sliders.values()] == ["k", "height (m)"]
    said = [text for text, _ in explorer.sliders["height"].options]
    assert said == ["1e-05", "0.3"]
    for slider in explorer.sliders.values():
        label, whole = slider.style.description_width, slider.layout.width
        assert 0 < float(label.removesuffix("em")) < float(whole.removesuffix("em")) - 20


def test_a_value_is_taken_within_rounding():
    grid = np.linspace(0, 1, 11)
    explorer = small_explorer(wave, k=[1, 2], height=grid, start={"height": 0.3})
    assert explorer.setting["height"] == grid[3] != 0.3
    assert "height 0.3" in explorer.readout.value and "0.3, 0.4" in repr(explorer)
    explorer.move(height=0.7)
    assert explorer.setting["height"] == grid[7] != 0.7
    assert explorer.html(height=[0.3, np.float64(0.7)], k=[2]).count('"alt"') == 2
    around_0 = small_explorer(wave, k=[1], height=np.arange(-1, 1.05, 0.1), start={"height": 0})
    assert around_0.setting["height"] == pytest.approx(0, abs=1e-15)
    for call in (explorer.move, explorer.html):
        with pytest.raises(ValueError, match=r"height=0.35 is not in its grid \[0, 0.1,"):
            call(height=[0.35] if call == explorer.html else 0.35)


@pytest.mark.parametrize("grid", [(0.0, 1.0, 0.1), (0, 10, 2), (1, 64, 1)])
def test_a_start_a_stop_and_a_step_are_refused_with_what_to_write(grid):
    with pytest.raises(ValueError, match="could be a start, a stop and a step") as caught:
        small_explorer(wave, k=grid)
    array, values = re.search(r"Write (np.*), or .* (\[.*\])", str(caught.value)).groups()
    steps = eval(array, {"np": np})
    assert (steps[0], steps[-1]) == pytest.approx(grid[:2])
    assert eval(values) == list(grid)


@pytest.mark.parametrize("grid", [(1, 2, 3), (2, 4, 8), (0, 1), (3, 2, 1), (0.1, 0.3, 0.9)])
def test_other_tuples_are_values(grid):
    assert small_explorer(wave, k=grid).grids["k"] == list(grid)


def test_a_screen_reader_hears_labels_values_and_picture():
    labels = {"height": "height, metres"}
    explorer = small_explorer(wave, k=[1, 2], height=[0.5, 1.0], labels=labels)
    explorer.move(k=2, height=1.0)
    status, description = re.findall(r"<div.*?</div>", explorer.readout.value)
    assert 'role="status"' in status and "k 2, height, metres 1. " in status
    assert "Line of 30 points" in description
    page = explorer.html()
    assert "<label><span>height, metres</span>" in page and "aria-valuetext" in page


def test_an_error_is_shown_with_its_setting_and_goes_with_the_next_picture():
    def draw(ax, k):
        yield lambda: ax.plot(X, k * X)[0].get_label()
        if k == 3:
            raise ValueError("<b>too</b> large")

    explorer = small_explorer(draw, k=[1, 2, 3])
    good = explorer.picture.value
    move_in_a_loop(explorer, k=3)
    assert "ValueError: &lt;b&gt;too&lt;/b&gt; large" in explorer.readout.value
    assert "k=3" in explorer.readout.value and 'role="alert"' in explorer.readout.value
    assert "explorer-stale" in str(explorer.picture.get_state())
    move_in_a_loop(explorer, k=2)
    assert "ValueError" not in explorer.readout.value
    assert "explorer-stale" not in str(explorer.picture.get_state())
    assert explorer.picture.value == good


def test_a_run_that_failed_fails_again_at_a_later_step():
    def draw(ax, k):
        for step in range(9):
            if k == 2 and step == 3:
                raise ValueError("step 3")
            yield partial("step {}".format, step)

    explorer = small_explorer(draw, k=[1, 2], start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 2
        await explorer.settled()
        explorer.step.value = 2
        await explorer.settled()
        assert "step 1" in explorer.readout.value
        for step in (6, 7):
            explorer.step.value = step
            await explorer.settled()
            assert "ValueError: step 3" in explorer.readout.value

    in_a_loop(explorer, script)


def elsewhere(action):
    """Call action() in a thread of its own, and wait until it is done."""
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


def test_moves_reported_to_another_thread_are_drawn_in_the_explorers_own():
    """As JupyterLab reports them: matplotlib in two threads gave empty pictures."""
    threads = []

    def draw(ax, k):
        for step in range(3):
            threads.append(threading.current_thread())
            yield partial("k {}, step {}".format, k, step)

    async def script():
        explorer = small_explorer(draw, k=list(range(9)), start={"k": 0})
        elsewhere(lambda: explorer.sliders["k"].set_trait("value", 7))
        await explorer.settled()
        assert "k 7, step 2" in explorer.readout.value
        elsewhere(explorer.reset.click)
        await explorer.settled()
        assert explorer.setting == {"k": 0} and "k 0, step 2" in explorer.readout.value

    asyncio.run(script())
    assert set(threads) == {threading.main_thread()}


def test_a_move_is_not_lost_while_the_step_slider_goes_along():

    async def script():
        explorer = small_explorer(run_of(3, []), EVERY_PICTURE, k=list(range(9)))

        def move_on(change):
            elsewhere(lambda: explorer.sliders["k"].set_trait("value", 5))

        explorer.step.observe(move_on, "value")
        explorer.sliders["k"].value = 7
        await explorer.settled()
        assert explorer.setting == {"k": 5} and "k 5, step 2" in explorer.readout.value

    asyncio.run(script())


def test_without_a_loop_an_error_is_raised_and_shown():
    explorer = small_explorer(lambda ax, k: f"{1 / k}", k=[0, 1], start={"k": 1})
    with pytest.raises(ZeroDivisionError):
        explorer.sliders["k"].value = 0
    assert "ZeroDivisionError" in explorer.readout.value


def test_move_and_check_finish_even_in_a_loop():
    log = []
    explorer = small_explorer(run_of(3, log), k=[1, 2, 3])
    log.clear()

    async def script():
        explorer.sliders["k"].value = 1
        explorer.check()
        assert explorer.setting == {"k": 1} and "k 1, step 2" in explorer.readout.value

    in_a_loop(explorer, script)
    assert [k for what, k in log if what == "finished"] == [2, 3, 1]


# -- the slider of a run's steps ------------------------------------------------------------


def test_each_step_of_a_run_can_be_shown():
    log = []
    explorer = small_explorer(run_of(5, log), k=[1, 2], start={"k": 1})
    assert (explorer.step.min, explorer.step.value, explorer.step.max) == (1, 5, 5)
    pictures = {}

    async def script():
        for step in (1, 2, 3, 5, 2):
            explorer.step.value = step
            await explorer.settled()
            assert f"k 1, step {step - 1}" in explorer.readout.value
            pictures.setdefault(step, explorer.picture.value)
            assert explorer.picture.value == pictures[step]

    log.clear()
    in_a_loop(explorer, script)
    assert len(set(pictures.values())) == 4
    assert log == [("started", 1)], "one run serves steps in order, and what was drawn stays"


def test_the_step_slider_goes_along_with_a_run():
    def draw(ax, k):
        for step in range(k):
            yield partial("{} of {}".format, step + 1, k)

    explorer, seen = small_explorer(draw, EVERY_PICTURE, k=[3, 6, 2], start={"k": 3}), []
    explorer.step.observe(lambda change: seen.append(change.new), "value")

    async def script():
        explorer.sliders["k"].value = 6
        await explorer.settled()
        assert seen[-6:] == [1, 2, 3, 4, 5, 6] and explorer.step.max == 6
        assert explorer.play.max == 6
        explorer.sliders["k"].value = 2
        await explorer.settled()
        assert explorer.step.value == explorer.step.max == explorer.play.max == 2
        assert "2 of 2" in explorer.readout.value

    in_a_loop(explorer, script)


def test_a_step_beyond_the_end_of_a_run_is_its_end():
    def draw(ax, k):
        for step in range(k):
            yield partial("{} of {}".format, step + 1, k)

    explorer = small_explorer(draw, k=[8, 3], start={"k": 8})

    async def script():
        explorer.sliders["k"].value = 3
        explorer.step.value = 7  # before the run has shown how short it is
        await explorer.settled()

    in_a_loop(explorer, script)
    assert "3 of 3" in explorer.readout.value
    assert explorer.step.value == explorer.step.max == 3


def test_reset_goes_back_to_the_start_and_forgets():
    explorer, drawn = counted_waves([1, 2, 3], start={"k": 1})

    async def script():
        explorer.sliders["k"].value = 3
        await explorer.settled()
        explorer.reset.click()

    in_a_loop(explorer, script)
    assert explorer.setting == {"k": 1} and drawn == [1, 3, 1]
    assert not hasattr(explorer, "step"), "there is no run to step through"


# -- pictures that draw makes itself --------------------------------------------------------


def test_draw_may_return_a_figure_axes_or_picture():
    expected = pixels(plots.png(own_figure(2)))
    for draw in (
        own_figure,
        lambda k: own_figure(k).axes[0],
        lambda k: plots.show(own_figure(k)),
    ):
        explorer = small_explorer(draw, k=[1, 2], start={"k": 1})
        explorer.move(k=2)
        np.testing.assert_array_equal(pixels(explorer.picture.value), expected)
        assert "last y 2" in repr(explorer)
        png = base64.b64decode(stored(explorer)[0]["image/png"])
        np.testing.assert_array_equal(pixels(png), expected)


def test_draw_may_use_pyplot_and_leaves_no_figure_open():
    def draw(k):
        plt.plot(X, k * X)
        return f"k is {k}"

    explorer = small_explorer(draw, k=[1, 2], start={"k": 1})
    before = explorer.picture.value
    explorer.move(k=2)
    assert explorer.picture.value != before and "last y 2" in repr(explorer)
    assert "k is 2" in explorer.readout.value and plt.get_fignums() == []


def figure_shown(k):
    plt.figure(figsize=(3, 2))
    plt.plot(X, k * X)
    plt.show()


def shown_by_name(k):
    plt.plot(X, k * X)
    plt.gcf().set_size_inches(3, 2)
    plt.show(block=False)
    return f"k is {k}"


def on_given_axes(ax, k):
    plt.plot(X, k * X)
    plt.title(f"k is {k}")
    plt.show()


def on_given_figure(fig, k):
    plt.subplot(1, 2, 1)
    plt.plot(X, k * X)


def beside_given_axes(ax, k):
    plt.figure(figsize=(3, 2))
    plt.plot(X, k * X)


def returned_beside_given_axes(ax, k):
    return own_figure(k)


@pytest.mark.parametrize(
    "draw",
    [
        figure_shown,
        shown_by_name,
        on_given_axes,
        on_given_figure,
        beside_given_axes,
        returned_beside_given_axes,
    ],
)
def test_what_is_drawn_with_pyplot_or_returned_is_the_picture(draw):
    readers, _ = plt.subplots()
    explorer = small_explorer(draw, k=[1, 2, 3], start={"k": 1})
    for k in (2, 3, 1):
        explorer.move(k=k)
        assert f"last y {k}" in repr(explorer) and pixels(explorer.picture.value).std() > 1
        png = pixels(base64.b64decode(stored(explorer)[0]["image/png"]))
        assert png.std() > 1
        assert plt.get_fignums() == [1] and plt.gcf() is readers and not readers.axes[0].lines
    strip = explorer.film_strip(n_pictures=2)
    assert "Empty" not in strip.text and strip.text.count("k = ") == 3
    assert plt.get_fignums() == [1]


def test_what_is_drawn_on_the_given_axes_goes_before_a_figure_of_pyplot():
    def draw(ax, k):
        ax.plot(X, k * X)
        plt.figure().subplots().plot(X)

    assert "last y 2" in repr(small_explorer(draw, k=[2])) and plt.get_fignums() == []


def test_figures_of_the_reader_are_theirs():
    readers, axes = plt.subplots()
    axes.plot(X)

    def draw(k):
        plt.rcParams["lines.linewidth"] = 9
        if k == 2:
            plt.plot(X)
            raise ValueError
        return "words"

    settings = dict(plt.rcParams)
    explorer = small_explorer(draw, k=[1, 2, 3], start={"k": 1})
    assert "Line" not in repr(explorer), "no figure was drawn"
    with pytest.raises(ValueError):
        explorer.move(k=2)
    assert plt.get_fignums() == [1] and plt.gca() is axes and len(axes.lines) == 1
    assert dict(plt.rcParams) == settings


@pytest.mark.parametrize("interactive", [True, False])
def test_pyplot_stays_as_interactive_as_it_was(interactive):
    before = plt.isinteractive()
    try:
        (plt.ion if interactive else plt.ioff)()
        small_explorer(figure_shown, k=[1, 2]).move(k=2)
        assert plt.isinteractive() is interactive
    finally:
        (plt.ion if before else plt.ioff)()


OURS_FIRST = {
    "loss_curve": "plots.loss_curve([3, 2, 1.0]);",
    "show": "plots.show(plots.points([[0, 0], [1, 1]]))",
    "explorer": "Explorer(lambda k: plt.plot([k, 2]) and None, k=[1, 2])",
    "explorer on axes": "Explorer(lambda ax, k: ax.plot([k, 2]) and None, k=[1, 2])",
}


@pytest.mark.parametrize("first", OURS_FIRST.values(), ids=OURS_FIRST)
def test_in_a_kernel_figures_of_the_reader_are_shown_whatever_of_ours_came_first(
    first, monkeypatch
):
    """Each figure is shown once, by the cell that has drawn it."""
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel's own, as readers have it
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    new = nbformat.v4
    sources = [
        "from aehelpers.figures import Explorer, plots\nfrom matplotlib import pyplot as plt",
        first,
        "plots.points([[0, 0], [1, 1]]);",
        "plt.plot([1, 2]);",
        "axes = plt.figure().gca(); Explorer(lambda k: plt.show(), k=[1]); axes.plot([1, 2]);",
        "print(plt.isinteractive(), plt.get_fignums(), plt.get_backend())",
    ]
    notebook = new.new_notebook(cells=[new.new_code_cell(source) for source in sources])
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    pictures = [
        sum("image/png" in output.get("data", {}) for output in cell.outputs)
        for cell in notebook.cells
    ]
    assert pictures[3:] == [1, 1, 0]
    if matplotlib.__version_info__ >= (3, 10):  # before, any first figure was shown too late
        assert pictures[:3] == [0, 1, 1]
    (printed,) = notebook.cells[-1].outputs
    assert printed.text.startswith("True [] ") and "inline" in printed.text


# -- in a stored notebook -------------------------------------------------------------------


def test_mime_bundle_holds_widget_picture_and_a_text_that_stays():
    def bundle():
        return stored(small_explorer(wave, k=[1, 2, 3], height=[0.1, 1.0], title="a wave"))

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
    a, b = (repr(small_explorer(lambda ax, k, f=f: wave(ax, k, f), k=[2])) for f in (1.0, 1.05))
    assert a.split("mean y")[0] != b.split("mean y")[0]


def test_what_is_printed_is_what_is_shown_even_if_it_was_kept():
    explorer, drawn = counted_waves([1, 2, 3], start={"k": 1})
    (first, _), text = stored(explorer), repr(explorer)
    for k in (3, 1):
        move_in_a_loop(explorer, k=k)
    assert drawn == [1, 3], "so the picture of 1 was kept"
    (again, _) = stored(explorer)
    assert again["image/png"] == first["image/png"] and repr(explorer) == text
