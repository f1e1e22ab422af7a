"""The canvas: each picture is what matplotlib draws on a new figure, only sooner."""

import io
from contextlib import suppress
from functools import cache, partial

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from small_explorers import (
    EVERY_PICTURE,
    X,
    divided,
    move_in_a_loop,
    pixels,
    small_explorer,
    stored,
)

from aehelpers.figures import plots
from aehelpers.figures.canvas import empty_figure, png_bytes


@pytest.fixture
def draws(monkeypatch):
    """Counts the full draws of figures."""
    count, draw = [], FigureCanvasAgg.draw
    monkeypatch.setattr(FigureCanvasAgg, "draw", lambda agg: (count.append(1), draw(agg))[1])
    return count


# -- what is drawn --------------------------------------------------------------------------


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


def minor_ticks(ax, k):
    marked_image(ax, k)
    ax.tick_params(which="major", length=0)


def colour_bar(fig, k):
    left, right = fig.subplots(1, 2)
    fig.colorbar(left.imshow(np.outer(X, X**k)), ax=left, label="value")
    points = right.scatter(X, X**k, c=X)
    fig.colorbar(points, ax=right, location="bottom")


def coded(ax, k):
    """Its colour bar has axes of its own, which go with it."""
    plots.coded(np.stack([X, X**k], axis=1), X * k, ax=ax)


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


def twins(ax, k):
    ax.plot(X, X * k)
    ax.twinx().plot(X, -X, lw=8)


def inset(ax, k):
    ax.plot(X, X * k)
    ax.inset_axes([0.1, 0.5, 0.4, 0.4]).plot(X, X**k)


def solid(fig, k):
    fig.add_subplot(projection="3d").plot(X, X, X * k)


DRAWS = [lines, scatter, image, bare_image, grid_of_images, marked_image, limits, titles, logs]
DRAWS += [minor_ticks, near_limits, sometimes, outside, panels, twins, inset, coded]
DIVIDED = [colour_bar, divided, solid]  # on `fig`, where every picture is a full draw


def made(draw, grid=(1, 2, 3, 4)):
    shape = (1, 3) if draw is panels else (1, 1)
    return small_explorer(draw, k=list(grid), panels=shape, start={"k": grid[0]})


@cache
def fresh(draw, k):
    """The words and the pixels of an explorer that has shown nothing else."""
    return shown(made(draw, [k]))


@cache
def in_matplotlib(draw, k):
    """The pixels that matplotlib draws on a new figure."""
    figure = empty_figure((4, 2.4))
    with plots.styled():
        if draw is panels:
            draw(figure.subplots(1, 3), k)
        else:
            draw(figure.subplots(), k)
        figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)


def shown(explorer):
    return repr(explorer).split("]; ")[1], pixels(explorer.picture.value)


@pytest.mark.parametrize("draw", DRAWS)
def test_quick_picture_is_pixel_for_pixel_the_full_draw(draw):
    explorer = made(draw)
    for k in (1, 2, 2, 4, 1):
        explorer.move(k=k)
        np.testing.assert_array_equal(pixels(explorer.picture.value), in_matplotlib(draw, k))


# `panels` has `logs` among its axes.
@pytest.mark.parametrize("draw", [image, limits, outside, panels])
def test_to_be_displayed_moves_nothing(draw):
    explorer = made(draw)
    stored(explorer)
    for k in (1, 3):
        explorer.move(k=k)
        np.testing.assert_array_equal(pixels(explorer.picture.value), fresh(draw, k)[1])


@pytest.mark.parametrize("draw", [image, limits, outside, panels])
def test_what_a_notebook_stores_does_not_depend_on_what_was_shown_or_stored_before(draw):
    explorer, (fresh, _) = made(draw), stored(made(draw, [3]))
    for k in (4, 3):
        explorer.move(k=k)
    for _ in range(2):
        assert stored(explorer)[0]["image/png"] == fresh["image/png"]


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
    explorer = small_explorer(draw, k=[1, 2], start={"k": 1})
    for _ in range(3):
        explorer.move(k=1)
    draws.clear()
    for k in (1, 2, 1, 2) if draw is scatter else (1, 1):
        explorer.move(k=k)
    assert not draws


