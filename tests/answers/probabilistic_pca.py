"""Answers to the exercises on probabilistic PCA: right ones in other forms, and wrong ones."""

PREDICTED = """
def predicted(eigenvalues, k, variance):
    kept, rest = np.array(eigenvalues[:k]), np.array(eigenvalues[k:])
    {}
"""
LEARNED = """
def learned_variance(eigenvalues, k, beta):
    d, rest = len(eigenvalues), eigenvalues[k:]
    {}
"""

ANSWERS = {
    1: {
        "right": [
            PREDICTED.format(
                "rate, lost = probabilistic_pca.water_filling(eigenvalues, variance, k)\n"
                "    return [int((kept > variance).sum()), rate[0], lost[0]]"
            ),
            PREDICTED.format(
                "active, nats, error = 0, 0.0, rest.sum()\n"
                "    for value in kept:\n"
                "        if value > variance:\n"
                "            active, nats = active + 1, nats + 0.5 * np.log(value / variance)\n"
                "        error += min(value, variance)\n"
                "    return active, nats, error"
            ),
            PREDICTED.format(
                "up = np.maximum(kept, variance)\n"
                "    return np.array([np.sum(up != variance), 0.5 * np.sum(np.log(up) - np.log(variance)),\n"
                "                     np.sum(kept - up + variance) + rest.sum()])"
            ),
        ],
        "wrong": [
            (
                PREDICTED.format(
                    "return (kept > variance).sum(), np.log(kept / variance).sum() / 2, np.minimum(kept, variance).sum() + rest.sum()"
                ),
                "your KL is",
            ),
            (
                PREDICTED.format(
                    "up = np.maximum(kept, variance)\n"
                    "    return (kept > variance).sum(), np.log(up / variance).sum(), np.minimum(kept, variance).sum() + rest.sum()"
                ),
                "your KL is",
            ),
            (
                PREDICTED.format(
                    "up = np.maximum(kept, variance)\n"
                    "    return (kept > variance).sum(), np.log2(up / variance).sum() / 2, np.minimum(kept, variance).sum() + rest.sum()"
                ),
                "your KL is",
            ),
            (
                PREDICTED.format(
                    "up = np.maximum(kept, variance)\n"
                    "    return (kept > variance).sum(), np.log(up / variance).sum() / 2, np.minimum(kept, variance).sum()"
                ),
                "your squared error is",
            ),
            (
                PREDICTED.format(
                    "every = np.maximum(eigenvalues, variance)\n"
                    "    return (eigenvalues > variance).sum(), np.log(every / variance).sum() / 2, np.minimum(eigenvalues, variance).sum()"
                ),
                "with two latent dimensions",
            ),
            (
                PREDICTED.format(
                    "up = np.maximum(kept, variance)\n"
                    "    return k, np.log(up / variance).sum() / 2, np.minimum(kept, variance).sum() + rest.sum()"
                ),
                "your active units is",
            ),
            (
                PREDICTED.format(
                    "n = (eigenvalues[:4] > variance).sum(); values = eigenvalues\n"
                    "    return n, np.log(values[:n] / variance).sum() / 2, n * variance + values[n:].sum()"
                ),
                "with two latent dimensions",
            ),
        ],
    },
    2: {
        "right": [
            LEARNED.format("return float(sum(rest)) / (d - beta * k)"),
            LEARNED.format(
                "v = 0.0\n"
                "    for _ in range(10000):\n"
                "        v = (k * beta * v + np.sum(rest)) / d\n"
                "    return np.float64(v)"
            ),
            LEARNED.format(
                "return optimize.brentq(lambda v: d * v - k * beta * v - rest.sum(), 0, 1e6, xtol=1e-12)"
            ),
        ],
        "wrong": [
            (LEARNED.format("return rest.mean()"), "but the error per feature is"),
            (LEARNED.format("return beta * rest.mean()"), "k = 2, beta = 1.5"),
            (LEARNED.format("return rest.mean() / beta"), "but the error per feature is"),
            (LEARNED.format("return rest.sum() / d"), "but the error per feature is"),
            (
                LEARNED.format("return rest.sum() / (d - k / beta)"),
                "but the error per feature is",
            ),
            (LEARNED.format("return 9 * rest.sum()"), "would be used"),
            (LEARNED.format("return [rest.sum(), 1]"), "learned_variance(...)"),
        ],
    },
}
