"""Layers: the pieces a network is made of, and `Chain`, which makes a network a layer again.

The contract, for every layer:

* `size` is the number of its parameters. They come as one flat vector `theta` (..., size), of
  which `unpack` gives views. A layer itself holds no state.
* `forward(theta, x, rng=None)` takes samples `x` (..., n, n_in). It returns `y` (..., n, n_out)
  and its backward pass: `backward(delta, grad)` takes the gradient of the loss at y, writes the
  gradient at theta into `grad` (..., size), and returns the gradient at x.
* In place of theta and grad both take what `unpack` returned: training unpacks only once.
  Layers with parameters take return_delta=False, if nobody needs the gradient at x.
* With an `rng` noise is on; with None the layer is deterministic. There is no other switch.
* Leading axes are models: theta (M, size) is M networks, and the code is the same.
"""

from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np


class Layer:
    """A layer without parameters; the others override what they need."""

    size = 0

    def init(self, rng):
        """Initial theta (size,)."""
        return np.zeros(self.size)

    def unpack(self, theta):
        """Views of theta (..., size). What has been unpacked already comes back as it is."""
        return theta


class Affine(Layer):
    """A layer with weights W of that `shape` and `n_biases` biases b.

    fan_in : how many numbers enter one of its outputs.   fan_out : how many outputs one of its
    inputs enters.
    """

    def __init__(self, shape, n_biases, fan_in, fan_out):
        self.shape, self.n_biases, self.fan_in, self.fan_out = shape, n_biases, fan_in, fan_out
        self.size = shape[0] * shape[1] + n_biases

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
        super().__init__((n_in, n_out), n_out, fan_in=n_in, fan_out=n_out)
        self.n_in, self.n_out = n_in, n_out

    def forward(self, theta, x, rng=None):
        W, b = self.unpack(theta)

        def backward(delta, grad, return_delta=True):
            grad_W, grad_b = self.unpack(grad)
            np.matmul(x.mT, delta, out=grad_W)
            sum_over_samples(delta, out=grad_b)
            return product(delta, W.mT) if return_delta else None

        y = product(x, W)
        y += b
        return y, backward


def product(x, W):
    """x @ W, laid out in memory as x is: sample after sample, or with the samples side by side.

    Side by side, whatever comes next (adding b, an activation) walks along all samples at once:
    on 500 samples of two features that is three times as fast.
    """
    # With a single inner number nothing is added up, and matmul takes three times as long.
    multiply = np.multiply if W.shape[-2] == 1 else np.matmul
    if x.strides[-2] == x.itemsize:
        return multiply(W.mT, x.mT).mT
    return multiply(x, W)


def side_by_side(x):
    """x with the samples side by side in memory; a copy if need be."""
    return np.ascontiguousarray(x.mT).mT


def sum_over_samples(delta, out):
    """out = delta.sum(axis=-2, keepdims=True), as a product with ones: twice as fast."""
    np.matmul(ones(delta.shape[-2], delta.dtype), delta, out=out)


@lru_cache(maxsize=8)
def ones(n, dtype):
    """A row of n ones, (1, n); everybody who asks gets the same array."""
    row = np.ones((1, n), dtype)
    row.flags.writeable = False
    return row


class Identity(Layer):
    """y = x,  derivative 1."""

    def forward(self, theta, x, rng=None):
        return x, lambda delta, grad: delta


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)),  derivative y (1 - y).  With tanh, because exp can overflow."""

    def forward(self, theta, x, rng=None):
        y = 0.5 + 0.5 * np.tanh(0.5 * x)
        return y, lambda delta, grad: delta * (y * (1 - y))


class Tanh(Layer):
    """y = tanh x,  derivative 1 - y^2."""

    def forward(self, theta, x, rng=None):
        y = np.tanh(x)
        return y, lambda delta, grad: delta * (1 - y * y)


class ReLU(Layer):
    """y = max(x, 0),  derivative 1 where x > 0, else 0 (also at the kink, x = 0)."""

    def forward(self, theta, x, rng=None):
        return np.maximum(x, 0), lambda delta, grad: delta * (x > 0)


ACTIVATIONS = {"identity": Identity, "sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}


def dense(widths):
    """Dense layers from each width to the next one."""
    return [Dense(n_in, n_out) for n_in, n_out in pairwise(widths)]


def activated(layers, activation):
    """The layers, each followed by an activation of that name."""
    return [part for layer in layers for part in (layer, ACTIVATIONS[activation]())]


class GaussianNoise(Layer):
    """y = x + scale * e,  e ~ N(0, 1), if `rng` is given, else y = x.  Derivative 1."""

    def __init__(self, scale):
        self.scale = float(scale)

    def forward(self, theta, x, rng=None):
        if rng is None or self.scale == 0:
            y = x
        else:
            y = x + (self.scale * rng.standard_normal(x.shape)).astype(x.dtype, copy=False)
        return y, lambda delta, grad: delta


class MaskingNoise(Layer):
    """y = x, but each number is set to 0 with probability `share`, if `rng` is given."""

    def __init__(self, share):
        self.share = float(share)

    def forward(self, theta, x, rng=None):
        if rng is None:
            return x, lambda delta, grad: delta
        kept = rng.random(x.shape) >= self.share
        return x * kept, lambda delta, grad: delta * kept


class SaltAndPepper(MaskingNoise):
    """y = x, but each number is set, with probability `share`, to 0 or to 1 at random."""

    def forward(self, theta, x, rng=None):
        if rng is None:
            return x, lambda delta, grad: delta
        u = rng.random(x.shape)
        kept, salt = u >= self.share, u < self.share / 2
        return x * kept + salt, lambda delta, grad: delta * kept


CORRUPTIONS = {"gaussian": GaussianNoise, "mask": MaskingNoise, "salt_pepper": SaltAndPepper}


class GaussianCode(Layer):
    """[mu, s] (..., n, 2 k) -> z = mu + exp(s/2) e (..., n, k),  e ~ N(0, 1).

    Without `rng`, z = mu. s is the logarithm of the variance. The randomness enters through e,
    which does not depend on the parameters, so the gradient passes through z to mu and s. This
    is the reparameterization of Kingma & Welling 2013.
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
    """x -> [x, s]: one more feature, with the same s for every sample.

    s is the logarithm of the variance that a decoder expects of the data around x. It is a
    parameter, or the logarithm of `variance` if that is given.
    """

    def __init__(self, variance=None):
        self.variance = variance
        self.size = 1 if variance is None else 0

    def forward(self, theta, x, rng=None):
        s = theta if self.size else np.full(1, np.log(self.variance), x.dtype)

        def backward(delta, grad, return_delta=True):
            if self.size:
                grad[...] = delta[..., -1:].sum(axis=-2)
            return delta[..., :-1]

        return joined(x, s[..., None, :]), backward


