"""The further notebook on the family in one table: what its explorer draws and reads out."""

import numpy as np
import pytest

from aehelpers.course.explorers import family_table
from aehelpers.course.statistics import mean_interval
from aehelpers.figures import plots


def test_differences_are_drawn_with_their_intervals():
    values = np.array([[1.0, 2.0, 3.0], [4.0, 4.0, 7.0]])
    means, lows, highs = np.array([mean_interval(row) for row in values]).T
    fig, ax = plots.subplots()
    family_table.draw_differences(ax, ["dense", "deep"], means, lows, highs, values)
    ((bars,),) = (container.lines[2] for container in ax.containers)
    ends = [segment[:, 1] for segment in bars.get_segments()]
    np.testing.assert_allclose(ends, np.transpose([lows, highs]))
    (dots,) = [each for each in ax.collections if each is not bars]
    assert sorted(dots.get_offsets()[:, 1]) == sorted(values.ravel())
    assert [text.get_text() for text in ax.get_xticklabels()] == ["dense", "deep"]


def test_the_explorer_names_the_kind_with_the_largest_gain():
    gains = {0.1: np.array([[1.0, 1.2], [0.0, 0.1]]), 0.3: np.array([[0.5, 0.5], [2.0, 2.2]])}
    explorer = family_table.noise_explorer(["dense", "denoising"], gains, mean_interval)
    assert "denoising network has the largest gain, 2.1 dB" in explorer.readout.value
    explorer.move(sigma=0.1)
    assert "dense network has the largest gain, 1.1 dB" in explorer.readout.value
    low = min(mean_interval(row)[1] for found in gains.values() for row in found)
    assert explorer.check() and low == pytest.approx(mean_interval([1.0, 1.2])[1], abs=2)
