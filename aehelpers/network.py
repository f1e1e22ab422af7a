"""The network of an autoencoder: two halves with one theta, and what is lowered in training."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from .layers import Affine, Chain, GaussianNoise, Layer, Tied, WithInput
from .losses import with_penalty
from .training import Objective


@dataclass(eq=False)
class Network:
    """An encoder and a decoder with one theta, and how they are trained.

    in use:       x -> encoder -> z -> decoder -> output -> x_hat
    in training:  x -> corruption -> encoder -> sampling, noise -> decoder -> output_in_training

    theta (..., size) holds the parameters of encoder, decoder and output_in_training. If tied,
    the decoder has the weights of the encoder, transposed and in the mirrored order, and theta
    holds them once.   loss : of output_in_training's y.   weight_decay : see `Objective`.
    code_noise : standard deviation of the noise on the code. It sinks linearly to 0 over the
        first share code_noise_fade of the training (None: it stays).
    penalty : on the output of the encoder, see `losses`. Its weight rises linearly from 0 to
        penalty_weight over the first share warm_up of the training.
    unit_interval_reason : why x has to lie in [0, 1], for an error message; "" if it need not.
    """

    encoder: Chain
    decoder: Chain
    output: Layer
    output_in_training: Layer
    loss: Callable
    weight_decay: float = 0.0
    tied: bool = False
    corruption_layers: tuple = ()
    sampling_layers: tuple = ()
    code_noise: float = 0.0
    code_noise_fade: float | None = None
    penalty: Callable | None = None
    penalty_weight: float = 0.0
    warm_up: float = 0.0
    unit_interval_reason: str = ""

    def __post_init__(self):
        # As Python's float, whatever number came: a fraction would end as an array of objects.
        self.code_noise = float(self.code_noise)
        if self.code_noise_fade is not None:
            self.code_noise_fade = float(self.code_noise_fade)
        self.latent_dim = self.decoder.layers[0].n_in
        self.code_width = self.encoder.layers[-2].n_out  # the last one is an activation

    @property
    def size(self):
        """The size of theta."""
        decoder = self.decoder.size
        if self.tied:
            decoder = sum(a.n_biases for a in self.decoder.layers if isinstance(a, Affine))
        return self.encoder.size + decoder + self.output_in_training.size

    @cached_property
    def index(self):
        """Where in theta each parameter of encoder and decoder stands, as an index."""
        return tied_index(self.encoder, self.decoder) if self.tied else slice(None)

    def check(self, X, name="X"):
        """ValueError unless X (n, n_features) can be trained on."""
        if self.unit_interval_reason and (X.min() < 0 or X.max() > 1):
            raise ValueError(
                f"{self.unit_interval_reason} needs data in [0, 1], "
                f"{name} goes from {X.min():g} to {X.max():g}: rescale it"
            )

    def init(self, rng):
        """Initial theta (size,): the encoder is drawn first, then the decoder."""
        return self._tie(Chain(self.encoder, self.decoder, self.output_in_training)).init(rng)

    def encode(self, theta, x):
        """What the encoder gives for x (..., n, n_features), without noise, in rows."""
        return np.ascontiguousarray(self.encoder.forward(self.split(theta)[0], x)[0])

    def decode(self, theta, z):
        """x_hat (..., n, n_features) of the codes z (..., n, latent_dim), in rows."""
        y, _ = self.decoder.forward(self.split(theta)[1], z)
        return np.ascontiguousarray(self.output.forward((), y)[0])

    def split(self, theta):
        """The parameters of the encoder and those of the decoder, in theta (..., size)."""
        each = theta[..., self.index]
        end = self.encoder.size + self.decoder.size
        return each[..., : self.encoder.size], each[..., self.encoder.size : end]

    def weights(self, theta):
        """Parts of theta (..., size) by name: "W_e", "b_e", "W_d", "b_d"; numbered when deep.

        They are views; if tied, copies, because theta does not hold all of them, and read-only.
        """
        named = {}
        halves = (self.encoder, self.decoder)
        for letter, half, part in zip("ed", halves, self.split(theta), strict=True):
            pairs = weights_and_biases(half, part)
            for number, (W, b) in enumerate(pairs, start=1):
                name = letter + (str(number) if len(pairs) > 1 else "")
                named |= {f"W_{name}": W, f"b_{name}": b}
        if self.tied:
            for part in named.values():
                part.flags.writeable = False
        return named

    def objectives(self):
        """The function progress -> Objective to lower when that share of the training is done.

        It makes a new Objective only when the noise or the weight of the penalty has changed.
        """
        made = lru_cache(maxsize=1)(self.objective)

        def objective_at(progress):
            noise, weight = self.code_noise, self.penalty_weight
            if self.code_noise_fade is not None:
                noise *= max(0.0, 1 - progress / self.code_noise_fade)
            if self.warm_up:
                weight *= min(1.0, progress / self.warm_up)
            return made(noise, weight)

        return objective_at

    def objective(self, noise=None, weight=None):
        """The Objective for that noise and weight of the penalty; None: at full strength."""
        noise = self.code_noise if noise is None else noise
        weight = self.penalty_weight if weight is None else weight
        code = [*self.sampling_layers, GaussianNoise(noise)] if noise else self.sampling_layers
        decode, loss = [*code, *self.decoder.layers, self.output_in_training], self.loss
        if self.penalty:
            decode = [WithInput(Chain(*decode))]
            loss = with_penalty(loss, self.penalty, weight, self.code_width)
        layer = self._tie(Chain(*self.corruption_layers, *self.encoder.layers, *decode))
        if not self.weight_decay:
            return Objective(layer, loss)
        is_weight = np.zeros(layer.size, bool)
        for name, places in self.weights(np.arange(layer.size)).items():
            is_weight[places] = name.startswith("W")
        return Objective(layer, loss, self.weight_decay, is_weight)

    def _tie(self, layer):
        return Tied(layer, self.index) if self.tied else layer


def weights_and_biases(half, theta):
    """Views W and b of each layer of the half that has them."""
    parts = zip(half.layers, half.unpack(theta), strict=True)
    return [part for layer, part in parts if isinstance(layer, Affine)]


def tied_index(encoder, decoder):
    """Where in theta each parameter of the two halves stands, (size of both,).

    That theta holds all of the encoder, and of the decoder only the biases.
    """
    index, end = np.arange(encoder.size + decoder.size), encoder.size
    mirrored = weights_and_biases(encoder, index[: encoder.size])[::-1]
    own = weights_and_biases(decoder, index[encoder.size :])
    for (W_e, _), (W_d, b_d) in zip(mirrored, own, strict=True):
        W_d[...] = W_e.T
        b_d[...] = np.arange(end, end + b_d.size)
        end += b_d.size
    return index
