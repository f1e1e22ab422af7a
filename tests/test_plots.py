"""Plots: what is drawn is the data, and what is said of it changes with it."""

import base64
import inspect
import io
import re
from functools import cache
from unittest.mock import patch

import matplotlib
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib import pyplot as plt
from matplotlib.text import Text
from PIL import Image

from aehelpers.figures import plots

T = np.linspace(0, 1, 60)
X = np.stack([T * np.cos(6 * T), T * np.sin(6 * T)], axis=1)
X_HAT = X + 0.05 * np.sin(20 * T)[:, None]
Z = np.tanh(2 * T - 1)
LOSS = 0.1 * np.exp(-np.arange(50) / 20)
IMAGES = np.linspace(0, 0.9, 6 * 16).reshape(6, 4, 4)
MEAN = np.array([0.3, 0.2, 0.1])
LOW, HIGH = MEAN - 0.05, MEAN + 0.02

# Every drawing, of data that are k times as high as they should be.
DRAWINGS = {
    "points": lambda ax, k=1: plots.points(k * X, ax=ax),
    "reconstruction": lambda ax, k=1: plots.reconstruction(X, k * X_HAT, ax=ax),
    "arrows": lambda ax, k=1: plots.arrows(X, k * (X_HAT - X)[:, ::-1], ax=ax, label="pull"),
    "coded": lambda ax, k=1: plots.coded(X, k * Z, ax=ax),
    "error_map": lambda ax, k=1: plots.error_map(X, k * X_HAT, ax=ax),
    "manifold": lambda ax, k=1: plots.manifold(k * X, X_HAT, ax=ax),
    "code_histogram": lambda ax, k=1: plots.code_histogram(k * Z, ax=ax),
    "code_against": lambda ax, k=1: plots.code_against(T, k * Z, ax=ax),
    "classes": lambda ax, k=1: plots.classes(k * X, np.arange(60) % 3, ax=ax),
    "image_grid": lambda ax, k=1: plots.image_grid(k * IMAGES, ax, 2, column_titles="abc"),
    "image_pairs": lambda ax, k=1: plots.image_pairs(IMAGES, k * IMAGES[::-1], ax=ax),
    "lattice": lambda ax, k=1: plots.lattice(k * IMAGES, [0, 1, 2], [-1, 1], ax=ax),
    "curves": lambda ax, k=1: plots.curves(T, {"tanh": k * Z, "line": T}, ax=ax),
    "loss_curve": lambda ax, k=1: plots.loss_curve({"a": LOSS, "b": 2 * k * LOSS}, ax=ax),
    "baseline": lambda ax, k=1: plots.baseline(0.2 * k, "PCA", ax=ax),
    "spectrum": lambda ax, k=1: plots.spectrum([3 * k, 2, 1], ax=ax),
    "bars_with_intervals": lambda ax, k=1: plots.bars_with_intervals(
        ["net", "PCA", "mean"], k * MEAN, k * LOW, k * HIGH, ax=ax
    ),
    "lines_with_intervals": lambda ax, k=1: plots.lines_with_intervals(
        [1, 2, 4], k * MEAN, k * LOW, k * HIGH, "net", ax=ax, log_axes="xy"
    ),
    "surface": lambda ax, k=1: plots.surface(
        [1, 2, 3], [1, 2], k * np.arange(1.0, 7).reshape(2, 3), trajectory=X, ax=ax, log=True
    ),
    "matrix": lambda ax, k=1: plots.matrix(
        k * np.arange(1.0, 7).reshape(2, 3), "ab", ["one", 2, 3], ax=ax, log=True
    ),
}
every_drawing = pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)


@pytest.fixture(autouse=True)
def no_window(complaining_floats):
    """Agg; and numpy.ma may underflow, as it does on purpose when matplotlib 3.8 divides."""
    plt.switch_backend("Agg")
    with np.errstate(under="ignore"):
        yield


@pytest.fixture
def ax():
    return plots.subplots()[1]


def test_the_list_of_drawings_is_complete():
    public = {
        name
        for name, thing in vars(plots).items()
        if inspect.isfunction(thing) and "ax" in inspect.signature(thing).parameters
    }
    assert {name for name in public if not name.startswith("_")} == set(DRAWINGS)


