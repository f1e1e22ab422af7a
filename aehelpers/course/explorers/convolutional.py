"""What notebook 08 and the one on few labels need: small networks of images, and a picture."""

from functools import partial

import numpy as np

from ...figures import Explorer, plots
from ...images import Conv, Deconv, Upsample
from ...layers import Chain, Dense, ReLU, Tanh
from ...losses import squared_error
from ...optimizers import Adam, cosine
from ...training import Generators, loss_and_grad, train
from ...variants import ConvolutionalAutoencoder

KERNELS, STRIDES = [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4]


def page(X, side, right=0, down=0):
    """Return digits (n, 64) in the middle of empty pages (n, side^2), moved by some pixels."""
    pages, at = np.zeros((len(X), side, side)), (side - 8) // 2
    pages[:, at + down : at + down + 8, at + right : at + right + 8] = X.reshape(-1, 8, 8)
    return pages.reshape(len(X), -1)


def convolutions_only(side, channels, kernel_size=4, stride=2):
    """Return an autoencoder of convolutions and their transposes, ReLU between, no Dense layer.

    Its parameters do not depend on the side of the images, so they fit images of any side.
    """
    shape, down, up = (side, side), [], []
    for c in channels:
        down.append(Conv(shape, c, kernel_size, stride))
        up.insert(0, Deconv(shape, c, kernel_size, stride))
        shape = down[-1].out_shape
    *parts, last = down + up
    return Chain(*(layer for part in parts for layer in (part, ReLU())), last)


def initial(net, seeds):
    """Return initial parameters of a net for each random seed, (len(seeds), size)."""
    return np.stack([net.init(np.random.default_rng(seed)) for seed in seeds])


def trained(net, theta, X, epochs=12):
    """Return the parameters of M autoencoders of X (n, d), trained from theta (M, size).

    Adam at the learning rate 0.01, which falls along a cosine; batches of 20; squared error.
    """
    theta, objective = theta.copy(), partial(loss_and_grad, net, squared_error)
    rng = Generators(np.random.default_rng(seed) for seed in range(len(theta)))
    X = np.broadcast_to(X, (len(theta), *X.shape))  # each shuffles its own
    for _ in train(lambda _: objective, theta, X, Adam(0.01), epochs, 20, rng, cosine):
        pass
    return theta


def error_of_moved(net, theta, X, side, right):
    """Return the squared error on digits moved right, as a share of their squares, (M,)."""
    pages = page(X, side, right)
    X_hat = net.forward(theta, np.broadcast_to(pages, (len(theta), *pages.shape)))[0]
    return ((X_hat - pages) ** 2).sum(axis=(1, 2)) / (pages**2).sum()


# -- checkerboards -----------------------------------------------------------------------------


def on_ones(layer, theta, cut):
    """Return the middle cut x cut pixels of a Deconv's answer to ones, (..., cut, cut)."""
    places = layer.patches.positions
    y = layer.forward(theta, np.ones((1, np.prod(places) * layer.channels)))[0]
    height, width, _ = layer.patches.image_shape
    at = (height - cut) // 2
    return y.reshape(*y.shape[:-2], height, width)[..., at : at + cut, at : at + cut]


def checkerboard_share(y):
    """Return the variance over pixels divided by the mean square, of images (..., h, w)."""
    return y.var(axis=(-2, -1)) / (y**2).mean(axis=(-2, -1))


def spots(n, rng, side=12):
    """Return smooth round spots (n, side^2) with random places and widths."""
    place, width = rng.uniform(4, 7.3, (2, n, 1)), rng.uniform(1.5, 2, (n, 1))
    down, right = np.exp(-((np.arange(side) - place) ** 2) / (2 * width**2))
    return (down[:, :, None] * right[:, None, :]).reshape(n, -1)


