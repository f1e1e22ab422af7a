"""Notebook 00: five uses of an autoencoder in one figure, and its two explorers."""

from functools import partial

import numpy as np

from ... import metrics
from ...checks import rounded
from ...figures import Explorer, plots
from ...variants import DenoisingAutoencoder
from ...variational import VariationalAutoencoder
from .. import recipes

EPOCHS = 400  # of a network on the spiral, while the reader watches
RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
SPIRAL_WIDTHS, DEPTHS, NOISES = [1, 2, 3, 5, 8], [1, 2, 3], [0.0, 0.15, 0.3, 0.5]
DIGIT_WIDTHS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
DIGIT_RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]
SQUARE = {"xlim": (-0.05, 1.05), "ylim": (-0.05, 1.05)}
LABELS = {
    "latent_dim": "latent dimension",
    "learning_rate": "learning rate",
    "depth": "hidden layers on each side",
    "code_noise": "code noise, standard deviation",
}


# -- five uses ---------------------------------------------------------------------------------


def five_uses(train, test, classes):
    """Return a figure with five uses of autoencoders, by four small nets trained on digits.

    train (n, 64); test (m, 64) and its classes (m,), with each of the digits 0 to 9 among them.
    """
    eight = recipes.digits_net(8, random_state=0).fit(train)
    two = recipes.digits_net(2, random_state=0).fit(train)
    settings = eight.get_params()
    denoiser = DenoisingAutoencoder(**settings | {"latent_dim": 32}, corruption_level=0.3)
    variational = VariationalAutoencoder(**settings).fit(train)
    digits = first_of(test, classes, (3, 8))
    noisy = denoiser.fit(train).corrupt(digits, random_state=0).clip(0, 1)
    strange = np.array([digits[0], np.tile([0.0, 0.0, 1.0, 1.0], 16)])
    errors = ((strange - eight.reconstruct(strange)) ** 2).mean(axis=1)

    fig, axes = plots.subplots(1, 5, width=7.6, height=2.1)
    pairs = {
        "Compression": (
            digits,
            eight.reconstruct(digits),
            "above: 64 pixels,\nbelow: from 8 numbers",
        ),
        "Denoising": (noisy, denoiser.reconstruct(noisy), "above: noisy,\nbelow: denoised"),
        "Anomaly detection": (
            strange,
            eight.reconstruct(strange),
            f"error of the digit {errors[0]:.2f},\nof the stripes {errors[1]:.2f}",
        ),
    }
    for ax, (title, (above, below, label)) in zip(axes, pairs.items(), strict=False):
        plots.image_pairs(above, below, ax=ax, row_titles=())
        ax.set_xlabel(label)
        ax.set_title(title, fontsize=8.5)
    draw_codes_of_classes(two.transform(test), classes, range(5), axes[3])
    new = variational.sample(9, random_state=1, noise=False).clip(0, 1)
    plots.image_grid(new, ax=axes[4], rows=3)
    axes[4].set_xlabel("new images, decoded\nfrom random codes")
    axes[4].set_title("Generation", fontsize=8.5)
    return fig


def first_of(X, classes, digits=range(10)):
    """Return the first of the samples X (n, d) of each of these classes, (len(digits), d)."""
    return X[[np.argmax(classes == digit) for digit in digits]]


def draw_codes_of_classes(Z, classes, shown, ax):
    """Draw the codes Z (n, 2) of some classes, and each class at the middle of its codes."""
    rows = np.isin(classes, shown)
    ax.scatter(*Z[rows].T, s=5, c=classes[rows], cmap=plots.CODE_MAP, linewidths=0)
    for digit in shown:
        middle = np.median(Z[classes == digit], axis=0)
        ax.text(*middle, str(digit), ha="center", va="center", weight="bold", **plots.HALO)
    ax.set(xticks=[], yticks=[], box_aspect=1, xlabel="digits 0 to 4, each\nas two numbers")
    ax.set_title("Visualization", fontsize=8.5)


# -- the spiral --------------------------------------------------------------------------------


def decoder_curve(net, X):
    """Return the points (400, d) that a decoder makes as the code runs through its range."""
    z = net.transform(X)
    return net.inverse_transform(np.linspace(z.min(), z.max(), 400)[:, None])


def spiral_net(latent_dim=1, learning_rate=0.03, depth=2, code_noise=0.15, seed=0):
    """Return the unfitted net of the spiral's explorer; each hidden layer has 16 units."""
    return recipes.spiral_unroller(random_state=seed).set_params(
        latent_dim=latent_dim,
        learning_rate=learning_rate,
        hidden=(16,) * depth,
        code_noise=code_noise,
        epochs=EPOCHS,
    )