@every_drawing
def test_draws_on_the_given_axes_and_tells_pyplot_nothing(draw, ax):
    settings = dict(matplotlib.rcParams)
    assert draw(ax) is ax
    assert ax.has_data()
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == settings


@every_drawing
def test_draws_on_the_current_axes_by_default(draw):
    current = plt.figure().add_subplot()
    assert draw(None) is current


@every_drawing
def test_the_text_is_the_same_for_the_same_data_and_another_for_5_percent_more(draw):
    texts = [plots.describe(draw(plots.subplots()[1], k)) for k in (1, 1, 1 + 1e-13, 1.05)]
    assert texts[0] == texts[1] == texts[2]
    assert texts[0] != texts[3]
    assert "0x" not in texts[0] and "$" not in texts[0]


@cache
def laid_out(name, columns):
    """A row of axes with that drawing on each: the middle one, and the grey pixels of all."""
    fig, axes = plots.subplots(1, columns, squeeze=False)
    for ax in axes.flat:
        DRAWINGS[name](ax).set_title("A title")
    fig.set_dpi(144)  # as `show` draws it
    with plots.styled():
        fig.canvas.draw()
    pixels = Image.fromarray(np.asarray(fig.canvas.buffer_rgba())).convert("L")
    return axes[0, columns // 2], np.asarray(pixels)


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_is_drawn_beyond_the_figure(name, columns):
    """At 7 in and in a row of three, the outermost pixels stay white."""
    _, pixels = laid_out(name, columns)
    frame = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    assert frame.min() == 255


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("name", DRAWINGS)
def test_a_legend_lies_below_the_axis_label(name, columns):
    ax, _ = laid_out(name, columns)
    if ax.get_legend() is not None:
        legend, axis = ax.get_legend().get_window_extent(), ax.xaxis.get_tightbbox()
        assert legend.y1 <= axis.y0


@pytest.mark.parametrize("columns", [1, 3])
def test_a_legend_of_long_names_has_the_rows_that_it_needs(columns):
    fig, axes = plots.subplots(1, columns, squeeze=False)
    for ax in axes.flat:
        plots.curves(T, {f"the curve number {n}": n * Z for n in range(4)}, ax=ax)
    fig.draw_without_rendering()
    for ax, cell in zip(axes.flat, np.linspace(0, fig.bbox.width, columns + 1), strict=False):
        legend = ax.get_legend().get_window_extent()
        assert cell <= legend.x0 and legend.x1 <= cell + fig.bbox.width / columns


def test_a_second_drawing_uses_the_same_colour_bar(ax):
    plots.coded(X, Z, ax=ax)
    ax.collections[0].remove()
    plots.coded(X, 3 * Z, ax=ax)
    (bar,) = ax.child_axes
    assert bar.get_ylim() == pytest.approx((3 * Z.min(), 3 * Z.max()))
    assert bar.get_ylabel() == "code $z$"


# -- the artists hold the data --------------------------------------------------------------


def test_points_and_colours(ax):
    plots.reconstruction(X, X_HAT, ax=ax)
    segments, data, reconstructed = ax.collections
    np.testing.assert_array_equal(data.get_offsets(), X)
    np.testing.assert_array_equal(reconstructed.get_offsets(), X_HAT)
    np.testing.assert_array_equal(segments.get_segments()[7], [X[7], X_HAT[7]])


def test_arrows_are_as_long_as_the_vectors_and_the_axes_hold_their_tips(ax):
    plots.arrows([[0, 0], [1, 1]], [[3, 0], [0, -2]], ax=ax)
    (field,) = ax.collections
    assert (field.scale, field.angles, field.scale_units) == (1, "xy", "xy")
    np.testing.assert_array_equal([field.U, field.V], [[3, 0], [0, -2]])
    assert ax.dataLim.get_points().tolist() == [[0, -1], [3, 1]]


def test_matrix_writes_each_value_where_it_is_drawn(ax):
    values = np.array([[0.1, 0.2], [0.3, 12.0], [0.5, 0.6]])
    plots.matrix(
        values, "abc", "xy", ax=ax, bold_mask=values > 0.5, format_value="{:.1f}".format
    )
    np.testing.assert_array_equal(ax.images[0].get_array(), values)
    for cell in ax.texts:
        j, i = cell.get_position()
        assert cell.get_text() == f"{values[i, j]:.1f}"
        assert cell.get_weight() == ("bold" if values[i, j] > 0.5 else "normal")
        assert cell.get_color() == ("white" if values[i, j] > 6 else plots.INK)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]


