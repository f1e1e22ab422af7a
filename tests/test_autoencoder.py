"""The family: its gradients, what its words mean, what it says when it cannot go on."""

import copy
import os
import signal
from functools import partial

import numpy as np
import pytest
from family import DENOISING, FAMILY, PIXELS, VARIATIONAL, make
from pairwise import pairwise
from scipy import stats
from scipy.special import logsumexp
from sklearn.base import clone

from aehelpers import Autoencoder, load, network
from aehelpers.checks import check_gradient
from aehelpers.estimator import NotFittedError
from aehelpers.losses import LOSSES
from aehelpers.optimizers import InPlaceAdam

USES = ["transform", "inverse_transform", "reconstruct", "score"]
small = partial(make, "plain")


@pytest.fixture
def X(rng):
    return rng.random((30, 4))


# ---- the gradient --------------------------------------------------------------------------


# Pairs of choices are enough: tests/test_layers.py tests each layer alone, and a network is a
# chain of them, which can only go wrong where two of them meet.
NETWORKS = pairwise(
    ["identity", "sigmoid", "tanh", "relu"],
    [None, "identity", "sigmoid"],
    [
        ("squared_error", "identity"),
        ("squared_error", "sigmoid"),
        ("squared_error", "relu"),
        ("bernoulli", "sigmoid"),
    ],
    [(), (5,), (6, 3)],
    [0.0, 0.3],
    [(), (3,)],
)


@pytest.mark.parametrize(
    "activation, latent, loss_and_output, hidden, code_noise, axes", NETWORKS, ids=str
)
def test_gradient(activation, latent, loss_and_output, hidden, code_noise, axes, rng):
    loss, output = loss_and_output
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


def twin_loss(torch, model, theta, X, e):
    """The training loss in PyTorch's words; e : the noise of a variational code."""
    activations = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "identity": lambda x: x}
    places = model.unpack(np.arange(len(theta)))
    w = {name: theta[torch.tensor(at)] for name, at in places.items()}

    def half(x, letter, last):
        names = sorted(name[2:] for name in w if name.startswith("W_" + letter))
        for name in names:
            x = x @ w["W_" + name] + w["b_" + name]
            x = activations[last if name == names[-1] else model.activation](x)
        return x

    twin = torch.distributions
    code = half(X, "e", model.latent_activation or model.activation)
    if hasattr(model, "beta"):
        mu, s = code.chunk(2, dim=-1)
        q = twin.Normal(mu, torch.exp(s / 2))
        code = mu + torch.exp(s / 2) * e
        cost = model.beta * twin.kl_divergence(q, twin.Normal(0.0, 1.0)).sum(-1).mean()
    elif getattr(model, "sparsity", None) == "kl":
        target = torch.tensor(model.sparsity_target, dtype=X.dtype)
        coins = twin.kl_divergence(twin.Bernoulli(target), twin.Bernoulli(code.mean(0)))
        cost = model.sparsity_weight * coins.sum()
    else:
        cost = (
            getattr(model, "sparsity_weight", 0.0)
            * ((code**2 + 0.03**2).sqrt() - 0.03).sum(-1).mean()
        )
    y = half(code, "d", "identity")
    if model.loss == "bernoulli":
        p = twin.Bernoulli(logits=y, validate_args=False)  # X is grey
    elif hasattr(model, "variance"):
        known = model.variance != "learned"
        p = twin.Normal(y, model.variance**0.5 if known else torch.exp(theta[-1] / 2))
    else:
        p = twin.Normal(y, 1.0)
        cost = cost - X.shape[1] * np.log(2 * np.pi) / 2
    own = [W for name, W in w.items() if name.startswith("W_e" if model.tied else "W")]
    decay = model.weight_decay / 2 * sum((W**2).sum() for W in own)
    return cost + decay - p.log_prob(X).sum(-1).mean()


