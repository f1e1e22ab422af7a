"""Notebook 00: five uses of an autoencoder in one figure, and its two explorers."""

from functools import partial

import numpy as np

from ... import metrics
from ...checks import rounded
from ...figures import Explorer, plots
from ...variants import DenoisingAutoencoder
from .. import recipes

EPOCHS = 400  # of a net on the spiral, while the reader watches
RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
SPIRAL_WIDTHS, DEPTHS, NOISES = [1, 2, 3, 4, 8], [1, 2, 3], [0.0, 0.15, 0.3, 0.5]
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
    """Return a figure with five uses of autoencoders, by three small nets trained on digits.

    train (n, 64), test (m, 64), classes (m,) of the test digits.
    """
    eight = recipes.digits_net(8, random_state=0).set_params(epochs=10).fit(train)
    two = recipes.digits_net(2, random_state=0).set_params(epochs=10).fit(train)
    denoiser = DenoisingAutoencoder(**eight.get_params(), corruption_level=0.3)
    denoiser.set_params(latent_dim=32, epochs=20).fit(train)
    digits = np.array([test[classes == digit][0] for digit in (3, 8)])
    fig, axes = plots.subplots(1, 5, height=2.1)
    noisy = denoiser.corrupt(digits, random_state=0).clip(0, 1)
    stripes = np.tile([0.0, 0.0, 1.0, 1.0], 16)
    strange = np.array([digits[0], stripes])
    first, last = eight.transform(digits)
    between = eight.inverse_transform(np.linspace(first, last, 4))
    pictures = {
        "Compression": [*digits, *eight.reconstruct(digits)],
        "Denoising": [*noisy, *denoiser.reconstruct(noisy)],
        "Anomaly detection": [*strange, *eight.reconstruct(strange)],
        "Generation": [*between],
    }
    places = (axes[0], axes[1], axes[2], axes[4])
    for ax, (title, images) in zip(places, pictures.items(), strict=True):
        plots.image_grid(np.array(images), ax=ax, rows=2, row_titles=())
        ax.set_title(title, fontsize=8.5)
    errors = ((strange - eight.reconstruct(strange)) ** 2).mean(axis=1)
    axes[0].set_xlabel("64 pixels, above;\nfrom 8 numbers, below")
    axes[1].set_xlabel("noisy, above;\ncleaned, below")
    axes[2].set_xlabel(f"error {errors[0]:.2f} (digit),\n{errors[1]:.2f} (anomaly)")
    axes[4].set_xlabel("from a 3 to an 8,\nthrough the codes")
    draw_embedding(two.transform(test), classes, axes[3])
    return fig


def draw_embedding(Z, classes, ax):
    """Draw codes (n, 2) as points, and each class at the middle of its codes."""
    ax.scatter(*Z.T, s=3, c=classes, cmap=plots.CODE_MAP)
    for digit in range(10):
        place = np.median(Z[classes == digit], axis=0)
        ax.text(*place, str(digit), ha="center", va="center", weight="bold", **plots.HALO)
    ax.set(xticks=[], yticks=[], box_aspect=1, xlabel="each digit as two\nnumbers")
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
        plots.baseline(line_loss, "best straight line", ax=ax)
        ax.set(xlim=(0, EPOCHS), ylim=(1e-4, 100))

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
        title="A net trained on the spiral",
        panels=(1, 3),
        figsize=(9, 3),
    )


def draw_code(net, X, t, ax):
    """Draw the codes of X, and return what is to be said of their order."""
    Z = net.transform(X)
    ax.set(ylim=(-1.1, 1.1), aspect="auto" if net.latent_dim == 1 else "equal")
    if net.latent_dim > 1:
        ax.scatter(*Z[:, :2].T, s=7, c=t, cmap=plots.CODE_MAP)
        ax.set(xlabel="$z_1$ (dark: one end of the spiral)", ylabel="$z_2$", xlim=(-1.1, 1.1))
        return ""
    plots.code_against(t, Z[:, 0], ax=ax)
    if np.ptp(Z) < 0.01:
        return " All points have nearly the same code."
    order = metrics.order_correlation(Z, t)
    return f" Order of the code along the curve: {rounded(order)}, where 1 is perfect."


# -- digits ------------------------------------------------------------------------------------


def digits_explorer(train, test, classes):
    """Return the explorer of nets trained on digits.

    train (n, 64); test (m, 64) and its classes (m,), of which the first of each is shown.
    """
    shown = test[[np.argmax(classes == digit) for digit in range(10)]]
    pca = {k: metrics.PCA(k).fit(train).reconstruct(test).clip(0, 1) for k in DIGIT_WIDTHS}
    pca_mse = {k: metrics.mse(test, guess) for k, guess in pca.items()}

    def draw_digits(axes, net, errors):
        left, right = axes.flat
        plots.image_pairs(shown, net.reconstruct(shown), ax=left, row_titles=("digit", "net"))
        plots.loss_curve(errors, ax=right).set(xlim=(0, 10), ylim=(0.002, 0.3), ylabel="MSE")
        plots.baseline(pca_mse[net.latent_dim], "PCA", ax=right)
        ours, theirs = rounded(errors[-1]), rounded(pca_mse[net.latent_dim])
        return f"Epoch {len(errors)} of 10: MSE {ours}; PCA's, with as many numbers, {theirs}."

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
        title="Digits through a net",
        panels=(1, 2),
        figsize=(9, 2.6),
    )
