"""Layers: the pieces a network is made of, and `Chain`, which makes a network a layer again.

The contract, for every layer here:

* `size` is the number of its parameters. They come as one flat vector `theta` (..., size), of
  which `unpack` gives views; a layer itself holds no state.
* `forward(theta, x, rng=None)` takes samples `x` (..., n, n_in) and returns `y` (..., n, n_out)
  *and the way back*: `backward(delta, grad)` takes the loss's slope at y, writes the slope at
  theta into `grad` (..., size), laid out as theta is, and returns the slope at x.
* Whoever takes many steps unpacks theta and grad once and gives what `unpack` returned in their
  place. A layer with parameters also takes `backward(delta, grad, at_x=False)`: then nobody
  asks for the slope at x, and it need not work it out.
* `rng` given means that noise is on, None means deterministic. There is no other switch.
* Leading axes are models: theta (M, size) is M networks, and the code is the same.
"""

from functools import lru_cache
from itertools import accumulate

import numpy as np


class Layer:
    """What every layer has, as one without parameters has it."""

    size = 0

    def init(self, rng):
        """theta (size,) to start from."""
        return np.zeros(self.size)

    def unpack(self, theta):
        """Views of theta (..., size); what has been unpacked comes back as it is."""
        return theta


class Affine(Layer):
    """What the layers with weights W and biases b share.

    Each sets `shape`, that of W; `n_biases`; and how many numbers meet in one of its outputs,
    `fan_in`, and go out from one of its inputs, `fan_out`.
    """

    @property
    def size(self):
        return self.shape[0] * self.shape[1] + self.n_biases

    def unpack(self, theta):
        """Views W (..., *shape) and b (..., 1, n_biases) of theta (..., size)."""
        if isinstance(theta, tuple):
            return theta
        W, b = theta[..., : -self.n_biases], theta[..., None, -self.n_biases :]
        return W.reshape(*theta.shape[:-1], *self.shape), b

    def init(self, rng):
        """theta (size,) with W ~ N(0, 2 / (fan_in + fan_out)), b = 0 (Glorot & Bengio 2010)."""
        theta = np.zeros(self.size)
        W, _ = self.unpack(theta)
        W[:] = np.sqrt(2 / (self.fan_in + self.fan_out)) * rng.standard_normal(W.shape)
        return theta


class Dense(Affine):
    """y = x W + b.   x (..., n, n_in) -> y (..., n, n_out)."""

    def __init__(self, n_in, n_out):
        self.n_in, self.n_out = self.fan_in, self.fan_out = self.shape = (n_in, n_out)
        self.n_biases = n_out

    def forward(self, theta, x, rng=None):
        W, b = self.unpack(theta)

        def backward(delta, grad, at_x=True):
            grad_W, grad_b = self.unpack(grad)
            np.matmul(x.mT, delta, out=grad_W)
            np.matmul(_ones(delta.shape[-2], delta.dtype), delta, out=grad_b)
            return delta @ W.mT if at_x else None

        return x @ W + b, backward


@lru_cache(maxsize=8)
def _ones(n, dtype):
    """(1, n), to sum over the samples as 1 @ delta: faster than delta.sum(axis=-2)."""
    ones = np.ones((1, n), dtype)
    ones.flags.writeable = False  # all who ask get the same
    return ones