@pytest.mark.parametrize(
    "member", ["plain", "tied", "sparse", "sparse kl", "sparse tied", *VARIATIONAL]
)
def test_pytorch_gets_the_same_loss_and_slope(member, X, rng, torch):
    model = make(member, epochs=0).fit(X)
    theta = 0.7 * rng.standard_normal(model.theta_.size)
    loss, grad = model.loss_and_grad(theta, X, np.random.default_rng(1))
    e = torch.tensor(np.random.default_rng(1).standard_normal((30, 2)))
    twin = torch.tensor(theta, requires_grad=True)
    value = twin_loss(torch, model, twin, torch.tensor(X), e)
    value.backward()
    assert loss == pytest.approx(value.item(), rel=0, abs=1e-10)
    np.testing.assert_allclose(grad, twin.grad.numpy(), rtol=0, atol=1e-10)


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
    scales, noise = [], network.GaussianNoise
    monkeypatch.setattr(
        network, "GaussianNoise", lambda scale: scales.append(scale) or noise(scale)
    )
    small(code_noise=0.4, code_noise_fade=0.5, epochs=8, batch_size=None).fit(X)
    np.testing.assert_allclose(scales, [0.4, 0.3, 0.2, 0.1], atol=1e-16)


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


@pytest.mark.parametrize(
    "member, settings, message",
    [
        ("plain", {"weight_decay": -1}, "weight_decay must be .* at least 0, got -1"),
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
        ("variational", {"beta": -1}, "beta must be a finite number, at least 0, got -1"),
        ("variational", {"warm_up": -1}, "warm_up must be a finite number, at least 0, got -1"),
        ("variational", {"variance": 0}, "variance must be a finite number, above 0, got 0"),
        ("variational", {"variance": None}, "variance must be a finite number, .*got None"),
        ("variational", {"variance": True}, "variance must be a finite number, .*got True"),
        ("variational", {"variance": "known"}, "must be a number or 'learned', got 'known'"),
        ("variational", {"code_noise": 0.1}, r"N\(mu, .*code_noise must stay 0, got 0.1"),
        ("variational", {"tied": True}, "tied must stay False, got True"),
        ("variational", {"latent_activation": None}, "must stay 'identity', got None"),
        ("variational", {"loss": "bernoulli"}, "needs output_activation='sigmoid'"),
    ],
)  # fmt: skip
def test_unusable_arguments_of_each(member, settings, message, X):
    model = make(member).fit(X)
    X_hat = model.reconstruct(X)
    with pytest.raises((ValueError, TypeError), match=message):
        model.set_params(**settings).fit(X)
    np.testing.assert_array_equal(model.reconstruct(X), X_hat)  # nothing was lost


def test_salt_and_pepper_needs_data_from_0_to_1(X):
    model, message = make("salt_pepper", loss="squared_error"), r"'salt_pepper' needs data in"
    for call in (model.fit, model.corrupt, model.fit(X).partial_fit):
        with pytest.raises(ValueError, match=message):
            call(3 * X)


def test_unusable_requests_to_a_variational_model(X):
    model = make("variational").fit(X)
    for n_samples in (0, 2.5, None):
        for call in (model.sample, partial(model.elbo, X), partial(model.importance_bound, X)):
            with pytest.raises(ValueError, match="n_samples must be a whole number"):
                call(n_samples)
    for Z in (np.zeros((30, 3)), np.zeros(2)):
        with pytest.raises(ValueError, match=r"Z must hold codes \(..., n, 2\)"):
            model.log_likelihood(X, Z)
    with pytest.raises(TypeError, match="random_state must be"):
        model.sample(random_state="0")
    with pytest.raises(AttributeError, match="there is no variance_"):
        make("variational pixels").fit(X).variance_  # noqa: B018


def answers(model, X):
    """All that a fitted model says."""
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


# ---- learning ------------------------------------------------------------------------------


@pytest.mark.parametrize("member", FAMILY)
def test_validation_is_recorded_without_noise(member, X):
    model = make(member).fit(X, validation=X[:7])
    assert model.history_["validation_loss"].shape == (3,)
    loss, _ = model.loss_and_grad(model.theta_, X[:7])
    assert model.history_["validation_loss"][-1] == loss
    np.testing.assert_array_equal(model.theta_, make(member).fit(X).theta_)


def test_validation_counts_the_kl_in_full_while_it_warms_up(X):
    model = make("variational known", warm_up=1.0, beta=5.0).fit(X, validation=X)
    assert model.history_["validation_loss"][-1] == model.loss_and_grad(model.theta_, X)[0]


def test_partial_fit_counts_a_warm_up_as_over(X):
    warmed, none = (
        make("variational known", warm_up=share, beta=5.0).partial_fit(X)
        for share in (1.0, 0.0)
    )
    np.testing.assert_array_equal(warmed.theta_, none.theta_)


