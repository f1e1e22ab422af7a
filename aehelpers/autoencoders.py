"""The family: plain, sparse, denoising, convolutional and variational autoencoders.

Each is a network, a loss and an optimiser, with the habits of scikit-learn. A subclass says
what differs and nothing else: its layers, its noise, or its cost of a code.
"""

import json
import warnings
from dataclasses import dataclass
from functools import lru_cache, partial
from math import prod
from zipfile import BadZipFile

import numpy as np

from .estimator import (
    Estimator,
    NotFittedError,
    as_samples,
    finite,
    from_json,
    generator,
    one_of,
    to_json,
    whole,
)
from .images import Conv, Deconv
from .layers import (
    ACTIVATIONS,
    CORRUPTIONS,
    Affine,
    Beside,
    Chain,
    Dense,
    GaussianCode,
    GaussianNoise,
    LogVariance,
    Shared,
)
from .losses import (
    LOSSES,
    bernoulli_of_logit,
    gaussian,
    gaussian_kl,
    kl_of_units,
    l1,
    sparsity_kl,
    weighted,
    with_code,
)
from .metrics import mse
from .optimizers import OPTIMIZERS, SCHEDULES
from .training import Objective, train


@dataclass(eq=False, repr=False)
class Autoencoder(Estimator):
    """x -> z -> x_hat: pass the input through `latent_dim` numbers and give it back.

    Encoder n_features -> hidden -> latent_dim, decoder the mirror image. hidden=() is one layer
    each, the network of notebook 01; hidden=(128, 64) is a deep one.

    activation, latent_activation, output_activation : "identity", "sigmoid", "tanh" or "relu",
        of the hidden layers, the code (None: as activation) and the reconstruction.
    loss : "squared_error", or "bernoulli" for X in [0, 1] and a sigmoid output.
    code_noise : deviation of the Gaussian noise on the code while training; it sinks linearly
        to 0 over the first share `code_noise_fade` of the epochs (None: it stays).
    optimizer : "sgd", "momentum" or "adam".
    schedule : of the learning rate, "constant" or "cosine" (down to 0 at the end).
    batch_size : samples a step; None is full batch.
    standardize : train on (x - mean) / deviation, feature by feature. What goes in and comes
        out stays in the units of X.
    weight_decay : adds weight_decay / 2 times the sum of the squared weights (not biases) to
        the loss.
    tied : the decoder's weights are the encoder's, transposed; theta_ holds them once.
    init_scale : factor on the Glorot start of the weights.   dtype : "float64" or "float32".
    random_state : None, an int (PCG64), a Generator, or a RandomState, used as it is. It draws
        the weights, then batches and noise.
    verbose : a progress bar, if training takes longer than a second.

    After fit: theta_ (size,); weights_, its parts by name; n_features_in_; history_, one value
    an epoch of "loss" (before that epoch's steps, with noise) and "validation_loss".
    """

    latent_dim: int = 2
    hidden: tuple = ()
    activation: str = "tanh"
    latent_activation: str | None = None
    output_activation: str = "identity"
    loss: str = "squared_error"
    code_noise: float = 0.0
    code_noise_fade: float | None = None
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    epochs: int = 200
    batch_size: int | None = 64
    standardize: bool = False
    weight_decay: float = 0.0
    tied: bool = False
    init_scale: float = 1.0
    dtype: str = "float64"
    random_state: object = None
    verbose: bool = False

    # ---- learning ----------------------------------------------------------------------------

    def fit(self, X, y=None, *, validation=None):
        """Learn from X (n, n_features), from a new start; y is there for pipelines and ignored.

        validation : (m, n_features) whose loss, without noise, is recorded after every epoch.
        Returns self. Ctrl-C ends the training with a warning and keeps what was learnt. Raises
        ValueError or TypeError for unusable arguments or data, and FloatingPointError if the
        training diverges; theta_ is then the one before that epoch.
        """
        steps = self.fit_steps(X, validation=validation)
        if self.verbose:
            from tqdm.auto import tqdm

            steps = tqdm(steps, total=self.epochs, delay=1, unit="epoch")
        epochs_done = 0
        try:
            for _ in steps:
                epochs_done += 1
        except KeyboardInterrupt:
            if not epochs_done:
                raise
            warnings.warn(
                f"training stopped by hand after epoch {epochs_done} of {self.epochs}; "
                "what was learnt is kept",
                stacklevel=2,
            )
        return self

    def fit_steps(self, X, *, validation=None):
        """`fit` as a generator, for live plots: yields self after each epoch.

        X is read as training goes on, not copied: leave it as it is until the end.
        """
        X, validation = self._start(X, validation)
        yield from self._train(
            X, self.epochs, self._objectives(), SCHEDULES[self.schedule], validation
        )

    def partial_fit(self, X, y=None):
        """One more epoch on X, from where the last call stopped; the first call starts.

        The end is unknown, so a schedule or fading noise stays at its start, and a warm-up
        counts as over.
        """
        if hasattr(self, "theta_"):
            X = self._to_network(self._as_fitted._samples(X, self.n_features_in_))
        else:
            X, _ = self._start(X)
        objective = self._objectives()(None)
        for _ in self._train(X, 1, lambda progress: objective, SCHEDULES["constant"]):
            pass
        return self

    def fit_transform(self, X, y=None):
        """fit(X), then transform(X)."""
        return self.fit(X).transform(X)

    def loss_and_grad(self, theta, X, rng=None):
        """Training loss (...) of X (..., n, d) at theta (..., size), and gradient (..., size).

        rng : noise on, at its full strength; None: off. Needs no fit, unless standardize=True.
        """
        X = np.asarray(X, dtype=theta.dtype)
        if self.standardize:
            self._check_fitted()
            X = self._to_network(X)
        return self._objective(*self._build(X.shape[-1]))(theta, X, rng)

    # ---- using what was learnt ---------------------------------------------------------------

    def transform(self, X):
        """Codes Z (n, latent_dim) of X (n, n_features)."""
        return self._encode(X)

    def inverse_transform(self, Z):
        """Reconstructions (n, n_features) of codes Z (n, latent_dim)."""
        self._check_fitted()
        Z = as_samples(Z, self._decoder.layers[0].n_in, self.theta_.dtype, "Z")
        return self.mean_ + self._decode(Z) * self.scale_

    def reconstruct(self, X):
        """inverse_transform(transform(X))."""
        return self.inverse_transform(self.transform(X))

    def score(self, X, y=None):
        """Minus the MSE per element of the reconstruction of X: higher is better."""
        return -mse(X, self.reconstruct(X))

    @property
    def weights_(self):
        """Views into theta_ by name: "W_e" (n_in, n_out), "b_e" (1, n_out), "W_d", "b_d".

        With hidden layers they are numbered: "W_e1", "b_e1", "W_e2", ... With tied=True W_d and
        b_d are copies.
        """
        self._check_fitted()
        return self.unpack(self.theta_)

    def unpack(self, theta):
        """`weights_` of any theta (..., size), a gradient among them."""
        self._check_fitted()
        return _named(self._encoder, self._decoder, theta[..., self._places])

    @property
    def history_(self):
        """What was recorded, (epochs so far,): "loss", and "validation_loss" if asked for."""
        self._check_fitted()
        return {name: np.array(values) for name, values in self._history.items()}

    # ---- inside ------------------------------------------------------------------------------

    def _halves(self, n_features):
        """Encoder and decoder, each a Chain: layers with parameters, then their activations."""
        encoder, decoder = self._layers(n_features)
        code = self.latent_activation or self.activation
        return (
            _activated(encoder, self.activation, code),
            _activated(decoder, self.activation, self.output_activation),
        )

    def _layers(self, n_features):
        """The layers with parameters, of the encoder and of the decoder."""
        outer = (n_features, *self.hidden)
        return (
            _dense((*outer, self._code_width)),
            _dense((self.latent_dim, *outer[::-1])),
        )

    @property
    def _code_width(self):
        """How many numbers the encoder gives for a sample."""
        return self.latent_dim

    def _build(self, n_features):
        """Encoder, decoder, and the places in theta (..., size) where their parameters lie."""
        encoder, decoder = self._halves(n_features)
        return encoder, decoder, _tied_places(encoder, decoder) if self.tied else slice(None)

    def _check_fitted(self):
        if not hasattr(self, "theta_"):
            raise NotFittedError(f"this {type(self).__name__} has learnt nothing yet: call fit")

    def _objective(self, encoder, decoder, places, strength=1.0):
        """The function (theta, x, rng) -> (loss, grad) to follow at that strength."""
        decoder, loss = self._loss(decoder)
        decode, cost = (self._code(strength), *decoder.layers), self._code_cost(strength)
        if cost is not None:
            decode, loss = [Beside(Chain(*decode))], with_code(loss, cost, self._code_width)
        network = Chain(*self._corruption(), *encoder.layers, *decode)
        if self.tied:
            network = Shared(network, places)
        if not self.weight_decay:
            return Objective(network, loss)
        each = np.zeros(encoder.size + decoder.size, self.dtype)
        decay = np.zeros(network.size, self.dtype)
        for name, view in _named(encoder, decoder, each).items():
            view[...] = self.weight_decay if name.startswith("W") else 0
        decay[places] = each
        return Objective(network, loss, decay)

    def _loss(self, decoder):
        """The decoder as it trains, and the loss of what it gives."""
        if self.loss == "bernoulli":
            # The pair (sigmoid, bernoulli) is taken as one: its slope stays exact where the
            # sigmoid saturates.
            return Chain(*decoder.layers[:-1]), bernoulli_of_logit
        return decoder, LOSSES[self.loss]

    def _corruption(self):
        """Layers before the encoder, in training only."""
        return ()

    def _strength(self, progress):
        """Share of its noise or cost that the code has at that share of training.

        progress None: in full.
        """
        if self.code_noise_fade is None or progress is None:
            return 1.0
        return max(0.0, 1 - progress / self.code_noise_fade)

    def _code(self, strength):
        """The layer between encoder and decoder, in training."""
        return GaussianNoise(strength * self.code_noise)

    def _code_cost(self, strength):
        """What the encoder's output costs, (..., n, width) -> cost, delta; None: nothing."""
        return None

    def _encode(self, X):
        self._check_fitted()
        X = self._to_network(as_samples(X, self.n_features_in_, self.theta_.dtype))
        return self._encoder.forward(self.theta_[..., self._places][: self._encoder.size], X)[0]

    def _decode(self, Z):
        return self._decoder.forward(self.theta_[..., self._places][self._encoder.size :], Z)[0]

    def _samples(self, X, n_features=None, name="X"):
        """X (n, d) checked for training, still in its own units."""
        X = as_samples(X, n_features, self.dtype, name)
        if self.loss == "bernoulli":
            _within_unit(X, name, "loss='bernoulli'")
        return X

    def _start(self, X, validation=None):
        """Check arguments and data, then draw the first theta_.

        Returns X and validation in the network's units. Nothing is forgotten if a check fails.
        """
        self._check_arguments()
        X = self._samples(X)
        if validation is not None:
            validation = self._samples(validation, X.shape[1], "validation")
        encoder, decoder, places = self._build(X.shape[1])
        self._rng = generator(self.random_state)
        self._as_fitted = type(self)(**self.get_params())
        self._encoder, self._decoder, self._places = encoder, decoder, places
        self.n_features_in_ = X.shape[1]
        self.mean_, self.scale_ = np.zeros_like(X[0]), np.ones_like(X[0])
        if self.standardize:
            self.mean_ = X.mean(axis=0)
            varies = np.ptp(X, axis=0) > 0  # a constant's deviation may come out as 1e-17
            self.scale_[varies] = X.std(axis=0)[varies]
        network = Chain(self._encoder, self._decoder)
        if self.tied:
            network = Shared(network, self._places)
        self.theta_ = (self.init_scale * network.init(self._rng)).astype(self.dtype)
        self._optimizer = OPTIMIZERS[self.optimizer](self.learning_rate)
        self._history = {"loss": []}
        return self._to_network(X), None if validation is None else self._to_network(validation)

    def _train(self, X, epochs, objective, schedule, validation=None):
        """Train theta_ and write the history; yield self after each epoch."""
        optimizer, batch_size = self._optimizer, self._as_fitted.batch_size
        run = train(
            objective, self.theta_, X, optimizer, epochs, batch_size, self._rng, schedule
        )
        if validation is not None:
            self._history["validation_loss"] = []
            full = self._objectives()(None)
        for loss in run:
            self._history["loss"].append(float(loss))
            if validation is not None:
                loss = full.value(self.theta_, validation)
                self._history["validation_loss"].append(float(loss))
            yield self

    def _objectives(self):
        """progress -> objective of what was fitted, built anew when its strength changes."""
        fitted, halves = self._as_fitted, (self._encoder, self._decoder, self._places)
        of_strength = lru_cache(maxsize=1)(partial(fitted._objective, *halves))
        return lambda progress: of_strength(fitted._strength(progress))

    def _to_network(self, X):
        """From the units of X to those of the network; the way back: inverse_transform."""
        return (X - self.mean_) / self.scale_ if self._as_fitted.standardize else X

    def _check_arguments(self):
        for name in ("activation", "output_activation"):
            one_of(name, getattr(self, name), ACTIVATIONS)
        one_of("latent_activation", self.latent_activation, [None, *ACTIVATIONS])
        one_of("loss", self.loss, LOSSES)
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        one_of("schedule", self.schedule, SCHEDULES)
        one_of("dtype", self.dtype, ["float64", "float32"])
        _widths("hidden", self.hidden, "(128,) or (128, 64)")
        whole("latent_dim", self.latent_dim, least=1)
        whole("epochs", self.epochs, least=0)
        if self.batch_size is not None:
            whole("batch_size", self.batch_size, least=1)
        finite("learning_rate", self.learning_rate, above=0)
        finite("init_scale", self.init_scale, least=0)
        finite("weight_decay", self.weight_decay, least=0)
        finite("code_noise", self.code_noise, least=0)
        if self.code_noise_fade is not None:
            finite("code_noise_fade", self.code_noise_fade, above=0)
        if self.loss == "bernoulli" and (
            self.output_activation != "sigmoid" or self.standardize
        ):
            raise ValueError(
                "loss='bernoulli' reads x_hat as a probability: "
                "it needs output_activation='sigmoid' and standardize=False"
            )

    # ---- on disk -----------------------------------------------------------------------------

    def save(self, path):
        """Write what was learnt to `path` (NumPy's npz, no pickle), for `aehelpers.load(path)`.

        The optimiser's moments are not kept: partial_fit after load starts them anew.
        """
        self._check_fitted()
        params = self._as_fitted.get_params()
        header = json.dumps({"class": type(self).__name__, "params": params}, default=to_json)
        with open(path, "wb") as file:
            np.savez(
                file,
                header=header,
                theta=self.theta_,
                mean=self.mean_,
                scale=self.scale_,
                **self.history_,
            )