def test_error_map_colours_by_the_squared_error_of_each_point(ax):
    plots.error_map([[0, 0], [1, 1]], [[3, 4], [1, 1]], ax=ax)
    np.testing.assert_array_equal(ax.collections[0].get_array(), [25, 0])


def test_a_single_column_of_codes_will_do(ax):
    plots.coded(X, Z[:, None], ax=ax)
    np.testing.assert_array_equal(ax.collections[0].get_array(), Z)


def test_curves_and_losses(ax):
    plots.loss_curve({"a": LOSS, "b": 2 * LOSS}, ax=ax)
    first, second = ax.lines
    np.testing.assert_array_equal(first.get_xdata(), np.arange(1, 51))
    np.testing.assert_array_equal(second.get_ydata(), 2 * LOSS)
    assert ax.get_yscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_the_arrows_of_a_manifold_point_along_it(ax):
    curve = np.stack([T, np.zeros(60)], axis=1)
    plots.manifold(curve, ax=ax)
    assert len(ax.texts) == 3
    assert all(arrow.xy[0] > arrow.xyann[0] for arrow in ax.texts)


def test_a_collapsed_decoder_is_drawn_without_arrows(ax):
    plots.manifold(np.ones((60, 2)), ax=ax)
    assert not ax.texts
    assert "x 1, y 1" in plots.describe(ax)


def test_image_grid_sets_images_row_by_row_with_a_line_between(ax):
    plots.image_grid(IMAGES[:5].reshape(5, 16), ax=ax, rows=2)
    picture = ax.images[0].get_array()
    assert picture.shape == (9, 14)
    np.testing.assert_array_equal(picture[5:, 5:9], IMAGES[4])
    assert np.ma.getmaskarray(np.ma.masked_invalid(picture))[4].all()
    assert np.ma.getmaskarray(np.ma.masked_invalid(picture))[5:, 10:].all()


def test_image_pairs_sets_each_reconstruction_below_its_image(ax):
    plots.image_pairs(IMAGES, IMAGES[::-1], ax=ax)
    picture = ax.images[0].get_array()
    np.testing.assert_array_equal(picture[:4, :4], IMAGES[0])
    np.testing.assert_array_equal(picture[5:, :4], IMAGES[5])


def test_lattice_puts_each_image_at_its_code(ax):
    z1, z2 = [0, 1, 2], [-1, 1]
    plots.lattice(IMAGES, z1, z2, ax=ax)
    image = ax.images[0]
    left, right, bottom, top = image.get_extent()
    rows, columns = image.get_array().shape
    for number, (y, x) in enumerate((y, x) for y in z2 for x in z1):
        column = (x - left) / (right - left) * columns - 2
        row = (top - y) / (top - bottom) * rows - 2
        assert column == pytest.approx(round(column)) and row == pytest.approx(round(row))
        place = np.s_[round(row) : round(row) + 4, round(column) : round(column) + 4]
        np.testing.assert_array_equal(image.get_array()[place], IMAGES[number])


def test_spectrum_shows_shares_and_their_sum(ax):
    plots.spectrum([3, 2, 1], ax=ax)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([1 / 2, 1 / 3, 1 / 6])
    assert ax.lines[0].get_ydata() == pytest.approx([1 / 2, 5 / 6, 1])


def test_intervals_run_from_low_to_high(ax):
    plots.bars_with_intervals("abc", MEAN, LOW, HIGH, ax=ax)
    (intervals,) = ax.collections
    np.testing.assert_allclose(
        [segment[:, 0] for segment in intervals.get_segments()], np.stack([LOW, HIGH], axis=1)
    )
    other = plots.lines_with_intervals([1, 2, 4], MEAN, LOW, HIGH, ax=plots.subplots()[1])
    x, y = other.collections[0].get_paths()[0].vertices.T
    assert (y.min(), y.max()) == pytest.approx((LOW.min(), HIGH.max()))


