"""What walks over samples needs memory for a small piece of them, and for its result."""

import tracemalloc

import numpy as np
import pytest

from aehelpers import Autoencoder, ConvolutionalAutoencoder, VariationalAutoencoder, metrics

MB = 2**20


def peak(f, *args, **kwargs):
    """Megabytes that a call took at most, besides what was there before."""
    tracemalloc.start()
    try:
        f(*args, **kwargs)
        return tracemalloc.get_traced_memory()[1] / MB
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """10,000 images of 28 x 28 in a file, 30 MB in float32; in float64 they would take 60."""
    path = tmp_path_factory.mktemp("images") / "X"
    X = np.memmap(path, "float32", "w+", shape=(10_000, 784))
    X[...] = np.random.default_rng(0).random((100, 784)).repeat(100, axis=0)
    return X


NETS = {
    "dense": Autoencoder(8, (64,), epochs=0, random_state=0),
    "standardized": Autoencoder(8, (64,), epochs=0, standardize=True, random_state=0),
    "single": Autoencoder(8, (64,), epochs=0, dtype="float32", random_state=0),
    "convolutional": ConvolutionalAutoencoder((28, 28), latent_dim=8, epochs=0, random_state=0),
    "PCA": metrics.PCA(8),
}


@pytest.mark.parametrize("name", NETS)
def test_codes_and_scores_of_many_images_need_a_piece(name, images):
    """At once, the 2000 codes of the convolutional net took 417 MB."""
    model = NETS[name].fit(images[:200])
    n = 2000 if name == "convolutional" else len(images)
    assert peak(model.transform, images[:n]) < 40
    assert peak(model.score, images[:n]) < 40


def test_a_bound_of_many_draws_needs_a_piece(images):
    """At once, 50 draws for 500 images took 632 MB."""
    model = VariationalAutoencoder(8, (64,), epochs=0, random_state=0).fit(images[:200])
    assert peak(model.importance_bound, images[:500], 50, 0) < 20
    for use in (model.transform, model.kl, model.posterior, model.elbo, model.score):
        assert peak(use, images) < 30


def test_a_file_is_trained_on_without_a_copy_of_it(images):
    """In its own dtype; any other, or standardize, takes one copy and not more."""
    batches = {"epochs": 1, "batch_size": 500, "random_state": 0}
    assert peak(Autoencoder(8, dtype="float32", **batches).fit, images) < 15
    assert peak(Autoencoder(8, **batches).fit, images) < 60 + 25
    assert peak(Autoencoder(8, standardize=True, **batches).fit, images) < 60 + 25


def test_metrics_of_files_need_a_piece(images):
    for metric in (metrics.mse, metrics.mae, metrics.max_error, metrics.explained_variance):
        assert peak(metric, images, images[::-1]) < 20
