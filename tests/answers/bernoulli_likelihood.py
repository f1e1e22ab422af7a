"""Answers to the exercises on the Bernoulli likelihood: right and wrong ones."""

ERROR = """
def error_above_floor(x_hat, x):
    {}
"""
DENSITY = """
def continuous_bernoulli(x_hat, x):
    loss = -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat))
    mass = {mass}
    return {result}
"""
MASS = (
    "np.divide(2 * x_hat - 1, special.logit(x_hat), out=np.full(x_hat.shape, 0.5), "
    "where=x_hat != 0.5)"
)
RESULT = "(loss + np.log(mass)).sum(axis=1).mean()"
LOOPS = """
def continuous_bernoulli(x_hat, x):
    total = 0
    for row_hat, row in zip(x_hat, x):
        for p, q in zip(row_hat, row):
            total -= np.log(p**q * (1 - p) ** (1 - q) / integral(p))
    return total / len(x)
"""


def error(body):
    return ERROR.format(body)


def density(mass=MASS, result=RESULT):
    return DENSITY.format(mass=mass, result=result)


ANSWERS = {
    1: {
        "right": [
            error("return np.float32(1) * (losses.bernoulli(x_hat, x)[0] - entropy(x))"),
            error(
                "each = special.xlogy(x, x / x_hat)\n"
                "    each = each + special.xlogy(1 - x, (1 - x) / (1 - x_hat))\n"
                "    return [each.sum() / len(x)]"
            ),
            error(
                "return (special.rel_entr(x, x_hat) + special.rel_entr(1 - x, 1 - x_hat))"
                ".sum(axis=1).mean()"
            ),
        ],
        "wrong": [
            (error("return losses.bernoulli(x_hat, x)[0]"), "a perfect copy has the error"),
            (
                error("return losses.bernoulli(x_hat, x)[0] + entropy(x)"),
                "a perfect copy has the error",
            ),
            (
                error("return (losses.bernoulli(x_hat, x)[0] - entropy(x)) / x.shape[1]"),
                "your error is",
            ),
            (
                error("return (losses.bernoulli(x_hat, x)[0] - entropy(x)) * len(x)"),
                "your error is",
            ),
            (
                error("return losses.bernoulli(x_hat, x)[0] - losses.bernoulli(x, x)[0]"),
                "what is 0 log 0",
            ),
            (error("return ((x_hat - x) ** 2).sum() / len(x)"), "your error is"),
            (
                error("return losses.bernoulli(x, x_hat)[0] - entropy(x_hat)"),
                "your error is",
            ),
            (error("return 0.0"), "your error is"),
            (error("return losses.bernoulli(x_hat, x) - entropy(x)"), "your answer raised"),
        ],
    },
    2: {
        "right": [
            density(),
            LOOPS,
            density(
                mass="np.vectorize(integral)(x_hat)",
                result="[np.sum(loss + np.log(mass)) / len(x)]",
            ),
        ],
        "wrong": [
            (density(mass="1"), "your density integrates to"),
            (
                density(result="(loss - np.log(mass)).sum(axis=1).mean()"),
                "your density integrates to",
            ),
            (density(result="(loss + mass).sum(axis=1).mean()"), "your density integrates to"),
            (density(mass="(2 * x_hat - 1) / special.logit(x_hat)"), "not finite"),
            (density(mass="0.5"), "your density integrates to"),
            (
                density(result="loss.sum(axis=1).mean() + np.log(mass).mean()"),
                "6 samples of 4 pixels",
            ),
            (density(result="(loss + np.log(mass)).mean()"), "6 samples of 4 pixels"),
            (density(result="(loss + np.log(mass)).sum()"), "6 samples of 4 pixels"),
            (
                DENSITY.replace(
                    "1 - x) * np.log(1 - x_hat", "1 - x_hat) * np.log(1 - x"
                ).format(mass=MASS, result=RESULT),
                "your density integrates to",
            ),
        ],
    },
}
