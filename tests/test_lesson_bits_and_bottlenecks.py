"""Scaled codes and the picture of water levels of the notebook on bits and bottlenecks."""

import numpy as np
import pytest

from aehelpers import metrics
from aehelpers.course.explorers import bits_and_bottlenecks
from aehelpers.figures import plots


def test_scaled_codes_lie_between_0_and_1_and_are_decoded_as_before():
    X = np.random.default_rng(0).random((30, 2))
    pca = metrics.PCA(1).fit(X)
    u, decode = bits_and_bottlenecks.scaled(pca, X)
    assert (u.min(), u.max()) == (0, 1)
    assert decode(u) == pytest.approx(pca.reconstruct(X))


def test_above_the_water_level_a_bar_is_as_high_as_its_bits():
    _, ax = plots.subplots()
    bits_and_bottlenecks.draw_water(np.array([1.0, 0.25, 0.01]), 1 / 16, ax)
    assert [bar.get_height() for bar in ax.containers[1]] == pytest.approx([2, 1, 0])
    assert [note.get_text() for note in ax.texts] == ["2.0", "1.0"]
