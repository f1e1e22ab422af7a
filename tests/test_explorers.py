"""Explorers: every setting drawn, the newest run alone finished, the quick picture true."""

import asyncio
import base64
import io
import re
from functools import partial

import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from aehelpers import explorers, plots
from aehelpers.explorers import Explorer

X = np.linspace(0, 1, 30)


def wave(ax, k, height=1.0):
    ax.plot(X, height * np.sin(k * X))
    ax.set_ylim(-2, 2)
    return f"the sum is {np.sin(k * X).sum():.3g}"


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def full_draw(explorer):
    """The picture with nothing kept from before: one draw of all there is."""
    figure = explorer._stage.figure
    explorer._stage._forget_layout()
    with explorers._styled():
        figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)


@pytest.fixture
def draws(monkeypatch):
    """Counts the full draws of the live figure."""
    count = []
    draw = explorers.FigureCanvasAgg.draw
    monkeypatch.setattr(
        explorers.FigureCanvasAgg, "draw", lambda canvas: (count.append(1), draw(canvas))[1]
    )
    return count


# -- the grid ------------------------------------------------------------------------------


def test_check_draws_every_setting_once_and_leaves_all_as_it_was():
    seen = []

    def draw(ax, k, height):
        seen.append((k, height))
        return wave(ax, k, height)

    explorer = Explorer(draw, k=[1, 2, 3], height=[0.5, 1.0])
    before = explorer.setting, explorer.picture.value, explorer.readout.value
    seen.clear()
    assert explorer.check() == "6 settings drawn"
    assert sorted(seen) == [(k, height) for k in (1, 2, 3) for height in (0.5, 1.0)]
    assert (explorer.setting, explorer.picture.value, explorer.readout.value) == before


def test_check_goes_through_the_sliders():
    explorer = Explorer(wave, k=[1, 2, 3])
    moved = []
    explorer.sliders["k"].observe(lambda change: moved.append(change.new), "value")
    explorer.check()
    assert moved == [1, 3, 2]


def test_check_raises_what_draw_raises_and_names_the_setting():
    def draw(ax, k, height):
        if (k, height) == (3, 0.5):
            raise ZeroDivisionError("no such net")

    explorer = Explorer(draw, k=[1, 2, 3], height=[0.5, 1.0])
    with pytest.raises(ZeroDivisionError) as caught:
        explorer.check()
    said = str(caught.value) + " ".join(getattr(caught.value, "__notes__", []))
    assert "no such net" in said and "k=3, height=0.5" in said


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
                return f"k {k}, step {step}"

            yield picture
        log.append(("finished", k))

    return draw


def test_a_run_is_shown_while_it_runs(monkeypatch):
    monkeypatch.setattr(explorers, "BETWEEN_PICTURES", 0)
    explorer = Explorer(steps(5, []), k=[1, 2])
    pictures = []
    explorer.picture.observe(lambda change: pictures.append(change.new), "value")

    async def script():
        explorer.sliders["k"].value = 2

    run_live(explorer, script)
    assert len(set(pictures)) == 5 and pictures[-1] == explorer.picture.value
    assert "k 2, step 4" in explorer.readout.value


def test_pictures_are_spaced_and_the_last_one_is_always_shown():
    explorer = Explorer(steps(5, []), k=[1, 2])
    last, pictures = explorer.picture.value, []
    explorer.move(k=2)
    last = explorer.picture.value
    explorer.move(k=1)
    explorer.picture.observe(lambda change: pictures.append(change.new), "value")

    async def script():
        explorer.sliders["k"].value = 2

    explorers_gap, explorers.BETWEEN_PICTURES = explorers.BETWEEN_PICTURES, 1e9
    try:
        run_live(explorer, script)
    finally:
        explorers.BETWEEN_PICTURES = explorers_gap
    assert len(pictures) == 2 and pictures[-1] == last
    assert "k 2, step 4" in explorer.readout.value


