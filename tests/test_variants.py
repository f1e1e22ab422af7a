"""Sparse codes are sparse, denoising gets corrupted samples, and convolutions are mirrored."""

import numpy as np
import pytest
from family import DENOISING, FAMILY, assert_refused, make

from aehelpers import ConvolutionalAutoencoder
from aehelpers.losses import LOSSES

# ---- unusable arguments and data -----------------------------------------------------------


@pytest.mark.parametrize(
    "member, settings, message",
    [
        ("sparse", {"sparsity": "l2"}, "sparsity must be one of 'l1', 'kl', got 'l2'"),
        ("sparse", {"sparsity": "kl"}, "needs latent_activation='sigmoid'"),
        ("sparse kl", {"latent_activation": "tanh"}, "needs latent_activation='sigmoid'"),
        ("sparse", {"sparsity_weight": -1}, "sparsity_weight must be .* at least 0, got -1"),
        ("sparse", {"sparsity_target": 1.0}, "above 0 and below 1, got 1.0"),
        ("denoising", {"corruption": "blur"}, "one of 'gaussian', 'mask', .*, got 'blur'"),
        ("denoising", {"corruption_level": -1}, "corruption_level must be .* 0, got -1"),
        ("mask", {"corruption_level": 1.1}, "'mask' takes .* as a share, at most 1, got 1.1"),
        ("salt_pepper", {"corruption_level": 2}, "'salt_pepper' takes .* share, .* got 2"),
        (
            "denoising",
            {"corruption": "salt_pepper", "standardize": True},
            "'salt_pepper' puts in 0 or 1.* it needs standardize=False",
        ),
        ("convolutional", {"image_shape": (3, 3)}, "makes 9 features, X has 4: give the"),
        ("convolutional", {"image_shape": 4}, r"must be a tuple .* \(28, 28\) .*, got 4"),
        ("convolutional", {"image_shape": (4,)}, r"must be \(h, w\) or .*; got \(4,\)"),
        ("convolutional", {"image_shape": (2, 2, 1, 1)}, r"must be \(h, w\) or .*; got"),
        ("convolutional", {"image_shape": (2, 0)}, "image_shape must be a whole .*, got 0"),
        ("convolutional", {"channels": ()}, r"channels must name one .* got .*\(\)"),
        ("convolutional", {"channels": 3}, r"channels must be a tuple .* \(16,\).*, got 3"),
        ("convolutional", {"channels": (0,)}, "channels must be a whole number, .* got 0"),
        ("convolutional", {"kernel_size": 0}, "kernel_size must be a whole .* 1, got 0"),
        ("convolutional", {"stride": 0.5}, "stride must be a whole .* 1, got 0.5"),
        (
            "convolutional",
            {"channels": (2, 2), "kernel_size": 4, "stride": 2},
            "kernel of 4 x 4 does not fit into an image of 1 x 1 .*: take a smaller kernel",
        ),
    ],
)  # fmt: skip
def test_unusable_arguments_are_refused(member, settings, message, X):
    assert_refused(make(member).fit(X), settings, message, X)


@pytest.mark.parametrize(
    "shape, settings, where",
    [
        ((8, 8), {"kernel_size": 2, "stride": 3}, "8 x 8"),
        ((4, 5), {"kernel_size": 2, "stride": 2}, "4 x 5"),
        ((6, 6), {"kernel_size": 2, "stride": 2, "channels": (2, 2)}, "3 x 3"),
    ],
)
def test_a_geometry_that_leaves_out_pixels_is_refused(shape, settings, where):
    """What is in such a pixel would have no part in the code, without a word."""
    model = ConvolutionalAutoencoder(shape, **{"channels": (2,), "epochs": 1} | settings)
    with pytest.raises(ValueError, match=f"leave out pixels of an image of {where}: take a la"):
        model.fit(np.ones((3, shape[0] * shape[1])))


@pytest.mark.parametrize("shape", [(7, 9), (5, 5), (28, 28), (2, 6)])
def test_every_pixel_has_a_part_in_the_code(shape):
    model = ConvolutionalAutoencoder(
        shape, (3,), 2, activation="tanh", epochs=0, random_state=0
    )
    images = np.zeros((1, shape[0] * shape[1]))
    codes = model.fit(images).transform(images + np.eye(images.size))
    assert (codes != model.transform(images)).any(axis=1).all()


def test_salt_and_pepper_noise_needs_data_from_0_to_1(X):
    model, message = make("salt_pepper", loss="squared_error"), r"'salt_pepper' needs data in"
    for call in (model.fit, model.corrupt, model.fit(X).partial_fit):
        with pytest.raises(ValueError, match=message):
            call(3 * X)


# ---- sparse --------------------------------------------------------------------------------


