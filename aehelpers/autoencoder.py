"""The autoencoder: a network, a loss and an optimiser, with the habits of scikit-learn.

A subclass says what differs and nothing else: its layers, its corruption, or its penalty on the
code. It does so in `network`, which makes the `Network` that the arguments describe.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from . import saving
from .estimator import (
    MOST,
    Estimator,
    NotFittedError,
    check_choice,
    check_flag,
    check_number,
    check_whole,
    check_width,
    check_widths,
    generator,
)
from .layers import ACTIVATIONS, Chain, Identity, activated, dense
from .losses import LOSSES, bernoulli_of_logit
from .metrics import mse_of_reconstruction
from .network import Network
from .optimizers import OPTIMIZERS, SCHEDULES
from .samples import (
    as_array,
    as_dtype,
    as_samples,
    check_names,
    feature_names,
    in_pieces,
    moments,
    real_numbers,
)
from .training import train


@dataclass
class Run:
    """A training under way: what `fit` began with, and what `partial_fit` goes on with.

    params : the arguments of the estimator as they were then.   rng : the random generator.
    history : {name: list with one value for each epoch}.
    """

    params: dict
    rng: object
    optimizer: object
    history: dict


@dataclass(eq=False, repr=False)
class Autoencoder(Estimator):
    """x -> z -> x_hat: reproduce the input from a code z of `latent_dim` numbers.

    The encoder has layers of widths n_features, *hidden, latent_dim, and the decoder mirrors
    them. hidden=() is one layer each, the network of notebook 01; hidden=(128, 64) is deep.

    activation, latent_activation, output_activation : "identity", "sigmoid", "tanh" or "relu",
        of the hidden layers, the code (None: as activation) and the reconstruction.
    loss : "squared_error", or "bernoulli" for X in [0, 1] and a sigmoid output.
    code_noise : standard deviation of the noise on the code during training. It sinks linearly
        to 0 over the first share `code_noise_fade` of the epochs (None: it stays).
    optimizer : "sgd", "momentum" or "adam".
    schedule : of the learning rate, "constant" or "cosine" (down to 0 at the end).
    batch_size : samples in a step; None is full batch.
    standardize : train on (x - mean) / standard deviation, feature by feature. All arguments
        and results stay in the units of X.
    weight_decay : adds weight_decay / 2 times the sum of the squared weights (not biases) to
        the loss.
    tied : the decoder's weights are the encoder's, transposed; theta_ holds them once.
    init_scale : factor on the initial weights (Glorot's).   dtype : "float64" or "float32".
    random_state : None, an int (PCG64), a Generator, or a RandomState, used as it is. It draws
        the weights, then batches and noise.
    verbose : a progress bar, if training takes longer than a second.

    After fit: theta_ (size,); weights_, its parts by name; network_, see `Network`;
    n_features_in_, and feature_names_in_ of a frame; mean_ and scale_ (n_features,), 0 and 1
    unless standardize; history_, one value for each epoch of "loss" (taken just before each
    step, with noise) and "validation_loss"; run_, with which partial_fit goes on.
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

    _outputs_per_latent = 1  # what the encoder gives for each of the latent_dim numbers

    def fit(self, X, y=None, *, validation=None):
        """Train on X (n, n_features), from new weights; y is there for pipelines and ignored.

        validation : (m, n_features), whose loss, without noise, is recorded after every epoch.
            A Pipeline does not pass it through its earlier steps, so do that before:
            pipe.fit(X, autoencoder__validation=pipe[:-1].fit(X).transform(V)).
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

        X is read while the training goes on, not copied: leave it as it is until the end.
        """
        X, validation = self.begin(X, validation)
        objective_at, schedule = self.network_.objectives(), SCHEDULES[self.schedule]
        yield from self._train(X, self.epochs, objective_at, schedule, validation)

    def partial_fit(self, X, y=None):
        """Train for one more epoch on X; the first call begins a new training.

        The end is unknown, so a schedule or fading noise stays at its start, and a warm-up
        counts as over. ValueError if the first call has to standardize, because one piece of
        the data does not tell the mean and the deviation of all: see the message.
        """
        if hasattr(self, "theta_"):
            X = self._samples(X, self.theta_.dtype)
            self.network_.check(X)
            X = self._to_network(X)
        elif self.standardize:
            raise ValueError(
                "standardize=True needs the mean and deviation of all data, and partial_fit "
                "sees a piece: call fit with a sample of all data first (epochs=0 will do), or "
                "scale X before and set standardize=False"
            )
        else:
            X, _ = self.begin(X)
        objective = self.network_.objective()
        for _ in self._train(X, 1, lambda progress: objective, SCHEDULES["constant"]):
            pass
        return self

    def begin(self, X, validation=None):
        """Check, draw theta_, and return X and validation in the units of the network.

        This is all of `fit` but the training. If a check fails, what was fitted before stays
        as it is.
        """
        names = feature_names(X)
        X, network = self._checked(X)
        rng, n_features = generator(self.random_state), X.shape[1]
        if validation is not None:
            check_names(validation, names, type(self).__name__)
            validation = as_samples(validation, self.dtype, "validation")
            check_width(validation, n_features, type(self).__name__, "validation")
            network.check(validation, "validation")
        mean, scale = np.zeros(n_features), np.ones(n_features)
        if self.standardize:
            mean, deviation = moments(X)
            scale = np.where(deviation > 0, deviation, 1.0)
        with np.errstate(all="ignore"):
            theta = (float(self.init_scale) * network.init(rng)).astype(self.dtype)
        if not np.isfinite(theta).all():
            raise ValueError(
                f"init_scale={self.init_scale} makes weights that are too large for "
                f"{self.dtype}: take a smaller one"
            )
        self.restore(theta, mean, scale, names, network, rng)
        return self._to_network(X), None if validation is None else self._to_network(validation)

    def restore(self, theta, mean, scale, names=None, network=None, rng=None, **history):
        """Become the fitted estimator of these arrays: the end of `begin`, and of `load`.

        theta (size,).   mean, scale (n_features,), of the samples.   names : feature_names_in_,
        or None.   network, rng : None, what the arguments describe.   history : what was
        recorded, by name.
        """
        self._remember_features(len(mean), names)
        self.network_ = network or self.network(len(mean))
        self.theta_, self.mean_, self.scale_ = theta, mean, scale
        self.run_ = Run(
            params=self.get_params(),
            rng=rng or generator(self.random_state),
            optimizer=OPTIMIZERS[self.optimizer](float(self.learning_rate)),
            history={"loss": []} | history,
        )

    def _train(self, X, epochs, objective_at, schedule, validation=None):
        """Train theta_ and write the history; yield self after each epoch."""
        run = self.run_
        batch_size = run.params["batch_size"]
        if batch_size is not None:
            batch_size = int(batch_size)  # one of eight bits would overflow
        losses = train(
            objective_at, self.theta_, X, run.optimizer, epochs, batch_size, run.rng, schedule
        )
        if validation is not None:
            run.history["validation_loss"] = []
            without_noise = self.network_.objective().value
        for loss in losses:
            run.history["loss"].append(float(loss))
            if validation is not None:
                loss = without_noise(self.theta_, validation)
                run.history["validation_loss"].append(float(loss))
            yield self

    def loss_and_grad(self, theta, X, rng=None):
        """Training loss (...) of X (..., n, d) at theta (..., size), and gradient (..., size).

        rng : a Generator or RandomState: noise on, at full strength; None: off. It needs no
        fit, unless standardize=True.
        """
        self.check_arguments()
        theta = as_array(theta, "theta")
        X = real_numbers(X, theta.dtype if theta.dtype.kind == "f" else "float64")
        network = self.network(X.shape[-1] if X.ndim else 0)
        if theta.dtype.kind != "f" or theta.shape[-1:] != (network.size,) or X.ndim < 2:
            raise ValueError(
                f"expected theta (..., {network.size}) of float numbers and X (..., n, d), "
                f"got {theta.dtype} {theta.shape} and {X.shape}"
            )
        if X.size == 0 or not broadcasts(X.shape[:-2], theta.shape[:-1]):
            raise ValueError(
                "X must be (n, d), one X for all models of theta (..., size), or (..., n, d), "
                f"with a sample at least: got X {X.shape} and theta {theta.shape}"
            )
        if rng is not None and not hasattr(rng, "standard_normal"):
            raise TypeError(f"rng must be None, a Generator or a RandomState, got {rng!r}")
        X = as_dtype(self._in_units_of_network(X), theta.dtype)
        with np.errstate(all="ignore"):  # a reader sees inf
            return network.objective()(theta, X, rng)

    def network(self, n_features):
        """The Network that the arguments describe, for samples of n_features numbers."""
        code = ACTIVATIONS[self.code_activation]()
        (*encoder, to_code), (*decoder, to_output) = self._layers(n_features)
        output, bernoulli = ACTIVATIONS[self.output_activation](), self.loss == "bernoulli"
        return Network(
            encoder=Chain(*activated(encoder, self.activation), to_code, code),
            decoder=Chain(*activated(decoder, self.activation), to_output),
            output=output,
            # The sigmoid is a part of this loss: so the gradient is exact where it saturates.
            output_in_training=Identity() if bernoulli else output,
            loss=bernoulli_of_logit if bernoulli else LOSSES[self.loss],
            unit_interval_reason="loss='bernoulli'" if bernoulli else "",
            code_noise=self.code_noise,
            code_noise_fade=self.code_noise_fade,
            weight_decay=float(self.weight_decay),
            tied=self.tied,
        )

    @property
    def code_activation(self):
        """Name of the activation of the code."""
        return self.latent_activation or self.activation

    def _layers(self, n_features):
        """The layers with weights, of the encoder and of the decoder."""
        # As Python's int, for a NumPy int of eight bits would overflow in a product.
        widths, latent_dim = (n_features, *map(int, self.hidden)), int(self.latent_dim)
        code_width = self._outputs_per_latent * latent_dim
        return dense((*widths, code_width)), dense((latent_dim, *widths[::-1]))

    def transform(self, X):
        """Codes Z (n, latent_dim) of X (n, n_features)."""
        return self._as_output(self._codes(X), X)

    def inverse_transform(self, Z):
        """Reconstructions (n, n_features) of codes Z (n, latent_dim)."""
        self._check_fitted()
        return in_pieces(
            self._decode, self._checked_codes(Z, self.theta_.dtype), self.n_features_in_
        )

    def fit_transform(self, X, y=None, *, validation=None):
        """fit(X, validation=validation), then transform(X)."""
        return self.fit(X, validation=validation).transform(X)

    def reconstruct(self, X):
        """inverse_transform(transform(X))."""
        return self.inverse_transform(self.transform(X))

    def score(self, X, y=None):
        """Minus the MSE per element of the reconstruction of X: higher is better."""
        self._samples(X)  # so that an error tells the row in X and not in a piece of it
        return -mse_of_reconstruction(self, X)

    @property
    def weights_(self):
        """Views into theta_ by name: "W_e" (n_in, n_out), "b_e" (1, n_out), "W_d", "b_d".

        With hidden layers they are numbered: "W_e1", "b_e1", "W_e2", ... With tied=True they
        are copies, and read-only: theta_ has each of them once.
        """
        self._check_fitted()
        return self.unpack(self.theta_)

    def unpack(self, theta):
        """`weights_` of any theta (..., size), for example of a gradient."""
        self._check_fitted()
        theta = as_array(theta, "theta")
        if theta.shape[-1:] != (self.network_.size,):
            raise ValueError(
                f"theta must be (..., {self.network_.size}), got shape {theta.shape}"
            )
        return self.network_.weights(theta)

    @property
    def history_(self):
        """What was recorded, one value for each epoch: "loss", and "validation_loss" of fit."""
        self._check_fitted()
        return {name: np.array(values) for name, values in self.run_.history.items()}

    def save(self, path):
        """Write what was learnt to `path` (NumPy's npz, no pickle), for `aehelpers.load(path)`.

        A file of that name is replaced in one step, when the new one is complete. The moments
        of the optimiser are not kept: partial_fit after load starts them anew. ValueError if
        `load` could not read the file, TypeError if an argument cannot be written.
        """
        self._check_fitted()
        saving.save(path, self)

    @property
    def _n_features_out(self):
        """Number of columns of a code."""
        return self.network_.latent_dim

    def _codes(self, X):
        """`transform`, always as an array."""
        return self._encode(X)

    def _encode(self, X):
        """Output of the encoder for X, (n, code_width): codes, or [mu, s] if variational."""
        self._check_fitted()
        X = self._samples(X, self.theta_.dtype)

        def encode(x):
            return self.network_.encode(self.theta_, self._to_network(x))

        return in_pieces(encode, X, self.n_features_in_)

    def _decode(self, Z):
        """x_hat (n, n_features) of codes Z (n, latent_dim), in the units of X."""
        Z = as_dtype(Z, self.theta_.dtype)
        return self._from_network(self.network_.decode(self.theta_, Z))

    def _to_network(self, X):
        """From the units of X to those of the network, in the dtype of theta_."""
        dtype = self.theta_.dtype
        if not self.run_.params["standardize"]:
            return as_dtype(X, dtype)

        def standardized(x):  # in float64: float32 may not tell x from mean_
            return ((x - self.mean_) / self.scale_).astype(dtype)

        return in_pieces(standardized, X, self.n_features_in_)

    def _from_network(self, x):
        """From the units of the network to those of X, the inverse of `_to_network`."""
        return self.mean_ + x * self.scale_ if self.run_.params["standardize"] else x

    def _in_units_of_network(self, X):
        """X for a method that needs no fit, unless standardize=True."""
        if not self.standardize:
            return X
        self._check_fitted()
        if not self.run_.params["standardize"]:
            raise NotFittedError("standardize was set after the fit: call fit again")
        check_width(X, self.n_features_in_, type(self).__name__)
        return self._to_network(X)

    def _checked(self, X):
        """X as an array, and the Network for it, if the arguments and X can be used."""
        self.check_arguments()
        X = as_samples(X, self.dtype)
        network = self.network(X.shape[1])
        if network.size > MOST:
            raise ValueError(
                f"{self!r} has {network.size} parameters, expected at most {MOST:g}: make "
                "latent_dim or the widths of its layers smaller"
            )
        network.check(X)
        return X, network

    def check_arguments(self):
        """ValueError or TypeError unless all arguments can be used, alone and together."""
        check_choice("activation", self.activation, ACTIVATIONS)
        check_choice("output_activation", self.output_activation, ACTIVATIONS)
        check_choice("latent_activation", self.latent_activation, [None, *ACTIVATIONS])
        check_choice("loss", self.loss, LOSSES)
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        check_choice("schedule", self.schedule, SCHEDULES)
        check_choice("dtype", self.dtype, ["float64", "float32"])
        check_widths("hidden", self.hidden, "(128,) or (128, 64)")
        check_whole("latent_dim", self.latent_dim, least=1)
        check_whole("epochs", self.epochs, least=0)
        if self.batch_size is not None:
            check_whole("batch_size", self.batch_size, least=1)
        for name in ("standardize", "tied", "verbose"):
            check_flag(name, getattr(self, name))
        check_number("learning_rate", self.learning_rate, above=0)
        check_number("init_scale", self.init_scale, least=0)
        check_number("weight_decay", self.weight_decay, least=0)
        check_number("code_noise", self.code_noise, least=0)
        if self.code_noise_fade is not None:
            check_number("code_noise_fade", self.code_noise_fade, above=0)
        no_probability = self.output_activation != "sigmoid" or self.standardize
        if self.loss == "bernoulli" and no_probability:
            raise ValueError(
                "loss='bernoulli' reads x_hat as a probability: "
                "it needs output_activation='sigmoid' and standardize=False"
            )


def broadcasts(shape, target):
    """Whether an array of that shape is repeated by broadcasting to the shape `target`."""
    pairs = zip(shape[::-1], target[::-1], strict=False)
    return len(shape) <= len(target) and all(own in (1, wanted) for own, wanted in pairs)
