"""Variants of the autoencoder: sparse, denoising and convolutional. Each says what differs."""

from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np

from .autoencoder import Autoencoder
from .estimator import MOST, check_choice, check_number, check_whole, check_widths, generator
from .images import Conv, Deconv
from .layers import CORRUPTIONS
from .losses import l1, sparsity_kl
from .samples import as_dtype


@dataclass(eq=False, repr=False)
class SparseAutoencoder(Autoencoder):
    """An Autoencoder with a penalty on the code, so that few of its numbers are used at once.

    sparsity : "l1" adds sparsity_weight * sum |z|, mean over samples, as in `losses.l1`; "kl",
        for a code in (0, 1), sparsity_weight * sum_j KL(sparsity_target || mean of z_j in the
        batch).
    """

    sparsity: str = "l1"
    sparsity_weight: float = 1e-3
    sparsity_target: float = 0.05

    def network(self, n_features):
        network = super().network(n_features)
        kl = partial(sparsity_kl, target=float(self.sparsity_target))
        network.penalty = l1 if self.sparsity == "l1" else kl
        network.penalty_weight = float(self.sparsity_weight)
        return network

    def check_arguments(self):
        super().check_arguments()
        check_choice("sparsity", self.sparsity, ["l1", "kl"])
        check_number("sparsity_weight", self.sparsity_weight, least=0)
        check_number("sparsity_target", self.sparsity_target, above=0, below=1)
        if self.sparsity == "kl" and self.code_activation != "sigmoid":
            raise ValueError(
                "sparsity='kl' reads each number of the code as a share in (0, 1): "
                "it needs latent_activation='sigmoid'"
            )


@dataclass(eq=False, repr=False)
class DenoisingAutoencoder(Autoencoder):
    """An Autoencoder that is given a corrupted x and has to return the clean x.

    corruption : "gaussian" adds noise of deviation corruption_level; "mask" sets numbers to 0,
        each with probability corruption_level; "salt_pepper", for X in [0, 1], to 0 or 1. With
        standardize=True this happens in the network's units, where 0 is the mean.

    The noise is drawn anew at every step of the training. Afterwards there is none: transform
    and reconstruct take X as it is. Vincent et al. 2008.
    """

    corruption: str = "gaussian"
    corruption_level: float = 0.3

    def corrupt(self, X, random_state=None):
        """X (n, n_features), corrupted as in training. Without standardize it needs no fit."""
        X, network = self._checked(X)
        X = as_dtype(self._in_units_of_network(X), self.dtype)
        (noise,) = network.corruption_layers
        with np.errstate(under="ignore"):
            x, _ = noise.forward((), X, generator(random_state))
        return self._from_network(x) if self.standardize else x

    def network(self, n_features):
        network = super().network(n_features)
        network.corruption_layers = (CORRUPTIONS[self.corruption](self.corruption_level),)
        if self.corruption == "salt_pepper":
            network.unit_interval_reason = (
                network.unit_interval_reason or "corruption='salt_pepper'"
            )
        return network

    def check_arguments(self):
        super().check_arguments()
        check_choice("corruption", self.corruption, CORRUPTIONS)
        check_number("corruption_level", self.corruption_level, least=0)
        if self.corruption != "gaussian" and self.corruption_level > 1:
            raise ValueError(
                f"corruption={self.corruption!r} takes corruption_level as a share, "
                f"at most 1, got {self.corruption_level}"
            )
        if self.corruption == "salt_pepper" and self.standardize:
            raise ValueError(
                "corruption='salt_pepper' puts in 0 or 1, the ends of X: "
                "it needs standardize=False"
            )


@dataclass(eq=False, repr=False)
class ImageFields:
    """image_shape has no default, so it comes first: a dataclass begins with its last base."""

    image_shape: tuple
    channels: tuple = (16, 32)


@dataclass(eq=False, repr=False)
class ConvolutionalAutoencoder(Autoencoder, ImageFields):
    """An Autoencoder of images: convolutions before its Dense layers, their transposes after.

    image_shape : (h, w) or (h, w, channels) of the images in X, which come flat, (n, h w ...).
    channels : of the output of each convolution.   kernel_size, stride : of all convolutions.
        If stride divides kernel_size, the same number of patches overlaps in every pixel away
        from the border. Otherwise even equal weights give a checkerboard in the decoder.
    """

    activation: str = "relu"
    latent_activation: str = "identity"
    kernel_size: int = 4
    stride: int = 2

    def _layers(self, n_features):
        # As Python's int, for a NumPy int of eight bits would overflow in a product.
        shape, convs, deconvs = tuple(map(int, self.image_shape)), [], []
        if n_features != prod(shape):
            raise ValueError(
                f"image_shape={self.image_shape} makes {prod(shape)} features, "
                f"X has {n_features}: give the (h, w) or (h, w, channels) of one image"
            )
        for channels in self.channels:
            geometry = shape, int(channels), int(self.kernel_size), int(self.stride)
            convs.append(Conv(*geometry))
            if convs[-1].patches.leaves_out_pixels:
                raise ValueError(
                    f"kernel_size={self.kernel_size} and stride={self.stride} leave out pixels "
                    f"of an image of {shape[0]} x {shape[1]}: take a larger kernel_size or a "
                    "smaller stride"
                )
            deconvs.insert(0, Deconv(*geometry))
            shape = convs[-1].out_shape
        encoder, decoder = super()._layers(prod(shape))
        return convs + encoder, decoder + deconvs

    def check_arguments(self):
        super().check_arguments()
        check_widths("image_shape", self.image_shape, "(28, 28) or (32, 32, 3)")
        check_widths("channels", self.channels, "(16,) or (16, 32)")
        if len(self.image_shape) not in (2, 3) or not self.channels:
            raise ValueError(
                "image_shape must be (h, w) or (h, w, channels), and channels must name one "
                f"layer at least; got {self.image_shape!r} and {self.channels!r}"
            )
        check_whole("kernel_size", self.kernel_size, least=1, most=MOST)
        check_whole("stride", self.stride, least=1, most=MOST)
