"""Images: their patches, and the layers that slide a kernel over them.

Images travel flat, (..., n, h w c), pixel by pixel, each with its c channels. Only this module
knows that they are pictures. In memory it keeps the samples side by side: x.mT is the array
that is filled, so that every copy and every sum below walks along n neighbours.
"""

from itertools import product as pairs

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .layers import Affine, Dense, Layer, product


class Patches:
    """The k x k patches of an image with (k - 1) // 2 zeros around it, or `padding` zeros.

    They are `stride` apart. To take them is a linear map; `fold` is its transpose.
    image_shape : (h, w, c), or (h, w) for one channel.   padding None : (k - 1) // 2, so that
    stride 1 and odd k give as many patches as the image has pixels.   positions : (h', w'), the
    number of patches in each direction.
    """

    def __init__(self, image_shape, kernel_size, stride=1, padding=None):
        self.image_shape = height, width, channels = with_channels(image_shape)
        self.kernel_size, self.stride = kernel_size, stride
        self.padding = (kernel_size - 1) // 2 if padding is None else padding
        self.padded_shape = (height + 2 * self.padding, width + 2 * self.padding, channels)
        self.patch_size = kernel_size**2 * channels
        self.positions = tuple(
            (side - kernel_size) // stride + 1 for side in self.padded_shape[:2]
        )
        if min(self.positions) < 1:
            raise ValueError(
                f"a kernel of {kernel_size} x {kernel_size} does not fit into an image of "
                f"{height} x {width} with padding {self.padding}: take a smaller kernel or "
                "fewer layers"
            )

    @property
    def leaves_out_pixels(self):
        """Whether a pixel is in no patch, so that layers neither read nor write it."""
        k, stride = self.kernel_size, self.stride
        for side, n in zip(self.image_shape, self.positions, strict=False):
            end = (n - 1) * stride + k - self.padding
            if end < side or (n > 1 and stride > k):
                return True
        return False

    def unfold(self, x):
        """Images x (..., n, h w c) -> their patches, one in each row, (..., h' w' n, k k c).

        The first n rows are the patches at the first position, one of each image.
        """
        *models, n, _ = x.shape
        padded = np.zeros((*models, *self.padded_shape, n), x.dtype)
        self._inside(padded)[...] = x.mT.reshape(*models, *self.image_shape, n)
        return self._patches(padded).reshape(*models, self.patch_size, -1).mT

    def fold(self, patches):
        """Patches (..., h' w' n, k k c) -> images (..., n, h w c), the sums of the patches."""
        *models, rows, _ = patches.shape
        n = rows // np.prod(self.positions)
        padded = np.zeros((*models, *self.padded_shape, n), patches.dtype)
        target = self._patches(padded)
        patches = patches.mT.reshape(target.shape)
        # Patches overlap in target, so += on all of it would lose sums. The pixels of one tile
        # of stride x stride, in all patches, are different ones: so add tile by tile.
        starts = range(0, self.kernel_size, self.stride)
        for i, j in pairs(starts, starts):
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
        """View (..., k, k, c, h', w', n): a pixel occurs once for each patch that holds it."""
        k, stride = self.kernel_size, self.stride
        *models, _, _, channels, n = padded.shape
        *steps, row, column, channel, sample = padded.strides
        return as_strided(
            padded,
            (*models, k, k, channels, *self.positions, n),
            (*steps, row, column, channel, stride * row, stride * column, sample),
        )


