"""The family: its gradients, what its words mean, what it says when it cannot go on."""

import os
import signal
from functools import partial

import numpy as np
import pytest
from family import FAMILY, PIXELS, VARIATIONAL, make
from sklearn.base import clone

from aehelpers import Autoencoder, load
from aehelpers.autoencoders import NotFittedError
from aehelpers.checks import check_gradient
from aehelpers.optimizers import Adam

USES = ["transform", "inverse_transform", "reconstruct", "score"]
small = partial(make, "plain")


@pytest.fixture
def X(rng):
    return rng.random((30, 4))


# ---- the gradient --------------------------------------------------------------------------


@pytest.mark.parametrize("axes", [(), (3,)], ids=str)
@pytest.mark.parametrize("code_noise", [0.0, 0.3])
@pytest.mark.parametrize("hidden", [(), (5,), (6, 3)], ids=str)
@pytest.mark.parametrize(
    "loss, output",
    [
        ("squared_error", "identity"),
        ("squared_error", "sigmoid"),
        ("squared_error", "relu"),
        ("bernoulli", "sigmoid"),
    ],
)
@pytest.mark.parametrize("latent", [None, "identity", "sigmoid"])
@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh", "relu"])
def test_gradient(activation, latent, loss, output, hidden, code_noise, axes, rng):
    model = Autoencoder(
        2, hidden, activation, latent, output, loss, code_noise=code_noise, random_state=0
    )
    X = rng.random((6, 4))
    size = model.set_params(epochs=0).fit(X).theta_.size
    theta = 0.7 * rng.standard_normal((*axes, size))
    check_gradient(lambda theta: model.loss_and_grad(theta, X, np.random.default_rng(1)), theta)


@pytest.mark.parametrize("axes", [(), (3,), (2, 3)], ids=str)
@pytest.mark.parametrize("member", FAMILY)
def test_gradient_of_each(member, axes, X, rng):
    model = make(member, epochs=0).fit(X)
    theta = 0.5 * rng.standard_normal((*axes, model.theta_.size))
    check_gradient(lambda theta: model.loss_and_grad(theta, X, np.random.default_rng(1)), theta)


@pytest.mark.parametrize("latent", [None, "identity"])
def test_each_activation_is_where_it_was_asked_for(latent, X):
    model = small(hidden=(3,), latent_activation=latent, output_activation="sigmoid").fit(X)
    W_e1, b_e1, W_e2, b_e2, W_d1, b_d1, W_d2, b_d2 = model.weights_.values()
    code = np.tanh(X @ W_e1 + b_e1) @ W_e2 + b_e2
    Z = np.tanh(code) if latent is None else code
    np.testing.assert_allclose(model.transform(X), Z, rtol=1e-12)
    logit = np.tanh(Z @ W_d1 + b_d1) @ W_d2 + b_d2
    np.testing.assert_allclose(model.reconstruct(X), 1 / (1 + np.exp(-logit)), rtol=1e-12)


def test_the_loss_is_in_the_units_of_the_network(X):
    model = small(standardize=True).fit(X)
    loss, _ = model.loss_and_grad(model.theta_, X)
    scaled = (model.reconstruct(X) - X) / X.std(axis=0)
    assert loss == pytest.approx((scaled**2).sum() / (2 * len(X)))


def test_bernoulli_is_taken_of_the_logit(X):
    """At weights that saturate the sigmoid the slope neither vanishes nor overflows."""
    model = small(**PIXELS).fit(X)
    with np.errstate(under="ignore"):  # e^-1000 is 0, which is right here
        loss, grad = model.loss_and_grad(1000 * model.theta_, X)
    assert np.isfinite(loss) and abs(grad).max() > 0.01


def test_noise_fades(X, monkeypatch):
    from aehelpers import autoencoders

    scales, noise = [], autoencoders.GaussianNoise
    monkeypatch.setattr(
        autoencoders, "GaussianNoise", lambda scale: scales.append(scale) or noise(scale)
    )
    small(code_noise=0.4, code_noise_fade=0.5, epochs=8, batch_size=None).fit(X)
    np.testing.assert_allclose(scales[-8:], [0.4, 0.3, 0.2, 0.1, 0, 0, 0, 0], atol=1e-16)


