"""The explorer of notebook 01 shows the derivative of the loss that it draws."""

import numpy as np
import pytest

from aehelpers.course.explorers import mathematics
from aehelpers.figures import plots

each = pytest.mark.parametrize("activation", mathematics.NAMES)


@each
def test_the_derivative_is_that_of_the_drawn_loss(activation):
    biases = np.array([-3.2, -0.4, 0.7, 2.6])
    _, derivative = mathematics.along_bias(activation, biases)
    h = 1e-6
    higher, _ = mathematics.along_bias(activation, biases + h)
    lower, _ = mathematics.along_bias(activation, biases - h)
    assert np.allclose((higher - lower) / (2 * h), derivative, atol=1e-8)


@each
def test_the_trained_bias_is_a_minimum_nearly(activation):
    trained = mathematics.trained(activation)
    here = trained.weights_["b_e"].ravel()
    losses, _ = mathematics.along_bias(activation, mathematics.CURVE_BIASES)
    assert mathematics.along_bias(activation, here)[0] < losses.min() * 1.05


def test_the_code_of_a_dead_unit_gets_nothing():
    loss, derivative = mathematics.along_bias("relu", [-10.0, -5.0])
    assert np.all(mathematics.inputs("relu", -5.0) < 0)
    assert loss[0] == loss[1] and np.all(derivative == 0)


def test_moving_a_bias_leaves_the_trained_network_as_it_was():
    before = mathematics.trained("tanh").theta_.copy()
    mathematics.along_bias("tanh", [7.0])
    assert np.array_equal(mathematics.trained("tanh").theta_, before)


def test_the_bias_is_a_scale():
    assert np.all(np.diff(mathematics.BIASES) == 1) and len(mathematics.BIASES) == 21
    assert mathematics.landscape_explorer().start["bias"] in mathematics.BIASES


def test_the_read_out_says_exactly_0_only_where_it_is():
    for activation, bias, said in (("relu", -5, "exactly 0"), ("tanh", 10, "nearly 0")):
        _, axes = plots.subplots(1, 2)
        assert said in mathematics.draw_landscape(activation, bias, axes)


def test_a_complex_step_is_exact():
    theta = np.array([0.3, -1.2, 2.0])
    found = mathematics.complex_step(lambda t: np.exp(t[0]) * t[1] ** 3 + 1 / t[2], theta)
    exact = [np.exp(0.3) * -(1.2**3), np.exp(0.3) * 3 * 1.44, -0.25]
    assert np.allclose(found, exact, rtol=1e-14)
