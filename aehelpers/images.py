"""Images: their patches, convolutions and the transposes of these, as layers.

Images travel flat, (..., n, h w c), pixel by pixel and each with its c channels. Only this
module knows that they are pictures.
"""

from itertools import product

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .layers import Affine, Layer

# Images travel flat, (..., n, h w c), pixel by pixel and each with its c channels. Only what
# follows knows that they are pictures. In memory it puts the samples last, x.mT being the array
# it fills: so every copy and sum below runs along neighbours, n at a time.


class Patches:
    """The k x k patches of an image, `stride` apart: a linear map, and its transpose.

    image_shape : (h, w, c), or (h, w) for one channel.   padding : rows and columns of zeros
    put round the image first; None: (k - 1) // 2, so that stride 1 and odd k give as many
    patches as the image has pixels.   places : (h', w'), how many patches there are each way.
    """

    def __init__(self, image_shape, kernel_size, stride=1, padding=None):
        self.image_shape = height, width, channels = _with_channels(image_shape)
        self.kernel_size, self.stride = kernel_size, stride
        self.padding = (kernel_size - 1) // 2 if padding is None else padding
        self.padded_shape = (height + 2 * self.padding, width + 2 * self.padding, channels)
        self.places = tuple(
            (side - kernel_size) // stride + 1 for side in self.padded_shape[:2]
        )
        if min(self.places) < 1:
            raise ValueError(
                f"a kernel of {kernel_size} x {kernel_size} does not fit into an image of "
                f"{height} x {width} with padding {self.padding}: take a smaller kernel or "
                "fewer layers"
            )

    def unfold(self, x):
        """Images x (..., n, h w c) -> their patches, one a row, (..., h' w' n, k k c).

        The first n rows are the patches at the first place, one of each image.
        """
        *models, n, _ = x.shape
        padded = np.zeros((*models, *self.padded_shape, n), x.dtype)
        self._inside(padded)[...] = x.mT.reshape(*models, *self.image_shape, n)
        patch_size = self.kernel_size**2 * self.image_shape[2]
        return self._patches(padded).reshape(*models, patch_size, -1).mT

    def fold(self, patches):
        """Patches (..., h' w' n, k k c) -> images (..., n, h w c), each added where it lies."""
        *models, rows, _ = patches.shape
        n = rows // np.prod(self.places)
        padded = np.zeros((*models, *self.padded_shape, n), patches.dtype)
        target = self._patches(padded)
        patches = patches.mT.reshape(target.shape)
        # Of all patches take the pixels in one tile of stride x stride: no two are the same.
        starts = range(0, self.kernel_size, self.stride)
        for i, j in product(starts, starts):
            rows, columns = slice(i, i + self.stride), slice(j, j + self.stride)
            tile = (..., rows, columns, *4 * [slice(None)])
            target[tile] += patches[tile]
        return self._inside(padded).reshape(*models, -1, n).mT

    def _inside(self, padded):
        """View (..., h, w, c, n) of the images without their padding."""
        height, width, _ = self.image_shape
        rows, columns = (slice(self.padding, self.padding + side) for side in (height, width))
        return padded[..., rows, columns, :, :]

    def _patches(self, padded):
        """View (..., k, k, c, h', w', n): each pixel as often as there are patches it is in."""
        k, stride = self.kernel_size, self.stride
        *models, _, _, channels, n = padded.shape
        *steps, row, column, channel, sample = padded.strides
        return as_strided(
            padded,
            (*models, k, k, channels, *self.places, n),
            (*steps, row, column, channel, stride * row, stride * column, sample),
        )


class Conv(Affine):
    """y = unfold(x) W + b: a Dense layer from the patches of x to the pixels of y.

    image_shape : (h, w, c) of x, or (h, w) for one channel.   channels : of y, a kernel each.
    kernel_size, stride, padding : as in Patches.   out_shape : (h', w', channels) of y.
    W (..., k k c, channels).   x (..., n, h w c) -> y (..., n, h' w' channels).
    """

    def __init__(self, image_shape, channels, kernel_size=3, stride=1, padding=None):
        self.patches = Patches(image_shape, kernel_size, stride, padding)
        self.out_shape = (*self.patches.places, channels)
        self.n_biases = channels
        self.shape = kernel_size**2 * self.patches.image_shape[2], channels
        self.fan_in = self.shape[0]
        self.fan_out = channels * (kernel_size / stride) ** 2

    def forward(self, theta, x, rng=None):
        W, b = self.unpack(theta)
        patches = self.patches.unfold(x)

        def backward(delta, grad, at_x=True):
            grad_W, grad_b = self.unpack(grad)
            delta = _pixels(delta, self.n_biases)
            np.matmul(patches.mT, delta, out=grad_W)
            delta.sum(axis=-2, keepdims=True, out=grad_b)
            return self.patches.fold(_product(delta, W.mT)) if at_x else None

        return _images(_product(patches, W) + b, x.shape[-2]), backward