def test_of_200_quick_changes_only_the_newest_is_finished():
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
    assert [k for what, k in log if what == "finished"] == [newest]
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
        await asyncio.sleep(0.01)
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
        assert explorer.check() == "3 settings drawn"
        assert explorer.setting == {"k": 1} and "k 1, step 2" in explorer.readout.value

    run_live(explorer, script)
    assert [k for what, k in log if what == "finished"] == [2, 3, 1]


# -- runs: what stands on the axes ---------------------------------------------------------


def test_each_picture_starts_on_empty_axes(monkeypatch):
    monkeypatch.setattr(explorers, "BETWEEN_PICTURES", 0)

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


def colour_bar(fig, k):
    left, right = fig.subplots(1, 2)
    fig.colorbar(left.imshow(np.outer(X, X**k)), ax=left, label="value")
    points = right.scatter(X, X**k, c=X)
    fig.colorbar(points, ax=right, location="bottom")


def limits(ax, k):
    ax.plot(10 ** (k - 2) * X, X**k)


def titles(ax, k):
    ax.plot(X, X)
    ax.set_title("even" if k % 2 == 0 else f"a longer\ntitle {k}")
    ax.set_xlabel("x" * k)


def logs(ax, k):
    ax.loglog(X + 0.01, (X + 0.01) ** k)
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
        (lines, bare_image, logs)[i](ax, k)


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


DRAWS = [lines, scatter, image, bare_image, limits, titles, logs]
DRAWS += [sometimes, outside, panels, twins, inset]
DIVIDED = [colour_bar, divided, solid]  # on `fig`, where every picture is a full draw


@pytest.mark.parametrize("draw", DRAWS)
def test_quick_picture_is_pixel_for_pixel_the_full_draw(draw):
    shape = (1, 3) if draw is panels else (1, 1)
    explorer = Explorer(draw, k=[1, 2, 3, 4], panels=shape, start={"k": 1})
    for k in (1, 2, 2, 4, 1):
        explorer.move(k=k)
        difference = np.abs(pixels(explorer.picture.value) - full_draw(explorer)).max()
        assert difference == 0, k


@pytest.mark.parametrize("draw", [image, limits, logs, sometimes, outside, panels, *DIVIDED])
def test_a_picture_does_not_depend_on_the_way_to_it(draw):
    shape = (1, 3) if draw is panels else (1, 1)
    explorer = Explorer(draw, k=[1, 2, 3, 4], panels=shape, start={"k": 1})
    for k in (2, 4, 3):
        explorer.move(k=k)
        fresh = Explorer(draw, k=[k], panels=shape)
        assert repr(explorer).split("]; ")[1] == repr(fresh).split("]; ")[1]
        difference = np.abs(pixels(explorer.picture.value) - pixels(fresh.picture.value)).max()
        assert difference == 0, k


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
    fig, ax = plots.subplots()
    ax.plot(X, k * X)
    return fig


def test_draw_may_return_a_figure_axes_or_picture():
    pictures = []
    for draw in (
        figure_of,
        lambda k: figure_of(k).axes[0],
        lambda k: plots.show(figure_of(k)),
    ):
        explorer = Explorer(draw, k=[1, 2], start={"k": 1})
        explorer.move(k=2)
        pictures.append(explorer.picture.value)
        assert "last y 2" in repr(explorer)
    assert pictures[0] == pictures[1] == pictures[2] == plots.png(figure_of(2))


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
    assert alt in text and metadata["image/png"]["width"] == 700
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


def test_film_strip_of_another_grid_and_its_errors():
    explorer = Explorer(wave, k=[1, 2], height=[0.1, 0.5, 1.0])
    assert "height = 0.1, 0.5, 1." in explorer.film_strip("height").text
    with pytest.raises(ValueError, match="no grid is named 'depth'"):
        explorer.film_strip("depth")
    with pytest.raises(ValueError, match="pictures=0"):
        explorer.film_strip(pictures=0)
