"""Estimators: a network, a loss and an optimiser under the roof of scikit-learn's habits (fit,
transform, score), without importing it.
"""

import inspect
import json
import warnings
from functools import partial
from numbers import Real
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
    """What scikit-learn expects of an estimator: arguments stored unchanged by __init__, read
    and written by name.
    """

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
    """x -> z -> x_hat: a network that must pass its input through `latent_dim` numbers and give
    it back.

    Encoder n_features -> hidden -> latent_dim, decoder the mirror image; hidden=() is one layer
    each, the network of notebook 01.

    latent_dim : numbers in the code.   hidden : widths of the encoder's hidden layers, e.g.
        (128, 64).
    activation, latent_activation (None: as activation), output_activation : "identity",
    "sigmoid", "tanh" or "relu".
    loss : "squared_error", or "bernoulli" for data in [0, 1] (with
        output_activation="sigmoid").
    code_noise : deviation of the Gaussian noise added to the code while training; with
        code_noise_fade=f it sinks linearly to 0 over the first share f of the epochs.
    optimizer : "sgd", "momentum" or "adam".   schedule : "constant", or "cosine" (the learning
        rate sinks to 0).
    batch_size : None is full batch.   standardize : train on (x - mean) / deviation, feature by
        feature; everything that goes in or comes out stays in x's units.
    init_scale : factor on the Glorot start of the weights.   dtype : "float64" or "float32".
    random_state : None, an int (PCG64), a Generator, or a RandomState used as it is; it draws
        the weights, then batches and noise.
    verbose : show a progress bar if training takes longer than a second.

    After fit: theta_ (size,), weights_ (views into theta_: "W_e", "b_e", "W_d", "b_d", numbered
    from 1 when there are hidden layers),
    history_ ("loss", "validation_loss": one value an epoch; "loss" is measured before the
    epoch's updates, with their noise), n_features_in_.
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
        """Learn from X (n, n_features), from a new start; y is ignored (it is there for
        pipelines).

        validation : (m, n_features) whose loss, without noise, is recorded after every epoch.
        Returns self. Ctrl-C ends the training with a warning and keeps what was learnt. Raises
        ValueError or TypeError for unusable arguments or data,
        and FloatingPointError if the training diverges; theta_ is then the last finite one.
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
        """`fit` as a generator: yields self, trained so far, after each epoch. What a live plot
        steps through.
        """
        self._check_arguments()
        X = self._samples(X)
        if validation is not None:
            validation = self._samples(validation, X.shape[1], "validation")
        X = self._start(X)
        if validation is not None:
            validation = self._to_network(validation)
        yield from self._train(
            X, self.epochs, self._objective, SCHEDULES[self.schedule], validation
        )

    def partial_fit(self, X, y=None):
        """One more epoch on X, from where the last call stopped; the first call starts. A
        schedule or fading noise stays at its start, as the end is unknown.
        """
        if hasattr(self, "theta_"):
            self._fitted_halves()
            X = self._to_network(self._samples(X, self.n_features_in_))
        else:
            X = self._start(X)
        for _ in self._train(X, 1, lambda progress: self._objective(), SCHEDULES["constant"]):
            pass
        return self

    def fit_transform(self, X, y=None):
        """fit(X), then transform(X)."""
        return self.fit(X).transform(X)

    def loss_and_grad(self, theta, X, rng=None):
        """The training loss of X (..., n, n_features) at theta (..., size), and its gradient
        (..., size).

        rng : noise on, at its full strength; None: off. Needs no fit, unless standardize=True.
        """
        X = np.asarray(X, dtype=self.dtype)
        if self.standardize:
            self._fitted_halves()
        return self._objective(n_features=X.shape[-1])(theta, self._to_network(X), rng)

    # ---- using what was learnt ---------------------------------------------------------------

    def transform(self, X):
        """Codes Z (n, latent_dim) of X (n, n_features)."""
        encoder, _ = self._fitted_halves()
        X = self._to_network(as_samples(X, self.n_features_in_, self.dtype))
        return encoder.forward(self.theta_[: encoder.size], X)[0]

    def inverse_transform(self, Z):
        """Reconstructions (n, n_features) of codes Z (n, latent_dim)."""
        encoder, decoder = self._fitted_halves()
        Z = as_samples(Z, self.latent_dim, self.dtype, "Z")
        return self._from_network(decoder.forward(self.theta_[encoder.size :], Z)[0])

    def reconstruct(self, X):
        """inverse_transform(transform(X))."""
        return self.inverse_transform(self.transform(X))

    def score(self, X, y=None):
        """Minus the MSE per element of the reconstruction of X: higher is better."""
        return -mse(X, self.reconstruct(X))

    @property
    def weights_(self):
        """Views into theta_ by name: W_e (n_in, n_out), b_e (1, n_out) of the encoder, W_d, b_d
        of the decoder; W_e1, W_e2, ... when deep.
        """
        self._fitted_halves()
        return self.unpack(self.theta_)

    def unpack(self, theta):
        """`weights_` of any theta (..., size), a gradient among them."""
        encoder, decoder = self._fitted_halves()
        halves = (
            ("e", encoder, theta[..., : encoder.size]),
            ("d", decoder, theta[..., encoder.size :]),
        )
        views = {}
        for letter, half, part in halves:
            dense = [
                pair
                for pair in zip(half.layers, half.unpack(part), strict=True)
                if pair[0].size
            ]
            for number, (layer, own) in enumerate(dense, start=1):
                name = letter + (str(number) if len(dense) > 1 else "")
                views["W_" + name], views["b_" + name] = layer.unpack(own)
        return views

    @property
    def history_(self):
        """What was recorded: "loss" (epochs so far,), and "validation_loss" if it was asked
        for.
        """
        self._fitted_halves()
        return {name: np.array(values) for name, values in self._history.items()}

    # ---- inside ------------------------------------------------------------------------------

    def _halves(self, n_features):
        """Encoder and decoder, each a Chain."""
        widths = (n_features, *self.hidden, self.latent_dim)
        between = [self.activation] * len(self.hidden)
        encoder = _dense_chain(widths, [*between, self.latent_activation or self.activation])
        decoder = _dense_chain(widths[::-1], [*between, self.output_activation])
        return encoder, decoder

    def _fitted_halves(self):
        if not hasattr(self, "theta_"):
            raise NotFittedError(f"this {type(self).__name__} has learnt nothing yet: call fit")
        now = self._network_arguments()
        changed = [name for name in now if now[name] != self._design[name]]
        if changed:
            raise ValueError(
                f"{', '.join(changed)} changed since fit, but what was learnt belongs to the "
                "old network: call fit again"
            )
        return self._halves(self.n_features_in_)

    def _network_arguments(self):
        """The arguments that theta_ has no meaning without."""
        names = "activation latent_activation output_activation loss standardize dtype".split()
        return {
            "latent_dim": self.latent_dim,
            "hidden": tuple(self.hidden),
            **{name: getattr(self, name) for name in names},
        }

    def _objective(self, progress=0.0, n_features=None):
        """The function (theta, x, rng) -> (loss, grad) that is followed when that share of the
        training is done.
        """
        encoder, decoder = self._halves(n_features or self.n_features_in_)
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

    def _start(self, X):
        """Check arguments and data, draw the first theta_; returns X in the network's units."""
        self._check_arguments()
        X = self._samples(X)
        self._rng = generator(self.random_state)
        self._design = self._network_arguments()
        self.n_features_in_ = X.shape[1]
        self.mean_ = X.mean(axis=0) if self.standardize else np.zeros(X.shape[1], X.dtype)
        # A constant feature's deviation may come out as rounding error instead of 0.
        scale = (
            X.std(axis=0) * (np.ptp(X, axis=0) > 0) if self.standardize else np.zeros_like(X[0])
        )
        self.scale_ = np.where(scale > 0, scale, scale.dtype.type(1))
        self.theta_ = (
            self.init_scale * Chain(*self._halves(X.shape[1])).init(self._rng)
        ).astype(self.dtype)
        self._optimizer = OPTIMIZERS[self.optimizer](self.learning_rate)
        self._history = {"loss": []}
        return self._to_network(X)

    def _train(self, X, epochs, objective, schedule, validation=None):
        run = train(
            objective,
            self.theta_,
            X,
            self._optimizer,
            epochs,
            self.batch_size,
            self._rng,
            schedule,
        )
        if validation is not None:
            self._history["validation_loss"] = []
        for loss in run:
            self._history["loss"].append(float(loss))
            if validation is not None:
                self._history["validation_loss"].append(
                    float(self._objective()(self.theta_, validation)[0])
                )
            yield self

    def _to_network(self, X):
        return (X - self.mean_) / self.scale_ if self.standardize else X

    def _from_network(self, X):
        return self.mean_ + X * self.scale_ if self.standardize else X

    def _check_arguments(self):
        for name, table in (
            ("activation", ACTIVATIONS),
            ("latent_activation", {None: None, **ACTIVATIONS}),
            ("output_activation", ACTIVATIONS),
            ("loss", LOSSES),
            ("optimizer", OPTIMIZERS),
            ("schedule", SCHEDULES),
            ("dtype", ("float64", "float32")),
        ):
            value = getattr(self, name)
            if not isinstance(value, str | None) or value not in table:
                raise ValueError(
                    f"{name} must be one of {', '.join(map(repr, table))}, got {value!r}"
                )
        if not isinstance(self.hidden, tuple | list):
            raise TypeError(
                f"hidden must be a tuple of widths, such as (128,) or (128, 64), "
                f"got {self.hidden!r}"
            )
        for name, value, least in (
            ("latent_dim", self.latent_dim, 1),
            ("epochs", self.epochs, 0),
            *(("a width in hidden", width, 1) for width in self.hidden),
            *([("batch_size", self.batch_size, 1)] if self.batch_size is not None else []),
        ):
            if (
                not isinstance(value, int | np.integer)
                or isinstance(value, bool)
                or value < least
            ):
                raise ValueError(
                    f"{name} must be a whole number, at least {least}, got {value!r}"
                )
        for name, value, zero_too in (
            ("learning_rate", self.learning_rate, False),
            ("code_noise", self.code_noise, True),
            (
                "code_noise_fade",
                1 if self.code_noise_fade is None else self.code_noise_fade,
                False,
            ),
            ("init_scale", self.init_scale, True),
        ):
            if not isinstance(value, Real) or not (
                0 < value < np.inf or zero_too and value == 0
            ):
                raise ValueError(
                    f"{name} must be a finite number, {'at least' if zero_too else 'above'} 0, "
                    f"got {value!r}"
                )
        if self.loss == "bernoulli" and (
            self.output_activation != "sigmoid" or self.standardize
        ):
            raise ValueError(
                "loss='bernoulli' reads x_hat as a probability: "
                "it needs output_activation='sigmoid' and standardize=False"
            )

    # ---- on disk -----------------------------------------------------------------------------

    def save(self, path):
        """Write arguments, weights and history to `path` (NumPy's npz, no pickle);
        `aehelpers.load(path)` gives them back.

        The optimiser's moments are not kept: partial_fit after load starts them anew.
        """
        self._fitted_halves()
        header = json.dumps(
            {"class": type(self).__name__, "params": self.get_params()}, default=_to_json
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
    model._design = model._network_arguments()
    model._history = {name: list(values) for name, values in arrays.items()}
    model._rng = generator(model.random_state)
    model._optimizer = OPTIMIZERS[model.optimizer](model.learning_rate)
    return model


ESTIMATORS = {"Autoencoder": Autoencoder}


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
    """For what json does not know: NumPy's numbers and arrays, and random generators in their
    present state.
    """
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
