"""Fitting an autoencoder: what it sets, what it refuses, and what is kept if it stops early."""

import copy
import os
import signal

import numpy as np
import pytest
from family import DENOISING, FAMILY, PIXELS, VARIATIONAL, make, plain, unchanged
from sklearn.base import clone

from aehelpers import load
from aehelpers.estimator import NotFittedError
from aehelpers.optimizers import InPlaceAdam

# ---- fit -----------------------------------------------------------------------------------


def test_fit_returns_self_and_sets_the_fitted_attributes(X):
    model = plain(hidden=(3,))
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
    np.testing.assert_array_equal(plain(hidden=(3,)).fit_transform(X), model.transform(X))


def test_equal_seeds_give_equal_results(X):
    theta = plain(code_noise=0.1).fit(X).theta_
    again = plain(code_noise=0.1)
    np.testing.assert_array_equal(again.fit(X).theta_, theta)
    np.testing.assert_array_equal(again.fit(X).theta_, theta)  # fit starts anew
    for other in (1, np.random.RandomState(0), np.random.default_rng(1), None):
        assert (plain(code_noise=0.1, random_state=other).fit(X).theta_ != theta).any()
    same = plain(code_noise=0.1, random_state=np.random.default_rng(0)).fit(X)
    np.testing.assert_array_equal(same.theta_, theta)


def test_zero_epochs_return_the_initial_weights(X):
    model = plain(epochs=0, init_scale=0).fit(X)
    assert not model.theta_.any() and model.history_["loss"].shape == (0,)


def test_the_loss_is_computed_in_the_units_of_the_network(X):
    model = plain(standardize=True).fit(X)
    loss, _ = model.loss_and_grad(model.theta_, X)
    scaled = (model.reconstruct(X) - X) / X.std(axis=0)
    assert loss == pytest.approx((scaled**2).sum() / (2 * len(X)))


@pytest.mark.parametrize("member", FAMILY)
def test_the_validation_loss_is_recorded_without_noise(member, X):
    model = make(member).fit(X, validation=X[:7])
    assert model.history_["validation_loss"].shape == (3,)
    loss, _ = model.loss_and_grad(model.theta_, X[:7])
    assert model.history_["validation_loss"][-1] == loss
    np.testing.assert_array_equal(model.theta_, make(member).fit(X).theta_)


@pytest.mark.parametrize(
    "member, settings",
    [("plain", {"optimizer": "sgd"}), ("plain", {"optimizer": "momentum"})]
    + [("plain", {"code_noise": 0.1})]
    + [(member, {"batch_size": 8}) for member in FAMILY],
    ids=str,
)
def test_partial_fit_three_times_is_fit_for_three_epochs(member, settings, X):
    model = make(member, **settings)
    for _ in range(3):
        assert model.partial_fit(X) is model
    whole = make(member, **settings).fit(X)
    np.testing.assert_array_equal(model.theta_, whole.theta_)
    np.testing.assert_array_equal(model.history_["loss"], whole.history_["loss"])


def test_partial_fit_cannot_begin_with_standardize(X):
    """The first piece of sorted data would set mean and deviation for all."""
    X = np.sort(X, axis=0)
    model = plain(standardize=True)
    with pytest.raises(ValueError, match="partial_fit sees a piece: call fit with a sample of"):
        model.partial_fit(X[:10])
    assert not hasattr(model, "theta_")
    model.set_params(epochs=0).fit(X)
    for piece in (X[:10], X[10:20], X[20:]):
        model.partial_fit(piece)
    np.testing.assert_allclose(model.mean_, X.mean(axis=0))
    np.testing.assert_allclose(model.scale_, X.std(axis=0))


def test_standardize_that_is_set_after_the_fit_asks_for_another(X):
    model = plain().fit(X).set_params(standardize=True)
    with pytest.raises(
        NotFittedError, match="standardize was set after the fit: call fit again"
    ):
        model.loss_and_grad(model.theta_, X)
    np.testing.assert_array_equal(model.transform(X), plain().fit(X).transform(X))


