"""What notebook 09 measures and draws: distances of new digits, and the class at home."""

import numpy as np
import pytest

from aehelpers import VariationalAutoencoder, data
from aehelpers.course.explorers import variational


class Plane:
    """A coder whose codes are the first two features."""

    def transform(self, X):
        return X[:, :2]


def test_the_distance_is_the_median_over_the_nearest():
    known = np.array([[0.0, 0.0], [10.0, 0.0]])
    images = np.array([[0.0, 1.0], [10.0, 2.0], [13.0, 4.0]])
    assert variational.distance(images, known) == pytest.approx(2)


def test_the_class_at_home_is_that_of_the_nearest_codes():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 0.1, (20, 2)), rng.normal(5, 0.1, (20, 2))])
    y = np.repeat([3, 8], 20)
    label, count = variational.class_at_home(Plane(), X, y, [[0, 0], [5, 5], [2.5, 2.5]])
    assert label[:2].tolist() == [3, 8] and count[:2].tolist() == [9, 9]
    assert 5 <= count[2] <= 9


@pytest.fixture(scope="module")
def digits():
    found = data.digits()
    return found.X[:200], found.y[:200]


def test_the_explorer_of_beta_says_what_it_shows(digits):
    X, y = digits
    nets = {
        beta: VariationalAutoencoder(2, beta=beta, epochs=1, random_state=0).fit(X)
        for beta in (0.5, 2)
    }
    explorer = variational.beta_explorer(nets, X[:100], X[100:], y[100:])
    assert explorer.check() == (
        "every value of every slider was drawn (the grid has 2 settings)"
    )
    assert "New digits lie" in explorer.readout.value


@pytest.mark.parametrize("q1", [0.05, 0.95])
def test_the_map_says_whether_a_class_is_at_home(digits, q1):
    X, y = digits
    net = VariationalAutoencoder(2, epochs=1, random_state=0).fit(X)
    explorer = variational.map_explorer(net, X, y)
    explorer.move(q1=q1)
    assert "at home here" in explorer.readout.value