# ---- fit -----------------------------------------------------------------------------------


def test_fit_returns_self_and_sets_what_ends_in_an_underscore(X):
    model = small(hidden=(3,))
    before = model.get_params()
    assert model.fit(X, y=np.arange(30)) is model
    assert model.get_params() == before
    assert model.n_features_in_ == 4
    assert model.history_["loss"].shape == (3,) and list(model.history_) == ["loss"]
    assert model.transform(X).shape == (30, 2)
    assert model.inverse_transform(np.zeros((5, 2))).shape == (5, 4)
    np.testing.assert_array_equal(
        model.reconstruct(X), model.inverse_transform(model.transform(X))
    )
    assert model.score(X) == pytest.approx(-((X - model.reconstruct(X)) ** 2).mean())
    np.testing.assert_array_equal(small(hidden=(3,)).fit_transform(X), model.transform(X))


def test_the_seed_decides(X):
    theta = small(code_noise=0.1).fit(X).theta_
    again = small(code_noise=0.1)
    np.testing.assert_array_equal(again.fit(X).theta_, theta)
    np.testing.assert_array_equal(again.fit(X).theta_, theta)  # from a new start
    for other in (1, np.random.RandomState(0), np.random.default_rng(1), None):
        assert (small(code_noise=0.1, random_state=other).fit(X).theta_ != theta).any()
    same = small(code_noise=0.1, random_state=np.random.default_rng(0)).fit(X)
    np.testing.assert_array_equal(same.theta_, theta)


# ---- on disk -------------------------------------------------------------------------------

SETTINGS = [("plain", {"hidden": [6, 3], "standardize": True}), ("plain", PIXELS)]
SETTINGS += [(member, {}) for member in FAMILY]
SETTINGS += [("convolutional", {"image_shape": [1, 4], "channels": [np.int64(3)]})]


@pytest.mark.parametrize("seed", [5, np.int64(5), None])
@pytest.mark.parametrize("member, settings", SETTINGS, ids=str)
def test_saved_and_loaded(member, settings, seed, X, tmp_path):
    path = tmp_path / "a model"  # written where it says, with no ending added
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
def test_a_saved_generator_goes_on_from_where_it_was(kind, X, tmp_path):
    model = small(random_state=kind(5)).fit(X)
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").fit(X).theta_, model.fit(X).theta_)


def test_other_files_are_not_models(tmp_path, X):
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


def test_an_unfitted_model_is_not_saved(tmp_path):
    with pytest.raises(NotFittedError):
        small().save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


# ---- what it says --------------------------------------------------------------------------


def test_standardized_needs_a_fit_even_for_a_loss(X):
    with pytest.raises(NotFittedError):
        small(standardize=True).loss_and_grad(np.zeros(22), X)


@pytest.mark.parametrize("use", [*USES, "partial_fit"])
def test_wrong_width(use, X):
    model = small(latent_dim=3).fit(X)
    expected = 3 if use == "inverse_transform" else 4
    with pytest.raises(ValueError, match=f"has 7 features, but {expected} are expected"):
        getattr(model, use)(np.zeros((5, 7)))


BAD_DATA = {
    "text": [["a", "b"]],
    "object": np.array([[1, None]]),
    "complex": np.ones((2, 4)) * 1j,
    "1-D": np.ones(4),
    "3-D": np.ones((2, 2, 2)),
    "empty": np.ones((0, 4)),
    "nan": np.full((2, 4), np.nan),
    "inf": np.full((2, 4), np.inf),
}


