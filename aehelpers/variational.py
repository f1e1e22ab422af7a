"""The variational autoencoder: its network, its bounds on the likelihood, and its samples."""

from dataclasses import dataclass

import numpy as np

from .autoencoder import Autoencoder
from .estimator import check_flag, check_n_samples, check_number, generator
from .layers import Chain, GaussianCode, LogVariance
from .losses import gaussian, gaussian_kl, kl_of_units
from .samples import moments, real_numbers, row_slices


@dataclass(eq=False, repr=False)
class VariationalAutoencoder(Autoencoder):
    """A model of how X came about: z ~ N(0, I), then x ~ p(x | z) around the decoder's x_hat.

    The encoder gives q(z | x) = N(mu, diag(sigma^2)), and training lowers, in nats per sample,
    -log p(x | z) + beta KL(q(z | x) || N(0, I)) for one z drawn from q: at beta = 1 minus the
    evidence lower bound (ELBO). Kingma & Welling 2013.

    loss : "squared_error": p(x | z) = N(x_hat, variance I), in the network's units; or
        "bernoulli".
    variance : of the data around x_hat, a number, or "learned": one more parameter.
    beta : weight of the KL (Higgins et al. 2017).
    warm_up : over this first share of the epochs the weight rises linearly from 0 to beta.

    transform gives mu. The validation loss is taken at z = mu.
    """

    latent_activation: str = "identity"
    beta: float = 1.0
    warm_up: float = 0.0
    variance: float | str = "learned"

    _outputs_per_latent = 2  # mean and logarithm of the variance

    def transform(self, X):
        """Means mu (n, latent_dim) of q(z | x)."""
        return super().transform(X)

    def _codes(self, X):
        return self.posterior(X)[0]

    def posterior(self, X):
        """mu and sigma, each (n, latent_dim), of q(z | x) = N(mu, diag(sigma^2))."""
        mu, s = np.split(self._encode(X), 2, axis=-1)
        with np.errstate(all="ignore"):  # a variance may be as good as 0
            return mu.copy(), np.exp(s / 2)

    def kl(self, X):
        """KL(q(z_j | x) || N(0, 1)) of each sample and unit, (n, latent_dim), in nats."""
        with np.errstate(all="ignore"):  # inf where a variance is too large for the dtype
            return kl_of_units(self._encode(X))

    def log_likelihood(self, X, Z):
        """log p(x | z) (..., n), in nats: X (n, n_features), codes Z (..., n, latent_dim)."""
        self._check_fitted()
        network, dtype = self.network_, self.theta_.dtype
        X, Z = self._samples(X, dtype), real_numbers(Z, dtype, "Z")
        n, k = len(X), network.latent_dim
        if Z.ndim < 2 or Z.shape[-1] != k or Z.shape[-2] not in (1, n):
            raise ValueError(
                f"Z must hold codes (..., n, {k}), one for each row of X or one for all, and X "
                f"has {n} rows; got shape {Z.shape}"
            )
        # Behind the encoder theta holds the decoder, then the output in training.
        decoder = Chain(network.decoder, network.output_in_training)
        log_p = np.empty((*Z.shape[:-2], n))
        for part in row_slices(n, self.n_features_in_ * max(1, Z[..., :1, 0].size)):
            z = Z[..., part, :] if Z.shape[-2] == n else Z
            with np.errstate(all="ignore"):  # log p may be -inf
                y = decoder.forward(self.theta_[network.encoder.size :], z)[0]
                # Each sample as a model of its own: so the loss is one number for each sample.
                x = self._to_network(X[part])[:, None, :]
                log_p[..., part] = -network.loss(y[..., None, :], x)[0]
        return log_p - np.log(self.scale_).sum()

    def elbo(self, X, n_samples=1, random_state=None):
        """E_q[log p(x | z)] - KL(q(z | x) || p(z)), in nats, the mean over X: a float.

        The first term over n_samples draws of z for every x. Never above log p(x), but for
        the error of these draws.
        """
        draws = self.draws(X, n_samples, random_state)
        log_p = sum(self.log_likelihood(X, Z).sum(axis=0) for Z, _ in draws) / n_samples
        return float(log_p.mean() - self.kl(X).sum(axis=-1, dtype=float).mean())

    def importance_bound(self, X, n_samples=50, random_state=None):
        """log 1/S sum_s p(x, z_s) / q(z_s | x), z_s ~ q(z | x), in nats, the mean over X.

        In expectation the ELBO for n_samples = S = 1, rising to log p(x) as S grows: Burda,
        Grosse & Salakhutdinov 2016.
        """
        log_sum = -np.inf
        for Z, log_prior_over_q in self.draws(X, n_samples, random_state):
            log_weight = self.log_likelihood(X, Z) + log_prior_over_q
            with np.errstate(all="ignore"):  # log p may be -inf
                log_sum = np.logaddexp(log_sum, np.logaddexp.reduce(log_weight, axis=0))
        return float((log_sum - np.log(n_samples)).mean())

    def draws(self, X, n_samples, random_state):
        """Yield n_samples draws Z of q(z | x) and log p(z) / q(z | x), in small pieces.

        Z (s, n, latent_dim), and (s, n), for as many draws s as one piece has room for.
        """
        check_n_samples(n_samples)
        code = self._encode(X).astype(float, copy=False)
        mu, s = np.split(code, 2, axis=-1)
        rng = generator(random_state)
        for part in row_slices(int(n_samples), len(code) * self.n_features_in_):
            e = rng.standard_normal((part.stop - part.start, *mu.shape))
            with np.errstate(all="ignore"):
                Z = mu + np.exp(s / 2) * e
                log_prior_over_q = (e**2 / 2 - Z**2 / 2 + s / 2).sum(axis=-1)
            yield Z, log_prior_over_q

    def sample(self, n_samples=1, random_state=None, noise=True):
        """x ~ p(x), (n_samples, n_features): z ~ N(0, I), then x ~ p(x | z).

        noise=False leaves out the second draw and gives the means x_hat.
        """
        self._check_fitted()
        check_n_samples(n_samples)
        check_flag("noise", noise)
        rng = generator(random_state)
        Z = rng.standard_normal((n_samples, self.network_.latent_dim))
        x_hat = self.inverse_transform(Z)
        if not noise:
            return x_hat
        if self.run_.params["loss"] == "bernoulli":
            return (rng.random(x_hat.shape) < x_hat).astype(x_hat.dtype)
        e = rng.standard_normal(x_hat.shape)
        with np.errstate(all="ignore"):  # the next lines find what matters
            x = (x_hat + np.sqrt(self.variance_) * self.scale_ * e).astype(x_hat.dtype)
        if not np.isfinite(x).all():
            raise ValueError(
                f"variance_ {self.variance_:g} is too large to draw from: fit with a smaller "
                "learning_rate, or give noise=False"
            )
        return x

    @property
    def variance_(self):
        """Variance of the data around x_hat, given or learned, in the network's units."""
        self._check_fitted()
        if self.run_.params["loss"] == "bernoulli":
            raise AttributeError("loss='bernoulli' draws 0 or 1: there is no variance_")
        variance = self.run_.params["variance"]
        with np.errstate(all="ignore"):
            return float(np.exp(self.theta_[-1]) if variance == "learned" else variance)

    def network(self, n_features):
        network = super().network(n_features)
        network.sampling_layers = (GaussianCode(),)
        network.penalty, network.penalty_weight = gaussian_kl, float(self.beta)
        network.warm_up = float(self.warm_up)
        if self.loss == "squared_error":
            variance = None if self.variance == "learned" else float(self.variance)
            network.output_in_training = Chain(network.output, LogVariance(variance))
            network.loss = gaussian
        return network

    def begin(self, X, validation=None):
        """As in `Autoencoder`; a learned variance begins with that of X, mean over features."""
        X, validation = super().begin(X, validation)
        if self.loss == "squared_error" and self.variance == "learned":
            variance = (moments(X)[1] ** 2).mean()
            self.theta_[-1] = np.log(variance or 1.0)  # of LogVariance, the last layer
        return X, validation

    def check_arguments(self):
        super().check_arguments()
        check_number("beta", self.beta, least=0)
        check_number("warm_up", self.warm_up, least=0)
        if not isinstance(self.variance, str):
            check_number("variance", self.variance, above=0)
        elif self.variance != "learned":
            raise ValueError(f"variance must be a number or 'learned', got {self.variance!r}")
        needed = {"latent_activation": "identity", "code_noise": 0, "code_noise_fade": None}
        needed["tied"] = False
        for name, value in needed.items():
            if getattr(self, name) != value:
                raise ValueError(
                    f"a VariationalAutoencoder draws its code from N(mu, sigma^2): "
                    f"{name} must stay {value!r}, got {getattr(self, name)!r}"
                )
