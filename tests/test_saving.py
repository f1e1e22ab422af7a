"""A loaded estimator is the saved one, and files that hold none are refused."""

import io
import json
import os
import stat
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from effort import FUZZ
from family import FAMILY, PIXELS, SEEDS, VARIATIONAL, make, plain

from aehelpers import Autoencoder, load
from aehelpers.estimator import Estimator, NotFittedError
from aehelpers.saving import ARRAYS, VERSION, from_json, to_json

OLD_FILES = Path(__file__).parent / "saved"  # written in November 2026, to be loaded for ever

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


@pytest.mark.parametrize("name", sorted(path.stem for path in OLD_FILES.glob("[!e]*.npz")))
def test_a_file_of_the_first_format_is_loaded_for_ever(name):
    expected = np.load(OLD_FILES / "expected.npz")
    model = load(OLD_FILES / f"{name}.npz")
    np.testing.assert_allclose(model.reconstruct(expected["X"]), expected[name], rtol=1e-5)
    assert {len(values) for values in model.history_.values()} == {3}
    model.partial_fit(expected["X"])


def test_the_names_of_the_features_are_saved(tmp_path, X):
    frame = pd.DataFrame(X, columns=list("abcd"))
    plain().fit(frame).save(tmp_path / "model")
    model = load(tmp_path / "model")
    np.testing.assert_array_equal(model.feature_names_in_, list("abcd"))
    with pytest.raises(ValueError, match="same order"):
        model.transform(frame[list("dcba")])


# ---- what cannot be saved --------------------------------------------------------------------