@pytest.mark.parametrize("what", BAD_DATA)
def test_unusable_data(what, X):
    with pytest.raises((ValueError, TypeError), match="^X "):
        small().fit(BAD_DATA[what])
    model = small().fit(X)
    theta = model.theta_
    for call in (model.fit, model.partial_fit, model.transform, model.score):
        with pytest.raises((ValueError, TypeError), match="^X "):
            call(BAD_DATA[what])
    with pytest.raises((ValueError, TypeError), match="^validation "):
        model.fit(X, validation=BAD_DATA[what])
    assert model.theta_ is theta  # nothing was lost


def test_validation_of_another_width_loses_nothing(X):
    model = small()
    with pytest.raises(ValueError, match="validation has 3 features, but 4 are expected"):
        model.fit(X, validation=X[:, :3])
    assert not hasattr(model, "theta_")


@pytest.mark.parametrize(
    "name, values, error, message",
    [
        ("latent_dim", [0, -1, 2.5, True, "2", None], ValueError, "whole number, at least 1"),
        ("epochs", [-1, 2.5, "many", None], ValueError, "whole number, at least 0"),
        ("batch_size", [0, 2.5, True, "all"], ValueError, "whole number, at least 1"),
        (
            "hidden",
            [128, "128", None],
            TypeError,
            r"hidden must be a tuple of widths.*\(128,\)",
        ),
        ("hidden", [(8, 0), (2.5,), (True,)], ValueError, "a width in hidden must be a whole"),
        ("learning_rate", [0, -1, np.nan, np.inf, "0.1", None], ValueError, "finite.*above 0"),
        ("code_noise", [-1, np.nan, "a", None], ValueError, "finite number, at least 0"),
        ("code_noise_fade", [0, -1, np.nan, "a"], ValueError, "finite number, above 0"),
        ("init_scale", [-1, np.nan, "a", None], ValueError, "finite number, at least 0"),
        ("random_state", ["a", 2.5, True], TypeError, "random_state must be None, an int"),
    ],
)
@pytest.mark.parametrize("verbose", [False, True])
def test_unusable_arguments(name, values, error, message, verbose, X):
    for value in values:
        model = small(**{name: value}, verbose=verbose)  # stored without a look
        with pytest.raises(error, match=message):
            model.fit(X)
        assert not hasattr(model, "theta_")


@pytest.mark.parametrize(
    "name",
    [
        "activation",
        "latent_activation",
        "output_activation",
        "loss",
        "optimizer",
        "schedule",
        "dtype",
    ],
)
@pytest.mark.parametrize("value", ["softmax", np.tanh, ["tanh"], {}, 3], ids=str)
def test_unknown_names(name, value, X):
    with pytest.raises(ValueError, match=f"{name} must be one of .*, got ") as error:
        small(**{name: value}).fit(X)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize("bad", [{"output_activation": "identity"}, {"standardize": True}])
def test_bernoulli_needs_a_probability(bad, X):
    with pytest.raises(
        ValueError, match="needs output_activation='sigmoid' and standardize=False"
    ):
        small(**{**PIXELS, **bad}).fit(X)


def test_bernoulli_needs_data_from_0_to_1(X):
    model, message = small(**PIXELS), r"needs data in \[0, 1\], {} goes from .* to 3"
    beyond = np.vstack([X, [[3, 0, 0, 0]]])
    with pytest.raises(ValueError, match=message.format("X")):
        model.fit(beyond)
    with pytest.raises(ValueError, match=message.format("validation")):
        model.fit(X, validation=beyond)
    with pytest.raises(ValueError, match=message.format("X")):
        model.fit(X).partial_fit(beyond)


@pytest.mark.parametrize("change", [{"latent_dim": 1}, {"hidden": (3,)}, {"activation": "relu"},
                                    {"standardize": True}, {"dtype": "float32"}])  # fmt: skip
def test_arguments_take_effect_at_the_next_fit(change, X, tmp_path):
    model = small().fit(X)
    Z, X_hat, shapes = model.transform(X), model.reconstruct(X), list(model.weights_)
    model.set_params(**change)
    model.save(tmp_path / "model.npz")
    for same in (model, load(tmp_path / "model.npz")):
        np.testing.assert_array_equal(same.transform(X), Z)
        np.testing.assert_array_equal(same.reconstruct(X), X_hat)
        assert list(same.weights_) == shapes
    refitted = model.fit(X).reconstruct(X)
    assert refitted.dtype != X_hat.dtype or np.abs(refitted - X_hat).max() > 1e-6