def test_loss_and_grad_refuses_what_does_not_fit_together(X):
    model = plain()
    for theta, samples in ((np.zeros(21), X), (np.zeros(22, int), X), (np.zeros(22), X[0])):
        with pytest.raises(ValueError, match=r"expected theta \(..., \d+\) of float numbers"):
            model.loss_and_grad(theta, samples)
    with pytest.raises(ValueError, match="activation must be one of"):
        plain(activation="sin").loss_and_grad(np.zeros(22), X)
    with pytest.raises(ValueError, match=r"theta must be \(..., 22\), got shape \(21,\)"):
        model.fit(X).unpack(np.zeros(21))


@pytest.mark.parametrize("name", ["standardize", "tied", "verbose"])
def test_a_flag_that_is_no_truth_value_is_refused(name, X):
    with pytest.raises(TypeError, match=f"{name} must be True or False, got 'no'"):
        plain(**{name: "no"}).fit(X)
    plain(**{name: np.False_}).fit(X)


def test_fit_steps_yields_after_each_epoch(X):
    model = plain()
    lengths = [len(shown.history_["loss"]) for shown in model.fit_steps(X)]
    assert lengths == [1, 2, 3]
    np.testing.assert_array_equal(model.theta_, plain().fit(X).theta_)


def answers(model, X):
    """All outputs of a fitted model, by name."""
    said = {"Z": model.transform(X), "X_hat": model.reconstruct(X), **model.weights_}
    if hasattr(model, "elbo"):
        said["sample"] = model.sample(3, random_state=0)
        said["bounds"] = model.elbo(X, 3, 0), model.importance_bound(X, 3, 0)
        said["variance"] = getattr(model, "variance_", None)
    return said


@pytest.mark.parametrize(
    "member, change",
    [
        ("plain", {"latent_dim": 1}), ("plain", {"hidden": (3,)}), ("plain", {"tied": True}),
        ("plain", {"activation": "relu"}), ("plain", {"standardize": True}), ("plain", PIXELS),
        ("plain", {"dtype": "float32"}), ("plain", {"weight_decay": 1.0}),
        ("plain", {"code_noise": 1.0}), ("plain", {"batch_size": 7}),
        ("plain", {"optimizer": "sgd"}), ("plain", {"learning_rate": 0.1}),
        ("tied", {"tied": False}), ("sparse", {"sparsity_weight": 5.0}),
        ("denoising", {"corruption": "mask"}), ("denoising", {"corruption_level": 2.0}),
        ("convolutional", {"channels": (2,)}), ("convolutional", {"kernel_size": 1}),
        ("variational", {"beta": 5.0}), ("variational", {"variance": 0.01}),
        ("variational", PIXELS), ("variational known", {"variance": "learned"}),
        ("variational pixels", {"loss": "squared_error"}),
    ],
    ids=str,
)  # fmt: skip
def test_arguments_take_effect_at_the_next_fit(member, change, X, tmp_path):
    model = make(member).fit(X)
    changed = copy.deepcopy(model).set_params(**change)
    changed.save(tmp_path / "model.npz")
    loaded = load(tmp_path / "model.npz")
    assert repr(loaded) == repr(model)
    for twin in (changed, loaded):
        for name, said in answers(twin, X).items():
            np.testing.assert_array_equal(said, answers(model, X)[name])
    np.testing.assert_array_equal(changed.partial_fit(X).theta_, model.partial_fit(X).theta_)
    theta, again = clone(model).fit(X).theta_, changed.fit(X).theta_
    assert again.dtype != theta.dtype or again.size != theta.size or (again != theta).any()


# ---- unusable arguments and data -----------------------------------------------------------


def test_the_loss_needs_a_fit_if_samples_are_standardized(X):
    with pytest.raises(NotFittedError):
        plain(standardize=True).loss_and_grad(np.zeros(22), X)


@pytest.mark.parametrize(
    "use", ["transform", "inverse_transform", "reconstruct", "score", "partial_fit"]
)
def test_samples_of_another_width_are_refused(use, X):
    model = plain(latent_dim=3).fit(X)
    expected = 3 if use == "inverse_transform" else 4
    with pytest.raises(ValueError, match=f"has 7 features, but .* expecting {expected} "):
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
def test_unusable_data_are_refused(what, X):
    with pytest.raises((ValueError, TypeError), match="^X "):
        plain().fit(BAD_DATA[what])
    model = plain().fit(X)
    with unchanged(model, X):
        for call in (model.fit, model.partial_fit, model.transform, model.score):
            with pytest.raises((ValueError, TypeError), match="^X "):
                call(BAD_DATA[what])
        with pytest.raises((ValueError, TypeError), match="^validation "):
            model.fit(X, validation=BAD_DATA[what])


