"""What notebook 00 draws and measures: curves, codes, digits that a program reads."""

import numpy as np
import pytest

from aehelpers import data, metrics
from aehelpers.course import recipes
from aehelpers.course.explorers import start_here
from aehelpers.figures import plots

X, T = data.spiral(60, random_state=0)
DIGITS = np.random.default_rng(0).random((40, 64))
CLASSES = np.arange(40) % 10


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(start_here, "EPOCHS", 20)


def drawn_on_three(net, z=None):
    """The sentence about the code, and the axes that it was drawn on."""
    _, axes = plots.subplots(1, 3)
    return start_here.draw_code(net, X, T, axes[2]), axes[2]


def test_the_curve_runs_from_the_smallest_code_to_the_largest():
    net = start_here.spiral_net().fit(X)
    z, curve = net.transform(X)[:, 0], start_here.decoder_curve(net, X)
    ends = net.inverse_transform(np.array([[z.min()], [z.max()]]))
    assert curve.shape == (400, 2)
    assert curve[[0, -1]] == pytest.approx(ends)


def test_the_net_is_that_of_the_recipe_but_for_what_the_sliders_say():
    ours = start_here.spiral_net(3, 0.1, 1, 0.5, seed=7).get_params()
    recipe = recipes.spiral_unroller(random_state=7).get_params()
    changed = {name for name, value in ours.items() if value != recipe[name]}
    assert changed == {"latent_dim", "learning_rate", "hidden", "code_noise", "epochs"}
    assert (ours["hidden"], ours["epochs"]) == ((16,), 20)


def test_the_line_below_the_spiral_says_what_was_measured():
    explorer = start_here.spiral_explorer(X, T)
    net = start_here.spiral_net().fit(X)
    said = explorer.readout.value
    assert f"MSE {start_here.rounded(-net.score(X))}" in said
    order = metrics.order_correlation(net.transform(X), T)
    assert f"Order of the code along the curve: {start_here.rounded(order)}" in said
    explorer.move(latent_dim=3)
    assert "Order" not in explorer.readout.value


@pytest.mark.parametrize("latent_dim, words", [(1, "Order of the code"), (2, "")])
def test_codes_are_drawn_in_one_and_in_two_dimensions(latent_dim, words):
    said, ax = drawn_on_three(start_here.spiral_net(latent_dim).fit(X))
    assert words in said and bool(said) == bool(words)
    assert ax.collections[0].get_offsets().shape == (60, 2)


def test_a_constant_code_has_no_order():
    net = start_here.spiral_net().fit(X)
    net.theta_[:] = 0
    said, _ = drawn_on_three(net)
    assert said == " All points have nearly the same code."


def test_a_training_that_explodes_is_drawn_and_said(monkeypatch):
    plain = start_here.spiral_net

    def exploding(**setting):
        return plain(**setting).set_params(optimizer="sgd", epochs=400, learning_rate=30.0)

    monkeypatch.setattr(start_here, "spiral_net", exploding)
    said = start_here.spiral_explorer(X, T).readout.value
    assert "Training diverged at epoch" in said


def test_the_digits_explorer_says_both_errors():
    said = start_here.digits_explorer(DIGITS, DIGITS[:20], CLASSES[:20]).readout.value
    net = start_here.net_mse(8, DIGITS, DIGITS[:20])
    pca = start_here.pca_mse(8, DIGITS, DIGITS[:20])
    assert f"MSE {start_here.rounded(net)}" in said
    assert f"PCA with as many numbers: {start_here.rounded(pca)}" in said


def test_the_first_digit_of_each_class_is_shown():
    shown = start_here.first_of(DIGITS[::-1], CLASSES[::-1], (3, 8))
    assert (shown == DIGITS[[33, 38]]).all()


def test_a_program_reads_by_the_nearest_training_digit():
    near = DIGITS + 0.01
    assert start_here.share_read(near, CLASSES, DIGITS, CLASSES) == 1
    wrong = np.where(np.arange(40) < 10, (CLASSES + 1) % 10, CLASSES)
    assert start_here.share_read(near, wrong, DIGITS, CLASSES) == 0.75


def test_the_figure_of_five_uses_has_a_panel_for_each():
    fig = start_here.five_uses(DIGITS, DIGITS, CLASSES)
    titles = [ax.get_title(loc="left") for ax in fig.axes]
    assert titles[:3] == ["Compression", "Denoising", "Anomaly detection"]
    assert titles[3:] == ["Visualization", "Generation"]
