"""The variational net of run C in PyTorch, with our initial weights and our batches.

Only the noise is PyTorch's own.
"""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm.auto import tqdm


def loss(weights, x, noise):
    """Return -log p(x | z) + KL(q(z | x) || N(0, I)) at z = mu + e^(s/2) noise, nats a sample.

    weights : by name, as `weights_` of a VariationalAutoencoder with one hidden ReLU layer.
    """
    w = weights
    h = torch.relu(torch.addmm(w["b_e1"], x, w["W_e1"]))
    mu, s = torch.addmm(w["b_e2"], h, w["W_e2"]).chunk(2, dim=1)
    z = mu + torch.exp(s / 2) * noise
    h = torch.relu(torch.addmm(w["b_d1"], z, w["W_d1"]))
    logit = torch.addmm(w["b_d2"], h, w["W_d2"])
    reconstruction = binary_cross_entropy_with_logits(logit, x, reduction="sum")
    kl = (mu**2 + torch.exp(s) - s - 1).sum() / 2
    return (reconstruction + kl) / len(x)


def train(model, X, X_test, seed):
    """Repeat the training of the fitted `model`, whose random_state remembers the batches.

    seed : the seed of the noise.

    Returns the loss of X_test, at one draw of each code, and the training loss of each epoch.
    """
    rng = model.random_state
    initial_model = type(model)(**model.get_params() | {"random_state": rng.seed})
    initial_model.begin(X)
    weights = {
        name: torch.tensor(W, requires_grad=True) for name, W in initial_model.weights_.items()
    }
    adam = torch.optim.Adam(weights.values(), lr=model.learning_rate, fused=True)
    X, X_test = torch.from_numpy(X), torch.from_numpy(X_test)
    torch.manual_seed(seed)

    def noisy_loss(x):
        return loss(weights, x, torch.randn(len(x), model.latent_dim))

    epoch_losses = []
    for order in tqdm(rng.orders, unit="epoch", desc="PyTorch"):
        total = 0.0
        for piece in torch.from_numpy(order).split(model.batch_size):
            adam.zero_grad()
            value = noisy_loss(X[piece])
            value.backward()
            adam.step()
            total += value.item() * len(piece) / len(X)
        epoch_losses.append(total)
    with torch.no_grad():
        return noisy_loss(X_test).item(), epoch_losses
