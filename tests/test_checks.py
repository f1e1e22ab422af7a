"""The checks are checked: each must be able to fail."""

import numpy as np
import pytest

from aehelpers.checks import check_gradient, directional_derivatives, gradient_error, rounded


def quadratic(theta, wrong=1.0):
    """1/2 |theta|^2 and its gradient, times `wrong`."""
    return (theta**2).sum(axis=-1) / 2, theta * wrong


@pytest.mark.parametrize("axes", [(), (3,), (2, 3)], ids=str)
def test_a_right_gradient_passes(axes, rng):
    error = check_gradient(quadratic, rng.standard_normal((*axes, 10)))
    assert error.shape == axes and (error < 1e-8).all()


def test_the_error_is_relative_to_both_slopes(rng):
    """|s - 3 s| / (|s| + 3 |s|) = 1/2, whatever the direction."""
    theta = rng.standard_normal(10)
    error = gradient_error(lambda theta: quadratic(theta, 3), theta)
    assert error == pytest.approx(0.5, rel=1e-6)
    assert gradient_error(lambda theta: (0.0, theta * 0), theta) == 0


def quartic(theta):
    return (theta**4).sum(axis=-1), 4 * theta**3


def test_the_step_that_nobody_chose_is_short_enough_for_a_curved_loss(rng):
    theta = rng.standard_normal(10)
    measured, claimed = directional_derivatives(quartic, theta)
    assert measured == pytest.approx(claimed, rel=1e-7)
    assert gradient_error(quartic, theta) < 1e-7
    assert check_gradient(quartic, theta) < 1e-7


def test_an_error_as_large_as_the_tolerance_fails():
    """Measured 2 v, claimed 0: the error is 1, the largest that there is."""
    with pytest.raises(AssertionError, match="relative error 1.0"):
        check_gradient(lambda theta: (2 * theta.sum(), 0 * theta), np.zeros(3), tolerance=1)


@pytest.mark.parametrize("wrong", [1.001, 0.999, -1, 0, np.nan])
def test_a_gradient_off_by_a_thousandth_fails(wrong, rng):
    with pytest.raises(AssertionError, match="gradient does not belong.*slope measured"):
        check_gradient(lambda theta: quadratic(theta, wrong), rng.standard_normal(10))


def test_one_wrong_component_fails(rng):
    wrong = np.ones(1000)
    wrong[617] = 1.1
    with pytest.raises(AssertionError, match="relative error"):
        check_gradient(lambda theta: quadratic(theta, wrong), rng.standard_normal(1000))


def test_one_wrong_model_of_an_ensemble_fails(rng):
    wrong = np.array([[1], [1.001], [1]])
    with pytest.raises(AssertionError):
        check_gradient(lambda theta: quadratic(theta, wrong), rng.standard_normal((3, 10)))


def test_float32_is_refused():
    with pytest.raises(TypeError, match="needs theta in float64, got float32"):
        gradient_error(quadratic, np.ones(3, "float32"))


def test_theta_is_left_alone(rng):
    theta = rng.standard_normal(10)
    before = theta.copy()
    check_gradient(quadratic, theta)
    np.testing.assert_array_equal(theta, before)


@pytest.mark.parametrize(
    "value, digits, text",
    [
        (0.0242316, 3, "0.0242"),
        (-12.3456, 3, "-12.3"),
        (123.4, 3, "123"),
        (0.5, 3, "0.500"),
        (123456, 3, "1.23e+05"),
        (1000, 3, "1.00e+03"),
        (0.0001, 3, "0.000100"),
        (1.2344e-7, 4, "1.234e-07"),
        (0, 3, "0"),
        (-0.0, 3, "0"),
        (np.nan, 3, "nan"),
        (np.inf, 3, "inf"),
    ],
)
def test_rounded(value, digits, text):
    assert rounded(value, digits) == text


def test_three_digits_are_shown_unless_another_number_is_given():
    assert rounded(0.0242316) == "0.0242"