class Chain(Layer):
    """y = (layer_L o ... o layer_1)(x): layers one after the other are a layer again."""

    def __init__(self, *layers):
        self.layers = layers
        ends = [0, *accumulate([layer.size for layer in layers])]
        self.size, self.slices = ends[-1], [slice(*pair) for pair in pairwise(ends)]
        self.first_with_parameters = next((i for i, end in enumerate(ends[1:]) if end), None)

    def unpack(self, theta):
        """A tuple with what each layer unpacks from its own part of theta (..., size)."""
        if isinstance(theta, tuple):
            return theta
        pairs = zip(self.layers, self.slices, strict=True)
        return tuple([layer.unpack(theta[..., part]) for layer, part in pairs])

    def init(self, rng):
        """Initial theta (size,) of each layer, drawn in the order of the layers."""
        return np.concatenate([layer.init(rng) for layer in self.layers])

    def forward(self, theta, x, rng=None):
        backwards = []
        for layer, part in zip(self.layers, self.unpack(theta), strict=True):
            x, backward = layer.forward(part, x, rng)
            backwards.append(backward)

        def backward(delta, grad, return_delta=True):
            parts = self.unpack(grad)
            for i in reversed(range(len(parts))):
                # Below the first layer with parameters nobody needs a gradient.
                if i == self.first_with_parameters and not return_delta:
                    return backwards[i](delta, parts[i], return_delta=False)
                delta = backwards[i](delta, parts[i])
            return delta

        return x, backward


class WithInput(Layer):
    """y = [layer(x), x]: for a loss that also depends on the input of the layer."""

    def __init__(self, layer):
        self.layer, self.size = layer, layer.size
        self.init, self.unpack = layer.init, layer.unpack

    def forward(self, theta, x, rng=None):
        y, layer_backward = self.layer.forward(theta, x, rng)
        width = y.shape[-1]

        def backward(delta, grad, return_delta=True):
            return layer_backward(delta[..., :width], grad) + delta[..., width:]

        return joined(y, x), backward


class Tied(Layer):
    """A layer in which some parameters are the same number: its theta is theta[..., index].

    index : (layer.size,) whole numbers, in which each of 0 ... size - 1 occurs.
    """

    def __init__(self, layer, index):
        self.layer, self.index, self.size = layer, index, index.max() + 1

    def init(self, rng):
        """Initial theta (size,): where places share a parameter, the value of the first one."""
        first = np.unique(self.index, return_index=True)[1]
        return self.layer.init(rng)[first]

    def forward(self, theta, x, rng=None):
        y, layer_backward = self.layer.forward(theta[..., self.index], x, rng)

        def backward(delta, grad, return_delta=True):
            each = np.empty((*grad.shape[:-1], self.layer.size), grad.dtype)
            delta = layer_backward(delta, each, return_delta=return_delta)
            grad[...] = 0
            np.add.at(grad, (..., self.index), each)  # the sum over all places of a parameter
            return delta

        return y, backward


def joined(y, x):
    """[y, x] along the last axis. What models or samples share is repeated for each."""
    leading, width = np.broadcast_shapes(y.shape[:-1], x.shape[:-1]), y.shape[-1]
    both = np.empty((*leading, width + x.shape[-1]), y.dtype)
    both[..., :width], both[..., width:] = y, x
    return both
