"""The reference row by two hand-written classes that keep their samples in columns.

One is written in the style of the published notebook. The other is a lean loop: it does the
arithmetic of the training and nothing else.
"""

import numpy as np


class ReferenceStyle:
    """x -> sigmoid -> z -> sigmoid -> x_hat, by plain gradient descent; samples are columns."""

    def __init__(self, encoder, decoder, learning_rate):
        (self.W_e, self.b_e), (self.W_d, self.b_d) = encoder, decoder
        self.learning_rate = learning_rate
        self.losses = []

    def sigmoid(self, a):
        return 1 / (1 + np.exp(-np.clip(a, -500, 500)))

    def forward(self, x):
        z = self.sigmoid(self.W_e @ x + self.b_e)
        return z, self.sigmoid(self.W_d @ z + self.b_d)

    def backward(self, x, z, x_hat):
        n = x.shape[1]
        delta_d = (x_hat - x) * x_hat * (1 - x_hat)
        delta_e = (self.W_d.T @ delta_d) * z * (1 - z)
        self.W_d -= self.learning_rate * delta_d @ z.T / n
        self.b_d -= self.learning_rate * np.mean(delta_d, axis=1, keepdims=True)
        self.W_e -= self.learning_rate * delta_e @ x.T / n
        self.b_e -= self.learning_rate * np.mean(delta_e, axis=1, keepdims=True)

    def fit(self, x, epochs):
        for _ in range(epochs):
            z, x_hat = self.forward(x)
            self.losses.append(np.mean((x - x_hat) ** 2))
            self.backward(x, z, x_hat)
        return self


class Lean:
    """The same network and the same descent, with one method for a step and no clipping."""

    def __init__(self, encoder, decoder):
        (self.W_e, self.b_e), (self.W_d, self.b_d) = encoder, decoder

    def step(self, x, learning_rate):
        """Take one step on x (2, n). Returns the mean squared error per element before it."""
        n = x.shape[1]
        z = 1 / (1 + np.exp(-(self.W_e @ x + self.b_e)))
        x_hat = 1 / (1 + np.exp(-(self.W_d @ z + self.b_d)))
        loss = np.mean((x - x_hat) ** 2)
        delta_out = (x_hat - x) * x_hat * (1 - x_hat) / n
        delta_hidden = (self.W_d.T @ delta_out) * z * (1 - z)
        self.W_d -= learning_rate * (delta_out @ z.T)
        self.b_d -= learning_rate * delta_out.sum(axis=1, keepdims=True)
        self.W_e -= learning_rate * (delta_hidden @ x.T)
        self.b_e -= learning_rate * delta_hidden.sum(axis=1, keepdims=True)
        return loss


# The mean squared error per element is our loss as well, because a sample has two features.


def reference_style(workload):
    """Return a function that trains the ReferenceStyle class and returns its loss curve."""
    columns = workload.X.T.copy()

    def run():
        net = ReferenceStyle(*for_columns(workload.weights), workload.model.learning_rate)
        return net.fit(columns, workload.model.epochs).losses

    return run


def lean_loop(workload):
    """Return a function that trains the Lean class and returns its loss curve."""
    columns, learning_rate = workload.X.T.copy(), workload.model.learning_rate

    def run():
        net = Lean(*for_columns(workload.weights))
        return [net.step(columns, learning_rate) for _ in range(workload.model.epochs)]

    return run


def for_columns(weights):
    """Return copies of the weights for samples in columns: W (n_out, n_in) and b (n_out, 1)."""
    return [(W.T.copy(), b[:, None].copy()) for W, b in weights]