def test_an_argument_that_no_file_can_hold_is_refused_and_the_old_file_stays(tmp_path, X):
    path = tmp_path / "model"
    model = plain().fit(X)
    model.save(path)
    before = path.read_bytes()
    model.run_.params["random_state"] = print
    with pytest.raises(TypeError, match="argument <built-in function print> cannot be saved"):
        model.save(path)
    model.run_.params["random_state"] = 0
    model.theta_[0] = np.nan
    with pytest.raises(ValueError, match="theta must be float64.*finite"):
        model.save(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_two_classes_of_one_name_cannot_be_told_apart(tmp_path, X, monkeypatch):
    monkeypatch.setattr(Estimator, "registry", Estimator.registry.copy())
    first = type("Mine", (Autoencoder,), {"__module__": "one"})
    type("Mine", (Autoencoder,), {"__module__": "other"})
    with pytest.raises(ValueError, match="other.Mine'> has the same name as .*one.Mine'>"):
        first(epochs=1).fit(X).save(tmp_path / "model")


@pytest.mark.parametrize("where", ["write", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_or_a_kill_leaves_the_old_file(where, error, tmp_path, X, monkeypatch):
    path = tmp_path / "model"
    plain().fit(X).save(path)
    before = path.read_bytes()

    def fail(*_):
        raise error

    if where == "write":
        monkeypatch.setattr("builtins.open", lambda *_, **__: fail())
    else:
        monkeypatch.setattr(os, where, fail)
    with pytest.raises(type(error)):
        plain(random_state=1).fit(X).save(path)
    monkeypatch.undo()
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions and links are those of Unix")
def test_permissions_and_links_stay_as_they_are(tmp_path, X):
    model = plain().fit(X)
    model.save(tmp_path / "new")
    (tmp_path / "touched").touch()
    modes = [(tmp_path / name).stat().st_mode for name in ("new", "touched")]
    assert modes[0] == modes[1]
    (tmp_path / "new").chmod(0o640)
    (tmp_path / "link").symlink_to(tmp_path / "new")
    model.save(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    for no_file in (tmp_path, "/dev/null"):
        with pytest.raises(ValueError, match="is a folder or a device: give the path"):
            model.save(no_file)


# ---- what cannot be loaded -------------------------------------------------------------------


def test_files_that_are_no_saved_autoencoder_are_refused(tmp_path, X):
    np.savez(tmp_path / "arrays.npz", X=X)
    np.savez(tmp_path / "header.npz", header="{}")
    np.savez(tmp_path / "pickle.npz", header=np.array([print], object))
    np.save(tmp_path / "array.npy", X)
    (tmp_path / "text").write_text("hello")
    (tmp_path / "nothing").touch()
    for path in tmp_path.iterdir():
        with pytest.raises(ValueError, match=f"{path.name} is not a saved autoencoder"):
            load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing")


def contents(path):
    """{name: array} of a saved file; the header is a dict."""
    with np.load(path) as file:
        arrays = dict(file)
    return arrays | {"header": json.loads(str(arrays["header"]))}


def rewrite(path, arrays, **header):
    """Write a file as a forger would: its sums are right."""
    np.savez(path, **arrays | {"header": json.dumps(arrays["header"] | header)})
    os.replace(f"{path}.npz", path)


FORGED = {  # {what: (changes of the arrays, changes of the header, message)}
    "newer": ({}, {"version": VERSION + 1}, "version 2, and this aehelpers reads 1: a newer"),
    "no version of ours": ({}, {"version": "1"}, "version '1'"),
    "class": ({}, {"class": "Nothing"}, "class Nothing is not known here"),
    "no autoencoder": ({}, {"class": "PCA", "params": {"n_components": 1}}, "check_arguments"),
    "argument": ({}, {"params": {"hiden": [3]}}, "no parameter 'hiden', did you mean 'hidden'"),
    "value": ({}, {"params": {"activation": "sin"}}, "activation must be one of"),
    "another size": ({}, {"params": {"latent_dim": 3}}, r"theta must be float64 \(31,\)"),
    "bomb": ({}, {"params": {"latent_dim": 10**15, "tied": True}}, "theta must be float64"),
    "code": (
        {},
        {"params": {"random_state": {"Generator": {"bit_generator": "test"}}}},
        "'test'",
    ),
    "names": ({}, {"feature_names": ["a"]}, "feature_names must be 4 words"),
    "theta cut": ({"theta": np.zeros(3)}, {}, r"theta must be float64 \(22,\), and finite"),
    "theta nan": ({"theta": np.full(22, np.nan)}, {}, "theta must be float64"),
    "single": ({"theta": np.zeros(22, "f4")}, {}, "theta must be float64"),
    "square": ({"theta": np.zeros((22, 1))}, {}, r"theta.npy has float64 numbers of shape"),
    "scale": ({"scale": np.zeros(4)}, {}, r"scale must be float \(4,\), finite, above 0"),
    "scale cut": ({"scale": np.ones(3)}, {}, r"scale must be float \(4,\)"),
    "mean": ({"mean": np.full(4, np.inf)}, {}, "mean must be float"),
    "history": ({"loss": np.zeros(2, "f4")}, {}, "must be one float64 for each epoch"),
    "whole numbers": ({"mean": np.zeros(4, int)}, {}, "mean.npy has int64 numbers"),
    "more": ({"more": np.zeros(4)}, {}, "it has .*more"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_file_is_refused_by_what_is_wrong(what, tmp_path, X):
    path = tmp_path / "model"
    plain().fit(X).save(path)
    arrays, header, message = FORGED[what]
    rewrite(path, contents(path) | arrays, **header)
    with pytest.raises(ValueError, match=f"is not a saved autoencoder: .*{message}"):
        load(path)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_file_that_lacks_an_array_is_refused(name, tmp_path, X):
    path = tmp_path / "model"
    plain().fit(X, validation=X).save(path)
    with np.load(path) as file:
        arrays = {each: file[each] for each in file if each != name}
    np.savez(tmp_path / "less.npz", **arrays)
    with pytest.raises(ValueError, match=f"is not a saved autoencoder: .*'{name}'"):
        load(tmp_path / "less.npz")


def test_a_bomb_takes_no_memory(tmp_path):
    """Neither a compressed array nor one whose header promises more than the file holds."""
    np.savez_compressed(tmp_path / "bomb.npz", theta=np.zeros(10**7), header="{}")
    with pytest.raises(ValueError, match="theta.npy is compressed, and no saved array is"):
        load(tmp_path / "bomb.npz")
    promise = io.BytesIO()
    shape = {"shape": (10**12,), "fortran_order": False, "descr": "<f8"}
    np.lib.format.write_array_header_1_0(promise, shape)
    with zipfile.ZipFile(tmp_path / "promise.npz", "w") as file:
        file.writestr("theta.npy", promise.getvalue() + bytes(80))
    with pytest.raises(ValueError, match=r"theta.npy has 80 bytes for float64 \(10"):
        load(tmp_path / "promise.npz")


def damaged(content, other, rng):
    """The bytes of a file after a random accident; `other` is another file."""
    content, n = bytearray(content), len(content)
    start, length = rng.integers(1, n), int(rng.integers(1, 200))
    accident = rng.integers(6)
    if accident == 0:  # truncated
        return bytes(content[:start])
    if accident == 1:  # some bits are flipped
        for place in rng.integers(n, size=rng.integers(1, 5)):
            content[place] ^= 1 << rng.integers(8)
    elif accident == 2:  # overwritten
        content[start : start + length] = rng.bytes(min(length, n - start))
    elif accident == 3:  # a part is lost
        del content[start : start + length]
    elif accident == 4:  # a part came in between
        content[start:start] = rng.bytes(length)
    else:  # the end of another file
        content[start:] = other[start:]
    return bytes(content)


N_DAMAGED = 10_000 * (20 if FUZZ else 1)


def test_a_damaged_file_is_refused_or_still_the_same(tmp_path, X):
    """Nothing but a ValueError, and never another model in silence."""
    files = []
    for name, model in {"one": plain(hidden=(3,)), "other": make("variational")}.items():
        model.fit(X, validation=X).save(tmp_path / name)
        files.append((tmp_path / name).read_bytes())
    whole = {repr(model): model for model in map(load, tmp_path.iterdir())}
    seed = np.random.SeedSequence().entropy if FUZZ else 0
    print(f"{N_DAMAGED} damaged files, seed {seed}")
    rng, path, refused = np.random.default_rng(seed), tmp_path / "damaged", 0
    for _ in range(N_DAMAGED):
        path.write_bytes(damaged(*files, rng))
        try:
            model = load(path)
        except ValueError:
            refused += 1
        else:
            original = whole[repr(model)]
            np.testing.assert_array_equal(model.theta_, original.theta_)
            np.testing.assert_array_equal(model.scale_, original.scale_)
            assert set(model.history_) == set(original.history_)
            np.testing.assert_array_equal(model.history_["loss"], original.history_["loss"])
    assert 0.9 * N_DAMAGED < refused < N_DAMAGED


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
