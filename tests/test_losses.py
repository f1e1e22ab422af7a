"""Losses: values by hand, and delta is the slope."""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from aehelpers import losses
from aehelpers.checks import check_gradient
from aehelpers.losses import bernoulli, bernoulli_of_logit, squared_error

PENALTIES = {
    "l1": losses.l1,
    "sparsity_kl": losses.sparsity_kl,
    "sparsity_kl 0.3": partial(losses.sparsity_kl, target=0.3),
    "gaussian_kl": losses.gaussian_kl,
}
# Each loss of y and x (..., n, 4), with the width of y; a penalty does not depend on x.
LOSSES = {
    "squared_error": (squared_error, 4),
    "bernoulli": (bernoulli, 4),
    "bernoulli_of_logit": (bernoulli_of_logit, 4),
    "gaussian": (losses.gaussian, 5),
    "with_penalty": (losses.with_penalty(squared_error, losses.gaussian_kl, 0.3, 6), 10),
    **{name: (lambda z, x, penalty=p: penalty(z), 6) for name, p in PENALTIES.items()},
}
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
@pytest.mark.parametrize("loss", LOSSES)
def test_delta_is_the_slope(loss, axes, rng):
    loss, width = LOSSES[loss]
    x, y = rng.random((5, 4)), rng.uniform(0.1, 0.9, (*axes, 5, width))

    def f(flat):
        value, delta = loss(flat.reshape(y.shape), x)
        assert value.shape == axes
        return value, delta.reshape(flat.shape)

    check_gradient(f, y.reshape(*axes, -1), rng=rng)


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


def test_gaussian_is_scipys(rng):
    x, x_hat, s = rng.random((6, 3)), rng.random((6, 3)), rng.standard_normal((6, 1))
    expected = -stats.norm(x_hat, np.exp(s / 2)).logpdf(x).sum() / 6
    assert losses.gaussian(np.hstack([x_hat, s]), x)[0] == pytest.approx(expected, rel=1e-14)


def test_gaussian_kl_is_that_of_the_distribution_that_is_drawn_from(rng):
    """Monte Carlo: the mean of log q(z) - log p(z) over z ~ q, within 4 standard errors."""
    mu, s, n = np.array([[0.5, -1.0, 0.0]]), np.array([[-2.0, 0.7, 0.0]]), 100_000
    q, z = stats.norm(mu, np.exp(s / 2)), mu + np.exp(s / 2) * rng.standard_normal((n, 3))
    logs = q.logpdf(z) - stats.norm.logpdf(z)
    code = np.hstack([mu, s])
    error = 4 * logs.std(axis=0) / np.sqrt(n)
    assert (abs(logs.mean(axis=0) - losses.kl_of_units(code)[0]) <= error + 1e-15).all()
    assert losses.gaussian_kl(code)[0] == pytest.approx(losses.kl_of_units(code).sum())
    assert losses.gaussian_kl(np.zeros((3, 4)))[0] == 0


def test_sparsity_kl_is_that_of_coins():
    z = np.array([[0.1, 0.5], [0.3, 0.1]])
    coins = [stats.entropy([0.05, 0.95], [share, 1 - share]) for share in (0.2, 0.3)]
    assert losses.sparsity_kl(z)[0] == pytest.approx(sum(coins), rel=1e-14)
    cost, slope = losses.sparsity_kl(z, target=np.array([0.2, 0.3]))
    np.testing.assert_allclose(slope, 0, atol=1e-14)
    assert cost == pytest.approx(0, abs=1e-15)


def test_l1_by_hand():
    z = np.array([[0.4, -2.0], [0.0, 1.5]])
    cost, slope = losses.l1(z, eps=0.3)
    roots = [0.5, np.sqrt(4.09), 0.3, np.sqrt(2.34)]
    assert cost == pytest.approx((sum(roots) - 4 * 0.3) / 2, rel=1e-15)
    expected = [[0.4 / 0.5 / 2, -1 / roots[1]], [0, 0.75 / roots[3]]]
    np.testing.assert_allclose(slope, expected, rtol=1e-15)


def test_l1_is_the_absolute_value_but_for_its_kink(rng):
    z = rng.standard_normal((50, 3))
    assert 0 < np.abs(z).sum() / 50 - losses.l1(z)[0] < 3 * 0.03
    assert losses.l1(z, eps=1e-9)[0] == pytest.approx(np.abs(z).sum() / 50, abs=1e-8)
    slope = losses.l1(np.array([[-1e-16, 0, 1e-16]]))[1]
    np.testing.assert_allclose(slope, 0, atol=1e-14)  # the last bit of z decides nothing


def test_with_penalty_adds_the_weighted_penalty_on_its_own_part(rng):
    y, x = rng.standard_normal((5, 10)), rng.random((5, 4))
    loss, delta = losses.with_penalty(squared_error, losses.gaussian_kl, 10, 6)(y, x)
    of_x, delta_x = squared_error(y[:, :4], x)
    of_code, delta_code = losses.gaussian_kl(y[:, 4:])
    assert loss == of_x + 10 * of_code
    np.testing.assert_array_equal(delta, np.hstack([delta_x, 10 * delta_code]))


@pytest.mark.parametrize("loss", LOSSES)
def test_float32_stays(loss, rng):
    loss, width = LOSSES[loss]
    y, x = (rng.uniform(0.1, 0.9, (5, k)).astype("float32") for k in (width, 4))
    value, delta = loss(y, x)
    assert value.dtype == delta.dtype == "float32"
