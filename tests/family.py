"""Every kind of autoencoder in a small version, for samples of 4 features or 2 x 2 pixels."""

from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from aehelpers import (
    Autoencoder,
    ConvolutionalAutoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    VariationalAutoencoder,
)

PIXELS = {"loss": "bernoulli", "output_activation": "sigmoid"}
PICTURES = {"image_shape": (2, 2), "channels": (3, 2), "kernel_size": 3, "stride": 1}
FAMILY = {
    "plain": (Autoencoder, {}),
    "tied": (Autoencoder, {"hidden": (3,), "tied": True, "weight_decay": 0.1}),
    "sparse": (SparseAutoencoder, {"sparsity_weight": 0.3, "weight_decay": 0.1}),
    "sparse kl": (SparseAutoencoder, {"sparsity": "kl", "activation": "sigmoid"}),
    "sparse tied": (SparseAutoencoder, {"sparsity_weight": 0.3, "tied": True}),
    "denoising": (DenoisingAutoencoder, {"code_noise": 0.1}),
    "mask": (DenoisingAutoencoder, {"corruption": "mask", "hidden": (3,)}),
    "salt_pepper": (DenoisingAutoencoder, {"corruption": "salt_pepper", **PIXELS}),
    "convolutional": (ConvolutionalAutoencoder, PICTURES),
    "convolutional tied": (
        ConvolutionalAutoencoder,
        {**PICTURES, "tied": True, "activation": "tanh"},
    ),
    "variational": (VariationalAutoencoder, {"weight_decay": 0.1}),
    "variational known": (VariationalAutoencoder, {"variance": 0.2, "beta": 3.0}),
    "variational pixels": (VariationalAutoencoder, {"hidden": (3,), **PIXELS}),
}
DENOISING = [name for name, (kind, _) in FAMILY.items() if kind is DenoisingAutoencoder]
TIED = [name for name, (_, settings) in FAMILY.items() if "tied" in settings]
VARIATIONAL = [name for name, (kind, _) in FAMILY.items() if kind is VariationalAutoencoder]
SEEDS = {  # everything that random_state may be
    "int": lambda: 5,
    "numpy int": lambda: np.int64(5),
    "None": lambda: None,
    "PCG64": lambda: np.random.default_rng(5),
    "MT19937": lambda: np.random.Generator(np.random.MT19937(5)),
    "RandomState": lambda: np.random.RandomState(5),
}


def make(member, **settings):
    """The unfitted estimator of this name, with other settings if given."""
    kind, own = FAMILY[member]
    few = {"latent_dim": 2, "epochs": 3, "learning_rate": 0.01, "random_state": 0}
    return kind(**{**few, **own, **settings})


plain = partial(make, "plain")


def learnt(model):
    """The attributes that fit has set, by name."""
    return {name: value for name, value in vars(model).items() if name.endswith("_")}


@contextmanager
def unchanged(model, X):
    """The block leaves the fitted model as it was: the same objects, and the same outputs."""
    before, X_hat = learnt(model), model.reconstruct(X)
    yield
    assert all(value is before[name] for name, value in learnt(model).items())
    np.testing.assert_array_equal(model.reconstruct(X), X_hat)


def assert_refused(model, settings, message, X):
    """A fit with these settings raises this message and changes nothing of the fitted model."""
    with unchanged(model, X), pytest.raises((ValueError, TypeError), match=message):
        model.set_params(**settings).fit(X)
