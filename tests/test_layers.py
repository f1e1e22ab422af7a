"""Every layer: is the way back the slope of the way there, for one model and for many."""

import numpy as np
import pytest

from aehelpers import layers, losses
from aehelpers.checks import check_gradient
from aehelpers.layers import Chain, Dense, GaussianNoise, Identity, ReLU, Sigmoid, Tanh

AXES = [(), (3,), (2, 3)]
WIDTH = 4


LAYERS = {
    "dense": lambda axes: Dense(WIDTH, WIDTH),
    "identity": lambda axes: Identity(),
    "sigmoid": lambda axes: Sigmoid(),
    "tanh": lambda axes: Tanh(),
    "relu": lambda axes: ReLU(),
    "noise": lambda axes: GaussianNoise(0.3),
    "chain": lambda axes: Chain(Dense(WIDTH, 2), Chain(Tanh(), Dense(2, WIDTH)), Sigmoid()),
}
LOSSES = {
    "squared_error": (Identity(), losses.squared_error),
    "bernoulli": (Sigmoid(), losses.bernoulli),
    "bernoulli_of_logit": (Identity(), losses.bernoulli_of_logit),
}


def run(network, loss, theta, x, target):
    """Loss, slope at theta, slope at x; the noise is the same in every call."""
    y, backward = network.forward(theta, x, np.random.default_rng(7))
    value, delta = loss(y, target)
    grad = np.full_like(theta, np.nan)  # what backward forgets to write stays NaN
    return value, grad, backward(delta, grad)


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layer", LAYERS)
def test_gradient(layer, loss, axes, rng):
    link, loss = LOSSES[loss]
    network = Chain(Dense(3, WIDTH), LAYERS[layer](axes), Dense(WIDTH, 2), link)
    theta = 0.5 * rng.standard_normal((*axes, network.size))
    x, target = rng.standard_normal((5, 3)), rng.random((5, 2))
    check_gradient(lambda theta: run(network, loss, theta, x, target)[:2], theta, rng=rng)


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layer", LAYERS)
def test_slope_at_the_input(layer, loss, axes, rng):
    link, loss = LOSSES[loss]
    network = Chain(LAYERS[layer](axes), link)
    theta = rng.standard_normal((*axes, network.size))
    x, target = rng.standard_normal((*axes, 5, WIDTH)), rng.random((5, WIDTH))

    def f(flat):
        value, _, slope = run(network, loss, theta, flat.reshape(x.shape), target)
        return value, slope.reshape(flat.shape)

    check_gradient(f, x.reshape(*axes, 5 * WIDTH))


@pytest.mark.parametrize("axes", AXES, ids=str)
def test_slope_at_an_input_that_the_models_share(axes, rng):
    network = Chain(Dense(3, 4), Tanh(), Dense(4, 2))
    theta, x = rng.standard_normal((*axes, network.size)), rng.standard_normal((5, 3))
    y, backward = network.forward(theta, x)
    slope = backward(np.ones_like(y), np.empty_like(theta))
    assert slope.shape == (*axes, 5, 3)
    for model in np.ndindex(*axes):
        _, alone = network.forward(theta[model], x)
        np.testing.assert_allclose(
            slope[model], alone(np.ones((5, 2)), np.empty(network.size)), rtol=1e-12
        )


def test_dense_is_the_formula(rng):
    dense, x = Dense(3, 2), rng.standard_normal((5, 3))
    theta = rng.standard_normal(dense.size)
    W, b = dense.unpack(theta)
    assert W.shape == (3, 2) and b.shape == (1, 2) and dense.size == 8
    np.testing.assert_array_equal(dense.forward(theta, x)[0], x @ W + b)
    W[:], b[:] = 1, 2
    np.testing.assert_array_equal(theta, [1] * 6 + [2] * 2)  # they are views


def test_dense_starts_as_glorot_says():
    dense = Dense(300, 500)
    W, b = dense.unpack(dense.init(np.random.default_rng(0)))
    assert not b.any()
    assert abs(W.mean()) < 4 * W.std() / np.sqrt(W.size)
    # The relative standard error of a deviation is 1 / sqrt(2 n).
    assert W.std() == pytest.approx(np.sqrt(2 / 800), rel=4 / np.sqrt(2 * W.size))


@pytest.mark.parametrize(
    "name, y, slope",
    [
        ("identity", [-2, 0, 1, 800], [1, 1, 1, 1]),
        (
            "sigmoid",
            [0.11920292202211755, 0.5, 0.7310585786300049, 1],
            [0.104994, 0.25, 0.196612, 0],
        ),
        ("tanh", [-0.9640275800758169, 0, 0.7615941559557649, 1], [0.070651, 1, 0.419974, 0]),
        ("relu", [0, 0, 1, 800], [0, 0, 1, 1]),
    ],
)
def test_activation_values(name, y, slope):
    got, backward = layers.ACTIVATIONS[name]().forward(None, np.array([[-2.0, 0, 1, 800]]))
    np.testing.assert_allclose(got, [y], rtol=1e-15)
    np.testing.assert_allclose(backward(np.ones((1, 4)), None), [slope], atol=1e-6)


def test_noise_is_on_with_an_rng_only():
    x = np.zeros((500, 400))
    noise = GaussianNoise(0.3)
    assert noise.forward(None, x)[0] is x
    y = noise.forward(None, x, np.random.default_rng(0))[0]
    assert abs(y.mean()) < 4 * 0.3 / np.sqrt(y.size)
    assert y.std() == pytest.approx(0.3, rel=4 / np.sqrt(2 * y.size))
    assert abs((y[:, 1:] * y[:, :-1]).mean()) < 4 * 0.3**2 / np.sqrt(y.size)
    assert (
        noise.forward(None, x.astype("float32"), np.random.default_rng(0))[0].dtype == "float32"
    )


def test_a_chain_is_its_layers(rng):
    parts = Dense(3, 4), Tanh(), Dense(4, 2)
    chain, x = Chain(*parts), rng.standard_normal((5, 3))
    theta = chain.init(np.random.default_rng(0))
    rng_again = np.random.default_rng(0)
    one_by_one = [part.init(rng_again) for part in parts]
    np.testing.assert_array_equal(theta, np.concatenate(one_by_one))
    assert [view.size for view in chain.unpack(theta)] == [16, 0, 10]
    assert all(view.base is theta for view in chain.unpack(theta))
    y = parts[2].forward(one_by_one[2], np.tanh(parts[0].forward(one_by_one[0], x)[0]))[0]
    np.testing.assert_array_equal(chain.forward(theta, x)[0], y)
