"""What a decoder can draw, and the loss along one bias: figure and explorer of notebook 01."""

from functools import cache

import numpy as np

from ... import data
from ...autoencoder import Autoencoder
from ...checks import rounded
from ...figures import Explorer, plots
from ...layers import ACTIVATIONS

NAMES = ["sigmoid", "tanh", "relu"]
BIASES = list(range(-10, 11))  # of the slider
CURVE_BIASES = np.linspace(-10, 10, 161)  # of the curve that is drawn
TANGENT = np.array([-2.5, 2.5])  # how far the tangent is drawn to each side
INPUTS = np.linspace(-14, 14, 561)


def decoder_curve(curve, X, X_hat):
    """Return the picture of few points X (n, 2), of X_hat (n, 2), and of the curve (m, 2).

    The curve holds what a decoder can produce, from the smallest code to the largest.
    """
    fig, ax = plots.subplots(width=4.2, height=3.9)
    for point, reconstruction in zip(X, X_hat, strict=True):
        ax.plot(*np.stack([point, reconstruction]).T, "-", color=plots.DATA, lw=1.5)
    ax.plot(*X.T, "o", color=plots.INK, ms=7, label="data")
    ax.plot(*X_hat.T, "D", color=plots.RECONSTRUCTION, ms=7, zorder=5, label="reconstruction")
    plots.manifold(curve, ax=ax)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return plots.show(
        fig, "Every reconstruction lies on the one curve that the decoder can draw."
    )


@cache
def points():
    """Return the points (100, 2) of a spiral on which the networks are trained."""
    X, _ = data.spiral(n_samples=100, random_state=0)
    return X


@cache
def trained(activation):
    """Return a 2-1-2 network with that activation of its code, trained on `points`."""
    net = Autoencoder(
        1,
        activation=activation,
        output_activation="sigmoid",
        learning_rate=0.05,
        epochs=300,
        batch_size=None,
        random_state=3,
    )
    return net.fit(points())


def along_bias(activation, biases):
    """Return the loss (m,) and its derivative (m,) where the bias of the code is each of m.

    The other six parameters stay as they were trained.
    """
    biases = np.asarray(biases, dtype=float)
    theta = np.repeat(trained(activation).theta_[None], len(biases), axis=0)
    theta[:, 2] = biases  # theta holds W_e, two numbers, and then b_e
    loss, grad = trained(activation).loss_and_grad(theta, points())
    return loss, grad[:, 2]


def inputs(activation, bias):
    """Return what enters the code's activation for each point (100,) at that bias."""
    return points() @ trained(activation).weights_["W_e"][:, 0] + bias


def derivative(activation, a):
    """Return the derivative of an activation at each of its inputs a (m,)."""
    _, backward = ACTIVATIONS[activation]().forward(None, a)
    return backward(np.ones_like(a), None)


def draw_landscape(activation, bias, axes):
    """Draw the loss against the bias, and the derivative of the activation at the points."""
    left, right = axes.flat
    (loss,), (slope,) = along_bias(activation, [bias])
    plots.curves(CURVE_BIASES, {"loss": along_bias(activation, CURVE_BIASES)[0]}, ax=left)
    tangent = {"tangent": loss + slope * TANGENT}
    plots.curves(bias + TANGENT, tangent, ax=left, xlabel="bias $b_e$", ylabel="loss $L$")
    left.plot(bias, loss, "o", color=plots.INK)
    left.set(xlim=(-10.5, 10.5), ylim=(0, 0.46), xticks=range(-10, 11, 5))

    a = inputs(activation, bias)
    plots.curves(INPUTS, {"derivative": derivative(activation, INPUTS)}, ax=right)
    right.plot(a, derivative(activation, a), "o", color=plots.RECONSTRUCTION, ms=4)
    right.lines[-1].set_label("at the points")
    right.legend(loc="upper left")
    right.set(xlabel="input $a$ of the code's activation", ylabel="derivative")
    right.set(xlim=(-14, 14), ylim=(-0.05, 1.05))
    shown = rounded(slope) if abs(slope) > 1e-4 else "nearly 0" if slope else "exactly 0"
    return f"Loss {rounded(loss)}; its derivative with respect to the bias: {shown}."


def landscape_explorer():
    """Return the explorer of notebook 01: the activation of the code, and its bias."""
    return Explorer(
        draw_landscape,
        activation=NAMES,
        bias=BIASES,
        labels={"activation": "activation of the code", "bias": "bias of the code"},
        start={"activation": "tanh", "bias": -2},
        title="The loss along one bias, and the derivative of the activation",
        figsize=(7.0, 3.1),
        panels=(1, 2),
    )


def complex_step(f, theta):
    """Return the gradient (q,) of f at theta (q,), right to the last digits.

    f(theta + i h e_q) has the imaginary part h df/dtheta_q, but for h^3. Nothing is subtracted,
    so h can be tiny. With it the self-check of exercise 4 tells a derived gradient
    from a measured one.
    f : analytic, in operations that take complex numbers.
    Source: Squire and Trapp, "Using complex variables to estimate derivatives of real
    functions", SIAM Review 40, 1998.
    """
    h = 1e-30
    return np.array([f(theta + 1j * h * e_q).imag / h for e_q in np.eye(len(theta))])