class Conv(Dense):
    """y = unfold(x) W + b: a Dense layer from the patches of x to the pixels of y.

    image_shape : (h, w, c) of x, or (h, w) for one channel.   channels : of y, a kernel each.
    kernel_size, stride, padding : as in Patches.   out_shape : (h', w', channels) of y.
    W (..., k k c, channels).   x (..., n, h w c) -> y (..., n, h' w' channels).
    """

    def __init__(self, image_shape, channels, kernel_size=3, stride=1, padding=None):
        self.patches = Patches(image_shape, kernel_size, stride, padding)
        super().__init__(self.patches.patch_size, channels)
        self.out_shape = (*self.patches.positions, channels)
        self.fan_out = channels * (kernel_size / stride) ** 2

    def forward(self, theta, x, rng=None):
        pixels, dense_backward = super().forward(theta, self.patches.unfold(x))

        def backward(delta, grad, return_delta=True):
            delta = dense_backward(to_pixels(delta, self.n_out), grad, return_delta)
            return self.patches.fold(delta) if return_delta else None

        return to_images(pixels, x.shape[-2]), backward


class Deconv(Affine):
    """y = fold(x W) + b, the reverse of a Conv: from x of `channels` to images `image_shape`.

    Each pixel of x becomes a patch of y, and overlapping patches add up. The arguments are what
    that Conv has, and without b this is its transpose: W is the Conv's W, transposed.
    image_shape : (h, w, c) of y.   channels : of x.   W (..., channels, k k c), b (..., 1, c).
    x (..., n, h' w' channels) -> y (..., n, h w c).
    """

    def __init__(self, image_shape, channels, kernel_size=3, stride=1, padding=None):
        self.channels = channels
        self.patches = Patches(image_shape, kernel_size, stride, padding)
        patch_size, n_biases = self.patches.patch_size, self.patches.image_shape[2]
        fan_in = channels * (kernel_size / stride) ** 2
        super().__init__((channels, patch_size), n_biases, fan_in, fan_out=patch_size)

    def forward(self, theta, x, rng=None):
        W, b = self.unpack(theta)
        n, x = x.shape[-2], to_pixels(x, self.channels)

        def backward(delta, grad, return_delta=True):
            grad_W, grad_b = self.unpack(grad)
            patches = self.patches.unfold(delta)
            np.matmul(x.mT, patches, out=grad_W)
            pixels = delta.sum(axis=-2).reshape(*delta.shape[:-2], -1, self.n_biases)
            pixels.sum(axis=-2, keepdims=True, out=grad_b)
            return to_images(product(patches, W.mT), n) if return_delta else None

        y = self.patches.fold(product(x, W))
        y += np.tile(b, y.shape[-1] // self.n_biases)  # a bias for each pixel of its channel
        return y, backward


class Upsample(Layer):
    """Each pixel of an image (h, w, c) becomes a block of factor x factor equal pixels."""

    def __init__(self, image_shape, factor=2):
        height, width, channels = with_channels(image_shape)
        self.shape_in = (height, 1, width, 1, channels)
        self.shape_out = (height, factor, width, factor, channels)
        self.out_shape = (height * factor, width * factor, channels)

    def forward(self, theta, x, rng=None):
        *models, n, _ = x.shape
        pixels = x.mT.reshape(*models, *self.shape_in, n)
        y = np.broadcast_to(pixels, (*models, *self.shape_out, n)).reshape(*models, -1, n).mT

        def backward(delta, grad):
            *models, n, _ = delta.shape
            blocks = delta.mT.reshape(*models, *self.shape_out, n)
            return blocks.sum(axis=(-5, -3)).reshape(*models, -1, n).mT

        return y, backward


def with_channels(image_shape):
    """(h, w, c); an image (h, w) has one channel."""
    height, width, *channels = image_shape
    return (height, width, *(channels or [1]))


def to_pixels(x, channels):
    """Images, one in each row, to pixels, one in each row: (..., n, p c) -> (..., p n, c)."""
    *models, n, _ = x.shape
    pixels = x.mT.reshape(*models, -1, channels, n).swapaxes(-3, -2)
    return pixels.reshape(*models, channels, -1).mT


def to_images(pixels, n):
    """The inverse of `to_pixels`, for n images: (..., p n, c) -> (..., n, p c)."""
    *models, _, channels = pixels.shape
    x = pixels.mT.reshape(*models, channels, -1, n).swapaxes(-3, -2)
    return x.reshape(*models, -1, n).mT