def test_panels_are_the_six_drawings():
    axes = plots.panels(LOSS, X, X_HAT, Z, X)
    text = plots.describe(axes[0, 0].figure)
    assert text.startswith("6 panels.\n(1) Loss.") and "\n(6) What the decoder draws." in text
    again = plots.subplots(2, 3)[1]
    assert plots.panels(LOSS, X, X_HAT, Z, X, axes=again) is again
    assert plots.describe(again[0, 0]) == text


def test_integer_images_are_shares_of_their_range(ax):
    """Or all of 0 and 1, or their range is told; else nobody knows what is black."""
    for dtype in (np.uint8, np.uint16):
        images = (np.iinfo(dtype).max * IMAGES).astype(dtype)
        picture = plots.image_grid(images, plots.subplots()[1]).images[0].get_array()
        np.testing.assert_allclose(picture[:, :4], IMAGES[0], atol=1 / 255)
    for dtype in (bool, np.uint8, np.int64):
        picture = plots.image_grid((IMAGES > 0.5).astype(dtype), ax).images[-1].get_array()
        np.testing.assert_array_equal(picture[:, -4:], IMAGES[5] > 0.5)
    byte = np.full((1, 2, 2), 200)
    for dtype in (np.uint8, np.int64):
        picture = plots.image_grid(byte.astype(dtype), ax, vmin=0, vmax=255).images[-1]
        assert picture.get_array().max() == 200
    with pytest.raises(ValueError, match="int64 from 200 to 200: what is black"):
        plots.image_grid(byte, ax)


def test_pairs_of_bytes_and_floats_have_one_scale(ax):
    picture = plots.image_pairs((255 * IMAGES).astype(np.uint8), IMAGES, ax).images[0]
    np.testing.assert_allclose(picture.get_array()[:4], picture.get_array()[5:], atol=1 / 255)


def test_images_in_colour_are_drawn(rng):
    images = rng.random((6, 4, 5, 3))
    flat = images.reshape(6, -1)
    bytes_ = (255 * images).round().astype(np.uint8)
    for given, shape in ((images, None), (flat, (4, 5, 3)), (bytes_, None)):
        for draw in (
            lambda *a, **k: plots.image_grid(*a, **k, rows=2),
            lambda X, *a, **k: plots.lattice(X, [0, 1, 2], [0, 1], *a, **k),
            lambda X, *a, **k: plots.image_pairs(X[:3], X[3:], *a, **k),
        ):
            picture = draw(given, ax=plots.subplots()[1], image_shape=shape).images[0]
            colours = picture.get_array()
            assert colours.shape == (9, 17, 3)
            np.testing.assert_allclose(
                colours[4], plots.to_rgba(plots.PALE)[:3] * np.ones((17, 3))
            )
            assert np.abs(colours[None, :4, :5] - images).max(axis=(1, 2, 3)).min() < 1 / 255
    assert "Image, 9 by 17" in plots.describe(picture.axes)
    grey = plots.image_grid(images[..., :1], plots.subplots()[1]).images[0]
    assert grey.get_array().shape == (4, 35)


def test_words_for_classes_stand_once_and_codes_are_markers(ax):
    y = np.array(["trouser", "bag", "C#"])[np.arange(60) % 3]
    plots.classes(X, y, ax=ax)
    assert sorted(text.get_text() for text in ax.texts) == ["C#", "bag", "trouser"]
    paths = [group.get_paths()[0].vertices.round(6).tolist() for group in ax.collections]
    assert all(paths.count(path) == 1 for path in paths), "told apart in grey, too"
    assert max(map(len, paths)) < 30, "no letters"
    for text, name in zip(ax.texts, np.unique(y), strict=True):
        assert text.get_position() == pytest.approx(np.median(X[y == name], axis=0))


@pytest.mark.parametrize("dtype", [int, float, str, object])
def test_short_classes_are_drawn_as_their_labels(ax, dtype):
    plots.classes(X, (np.arange(60) % 3).astype(dtype), ax=ax)
    assert all(len(group.get_paths()[0].vertices) > 8 for group in ax.collections)


def test_points_without_a_class_are_a_class(ax):
    plots.classes(X, np.where(T > 0.5, np.nan, 1.0), ax=ax)
    assert sum(len(group.get_offsets()) for group in ax.collections) == 60


# -- words ----------------------------------------------------------------------------------

