"""The dense rows by scikit-learn's MLPRegressor, which is trained to reproduce its input."""

import warnings

import joblib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor


class Started(MLPRegressor):
    """An MLPRegressor that starts from given weights."""

    def _init_coef(self, fan_in, fan_out, dtype):
        W, b = next(self.weights)
        return W.copy(), b.copy()


def fresh(work):
    model = work.model
    net = Started(
        hidden_layer_sizes=[len(b) for _, b in work.weights[:-1]],
        activation=model.activation,
        solver=model.optimizer,
        alpha=0,
        batch_size=work.batch_size,
        learning_rate_init=model.learning_rate,
        max_iter=model.epochs,
        shuffle=False,
        tol=0,
        n_iter_no_change=model.epochs,
    )
    net.weights = iter(work.weights)
    return net


def prepare(work):
    """With batches each epoch is a call of partial_fit on samples in our order.

    That is faster than shuffle=True as well.
    """
    d = work.X.shape[1]  # scikit-learn's loss is the mean over the features, ours is the sum

    def run():
        net = fresh(work)
        if work.order is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                net.fit(work.X, work.X)
        else:
            for order in work.order:
                X = work.X[order]
                net.partial_fit(X, X)
        return np.multiply(d, net.loss_curve_)

    return run


def store(work, path):
    net = fresh(work).partial_fit(work.X, work.X)
    del net.weights  # an iterator cannot be stored

    def run():
        joblib.dump(net, path)
        return joblib.load(path)

    return run
