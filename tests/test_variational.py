"""The variational autoencoder: its likelihood, its bounds and its samples agree with SciPy."""

from functools import partial

import numpy as np
import pytest
from family import VARIATIONAL, assert_refused, make
from scipy import stats
from scipy.special import logsumexp

# ---- unusable arguments and requests -------------------------------------------------------


@pytest.mark.parametrize(
    "member, settings, message",
    [
        ("variational", {"beta": -1}, "beta must be a finite number, at least 0, got -1"),
        ("variational", {"warm_up": -1}, "warm_up must be a finite number, at least 0, got -1"),
        ("variational", {"variance": 0}, "variance must be a finite number, above 0, got 0"),
        ("variational", {"variance": None}, "variance must be a finite number, .*got None"),
        ("variational", {"variance": True}, "variance must be a finite number, .*got True"),
        ("variational", {"variance": "known"}, "must be a number or 'learned', got 'known'"),
        ("variational", {"code_noise": 0.1}, r"N\(mu, .*code_noise must stay 0, got 0.1"),
        ("variational", {"code_noise_fade": 0.5}, "code_noise_fade must stay None, got 0.5"),
        ("variational", {"tied": True}, "tied must stay False, got True"),
        ("variational", {"latent_activation": None}, "must stay 'identity', got None"),
        ("variational", {"loss": "bernoulli"}, "needs output_activation='sigmoid'"),
    ],
)  # fmt: skip
def test_unusable_arguments_are_refused(member, settings, message, X):
    assert_refused(make(member).fit(X), settings, message, X)


def test_unusable_requests_are_refused(X):
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


# ---- the bounds on the likelihood ----------------------------------------------------------


# Models with a one-dimensional code, so that integrals over it are easy to compute.
QUADRATURE = [
    ("variational", {"hidden": (4,)}),
    ("variational known", {"standardize": True, "variance": 2.0}),
    ("variational pixels", {}),
]


def drawn(member, X, rng, **settings):
    """An untrained model with random weights, so that q(z | x) is not the exact posterior."""
    model = make(member, latent_dim=1, epochs=0, **settings).fit(X)
    model.theta_[:] = 0.4 * rng.standard_normal(model.theta_.size)
    return model


@pytest.mark.parametrize("member, settings", QUADRATURE, ids=str)
def test_the_gap_of_the_elbo_is_the_kl_to_the_posterior(member, settings, X, rng):
    """log p(x) - ELBO = KL(q || p(z | x)), by quadrature but for the KL to the prior."""
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
    assert gap.mean() > 0.1  # the gap is large enough to be seen
    # The estimate by draws lies within 4 of its standard errors.
    error = 4 * np.sqrt((square - mean**2).sum() / n_draws) / len(X)
    assert abs(model.elbo(X, n_draws, random_state=1) - elbo.mean()) < error
    assert model.importance_bound(X, 5000, random_state=1) == pytest.approx(
        log_p.mean(), abs=0.05
    )


@pytest.mark.parametrize("member, settings", QUADRATURE, ids=str)
def test_the_importance_bound_rises_from_the_elbo(member, settings, X, rng):
    """Means over 200 seeds are compared, and differences are given in standard errors."""
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


# ---- the likelihood ------------------------------------------------------------------------


@pytest.mark.parametrize("member", ["variational", "variational known"])
@pytest.mark.parametrize("standardize", [False, True])
def test_the_gaussian_log_likelihood_is_that_of_scipy(member, standardize, X, rng):
    X = X * [1, 10, 0.1, 1]
    model, Z = make(member, standardize=standardize).fit(X), rng.standard_normal((30, 2))
    deviation = np.sqrt(model.variance_) * (X.std(axis=0) if standardize else 1)
    p = stats.norm(model.inverse_transform(Z), deviation)
    np.testing.assert_allclose(model.log_likelihood(X, Z), p.logpdf(X).sum(axis=1), rtol=1e-10)


def test_the_bernoulli_log_likelihood_is_that_of_scipy(X, rng):
    model, Z = make("variational pixels").fit(X), rng.standard_normal((30, 2))
    p = stats.bernoulli(model.inverse_transform(Z))
    expected = p.logpmf(X > 0.5).sum(axis=1)
    np.testing.assert_allclose(model.log_likelihood(X > 0.5, Z), expected, rtol=1e-10)


