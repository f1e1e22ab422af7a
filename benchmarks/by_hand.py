"""The reference row in the style of the published notebook: a class, columns, one long loop."""

import numpy as np


class HandWritten:
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


def prepare(work):
    columns = work.X.T.copy()

    def run():
        halves = [(W.T.copy(), b[:, None].copy()) for W, b in work.weights]
        net = HandWritten(*halves, work.model.learning_rate)
        return net.fit(columns, work.model.epochs).losses

    return run
