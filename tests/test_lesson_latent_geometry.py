"""The further notebook on latent geometry: lengths and shortest paths where they are known."""

import numpy as np
import pytest

from aehelpers import Autoencoder
from aehelpers.course.explorers import latent_geometry


class Stretched:
    """A decoder of two numbers, g(z) = (3 z_1, z_2), whose shortest paths are straight."""

    def inverse_transform(self, Z):
        return np.asarray(Z) * [3, 1]


def test_area_and_paths_of_a_linear_decoder():
    lattice = latent_geometry.Lattice(Stretched(), np.linspace(-1, 1, 9))
    np.testing.assert_allclose(lattice.area, 3)
    path = lattice.shortest_path(0, 80)
    np.testing.assert_allclose(path[[0, -1]], [[-1, -1], [1, 1]])
    steps = np.linalg.norm(np.diff(path * [3, 1], axis=0), axis=1)
    assert steps.sum() == pytest.approx(np.hypot(6, 2))


def test_length_by_the_metric_is_that_among_images():
    path = np.linspace([-1.0, 0.0], [1.0, 0.5], 40)
    assert latent_geometry.length_by_metric(Stretched(), path) == pytest.approx(
        np.hypot(6, 0.5)
    )


def test_cut_keeps_the_corners_of_a_path():
    corner = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    fine = latent_geometry.cut(corner, 4)
    assert fine.shape == (9, 2)
    np.testing.assert_allclose(fine[[0, 4, 8]], corner)


def test_the_explorer_reads_out_its_ratio():
    X = np.random.default_rng(0).random((60, 16))
    net = Autoencoder(2, output_activation="sigmoid", epochs=2, random_state=0).fit(X)
    lattice = latent_geometry.Lattice(net, np.linspace(-2, 2, 9))
    way = lattice.shortest_path(0, 80)

    def length(path):
        return np.linalg.norm(np.diff(net.inverse_transform(path), axis=0), axis=1).sum()

    explorer = latent_geometry.path_explorer(
        lattice, [way[[0, -1]]] * 2, [way] * 2, [1.25, 1.0], length
    )
    assert "1.25 times as long" in explorer.readout.value
    explorer.move(pair=2)
    assert "1.00 times as long" in explorer.readout.value
