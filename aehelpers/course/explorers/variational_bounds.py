"""The further notebook on variational bounds: chosen noise, and gradient estimators."""

import numpy as np


class FixedNoise:
    """A random generator whose every draw is `value`, to sum over noise in place of drawing."""

    def __init__(self, value):
        self.value = value

    def standard_normal(self, shape):
        return np.full(shape, self.value)


def gradients_at_the_code(model, X, n_draws, random_state=0):
    """Return n_draws gradients by each of three estimators, {name: (n_draws, 2 k)}.

    They are gradients of the loss at the last bias of the encoder, which has an entry for each
    mean mu and each log variance s of the code. The names are "reparameterization", "score
    function" and "score function with baseline". The baseline is the mean of log p(x | z) over
    all other draws (Mohamed and others 2020, arXiv:1906.10652).

    model : a fitted VariationalAutoencoder.   X (n, d) : samples; the loss is their mean.
    """
    rng, (mu, sigma) = np.random.default_rng(random_state), model.posterior(X)
    theta = np.broadcast_to(model.theta_, (n_draws, model.theta_.size))
    by_draw = model.unpack(model.loss_and_grad(theta, X, rng)[1])
    e = rng.standard_normal((n_draws, *mu.shape))
    f = model.log_likelihood(X, mu + sigma * e)[..., None]
    others = (f.sum(axis=0) - f) / (n_draws - 1)
    score = np.concatenate([e / sigma, (e**2 - 1) / 2], axis=-1)
    of_kl = np.concatenate([mu, (sigma**2 - 1) / 2], axis=-1)
    return {
        "reparameterization": by_draw[f"b_e{len(model.hidden) + 1}"][:, 0],
        "score function": (of_kl - f * score).mean(axis=1),
        "score function with baseline": (of_kl - (f - others) * score).mean(axis=1),
    }