# -- what another setting left --------------------------------------------------------------

WORDS = ["PCA", "net", "mean", "tied"]


def rotated_ticks(ax):
    ax.set_xticks([0, 1], ["none", "all"], rotation=45)


def ticks_outside(ax):
    ax.tick_params(length=9, labelsize=14, labelcolor="red")
    ax.xaxis.tick_top()
    ax.minorticks_on()


def coloured_words(ax):
    ax.set_title("red", color="red", y=1.2)
    ax.set_xlabel("large", size=20)


def borders(ax):
    ax.spines[:].set_color("red")
    ax.spines.top.set_visible(True)
    ax.spines.left.set_position(("data", 0.5))


def face(ax):
    ax.set(facecolor="yellow", aspect=3, anchor="E", zorder=5, axisbelow=False)
    ax.xaxis.set_visible(False)


def on_the_figure(ax):
    ax.figure.suptitle("title")
    ax.figure.text(0.5, 0.5, "words")
    ax.figure.legend([ax.plot([0, 1])[0]], ["line"])
    ax.figure.set_facecolor("pink")


LEFT = [rotated_ticks, ticks_outside, coloured_words, borders, face, on_the_figure]
LEFT += [
    lambda ax: ax.bar(WORDS, [1, 2, 3, 4]),
    lambda ax: ax.plot(WORDS, WORDS),
    lambda ax: ax.invert_yaxis(),
    lambda ax: ax.axis("off"),
    lambda ax: ax.margins(0.4),
    lambda ax: ax.table([["a", "b"]]),
    lambda ax: ax.clabel(ax.contour(np.outer(X, X))),
    lambda ax: ax.secondary_xaxis("top").set_xlabel("above"),
    lambda ax: ax.figure.colorbar(ax.imshow(np.outer(X, X)), ax=ax),
    lambda ax: ax.figure.set_layout_engine("tight"),
    lambda ax: ax.figure.set_size_inches(5, 3),
    lambda ax: ax.figure.add_axes([0.1, 0.1, 0.2, 0.2]),
    lambda ax: plt.rcParams.update({"lines.linewidth": 9, "axes.facecolor": "red"}),
    lambda ax: plt.axes([0.2, 0.2, 0.1, 0.1]).plot(X),
    lambda ax: plt.figure().subplots().plot(X),
    lambda ax: plt.close("all"),
    lambda ax: 1 / 0,
]


@pytest.mark.parametrize("leave", LEFT)
def test_a_picture_shows_nothing_that_another_setting_left(leave):
    def draw(ax, k):
        ax.plot(X, k * X, label="ours")
        if k == 2:
            with suppress(ZeroDivisionError):
                leave(ax)
                ax.set_ylim(-3, 3)
        ax.set_title("one")

    explorer, settings = small_explorer(draw, k=[1, 2], start={"k": 1}), dict(plt.rcParams)
    before = shown(explorer)
    for _ in range(2):
        explorer.move(k=2)
        explorer.move(k=1)
        assert shown(explorer)[0] == before[0]
        np.testing.assert_array_equal(shown(explorer)[1], before[1])
    assert dict(plt.rcParams) == settings and plt.get_fignums() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda ax, k: ax.figure.suptitle(f"{k}"),
        lambda ax, k: ax.figure.set_facecolor("rgb"[k]),
        lambda ax, k: ax.set_facecolor("rgb"[k]),
        lambda ax, k: ax.tick_params(labelcolor="rgb"[k]),
        lambda ax, k: ax.set_title("one", color="rgb"[k]),
        lambda ax, k: ax.set_xticks([0, 1], ["a", "b"], color="rgb"[k]),
    ],
)
def test_what_is_changed_behind_the_data_is_seen(change):
    def draw(ax, k):
        ax.plot(X, X)
        change(ax, k)

    explorer = small_explorer(draw, k=[0, 1, 2], start={"k": 0})
    for k in (1, 2, 0):
        explorer.move(k=k)
        np.testing.assert_array_equal(pixels(explorer.picture.value), in_matplotlib(draw, k))


