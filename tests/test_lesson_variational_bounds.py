"""The further notebook on variational bounds: three estimators of one gradient."""

import numpy as np

from aehelpers import VariationalAutoencoder
from aehelpers.course.explorers import variational_bounds


def test_three_estimators_agree_on_average():
    X = np.random.default_rng(0).standard_normal((30, 3))
    net = VariationalAutoencoder(1, hidden=(4,), epochs=30, random_state=0).fit(X)
    found = variational_bounds.gradients_at_the_code(net, X, 4000).values()
    means = np.array([each.mean(axis=0) for each in found])
    errors = np.array([each.std(axis=0) / np.sqrt(4000) for each in found])
    assert means.shape == (3, 2)
    for other in (1, 2):
        off = np.abs(means[other] - means[0]) / np.hypot(errors[other], errors[0])
        assert (off < 4).all()


def test_fixed_noise_is_the_same_everywhere():
    noise = variational_bounds.FixedNoise(0.5).standard_normal((2, 3))
    np.testing.assert_array_equal(noise, np.full((2, 3), 0.5))
