"""The drawings of notebook 07 show what they say, and its explorer compares equal damage."""

import numpy as np
import pytest

from aehelpers import DenoisingAutoencoder, data, layers, metrics
from aehelpers.checks import rounded
from aehelpers.course.explorers import denoising
from aehelpers.figures import plots

X = data.digits().X


@pytest.fixture(scope="module")
def nets():
    made = {}
    for kind in ("gaussian", "mask", "salt_pepper"):
        for level in (0.2, 0.4, 0.6):
            net = DenoisingAutoencoder(8, corruption=kind, corruption_level=level, epochs=3)
            made[kind, level] = net.set_params(random_state=0).fit(X[:200])
    return made


def pictures(ax, rows, columns):
    """The images (rows, columns, 64) of a grid of 8 x 8 pixels, with a line between them."""
    drawn = np.asarray(ax.images[0].get_array())
    cut = [
        [drawn[9 * i :, 9 * j :][:8, :8].ravel() for j in range(columns)] for i in range(rows)
    ]
    return np.array(cut)


def test_the_drawn_reconstructions_are_those_of_the_drawn_damage(nets):
    net, clean = nets["gaussian", 0.4], X[200:260]
    noisy = net.corrupt(clean, 1)
    _, ax = plots.subplots()
    methods = {"network": net.reconstruct, "copy": lambda x: x}
    order = denoising.draw_best_middle_worst(clean, noisy, methods, ax=ax)
    shown = pictures(ax, 4, 3)
    assert np.allclose(shown[0], clean[order]) and np.allclose(shown[1], noisy[order])
    assert np.allclose(shown[2], net.reconstruct(shown[1])) and np.allclose(shown[3], shown[1])
    errors = ((net.reconstruct(noisy) - clean) ** 2).sum(axis=1)
    assert errors[order[0]] == errors.min() and errors[order[2]] == errors.max()
    assert np.abs(net.reconstruct(shown[0]) - shown[2]).max() > 0.01, (
        "it would notice clean ones"
    )


def test_arrows_end_in_their_rings_where_the_steps_are_equal():
    grid = np.array([[0.0, 0.0], [0.5, -0.5]])
    step = np.array([[0.2, 0.1], [-0.3, 0.4]])
    _, ax = plots.subplots()
    denoising.draw_arrows(grid, grid, step, step, ax=ax, length=0.5)
    (field,) = [each for each in ax.collections if hasattr(each, "U")]
    tips = field.get_offsets() + np.column_stack([field.U, field.V])
    rings = ax.collections[1].get_offsets()
    assert np.allclose(tips, rings) and np.allclose(rings, grid + 0.5 * step)


def test_the_explorer_compares_with_the_matched_network(nets):
    test, shown = X[300:400], np.arange(10)
    explorer = denoising.match_explorer(nets, test, shown)
    assert explorer.grids["trained_at"] == explorer.grids["tested_at"]
    _, ax = plots.subplots()
    for kind, _ in nets:
        said = explorer.draw(kind, 0.4, 0.4, ax=ax)
        assert "This is 1.00 times the error of the network trained at 0.4." in said
    _, ax = plots.subplots()
    said = explorer.draw("mask", 0.6, 0.2, ax=ax)
    noisy = nets["mask", 0.2].corrupt(test, random_state=5)
    error, best = (denoising.error_of(nets["mask", k], test, noisy) for k in (0.6, 0.2))
    assert f"{rounded(error / best)} times the error of the network trained at 0.2" in said
    images = pictures(ax, 3, 10)
    assert np.allclose(images[2], nets["mask", 0.6].reconstruct(images[1]))


def test_an_error_is_taken_of_clipped_images(nets):
    net, clean = nets["gaussian", 0.2], X[:20]
    expected = np.mean((net.reconstruct(clean).clip(0, 1) - clean) ** 2)
    assert denoising.error_of(net, clean, clean) == pytest.approx(expected)
    assert metrics.mse(clean, net.reconstruct(clean)) >= expected


def test_a_network_can_be_trained_under_a_layer_of_ones_own():
    net = DenoisingAutoencoder(4, corruption_level=0.3, epochs=2, random_state=0)
    own = denoising.fitted_with(layers.GaussianNoise(0.3), net, X[:100])
    assert np.array_equal(own.theta_, net.fit(X[:100]).theta_)
    other = denoising.fitted_with(layers.MaskingNoise(0.5), net, X[:100])
    assert np.any(other.theta_ != own.theta_)