class Identity(Layer):
    """y = x,  slope 1."""

    def forward(self, theta, x, rng=None):
        return x, lambda delta, grad: delta


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)),  slope y (1 - y).  Written with tanh, which cannot overflow."""

    def forward(self, theta, x, rng=None):
        y = 0.5 + 0.5 * np.tanh(0.5 * x)
        return y, lambda delta, grad: delta * (y * (1 - y))


class Tanh(Layer):
    """y = tanh x,  slope 1 - y^2."""

    def forward(self, theta, x, rng=None):
        y = np.tanh(x)
        return y, lambda delta, grad: delta * (1 - y * y)


class ReLU(Layer):
    """y = max(x, 0),  slope 1 where x > 0, else 0 (at the kink as well)."""

    def forward(self, theta, x, rng=None):
        return np.maximum(x, 0), lambda delta, grad: delta * (x > 0)


ACTIVATIONS = {"identity": Identity, "sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}


class GaussianNoise(Layer):
    """y = x + scale * e,  e ~ N(0, 1), given an `rng`;  y = x without.  Slope 1."""

    def __init__(self, scale):
        self.scale = scale

    def forward(self, theta, x, rng=None):
        if rng is None or self.scale == 0:
            y = x
        else:
            y = x + (self.scale * rng.standard_normal(x.shape)).astype(x.dtype, copy=False)
        return y, lambda delta, grad: delta


class MaskingNoise(Layer):
    """y = x, but each number is lost, and reads 0, with probability `share`, given an `rng`."""

    def __init__(self, share):
        self.share = share

    def forward(self, theta, x, rng=None):
        if rng is None:
            return x, lambda delta, grad: delta
        kept = rng.random(x.shape) >= self.share
        return x * kept, lambda delta, grad: delta * kept


class SaltAndPepper(Layer):
    """y = x, but each number is lost with probability `share` and reads 0 or 1 at random."""

    def __init__(self, share):
        self.share = share

    def forward(self, theta, x, rng=None):
        if rng is None:
            return x, lambda delta, grad: delta
        u = rng.random(x.shape)
        kept, salt = u >= self.share, u < self.share / 2
        return x * kept + salt, lambda delta, grad: delta * kept


CORRUPTIONS = {"gaussian": GaussianNoise, "mask": MaskingNoise, "salt_pepper": SaltAndPepper}


class GaussianCode(Layer):
    """[mu, s] (..., n, 2 k) -> z = mu + exp(s/2) e (..., n, k),  e ~ N(0, 1), given an `rng`.

    z = mu without. s is the logarithm of the variance. Chance enters by e, on which no
    parameter has a say, so the slope passes through z to mu and s: the reparameterization of
    Kingma & Welling 2013.
    """

    def forward(self, theta, x, rng=None):
        k = x.shape[-1] // 2
        mu, s = x[..., :k], x[..., k:]
        if rng is None:
            noise = np.zeros_like(mu)
        else:
            noise = np.exp(s / 2) * rng.standard_normal(mu.shape).astype(mu.dtype, copy=False)

        def backward(delta, grad):
            return np.concatenate([delta, delta * noise / 2], axis=-1)

        return mu + noise, backward


class LogVariance(Layer):
    """x -> [x, s]: one feature more, the same s for every sample.

    s is the logarithm of the variance that a decoder expects of the data around x. It is a
    parameter, or the logarithm of `variance` if that is given.
    """

    def __init__(self, variance=None):
        self.variance = variance
        self.size = 1 if variance is None else 0

    def forward(self, theta, x, rng=None):
        s = theta if self.size else np.full(1, np.log(self.variance), x.dtype)

        def backward(delta, grad, at_x=True):
            if self.size:
                grad[...] = delta[..., -1:].sum(axis=-2)
            return delta[..., :-1]

        return _side_by_side(x, s[..., None, :]), backward


class Chain(Layer):
    """y = (layer_L o ... o layer_1)(x): layers one after the other are a layer again."""

    def __init__(self, *layers):
        self.layers = layers
        self.size = sum(layer.size for layer in layers)
        self.first = next((i for i, layer in enumerate(layers) if layer.size), None)

    def unpack(self, theta):
        """A tuple with what each layer unpacks from its own part of theta (..., size)."""
        if isinstance(theta, tuple):
            return theta
        ends = accumulate(layer.size for layer in self.layers)
        return tuple(
            layer.unpack(theta[..., end - layer.size : end])
            for layer, end in zip(self.layers, ends, strict=True)
        )

    def init(self, rng):
        """theta (size,): each layer's own start, drawn in the order of the layers."""
        return np.concatenate([layer.init(rng) for layer in self.layers])

    def forward(self, theta, x, rng=None):
        ways_back = []
        for layer, part in zip(self.layers, self.unpack(theta), strict=True):
            x, backward = layer.forward(part, x, rng)
            ways_back.append(backward)

        def backward(delta, grad, at_x=True):
            parts = self.unpack(grad)
            for i in reversed(range(len(parts))):
                if i == self.first and not at_x:
                    return ways_back[i](delta, parts[i], at_x=False)
                delta = ways_back[i](delta, parts[i])
            return delta

        return x, backward


class Beside(Layer):
    """y = [layer(x), x]: for a loss that also looks at what the layer was given."""

    def __init__(self, layer):
        self.layer, self.size = layer, layer.size

    def init(self, rng):
        return self.layer.init(rng)

    def unpack(self, theta):
        return self.layer.unpack(theta)

    def forward(self, theta, x, rng=None):
        y, layer_backward = self.layer.forward(theta, x, rng)
        width = y.shape[-1]

        def backward(delta, grad, at_x=True):
            return layer_backward(delta[..., :width], grad) + delta[..., width:]

        return _side_by_side(y, x), backward


def _side_by_side(y, x):
    """[y, x] along the last axis; what models or samples share is repeated for each."""
    leading, width = np.broadcast_shapes(y.shape[:-1], x.shape[:-1]), y.shape[-1]
    both = np.empty((*leading, width + x.shape[-1]), y.dtype)
    both[..., :width], both[..., width:] = y, x
    return both


class Shared(Layer):
    """A layer some of whose parameters are one and the same: its theta is theta[..., index].

    index : (layer.size,) whole numbers, every one of 0 ... size - 1 among them.
    """

    def __init__(self, layer, index):
        self.layer, self.index, self.size = layer, index, index.max() + 1

    def init(self, rng):
        """theta (size,): where several places share a parameter, the first one's start."""
        first = np.unique(self.index, return_index=True)[1]
        return self.layer.init(rng)[first]

    def forward(self, theta, x, rng=None):
        y, layer_backward = self.layer.forward(theta[..., self.index], x, rng)

        def backward(delta, grad, at_x=True):
            each = np.empty((*grad.shape[:-1], self.layer.size), grad.dtype)
            delta = layer_backward(delta, each, at_x=at_x)
            grad[...] = 0
            np.add.at(grad, (..., self.index), each)  # a shared parameter moves all its places
            return delta

        return y, backward
