"""Optimisers: step by step against their formulas, and downhill."""

import numpy as np
import pytest

from aehelpers.optimizers import OPTIMIZERS, SCHEDULES, SGD, Adam, InPlaceAdam

THETA, FIRST, SECOND = np.array([1.0, -2.0]), np.array([0.5, 4.0]), np.array([-3.0, 0.25])


def walk(optimizer, factors=(1.0, 1.0)):
    """theta after one and after two steps."""
    theta = THETA.copy()
    optimizer.step(theta, FIRST, factors[0])
    one = theta.copy()
    optimizer.step(theta, SECOND, factors[1])
    return one, theta


@pytest.mark.parametrize("factors", [(1.0, 1.0), (0.5, 0.25)])
def test_sgd(factors):
    one, two = walk(SGD(0.1), factors)
    np.testing.assert_array_equal(one, THETA - factors[0] * 0.1 * FIRST)
    np.testing.assert_array_equal(two, one - factors[1] * 0.1 * SECOND)


@pytest.mark.parametrize("factors", [(1.0, 1.0), (0.5, 0.25)])
def test_momentum(factors):
    one, two = walk(SGD(0.1, momentum=0.75), factors)
    v = -factors[0] * 0.1 * FIRST
    np.testing.assert_array_equal(one, THETA + v)
    np.testing.assert_array_equal(two, one + (0.75 * v - factors[1] * 0.1 * SECOND))


@pytest.mark.parametrize("kind", [Adam, InPlaceAdam])
@pytest.mark.parametrize("factors", [(1.0, 1.0), (0.5, 0.25)])
def test_adam(factors, kind):
    one, two = walk(kind(0.1), factors)
    # The first step has the length of the learning rate, whatever the gradient's.
    np.testing.assert_allclose(one, THETA - factors[0] * 0.1 * np.sign(FIRST), rtol=1e-7)
    m_hat = (0.9 * 0.1 * FIRST + 0.1 * SECOND) / (1 - 0.9**2)
    v_hat = (0.999 * 0.001 * FIRST**2 + 0.001 * SECOND**2) / (1 - 0.999**2)
    step = factors[1] * 0.1 * m_hat / (np.sqrt(v_hat) + 1e-8)
    np.testing.assert_allclose(two, one - step, rtol=1e-13)


@pytest.mark.parametrize("kind", [Adam, InPlaceAdam])
def test_adam_divides_by_eps_where_the_gradient_vanishes(kind):
    theta = np.array([1.0])
    kind(0.1, eps=1e-3).step(theta, np.array([1e-3]))
    assert theta[0] == pytest.approx(1 - 0.1 * 0.5, rel=1e-12)


def test_adam_in_place_takes_the_steps_of_the_formula(rng):
    """With schedules, and for models with learning rates of their own."""
    theta = rng.standard_normal((3, 7))
    steps = [
        (10.0**size * rng.standard_normal(theta.shape), 1 / (1 + size)) for size in range(6)
    ]
    rates = np.array([[0.1], [0.01], [1.0]])
    ends = []
    for optimizer in (Adam(rates), InPlaceAdam(rates)):
        ends.append(theta.copy())
        for grad, factor in steps:
            optimizer.step(ends[-1], grad, factor)
    np.testing.assert_allclose(*ends, rtol=1e-12)
    assert not np.allclose(ends[0], theta)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_quadratic_goes_below_a_hundredth(name, schedule):
    """f = 1/2 theta . H theta with curvatures 1 and 10, for three learning rates at once."""
    curvature = np.array([1.0, 10.0])
    theta = np.tile([2.0, -1.0], (3, 1))
    optimizer = OPTIMIZERS[name](np.array([[0.05], [0.08], [0.1]]))
    for step in range(200):
        optimizer.step(theta, curvature * theta, SCHEDULES[schedule](step / 200))
    assert ((curvature * theta**2).sum(axis=-1) / 2 < 1e-2).all()


@pytest.mark.parametrize("kind", [Adam, InPlaceAdam])
def test_adam_remembers_in_the_precision_of_theta(kind):
    adam = kind(0.1)
    adam.step(np.zeros(3, "float32"), np.ones(3, "float32"))
    assert {v.dtype.name for v in vars(adam).values() if isinstance(v, np.ndarray)} == {
        "float32"
    }


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_runs_share_nothing(name):
    first, again = walk(OPTIMIZERS[name](0.1)), walk(OPTIMIZERS[name](0.1))
    np.testing.assert_array_equal(first, again)


def test_the_ends_of_the_schedules():
    assert [SCHEDULES["constant"](p) for p in (0, 0.5, 1)] == [1, 1, 1]
    np.testing.assert_allclose(
        [SCHEDULES["cosine"](p) for p in (0, 0.25, 0.5, 1)],
        [1, (2 + np.sqrt(2)) / 4, 0.5, 0],
        atol=1e-16,
    )