@pytest.mark.parametrize("standardize", [False, True])
def test_the_density_of_x_integrates_to_1_in_the_units_of_x(standardize, rng):
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


def test_a_learned_variance_starts_at_that_of_the_data_and_ends_at_that_of_the_noise():
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


# ---- samples and codes ---------------------------------------------------------------------


@pytest.mark.parametrize("member", ["variational", "variational known"])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("noise", [False, True])
def test_samples_of_a_linear_model_have_its_covariance(member, standardize, noise, X):
    """Since x = z W + b + sigma e, Cov x is W^T W + sigma^2 I, within 4 standard errors."""
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


def test_samples_of_a_bernoulli_model_are_0_or_1(X):
    model, n = make("variational pixels", epochs=50).fit(X), 20_000
    x, p = (model.sample(n, random_state=0, noise=noise) for noise in (True, False))
    assert set(np.unique(x)) == {0.0, 1.0}
    error = 4 * np.sqrt((p * (1 - p)).mean(axis=0) / n)
    assert (abs(x.mean(axis=0) - p.mean(axis=0)) < error).all()
    assert ((p > 0) & (p < 1)).all()


def test_transform_returns_the_mean_of_the_posterior_without_noise(X):
    model = make("variational").fit(X)
    mu, sigma = model.posterior(X)
    np.testing.assert_array_equal(model.transform(X), mu)
    w = model.weights_
    code = X @ w["W_e"] + w["b_e"]
    np.testing.assert_allclose(np.hstack([mu, 2 * np.log(sigma)]), code, rtol=0, atol=1e-12)
    np.testing.assert_allclose(model.kl(X), (mu**2 + sigma**2 - 1) / 2 - np.log(sigma))


# ---- the weight of the KL ------------------------------------------------------------------


@pytest.mark.parametrize("warm_up, risen", [(0.0, [1, 1, 1, 1]), (0.5, [0, 0.5, 1, 1])])
def test_the_weight_of_the_kl_warms_up_to_beta(warm_up, risen, X):
    """The weight is computed from the objectives at 0, 1/4, 1/2 and 3/4 of the training."""
    model = make("variational known", warm_up=warm_up, beta=4.0).fit(X)

    objectives = model.network_.objectives()

    def loss(progress):
        return objectives(progress)(model.theta_, X, np.random.default_rng(0))[0]

    kl = model.kl(X).sum(axis=1).mean()
    in_full = model.network_.objective()(model.theta_, X, np.random.default_rng(0))[0]
    without = in_full - 4 * kl
    assert kl > 0.01
    weights = [(loss(progress) - without) / kl for progress in (0, 0.25, 0.5, 0.75)]
    np.testing.assert_allclose(weights, 4 * np.array(risen), rtol=0, atol=1e-10)


def test_the_validation_loss_has_the_full_kl_during_the_warm_up(X):
    model = make("variational known", warm_up=1.0, beta=5.0).fit(X, validation=X)
    assert model.history_["validation_loss"][-1] == model.loss_and_grad(model.theta_, X)[0]


def test_partial_fit_counts_a_warm_up_as_over(X):
    warmed, none = (
        make("variational known", warm_up=share, beta=5.0).partial_fit(X)
        for share in (1.0, 0.0)
    )
    np.testing.assert_array_equal(warmed.theta_, none.theta_)


def test_the_likelihood_of_many_samples_is_that_of_each_part(rng):
    X = rng.random((1500, 4))
    model = make("variational").fit(X)
    Z = rng.standard_normal((3, 1500, 2))
    whole = model.log_likelihood(X, Z)
    parts = [
        model.log_likelihood(X[part], Z[:, part]) for part in (slice(700), slice(700, None))
    ]
    np.testing.assert_allclose(whole, np.concatenate(parts, axis=1), rtol=1e-12)
    one_for_all = model.log_likelihood(X, Z[:, :1])
    np.testing.assert_allclose(one_for_all[:, 5], model.log_likelihood(X[5:6], Z[:, :1])[:, 0])