# What DRAWINGS gives to be written; nothing else on a figure is a caller's.
GIVEN = {
    "arrows": {"pull"},
    "image_grid": {"a", "b", "c"},
    "curves": {"tanh", "line"},
    "loss_curve": {"a", "b"},
    "baseline": {"PCA"},
    "bars_with_intervals": {"net", "PCA", "mean"},
    "lines_with_intervals": {"net"},
    "matrix": {"a", "b", "one"},
}
WORDY = DRAWINGS | {  # and what is drawn only of other data, or on several axes
    "matrix of nothing": lambda ax: plots.matrix([[np.nan, 1.0]], [1], [2, 3], ax=ax),
    "panels": lambda ax: plots.panels(LOSS, X, X_HAT, Z, X)[0, 0],
}
MARKED = {english: f"«{english}»" for english in plots.WORDS}


def words_on(ax):
    """Every text of the figure that is no number, and every name that a legend would show."""
    fig = ax.figure
    fig.set_layout_engine("none")  # where they are does not matter here
    fig.draw_without_rendering()
    texts = [text.get_text() for text in fig.findobj(Text) if text.get_visible()]
    for axes in fig.axes:
        texts += axes.get_legend_handles_labels()[1]
    bare = [re.sub(r"\\mathdefault|\\times|[${}]", "", text) for text in texts]
    number = re.compile(r"[-+\N{MINUS SIGN}.^e\d\s]*")
    return {text for text, rest in zip(texts, bare, strict=True) if not number.fullmatch(rest)}


@cache
def marked(name):
    """The words on that drawing where those of the table are marked."""
    with patch.dict(plots.WORDS, MARKED):
        return words_on(WORDY[name](plots.subplots()[1]))


@pytest.mark.parametrize("name", WORDY)
def test_every_word_that_is_drawn_comes_from_the_table_or_the_caller(name):
    assert marked(name) - set(MARKED.values()) == GIVEN.get(name, set())


def test_every_word_of_the_table_is_drawn():
    assert set(MARKED.values()) <= set().union(*map(marked, WORDY))


def test_a_word_that_a_caller_gives_stays_though_the_table_has_it(ax):
    with patch.dict(plots.WORDS, MARKED):
        plots.coded(X, Z, ax=ax, label="loss")
        plots.points(X, ax=ax, label="samples")
        assert words_on(ax) == {"loss", "samples", "«$x_1$»", "«$x_2$»"}
        titles = ["epoch", "original"]
        pairs = plots.image_pairs(IMAGES, IMAGES, plots.subplots()[1], row_titles=titles)
        assert words_on(pairs) == set(titles)
        heights = plots.surface([1, 2], [1], [[1, 2]], plots.subplots()[1], label="decoder")
        assert words_on(heights) == {"decoder"}


def test_a_word_that_is_not_in_the_table_is_named():
    with pytest.raises(KeyError, match="plots.WORDS has no 'epcoh': add it"):
        plots.word("epcoh")
    assert all(plots.word(english) == english for english in plots.WORDS)


# What matplotlib takes for broken mathtext, or for no text at all; and how it is read out.
TEXTS = ["C#", "50%", "left_", "_left", "> 5 $", "", "$$", "$_$", r"$\nonsense$", "{"]
LABELLED = {
    "classes": lambda ax, label: plots.classes(X, [label, "b"] * 30, ax=ax),
    "curves": lambda ax, label: plots.curves(T, {label: Z}, ax, xlabel=label, ylabel=label),
    "loss_curve": lambda ax, label: plots.loss_curve({label: LOSS}, ax=ax),
    "arrows": lambda ax, label: plots.arrows(X, X, ax=ax, label=label),
    "coded": lambda ax, label: plots.coded(X, Z, ax=ax, label=label),
    "points": lambda ax, label: plots._legend_below(plots.points(X, ax=ax, label=label)),
    "baseline": lambda ax, label: plots.baseline(1, label, ax=ax),
    "bars": lambda ax, label: plots.bars_with_intervals([label, 2], *np.ones((3, 2)), ax=ax),
    "lines": lambda ax, label: plots.lines_with_intervals([1], [1], [1], [1], label, ax=ax),
    "surface": lambda ax, label: plots.surface([1, 2], [1], [[1, 2]], ax=ax, label=label),
    "matrix": lambda ax, label: plots.matrix(
        [[1]], [label], [label], ax=ax, format_value=lambda value: label
    ),
    "image_grid": lambda ax, label: plots.image_grid(
        IMAGES, ax=ax, row_titles=[label], column_titles=[label]
    ),
}