# ---- learning ------------------------------------------------------------------------------


def test_validation_is_recorded_without_noise(X):
    model = small(code_noise=0.5, epochs=5).fit(X, validation=X[:7])
    assert model.history_["validation_loss"].shape == (5,)
    loss, _ = model.loss_and_grad(model.theta_, X[:7])
    assert model.history_["validation_loss"][-1] == loss
    np.testing.assert_array_equal(model.theta_, small(code_noise=0.5, epochs=5).fit(X).theta_)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_partial_fit_goes_on_where_it_stopped(optimizer, X):
    model = small(optimizer=optimizer, code_noise=0.1, standardize=True)
    for _ in range(3):
        assert model.partial_fit(X) is model
    whole = small(optimizer=optimizer, code_noise=0.1, standardize=True).fit(X)
    np.testing.assert_array_equal(model.theta_, whole.theta_)
    np.testing.assert_array_equal(model.history_["loss"], whole.history_["loss"])


def test_fit_steps_shows_each_epoch(X):
    model = small()
    lengths = [len(shown.history_["loss"]) for shown in model.fit_steps(X)]
    assert lengths == [1, 2, 3]
    np.testing.assert_array_equal(model.theta_, small().fit(X).theta_)


@pytest.mark.parametrize("n, batch_size", [(1, 64), (1, None), (30, 1000), (30, 30), (30, 1)])
def test_any_batch_size(n, batch_size, X):
    model = small(batch_size=batch_size, hidden=(3,)).fit(X[:n])
    assert model.transform(X[:1]).shape == (1, 2)
    assert np.isfinite(model.theta_).all()


def test_no_epoch_gives_the_start(X):
    model = small(epochs=0, init_scale=0).fit(X)
    assert not model.theta_.any() and model.history_["loss"].shape == (0,)


@pytest.mark.parametrize(
    "settings", [{}, {"standardize": True}, PIXELS, {"schedule": "cosine"}]
)
def test_float32_stays(settings, X):
    model = small(
        dtype="float32", hidden=(3,), code_noise=np.float64(0.1), **settings
    ).set_params(learning_rate=np.float64(0.01))
    model.fit(X, validation=X)
    Z = model.transform(X)
    arrays = [model.theta_, Z, model.inverse_transform(Z), model.reconstruct(X)]
    arrays += [*model.weights_.values(), model.loss_and_grad(model.theta_, X)[1]]
    assert {array.dtype.name for array in arrays} == {"float32"}


def test_standardize_keeps_the_units(rng):
    X = rng.random((50, 4)) * [1, 1000, 1e-3, 0] + [0, 5000, 7, 0.1]
    model = small(hidden=(16,), latent_dim=3, standardize=True, epochs=300).fit(X)
    np.testing.assert_allclose(model.mean_, X.mean(axis=0))
    np.testing.assert_allclose(model.scale_, [*X[:, :3].std(axis=0), 1])
    error = np.sqrt(((X - model.reconstruct(X)) ** 2).mean(axis=0))
    assert (error[:3] < 0.5 * X.std(axis=0)[:3]).all()
    assert error[3] < 1
    assert abs(model.transform(X + [0, 0, 0, 0.1])).max() <= 1  # a constant feature may move


def test_weights_are_views(X):
    shallow, deep = small().fit(X), small(hidden=(6, 3)).fit(X)
    assert {name: w.shape for name, w in shallow.weights_.items()} == {
        "W_e": (4, 2), "b_e": (1, 2), "W_d": (2, 4), "b_d": (1, 4),
    }  # fmt: skip
    assert list(deep.weights_) == [
        "W_e1", "b_e1", "W_e2", "b_e2", "W_e3", "b_e3",
        "W_d1", "b_d1", "W_d2", "b_d2", "W_d3", "b_d3",
    ]  # fmt: skip
    w = shallow.weights_
    np.testing.assert_allclose(shallow.transform(X), np.tanh(X @ w["W_e"] + w["b_e"]))
    np.testing.assert_allclose(
        shallow.reconstruct(X), shallow.transform(X) @ w["W_d"] + w["b_d"], atol=1e-15
    )
    for number, view in enumerate(deep.weights_.values()):
        view[:] = number
    np.testing.assert_array_equal(np.unique(deep.theta_), range(12))


