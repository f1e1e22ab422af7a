"""The workloads, one for each row of the tables: which net is trained, on what, by whom.

Our own estimator defines the workload. Whatever another system needs to do the same work is
derived from that estimator here: the initial weights, and the samples of every step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from aehelpers import Autoencoder, ConvolutionalAutoencoder, VariationalAutoencoder, data
from aehelpers.course import recipes


@dataclass(frozen=True)
class Workload:
    """A workload is to train `model` on X (n, d). Its random_state is an integer seed.

    get_X : returns X. It is called late, because a first fit in a new process is timed and
        needs the data of its own row only.
    systems : the names of the systems that do this work. They all start from the same weights
        and see the same samples in the same order.
    tolerance : the largest allowed difference between a loss curve and ours, relative to ours.
    """

    model: Autoencoder
    get_X: Callable
    systems: tuple = ()
    tolerance: float = 1e-3

    @cached_property
    def X(self):
        """The data of the workload, (n, d)."""
        return self.get_X()

    @property
    def batch_size(self):
        """How many samples a step takes: all of them if the model trains full batches."""
        return self.model.batch_size or len(self.X)

    @cached_property
    def _initial_model_and_rng(self):
        """The model with its initial weights, and the generator that has drawn them."""
        rng = np.random.default_rng(self.model.random_state)
        start = type(self.model)(**self.model.get_params() | {"random_state": rng})
        start.begin(self.X)
        return start, rng

    @property
    def initial_model(self):
        """Our model with its initial weights, before the first step."""
        return self._initial_model_and_rng[0]

    @cached_property
    def weights(self):
        """The initial weights by layer, [(W, b), ...]: W (n_in, n_out), b (n_out,)."""
        named = self.initial_model.weights_
        return [(W, named["b" + name[1:]][0]) for name, W in named.items() if name[0] == "W"]

    @cached_property
    def activations(self):
        """The name of the activation after each layer of `weights`."""
        hidden = [self.model.activation] * (len(self.weights) // 2 - 1)
        latent = self.model.latent_activation or self.model.activation
        return [*hidden, latent, *hidden, self.model.output_activation]

    @cached_property
    def order(self):
        """The order of the samples in each epoch, (epochs, n). It is None for full batches.

        Our model draws the batches with the generator that has drawn the initial weights, so
        this order continues with that generator.
        """
        if self.model.batch_size is None:
            return None
        _, rng = self._initial_model_and_rng
        return np.stack([rng.permutation(len(self.X)) for _ in range(self.model.epochs)])

    def epoch_means(self, losses):
        """The loss curve (epochs,) from the losses of all steps.

        As in ours, the loss of an epoch is the mean over its samples.
        """
        sizes = np.diff(np.r_[0 : len(self.X) : self.batch_size, len(self.X)])
        losses = np.asarray(losses).reshape(self.model.epochs, -1)
        return losses @ (sizes / len(self.X))


@dataclass(frozen=True)
class Grid:
    """A grid is to train the models of all `workloads`, in a loop or all at once.

    They have the same depth, the same batch size and the same X.
    """

    workloads: tuple
    systems: tuple = ()
    tolerance: float = 1e-3

    @cached_property
    def weights(self):
        """The weights of M models, stacked: W (M, n_in, n_out) and b (M, n_out) by layer.

        Models with fewer latent dimensions are padded with weights 0. The activation of such a
        padded dimension is 0, and so are all its gradients.
        """
        layers = zip(*(workload.weights for workload in self.workloads), strict=True)
        return [tuple(map(_stacked, zip(*layer, strict=True))) for layer in layers]

    @cached_property
    def order(self):
        """The order of the samples in each epoch by model, (M, epochs, n)."""
        return np.stack([workload.order for workload in self.workloads])

    def epoch_means(self, losses):
        """The loss curves of all models one after the other, from their losses (M, steps)."""
        pairs = zip(self.workloads, losses, strict=True)
        return np.concatenate([workload.epoch_means(of_model) for workload, of_model in pairs])


def _stacked(arrays):
    """The arrays along a new first axis, each padded with 0 to the largest shape."""
    largest = np.max([array.shape for array in arrays], axis=0)
    stacked = np.zeros((len(arrays), *largest), arrays[0].dtype)
    for padded, array in zip(stacked, arrays, strict=True):
        padded[tuple(map(slice, array.shape))] = array
    return stacked


def spiral():
    """The spiral of the course, 500 points in [0, 1]^2."""
    return data.spiral(random_state=np.random.RandomState(42))[0]


@cache
def standardized_spiral():
    """The same spiral with mean 0 and deviation 1 in each feature, in float32."""
    X = spiral()
    return ((X - X.mean(axis=0)) / X.std(axis=0)).astype("float32")


@cache
def digits():
    """The 1797 digits of 8 x 8 pixels, in float32."""
    return data.digits().X.astype("float32")


@cache
def images():
    """2560 images of 28 x 28 pixels, each with a bright spot of random position and size."""
    x, y, size = np.random.default_rng(0).uniform(0.2, 0.8, (3, 20 * 128, 1, 1))
    grid = np.linspace(0, 1, 28)
    squares = (grid[:, None] - y) ** 2 + (grid - x) ** 2
    return np.exp(-squares / (0.02 + 0.1 * size**2)).reshape(20 * 128, -1).astype("float32")


COMMON_PARAMS = {"dtype": "float32", "random_state": 0}

# Names of systems, as the tables have them.
OURS = ("ours", "ours, float64")
TORCH = ("PyTorch", "torch.compile")
JAX = ("JAX scan", "JAX steps")

WORKLOADS = {
    "reference": Workload(  # 2-1-2 on 500 points, 2000 full-batch epochs, float64
        recipes.published_net(random_state=0),
        spiral,
        ("ours", "reference style", "lean loop", *TORCH, *JAX, "limit"),
        tolerance=1e-9,
    ),
    "slider": Workload(  # 2-16-16-1-16-16-2 on 500 points, 500 full-batch epochs
        Autoencoder(1, hidden=(16, 16), batch_size=None, epochs=500, **COMMON_PARAMS),
        standardized_spiral,
        (*OURS, *TORCH, "scikit-learn", *JAX, "JAX cold", "preallocated", "limit"),
    ),
    "digits": Workload(  # 64-32-2-32-64 on 1797 digits, batches of 64, 5 epochs
        Autoencoder(2, hidden=(32,), epochs=5, **COMMON_PARAMS),
        digits,
        (*OURS, *TORCH, "scikit-learn", *JAX, "limit"),
    ),
    "wide": Workload(  # 784-128-32-128-784, batches of 128, 100 steps
        Autoencoder(32, hidden=(128,), batch_size=128, epochs=5, **COMMON_PARAMS),
        images,
        (*OURS, *TORCH, "scikit-learn", *JAX, "limit"),
    ),
    "conv8": Workload(  # convolutional on 1797 digits of 8 x 8, batches of 64, 29 steps
        ConvolutionalAutoencoder((8, 8), latent_dim=8, epochs=1, **COMMON_PARAMS),
        digits,
        (*OURS, *TORCH, "limit"),
    ),
    "conv28": Workload(  # convolutional on 640 images of 28 x 28, batches of 64, 10 steps
        ConvolutionalAutoencoder((28, 28), latent_dim=8, epochs=1, **COMMON_PARAMS),
        lambda: images()[:640],
        (*OURS, *TORCH, "limit"),
    ),
    "variational": Workload(  # 64-32-(2+2)-32-64 on 1797 digits, batches of 64, 5 epochs
        VariationalAutoencoder(2, hidden=(32,), epochs=5, **COMMON_PARAMS),
        digits,
        (*OURS, *TORCH, "limit"),
        tolerance=0.1,  # each system draws its own noise
    ),
    # 32 nets 2-16-16-k-16-16-2, batches of 50, 10 epochs: k x learning rate x seed
    "grid": Grid(
        tuple(
            Workload(
                Autoencoder(
                    latent_dim,
                    hidden=(16, 16),
                    batch_size=50,
                    epochs=10,
                    learning_rate=learning_rate,
                    **COMMON_PARAMS | {"random_state": seed},
                ),
                standardized_spiral,
            )
            for latent_dim in (1, 2, 3, 4)
            for learning_rate in (0.001, 0.002, 0.005, 0.01)
            for seed in (0, 1)
        ),
        ("ours", "ours, one by one", *TORCH, "JAX scan"),
    ),
}