def test_a_penalty_makes_the_code_sparse(X):
    long = {"epochs": 400, "batch_size": None, "learning_rate": 0.03}
    free, penalized = (
        make("sparse", sparsity_weight=w, weight_decay=0.0, **long).fit(X) for w in (0.0, 3.0)
    )
    assert abs(penalized.transform(X)).mean() < 0.1 * abs(free.transform(X)).mean()
    rare = make("sparse kl", sparsity_weight=3.0, sparsity_target=0.2, **long).fit(X)
    np.testing.assert_allclose(rare.transform(X).mean(axis=0), 0.2, atol=0.01)


# ---- denoising -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "member, standardize", [(member, False) for member in DENOISING]
    + [("denoising", True), ("mask", True)],
)  # fmt: skip
def test_training_reconstructs_the_clean_samples_from_what_corrupt_returns(
    member, standardize, X
):
    settings = {"code_noise": 0.0, "standardize": standardize}
    rng = np.random.default_rng(0)
    start = make(member, **settings, epochs=0, random_state=rng).fit(X)
    noisy = start.corrupt(X, rng)
    assert abs(noisy - X).max() > 0.1
    asked = LOSSES[start.loss](start.reconstruct(noisy) / start.scale_, X / start.scale_)[0]
    model = make(member, **settings, epochs=1, batch_size=None).fit(X)
    assert model.history_["loss"][0] == pytest.approx(asked, rel=1e-12)


def test_the_corruption_level_is_in_the_units_of_the_network():
    X = np.random.default_rng(0).random((20_000, 2)) * [1, 1000] + [0, 50]
    for standardize in (False, True):
        model = make("denoising", standardize=standardize, corruption_level=0.3, epochs=0)
        noise = model.fit(X).corrupt(X, random_state=1) - X
        expected = 0.3 * (X.std(axis=0) if standardize else np.ones(2))
        np.testing.assert_allclose(noise.std(axis=0), expected, rtol=4 / np.sqrt(2 * len(X)))


@pytest.mark.parametrize("member", DENOISING)
def test_corrupt_needs_no_fit_and_reconstruct_adds_no_noise(member, X):
    assert (make(member).corrupt(X, 0) == make(member).corrupt(X, 0)).all()
    assert (make(member).corrupt(X, 0) != make(member).corrupt(X, 1)).any()
    model = make(member).fit(X)
    np.testing.assert_array_equal(model.reconstruct(X), model.reconstruct(X))


# ---- convolutional -------------------------------------------------------------------------


def test_the_decoder_mirrors_the_convolutions_of_the_encoder(rng):
    X, few = rng.random((6, 7 * 8 * 2)), {"kernel_size": 4, "stride": 2, "hidden": (5,)}
    model = make("convolutional", image_shape=(7, 8, 2), channels=(3, 4), **few).fit(X)
    assert {name: W.shape for name, W in model.weights_.items() if name[0] == "W"} == {
        "W_e1": (4 * 4 * 2, 3), "W_e2": (4 * 4 * 3, 4), "W_e3": (1 * 2 * 4, 5), "W_e4": (5, 2),
        "W_d1": (2, 5), "W_d2": (5, 1 * 2 * 4), "W_d3": (4, 4 * 4 * 3), "W_d4": (3, 4 * 4 * 2),
    }  # fmt: skip
    assert model.reconstruct(X).shape == X.shape
    grey = make("convolutional", image_shape=(7, 8), channels=(3,), **few).fit(X[:, :56])
    assert grey.weights_["W_e1"].shape == (16, 3)


def test_three_convolutions_are_mirrored_too(rng):
    model = make("convolutional", image_shape=(6, 5, 2), channels=(3, 4, 5), kernel_size=3)
    X = rng.random((6, 6 * 5 * 2))
    shapes = {name: W.shape for name, W in model.fit(X).weights_.items()}
    encoder, decoder = [
        [shapes[f"W_{half}{number}"] for number in (1, 2, 3, 4)] for half in "ed"
    ]
    assert [(rows, columns) for columns, rows in decoder[::-1]] == encoder


def test_a_convolutional_net_halves_the_image_twice_if_nothing_else_is_said(rng):
    """Two convolutions of 4 x 4 with stride 2, to 16 and 32 channels."""
    X = rng.random((3, 8 * 8))
    model = ConvolutionalAutoencoder((8, 8), epochs=0).fit(X)
    shapes = [model.weights_[f"W_e{number}"].shape for number in (1, 2, 3)]
    assert shapes == [(4 * 4, 16), (4 * 4 * 16, 32), (2 * 2 * 32, 2)]


# ---- all of them ---------------------------------------------------------------------------


@pytest.mark.parametrize("member", FAMILY)
def test_an_estimator_is_equal_to_itself_alone_and_can_be_a_key(member):
    model, twin = make(member), make(member)
    assert model != twin and len({model: 1, twin: 2}) == 2
