"""Answers to the exercises of notebook 07: right ones in other forms, and wrong ones."""

UNBIASED = """
def unbiased(damaged, kind, level):
    {}
"""
GIVEN = (
    "salt = 0.5 * level * (kind == 'salt_pepper'); kept = 1 - level * (kind != 'gaussian'); "
)
POINTS = """
def two_points(x, sigma):
    {function}
slopes = {slopes}
edge = {edge}
"""
STABLE = "return 2 / (1 + np.exp(-np.clip(2 * np.asarray(x) / sigma**2, -700, 700))) - 1"
SLOPES = "[2.0, 2 / np.cosh(2) ** 2]"
BLIND = """
class BlindNoise(layers.Layer):
    def forward(self, theta, x, rng=None):
        if rng is None:
            return x, lambda delta, grad: delta
        {sigma}
        return {y}, {backward}
blind_noise = BlindNoise()
"""
OWN_SIGMA = "sigma = 0.1 * 8 ** rng.uniform(size=x.shape[:-1] + (1,))"
NOISY = "x + sigma * rng.normal(size=x.shape)"
MISMATCHED = """
def mismatched(variances, expected, met):
    {}
by_ratio, by_difference = {}
"""
SHARE = "a = variances / (variances + expected**2); "
WALK = """
ladder = np.repeat([0.8, 0.4, 0.2, 0.1], 3)
start = np.random.default_rng(0).random((200, 64))
def walk(x, sigmas, rng=None):
    {}
"""


def points(function="return np.tanh(x / sigma**2)", slopes=SLOPES, edge="1"):
    return POINTS.format(function=function, slopes=slopes, edge=edge)


def blind(sigma=OWN_SIGMA, y=NOISY, backward="lambda delta, grad: delta"):
    return BLIND.format(sigma=sigma, y=y, backward=backward)


def mismatched(body, said="'too much', 'too little'"):
    return MISMATCHED.format(body, said)


def walk(*lines):
    return WALK.format("\n    ".join(lines))


def steps(*lines, end="return x"):
    return walk("for sigma in sigmas:", *(f"    {line}" for line in lines), end)


NET = "nets['gaussian', sigma, 0]"
FRESH = "noise = 0 if rng is None else rng.normal(0, sigma, x.shape)"