@pytest.mark.parametrize(
    "member, settings",
    [("plain", {"optimizer": "sgd"}), ("plain", {"optimizer": "momentum"})]
    + [("plain", {"code_noise": 0.1, "standardize": True})]
    + [(member, {"batch_size": 8}) for member in FAMILY],
    ids=str,
)
def test_partial_fit_goes_on_where_it_stopped(member, settings, X):
    model = make(member, **settings)
    for _ in range(3):
        assert model.partial_fit(X) is model
    whole = make(member, **settings).fit(X)
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
def test_extreme_data(member, what):
    X, before = EXTREMES[what], np.array(EXTREMES[what])
    for settings in ({"epochs": 30}, {"epochs": 30, "standardize": True, "batch_size": 4}):
        if settings.get("standardize") and member in ("salt_pepper", "variational pixels"):
            continue
        model = make(member, **settings).fit(X, validation=X).partial_fit(X)
        assert np.isfinite(model.theta_).all() and np.isfinite(model.history_["loss"]).all()
        with np.errstate(under="ignore"):  # weights that are nothing beside the others
            said = answers(model, X)
        assert said["X_hat"].shape == np.shape(X) and np.isfinite(said["X_hat"]).all()
        assert np.isfinite(said.get("bounds", 0)).all()
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("member", [name for name in FAMILY if "convol" not in name])
def test_a_code_wider_than_the_data(member, X):
    model = make(member, latent_dim=3).fit(X[:, :1])
    assert model.transform(X[:, :1]).shape == (30, 3)
    assert model.reconstruct(X[:, :1]).shape == (30, 1)


@pytest.mark.parametrize("member", FAMILY)
def test_a_random_state_will_do_everywhere(member, X):
    """The legacy generator, with the same numbers each time."""
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


def test_no_epoch_gives_the_start(X):
    model = small(epochs=0, init_scale=0).fit(X)
    assert not model.theta_.any() and model.history_["loss"].shape == (0,)


@pytest.mark.parametrize(
    "member, settings",
    [("plain", {"code_noise": np.float64(0.1), "schedule": "cosine", "standardize": True})]
    + [("denoising", {"corruption_level": np.float64(0.1), "standardize": True})]
    + [("variational", {"standardize": True, "beta": np.float64(2)})]
    + [(member, {}) for member in FAMILY],
    ids=str,
)
def test_float32_stays(member, settings, X):
    model = make(member, dtype="float32", learning_rate=np.float64(0.01), **settings)
    model.fit(X, validation=X)
    Z = model.transform(X)
    arrays = [model.theta_, Z, model.inverse_transform(Z), model.reconstruct(X)]
    arrays += [*model.weights_.values()]
    arrays += model.loss_and_grad(model.theta_, X, np.random.default_rng(0))
    if member in DENOISING:
        arrays.append(model.corrupt(X))
    if member in VARIATIONAL:
        arrays += [*model.posterior(X), model.kl(X), model.sample(3)]
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


def test_standardize_holds_from_one_fit_to_the_next(X):
    model = small(standardize=True).fit(3 + 5 * X)
    before = model.transform(X)
    np.testing.assert_array_equal(model.set_params(standardize=False).transform(X), before)


def test_convolutions_are_mirrored(rng):
    X, few = rng.random((6, 7 * 8 * 2)), {"kernel_size": 4, "stride": 2, "hidden": (5,)}
    model = make("convolutional", image_shape=(7, 8, 2), channels=(3, 4), **few).fit(X)
    assert {name: W.shape for name, W in model.weights_.items() if name[0] == "W"} == {
        "W_e1": (4 * 4 * 2, 3), "W_e2": (4 * 4 * 3, 4), "W_e3": (1 * 2 * 4, 5), "W_e4": (5, 2),
        "W_d1": (2, 5), "W_d2": (5, 1 * 2 * 4), "W_d3": (4, 4 * 4 * 3), "W_d4": (3, 4 * 4 * 2),
    }  # fmt: skip
    assert model.reconstruct(X).shape == X.shape
    grey = make("convolutional", image_shape=(7, 8), channels=(3,), **few).fit(X[:, :56])
    assert grey.weights_["W_e1"].shape == (16, 3)


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


# ---- tied, decayed, sparse -----------------------------------------------------------------


