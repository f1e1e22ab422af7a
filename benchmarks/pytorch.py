"""The rows in PyTorch: eager with fused Adam, and compiled, with each step as one graph.

These were the fastest of several variants. Samples are shuffled once an epoch and batches are
views of them, which saves the cost of a DataLoader. Nothing waits for a loss before the end.
"""

from itertools import pairwise
from math import log, pi, prod

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, grad_and_value
from torch.nn import functional as F

from aehelpers import ConvolutionalAutoencoder, VariationalAutoencoder

ACTIVATIONS = {"identity": nn.Identity, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
COMPILE_OPTIONS = {  # the fastest of those that we tried
    "fullgraph": True,
    "isolate_recompiles": True,
    "options": {
        "cpp_wrapper": True,
        "guard_filter_fn": torch.compiler.keep_tensor_guards_unsafe,  # nothing else changes
    },
}


# ---- the nets: forward gives the loss --------------------------------------------------------


class Reconstruction(nn.Module):
    """The loss 1/(2n) sum |x_hat - x|^2 of an encoder and a decoder, lists of layers."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = nn.Sequential(*encoder), nn.Sequential(*decoder)

    def forward(self, x):
        x_hat = self.decoder(self.encoder(x))
        return F.mse_loss(x_hat, x) * (x.shape[1] / 2)


class Variational(Reconstruction):
    """The negative evidence lower bound of a net whose output variance is learnt."""

    def __init__(self, encoder, decoder, variance):
        super().__init__(encoder, decoder)
        self.log_variance = nn.Parameter(torch.tensor(log(variance)))

    def forward(self, x):
        mu, s = self.encoder(x).chunk(2, dim=1)
        x_hat = self.decoder(mu + torch.exp(s / 2) * torch.randn_like(mu))
        n, d = x.shape
        error = F.mse_loss(x_hat, x, reduction="sum") * torch.exp(-self.log_variance) / n
        kl = (mu**2 + s.exp() - s - 1).sum() / n
        return (error + d * (self.log_variance + log(2 * pi)) + kl) / 2


def dense(workload):
    """Return the layers of encoder and decoder with activations, and the initial weights."""
    layers = []
    for (W, _), activation in zip(workload.weights, workload.activations, strict=True):
        n_in, n_out = W.shape
        layers.append([nn.Linear(n_in, n_out), ACTIVATIONS[activation]()])
        if activation == "identity":
            layers[-1].pop()
    half = len(layers) // 2
    return sum(layers[:half], []), sum(layers[half:], []), workload.weights


def convolutional(workload):
    """Return the same for images, which our (n, h w c) turns into PyTorch's (n, c, h, w)."""
    model, (*weights,) = workload.model, workload.weights
    geometry = {"kernel_size": model.kernel_size, "stride": model.stride, "padding": 1}
    channels = [1, *model.channels]
    height, width = (side // model.stride ** len(model.channels) for side in model.image_shape)
    shape = (channels[-1], height, width)

    encoder = [nn.Unflatten(1, (1, *model.image_shape))]
    for widths in pairwise(channels):
        encoder += [nn.Conv2d(*widths, **geometry), nn.ReLU()]
    encoder += [nn.Flatten(), nn.Linear(prod(shape), model.latent_dim)]
    decoder = [nn.Linear(model.latent_dim, prod(shape)), nn.Unflatten(1, shape)]
    for widths in pairwise(reversed(channels)):
        decoder += [nn.ReLU(), nn.ConvTranspose2d(*widths, **geometry)]
    decoder += [nn.Flatten()]

    at = np.arange(prod(shape)).reshape(height, width, -1).transpose(2, 0, 1).ravel()
    last = len(model.channels)
    (W_e, b_e), (W_d, b_d) = weights[last : last + 2]
    weights[last : last + 2] = (W_e[at], b_e), (W_d[:, at], b_d[at])
    return encoder, decoder, weights


def network(workload):
    """Return the net of a workload, with its initial weights."""
    if isinstance(workload.model, ConvolutionalAutoencoder):
        *halves, weights = convolutional(workload)
    else:
        *halves, weights = dense(workload)
    if isinstance(workload.model, VariationalAutoencoder):
        net = Variational(*halves, workload.initial_model.variance_)
    else:
        net = Reconstruction(*halves)
    layers = [layer for layer in [*net.encoder, *net.decoder] if hasattr(layer, "weight")]
    for layer, (W, b) in zip(layers, weights, strict=True):
        if isinstance(layer, nn.Conv2d):  # (k k c_in, c_out) -> (c_out, c_in, k, k)
            W = W.reshape(*layer.kernel_size, *layer.weight.shape[1::-1]).transpose(3, 2, 0, 1)
        elif isinstance(layer, nn.ConvTranspose2d):  # (c_in, k k c_out) -> (c_in, c_out, k, k)
            W = W.reshape(-1, *layer.kernel_size, layer.out_channels).transpose(0, 3, 1, 2)
        else:
            W = W.T
        layer.weight.data, layer.bias.data = torch.tensor(W.copy()), torch.tensor(b)
    return net


# ---- training --------------------------------------------------------------------------------


def batches(X, order, batch_size):
    """Return the function epoch -> batches of that epoch, (..., batch_size, d) each."""
    X = torch.from_numpy(X)
    if order is None:
        return lambda epoch: [X]
    order = torch.from_numpy(order)
    return lambda epoch: X[order[..., epoch, :]].split(batch_size, dim=-2)


def eager(workload):
    """Return a function that trains without compilation and returns the loss curve."""
    net = network(workload)
    start = {name: p.detach().clone() for name, p in net.state_dict().items()}
    batches_of = batches(workload.X, workload.order, workload.batch_size)

    def run():
        net.load_state_dict(start)
        learning_rate = workload.model.learning_rate
        if workload.model.optimizer == "sgd":
            optimizer = torch.optim.SGD(net.parameters(), learning_rate, foreach=False)
        else:
            optimizer = torch.optim.Adam(net.parameters(), learning_rate, fused=True)
        losses = []
        for epoch in range(workload.model.epochs):
            for x in batches_of(epoch):
                optimizer.zero_grad()
                loss = net(x)
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
        return workload.epoch_means(torch.stack(losses).numpy())

    return run


def sgd(params, grad, opt_state, learning_rate):
    """Return (params, opt_state) after a step of gradient descent."""
    return {name: p - learning_rate * grad[name] for name, p in params.items()}, opt_state


def adam(params, grad, opt_state, learning_rate):
    """Return (params, opt_state) after a step of Adam; opt_state is (t, m, v)."""
    t, m, v = opt_state
    t = t + 1
    m = {name: 0.9 * m[name] + 0.1 * g for name, g in grad.items()}
    v = {name: 0.999 * v[name] + 0.001 * g * g for name, g in grad.items()}
    size, root = learning_rate / (1 - 0.9**t), torch.sqrt(1 - 0.999**t)
    params = {
        name: p - size * m[name] / (v[name].sqrt() / root + 1e-8) for name, p in params.items()
    }
    return params, (t, m, v)


OPTIMIZERS = {"sgd": sgd, "adam": adam}


def step_of(net, optimizer):
    """Return a step: (params, opt_state, learning_rate, x) -> (params, opt_state, loss)."""

    def step(params, opt_state, learning_rate, x):
        grad, loss = grad_and_value(lambda params: functional_call(net, params, x))(params)
        params, opt_state = OPTIMIZERS[optimizer](params, grad, opt_state, learning_rate)
        return params, opt_state, loss

    return step


def compiled(workload):
    """Return a function that trains with compiled steps and returns the loss curve."""
    net = network(workload)
    start = {name: p.detach() for name, p in net.named_parameters()}
    step = step_of(net, workload.model.optimizer)
    step = torch.compile(step, **COMPILE_OPTIONS)
    dtype = getattr(torch, workload.model.dtype)
    learning_rate = torch.tensor(workload.model.learning_rate, dtype=dtype)
    batches_of = batches(workload.X, workload.order, workload.batch_size)
    epochs, epoch_means = workload.model.epochs, workload.epoch_means
    return make_training(step, start, learning_rate, batches_of, epochs, epoch_means)


def ensemble(grid):
    """Return a function that trains all nets of a grid at once, by vmap and compiled."""
    model = grid.workloads[0].model
    widest = max(grid.workloads, key=lambda workload: workload.model.latent_dim)
    net = network(widest)
    stacked = [torch.from_numpy(p) for W, b in grid.weights for p in (W.mT.copy(), b)]
    names = [name for name, _ in net.named_parameters()]
    start = dict(zip(names, stacked, strict=True))
    step = torch.compile(torch.vmap(step_of(net, "adam")), **COMPILE_OPTIONS)
    learning_rates = torch.tensor([workload.model.learning_rate for workload in grid.workloads])
    batches_of = batches(widest.X, grid.order, model.batch_size)

    def epoch_means(losses):
        return grid.epoch_means(losses.T)

    return make_training(step, start, learning_rates, batches_of, model.epochs, epoch_means)


def make_training(step, start, learning_rate, batches_of, epochs, epoch_means):
    """Return a function that trains from `start` by `step` and returns the loss curve."""

    def run():
        m, v = ({name: torch.zeros_like(p) for name, p in start.items()} for _ in range(2))
        params, opt_state = start, (torch.zeros_like(learning_rate), m, v)
        losses = []
        with torch.no_grad():
            for epoch in range(epochs):
                for x in batches_of(epoch):
                    params, opt_state, loss = step(params, opt_state, learning_rate, x)
                    losses.append(loss)
        return epoch_means(torch.stack(losses).numpy())

    return run


def loop(grid):
    """Return a function that trains the nets of a grid one after the other, as `eager`."""
    runs = [eager(workload) for workload in grid.workloads]
    return lambda: np.concatenate([run() for run in runs])


def store(workload, path):
    """Return a function that saves the net at path and loads it into a new one."""
    net = network(workload)

    def run():
        torch.save(net.state_dict(), path)
        again = network(workload)
        again.load_state_dict(torch.load(path, weights_only=True))
        return again

    return run
