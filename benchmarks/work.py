"""The rows of the table: what is trained, on what, from where, and in what order.

Our own estimator says what the work is. What another system needs to do the same work is
derived from it here: the weights to start from, and the samples of every step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from aehelpers import Autoencoder, ConvolutionalAutoencoder, VariationalAutoencoder, data
from aehelpers.course import recipes


@dataclass(frozen=True)
class Work:
    """To train `model`, whose random_state is a seed, on X (n, d), from start to end.

    get_X : gives X when it is asked for: a first fit in a new process needs no other row's.
    systems : who does it.   tolerance : how far their loss curves may lie from ours, relative
    to ours. All start from the same weights and see the same samples in the same order.
    """

    model: Autoencoder
    get_X: Callable
    systems: tuple = ()
    tolerance: float = 1e-3

    @cached_property
    def X(self):
        return self.get_X()

    @property
    def batch_size(self):
        return self.model.batch_size or len(self.X)

    @cached_property
    def _started(self):
        rng = np.random.default_rng(self.model.random_state)
        params = self.model.get_params() | {"random_state": rng, "epochs": 0}
        return type(self.model)(**params).fit(self.X), rng

    @property
    def start(self):
        """Our model before its first step."""
        return self._started[0]

    @cached_property
    def weights(self):
        """[(W, b), ...] to start from, layer by layer: W (n_in, n_out), b (n_out,)."""
        named = self.start.weights_
        return [(W, named["b" + name[1:]][0]) for name, W in named.items() if name[0] == "W"]

    @cached_property
    def activations(self):
        """The names of what follows each of the `weights`."""
        half = [self.model.activation] * (len(self.weights) // 2 - 1)
        code = self.model.latent_activation or self.model.activation
        return [*half, code, *half, self.model.output_activation]

    @cached_property
    def order(self):
        """The samples of each epoch as they come, (epochs, n); None for full batch, as in X.

        Our model draws its batches with the generator that has drawn its weights.
        """
        if self.model.batch_size is None:
            return None
        rng = self._started[1]
        return np.stack([rng.permutation(len(self.X)) for _ in range(self.model.epochs)])

    def curve(self, losses):
        """(epochs,) from the losses of all steps: means over an epoch's samples, as ours."""
        sizes = np.diff(np.r_[0 : len(self.X) : self.batch_size, len(self.X)])
        losses = np.asarray(losses).reshape(self.model.epochs, -1)
        return losses @ (sizes / len(self.X))


@dataclass(frozen=True)
class Grid:
    """To train every one of `works`, of one depth and one X, however one likes."""

    works: tuple
    systems: tuple = ()
    tolerance: float = 1e-3

    @cached_property
    def weights(self):
        """As a Work's, stacked, (M, n_in, n_out) and (M, n_out); narrow ones filled up with 0.

        A code number whose weights are all 0 is 0, and so are all its slopes.
        """
        layers = zip(*(work.weights for work in self.works), strict=True)
        return [tuple(map(_stacked, zip(*layer, strict=True))) for layer in layers]

    @cached_property
    def order(self):
        """(M, epochs, n): the samples of each epoch, model by model."""
        return np.stack([work.order for work in self.works])

    def curve(self, losses):
        """(M epochs,) from the losses (M, steps)."""
        pairs = zip(self.works, losses, strict=True)
        return np.concatenate([work.curve(own) for work, own in pairs])


def _stacked(arrays):
    stacked = np.zeros(
        (len(arrays), *np.max([a.shape for a in arrays], axis=0)), arrays[0].dtype
    )
    for place, a in zip(stacked, arrays, strict=True):
        place[tuple(map(slice, a.shape))] = a
    return stacked


def spiral():
    """The series' spiral, 500 points in [0, 1]."""
    return data.spiral(random_state=np.random.RandomState(42))[0]


@cache
def points():
    """The spiral, standardised."""
    X = spiral()
    return ((X - X.mean(axis=0)) / X.std(axis=0)).astype("float32")


@cache
def digits():
    return data.digits().X.astype("float32")


@cache
def images():
    """2560 images of 28 x 28: each a bright spot, at its own place and of its own size."""
    x, y, size = np.random.default_rng(0).uniform(0.2, 0.8, (3, 20 * 128, 1, 1))
    at = np.linspace(0, 1, 28)
    squares = (at[:, None] - y) ** 2 + (at - x) ** 2
    return np.exp(-squares / (0.02 + 0.1 * size**2)).reshape(20 * 128, -1).astype("float32")


single = {"dtype": "float32", "random_state": 0}

OURS = ("ours", "ours, float64")
TORCH = ("PyTorch", "torch.compile")
JAX = ("JAX scan", "JAX steps")

ROW = {
    "reference": Work(  # 2-1-2 on 500 points, 2000 full-batch epochs, float64
        recipes.published_net(random_state=0),
        spiral,
        ("ours", "reference style", "lean loop", *TORCH, *JAX, "limit"),
        tolerance=1e-9,
    ),
    "slider": Work(  # 2-16-16-1-16-16-2 on 500 points, 500 full-batch epochs
        Autoencoder(1, hidden=(16, 16), batch_size=None, epochs=500, **single),
        points,
        (*OURS, *TORCH, "scikit-learn", *JAX, "JAX cold", "preallocated", "limit"),
    ),
    "digits": Work(  # 64-32-2-32-64 on 1797 digits, batches of 64, 5 epochs
        Autoencoder(2, hidden=(32,), epochs=5, **single),
        digits,
        (*OURS, *TORCH, "scikit-learn", *JAX, "limit"),
    ),
    "wide": Work(  # 784-128-32-128-784, batches of 128, 100 steps
        Autoencoder(32, hidden=(128,), batch_size=128, epochs=5, **single),
        images,
        (*OURS, *TORCH, "scikit-learn", *JAX, "limit"),
    ),
    "conv8": Work(  # convolutional on 1797 digits of 8 x 8, batches of 64, 29 steps
        ConvolutionalAutoencoder((8, 8), latent_dim=8, epochs=1, **single),
        digits,
        (*OURS, *TORCH, "limit"),
    ),
    "conv28": Work(  # convolutional on 640 images of 28 x 28, batches of 64, 10 steps
        ConvolutionalAutoencoder((28, 28), latent_dim=8, epochs=1, **single),
        lambda: images()[:640],
        (*OURS, *TORCH, "limit"),
    ),
    "variational": Work(  # 64-32-(2+2)-32-64 on 1797 digits, batches of 64, 5 epochs
        VariationalAutoencoder(2, hidden=(32,), epochs=5, **single),
        digits,
        (*OURS, *TORCH, "limit"),
        tolerance=0.1,  # each system draws its own noise
    ),
    "grid": Grid(  # 32 nets 2-16-16-k-16-16-2, k x rate x seed, batches of 50, 10 epochs
        tuple(
            Work(
                Autoencoder(
                    k,
                    hidden=(16, 16),
                    batch_size=50,
                    epochs=10,
                    learning_rate=rate,
                    **single | {"random_state": seed},
                ),
                points,
            )
            for k in (1, 2, 3, 4)
            for rate in (0.001, 0.002, 0.005, 0.01)
            for seed in (0, 1)
        ),
        ("ours", "ours, one by one", *TORCH, "JAX scan"),
    ),
}