@pytest.mark.parametrize("member", ["tied", "sparse tied", "convolutional tied"])
def test_tied_weights_are_one_and_move(member, X):
    start, model = make(member, epochs=0).fit(X), make(member).fit(X)
    W = [W for name, W in model.weights_.items() if name.startswith("W")]
    for W_e, W_d in zip(W, W[::-1], strict=True):
        np.testing.assert_array_equal(W_e, W_d.T)
    assert all((model.weights_[name] != w).any() for name, w in start.weights_.items())
    b = [b for name, b in model.weights_.items() if name.startswith("b")]
    assert model.theta_.size == sum(w.size for w in W) / 2 + sum(w.size for w in b)


@pytest.mark.parametrize("member", FAMILY)
def test_weight_decay_weighs_each_weight_once_and_no_bias(member, X, rng):
    with_decay, without = (make(member, weight_decay=w, epochs=0).fit(X) for w in (0.6, 0.0))
    theta = rng.standard_normal(without.theta_.size)
    losses = [model.loss_and_grad(theta, X)[0] for model in (with_decay, without)]
    letters = "W_e" if without.tied else "W"
    W = [W for name, W in without.unpack(theta).items() if name.startswith(letters)]
    assert losses[0] - losses[1] == pytest.approx(0.3 * sum((w**2).sum() for w in W), rel=1e-10)


def test_a_cost_makes_the_code_sparse(X):
    long = {"epochs": 400, "batch_size": None, "learning_rate": 0.03}
    free, costly = (
        make("sparse", sparsity_weight=w, weight_decay=0.0, **long).fit(X) for w in (0.0, 3.0)
    )
    assert abs(costly.transform(X)).mean() < 0.1 * abs(free.transform(X)).mean()
    rare = make("sparse kl", sparsity_weight=3.0, sparsity_target=0.2, **long).fit(X)
    np.testing.assert_allclose(rare.transform(X).mean(axis=0), 0.2, atol=0.01)


# ---- denoising -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "member, standardize", [(member, False) for member in DENOISING]
    + [("denoising", True), ("mask", True)],
)  # fmt: skip
def test_training_sees_what_corrupt_shows_and_asks_for_the_clean(member, standardize, X):
    settings = {"code_noise": 0.0, "standardize": standardize}
    rng = np.random.default_rng(0)
    start = make(member, **settings, epochs=0, random_state=rng).fit(X)
    noisy = start.corrupt(X, rng)
    assert abs(noisy - X).max() > 0.1
    asked = LOSSES[start.loss](start.reconstruct(noisy) / start.scale_, X / start.scale_)[0]
    model = make(member, **settings, epochs=1, batch_size=None).fit(X)
    assert model.history_["loss"][0] == pytest.approx(asked, rel=1e-12)


def test_corrupt_is_in_the_units_of_the_network():
    X = np.random.default_rng(0).random((20_000, 2)) * [1, 1000] + [0, 50]
    for standardize in (False, True):
        model = make("denoising", standardize=standardize, corruption_level=0.3, epochs=0)
        noise = model.fit(X).corrupt(X, random_state=1) - X
        expected = 0.3 * (X.std(axis=0) if standardize else np.ones(2))
        np.testing.assert_allclose(noise.std(axis=0), expected, rtol=4 / np.sqrt(2 * len(X)))


@pytest.mark.parametrize("member", DENOISING)
def test_corrupt_needs_no_fit_and_what_was_learnt_no_noise(member, X):
    assert (make(member).corrupt(X, 0) == make(member).corrupt(X, 0)).all()
    assert (make(member).corrupt(X, 0) != make(member).corrupt(X, 1)).any()
    model = make(member).fit(X)
    np.testing.assert_array_equal(model.reconstruct(X), model.reconstruct(X))


# ---- variational ---------------------------------------------------------------------------

# Models with one number for a code, on which integrals are easy.
QUADRATURE = [
    ("variational", {"hidden": (4,)}),
    ("variational known", {"standardize": True, "variance": 2.0}),
    ("variational pixels", {}),
]


def drawn(member, X, rng, **settings):
    """A model with any weights at all: its q is not the posterior, nor its ELBO log p(x)."""
    model = make(member, latent_dim=1, epochs=0, **settings).fit(X)
    model.theta_[:] = 0.4 * rng.standard_normal(model.theta_.size)
    return model


