"""The curves and searches of notebook 05 are what the lesson says of them."""

import numpy as np
import pytest
from scipy.special import logit

from aehelpers import data, metrics
from aehelpers.course import recipes
from aehelpers.course.explorers import quantitative_analysis as lesson
from aehelpers.figures import plots


@pytest.fixture(scope="module")
def spiral():
    return data.spiral(random_state=np.random.RandomState(42))


@pytest.fixture(scope="module")
def untrained(spiral):
    return recipes.spiral_unroller(0).set_params(epochs=0).fit(spiral[0])


def test_a_curve_has_equal_steps_and_the_right_ends(spiral, untrained):
    points = lesson.curve(untrained, -0.9, 0.9)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert points.shape == (lesson.POINTS, 2)
    assert steps.max() / steps.min() < 1.01
    ends = untrained.inverse_transform(np.array([[-0.9], [0.9]]))
    assert points[[0, -1]] == pytest.approx(ends)
    codes = untrained.transform(spiral[0])
    ends = untrained.inverse_transform(np.array([[codes.min()], [codes.max()]]))
    assert lesson.curve_of(untrained, spiral[0])[[0, -1]] == pytest.approx(ends)


def test_the_noiseless_spiral_runs_through_the_middle_of_its_points(spiral):
    X, t = spiral
    curve, positions = lesson.noiseless_spiral(X, t)
    own = curve[np.searchsorted(positions, t).clip(0, len(curve) - 1)]
    assert np.abs((X - own).mean(axis=0)).max() < 0.005
    assert metrics.mse(X, own) < 0.002
    with pytest.raises(ValueError, match="RandomState"):
        lesson.noiseless_spiral(*data.spiral(random_state=1))


def test_training_to_the_end_keeps_the_best_of_its_initializations(spiral):
    errors = [-lesson.trained_to_the_end(spiral[0], count).score(spiral[0]) for count in (1, 3)]
    assert errors[1] <= errors[0]
    assert errors[1] == pytest.approx(0.024151, abs=1e-6)  # that of a longer search


@pytest.mark.parametrize("slope, offset", [(0.5, 0), (-3, 1), (100, -2)])
def test_a_one_layer_curve_is_a_line_in_logit_space(slope, offset):
    curve = lesson.one_layer_curve(slope, offset)
    inside = curve[((curve > 0.01) & (curve < 0.99)).all(axis=1)]
    x, y = logit(inside).T
    assert np.diff(y) / np.diff(x) == pytest.approx(slope)
    assert abs(y[0] - slope * x[0]) / np.hypot(1, slope) == pytest.approx(abs(offset), abs=1e-9)


def test_the_search_finds_a_one_layer_curve_that_made_the_points():
    points = lesson.one_layer_curve(-2, 0.7)[300:500:4]
    curve, error = lesson.best_one_layer_curve(points)
    assert error < 1e-5
    assert (
        metrics.mse(points, curve[np.abs(curve[:, None] - points).sum(axis=2).argmin(0)]) < 1e-5
    )


def test_nearest_classes_are_found():
    Z = np.array([[0, 0], [0, 2], [1, 1], [1.5, 1], [9, 9]])
    middles, nearest = lesson.nearest_classes(Z, np.array([3, 3, 5, 5, 8]))
    assert middles.tolist() == [[0, 1], [1.25, 1], [9, 9]]
    assert nearest.tolist() == [1, 0, 1]


def test_shares_are_drawn_where_they_are():
    shares = {("a", 0.1): (0.5, 0.4, 0.6), ("a", 0.2): (0.2, 0.1, 0.3), ("b", 0.1): (1, 0.8, 1)}
    shares["b", 0.2] = (0.9, 0.7, 1)
    fig, ax = plots.subplots()
    lesson.draw_shares(shares, ax)
    drawn = [container.lines[0].get_xdata().tolist() for container in ax.containers]
    assert drawn == [[0.5, 1], [0.2, 0.9]]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b"]