ANSWERS = {
    1: {
        "right": [
            UNBIASED.format(GIVEN + "return (damaged - salt) / kept"),
            UNBIASED.format(GIVEN + "return ((damaged - salt) / kept).tolist()"),
            UNBIASED.format(
                "mean = {'gaussian': (1, 0), 'mask': (1 - level, 0), "
                "'salt_pepper': (1 - level, level / 2)}[kind]; "
                "return np.float32(damaged / mean[0] - mean[1] / mean[0])"
            ),
            UNBIASED.format(
                "damaged = damaged.copy()\n"
                "    if kind == 'salt_pepper': damaged -= level / 2\n"
                "    return damaged if kind == 'gaussian' else damaged / (1 - level)"
            ),
        ],
        "wrong": [
            (UNBIASED.format("return damaged"), "mask, 0.5: the mean of a pixel is off"),
            (
                UNBIASED.format(
                    "return damaged if kind == 'gaussian' else damaged / (1 - level)"
                ),
                "salt_pepper, 0.3: the mean of a pixel is off",
            ),
            (
                UNBIASED.format(GIVEN + "return ((damaged - salt) / kept).clip(0, 1)"),
                "the mean of a pixel is off",
            ),
            (
                # one grey for all pixels
                UNBIASED.format(
                    GIVEN + "return np.full(damaged.shape, ((damaged - salt) / kept).mean())"
                ),
                "the mean of a pixel is off",
            ),
            (
                # one image for all
                UNBIASED.format(
                    GIVEN + "return 0 * damaged + ((damaged - salt) / kept).mean(axis=0)"
                ),
                "an image comes out otherwise",
            ),
            (
                UNBIASED.format(GIVEN + "return (damaged - 2 * salt) / kept"),
                "salt_pepper, 0.3: the mean",
            ),
            (
                UNBIASED.format(
                    "return np.tile(np.linspace(0.05, 0.95, 64), (len(damaged), 1))"
                ),
                "hidden",
            ),
            (
                UNBIASED.format(GIVEN + "return (damaged - 0.15) / 0.7"),
                "gaussian, 0.4: the mean",
            ),
            (UNBIASED.format("return (damaged / (1 - level)).mean(axis=0)"), "has the shape"),
        ],
    },
    2: {
        "right": [
            points(),
            points(STABLE, "np.array([2, 0.1413])", "np.float32(1)"),
            points(
                "from scipy.special import expit; return 2 * expit(2 * x / sigma**2) - 1",
                "(2, 0.141)",
                "[1.0]",
            ),
            points(
                "x = np.asarray(x); t = np.exp(-2 * abs(x) / sigma**2); "
                "return np.sign(x) * (1 - t) / (1 + t)"
            ),
        ],
        "wrong": [
            (points("return np.tanh(x / sigma)"), "off the mean of the clean ones"),
            (points("return np.tanh(2 * x / sigma**2)"), "off the mean of the clean ones"),
            (points("return x / (1 + sigma**2)"), "off the mean of the clean ones"),
            (points("return np.sign(x)"), "off the mean of the clean ones"),
            (
                points(
                    "with np.errstate(all='ignore'):\n"
                    "        a, b = (np.exp(c * x / sigma**2) for c in (1, -1))\n"
                    "        return (a - b) / (a + b)"
                ),
                "is not finite everywhere",
            ),
            (
                points("import math; return math.tanh(x / sigma**2)"),
                "your answer raised TypeError",
            ),
            (points(slopes="[2, 1]"), "the derivative of your two_points at 1 is not 1"),
            (points(slopes="[1.414, 0.1413]"), "the derivative of your two_points at 0"),
            (points(slopes="2"), "`slopes` has the shape ()"),
            (points(edge="0.5**0.5"), "your steepest slope is 2.00"),
            (points(edge="0"), "no standard deviation"),
            (points(edge="2"), "your steepest slope is 0.25"),
        ],
    },
    3: {
        "right": [
            blind(),
            blind(
                "sigma = 0.1 * np.exp(np.log(8) * rng.random(x.shape[:-1]))[..., None]",
                "x + rng.normal(0, sigma, x.shape)",
            ),
            blind(
                "e = rng.standard_normal(x.shape); "
                "sigma = np.geomspace(0.1, 0.8, 10001)[rng.integers(10001, size=x.shape[:-1])]",
                "x + e * sigma[..., np.newaxis]",
            ),
            blind(backward="lambda delta, grad: 1.0 * delta"),
        ],
        "wrong": [
            (
                blind("rng = np.random.default_rng(); " + OWN_SIGMA),
                "the same seed gives other noise",
            ),
            (
                blind(y="x + sigma * np.random.default_rng(0).normal(size=x.shape)"),
                "another rng gives the same e",
            ),
            (
                blind("sigma = 0.1 * 8 ** np.random.default_rng(0).random((*x.shape[:-1], 1))"),
                "another rng gives the same sigma",
            ),
            (
                blind("rng = np.random.default_rng(0); " + OWN_SIGMA),
                "another rng gives the same sigma",
            ),
            (blind("sigma = 0.1 * 8 ** rng.random()"), "one sigma a sample?"),
            (blind("sigma = 0.1 * 8 ** rng.random(x.shape)"), "one sigma a sample?"),
            (blind("sigma = rng.uniform(0.1, 0.8, (*x.shape[:-1], 1))"), "one sigma a sample?"),
            (blind("sigma = 0.1 * 8 ** rng.random((len(x), 1))"), "could not be broadcast"),
            (blind(y="sigma * rng.normal(size=x.shape)"), "the mean of y is not x"),
            (blind(y=NOISY.replace("sigma", "sigma**2")), "one sigma a sample?"),
            (blind(backward="lambda delta, grad: sigma * delta"), "derivative of y is not 1"),
            (blind().replace("if rng is None", "if False"), "your answer raised"),
            (blind() + "BlindNoise.forward = lambda self, theta, x, rng=None: x", "the pair"),
            (
                blind("sigma = 0.1 * 8 ** rng.choice([0.07, 0.5, 0.93], (*x.shape[:-1], 1))"),
                "hidden",
            ),
            (blind(y="x + sigma * rng.uniform(-(3**0.5), 3**0.5, x.shape)"), "hidden"),
        ],
    },
    4: {
        "right": [
            mismatched(SHARE + "return ((1 - a) ** 2 * variances + (a * met) ** 2).sum()"),
            mismatched(
                "v, e = np.asarray(variances), expected**2\n"
                "    return np.sum(v * (e**2 + v * met**2) / (v + e) ** 2)"
            ),
            mismatched(
                "total = 0\n"
                "    for v in variances:\n"
                "        a = v / (v + expected**2)\n"
                "        total += v - 2 * a * v + a**2 * (v + met**2)\n"
                "    return [total]"
            ),
        ],
        "wrong": [
            (
                mismatched(SHARE + "return ((1 - a) ** 2 * variances + a * met**2).sum()"),
                "expected 0.1, met 0.1: you return",
            ),
            (
                mismatched(
                    SHARE.replace("expected", "met")
                    + "return ((1 - a) ** 2 * variances + (a * met) ** 2).sum()"
                ),
                "expected 0.1, met 0.3: you return",
            ),
            (
                mismatched(
                    SHARE + "return ((1 - a) ** 2 * variances + (a * expected) ** 2).sum()"
                ),
                "expected 0.1, met 0.3: you return",
            ),
            (
                mismatched(SHARE + "return (variances * met**2 / (variances + met**2)).sum()"),
                "expected 0.1, met 0.3: you return",
            ),
            (
                mismatched(SHARE + "return ((1 - a) ** 2 * variances + (a * met) ** 2).mean()"),
                "expected 0.1, met 0.1: you return",
            ),
            (
                mismatched(SHARE + "return (1 - a) ** 2 * variances + (a * met) ** 2"),
                "not one number",
            ),
            (
                mismatched(
                    SHARE + "return ((1 - a) ** 2 * variances + (a * met) ** 2).sum()",
                    "'too little', 'too little'",
                ),
                "by_ratio: your own function says otherwise",
            ),
            (
                mismatched(
                    SHARE + "return ((1 - a) ** 2 * variances + (a * met) ** 2).sum()",
                    "'too much', 'too much'",
                ),
                "by_difference: your own function says otherwise",
            ),
            (
                mismatched(
                    SHARE + "return ((1 - a) ** 2 * variances + (a * met) ** 2).sum()", "1, 0"
                ),
                "is neither",
            ),
            (
                mismatched(
                    "a = eigenvalues / (eigenvalues + expected**2)\n"
                    "    return ((1 - a) ** 2 * eigenvalues + (a * met) ** 2).sum()"
                ),
                "hidden",
            ),
        ],
    },
    5: {
        "right": [
            steps(FRESH, f"x = {NET}.reconstruct(x + noise)"),
            steps(
                "if rng is not None:",
                "    x = x + sigma * rng.standard_normal(x.shape)",
                f"net = {NET}",
                "x = net.inverse_transform(net.transform(x))",
            ),
            walk(
                "if len(sigmas) == 0: return x",
                "sigma = sigmas[0]",
                FRESH,
                f"return walk({NET}.reconstruct(x + noise), sigmas[1:], rng)",
            ),
            walk(
                "x = x.copy()",
                "for sigma in sigmas:",
                "    if rng: x += rng.normal(0, sigma, x.shape)",
                f"    x[...] = {NET}.reconstruct(x)",
                "return x",
            ),
        ],
        "wrong": [
            # A first try that works in place: X_test, which is locked, must stay as it was.
            (
                steps(
                    "if rng is not None: x += sigma * rng.standard_normal(x.shape)",
                    f"x = {NET}.reconstruct(x)",
                ),
                "your answer changes an array that it was given",
            ),
            (steps(FRESH, f"x[:] = {NET}.reconstruct(x + noise)"), "changes the array"),
            (
                steps(FRESH, f"x = {NET}.reconstruct(x) + noise"),
                "should the noise be removed?",
            ),
            (
                walk(
                    "e = 0 if rng is None else rng.normal(size=x.shape)",
                    "for sigma in sigmas:",
                    f"    x = {NET}.reconstruct(x + sigma * e)",
                    "return x",
                ),
                "is it fresh?",
            ),
            (steps(f"x = {NET}.reconstruct(x)"), "hidden"),
            (steps(FRESH, "x = nets['gaussian', 0.1, 0].reconstruct(x + noise)"), "the order"),
            (
                steps(FRESH, f"x = {NET}.reconstruct(x + noise)").replace(
                    "in sigmas", "in sigmas[::-1]"
                ),
                "is the order right?",
            ),
            (steps(FRESH, f"return {NET}.reconstruct(x + noise)"), "is the order right?"),
            (
                steps(
                    FRESH.replace("rng.normal(0", "np.random.default_rng(0).normal(0"),
                    f"x = {NET}.reconstruct(x + noise)",
                ),
                "hidden",
            ),
            (steps(f"{NET}.reconstruct(x)"), "one step without rng is another"),
        ],
    },
}
