"""The gradient of the network, the weights of its two halves in theta, and its objectives."""

from dataclasses import replace

import numpy as np
import pytest
from family import FAMILY, PIXELS, TIED, VARIATIONAL, make, plain
from pairwise import pairwise

from aehelpers import Autoencoder, network
from aehelpers.checks import check_gradient
from aehelpers.layers import Chain, Dense, Identity, Tanh
from aehelpers.losses import squared_error


def theta_size(network):
    """The number of parameters of this network."""
    return network.init(np.random.default_rng(0)).size


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
def test_the_gradient_of_every_pair_of_choices_is_that_of_the_loss(
    activation, latent, loss_and_output, hidden, code_noise, axes, rng
):
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
def test_the_gradient_of_every_member_is_that_of_the_loss(member, axes, X, rng):
    model = make(member, epochs=0).fit(X)
    theta = 0.5 * rng.standard_normal((*axes, model.theta_.size))
    check_gradient(lambda theta: model.loss_and_grad(theta, X, np.random.default_rng(1)), theta)


def twin_loss(torch, model, theta, X, e):
    """The training loss, written with PyTorch.   e : the noise of a variational code."""
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
        penalty = model.beta * twin.kl_divergence(q, twin.Normal(0.0, 1.0)).sum(-1).mean()
    elif getattr(model, "sparsity", None) == "kl":
        target = torch.tensor(model.sparsity_target, dtype=X.dtype)
        kl = twin.kl_divergence(twin.Bernoulli(target), twin.Bernoulli(code.mean(0)))
        penalty = model.sparsity_weight * kl.sum()
    else:
        penalty = (
            getattr(model, "sparsity_weight", 0.0)
            * ((code**2 + 0.03**2).sqrt() - 0.03).sum(-1).mean()
        )
    y = half(code, "d", "identity")
    if model.loss == "bernoulli":
        p = twin.Bernoulli(logits=y, validate_args=False)  # X is not binary
    elif hasattr(model, "variance"):
        known = model.variance != "learned"
        p = twin.Normal(y, model.variance**0.5 if known else torch.exp(theta[-1] / 2))
    else:
        p = twin.Normal(y, 1.0)
        penalty = penalty - X.shape[1] * np.log(2 * np.pi) / 2  # squared_error lacks this
    own = [W for name, W in w.items() if name.startswith("W_e" if model.tied else "W")]
    decay = model.weight_decay / 2 * sum((W**2).sum() for W in own)
    return penalty + decay - p.log_prob(X).sum(-1).mean()


@pytest.mark.parametrize(
    "member", ["plain", "tied", "sparse", "sparse kl", "sparse tied", *VARIATIONAL]
)
def test_pytorch_computes_the_same_loss_and_gradient(member, X, rng, torch):
    model = make(member, epochs=0).fit(X)
    theta = 0.7 * rng.standard_normal(model.theta_.size)
    loss, grad = model.loss_and_grad(theta, X, np.random.default_rng(1))
    e = torch.tensor(np.random.default_rng(1).standard_normal((30, 2)))
    twin = torch.tensor(theta, requires_grad=True)
    value = twin_loss(torch, model, twin, torch.tensor(X), e)
    value.backward()
    assert loss == pytest.approx(value.item(), rel=0, abs=1e-10)
    np.testing.assert_allclose(grad, twin.grad.numpy(), rtol=0, atol=1e-10)


def test_the_bernoulli_loss_is_computed_from_the_logit(X):
    """At weights that saturate the sigmoid the gradient neither vanishes nor overflows."""
    model = plain(**PIXELS).fit(X)
    with np.errstate(under="ignore"):  # e^-1000 is rightly 0
        loss, grad = model.loss_and_grad(1000 * model.theta_, X)
    assert np.isfinite(loss) and abs(grad).max() > 0.01


# ---- the two halves ------------------------------------------------------------------------


@pytest.mark.parametrize("latent", [None, "identity"])
def test_each_activation_is_applied_where_its_argument_says(latent, X):
    model = plain(hidden=(3,), latent_activation=latent, output_activation="sigmoid").fit(X)
    W_e1, b_e1, W_e2, b_e2, W_d1, b_d1, W_d2, b_d2 = model.weights_.values()
    code = np.tanh(X @ W_e1 + b_e1) @ W_e2 + b_e2
    Z = np.tanh(code) if latent is None else code
    np.testing.assert_allclose(model.transform(X), Z, rtol=1e-12)
    logit = np.tanh(Z @ W_d1 + b_d1) @ W_d2 + b_d2
    np.testing.assert_allclose(model.reconstruct(X), 1 / (1 + np.exp(-logit)), rtol=1e-12)


def test_weights_have_the_names_and_shapes_of_the_formulas(X):
    shallow, deep = plain().fit(X), plain(hidden=(6, 3)).fit(X)
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


