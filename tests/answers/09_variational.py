"""Answers to the exercises of notebook 09: right ones in other forms, and wrong ones."""

BOTH = "hidden_variance = {}\nin_use = {}"
SAMPLER = """
def careless_forward(x, rng=None):
    k = x.shape[-1] // 2
    mu, s = x[:, :k], x[:, k:]
    e = 0 * mu if rng is None else rng.standard_normal(mu.shape)
    {}
"""
BOUNDS = """
def bound_of(prior, likelihood, q):
    {}

def loss_of_bound(prior, likelihood, q):
    {}
"""
LOSS = "return np.log(np.dot(prior, likelihood)) - bound_of(prior, likelihood, q)"
PAIR = """
def fitted_one(variance, warm_up=0.0, **changes):
    net = VariationalAutoencoder(1, variance=variance, warm_up=warm_up)
    return net.set_params(random_state=0, **small).set_params(**changes).fit(circle)
told, hopeless = {}
"""
INVENT = """
def invent(net, X, n, rng):
    Z = net.transform(X)
    {}
"""

ANSWERS = {
    1: {
        "right": [
            BOTH.format("28**2 * 0.5", "(3, 4, 8)"),
            BOTH.format("np.float32(392)", "np.array([3, 4, 8])"),
            BOTH.format("np.int64(392)", "[np.int64(3), 4.0, 8]"),
            BOTH.format(
                "392.0",
                "[int((variances > v).sum()) for v in (1 / 2, 1 / 3, 0.1)]",
            ),
        ],
        "wrong": [
            (BOTH.format("784", "[3, 4, 8]"), "is not the answer"),
            (BOTH.format("196", "[3, 4, 8]"), "is not the answer"),
            (BOTH.format("392", "[1, 3, 5]"), "is not the answer"),
            (BOTH.format("392", "[8, 4, 3]"), "the smaller the assumed variance"),
            (BOTH.format("392", "[3, 4]"), "has the shape"),
            (BOTH.format("392", "[3.5, 4, 8]"), "whole numbers"),
            (BOTH.format("'392'", "[3, 4, 8]"), "not made of numbers"),
        ],
    },
    2: {
        "right": [
            SAMPLER.format(
                "noise = np.exp(s) * e\n"
                "    return mu + noise, lambda delta: np.hstack([delta, noise * delta])"
            ),
            SAMPLER.format(
                "def backward(delta):\n"
                "        grad = np.empty_like(x)\n"
                "        grad[:, :k], grad[:, k:] = delta, delta * e * np.exp(s)\n"
                "        return grad\n"
                "    return [(mu + np.exp(s) * e).tolist(), backward]"
            ),
            SAMPLER.format(
                "z = mu + np.exp(s) * e\n"
                "    return z, lambda delta: np.concatenate([delta, delta * (z - mu)], axis=1)"
            ),
        ],
        "wrong": [
            (
                SAMPLER.format(
                    "noise = np.exp(s / 2) * e\n"
                    "    return mu + noise, lambda d: np.hstack([d, d * noise / 2])"
                ),
                "z is not mu + exp(s) e",
            ),
            (
                SAMPLER.format(
                    "noise = np.exp(s) * e\n"
                    "    return mu + noise, lambda d: np.hstack([d, d * noise / 2])"
                ),
                "the gradient at s is wrong",
            ),
            (
                SAMPLER.format(
                    "noise = np.exp(s) * e\n    return mu + noise, lambda d: np.hstack([d, noise])"
                ),
                "the gradient at s is wrong",
            ),
            (
                SAMPLER.format(
                    "noise = np.exp(s) * e\n"
                    "    return mu + noise, lambda d: np.hstack([d * noise, d])"
                ),
                "the gradient at mu is wrong",
            ),
            (SAMPLER.format("return mu + np.exp(s) * e"), "not z and a function"),
            (SAMPLER.format("return mu + np.exp(s) * e, e"), "not a function"),
            (
                SAMPLER.format("return mu + np.exp(s) * e, lambda d: d"),
                "`the gradient` has the shape",
            ),
            (
                "def careless_forward(x, rng=None):\n    return x.left, None",
                "your answer raised AttributeError",
            ),
            (
                "def careless_forward(x, rng):\n"
                "    k = x.shape[1] // 2\n"
                "    noise = np.exp(x[:, k:]) * rng.standard_normal((len(x), k))\n"
                "    return x[:, :k] + noise, lambda d: np.hstack([d, d * noise])",
                "your answer raised AttributeError",
            ),
        ],
    },
    3: {
        "right": [
            BOUNDS.format(
                "return sum(b * np.log(a * c / b) for a, c, b in zip(prior, likelihood, q) if b)",
                LOSS,
            ),
            BOUNDS.format(
                "on = np.asarray(q) > 0\n"
                "    kl = (q[on] * np.log(q[on] / prior[on])).sum()\n"
                "    return (q[on] * np.log(likelihood[on])).sum() - kl",
                "joint = prior * likelihood\n"
                "    after, on = joint / joint.sum(), q > 0\n"
                "    return (q[on] * np.log(q[on] / after[on])).sum()",
            ),
            BOUNDS.format(
                "from scipy.special import xlogy\n"
                "    return float((xlogy(q, prior * likelihood) - xlogy(q, q)).sum())",
                LOSS,
            ),
            BOUNDS.format(
                "terms = np.where(q > 0, q * np.log(prior * likelihood / np.where(q > 0, q, 1)), 0)\n"
                "    return np.array([terms.sum()])",
                LOSS,
            ),
        ],
        "wrong": [
            (
                BOUNDS.format("return np.log(prior @ likelihood)", LOSS),
                "another guess: the bound",
            ),
            (
                BOUNDS.format("return (q * np.log(likelihood)).sum()", LOSS),
                "above log p(x)",
            ),
            (
                BOUNDS.format("return (q * np.log(prior * likelihood / q)).sum()", LOSS),
                "is not finite",
            ),
            (
                BOUNDS.format(
                    "on = q > 0\n"
                    "    return (prior * likelihood * np.log(prior * likelihood)).sum()",
                    LOSS,
                ),
                "the posterior: the bound",
            ),
            (
                BOUNDS.format(
                    "on = q > 0\n"
                    "    return (q[on] * np.log((prior * likelihood)[on] / q[on])).sum()",
                    "joint = prior * likelihood\n"
                    "    after, on = joint / joint.sum(), q > 0\n"
                    "    return (after[on] * np.log(after[on] / q[on])).sum()",
                ),
                "the loss",
            ),
            (
                BOUNDS.format(
                    "on = q > 0\n"
                    "    return (q[on] * np.log((prior * likelihood)[on] / q[on])).sum()",
                    "return bound_of(prior, likelihood, q) - np.log(prior @ likelihood)",
                ),
                "the loss of the bound is negative",
            ),
            (
                BOUNDS.format(
                    "on = q > 0\n"
                    "    return (q[on] * np.log2((prior * likelihood)[on] / q[on])).sum()",
                    LOSS,
                ),
                "above log p(x)",
            ),
        ],
    },
    4: {
        "right": [
            PAIR.format("fitted_one(0.1), fitted_one(1.5, 0.6)"),
            PAIR.format("fitted_one(0.2), fitted_one(np.float32(1.3), 0.6)"),
            PAIR.format("fitted_one(np.float64(0.05)), fitted_one(2, 0.6)"),
        ],
        "wrong": [
            (PAIR.format("fitted_one(1.5), fitted_one(1.5, 0.6)"), "told: the KL is"),
            (PAIR.format("fitted_one(0.1), fitted_one(0.5, 0.6)"), "hopeless: the KL is"),
            (PAIR.format("fitted_one(0.1, 0.6), fitted_one(1.5, 0.6)"), "warm_up=0.6, not 0.0"),
            (PAIR.format("fitted_one(0.1), fitted_one(1.5)"), "warm_up=0.0, not 0.6"),
            (
                PAIR.format("fitted_one(0.1, epochs=500), fitted_one(1.5, 0.6)"),
                "epochs=500, not 400",
            ),
            (
                PAIR.format("fitted_one(0.1), fitted_one(1.5, 0.6, epochs=3)")
                + "hopeless.set_params(epochs=400)\n",
                "epochs=3, not 400",
            ),
            (
                PAIR.format("fitted_one(0.1, beta=0.1), fitted_one(1.5, 0.6)"),
                "beta=0.1, not 1.0",
            ),
            (
                "told = hopeless = VariationalAutoencoder(1, random_state=0, **small)",
                "not a fitted VariationalAutoencoder",
            ),
            (
                PAIR.format("fitted_one(0.1).fit(C), fitted_one(1.5, 0.6)"),
                "not fitted to `circle`",
            ),
        ],
    },
    5: {
        "right": [
            INVENT.format(
                "from sklearn.mixture import GaussianMixture\n"
                "    mix = GaussianMixture(20, random_state=0, reg_covar=1e-2).fit(Z)\n"
                "    mix.random_state = int(rng.integers(10**6))\n"
                "    return net.inverse_transform(mix.sample(n)[0])"
            ),
            INVENT.format(
                "codes = [rng.normal(Z[i], 0.3 * Z.std(axis=0)) for i in rng.integers(len(Z), size=n)]\n"
                "    return net.inverse_transform(np.array(codes)).tolist()"
            ),
            INVENT.format(
                "L = 0.3 * np.linalg.cholesky(np.cov(Z.T))\n"
                "    codes = rng.choice(Z, n) + rng.standard_normal((n, 8)) @ L.T\n"
                "    return net.inverse_transform(codes).astype(np.float32)"
            ),
        ],
        "wrong": [
            (
                INVENT.format("return net.inverse_transform(rng.standard_normal((n, 8)))"),
                "near:",
            ),
            (
                INVENT.format("return net.inverse_transform(Z[rng.integers(len(Z), size=n)])"),
                "new: the distance",
            ),
            (
                INVENT.format(
                    "i, w = rng.integers(len(Z), size=n), 0.1 * Z.std(axis=0)\n"
                    "    return net.inverse_transform(Z[i] + w * rng.standard_normal((n, 8)))"
                ),
                "new: the distance",
            ),
            (INVENT.format("return X[rng.integers(len(X), size=n)]"), "these are copies"),
            (
                INVENT.format(
                    "return np.tile(net.inverse_transform(Z.mean(axis=0)[None]), (n, 1))"
                ),
                "two generators",
            ),
            (
                INVENT.format(
                    "m, C = Z.mean(axis=0), np.cov(Z.T)\n"
                    "    return net.inverse_transform(rng.multivariate_normal(m, C, n))"
                ),
                "near:",
            ),
            (
                INVENT.format(
                    "noise = 0.35 * Z.std(axis=0) * rng.standard_normal((400, 8))\n"
                    "    return net.inverse_transform(rng.choice(Z, 400) + noise)"
                ),
                "hidden",
            ),
            (
                INVENT.format(
                    "zeros = Z[y_train == 0]\n"
                    "    noise = 0.35 * Z.std(axis=0) * rng.standard_normal((n, 8))\n"
                    "    return net.inverse_transform(rng.choice(zeros, n) + noise)"
                ),
                "all classes",
            ),
        ],
    },
}
