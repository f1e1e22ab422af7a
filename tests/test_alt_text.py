"""Alt text: each kind of artist is told, alike on every machine."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.quiver import Quiver

from aehelpers.figures import plots
from aehelpers.figures.alt_text import describe, number_text

T = np.linspace(0, 1, 60)
X = np.stack([T * np.cos(6 * T), T * np.sin(6 * T)], axis=1)
LOSS = 0.1 * np.exp(-np.arange(50) / 20)


@pytest.fixture
def ax():
    return plots.subplots()[1]


def test_description_of_a_line(ax):
    plots.loss_curve(LOSS, ax=ax).set_title(r"Loss of $\hat{x}$")
    assert describe(ax) == (
        "Loss of x-hat. Axes: x is epoch, y is loss (log scale). "
        "Line of 50 points: x 1 to 50, y 0.00863 to 0.100, "
        "first y 0.100, last y 0.00863, mean y 0.0376."
    )


def test_description_of_an_image(ax):
    plots.image_grid(np.array([np.zeros((2, 2)), np.ones((2, 2))]), ax=ax)
    assert describe(ax) == (
        "Image, 2 by 5: values 0 to 1, mean 0.500, standard deviation 0.500."
    )


def test_rounding_noise_is_nothing_beside_the_data(ax):
    ax.plot(np.arange(20), np.r_[1e-17, np.ones(18), -3e-12], label="step")
    assert 'Line "step" of 20 points: x 0 to 19, y 0 to 1, first y 0' in describe(ax)


@pytest.mark.parametrize(
    ("value", "magnitude", "text"),
    [
        (0.012345, 0, "0.0123"),
        (0.012345, 0.0999, "0.0123"),
        (0.012345, 0.5, "0.012"),
        (-0.012345, 9, "-0.01"),
        (0.012345, 50, "0"),
        (0.5, 1, "0.500"),
        (1234.5, 0, "1.23e+03"),
        (1234, 99999, "1234"),
        (999_999, 0, "999999"),
        (1_000_000, 0, "1.00e+06"),
    ],
)
def test_a_number_has_the_digits_that_the_picture_shows(value, magnitude, text):
    assert number_text(value, magnitude) == text


@pytest.mark.parametrize("count, listed", [(12, True), (13, False)])
def test_up_to_twelve_values_are_told_one_by_one(count, listed, ax):
    ax.plot(np.arange(count), np.arange(count) ** 2)
    assert ("one by one 0, 1, 4" in describe(ax)) is listed
    bars = plots.subplots()[1]
    bars.bar(np.arange(count), np.arange(count) ** 2)
    assert ("lengths 0, 1, 4" in describe(bars)) is listed


def test_a_logarithmic_axis_shows_small_numbers_too(ax):
    ax.plot([1, 2, 3], [100, 1, 0.0123])
    assert "one by one 100, 1, 0" in describe(ax)
    ax.set_yscale("log")
    assert "one by one 100, 1, 0.0123" in describe(ax)


def test_values_that_are_not_finite_are_counted(ax):
    ax.plot([0, 1, 2], [1, np.nan, np.inf])
    assert "y 1 (2 not finite), one by one 1, not finite, not finite" in describe(ax)


def test_error_bars_without_a_name_go_unsaid(ax):
    ax.errorbar([0, 1], [1, 2], [0.1, 0.1])  # its label is None, or begins with "_"
    ax.errorbar([0, 1], [2, 3], [0.1, 0.1], label="ours")
    assert describe(ax).count("Error bars") == 1 and 'Error bars "ours".' in describe(ax)


def test_other_artists_are_described(ax):
    ax.axhline(0.5, label="half")
    ax.axline((0, 0), (1, 1), label="diagonal")
    ax.fill_between([0, 1], [0, 0], [1, 2], label="band")
    ax.contour(np.arange(6.0).reshape(2, 3), levels=[1, 2])
    ax.quiver([0, 1], [0, 1], [3, 3], [4, 4], label="flow")
    ax.bar(["one", "two"], [1, 2])
    ax.text(0, 0, "a remark on $W_{e}$")
    ax.axvline(1.5)
    ax.add_patch(Rectangle((0, 0), 1, 2, label="box"))
    ax.plot([], [])
    ax.set(xlim=(0, 2), ylim=(0, 2))
    text = describe(ax)
    for words in (
        'Horizontal line "half" at y 0.500.',
        "Vertical line at x 1.50.",
        'Shape "box": x 0 to 1, y 0 to 2.',
        'Straight line "diagonal" from (0, 0) to (2, 2).',
        'Band "band": x 0 to 1, y 0 to 2.',
        "Contours at 1, 2: x 0 to 2, y 0 to 0.667.",
        '2 arrows "flow": x 0 to 1, y 0 to 1, mean arrow (3, 4), mean length 5,',
        "x (marked one, two)",
        "2 bars: x 0 to 1, lengths 1, 2.",
        "Note: a remark on W_e.",
    ):
        assert words in text
    assert describe(plots.subplots()[0]) == "Empty."


NAN = np.nan


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda ax: ax.bar([], []), "0 bars."),
        (lambda ax: ax.fill_between(T, T, where=T > 2), "Band: x nothing, y nothing."),
        (lambda ax: ax.scatter([], []), "0 points: x nothing, y nothing"),
        (lambda ax: ax.vlines([], 0, 1), "0 segments: x nothing, y nothing"),
        (lambda ax: ax.imshow(np.full((2, 3), NAN)), "Image, 2 by 3: values nothing"),
        (
            lambda ax: ax.errorbar([0, 1], [NAN, 2], [NAN, 0.5], label="e"),
            '2 segments (1 not finite): x 1, y 1.50 to 2.50, mean length 1. Error bars "e".',
        ),
        (lambda ax: ax.errorbar([0], [NAN], [1]), "1 segment (1 not finite): x nothing"),
        (lambda ax: ax.bar([0, 1], [1, NAN], yerr=[NAN, 1]), "lengths 1, not finite."),
        (lambda ax: ax.table([["a", "$b_1$"], ["c", "d"]]), "row by row: a, b_1; c, d."),
        (lambda ax: ax.hexbin(T, T, gridsize=5), "shapes: x 0 to 1"),
        (
            lambda ax: ax.scatter(T, T, c=np.ma.masked_greater(T, 0.5)),
            "coloured by value 0 to 0.492 (30 not finite)",
        ),
    ],
)
def test_what_is_empty_or_not_finite_is_drawn_and_told(ax, draw, words):
    draw(ax)
    assert words in plots.show(ax).text


def test_no_arrows_are_told(ax):
    ax.add_collection(Quiver(ax, [], [], [], [], scale=1))
    assert describe(ax) == "0 arrows."


@pytest.mark.parametrize(
    ("method", "arrays", "words"),
    [
        ("plot", 1, "Line of 60 points: x 0 to 1, y 0 to 1, z 0 to 3."),
        ("scatter", 1, "Points."),
        ("plot_surface", 2, "Surface."),
        ("plot_wireframe", 2, "Segments."),
        ("plot_trisurf", 1, "Surface."),
        ("contour", 2, "Contours at 0, "),
    ],
)
def test_three_dimensions_are_described(method, arrays, words):
    ax = Figure().add_subplot(projection="3d")
    x, y = np.meshgrid(T, T) if arrays == 2 else (T, np.cos(40 * T) ** 2)
    getattr(ax, method)(x, y, 3 * x)
    ax.set(zlabel="height $h$")
    text = plots.show(ax).text
    assert "z is height h" in text and words in text
    assert "In three dimensions: x 0 to 1, y 0" in text and "z 0 to 3." in text


def test_an_odd_dollar_sign_is_no_mathtext(ax):
    ax.set_title("$a_b$ and 5 $")
    assert describe(ax) == "$a_b$ and 5 $."


def test_a_field_of_arrows_is_told_from_its_opposite():
    """Mean arrow and mean length are the same for a source and a sink, and for both turns."""
    grid = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    turned = grid[:, ::-1] * [-1, 1]
    for field, words in (
        (0.5 * grid, "0.500 outwards and 0 anticlockwise"),
        (-0.5 * grid, "-0.500 outwards and 0 anticlockwise"),
        (turned, "0 outwards and 1 anticlockwise"),
        (-turned + 7, "0 outwards and -1 anticlockwise"),
    ):
        ax = plots.arrows(3 + grid, field, ax=plots.subplots()[1])
        assert f"by distance from the centre {words}." in describe(ax)
    assert "outwards" not in describe(plots.arrows(grid[:1], grid[:1], plots.subplots()[1]))


def test_a_matrix_is_told_row_by_row(ax):
    plots.matrix([[1, 2], [30, 4]], "ab", "cd", ax=ax, bold_mask=[[0, 0], [1, 0]])
    assert describe(ax) == (
        "Axes: x (marked c, d), y (marked a, b). Image, 2 by 2: values 1 to 30, mean 9.25, "
        "standard deviation 12.0. Cells, row by row: 1, 2; 30 (bold), 4."
    )


def test_subfigures_are_described_by_their_titles():
    fig = Figure()
    for part, rate in zip(fig.subfigures(1, 2), (0.1, 1), strict=True):
        part.suptitle(f"rate {rate}")
        plots.points(X, ax=part.subplots())
    text = describe(fig)
    assert "(1) rate 0.1. Axes" in text and "(2) rate 1. Axes" in text
    assert describe(fig.axes[0]) == text


@pytest.mark.parametrize(
    ("mathtext", "words"),
    [
        (r"$\hat{x}$ and $\hat x$", "x-hat and x-hat"),
        (r"$W_e x + b_{e}$", "W_e x + b_e"),
        (r"$\|x - \hat{x}\|^2$", "|x - x-hat|^2"),
        (r"$\frac{a}{b}$ \u2212 $\sigma(a)$".replace(r"\u2212", "\u2212"), "a / b - sigma (a)"),
        (r"$10^{-3}$ $\mathrm{nats}$", "10^-3 nats"),
        (r"5\$ a sample", "5$ a sample"),
    ],
)
def test_mathtext_is_read_as_words(ax, mathtext, words):
    ax.set_title(mathtext)
    assert describe(ax) == f"{words}."


def test_a_bar_that_is_not_finite_adds_nothing_to_the_sum(ax):
    ax.bar(range(14), [2.0] * 13 + [np.nan])
    assert "sum 26." in describe(ax.figure)