@pytest.mark.parametrize("member, settings", QUADRATURE, ids=str)
def test_what_the_elbo_lacks_is_the_kl_to_the_posterior(member, settings, X, rng):
    """log p(x) - ELBO = KL(q || p(z | x)), all by quadrature but the KL to the prior."""
    model, n_draws = drawn(member, X, rng, **settings), 1000
    z, dz = np.linspace(-40, 40, 8001, retstep=True)
    log_likelihood = model.log_likelihood(X, z[:, None, None])
    log_joint = log_likelihood + stats.norm.logpdf(z)[:, None]
    mu, sigma = model.posterior(X)
    log_q = stats.norm(mu[:, 0], sigma[:, 0]).logpdf(z[:, None])
    with np.errstate(under="ignore"):
        log_p, q = logsumexp(log_joint, axis=0) + np.log(dz), np.exp(log_q) * dz
        mean, square = (q * log_likelihood).sum(axis=0), (q * log_likelihood**2).sum(axis=0)
        gap = (q * (log_q - log_joint + log_p)).sum(axis=0)
    elbo = mean - model.kl(X)[:, 0]
    np.testing.assert_allclose(log_p - elbo, gap, rtol=0, atol=1e-6)
    assert gap.mean() > 0.1  # there is something to see
    # The methods agree: the ELBO within 4 standard errors of its draws.
    error = 4 * np.sqrt((square - mean**2).sum() / n_draws) / len(X)
    assert abs(model.elbo(X, n_draws, random_state=1) - elbo.mean()) < error
    assert model.importance_bound(X, 5000, random_state=1) == pytest.approx(
        log_p.mean(), abs=0.05
    )


@pytest.mark.parametrize("member, settings", QUADRATURE, ids=str)
def test_the_importance_bound_rises_from_the_elbo(member, settings, X, rng):
    """Each step between means over 200 seeds, in standard errors."""
    model = drawn(member, X, rng, **settings)

    def over_seeds(bound, n_samples):
        return np.array([bound(X, n_samples, seed) for seed in range(200)])

    elbo = over_seeds(model.elbo, 1)
    one, five, thirty = (over_seeds(model.importance_bound, S) for S in (1, 5, 30))

    def lead(a, b):
        return (a - b).mean() / ((a - b).std() / np.sqrt(200))

    assert abs(lead(one, elbo)) < 4
    assert lead(five, one) > 4 and lead(thirty, five) > 4


@pytest.mark.parametrize("member", VARIATIONAL)
def test_the_training_loss_is_minus_the_elbo(member, X):
    model = make(member, beta=1.0, weight_decay=0.0).fit(X)
    loss, _ = model.loss_and_grad(model.theta_, X, np.random.default_rng(3))
    assert -loss == pytest.approx(model.elbo(X, 1, np.random.default_rng(3)), rel=1e-12)


@pytest.mark.parametrize("member", ["variational", "variational known"])
@pytest.mark.parametrize("standardize", [False, True])
def test_log_likelihood_is_scipys(member, standardize, X, rng):
    X = X * [1, 10, 0.1, 1]
    model, Z = make(member, standardize=standardize).fit(X), rng.standard_normal((30, 2))
    deviation = np.sqrt(model.variance_) * (X.std(axis=0) if standardize else 1)
    p = stats.norm(model.inverse_transform(Z), deviation)
    np.testing.assert_allclose(model.log_likelihood(X, Z), p.logpdf(X).sum(axis=1), rtol=1e-10)


def test_log_likelihood_of_pixels_is_scipys(X, rng):
    model, Z = make("variational pixels").fit(X), rng.standard_normal((30, 2))
    p = stats.bernoulli(model.inverse_transform(Z))
    expected = p.logpmf(X > 0.5).sum(axis=1)
    np.testing.assert_allclose(model.log_likelihood(X > 0.5, Z), expected, rtol=1e-10)


@pytest.mark.parametrize("standardize", [False, True])
def test_p_integrates_to_1_in_the_units_of_x(standardize, rng):
    X = 50 + 20 * rng.random((30, 1))
    model = make("variational", latent_dim=1, standardize=standardize, epochs=50).fit(X)
    x, dx = np.linspace(-250, 350, 3001, retstep=True)
    z, dz = np.linspace(-10, 10, 401, retstep=True)
    log_joint = (
        model.log_likelihood(x[:, None], z[:, None, None]) + stats.norm.logpdf(z)[:, None]
    )
    with np.errstate(under="ignore"):
        p = np.exp(log_joint).sum(axis=0) * dz
    assert p[[0, -1]].max() < 1e-12
    assert p.sum() * dx == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("member", ["variational", "variational known"])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("noise", [False, True])
