"""Notebook 03: three optimizers walk through the valley of a tiny network."""

import numpy as np

from ...checks import rounded
from ...figures import Explorer, plots
from ...optimizers import OPTIMIZERS

START, STEPS = (-0.4, 2.2), 100
RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 3.0]
ARRIVED = 1e-3  # below this loss, a walk has reached the valley floor
RUN_AWAY = 100.0  # a weight beyond this does not come back
SIDE = 3.0  # of the map: both weights from -3 to 3
LEAST_DRAWN = 1e-9  # loss; smaller ones are drawn here


def loss_and_gradient(w):
    """Loss (1 - w_e w_d)^2 / 2 and gradient (2,) of the network x_hat = w_d w_e x, w = (2,)."""
    gap = 1 - w[0] * w[1]
    return gap**2 / 2, -gap * w[::-1]


def walk(optimizer, start=START, steps=STEPS):
    """Return the weights (m + 1, 2) before the first and after each step, and their losses.

    It ends early, so that m is below `steps`, as soon as a weight is larger than 100.
    """
    w = np.array(start, dtype=float)
    path, losses = [w.copy()], []
    for _ in range(steps):
        loss, gradient = loss_and_gradient(w)
        losses.append(loss)
        optimizer.step(w, gradient)
        path.append(w.copy())
        if np.abs(w).max() > RUN_AWAY:
            break
    return np.array(path), np.array([*losses, loss_and_gradient(w)[0]])


def arrival(losses):
    """Return after how many steps the loss stays below 0.001, or None if it does not."""
    high = np.flatnonzero(losses >= ARRIVED)
    steps = int(high[-1]) + 1 if high.size else 0
    return steps if steps < len(losses) else None


def crossings(path, steps):
    """Return how often the first `steps` steps of a path lead across the floor w_e w_d = 1."""
    side = np.sign(1 - path[: steps + 1].prod(axis=1))
    return int((side[1:] != side[:-1]).sum())


def told(path, losses):
    """Return in a few sentences what a walk did."""
    steps = arrival(losses)
    if np.abs(path).max() > RUN_AWAY:
        return f"The walk runs away in {len(path) - 1} steps: this rate is too large here."
    if steps is None:
        return (
            f"After {len(path) - 1} steps the loss is {rounded(losses[-1], 2)}: the walk has "
            "not reached the valley floor. "
            f"It has crossed the floor {times(path, len(path) - 1)}."
        )
    curvature = (path[-1] ** 2).sum()
    sign = "positive" if path[-1, 0] > 0 else "negative"
    return (
        f"The loss stays below {ARRIVED} after {count(steps, 'step')}. Until then the walk "
        f"crosses the valley floor {times(path, steps)}. "
        f"It ends where both weights are {sign}, the largest "
        f"curvature is {rounded(curvature)}, and so the limit of plain descent is "
        f"{rounded(2 / curvature)}."
    )


def times(path, steps):
    """Return the number of crossings in words."""
    return count(crossings(path, steps), "time")


def count(number, noun):
    """Return "1 step", "2 steps"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def draw_map(ax):
    """Draw lines of equal loss, the valley floor w_e w_d = 1, and the limits of the map."""
    side = np.linspace(-SIDE, SIDE, 121)
    loss = (1 - side * side[:, None]) ** 2 / 2
    look = {"colors": plots.LINE, "linewidths": 0.8}
    ax.contour(side, side, loss, levels=[0.1, 0.3, 0.7, 2, 8, 20], **look)
    floor = np.linspace(1 / SIDE, SIDE, 50)
    for sign in (1, -1):
        label = "valley floor" if sign == 1 else None
        ax.plot(sign * floor, sign / floor, "-", color=plots.INK, linewidth=1.4, label=label)
    limits = (-SIDE, SIDE)
    ax.set(xlabel="$w_e$", ylabel="$w_d$", xlim=limits, ylim=limits, aspect="equal")


def draw(axes, optimizer, learning_rate):
    """Draw a walk on the map, and its loss; return what it did."""
    path, losses = walk(OPTIMIZERS[optimizer](learning_rate))
    outside = np.flatnonzero(np.abs(path).max(axis=1) > SIDE)
    shown = int(outside[0]) if outside.size else len(path)
    left, right = axes.flat
    draw_map(left)
    look = {"color": plots.RECONSTRUCTION, "linestyle": "-", "linewidth": 1}
    left.plot(*path[:shown].T, marker="o", markersize=2.5, label="walk", **look)
    left.plot(*path[0], "o", markersize=7, markerfacecolor="white", label="start", **look)
    left.set_title("Weights")
    steps = np.arange(shown)
    right.plot(steps, np.maximum(losses[:shown], LEAST_DRAWN), color=plots.RECONSTRUCTION)
    right.axhline(ARRIVED, color=plots.INK, linestyle="--", linewidth=1)
    right.set(xlim=(0, STEPS), ylim=(LEAST_DRAWN / 2, 20), yscale="log")
    right.set(xlabel="step", ylabel="loss", title="Loss")
    return told(path, losses)


def story(optimizer, learning_rate):
    """Return in a few sentences what this optimizer does at this rate; "sgd", for example."""
    return told(*walk(OPTIMIZERS[optimizer](learning_rate)))


def valley_explorer():
    """Return the explorer of three optimizers at learning rates from tiny to far too large."""
    return Explorer(
        draw,
        optimizer=list(OPTIMIZERS),
        learning_rate=RATES,
        start={"optimizer": "sgd", "learning_rate": 0.03},
        labels={"optimizer": "optimizer", "learning_rate": "learning rate"},
        title="A hundred steps on the loss of a network with two weights",
        panels=(1, 2),
        figsize=(7.0, 3.3),
    )