@pytest.mark.parametrize("name", LABELLED)
def test_text_is_text(name):
    fig, axes = plots.subplots(1, len(TEXTS))
    for label, ax in zip(TEXTS, axes, strict=True):
        LABELLED[name](ax, label)
        if name != "points":  # their label goes to matplotlib as it is
            assert label in plots.describe(ax), label
    fig.set_layout_engine("none")  # where they are does not matter here
    fig.draw_without_rendering()


def test_mathtext_on_purpose_stays(ax):
    plots.curves(T, {"$z_1$": Z, 3: T}, ax, xlabel=r"$\hat{x}$ in \$")
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["$z_1$", "3"] and ax.get_xlabel() == r"$\hat{x}$ in \$"
    assert "x is x-hat in $" in plots.describe(ax)


def test_a_legend_shows_what_begins_with_an_underscore(ax):
    plots.curves(T, {"_left": Z, "": T}, ax)
    assert [plots.plain_text(it.get_text()) for it in ax.get_legend().get_texts()] == ["_left"]
    assert plots.curves(T, {"": T}, plots.subplots()[1]).get_legend() is None


# -- pictures -------------------------------------------------------------------------------


def test_show_bundles_the_picture_and_its_words(ax):
    picture = plots.show(plots.points(X, ax=ax), alt=" A spiral. ")
    data, metadata = DisplayFormatter().format(picture)
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert data["text/plain"] == repr(picture) == f"Figure: A spiral. {plots.describe(ax)}"
    assert metadata["image/png"] == {"alt": repr(picture), "width": 672, "height": 307}
    assert image.size == (1008, 460) and "Software" not in image.info
    assert picture.png == plots.show(ax.figure).png


def test_show_closes_a_figure_of_pyplot_that_would_be_shown_twice():
    plots.show(plots.points(X))
    assert plt.get_fignums() == []


def test_axes_draw_in_the_style_when_called_directly(ax):
    (line,) = ax.plot([0, 1])
    assert line.get_linewidth() == plots.STYLE["lines.linewidth"]
    assert ax.set_title("T").get_fontsize() == plots.STYLE["axes.titlesize"]
    assert ax.get_title("left") == "T"


def test_the_style_leaves_no_trace_in_the_settings():
    settings = dict(matplotlib.rcParams)
    plots.show(plots.panels(LOSS, X, X_HAT, Z, X)[0, 0])
    assert dict(matplotlib.rcParams) == settings
    # Nor has the import left one: this is matplotlib's own value.
    assert settings["axes.titlelocation"] == "center" != plots.STYLE["axes.titlelocation"]


def border(picture):
    """The grey values of the outermost pixels of a Picture."""
    pixels = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L"))
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def test_nothing_is_cut_from_a_figure_of_pyplot():
    """A figure in which all fits keeps its size."""
    fig, ax = plt.subplots(figsize=(4, 3))
    ax.bar(["a long word", "a longer word"], [1, 2], label="outside")
    whole = plots.show(fig)
    assert whole.size == (384, 288)
    ax.tick_params(axis="x", rotation=80)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set_title("A title that is much wider than its figure, which has no layout " * 2)
    picture = plots.show(fig)
    assert picture.size > whole.size and border(picture).min() == 255
    width, height = Image.open(io.BytesIO(picture.png)).size
    assert (width, height) == pytest.approx(1.5 * np.array(picture.size), abs=2)


def test_a_style_of_the_reader_gives_way_as_a_whole():
    usual = plots.show(plots.loss_curve({"a": LOSS, "b": 2 * LOSS})).png
    for style in ("dark_background", "ggplot", "fivethirtyeight", "grayscale"):
        with plt.style.context(style):
            assert plots.show(plots.loss_curve({"a": LOSS, "b": 2 * LOSS})).png == usual, style