def test_a_draw_that_raised_leaves_nothing():
    def draw(ax, k):
        ax.bar(WORDS, [1, 2, 3, k])
        plt.figure().suptitle("a figure more")
        ax.set_title("$z_1$" if k == 1 else r"$\nonsense$")  # this is raised by rendering
        if k == 3:
            raise RuntimeError

    explorer = small_explorer(draw, k=[1, 2, 3], start={"k": 1})
    before = shown(explorer)
    for k, error in ((2, ValueError), (3, RuntimeError)):
        with pytest.raises(error):
            explorer.move(k=k)
        explorer.move(k=1)
        assert shown(explorer)[0] == before[0] and plt.get_fignums() == []
        np.testing.assert_array_equal(shown(explorer)[1], before[1])


def test_axes_without_data_have_the_limits_of_new_ones():
    def draw(ax, k):
        ax.text(0.5, 0.5, "no data") if k == 1 else ax.plot(9 * X)

    explorer = small_explorer(draw, k=[1, 2], start={"k": 2})
    explorer.move(k=1)
    np.testing.assert_array_equal(pixels(explorer.picture.value), in_matplotlib(draw, 1))


@pytest.mark.parametrize("kind", ["bar", "barh", "plot", "scatter"])
def test_words_on_an_axis_are_those_of_the_setting(kind):
    def draw(ax, k):
        getattr(ax, kind)(WORDS[k:], range(4 - k))

    explorer = small_explorer(draw, k=[0, 1, 2], start={"k": 0})
    for k in (1, 2, 0):
        explorer.move(k=k)
        assert f"(marked {', '.join(WORDS[k:])})" in repr(explorer)
        np.testing.assert_array_equal(pixels(explorer.picture.value), in_matplotlib(draw, k))


def test_labelled_contours_move_along():
    def draw(ax, k):
        ax.clabel(ax.contour(np.outer(X, X**k)))

    explorer = small_explorer(draw, k=[1, 2], start={"k": 1})
    for k in (2, 1):
        explorer.move(k=k)
        np.testing.assert_array_equal(pixels(explorer.picture.value), in_matplotlib(draw, k))


@pytest.mark.parametrize("draw", [*DIVIDED, outside, panels])
def test_what_is_stored_twice_is_the_same(draw):
    explorer, other = made(draw), made(draw)
    first = stored(explorer)[0]["image/png"]
    assert stored(explorer)[0]["image/png"] == first
    for k in (3, 1):
        other.move(k=k)
    assert stored(other)[0]["image/png"] == first


def test_a_stored_png_is_compressed_as_far_as_it_can_be():
    image, plain = Image.fromarray(fresh(lines, 1)[1].astype("uint8")), io.BytesIO()
    image.save(plain, "png")
    assert len(png_bytes(image)) < len(plain.getvalue())
    np.testing.assert_array_equal(pixels(png_bytes(image)), fresh(lines, 1)[1])


# -- what stands on the axes ----------------------------------------------------------------


def test_each_picture_starts_on_empty_axes():
    seen = []

    def draw(ax, k):
        seen.append(ax)

        def picture(step):
            assert not ax.has_data() and not ax.get_title("left") and not ax.get_legend()
            ax.plot(X, X + step, label="line")
            ax.bar([0, 1], [1, step], label="bar")
            ax.set_title("step" if step < 3 else "")
            ax.legend()

        for step in range(4):
            yield partial(picture, step)

    explorer = small_explorer(draw, EVERY_PICTURE, k=[1, 2])
    move_in_a_loop(explorer, k=2)
    ax = seen[-1]
    assert len(ax.lines) == len(ax.containers) == 1
    assert len(ax.get_legend().texts) == 2 and len(ax.patches) == 2
    assert ax.lines[0].get_color() == plots.CYCLE.by_key()["color"][0]
    assert ax.get_ylim()[1] < 5 and ax.get_ylim()[0] > -0.5
    assert "ValueError" not in explorer.readout.value and "Error" not in explorer.readout.value
