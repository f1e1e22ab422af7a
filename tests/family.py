"""Every member of the family, small enough to fit at once: 4 features, or 2 x 2 pixels."""

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
VARIATIONAL = [name for name, (kind, _) in FAMILY.items() if kind is VariationalAutoencoder]


def make(member, **settings):
    """That member, unfitted."""
    kind, own = FAMILY[member]
    few = {"latent_dim": 2, "epochs": 3, "learning_rate": 0.01, "random_state": 0}
    return kind(**{**few, **own, **settings})