GOOD, NARROW, NAN = np.full((9, 4), 0.5), np.full((9, 3), 0.5), np.full((9, 4), np.nan)
FAILING_CHECKS = {
    "X with NaN": ({}, NAN, None, "^X holds 36 values that are NaN"),
    "validation with NaN": ({}, GOOD, NAN, "^validation holds 36 values that are NaN"),
    "validation that is too narrow": ({}, GOOD, NARROW, "^validation has 3 features"),
    "X that is too narrow": ({}, NARROW, GOOD, "^validation has 4 features|X has 3: give"),
    "an argument": ({"epochs": -1, "latent_dim": 3}, GOOD, GOOD, "^epochs must be"),
    "a random_state": (
        {"random_state": "a", "latent_dim": 3},
        GOOD,
        GOOD,
        "^random_state must",
    ),
}


@pytest.mark.parametrize("what", FAILING_CHECKS)
@pytest.mark.parametrize("member", FAMILY)
def test_begin_changes_nothing_if_a_check_fails(member, what, X):
    settings, samples, validation, message = FAILING_CHECKS[what]
    model = make(member).fit(X)
    with unchanged(model, X), pytest.raises((ValueError, TypeError), match=message):
        model.set_params(**settings).begin(samples, validation)


def test_validation_of_another_width_is_refused_before_the_fit(X):
    model = plain()
    with pytest.raises(ValueError, match="validation has 3 features, but .* expecting 4 "):
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
        ("weight_decay", [-1, np.nan, "a", None], ValueError, "finite number, at least 0"),
        ("code_noise", [-1, np.nan, "a", None], ValueError, "finite number, at least 0"),
        ("code_noise_fade", [0, -1, np.nan, "a"], ValueError, "finite number, above 0"),
        ("init_scale", [-1, np.nan, "a", None], ValueError, "finite number, at least 0"),
        ("random_state", ["a", 2.5, True], TypeError, "random_state must be None, an int"),
    ],
)
@pytest.mark.parametrize("verbose", [False, True])
def test_unusable_arguments_are_refused(name, values, error, message, verbose, X):
    for value in values:
        model = plain(**{name: value}, verbose=verbose)  # __init__ does not check
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
def test_unknown_choices_are_refused(name, value, X):
    with pytest.raises(ValueError, match=f"{name} must be one of .*, got ") as error:
        plain(**{name: value}).fit(X)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize("bad", [{"output_activation": "identity"}, {"standardize": True}])
def test_the_bernoulli_loss_needs_a_probability(bad, X):
    with pytest.raises(
        ValueError, match="needs output_activation='sigmoid' and standardize=False"
    ):
        plain(**{**PIXELS, **bad}).fit(X)


def test_the_bernoulli_loss_needs_data_from_0_to_1(X):
    model, message = plain(**PIXELS), r"needs data in \[0, 1\], {} goes from .* to 3"
    beyond = np.vstack([X, [[3, 0, 0, 0]]])
    with pytest.raises(ValueError, match=message.format("X")):
        model.fit(beyond)
    with pytest.raises(ValueError, match=message.format("validation")):
        model.fit(X, validation=beyond)
    with pytest.raises(ValueError, match=message.format("X")):
        model.fit(X).partial_fit(beyond)


# ---- every kind of data --------------------------------------------------------------------


@pytest.mark.parametrize("n, batch_size", [(1, 64), (1, None), (30, 1000), (30, 30), (30, 1)])
def test_every_batch_size_works(n, batch_size, X):
    model = plain(batch_size=batch_size, hidden=(3,)).fit(X[:n])
    assert model.transform(X[:1]).shape == (1, 2)
    assert np.isfinite(model.theta_).all()


EXTREMES = {
    "constant": np.full((9, 4), 0.1),
    "one sample": np.array([[0.1, 0.9, 0.3, 0.2]]),
    "whole numbers": np.arange(36).reshape(9, 4) % 2,
    "truth": np.arange(36).reshape(9, 4) % 3 == 0,
    "columns first": np.asfortranarray(np.arange(36.0).reshape(9, 4) / 36),
    "read only": np.broadcast_to([0.1, 0.9, 0.3, 0.2], (9, 4)),
    "a list": [[0.1, 0.9, 0.3, 0.2], [0.0, 1.0, 0.3, 0.2]],
    "tiny": np.arange(36.0).reshape(9, 4) * 1e-12,
}


