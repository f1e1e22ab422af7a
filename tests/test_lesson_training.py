"""The walks through a valley that notebook 03 shows."""

import numpy as np
import pytest

from aehelpers import optimizers
from aehelpers.checks import gradient_error
from aehelpers.course.explorers import training


def test_the_gradient_is_that_of_the_loss():
    w = np.array([-0.4, 2.2])
    assert gradient_error(training.loss_and_gradient, w) < 1e-7


def test_a_walk_holds_each_place_and_its_loss():
    path, losses = training.walk(optimizers.SGD(0.1), steps=7)
    assert path.shape == (8, 2) and losses.shape == (8,)
    assert path[0] == pytest.approx(training.START)
    expected = [training.loss_and_gradient(w)[0] for w in path]
    assert losses == pytest.approx(expected)


@pytest.mark.parametrize(
    "losses, steps", [([1, 1e-4, 1, 1e-4], 3), ([1e-4, 1e-5], 0), ([1, 1e-4, 1], None)]
)
def test_a_walk_arrives_where_its_loss_stays_small(losses, steps):
    assert training.arrival(np.array(losses)) == steps


def test_crossings_of_the_floor_are_counted():
    path = np.array([[0.0, 2.0], [1.0, 2.0], [0.1, 2.0], [0.1, 1.0], [3.0, 3.0]])
    assert [training.crossings(path, steps) for steps in range(5)] == [0, 1, 2, 2, 3]


@pytest.mark.parametrize(
    "optimizer, rate, words",
    [
        ("sgd", 0.001, "has not reached the valley floor. It has crossed the floor 0 times"),
        (
            "sgd",
            0.03,
            "below 0.001 after 24 steps. Until then the walk crosses the valley floor 0",
        ),
        ("sgd", 0.5, "both weights are negative, the largest curvature is 2.00"),
        ("sgd", 1.0, "runs away in 3 steps"),
        ("momentum", 0.03, "crosses the valley floor 5 times"),
        ("adam", 0.03, "crosses the valley floor 1 time."),
    ],
)
def test_the_read_out_says_what_a_walk_did(optimizer, rate, words):
    assert words in training.story(optimizer, rate)


def test_one_is_no_plural():
    assert [training.count(n, "step") for n in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]