class Deconv(Affine):
    """y = fold(x W) + b: each pixel of x lays down a patch of y, and where they meet they add.

    The transpose of a Conv with the same arguments (b aside): its W is that Conv's, transposed.
    image_shape : (h, w, c) of y, what that Conv would take.   channels : of x.
    W (..., channels, k k c), b (..., 1, c).   x (..., n, h' w' channels) -> y (..., n, h w c).
    """

    def __init__(self, image_shape, channels, kernel_size=3, stride=1, padding=None):
        self.patches = Patches(image_shape, kernel_size, stride, padding)
        self.channels, self.n_biases = channels, self.patches.image_shape[2]
        self.shape = channels, kernel_size**2 * self.n_biases
        self.fan_in = channels * (kernel_size / stride) ** 2
        self.fan_out = self.shape[1]

    def forward(self, theta, x, rng=None):
        W, b = self.unpack(theta)
        n, x = x.shape[-2], _pixels(x, self.channels)

        def backward(delta, grad, at_x=True):
            grad_W, grad_b = self.unpack(grad)
            patches = self.patches.unfold(delta)
            np.matmul(x.mT, patches, out=grad_W)
            _by_place(delta, self.n_biases).sum(axis=(-3, -1), out=grad_b[..., 0, :])
            return _images(_product(patches, W.mT), n) if at_x else None

        y = self.patches.fold(_product(x, W))
        y = _by_place(y, self.n_biases) + b.mT[..., None, :, :]
        return _flat(y), backward


class Upsample(Layer):
    """Each pixel of an image (h, w, c) becomes a block of factor x factor alike."""

    def __init__(self, image_shape, factor=2):
        height, width, channels = _with_channels(image_shape)
        self.pixels = (height, 1, width, 1, channels)
        self.blocks = (height, factor, width, factor, channels)
        self.out_shape = (height * factor, width * factor, channels)

    def forward(self, theta, x, rng=None):
        *models, n, _ = x.shape
        pixels = x.mT.reshape(*models, *self.pixels, n)
        y = np.broadcast_to(pixels, (*models, *self.blocks, n)).reshape(*models, -1, n).mT

        def backward(delta, grad):
            *models, n, _ = delta.shape
            blocks = delta.mT.reshape(*models, *self.blocks, n)
            return blocks.sum(axis=(-5, -3)).reshape(*models, -1, n).mT

        return y, backward


def _with_channels(image_shape):
    """(h, w, c); an image (h, w) has one channel."""
    height, width, *channels = image_shape
    return (height, width, *(channels or [1]))


def _product(x, W):
    """x @ W (..., n, n_out), samples last in memory: matmul lays its last axis out that way."""
    return (W.mT @ x.mT).mT


def _by_place(x, channels):
    """Images (..., n, p c) -> (..., p, c, n), a view if the samples are last in memory."""
    *models, n, _ = x.shape
    return x.mT.reshape(*models, -1, channels, n)


def _flat(by_place):
    """The way back, (..., p, c, n) -> (..., n, p c)."""
    *models, places, channels, n = by_place.shape
    return by_place.reshape(*models, places * channels, n).mT


def _pixels(x, channels):
    """Images, one a row, to pixels, one a row: (..., n, p c) -> (..., p n, c)."""
    by_channel = _by_place(x, channels).swapaxes(-3, -2)
    return by_channel.reshape(*by_channel.shape[:-2], -1).mT


def _images(pixels, n):
    """The way back, to n images: (..., p n, c) -> (..., n, p c)."""
    *models, _, channels = pixels.shape
    return _flat(pixels.mT.reshape(*models, channels, -1, n).swapaxes(-3, -2))