# ---- trouble on the way --------------------------------------------------------------------


class Clock:
    """Time that passes only when an optimiser steps."""

    def __init__(self, monkeypatch, per_step):
        self.now, step = 0.0, Adam.step

        def slow(*args):
            self.now += per_step
            step(*args)

        monkeypatch.setattr(Adam, "step", slow)
        monkeypatch.setattr("tqdm.std.time", lambda: self.now)


@pytest.mark.parametrize(
    "seconds, verbose, shown", [(0.9, True, False), (3, True, True), (3, False, False)]
)
def test_a_bar_only_if_it_takes_longer_than_a_second(
    seconds, verbose, shown, X, monkeypatch, capsys
):
    Clock(monkeypatch, seconds / 10)
    small(epochs=10, batch_size=None, verbose=verbose).fit(X)
    printed = capsys.readouterr()
    assert ("10/10" in printed.err) == shown and not printed.out
    assert shown or not printed.err


def test_divergence_says_so_and_loses_nothing(X):
    model = small(optimizer="sgd", output_activation="identity", activation="identity",
                  learning_rate=50.0, epochs=500)  # fmt: skip
    with pytest.raises(
        FloatingPointError, match=r"diverged at epoch \d+.*learning_rate below 50$"
    ):
        model.fit(X)
    assert np.isfinite(model.theta_).all() and np.isfinite(model.history_["loss"]).all()
    assert 0 < len(model.history_["loss"]) < 500
    np.testing.assert_array_equal(
        model.theta_, model.set_params(epochs=len(model.history_["loss"])).fit(X).theta_
    )
    model.set_params(learning_rate=0.01).fit(X)
    fresh = clone(model).fit(X)
    np.testing.assert_array_equal(model.theta_, fresh.theta_)


def interrupt(monkeypatch, at_step):
    step, steps = Adam.step, []

    def impatient(*args):
        steps.append(1)
        if len(steps) == at_step:
            raise KeyboardInterrupt
        step(*args)

    monkeypatch.setattr(Adam, "step", impatient)


@pytest.mark.parametrize("verbose", [False, True])
def test_ctrl_c_keeps_what_was_learnt(verbose, X, monkeypatch, capsys):
    interrupt(monkeypatch, at_step=5)
    model = small(epochs=10, batch_size=None, verbose=verbose)
    with pytest.warns(
        UserWarning, match="after epoch 4 of 10; what was learnt is kept"
    ) as seen:
        assert model.fit(X) is model
    assert seen[0].filename == __file__  # it points at the call
    assert len(model.history_["loss"]) == 4
    four = small(epochs=4, batch_size=None).fit(X)
    np.testing.assert_array_equal(model.theta_, four.theta_)
    assert model.transform(X).shape == (30, 2)


def test_ctrl_c_before_anything_was_learnt_goes_through(X, monkeypatch):
    interrupt(monkeypatch, at_step=1)
    with pytest.raises(KeyboardInterrupt):
        small().fit(X)


@pytest.mark.skipif(os.name == "nt", reason="a process sends itself SIGINT the POSIX way")
def test_ctrl_c_as_the_keyboard_sends_it(X, monkeypatch):
    step, steps = Adam.step, []

    def pressed(*args):
        step(*args)
        steps.append(1)
        if len(steps) == 20:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Adam, "step", pressed)
    with pytest.warns(UserWarning, match="training stopped by hand after epoch"):
        model = small(epochs=1000).fit(X)
    assert np.isfinite(model.reconstruct(X)).all()
