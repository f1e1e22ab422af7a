"""What the figures and the explorer of notebook 06 compute."""

import numpy as np
import pytest

from aehelpers import Autoencoder, data, metrics
from aehelpers.course.explorers import deep


@pytest.fixture(scope="module")
def digits():
    return data.split(data.digits().X, random_state=0)


@pytest.fixture(scope="module")
def sizes(digits):
    return deep.DepthAndWidth(*digits)


def test_every_size_of_the_data_gets_the_same_number_of_steps(sizes, digits):
    for samples in deep.SAMPLES:
        epochs = sizes.nets(0, 16, samples)[0][0].epochs
        steps = epochs * np.ceil(samples / deep.BATCH_SIZE)
        assert abs(steps / deep.STEPS - 1) < 0.03
    assert deep.SAMPLES[-1] == len(digits[0])


def test_a_net_without_hidden_layers_has_no_width_and_is_trained_once(sizes):
    assert sizes.nets(0, 128, 100) is sizes.nets(0, 16, 100)


def test_errors_are_those_of_the_nets_and_the_samples(sizes, digits):
    X_train, X_test = digits
    nets, training, test = sizes.nets(1, 16, 100)
    assert [net.latent_dim for net in nets] == deep.LATENT_DIMS
    assert nets[3].hidden == (16,)
    assert training[3] == pytest.approx(
        metrics.mse(X_train[:100], nets[3].reconstruct(X_train[:100]))
    )
    assert test[3] == pytest.approx(metrics.mse(X_test, nets[3].reconstruct(X_test)))
    of_pca = metrics.PCA(8).fit(X_train[:100]).reconstruct(X_test)
    assert sizes.errors_of_pca(100)[3] == pytest.approx(
        metrics.mse(X_test, np.clip(of_pca, 0, 1))
    )


def test_the_read_out_tells_the_errors_of_the_chosen_net(digits):
    explorer = deep.depth_and_width(*digits)
    explorer.move(depth=0, samples=100)
    assert "1096 parameters" in explorer.readout.value


def test_units_are_drawn_by_their_mean_size(digits):
    net = Autoencoder(20, epochs=0, random_state=0).fit(digits[0])
    picture = deep.units({"a": net, "b": net}, digits[1])
    assert picture.text.count("Image, 35 by 35: values -1 to 1") == 2


def test_errors_far_above_the_lowest_are_drawn_to_one_digit_and_cut():
    errors = {"depth 0": [0.0871, 0.0202, 0.0251, 0.0412, 5.0]}
    picture = deep.errors_by_rate(np.geomspace(0.01, 1, 5), errors, of_the_mean=0.05)
    assert "0.0600, 0.0202, 0.0251, 0.0400, 0.0600" in picture.text


def test_few_digits_leave_a_gap_between_training_and_test(sizes):
    """What the answer to the third question beside the explorer says."""
    for samples, least, most in ((100, 4, np.inf), (1438, 1, 1.3)):
        _, training, test = sizes.nets(1, 128, samples)
        assert least < test[3] / training[3] < most