@pytest.mark.parametrize("axes", [(), (3,)], ids=str)
@pytest.mark.parametrize("member", [name for name in FAMILY if name not in TIED])
def test_weights_are_views_into_theta(member, axes):
    net = make(member).network(4)
    theta = np.zeros((*axes, theta_size(net)))
    weights = net.weights(theta)
    for number, view in enumerate(weights.values(), start=1):
        view[...] = number
    sizes = [view.size for view in weights.values()]
    assert np.bincount(theta[theta > 0].astype(int)).tolist() == [0, *sizes]
    rest = theta.size - sum(sizes)  # a learned variance is neither a weight nor a bias
    assert rest == (theta[..., -1].size if member == "variational" else 0)


@pytest.mark.parametrize("axes", [(), (3,)], ids=str)
@pytest.mark.parametrize("member", TIED)
def test_tied_weights_of_the_decoder_are_those_of_the_encoder_transposed(member, axes, rng):
    net = make(member).network(4)
    theta = rng.standard_normal((*axes, theta_size(net)))
    W = [W for name, W in net.weights(theta).items() if name.startswith("W")]
    for W_e, W_d in zip(W, W[::-1], strict=True):
        np.testing.assert_array_equal(W_d, W_e.mT)
    assert not any(np.shares_memory(W_d, theta) for W_d in W)


@pytest.mark.parametrize("member", TIED)
def test_weights_that_are_copies_cannot_be_written_into(member, X):
    """Into views one can write, and theta_ changes."""
    model = make(member).fit(X)
    for part in model.weights_.values():
        with pytest.raises(ValueError, match="read-only"):
            part[...] = 0
    views = make("plain").fit(X)
    views.weights_["W_e"][...] = 0
    assert (views.theta_ == 0).sum() >= views.weights_["W_e"].size


@pytest.mark.parametrize("member", TIED)
def test_tied_weights_stay_equal_in_training_and_theta_holds_them_once(member, X):
    start, model = make(member, epochs=0).fit(X), make(member).fit(X)
    W = [W for name, W in model.weights_.items() if name.startswith("W")]
    for W_e, W_d in zip(W, W[::-1], strict=True):
        np.testing.assert_array_equal(W_e, W_d.T)
    assert all((model.weights_[name] != w).any() for name, w in start.weights_.items())
    b = [b for name, b in model.weights_.items() if name.startswith("b")]
    assert model.theta_.size == sum(w.size for w in W) / 2 + sum(w.size for w in b)


# ---- the objective -------------------------------------------------------------------------


@pytest.mark.parametrize("member", FAMILY)
def test_weight_decay_counts_each_weight_once_and_no_bias(member, X, rng):
    with_decay, without = (make(member, weight_decay=w, epochs=0).fit(X) for w in (0.6, 0.0))
    theta = rng.standard_normal(without.theta_.size)
    losses = [model.loss_and_grad(theta, X)[0] for model in (with_decay, without)]
    letters = "W_e" if without.tied else "W"
    W = [W for name, W in without.unpack(theta).items() if name.startswith(letters)]
    assert losses[0] - losses[1] == pytest.approx(0.3 * sum((w**2).sum() for w in W), rel=1e-10)


OBJECTIVES = {
    "nothing to change": ("plain", {}, [False, False, False]),
    "noise that stays": ("plain", {"code_noise": 0.1}, [False, False, False]),
    "noise that fades": (
        "plain",
        {"code_noise": 0.1, "code_noise_fade": 0.5},
        [True, True, False],
    ),
    "a penalty that stays": ("sparse", {}, [False, False, False]),
    "a penalty that warms up": ("variational", {"warm_up": 0.5}, [True, True, False]),
}


@pytest.mark.parametrize("what", OBJECTIVES)
def test_objectives_are_made_anew_only_when_noise_or_penalty_change(what):
    """An objective unpacks theta at its first call, so the same one should be used for long."""
    member, settings, changes = OBJECTIVES[what]
    objective_at = make(member, **settings).network(4).objectives()
    objectives = [objective_at(progress) for progress in (0, 0.25, 0.5, 0.75)]
    assert [a is not b for a, b in zip(objectives, objectives[1:], strict=False)] == changes
    assert objective_at(0.75) is objectives[-1]


def test_the_noise_on_the_code_fades_linearly_to_zero(X, monkeypatch):
    scales, noise = [], network.GaussianNoise
    monkeypatch.setattr(
        network, "GaussianNoise", lambda scale: scales.append(scale) or noise(scale)
    )
    plain(code_noise=0.4, code_noise_fade=0.5, epochs=8, batch_size=None).fit(X)
    np.testing.assert_allclose(scales, [0.4, 0.3, 0.2, 0.1], atol=1e-16)


def test_a_network_of_which_nothing_else_is_said_has_no_noise_penalty_or_decay(rng):
    """Its loss is that of the layers it was given, with an rng and a penalty at hand."""
    encoder, decoder = Chain(Dense(4, 2), Tanh()), Chain(Dense(2, 4))
    bare = network.Network(encoder, decoder, Identity(), Identity(), squared_error)
    theta, x = bare.init(rng), rng.random((6, 4))
    x_hat = bare.decode(theta, bare.encode(theta, x))
    for progress in (0.0, 0.5):
        loss, _ = bare.objectives()(progress)(theta, x, rng)
        assert loss == squared_error(x_hat, x)[0]
    penalized = replace(bare, penalty=lambda z: (1.0, np.zeros_like(z)))
    assert penalized.objective()(theta, x)[0] == loss