@dataclass(eq=False, repr=False)
class SparseAutoencoder(Autoencoder):
    """An Autoencoder whose code costs something, so that few of its numbers are used at once.

    sparsity : "l1" adds sparsity_weight * sum |z|, mean over samples, as in `losses.l1`; "kl",
        for a code in (0, 1), sparsity_weight * sum_j KL(sparsity_target || mean of z_j in the
        batch).
    """

    sparsity: str = "l1"
    sparsity_weight: float = 1e-3
    sparsity_target: float = 0.05

    def _code_cost(self, strength):
        kl = partial(sparsity_kl, target=self.sparsity_target)
        return weighted(l1 if self.sparsity == "l1" else kl, self.sparsity_weight)

    def _check_arguments(self):
        super()._check_arguments()
        one_of("sparsity", self.sparsity, ["l1", "kl"])
        finite("sparsity_weight", self.sparsity_weight, least=0)
        finite("sparsity_target", self.sparsity_target, above=0, below=1)
        if self.sparsity == "kl" and "sigmoid" != (self.latent_activation or self.activation):
            raise ValueError(
                "sparsity='kl' reads each number of the code as a share in (0, 1): "
                "it needs latent_activation='sigmoid'"
            )


@dataclass(eq=False, repr=False)
class DenoisingAutoencoder(Autoencoder):
    """An Autoencoder that is given a corrupted x and has to return the clean one.

    corruption : "gaussian" adds noise of deviation corruption_level; "mask" sets numbers to 0,
        each with probability corruption_level; "salt_pepper", for X in [0, 1], to 0 or 1. With
        standardize=True this happens in the network's units, where 0 is the mean.

    New noise at every step of training, none afterwards: transform and reconstruct take what
    they get. Vincent et al. 2008.
    """

    corruption: str = "gaussian"
    corruption_level: float = 0.3

    def corrupt(self, X, random_state=None):
        """X (n, n_features) corrupted as in training. Needs no fit, unless standardize=True."""
        self._check_arguments()
        X = self._samples(X)
        if self.standardize:
            self._check_fitted()
            X = self._to_network(X)
        (noise,) = self._corruption()
        x, _ = noise.forward(None, X, generator(random_state))
        return self.mean_ + x * self.scale_ if self.standardize else x

    def _corruption(self):
        return (CORRUPTIONS[self.corruption](self.corruption_level),)

    def _check_arguments(self):
        super()._check_arguments()
        one_of("corruption", self.corruption, CORRUPTIONS)
        finite("corruption_level", self.corruption_level, least=0)
        if self.corruption != "gaussian" and self.corruption_level > 1:
            raise ValueError(
                f"corruption={self.corruption!r} takes corruption_level as a share, "
                f"at most 1, got {self.corruption_level}"
            )
        if self.corruption == "salt_pepper" and self.standardize:
            raise ValueError(
                "corruption='salt_pepper' puts in 0 or 1, the ends of X: "
                "it needs standardize=False"
            )

    def _samples(self, X, n_features=None, name="X"):
        X = super()._samples(X, n_features, name)
        if self.corruption == "salt_pepper":
            _within_unit(X, name, "corruption='salt_pepper'")
        return X