def test_on_dark_axes_of_the_reader_our_words_are_bright():
    with plt.style.context("dark_background"):
        fig, ax = plt.subplots()
    plots.baseline(0.5, "PCA", plots.curves(T, {"a": Z, "b": T}, ax))
    words = [*ax.get_legend().get_texts(), *ax.texts, ax.lines[-1]]
    assert all(plots.to_rgba(word.get_color()) == (1, 1, 1, 1) for word in words)
    assert border(plots.show(fig)).max() == 0, "the figure keeps its background"


def test_fonts_of_the_reader_stand_behind_ours():
    mono, ours = "DejaVu Sans Mono", ["DejaVu Sans"]
    for family, fonts in (
        (["sans-serif"], ours),
        (["serif"], ours),
        ([mono, "No Such Font", "sans-serif"], [*ours, mono]),
    ):
        with matplotlib.rc_context({"font.family": family}), plots.styled():
            assert matplotlib.rcParams["font.family"] == fonts
    with matplotlib.rc_context({"font.sans-serif": ["No Such Font", mono]}):
        assert plots.points(X).xaxis.label.get_fontfamily() == [*ours, mono]
        with plots.styled(), plots.styled():
            assert matplotlib.rcParams["font.family"] == [*ours, mono]


def test_what_changes_while_the_style_holds_stays(ax):
    """As it does when a backend is loaded by the first drawing."""
    before = matplotlib.is_interactive()
    try:
        with plots.styled():
            matplotlib.interactive(not before)
            matplotlib.rcParams["figure.max_open_warning"] = 77
        assert matplotlib.is_interactive() is not before
        assert matplotlib.rcParams["figure.max_open_warning"] == 77
    finally:
        matplotlib.interactive(before)
        matplotlib.rcParams["figure.max_open_warning"] = 20


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plots.points(np.ones((5, 3))), r"X must be points \(n, 2\), got .*\(5, 3\)"),
        (lambda: plots.points(np.ones(5)), r"X must be points"),
        (lambda: plots.reconstruction(X, X_HAT[1:]), r"\(60, 2\).*\(59, 2\).*same shape"),
        (lambda: plots.coded(X, Z[1:]), r"z must be \(60,\), got shape \(59,\)"),
        (lambda: plots.loss_curve([]), r"losses must be \(n,\)"),
        (lambda: plots.curves(T, {"a": Z[1:]}), r"ys\['a'\] must be \(60,\)"),
        (lambda: plots.classes(X, Z[1:]), r"y must be \(60,\)"),
        (lambda: plots.image_grid(np.ones((2, 12))), r"12 pixels .*image_shape=\(h, w\)"),
        (lambda: plots.image_grid(np.ones(12)), r"expected images"),
        (lambda: plots.lattice(IMAGES, [0, 1], [0, 1]), r"6 images do not fill 2 rows of 2"),
        (lambda: plots.bars_with_intervals("abc", MEAN, HIGH, LOW), r"low <= mean <= high"),
        (lambda: plots.surface([1, 2], [1], np.ones((2, 1))), r"values must be \(1, 2\)"),
        (lambda: plots.arrows(X, X[1:]), r"\(60, 2\).*\(59, 2\).*same shape"),
        (lambda: plots.matrix(np.ones((2, 2)), "ab", "abc"), r"must be \(2, 3\) = \(rows"),
        (lambda: plots.panels(LOSS, X, X, Z, X, axes=[1, 2]), r"need axes \(2, 3\)"),
    ],
)
def test_wrong_shapes_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_wrong_axes_or_figure_is_named():
    with pytest.raises(TypeError, match=r"ndarray: pass ax=axes\[0\]"):
        plots.points(X, ax=plots.subplots(1, 2)[1])
    with pytest.raises(TypeError, match="expected a figure or one axes, got list"):
        plots.show([1, 2])


def test_a_style_within_the_style_changes_nothing(monkeypatch):
    with plots.styled():
        for name, value in plots.STYLE.items():
            assert plots.mpl.rcParams[name] == value, name
        monkeypatch.delattr(plots, "LOOK")  # it is not asked again
        with plots.styled():
            pass
        monkeypatch.undo()
    assert plots.mpl.rcParams["axes.grid"] is False


def test_words_and_bytes_are_no_classes_together():
    with pytest.raises(TypeError, match="y mixes words and bytes: decode the bytes"):
        plots.classes(np.eye(2), ["a", b"\xfe"])
