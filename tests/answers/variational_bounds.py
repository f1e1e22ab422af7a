"""Answers to the exercises on variational bounds: right ones in other forms, and wrong ones."""

MIXTURE = """
def mixture_bound(X, n_codes, rng):
    mu, sd = toy.posterior(X)
    e = rng.standard_normal((n_codes, *mu.shape))
    from_q = rng.random(e.shape) < 0.5
    Z = {codes}
    lq, lp = stats.norm.logpdf(Z, mu, sd)[..., 0], stats.norm.logpdf(Z)[..., 0]
    ll = toy.log_likelihood(X, Z)
    {end}
"""
CODES = "np.where(from_q, mu + sd * e, e)"


def mixture(end, codes=CODES):
    return MIXTURE.format(end=end, codes=codes)


PARTS = """
def two_parts(means, deviations, noise):
    Z = means + deviations * noise
    n, k = Z.shape
    own = stats.norm.logpdf(Z, means, deviations).sum(1)
    every = stats.norm.logpdf(Z[:, None], means, deviations).sum(2)
    prior = stats.norm.logpdf(Z).sum(1)
    {}
"""
LOG_Q = "log_q = np.logaddexp.reduce(every, axis=1) - np.log(n); "

ANSWERS = {
    1: {
        "right": [
            mixture(
                "w = ll + lp - np.log(0.5 * np.exp(lq) + 0.5 * np.exp(lp))\n"
                "    top = w.max(0)\n"
                "    return top + np.log(np.exp(w - top).mean(0))"
            ),
            mixture(
                "w = ll - np.log(0.5) - np.logaddexp(lq - lp, 0)\n"
                "    return np.logaddexp.reduce(w) - np.log(len(w))"
            ),
            mixture(
                "w = ll + lp - np.logaddexp(lq, lp) + np.log(2)\n"
                "    return [np.logaddexp.reduce(column) - np.log(n_codes) for column in w.T]",
                "np.where(rng.integers(2, size=e.shape) == 1, e, mu + sd * e)",
            ),
        ],
        "wrong": [
            (
                mixture(
                    "w = ll + lp - np.where(from_q[..., 0], lq, lp)\n"
                    "    return np.logaddexp.reduce(w) - np.log(n_codes)"
                ),
                "more than with the fractions",
            ),
            (
                mixture(
                    "w = ll + lp - np.logaddexp(lq, lp)\n"
                    "    return np.logaddexp.reduce(w) - np.log(n_codes)"
                ),
                "nats below log p(x) with 1000 codes",
            ),
            (
                mixture("return np.logaddexp.reduce(ll + lp - lq) - np.log(n_codes)"),
                "nats",
            ),
            (
                mixture(
                    "w = ll + lp - lq\n    return np.logaddexp.reduce(w) - np.log(n_codes)",
                    "mu + sd * e",
                ),
                "at the tear",
            ),
            (
                mixture("return (ll + lp - np.logaddexp(lq, lp) + np.log(2)).mean(0)"),
                "nats below log p(x)",
            ),
            (
                mixture(
                    "w = ll + lp - np.logaddexp(lq, lp) + np.log(2)\n"
                    "    return np.logaddexp.reduce(w)"
                ),
                "nats above log p(x)",
            ),
            (
                mixture("return log_p[[int(np.abs(C - x).sum(1).argmin()) for x in X]]"),
                "two generators give",
            ),
            (
                mixture(
                    "w = ll + lp - np.logaddexp(lq, lp) + np.log(2)\n"
                    "    return np.mean(np.logaddexp.reduce(w) - np.log(n_codes))"
                ),
                "has the shape ()",
            ),
        ],
    },
    2: {
        "right": [
            PARTS.format(
                "top = every.max(1, keepdims=True)\n"
                "    log_q = np.log(np.exp(every - top).mean(1)) + top[:, 0]\n"
                "    return np.array([np.mean(own - log_q), np.mean(log_q - prior)])"
            ),
            PARTS.format(
                "from scipy.special import logsumexp\n"
                "    log_q = logsumexp(every, axis=1, b=1 / n)\n"
                "    known = float((own - log_q).mean())\n"
                "    return [known, float((own - prior).mean()) - known]"
            ),
            PARTS.format(
                "known = rest = 0\n"
                "    for i in range(n):\n"
                "        log_q = np.logaddexp.reduce(every[i]) - np.log(n)\n"
                "        known, rest = known + (own[i] - log_q) / n, rest + (log_q - prior[i]) / n\n"
                "    return known, rest"
            ),
        ],
        "wrong": [
            (
                PARTS.format(LOG_Q + "return (log_q - prior).mean(), (own - log_q).mean()"),
                "not 0",
            ),
            (
                PARTS.format(
                    "log_q = every.mean(axis=1); return (own - log_q).mean(), (log_q - prior).mean()"
                ),
                "Gaussians lie far apart",
            ),
            (
                PARTS.format(
                    "log_q = np.logaddexp.reduce(every, axis=1)\n"
                    "    return (own - log_q).mean(), (log_q - prior).mean()"
                ),
                "not 0",
            ),
            (
                PARTS.format(LOG_Q + "return (own - log_q).sum(), (log_q - prior).sum()"),
                "Gaussians lie far apart",
            ),
            (
                PARTS.format(LOG_Q + "return (own - log_q).mean(), (own - prior).mean()"),
                "do not add up",
            ),
            (
                PARTS.format(
                    "log_q = np.logaddexp.reduce(every, axis=0) - np.log(n)\n"
                    "    return (own - log_q).mean(), (log_q - prior).mean()"
                ),
                "the information is",
            ),
            (
                PARTS.format(
                    "q = np.exp(every).mean(axis=1)\n"
                    "    with np.errstate(divide='ignore', invalid='ignore'):\n"
                    "        return (own - np.log(q)).mean(), (np.log(q) - prior).mean()"
                ),
                "hidden",
            ),
        ],
    },
}