@dataclass(eq=False, repr=False)
class Pictures:
    """Fields that come before an Autoencoder's: dataclass starts with the last base."""

    image_shape: tuple
    channels: tuple = (16, 32)


@dataclass(eq=False, repr=False)
class ConvolutionalAutoencoder(Autoencoder, Pictures):
    """An Autoencoder of images: convolutions before its Dense layers, their transposes after.

    image_shape : (h, w) or (h, w, channels) of the images in X, which come flat, (n, h w ...).
    channels : what each convolution gives.   kernel_size, stride : of each. Where stride
        divides kernel_size, as many patches meet on one pixel as on the next, away from the
        border; otherwise the decoder starts with a checkerboard even for equal weights.
    """

    activation: str = "relu"
    latent_activation: str = "identity"
    kernel_size: int = 4
    stride: int = 2

    def _layers(self, n_features):
        shape, convs, deconvs = self.image_shape, [], []
        for channels in self.channels:
            geometry = shape, channels, self.kernel_size, self.stride
            convs.append(Conv(*geometry))
            deconvs.insert(0, Deconv(*geometry))
            shape = convs[-1].out_shape
        encoder, decoder = super()._layers(prod(shape))
        return convs + encoder, decoder + deconvs

    def _samples(self, X, n_features=None, name="X"):
        X = super()._samples(X, n_features, name)
        if X.shape[1] != prod(self.image_shape):
            raise ValueError(
                f"image_shape={self.image_shape} makes {prod(self.image_shape)} features, "
                f"{name} has {X.shape[1]}: give the (h, w) or (h, w, channels) of one image"
            )
        return X

    def _check_arguments(self):
        super()._check_arguments()
        _widths("image_shape", self.image_shape, "(28, 28) or (32, 32, 3)")
        _widths("channels", self.channels, "(16,) or (16, 32)")
        if len(self.image_shape) not in (2, 3) or not self.channels:
            raise ValueError(
                "image_shape must be (h, w) or (h, w, channels), and channels must name one "
                f"layer at least; got {self.image_shape!r} and {self.channels!r}"
            )
        whole("kernel_size", self.kernel_size, least=1)
        whole("stride", self.stride, least=1)


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

    def transform(self, X):
        """Means mu (n, latent_dim) of q(z | x)."""
        return self.posterior(X)[0]

    def posterior(self, X):
        """mu and sigma, each (n, latent_dim), of q(z | x) = N(mu, diag(sigma^2))."""
        mu, s = np.split(self._encode(X), 2, axis=-1)
        return mu, np.exp(s / 2)

    def kl(self, X):
        """KL(q(z_j | x) || N(0, 1)) of each sample and unit, (n, latent_dim), in nats."""
        return kl_of_units(self._encode(X))

    def log_likelihood(self, X, Z):
        """log p(x | z) (..., n), in nats: X (n, n_features), codes Z (..., n, latent_dim)."""
        self._check_fitted()
        X, Z = as_samples(X, self.n_features_in_, self.theta_.dtype), np.asarray(Z)
        if Z.ndim < 2 or Z.shape[-1] != self._decoder.layers[0].n_in:
            raise ValueError(
                f"Z must hold codes (..., n, {self._decoder.layers[0].n_in}), one for each row "
                f"of X or one for all, got shape {Z.shape}"
            )
        decoder, loss = self._as_fitted._loss(self._decoder)
        y = decoder.forward(self.theta_[self._encoder.size :], Z)[0]
        # Each sample as a model of its own: the loss then is one number a sample.
        minus_log, _ = loss(y[..., None, :], self._to_network(X)[:, None, :])
        return -minus_log - np.log(self.scale_).sum()

    def elbo(self, X, n_samples=1, random_state=None):
        """E_q[log p(x | z)] - KL(q(z | x) || p(z)), in nats, the mean over X: a float.

        The first term over n_samples draws of z for every x. Never above log p(x), but for
        the error of these draws.
        """
        whole("n_samples", n_samples, least=1)
        mu, sigma = self.posterior(X)
        rng = generator(random_state)
        Z = mu + sigma * rng.standard_normal((n_samples, *mu.shape))
        return float(self.log_likelihood(X, Z).mean() - self.kl(X).sum(axis=-1).mean())

    def importance_bound(self, X, n_samples=50, random_state=None):
        """log 1/S sum_s p(x, z_s) / q(z_s | x), z_s ~ q(z | x), in nats, the mean over X.

        In expectation the ELBO for n_samples = S = 1, rising to log p(x) as S grows: Burda,
        Grosse & Salakhutdinov 2016.
        """
        whole("n_samples", n_samples, least=1)
        mu, sigma = self.posterior(X)
        e = generator(random_state).standard_normal((n_samples, *mu.shape))
        Z = mu + sigma * e
        log_prior_over_q = (e**2 / 2 - Z**2 / 2 + np.log(sigma)).sum(axis=-1)
        log_weight = self.log_likelihood(X, Z) + log_prior_over_q
        return float((np.logaddexp.reduce(log_weight, axis=0) - np.log(n_samples)).mean())

    def sample(self, n_samples=1, random_state=None, noise=True):
        """x ~ p(x), (n_samples, n_features): z ~ N(0, I), then x ~ p(x | z).

        noise=False leaves out the second draw and gives the means x_hat.
        """
        self._check_fitted()
        whole("n_samples", n_samples, least=1)
        rng = generator(random_state)
        Z = rng.standard_normal((n_samples, self._decoder.layers[0].n_in))
        x_hat = self.inverse_transform(Z)
        if not noise:
            return x_hat
        if self._as_fitted.loss == "bernoulli":
            return (rng.random(x_hat.shape) < x_hat).astype(x_hat.dtype)
        e = rng.standard_normal(x_hat.shape)
        return (x_hat + np.sqrt(self.variance_) * self.scale_ * e).astype(x_hat.dtype)

    @property
    def variance_(self):
        """Variance of the data around x_hat, given or learned, in the network's units."""
        self._check_fitted()
        if self._as_fitted.loss == "bernoulli":
            raise AttributeError("loss='bernoulli' draws 0 or 1: there is no variance_")
        variance = self._as_fitted.variance
        return float(np.exp(self.theta_[-1])) if variance == "learned" else variance

    def _halves(self, n_features):
        encoder, decoder = super()._halves(n_features)
        if self.loss == "squared_error":
            variance = None if self.variance == "learned" else self.variance
            decoder = Chain(*decoder.layers, LogVariance(variance))
        return encoder, decoder

    @property
    def _code_width(self):
        return 2 * self.latent_dim

    def _start(self, X, validation=None):
        X, validation = super()._start(X, validation)
        if self.loss == "squared_error" and self.variance == "learned":
            # As large as that of the data: x_hat explains nothing yet. A constant has none, but
            # its var may come out as 1e-34.
            variances = X.var(axis=0) * (np.ptp(X, axis=0) > 0)
            self.theta_[-1] = np.log(variances.mean() or 1.0)
        return X, validation

    def _loss(self, decoder):
        if self.loss == "squared_error":
            return decoder, gaussian
        return super()._loss(decoder)

    def _strength(self, progress):
        warming = self.warm_up and progress is not None
        return min(1.0, progress / self.warm_up) if warming else 1.0

    def _code(self, strength):
        return GaussianCode()

    def _code_cost(self, strength):
        return weighted(gaussian_kl, strength * self.beta)

    def _decode(self, Z):
        return super()._decode(Z)[..., : self.n_features_in_]

    def _check_arguments(self):
        super()._check_arguments()
        finite("beta", self.beta, least=0)
        finite("warm_up", self.warm_up, least=0)
        if not isinstance(self.variance, str):
            finite("variance", self.variance, above=0)
        elif self.variance != "learned":
            raise ValueError(f"variance must be a number or 'learned', got {self.variance!r}")
        needed = {"latent_activation": "identity", "code_noise": 0, "tied": False}
        for name, value in needed.items():
            if getattr(self, name) != value:
                raise ValueError(
                    f"a VariationalAutoencoder draws its code from N(mu, sigma^2): "
                    f"{name} must stay {value!r}, got {getattr(self, name)!r}"
                )


