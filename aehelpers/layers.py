"""Layers: the pieces a network is made of, and `Chain`, which makes a network a layer again.

The contract, for every layer here:

* `size` is the number of its parameters. They come as one flat vector `theta` (..., size), of
  which `unpack` gives views; a layer itself holds no state.
* `forward(theta, x, rng=None)` takes samples `x` (..., n, n_in) and returns `y` (..., n, n_out)
  *and the way back*: `backward(delta, grad)` takes the loss's slope at y, writes the slope at
  theta into `grad` (..., size), laid out as theta is, and returns the slope at x.
* `rng` given means that noise is on, None means deterministic. There is no other switch.
* Leading axes are models: theta (M, size) is M networks, and the code is the same.
"""

import numpy as np


class Dense:
    """y = x W + b.   x (..., n, n_in) -> y (..., n, n_out)."""

    def __init__(self, n_in, n_out):
        self.n_in, self.n_out = n_in, n_out
        self.size = (n_in + 1) * n_out

    def unpack(self, theta):
        """Views W (..., n_in, n_out) and b (..., 1, n_out) of theta (..., size)."""
        W, b = theta[..., : -self.n_out], theta[..., None, -self.n_out :]
        return W.reshape(*theta.shape[:-1], self.n_in, self.n_out), b

    def init(self, rng):
        """theta (size,) with W ~ N(0, 2 / (n_in + n_out)) and b = 0 (Glorot & Bengio 2010)."""
        theta = np.zeros(self.size)
        W, _ = self.unpack(theta)
        W[:] = np.sqrt(2 / (self.n_in + self.n_out)) * rng.standard_normal(W.shape)
        return theta

    def forward(self, theta, x, rng=None):
        W, b = self.unpack(theta)

        def backward(delta, grad):
            grad_W, grad_b = self.unpack(grad)
            np.matmul(x.mT, delta, out=grad_W)
            delta.sum(axis=-2, keepdims=True, out=grad_b)
            return delta @ W.mT

        return x @ W + b, backward


class Parameterless:
    """What the layers without parameters share."""

    size = 0

    def init(self, rng):
        return np.zeros(0)


class Identity(Parameterless):
    """y = x,  slope 1."""

    def forward(self, theta, x, rng=None):
        return x, lambda delta, grad: delta


class Sigmoid(Parameterless):
    """y = 1 / (1 + exp(-x)),  slope y (1 - y).  Written with tanh, which cannot overflow."""

    def forward(self, theta, x, rng=None):
        y = 0.5 + 0.5 * np.tanh(0.5 * x)
        return y, lambda delta, grad: delta * (y * (1 - y))


class Tanh(Parameterless):
    """y = tanh x,  slope 1 - y^2."""

    def forward(self, theta, x, rng=None):
        y = np.tanh(x)
        return y, lambda delta, grad: delta * (1 - y * y)


class ReLU(Parameterless):
    """y = max(x, 0),  slope 1 where x > 0, else 0 (at the kink as well)."""

    def forward(self, theta, x, rng=None):
        return np.maximum(x, 0), lambda delta, grad: delta * (x > 0)


ACTIVATIONS = {"identity": Identity, "sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}


class GaussianNoise(Parameterless):
    """y = x + scale * e,  e ~ N(0, 1), given an `rng`;  y = x without.  Slope 1."""

    def __init__(self, scale):
        self.scale = scale

    def forward(self, theta, x, rng=None):
        if rng is None or self.scale == 0:
            y = x
        else:
            y = x + self.scale * rng.standard_normal(x.shape).astype(x.dtype, copy=False)
        return y, lambda delta, grad: delta


class Chain:
    """y = (layer_L o ... o layer_1)(x): layers one after the other are a layer again."""

    def __init__(self, *layers):
        self.layers = layers
        self.size = sum(layer.size for layer in layers)

    def unpack(self, theta):
        """A list with each layer's own view (..., layer.size) of theta (..., size)."""
        ends = np.cumsum([layer.size for layer in self.layers])
        return [
            theta[..., end - layer.size : end]
            for layer, end in zip(self.layers, ends, strict=True)
        ]

    def init(self, rng):
        """theta (size,): each layer's own start, drawn in the order of the layers."""
        return np.concatenate([layer.init(rng) for layer in self.layers])

    def forward(self, theta, x, rng=None):
        ways_back = []
        for layer, part in zip(self.layers, self.unpack(theta), strict=True):
            x, backward = layer.forward(part, x, rng)
            ways_back.append(backward)

        def backward(delta, grad):
            parts = self.unpack(grad)
            for layer_backward, part in zip(reversed(ways_back), reversed(parts), strict=True):
                delta = layer_backward(delta, part)
            return delta

        return x, backward
