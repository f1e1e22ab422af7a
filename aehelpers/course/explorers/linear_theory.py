"""The linear autoencoder: gradient descent on its covariance, explorer and figures."""

import numpy as np

from ...figures import Explorer, plots

EIGENVALUES = np.array([4, 2.5, 1.5, 0.8, 0.4, 0.2])
LEARNING_RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1]
DECAYS = [0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 2.5, 4]
LATENT_DIMS = [1, 2, 3, 4, 5, 6]
STEPS = 400
FAR = 10  # a strength beyond this will not come back


def descend(eigenvalues, latent_dim, learning_rate, weight_decay=0.0, steps=STEPS, seed=0):
    """Return the strengths (steps + 1, d) of a linear net under plain gradient descent.

    The net has no biases and starts from small random weights. Its features are the principal
    axes, so their covariance is diagonal, and the strength of axis j is entry (j, j) of
    W_e W_d. If the walk runs away, the strengths end with the last step below FAR.

    eigenvalues : (d,), the variances along the principal axes.
    """
    covariance = np.diag(np.asarray(eigenvalues, float))
    rng, identity = np.random.default_rng(seed), np.eye(len(covariance))
    W_e = 0.01 * rng.standard_normal((len(covariance), latent_dim))
    W_d = 0.01 * rng.standard_normal((latent_dim, len(covariance)))
    path = [np.diag(W_e @ W_d)]
    for _ in range(steps):
        pull = covariance @ (W_e @ W_d - identity)
        of_W_e = pull @ W_d.T + weight_decay * W_e
        of_W_d = W_e.T @ pull + weight_decay * W_d
        W_e, W_d = W_e - learning_rate * of_W_e, W_d - learning_rate * of_W_d
        strengths = np.diag(W_e @ W_d)
        if np.abs(strengths).max() > FAR:
            break
        path.append(strengths)
    return np.array(path)


def best_strengths(eigenvalues, latent_dim, weight_decay):
    """Return the strengths at the minimum: max(0, 1 - decay / eigenvalue) of the first axes."""
    eigenvalues = np.asarray(eigenvalues, float)
    best = np.maximum(0, 1 - weight_decay / eigenvalues)
    return np.where(np.arange(len(eigenvalues)) < latent_dim, best, 0)


def draw(learning_rate, weight_decay, latent_dim, axes):
    """Draw strengths step by step, and those of the end beside those of the minimum."""
    path = descend(EIGENVALUES, latent_dim, learning_rate, weight_decay)
    best = best_strengths(EIGENVALUES, latent_dim, weight_decay)
    styles = ["-", "--", "-.", ":", (0, (5, 1)), (0, (1, 3))]
    for value, curve, style in zip(EIGENVALUES, path.T, styles, strict=True):
        axes[0].plot(curve, linestyle=style, label=f"$\\lambda$ = {value:g}")
    axes[0].set(xlim=(0, STEPS), ylim=(-0.15, 1.4), xlabel="step", ylabel="strength $u$")
    axes[0].legend(loc="upper right", ncols=3, fontsize=7)
    places = np.arange(len(EIGENVALUES))
    axes[1].plot(places, best, "o", color=plots.BASELINE, fillstyle="none", markersize=11)
    end = np.clip(path[-1], -0.1, 1.35)
    axes[1].plot(places, end, "o", color=plots.RECONSTRUCTION, markersize=5)
    axes[1].set(xticks=places, xticklabels=[f"{value:g}" for value in EIGENVALUES])
    axes[1].set(xlabel="$\\lambda$ of the axis", ylabel="strength $u$", ylim=(-0.15, 1.4))
    axes[1].set_title("At the end (dots), at the minimum (rings)")
    return story(path, best)


def story(path, best):
    """Return in words where gradient descent has arrived."""
    if len(path) <= STEPS:
        return f"Gradient descent runs away after {len(path)} steps."
    # What still moves does not rest, however near it comes.
    moved = np.abs(path[-1] - path[-2]).max()
    learnt = int((np.abs(path[-1] - best)[best > 0] < 0.05).sum())
    wanted = int((best > 0).sum())
    words = f"After {STEPS} steps {learnt} of {wanted} axes have the strength of the minimum."
    if moved > 0.05:
        words += " The strengths still jump from step to step."
    return words


def modes_explorer():
    """Return the Explorer of learning rate, weight decay and latent dimension."""
    return Explorer(
        draw,
        learning_rate=LEARNING_RATES,
        weight_decay=DECAYS,
        latent_dim=LATENT_DIMS,
        labels={
            "learning_rate": "learning rate",
            "weight_decay": "weight decay",
            "latent_dim": "latent dimensions",
        },
        start={"learning_rate": 0.03, "weight_decay": 0, "latent_dim": 3},
        title="What a linear autoencoder has learnt, step by step",
        panels=(1, 2),
        figsize=(7.0, 3.2),
    )


def critical_points(directions, errors, least):
    """Return the picture of errors (m,) against numbers of descent directions (m,).

    least : PCA's error, drawn as a line.
    """
    fig, ax = plots.subplots(width=5.2, height=3.0)
    ax.plot(directions, errors, "o", color=plots.CURVE)
    ax.axhline(least, color=plots.BASELINE, linestyle=":", linewidth=1)
    ax.text(max(directions), least + 0.02, "PCA's error", ha="right", va="bottom")
    ax.set(xlabel="number of descent directions", ylabel="MSE", ylim=(0.4, 1.55))
    return plots.show(fig, "Only one critical point has no descent direction.")


def directions(panels):
    """Return the picture of directions in the plane, {title: (m, 2)}, as lines through 0."""
    fig, axes = plots.subplots(1, len(panels), width=7.0, height=2.9)
    for ax, (title, rows) in zip(axes, panels.items(), strict=True):
        for row in rows / np.linalg.norm(rows, axis=1, keepdims=True):
            ax.plot(*np.stack([-row, row], axis=1), "-", color=plots.CURVE, linewidth=0.8)
        ax.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), aspect="equal", title=title)
        ax.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1], xlabel="axis 1", ylabel="axis 2")
    return plots.show(fig, "Rows in all directions; singular vectors with decay on two axes.")


def modes(runs, eigenvalues):
    """Return the picture of strengths over time, {title: (t, strengths, law)}, law as dots."""
    fig, axes = plots.subplots(1, len(runs), height=3.3)
    for ax, (title, (t, path, theory)) in zip(axes, runs.items(), strict=True):
        labels = [f"$\\lambda$ = {value:g}" for value in eigenvalues]
        measured = dict(zip(labels, path.T[: len(labels)], strict=True))
        plots.curves(t, measured, ax=ax, xlabel="time $t$", ylabel="strength $u$")
        every = slice(None, None, len(t) // 20)
        dots = theory[every, : len(labels)]
        ax.plot(t[every], dots, "o", color=plots.BASELINE, markersize=2.2)
        ax.set(title=title)
    return plots.show(fig, "Left the curves lie on the law (dots); right the later ones lag.")