@pytest.mark.parametrize("what", EXTREMES)
@pytest.mark.parametrize("member", FAMILY)
def test_extreme_data_give_finite_results(member, what):
    X, before = EXTREMES[what], np.array(EXTREMES[what])
    for settings in ({"epochs": 30}, {"epochs": 30, "standardize": True, "batch_size": 4}):
        if settings.get("standardize") and member in ("salt_pepper", "variational pixels"):
            continue
        model = make(member, **settings).fit(X, validation=X).partial_fit(X)
        assert np.isfinite(model.theta_).all() and np.isfinite(model.history_["loss"]).all()
        with np.errstate(under="ignore"):  # tiny weights may underflow
            said = answers(model, X)
        assert said["X_hat"].shape == np.shape(X) and np.isfinite(said["X_hat"]).all()
        assert np.isfinite(said.get("bounds", 0)).all()
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("member", [name for name in FAMILY if "convol" not in name])
def test_a_code_may_be_wider_than_the_data(member, X):
    model = make(member, latent_dim=3).fit(X[:, :1])
    assert model.transform(X[:, :1]).shape == (30, 3)
    assert model.reconstruct(X[:, :1]).shape == (30, 1)


@pytest.mark.parametrize("member", FAMILY)
def test_the_legacy_random_state_works_everywhere(member, X):
    """NumPy's legacy generator draws the same numbers each time."""
    said = []
    for _ in range(2):
        model = make(member, random_state=np.random.RandomState(3)).fit(X)
        said.append([model.theta_])
        if member in DENOISING:
            said[-1].append(model.corrupt(X, np.random.RandomState(4)))
        if member in VARIATIONAL:
            said[-1].append(model.sample(5, np.random.RandomState(4)))
            said[-1].append(model.elbo(X, 5, np.random.RandomState(4)))
            said[-1].append(model.importance_bound(X, 5, np.random.RandomState(4)))
    for one, other in zip(*said, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "member, settings",
    [("plain", {"code_noise": np.float64(0.1), "schedule": "cosine", "standardize": True})]
    + [("denoising", {"corruption_level": np.float64(0.1), "standardize": True})]
    + [("variational", {"standardize": True, "beta": np.float64(2)})]
    + [(member, {}) for member in FAMILY],
    ids=str,
)
def test_float32_is_kept_everywhere(member, settings, X):
    model = make(member, dtype="float32", learning_rate=np.float64(0.01), **settings)
    model.fit(X, validation=X)
    Z = model.transform(X)
    arrays = [model.theta_, Z, *model.weights_.values()]
    arrays += model.loss_and_grad(model.theta_, X, np.random.default_rng(0))
    in_units_of_X = [model.inverse_transform(Z), model.reconstruct(X)]
    if member in DENOISING:
        in_units_of_X.append(model.corrupt(X))
    if member in VARIATIONAL:
        arrays += [*model.posterior(X), model.kl(X)]
        in_units_of_X.append(model.sample(3))
    assert {array.dtype.name for array in arrays} == {"float32"}
    # The units of X may need more digits than a float32 has.
    expected = "float64" if model.standardize else "float32"
    assert {array.dtype.name for array in in_units_of_X} == {expected}


RESULTS = [
    (member, use)
    for member in FAMILY
    for use in ("transform", "inverse_transform", "reconstruct")
]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("member, use", RESULTS)
def test_results_are_contiguous_in_memory(member, use, order, X):
    """Results are in C order, whatever the order of the samples, so reshape gives views."""
    model = make(member).fit(X)
    samples = model.transform(X) if use == "inverse_transform" else X
    assert getattr(model, use)(np.array(samples, order=order)).flags.c_contiguous