def load(path):
    """The fitted estimator that `save` wrote to `path`; ValueError if the file is not one."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        header = json.loads(str(arrays.pop("header")), object_hook=from_json)
        params = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in header["params"].items()
        }
        model = ESTIMATORS[header["class"]](**params)
    except (ValueError, TypeError, AttributeError, KeyError, EOFError, BadZipFile) as error:
        raise ValueError(
            f"{path} is not a saved autoencoder: {type(error).__name__}: {error}"
        ) from error
    model.theta_, model.mean_, model.scale_ = (
        arrays.pop(name) for name in ("theta", "mean", "scale")
    )
    model.n_features_in_ = len(model.mean_)
    model._as_fitted = type(model)(**model.get_params())
    model._encoder, model._decoder, model._places = model._build(model.n_features_in_)
    model._history = {name: list(values) for name, values in arrays.items()}
    model._rng = generator(model.random_state)
    model._optimizer = OPTIMIZERS[model.optimizer](model.learning_rate)
    return model


ESTIMATORS = {
    estimator.__name__: estimator
    for estimator in (
        Autoencoder,
        SparseAutoencoder,
        DenoisingAutoencoder,
        ConvolutionalAutoencoder,
        VariationalAutoencoder,
    )
}


def _dense(widths):
    """Dense layers of these widths."""
    return [Dense(n_in, n_out) for n_in, n_out in zip(widths[:-1], widths[1:], strict=True)]


def _activated(layers, between, last):
    """A Chain of the layers, each followed by its activation."""
    names = [between] * (len(layers) - 1) + [last]
    pairs = zip(layers, names, strict=True)
    return Chain(*(part for layer, name in pairs for part in (layer, ACTIVATIONS[name]())))


def _affine(half, theta):
    """The layers of a half that have weights, each with its part (..., layer.size) of theta."""
    pairs = zip(half.layers, half.unpack(theta), strict=True)
    return [(layer, part) for layer, part in pairs if isinstance(layer, Affine)]


def _named(encoder, decoder, theta):
    """Views into theta (..., size of both): "W_e", "b_e", "W_d", "b_d", numbered when deep."""
    views = {}
    for letter, half, part in (
        ("e", encoder, theta[..., : encoder.size]),
        ("d", decoder, theta[..., encoder.size :]),
    ):
        affine = _affine(half, part)
        for number, (layer, own) in enumerate(affine, start=1):
            name = letter + (str(number) if len(affine) > 1 else "")
            views["W_" + name], views["b_" + name] = layer.unpack(own)
    return views


def _tied_places(encoder, decoder):
    """Places (size of both,) in a theta that holds the decoder's biases, but not its weights.

    These are the encoder's, transposed, in the mirrored order.
    """
    places = np.arange(encoder.size + decoder.size)
    mirrored = _affine(encoder, places[: encoder.size])[::-1]
    free = encoder.size
    for (layer_e, part_e), (layer_d, part_d) in zip(
        mirrored, _affine(decoder, places[encoder.size :]), strict=True
    ):
        W, b = layer_d.unpack(part_d)
        W[...] = layer_e.unpack(part_e)[0].T
        b[...] = np.arange(free, free + b.size)
        free += b.size
    return places


def _widths(name, value, such_as):
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a tuple of widths, such as {such_as}, got {value!r}")
    for width in value:
        whole(f"a width in {name}", width, least=1)


def _within_unit(X, name, why):
    if X.min() < 0 or X.max() > 1:
        raise ValueError(
            f"{why} needs data in [0, 1], "
            f"{name} goes from {X.min():g} to {X.max():g}: rescale it"
        )