def share_at_the_stride(y, side=12):
    """Return the share of the variance that repeats with stride 2, of images (..., n, side^2).

    Pixels are of four kinds: row even or odd, column even or odd. The share is the variance
    between the means of the four kinds, divided by the variance over all pixels.
    """
    kinds = y.reshape(*y.shape[:-1], side // 2, 2, side // 2, 2).mean(axis=(-4, -2))
    return kinds.var(axis=(-2, -1)).sum(axis=-1) / y.var(axis=-1).sum(axis=-1)


def spot_nets():
    """Return {name: autoencoder of spots} that differ only in how they double the side."""
    doubling = {"Upsample + Conv": (Upsample((6, 6, 4)), Conv((12, 12, 4), 1, kernel_size=3))}
    for k in (5, 4, 3, 2):
        doubling[f"Deconv, kernel {k}"] = (Deconv((12, 12), 4, kernel_size=k, stride=2),)
    return {
        name: Chain(Dense(144, 3), Dense(3, 32), Tanh(), Dense(32, 144), ReLU(), *last)
        for name, last in doubling.items()
    }


def grey(y):
    """Return an image as greys whose mean is 0.5; its root mean square is worth 0.35."""
    return 0.5 + 0.35 * (y - y.mean()) / np.sqrt((y**2).mean())


def on_a_spot(layer, theta):
    """Return the middle of a Deconv's answer to a smooth spot in every channel."""
    across = np.exp(-(np.linspace(-2, 2, layer.patches.positions[0]) ** 2))
    spot = (across[:, None, None] * across[:, None] * np.ones(layer.channels)).reshape(1, -1)
    return layer.forward(theta, spot)[0].reshape(48, 48)[6:42, 6:42]


def draw_checkerboard(axes, kernel_size, stride):
    """Draw the overlap count of a Deconv, and its answers to ones and to a smooth spot."""
    layer = Deconv((48, 48), 4, kernel_size, stride)
    theta = layer.init(np.random.default_rng(kernel_size))
    count = on_ones(layer, np.r_[np.ones(layer.size - 1) / 4, 0], 12)
    answer, spot = on_ones(layer, theta, 12), on_a_spot(layer, theta)
    greys = grey(count), grey(answer), 0.5 + 0.5 * spot / np.abs(spot).max()
    titles = ("Overlap count", "Answer to ones", "Answer to a spot")
    for ax, title, image in zip(axes.flat, titles, greys, strict=True):
        plots.image_grid(image[None], ax=ax).set_title(title)
    return (
        f"Counts {count.min():.0f} to {count.max():.0f}. Checkerboard share, from 0 to 1: "
        f"{checkerboard_share(count):.2f} with equal weights, "
        f"{checkerboard_share(answer):.2f} with these random weights."
    )


def checkerboard_explorer():
    """Return the explorer of notebook 08: kernel size and stride of an untrained Deconv."""
    return Explorer(
        draw_checkerboard,
        kernel_size=KERNELS,
        stride=STRIDES,
        start={"kernel_size": 3, "stride": 2},
        labels={"kernel_size": "kernel size, pixels", "stride": "stride, pixels"},
        panels=(1, 3),
        title="Overlap count and answers of an untrained Deconv",
        figsize=(7.0, 2.5),
    )


# -- few labels --------------------------------------------------------------------------------


def convolutional_net(random_state, epochs=10):
    """Return the unfitted convolutional autoencoder of notebook 08: a code of eight numbers."""
    return ConvolutionalAutoencoder(
        (8, 8),
        (16, 32),
        latent_dim=8,
        latent_activation="identity",
        output_activation="sigmoid",
        learning_rate=0.02,
        schedule="cosine",
        epochs=epochs,
        batch_size=32,
        random_state=random_state,
    )


def labels_alone(encoder, X_each, y_each, seeds, steps=200):
    """Return classifiers trained from labels alone, (M, size), and their network.

    The network is an encoder with a Dense layer from its 8 numbers to 10 classes. Model m
    learns X_each[m] (n, 64) with the classes y_each[m] (n,), from random seed seeds[m], by
    about so many steps of Adam, on the cross-entropy: minus log p of the right class, where the
    ten outputs y become p = e^y / sum e^y.
    """
    net = Chain(encoder, Dense(8, 10))
    theta = initial(net, seeds)
    # The classes travel along as unit vectors, in the last ten columns.
    xy = np.stack([np.hstack([X, np.eye(10)[y]]) for X, y in zip(X_each, y_each, strict=True)])

    def objective(theta, xy, rng=None):
        x, target = xy[..., :64], xy[..., 64:]
        return loss_and_grad(net, partial(cross_entropy, target), theta, x)

    rng = Generators(np.random.default_rng(seed) for seed in seeds)
    epochs = round(steps / np.ceil(xy.shape[1] / 20))
    for _ in train(lambda _: objective, theta, xy, Adam(0.005), epochs, 20, rng, cosine):
        pass
    return theta, net


def cross_entropy(target, y, x):
    """Return -log p of the right class, a mean over the samples, and its gradient at y."""
    y = y - y.max(axis=-1, keepdims=True)
    log_p, n = y - np.log(np.exp(y).sum(axis=-1, keepdims=True)), y.shape[-2]
    return -(target * log_p).sum(axis=(-2, -1)) / n, (np.exp(log_p) - target) / n
