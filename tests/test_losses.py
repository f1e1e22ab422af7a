"""Losses: values by hand, and delta is the slope."""

import numpy as np
import pytest

from aehelpers.checks import check_gradient
from aehelpers.losses import LOSSES, bernoulli, bernoulli_of_logit, squared_error

X = np.array([[0.0, 1.0], [1.0, 0.5]])
X_HAT = np.array([[0.5, 0.75], [0.75, 0.5]])


def test_squared_error_by_hand():
    loss, delta = squared_error(X_HAT, X)
    assert loss == (0.25 + 0.0625 + 0.0625 + 0) / 4
    np.testing.assert_array_equal(delta, [[0.25, -0.125], [-0.125, 0]])


def test_bernoulli_by_hand():
    loss, delta = bernoulli(X_HAT, X)
    assert loss == pytest.approx((2 * np.log(2) - 2 * np.log(0.75)) / 2, rel=1e-15)
    np.testing.assert_allclose(delta, [[1, -2 / 3], [-2 / 3, 0]], rtol=1e-15)


@pytest.mark.parametrize("axes", [(), (3,), (2, 3)], ids=str)
@pytest.mark.parametrize("loss", [*LOSSES.values(), bernoulli_of_logit])
def test_delta_is_the_slope(loss, axes, rng):
    x, x_hat = rng.random((5, 4)), rng.uniform(0.1, 0.9, (*axes, 5, 4))

    def f(flat):
        value, delta = loss(flat.reshape(x_hat.shape), x)
        assert value.shape == axes
        return value, delta.reshape(flat.shape)

    check_gradient(f, x_hat.reshape(*axes, -1))


def test_the_loss_of_the_logit_is_the_loss_of_its_sigmoid(rng):
    a, x = 3 * rng.standard_normal((5, 4)), rng.random((5, 4))
    x_hat = 1 / (1 + np.exp(-a))
    loss, delta = bernoulli_of_logit(a, x)
    expected, slope = bernoulli(x_hat, x)
    assert loss == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(delta, slope * x_hat * (1 - x_hat), rtol=1e-12, atol=1e-15)


def test_the_loss_of_the_logit_is_safe_far_out():
    a = np.array([[1000.0, -1000.0, 1000.0, -1000.0]])
    with np.errstate(under="ignore"):  # e^-1000 is 0, which is right here
        loss, delta = bernoulli_of_logit(a, np.array([[1.0, 0.0, 0.0, 1.0]]))
    assert loss == 2000  # right with certainty costs nothing, wrong costs |a|
    np.testing.assert_array_equal(delta, [[0, 0, 1, -1]])


def test_the_floor_of_bernoulli_is_the_entropy_of_grey_pixels(rng):
    x = rng.uniform(0.05, 0.95, (6, 3))
    entropy = -(x * np.log(x) + (1 - x) * np.log(1 - x)).sum() / 6
    floor, slope = bernoulli(x, x)
    assert floor == pytest.approx(entropy, rel=1e-14) and not slope.any()
    for _ in range(20):
        other = np.clip(x + 0.04 * rng.standard_normal(x.shape), 0.01, 0.99)
        assert bernoulli(other, x)[0] > floor


@pytest.mark.parametrize("loss", [*LOSSES.values(), bernoulli_of_logit])
def test_float32_stays(loss):
    value, delta = loss(X_HAT.astype("float32"), X.astype("float32"))
    assert value.dtype == delta.dtype == "float32"
