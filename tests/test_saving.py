"""A loaded estimator is the saved one, and files that hold none are refused."""

import json

import numpy as np
import pytest
from family import FAMILY, PIXELS, SEEDS, VARIATIONAL, make, plain

from aehelpers import Autoencoder, load
from aehelpers.estimator import Estimator, NotFittedError
from aehelpers.saving import from_json, to_json

SETTINGS = [("plain", {"hidden": [6, 3], "standardize": True}), ("plain", PIXELS)]
SETTINGS += [(member, {}) for member in FAMILY]
SETTINGS += [("convolutional", {"image_shape": [1, 4], "channels": [np.int64(3)]})]


@pytest.mark.parametrize("seed", [5, np.int64(5), None])
@pytest.mark.parametrize("member, settings", SETTINGS, ids=str)
def test_a_loaded_estimator_is_the_saved_one(member, settings, seed, X, tmp_path):
    path = tmp_path / "a model"  # save adds no ending
    model = make(member, learning_rate=np.float64(0.01), random_state=seed, **settings)
    model.fit(X, validation=X[:5]).save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["a model"]
    twin = load(str(path))
    assert type(twin) is type(model) and twin.hidden == tuple(model.hidden)
    assert set(twin.history_) == {"loss", "validation_loss"}
    for name, values in model.history_.items():
        np.testing.assert_array_equal(twin.history_[name], values)
    for name, values in model.weights_.items():
        np.testing.assert_array_equal(twin.weights_[name], values)
    np.testing.assert_array_equal(twin.reconstruct(X), model.reconstruct(X))
    if member in VARIATIONAL:
        assert twin.elbo(X, 5, random_state=0) == model.elbo(X, 5, random_state=0)
        np.testing.assert_array_equal(twin.sample(5, 0), model.sample(5, 0))
    if seed is not None:
        np.testing.assert_array_equal(twin.fit(X).theta_, model.fit(X).theta_)
    assert np.isfinite(twin.partial_fit(X).theta_).all()


@pytest.mark.parametrize("kind", [np.random.default_rng, np.random.RandomState])
def test_a_loaded_generator_continues_from_its_saved_state(kind, X, tmp_path):
    model = plain(random_state=kind(5)).fit(X)
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").fit(X).theta_, model.fit(X).theta_)


@pytest.mark.parametrize("seed", ["PCG64", "MT19937", "RandomState"])
def test_a_generator_comes_back_from_json_in_the_same_state(seed):
    rng = SEEDS[seed]()
    rng.standard_normal(3)  # after an odd number, a RandomState holds one draw back
    twin = json.loads(json.dumps(rng, default=to_json), object_hook=from_json)
    assert type(twin) is type(rng)
    np.testing.assert_array_equal(twin.standard_normal(7), rng.standard_normal(7))


def test_files_that_are_no_saved_autoencoder_are_refused(tmp_path, X):
    np.savez(tmp_path / "arrays.npz", X=X)
    np.savez(tmp_path / "header.npz", header="{}")
    np.save(tmp_path / "array.npy", X)
    (tmp_path / "text").write_text("hello")
    (tmp_path / "nothing").touch()
    for path in tmp_path.iterdir():
        with pytest.raises(ValueError, match=f"{path.name} is not a saved autoencoder"):
            load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing")


@pytest.fixture
def saved_subclass(X, tmp_path, monkeypatch):
    """A class that a reader has defined, and the path of a fitted estimator of that class."""
    monkeypatch.setattr(Estimator, "registry", Estimator.registry.copy())  # for this test alone

    class Mine(Autoencoder):
        def reconstruct(self, X):
            return np.clip(super().reconstruct(X), 0, 1)

    path = tmp_path / "mine"
    Mine(epochs=1, random_state=0).fit(X).save(path)
    return Mine, path


def test_an_estimator_of_a_readers_own_class_is_loaded_as_that_class(saved_subclass):
    kind, path = saved_subclass
    assert type(load(path)) is kind


def test_a_class_that_is_not_defined_here_is_named(saved_subclass, monkeypatch):
    kind, path = saved_subclass
    monkeypatch.delitem(
        Estimator.registry, kind.__name__
    )  # as in a session that lacks the class
    with pytest.raises(
        ValueError,
        match="mine is not a saved autoencoder.*the class Mine is not known here: import",
    ):
        load(path)


def test_an_unfitted_estimator_is_not_saved(tmp_path):
    with pytest.raises(NotFittedError):
        plain().save(tmp_path / "model")
    assert not list(tmp_path.iterdir())
