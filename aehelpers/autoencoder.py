"""The autoencoder: a network, a loss and an optimiser, with the habits of scikit-learn.

A subclass says what differs and nothing else: its layers, its corruption, or its penalty on the
code. It does so in `network`, which makes the `Network` that the arguments describe.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from . import saving
from .estimator import (
    Estimator,
    NotFittedError,
    as_samples,
    check_choice,
    check_number,
    check_whole,
    check_widths,
    generator,
)
from .layers import ACTIVATIONS, Chain, Identity, activated, dense
from .losses import LOSSES, bernoulli_of_logit
from .metrics import mse
from .network import Network
from .optimizers import OPTIMIZERS, SCHEDULES
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
    n_features_in_; history_, one value for each epoch of "loss" (taken just before each step,
    with noise) and "validation_loss"; run_, with which partial_fit goes on.
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
        counts as over.
        """
        if hasattr(self, "theta_"):
            X = as_samples(X, self.n_features_in_, self.theta_.dtype)
            self.network_.check(X)
            X = self._to_network(X)
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
        X, network = self._checked(X)
        rng = generator(self.random_state)
        if validation is not None:
            validation = as_samples(validation, X.shape[1], self.dtype, "validation")
            network.check(validation, "validation")
        mean, scale = np.zeros_like(X[0]), np.ones_like(X[0])
        if self.standardize:
            mean = X.mean(axis=0)
            varies = np.ptp(X, axis=0) > 0  # a constant's deviation may come out as 1e-17
            scale[varies] = X.std(axis=0)[varies]
        theta = (self.init_scale * network.init(rng)).astype(self.dtype)
        self.restore(theta, mean, scale, network, rng)
        return self._to_network(X), None if validation is None else self._to_network(validation)

    def restore(self, theta, mean, scale, network=None, rng=None, **history):
        """Become the fitted estimator of these arrays: the end of `begin`, and of `load`.

        theta (size,).   mean, scale (n_features,), of the samples.   network, rng : None, what
        the arguments describe.   history : what was recorded, by name.
        """
        self.n_features_in_ = len(mean)
        self.network_ = network or self.network(len(mean))
        self.theta_, self.mean_, self.scale_ = theta, mean, scale
        self.run_ = Run(
            params=self.get_params(),
            rng=rng or generator(self.random_state),
            optimizer=OPTIMIZERS[self.optimizer](self.learning_rate),
            history={"loss": []} | history,
        )

    def _train(self, X, epochs, objective_at, schedule, validation=None):
        """Train theta_ and write the history; yield self after each epoch."""
        run = self.run_
        batch_size = run.params["batch_size"]
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

        rng : noise on, at full strength; None: off. It needs no fit, unless standardize=True.
        """
        X = np.asarray(X, dtype=theta.dtype)
        if self.standardize:
            self._check_fitted()
            X = self._to_network(X)
        return self.network(X.shape[-1]).objective()(theta, X, rng)

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
        widths = (n_features, *self.hidden)
        code_width = self._outputs_per_latent * self.latent_dim
        return dense((*widths, code_width)), dense((self.latent_dim, *widths[::-1]))

    def transform(self, X):
        """Codes Z (n, latent_dim) of X (n, n_features)."""
        return self._encode(X)

    def inverse_transform(self, Z):
        """Reconstructions (n, n_features) of codes Z (n, latent_dim)."""
        self._check_fitted()
        Z = as_samples(Z, self.network_.latent_dim, self.theta_.dtype, "Z")
        return self.mean_ + self.network_.decode(self.theta_, Z) * self.scale_

    def fit_transform(self, X, y=None):
        """fit(X), then transform(X)."""
        return self.fit(X).transform(X)

    def reconstruct(self, X):
        """inverse_transform(transform(X))."""
        return self.inverse_transform(self.transform(X))

    def score(self, X, y=None):
        """Minus the MSE per element of the reconstruction of X: higher is better."""
        return -mse(X, self.reconstruct(X))

    @property
    def weights_(self):
        """Views into theta_ by name: "W_e" (n_in, n_out), "b_e" (1, n_out), "W_d", "b_d".

        With hidden layers they are numbered: "W_e1", "b_e1", "W_e2", ... With tied=True they
        are copies.
        """
        self._check_fitted()
        return self.unpack(self.theta_)

    def unpack(self, theta):
        """`weights_` of any theta (..., size), for example of a gradient."""
        self._check_fitted()
        return self.network_.weights(theta)

    @property
    def history_(self):
        """What was recorded, one value for each epoch: "loss", and "validation_loss" of fit."""
        self._check_fitted()
        return {name: np.array(values) for name, values in self.run_.history.items()}

    def save(self, path):
        """Write what was learnt to `path` (NumPy's npz, no pickle), for `aehelpers.load(path)`.

        The moments of the optimiser are not kept: partial_fit after load starts them anew.
        """
        self._check_fitted()
        arrays = {"theta": self.theta_, "mean": self.mean_, "scale": self.scale_}
        saving.save(path, type(self).__name__, self.run_.params, arrays | self.history_)

    def _encode(self, X):
        """Output of the encoder for X, (n, code_width): codes, or [mu, s] if variational."""
        self._check_fitted()
        X = as_samples(X, self.n_features_in_, self.theta_.dtype)
        return self.network_.encode(self.theta_, self._to_network(X))

    def _to_network(self, X):
        """From the units of X to those of the network; inverse_transform goes back."""
        return (X - self.mean_) / self.scale_ if self.run_.params["standardize"] else X

    def _check_fitted(self):
        """NotFittedError before the first fit."""
        if not hasattr(self, "theta_"):
            raise NotFittedError(f"this {type(self).__name__} has learnt nothing yet: call fit")

    def _checked(self, X):
        """X as an array, and the Network for it, if the arguments and X can be used."""
        self._check_arguments()
        X = as_samples(X, dtype=self.dtype)
        network = self.network(X.shape[1])
        network.check(X)
        return X, network

    def _check_arguments(self):
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
