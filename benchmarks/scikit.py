"""The dense rows by scikit-learn's MLPRegressor, which is trained to reproduce its input."""

import warnings

import joblib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor


class RegressorFromWeights(MLPRegressor):
    """An MLPRegressor that starts from given weights."""

    def _init_coef(self, fan_in, fan_out, dtype):
        """Return the given weights of the next layer in place of random ones."""
        W, b = next(self.weights)
        return W.copy(), b.copy()


def new_model(workload):
    """Return the regressor of the workload, not yet fitted."""
    model = workload.model
    net = RegressorFromWeights(
        hidden_layer_sizes=[len(b) for _, b in workload.weights[:-1]],
        activation=model.activation,
        solver=model.optimizer,
        alpha=0,
        batch_size=workload.batch_size,
        learning_rate_init=model.learning_rate,
        max_iter=model.epochs,
        shuffle=False,
        tol=0,
        n_iter_no_change=model.epochs,
    )
    net.weights = iter(workload.weights)
    return net


def make_run(workload):
    """Return a function that trains the regressor and returns its loss curve.

    With batches, each epoch is a call of partial_fit on samples in our order. That is faster
    than shuffle=True as well.
    """
    d = workload.X.shape[1]  # scikit-learn's loss is the mean over the features, ours their sum

    def run():
        net = new_model(workload)
        if workload.order is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                net.fit(workload.X, workload.X)
        else:
            for order in workload.order:
                X = workload.X[order]
                net.partial_fit(X, X)
        return np.multiply(d, net.loss_curve_)

    return run


def store(workload, path):
    """Return a function that saves the regressor at path and loads it."""
    net = new_model(workload).partial_fit(workload.X, workload.X)
    del net.weights  # an iterator cannot be stored

    def run():
        joblib.dump(net, path)
        return joblib.load(path)

    return run
