"""Estimators: a network, a loss and an optimiser, with the habits of scikit-learn."""

import inspect
import json
import warnings
from functools import partial
from numbers import Integral, Real
from zipfile import BadZipFile

import numpy as np

from .data import as_samples, generator
from .layers import ACTIVATIONS, Chain, Dense, GaussianNoise
from .losses import LOSSES, bernoulli_of_logit
from .metrics import mse
from .optimizers import OPTIMIZERS, SCHEDULES
from .training import loss_and_grad, train


class NotFittedError(ValueError, AttributeError):
    """Something was asked of an estimator that only fit can give; kin to scikit-learn's."""


class Estimator:
    """What scikit-learn expects: __init__ stores its arguments, which have names."""

    def get_params(self, deep=True):
        """The arguments of __init__, by name."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params):
        """Change arguments of __init__; takes effect at the next fit, which a new network needs
        before anything else.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise ValueError(
                    f"{type(self).__name__} has no parameter {name!r}; "
                    f"it has {', '.join(known)}"
                )
            setattr(self, name, value)
        return self

    def __repr__(self):
        parameters = inspect.signature(type(self)).parameters
        shown = [
            # A legacy generator's repr ends in its address, which says nothing to a reader.
            f"{name}={repr(value).partition(' at 0x')[0]}"
            for name, value in self.get_params().items()
            if repr(value) != repr(parameters[name].default)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __sklearn_tags__(self):
        from sklearn.utils import Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(),
        )


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
    init_scale : factor on the Glorot start of the weights.   dtype : "float64" or "float32".
    random_state : None, an int (PCG64), a Generator, or a RandomState, used as it is. It draws
        the weights, then batches and noise.
    verbose : a progress bar, if training takes longer than a second.

    After fit: theta_ (size,); weights_, its parts by name; n_features_in_; history_, one value
    an epoch of "loss" (before that epoch's steps, with noise) and "validation_loss".
    """

    def __init__(
        self,
        latent_dim=2,
        hidden=(),
        activation="tanh",
        latent_activation=None,
        output_activation="identity",
        loss="squared_error",
        code_noise=0.0,
        code_noise_fade=None,
        optimizer="adam",
        learning_rate=1e-3,
        schedule="constant",
        epochs=200,
        batch_size=64,
        standardize=False,
        init_scale=1.0,
        dtype="float64",
        random_state=None,
        verbose=False,
    ):
        self.latent_dim = latent_dim
        self.hidden = hidden
        self.activation = activation
        self.latent_activation = latent_activation
        self.output_activation = output_activation
        self.loss = loss
        self.code_noise = code_noise
        self.code_noise_fade = code_noise_fade
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.epochs = epochs
        self.batch_size = batch_size
        self.standardize = standardize
        self.init_scale = init_scale
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

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
        """`fit` as a generator, for live plots: yields self after each epoch."""
        X, validation = self._start(X, validation)
        yield from self._train(
            X, self.epochs, self._fitted_objective, SCHEDULES[self.schedule], validation
        )

    def partial_fit(self, X, y=None):
        """One more epoch on X, from where the last call stopped; the first call starts.

        The end is unknown, so a schedule or fading noise stays at its start.
        """
        if hasattr(self, "theta_"):
            X = self._to_network(self._samples(X, self.n_features_in_))
        else:
            X, _ = self._start(X)
        for _ in self._train(
            X, 1, lambda progress: self._fitted_objective(), SCHEDULES["constant"]
        ):
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
        return self._objective(*self._halves(X.shape[-1]))(theta, X, rng)

    # ---- using what was learnt ---------------------------------------------------------------

    def transform(self, X):
        """Codes Z (n, latent_dim) of X (n, n_features)."""
        self._check_fitted()
        X = self._to_network(as_samples(X, self.n_features_in_, self.theta_.dtype))
        return self._encoder.forward(self.theta_[: self._encoder.size], X)[0]

    def inverse_transform(self, Z):
        """Reconstructions (n, n_features) of codes Z (n, latent_dim)."""
        self._check_fitted()
        Z = as_samples(Z, self._decoder.layers[0].n_in, self.theta_.dtype, "Z")
        x_hat = self._decoder.forward(self.theta_[self._encoder.size :], Z)[0]
        return self.mean_ + x_hat * self.scale_

    def reconstruct(self, X):
        """inverse_transform(transform(X))."""
        return self.inverse_transform(self.transform(X))

    def score(self, X, y=None):
        """Minus the MSE per element of the reconstruction of X: higher is better."""
        return -mse(X, self.reconstruct(X))

    @property
    def weights_(self):
        """Views into theta_ by name: "W_e" (n_in, n_out), "b_e" (1, n_out), "W_d", "b_d".

        With hidden layers they are numbered: "W_e1", "b_e1", "W_e2", ...
        """
        self._check_fitted()
        return self.unpack(self.theta_)

    def unpack(self, theta):
        """`weights_` of any theta (..., size), a gradient among them."""
        self._check_fitted()
        end = self._encoder.size
        halves = (
            ("e", self._encoder, theta[..., :end]),
            ("d", self._decoder, theta[..., end:]),
        )
        views = {}
        for letter, half, part in halves:
            layers = zip(half.layers, half.unpack(part), strict=True)
            dense = [(layer, own) for layer, own in layers if layer.size]
            for number, (layer, own) in enumerate(dense, start=1):
                name = letter + (str(number) if len(dense) > 1 else "")
                views["W_" + name], views["b_" + name] = layer.unpack(own)
        return views

    @property
    def history_(self):
        """What was recorded, (epochs so far,): "loss", and "validation_loss" if asked for."""
        self._check_fitted()
        return {name: np.array(values) for name, values in self._history.items()}

    # ---- inside ------------------------------------------------------------------------------

    def _halves(self, n_features):
        """Encoder and decoder, each a Chain."""
        widths = (n_features, *self.hidden, self.latent_dim)
        between = [self.activation] * len(self.hidden)
        encoder = _dense_chain(widths, [*between, self.latent_activation or self.activation])
        decoder = _dense_chain(widths[::-1], [*between, self.output_activation])
        return encoder, decoder

    def _check_fitted(self):
        if not hasattr(self, "theta_"):
            raise NotFittedError(f"this {type(self).__name__} has learnt nothing yet: call fit")

    def _objective(self, encoder, decoder, progress=0.0):
        """The function (theta, x, rng) -> (loss, grad) to follow at that share of training."""
        noise = self.code_noise
        if self.code_noise_fade is not None:
            noise *= max(0.0, 1 - progress / self.code_noise_fade)
        loss = LOSSES[self.loss]
        if self.loss == "bernoulli":
            # The pair (sigmoid, bernoulli) is taken as one: its slope stays exact where the
            # sigmoid saturates.
            decoder, loss = Chain(*decoder.layers[:-1]), bernoulli_of_logit
        return partial(loss_and_grad, Chain(encoder, GaussianNoise(noise), decoder), loss)

    def _samples(self, X, n_features=None, name="X"):
        """X (n, d) checked for training, still in its own units."""
        X = as_samples(X, n_features, self.dtype, name)
        if self.loss == "bernoulli" and (X.min() < 0 or X.max() > 1):
            raise ValueError(
                f"loss='bernoulli' needs data in [0, 1], "
                f"{name} goes from {X.min():g} to {X.max():g}: rescale it"
            )
        return X

    def _start(self, X, validation=None):
        """Check arguments and data, then draw the first theta_.

        Returns X and validation in the network's units. Nothing is forgotten if a check fails.
        """
        self._check_arguments()
        X = self._samples(X)
        if validation is not None:
            validation = self._samples(validation, X.shape[1], "validation")
        self._rng = generator(self.random_state)
        self._learnt_with = self.get_params()
        self.n_features_in_ = X.shape[1]
        self.mean_, self.scale_ = np.zeros_like(X[0]), np.ones_like(X[0])
        if self.standardize:
            self.mean_ = X.mean(axis=0)
            varies = np.ptp(X, axis=0) > 0  # a constant's deviation may come out as 1e-17
            self.scale_[varies] = X.std(axis=0)[varies]
        self._encoder, self._decoder = self._halves(X.shape[1])
        theta = self.init_scale * Chain(self._encoder, self._decoder).init(self._rng)
        self.theta_ = theta.astype(self.dtype)
        self._optimizer = OPTIMIZERS[self.optimizer](self.learning_rate)
        self._history = {"loss": []}
        return self._to_network(X), None if validation is None else self._to_network(validation)

    def _train(self, X, epochs, objective, schedule, validation=None):
        """Train theta_ and write the history; yield self after each epoch."""
        optimizer, batch_size, rng = self._optimizer, self.batch_size, self._rng
        run = train(objective, self.theta_, X, optimizer, epochs, batch_size, rng, schedule)
        if validation is not None:
            self._history["validation_loss"] = []
        for loss in run:
            self._history["loss"].append(float(loss))
            if validation is not None:
                loss, _ = self._fitted_objective()(self.theta_, validation)
                self._history["validation_loss"].append(float(loss))
            yield self

    def _fitted_objective(self, progress=0.0):
        return self._objective(self._encoder, self._decoder, progress)

    def _to_network(self, X):
        """From the units of X to those of the network; the way back: inverse_transform."""
        return (X - self.mean_) / self.scale_

    def _check_arguments(self):
        for name in ("activation", "output_activation"):
            _one_of(name, getattr(self, name), ACTIVATIONS)
        _one_of("latent_activation", self.latent_activation, [None, *ACTIVATIONS])
        _one_of("loss", self.loss, LOSSES)
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("dtype", self.dtype, ["float64", "float32"])
        if not isinstance(self.hidden, tuple | list):
            raise TypeError(
                f"hidden must be a tuple of widths, such as (128,) or (128, 64), "
                f"got {self.hidden!r}"
            )
        for width in self.hidden:
            _whole("a width in hidden", width, least=1)
        _whole("latent_dim", self.latent_dim, least=1)
        _whole("epochs", self.epochs, least=0)
        if self.batch_size is not None:
            _whole("batch_size", self.batch_size, least=1)
        _finite("learning_rate", self.learning_rate, above=0)
        _finite("init_scale", self.init_scale, least=0)
        _finite("code_noise", self.code_noise, least=0)
        if self.code_noise_fade is not None:
            _finite("code_noise_fade", self.code_noise_fade, above=0)
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
        header = json.dumps(
            {"class": type(self).__name__, "params": self._learnt_with}, default=_to_json
        )
        with open(path, "wb") as file:
            np.savez(
                file,
                header=header,
                theta=self.theta_,
                mean=self.mean_,
                scale=self.scale_,
                **self.history_,
            )


def load(path):
    """The fitted estimator that `save` wrote to `path`; ValueError if the file is not one."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        header = json.loads(str(arrays.pop("header")), object_hook=_from_json)
        model = ESTIMATORS[header["class"]](**header["params"])
    except (ValueError, TypeError, AttributeError, KeyError, EOFError, BadZipFile) as error:
        raise ValueError(
            f"{path} is not a saved autoencoder: {type(error).__name__}: {error}"
        ) from error
    model.hidden = tuple(model.hidden)
    model.theta_, model.mean_, model.scale_ = (
        arrays.pop(name) for name in ("theta", "mean", "scale")
    )
    model.n_features_in_ = len(model.mean_)
    model._learnt_with = model.get_params()
    model._encoder, model._decoder = model._halves(model.n_features_in_)
    model._history = {name: list(values) for name, values in arrays.items()}
    model._rng = generator(model.random_state)
    model._optimizer = OPTIMIZERS[model.optimizer](model.learning_rate)
    return model


ESTIMATORS = {"Autoencoder": Autoencoder}


def _one_of(name, value, known):
    if not isinstance(value, str | None) or value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, got {value!r}")


def _whole(name, value, least):
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be a whole number, at least {least}, got {value!r}")


def _finite(name, value, least=-np.inf, above=-np.inf):
    if not isinstance(value, Real) or not (above < value < np.inf and value >= least):
        bound = f"at least {least}" if np.isfinite(least) else f"above {above}"
        raise ValueError(f"{name} must be a finite number, {bound}, got {value!r}")


def _dense_chain(widths, activations):
    """Dense layers of these widths, each followed by its activation."""
    pairs = zip(widths[:-1], widths[1:], activations, strict=True)
    return Chain(
        *(
            layer
            for n_in, n_out, name in pairs
            for layer in (Dense(n_in, n_out), ACTIVATIONS[name]())
        )
    )


def _to_json(value):
    """What json does not know: NumPy's numbers and arrays, random generators as they stand."""
    if isinstance(value, np.random.Generator):
        return {"Generator": value.bit_generator.state}
    if isinstance(value, np.random.RandomState):
        return {"RandomState": value.get_state(legacy=False)}
    return value.tolist()


def _from_json(entry):
    if "Generator" in entry:
        bits = getattr(np.random, entry["Generator"]["bit_generator"])()
        bits.state = entry["Generator"]
        return np.random.Generator(bits)
    if "RandomState" in entry:
        state = entry["RandomState"]
        rng = np.random.RandomState()
        rng.set_state(
            {
                **state,
                "state": {**state["state"], "key": np.array(state["state"]["key"], np.uint32)},
            }
        )
        return rng
    return entry