def spiral_explorer(X, t):
    """Return the explorer of nets trained on the spiral X (n, 2), t (n,) true positions."""
    line = metrics.PCA(1).fit(X)
    straight = line.reconstruct(X)
    line_mse = metrics.mse(X, straight)
    line_loss = ((X - straight) ** 2 / X.var(axis=0)).sum(axis=1).mean() / 2

    def draw_loss(net, ax):
        plots.loss_curve(np.minimum(net.history_["loss"], 1e3), ax=ax)
        ax.axhline(line_loss, color=plots.BASELINE, linestyle=(0, (4, 2)), linewidth=1)
        # Below the line: above it lie the losses of the nets that fail.
        place = {"transform": ax.get_yaxis_transform(), "ha": "right", "va": "top"}
        ax.text(0.98, 0.85 * line_loss, "best straight line", fontsize=8, **place)
        ax.set(xlim=(0, EPOCHS), ylim=(1e-4, 10))

    def draw_net(axes, net):
        left, middle, right = axes.flat
        if net.latent_dim == 1:
            plots.manifold(decoder_curve(net, X), X, ax=left)
        else:
            plots.reconstruction(X, net.reconstruct(X), ax=left)
        left.set(**SQUARE)
        draw_loss(net, middle)
        mse = -net.score(X)
        side = "below" if mse < line_mse else "above"
        said = f"Epoch {len(net.history_['loss'])} of {EPOCHS}: MSE {rounded(mse)}, {side} "
        return f"{said}a straight line's {rounded(line_mse)}.{draw_code(net, X, t, right)}"

    def draw_explosion(axes, net, said):
        left, middle, right = axes.flat
        plots.points(X, ax=left).set(**SQUARE)
        draw_loss(net, middle)
        right.set(**SQUARE, aspect="equal", title="No code is left")
        return said

    def train(axes, **setting):
        net = spiral_net(**setting)
        try:
            for epoch, _ in enumerate(net.fit_steps(X), start=1):
                if epoch % 20 == 0:
                    yield lambda: draw_net(axes, net)
        except FloatingPointError as error:  # the loss has grown beyond all bounds
            yield partial(draw_explosion, axes, net, f"{error}.".capitalize())

    return Explorer(
        train,
        latent_dim=SPIRAL_WIDTHS,
        learning_rate=RATES,
        depth=DEPTHS,
        code_noise=NOISES,
        labels=LABELS,
        start={"latent_dim": 1, "learning_rate": 0.03, "depth": 2, "code_noise": 0.15},
        title="A network trained on the spiral",
        panels=(1, 3),
        figsize=(9, 2.8),
    )


def draw_code(net, X, t, ax):
    """Draw the codes of X, and return what is to be said of their order."""
    Z = net.transform(X)
    ax.set(ylim=(-1.1, 1.1), aspect="auto" if net.latent_dim == 1 else "equal")
    if net.latent_dim > 1:
        ax.scatter(*Z[:, :2].T, s=7, c=t, cmap=plots.CODE_MAP)
        ax.set(xlabel="$z_1$ (dark: one end of the spiral)", ylabel="$z_2$", xlim=(-1.1, 1.1))
        return ""
    plots.code_against(t, Z[:, 0], ax=ax).set_xlim(-0.3, 6.6)
    if np.ptp(Z) < 0.01:
        return " All points have nearly the same code."
    order = metrics.order_correlation(Z, t)
    return f" Order of the code along the curve: {rounded(order)}, where 1 is perfect."


# -- digits ------------------------------------------------------------------------------------


def digits_explorer(train, test, classes):
    """Return the explorer of nets trained on digits.

    train (n, 64); test (m, 64) and its classes (m,), of which the first of each is shown.
    """
    shown = first_of(test, classes)
    baselines = {k: pca_mse(k, train, test) for k in DIGIT_WIDTHS}

    def draw_digits(axes, net, errors):
        left, right = axes.flat
        images = net.reconstruct(shown)
        rows = np.concatenate([shown[:5], images[:5], shown[5:], images[5:]])
        plots.image_grid(rows, ax=left, rows=4, row_titles=("input", "output") * 2)
        plots.loss_curve(errors, ax=right).set(xlim=(0, 10), ylim=(0.002, 0.3), ylabel="MSE")
        plots.baseline(baselines[net.latent_dim], "PCA", ax=right)
        ours, theirs = rounded(errors[-1]), rounded(baselines[net.latent_dim])
        return f"Epoch {len(errors)} of 10: MSE {ours}; PCA with as many numbers: {theirs}."

    def train_net(axes, latent_dim, learning_rate):
        net, errors = recipes.digits_net(latent_dim, random_state=0), []
        for _ in net.set_params(learning_rate=learning_rate, epochs=10).fit_steps(train):
            errors.append(-net.score(test))
            yield lambda: draw_digits(axes, net, errors)

    return Explorer(
        train_net,
        latent_dim=DIGIT_WIDTHS,
        learning_rate=DIGIT_RATES,
        start={"latent_dim": 8, "learning_rate": 0.01},
        labels={name: LABELS[name] for name in ("latent_dim", "learning_rate")},
        title="Digits and their reconstructions",
        panels=(1, 2),
        figsize=(9, 2.4),
    )


def net_mse(latent_dim, train, test):
    """Return the MSE on test (m, 64) of the net that the explorer trains on train (n, 64)."""
    net = recipes.digits_net(latent_dim, random_state=0).set_params(epochs=10)
    return -net.fit(train).score(test)


def pca_mse(latent_dim, train, test):
    """Return the MSE on test (m, 64) of PCA fitted to train (n, 64), its output clipped."""
    images = metrics.PCA(latent_dim).fit(train).reconstruct(test)
    return metrics.mse(test, images.clip(0, 1))


def share_read(images, classes, train, train_classes):
    """Return the share of images (m, d) whose nearest training sample has the right class."""
    squares = (train**2).sum(axis=1) - 2 * images @ train.T
    return (train_classes[squares.argmin(axis=1)] == classes).mean()