def test_standardize_keeps_results_in_the_units_of_the_data(rng):
    X = rng.random((50, 4)) * [1, 1000, 1e-3, 0] + [0, 5000, 7, 0.1]
    model = plain(hidden=(16,), latent_dim=3, standardize=True, epochs=300).fit(X)
    np.testing.assert_allclose(model.mean_, X.mean(axis=0))
    np.testing.assert_allclose(model.scale_, [*X[:, :3].std(axis=0), 1])
    error = np.sqrt(((X - model.reconstruct(X)) ** 2).mean(axis=0))
    assert (error[:3] < 0.5 * X.std(axis=0)[:3]).all()
    assert error[3] < 1
    assert (
        abs(model.transform(X + [0, 0, 0, 0.1])).max() <= 1
    )  # the feature that was constant in fit changes


def test_standardize_changes_only_at_the_next_fit(X):
    model = plain(standardize=True).fit(3 + 5 * X)
    before = model.transform(X)
    np.testing.assert_array_equal(model.set_params(standardize=False).transform(X), before)


# ---- progress, divergence and Ctrl-C -------------------------------------------------------


class Clock:
    """A clock that moves only when an optimiser steps, so that the test does not wait."""

    def __init__(self, monkeypatch, per_step):
        self.now, step = 0.0, InPlaceAdam.step

        def slow(*args):
            self.now += per_step
            step(*args)

        monkeypatch.setattr(InPlaceAdam, "step", slow)
        monkeypatch.setattr("tqdm.std.time", lambda: self.now)


@pytest.mark.parametrize(
    "seconds, verbose, shown", [(0.9, True, False), (3, True, True), (3, False, False)]
)
def test_a_progress_bar_appears_after_a_second(seconds, verbose, shown, X, monkeypatch, capsys):
    Clock(monkeypatch, seconds / 10)
    plain(epochs=10, batch_size=None, verbose=verbose).fit(X)
    printed = capsys.readouterr()
    assert ("10/10" in printed.err) == shown and not printed.out
    assert shown or not printed.err


def test_no_progress_bar_appears_unless_it_is_asked_for(X, monkeypatch, capsys):
    Clock(monkeypatch, 0.3)
    plain(epochs=10, batch_size=None).fit(X)
    assert capsys.readouterr() == ("", "")


def test_divergence_is_reported_and_keeps_the_last_finite_theta(X):
    model = plain(optimizer="sgd", output_activation="identity", activation="identity",
                  learning_rate=50.0, epochs=500)  # fmt: skip
    with pytest.raises(
        FloatingPointError,
        match=r"diverged at epoch \d+.*learning_rate below 50, .*scale: .*as large as ",
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
    step, steps = InPlaceAdam.step, []

    def impatient(*args):
        steps.append(1)
        if len(steps) == at_step:
            raise KeyboardInterrupt
        step(*args)

    monkeypatch.setattr(InPlaceAdam, "step", impatient)


@pytest.mark.parametrize("verbose", [False, True])
def test_ctrl_c_keeps_what_was_learnt(verbose, X, monkeypatch, capsys):
    interrupt(monkeypatch, at_step=5)
    model = plain(epochs=10, batch_size=None, verbose=verbose)
    with pytest.warns(
        UserWarning, match="after epoch 4 of 10; what was learnt is kept"
    ) as seen:
        assert model.fit(X) is model
    assert seen[0].filename == __file__  # the warning points at the call of fit
    assert len(model.history_["loss"]) == 4
    four = plain(epochs=4, batch_size=None).fit(X)
    np.testing.assert_array_equal(model.theta_, four.theta_)
    assert model.transform(X).shape == (30, 2)


def test_ctrl_c_in_the_first_epoch_is_raised(X, monkeypatch):
    interrupt(monkeypatch, at_step=1)
    with pytest.raises(KeyboardInterrupt):
        plain().fit(X)


@pytest.fixture
def interruptible():
    """SIGINT raises KeyboardInterrupt even in a background job, which otherwise ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="a process sends itself SIGINT the POSIX way")
def test_ctrl_c_from_the_keyboard_keeps_what_was_learnt(X, monkeypatch, interruptible):
    step, steps = InPlaceAdam.step, []

    def pressed(*args):
        step(*args)
        steps.append(1)
        if len(steps) == 20:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(InPlaceAdam, "step", pressed)
    with pytest.warns(UserWarning, match="training stopped by hand after epoch"):
        model = plain(epochs=1000).fit(X)
    assert np.isfinite(model.reconstruct(X)).all()
