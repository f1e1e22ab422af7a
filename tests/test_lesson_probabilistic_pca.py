"""The further notebook on probabilistic PCA: balanced noise, water-filling, its explorer."""

import numpy as np
import pytest

from aehelpers.course.explorers import probabilistic_pca

EIGENVALUES = 4.0 / 2 ** np.arange(6)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_balanced_noise_has_mean_0_and_the_identity_as_covariance(k):
    e = probabilistic_pca.BalancedNoise().standard_normal((6 * k, k))
    np.testing.assert_allclose(e.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(e.T @ e / len(e), np.eye(k), atol=1e-12)


def test_water_filling_of_one_level_by_hand():
    (rate,), (distortion,) = probabilistic_pca.water_filling(EIGENVALUES, 1.0, 2)
    assert rate == pytest.approx(np.log(4) / 2 + np.log(2) / 2)
    assert distortion == pytest.approx(2 * 1 + 1 + 0.5 + 0.25 + 0.125)


def test_the_explorer_says_how_many_dimensions_are_active():
    explorer = probabilistic_pca.level_explorer(EIGENVALUES, 4)
    for level, active in ((5.0, 0), (0.6, 3), (0.4, 4)):
        explorer.move(level=level)
        assert f"{active} of 4 latent dimensions are active" in explorer.readout.value