def test_samples_of_a_linear_model_have_its_covariance(member, standardize, noise, X):
    """x = z W + b + sigma e, so Cov x = W^T W + sigma^2 I, within 4 standard errors."""
    X, n = X * [1, 5, 1, 1], 100_000
    model = make(member, activation="identity", standardize=standardize, epochs=50).fit(X)
    W = model.weights_["W_d"]
    C = W.T @ W + (model.variance_ * np.eye(4) if noise else 0)
    C = C * np.outer(model.scale_, model.scale_)
    x = model.sample(n, random_state=0, noise=noise)
    error = 4 * np.sqrt((np.outer(C.diagonal(), C.diagonal()) + C**2) / n)
    assert (abs(np.cov(x.T) - C) < error).all()
    middle = model.inverse_transform(np.zeros((1, 2)))[0]
    assert (abs(x.mean(axis=0) - middle) < 4 * np.sqrt(C.diagonal() / n)).all()


def test_pixels_are_sampled_as_0_or_1(X):
    model, n = make("variational pixels", epochs=50).fit(X), 20_000
    x, p = (model.sample(n, random_state=0, noise=noise) for noise in (True, False))
    assert set(np.unique(x)) == {0.0, 1.0}
    error = 4 * np.sqrt((p * (1 - p)).mean(axis=0) / n)
    assert (abs(x.mean(axis=0) - p.mean(axis=0)) < error).all()
    assert ((p > 0) & (p < 1)).all()


def test_transform_gives_the_mean_and_no_noise(X):
    model = make("variational").fit(X)
    mu, sigma = model.posterior(X)
    np.testing.assert_array_equal(model.transform(X), mu)
    w = model.weights_
    code = X @ w["W_e"] + w["b_e"]
    np.testing.assert_allclose(np.hstack([mu, 2 * np.log(sigma)]), code, rtol=0, atol=1e-12)
    np.testing.assert_allclose(model.kl(X), (mu**2 + sigma**2 - 1) / 2 - np.log(sigma))


@pytest.mark.parametrize("warm_up, risen", [(0.0, [1, 1, 1, 1]), (0.5, [0, 0.5, 1, 1])])
def test_the_kl_warms_up_to_beta(warm_up, risen, X):
    """Read from the objective that training follows at 0, 1/4, 1/2 and 3/4 of the run."""
    model = make("variational known", warm_up=warm_up, beta=4.0).fit(X)

    objectives = model.network_.objectives()

    def loss(progress):
        return objectives(progress)(model.theta_, X, np.random.default_rng(0))[0]

    kl = model.kl(X).sum(axis=1).mean()
    without = loss(None) - 4 * kl
    assert kl > 0.01
    weights = [(loss(progress) - without) / kl for progress in (0, 0.25, 0.5, 0.75)]
    np.testing.assert_allclose(weights, 4 * np.array(risen), rtol=0, atol=1e-10)


def test_a_learned_variance_starts_at_that_of_the_data_and_finds_that_of_the_noise():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 1)) @ [[2.0, 1, -2, 1]] + 0.3 * rng.standard_normal(
        (2000, 4)
    )
    start = make("variational", epochs=0, weight_decay=0.0).fit(X)
    assert start.variance_ == pytest.approx(X.var(axis=0).mean(), rel=1e-12)
    assert make("variational", epochs=0).fit(np.full((9, 4), 0.1)).variance_ == 1
    long = {"epochs": 400, "batch_size": None, "learning_rate": 0.05}
    model = make("variational", latent_dim=1, weight_decay=0.0, **long).fit(X)
    assert model.variance_ == pytest.approx(0.09, rel=0.05)


# ---- trouble on the way --------------------------------------------------------------------


class Clock:
    """Time that passes only when an optimiser steps."""

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


@pytest.fixture
def interruptible():
    """Ctrl-C is heard even if these tests were started in the background, where it is not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="a process sends itself SIGINT the POSIX way")
def test_ctrl_c_as_the_keyboard_sends_it(X, monkeypatch, interruptible):
    step, steps = InPlaceAdam.step, []

    def pressed(*args):
        step(*args)
        steps.append(1)
        if len(steps) == 20:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(InPlaceAdam, "step", pressed)
    with pytest.warns(UserWarning, match="training stopped by hand after epoch"):
        model = small(epochs=1000).fit(X)
    assert np.isfinite(model.reconstruct(X)).all()
