"""Answers to the exercises of notebook 05: right ones in other forms, and wrong ones."""

LINE = """
def off_the_tanh_line(X_hat):
    a = {inverse}
    a = a - a.mean(axis=0)
    return {ratio}
"""
TURNS = """
def count_turns(values):
    {body}
most = {most}
"""
SEARCH = "[max(map(count_turns, random_coordinates(m))) for m in (1, 2, 3)]"
TRIED = """
tried, found, interval = {{}}, {{}}, {{}}
for name in {names}:
    tried[name] = {nets}
    found[name] = 0
    for model in tried[name]:
        code = model.transform(X)[:, 0]
        found[name] += {hit}
    interval[name] = {interval}
"""
PAIR = """
def opposite_pair(model):
    def difference(v):
        x = v / np.linalg.norm(v)
        a, b = model.transform(np.stack([x, -x]))
        return a - b
    {search}
    return {point}
"""
SPREAD = "(lambda s: {})(np.linalg.svd(a, compute_uv=False))"
ACROSS_OVER_ALONG = SPREAD.format("s[1] / s[0]")
LEAST = (
    "v = min((optimize.least_squares(difference, v) for v in "
    "np.random.default_rng(3).standard_normal((8, 3))), key=lambda run: run.cost).x"
)
ROOT = (
    "v = next(run.x for run in (optimize.root(lambda w: [*difference(w), w @ w - 1], v) "
    "for v in np.random.default_rng(5).standard_normal((50, 3))) if run.success)"
)


def line(inverse="np.arctanh(X_hat)", ratio=ACROSS_OVER_ALONG):
    return LINE.format(inverse=inverse, ratio=ratio)


def turns(body, most=SEARCH):
    return TURNS.format(body=body, most=most)


def tried(
    names="('sigmoid', 'relu')",
    nets="without_noise(name)",
    hit="np.ptp(code) > 0 and abs(stats.spearmanr(code, t)[0]) > 0.99",
    interval="share_interval(found[name], 10)",
):
    return TRIED.format(names=names, nets=nets, hit=hit, interval=interval)


def pair(search=LEAST, point="v / np.linalg.norm(v)"):
    return PAIR.format(search=search, point=point)


BY_SIGNS = (
    "s = [int(np.sign(d)) for d in np.diff(values) if abs(d) > 1e-9]; "
    "return sum(a != b for a, b in zip(s, s[1:]))"
)
NAIVE = "d = np.sign(np.diff(values)); return int((d[1:] != d[:-1]).sum())"

ANSWERS = {
    1: {
        "right": [
            "also = (False, False, False, True, True)",
            "also = np.array([0, 0, 0, 1, 1], bool)",
            "also = [np.False_, 1 > 2, False, np.bool_(1), not False]",
        ],
        "wrong": [
            ("also = [False] * 5", "measured, 3 of your five are right"),
            ("also = [True] * 5", "measured, 2 of your five are right"),
            ("also = [False, False, False, True, False]", "measured, 4 of your five"),
            ("also = [0, 0, 0, 1, 1]", "not all five are True or False"),
            ("also = [False, True]", "not a list of five"),
            ("also = 'FFFTT'", "not a list of five"),
            ("also = True", "not a list of five"),
        ],
    },
    2: {
        "right": [
            line(),
            line(ratio="float(np.sqrt(np.divide(*np.linalg.eigvalsh(a.T @ a).clip(0))))"),
            line(inverse="np.arctanh(np.asarray(X_hat, np.float32))"),
            line(inverse="np.log((1 + X_hat) / (1 - X_hat)) / 2"),
            "def off_the_tanh_line(X_hat):\n    return [off_the_line((X_hat + 1) / 2)]",
        ],
        "wrong": [
            (line(ratio=SPREAD.format("s[1]")), "tanh of an ellipse"),
            (line(ratio=SPREAD.format("(s[1] / s[0]) ** 2")), "tanh of an ellipse"),
            (line(ratio="1 - abs(np.corrcoef(a.T)[0, 1])"), "tanh of an ellipse"),
            (line(ratio=SPREAD.format("s[0] / s[1]")), "off its line by up to"),
            (line(inverse="np.arctan(X_hat)"), "a tanh decoder is off its line"),
            (line(inverse="X_hat"), "a tanh decoder is off its line"),
            (line(ratio="0.0"), "tanh of an ellipse"),
            (line(inverse="logit(X_hat)"), "a tanh decoder is off its line"),
            (line(ratio=SPREAD.format("s")), "not one number"),
        ],
    },
    3: {
        "right": [
            turns(BY_SIGNS),
            turns(
                "d = np.diff(values); d = d[abs(d) > 1e-9]; return (d[1:] * d[:-1] < 0).sum()",
                "(0, 2, 4)",
            ),
            turns(
                "d = np.diff(values); d = d[abs(d) > 1e-9] > 0; "
                "return float(np.count_nonzero(np.diff(d)))",
                f"np.array({SEARCH}, float)",
            ),
        ],
        "wrong": [
            (turns(NAIVE), "count_turns of [0, 2, 2, 2, 1] is 2"),
            (
                turns("d = np.diff(values); return int((d[1:] * d[:-1] < 0).sum())"),
                "count_turns of [0, 2, 2, 2, 1] is 0",
            ),
            (turns("return int((np.diff(values) > 0).sum())"), "count_turns of [0, 1, 3, 4]"),
            (turns("return 0"), "count_turns of [0, 1, 0] is 0"),
            (turns(BY_SIGNS, "[0, 1, 2]"), "with 2 units, yours finds 2, not 1"),
            (turns(BY_SIGNS, "[1, 2, 3]"), "with 1 units, yours finds 0, not 1"),
            (turns(BY_SIGNS, "[0, 2]"), "has the shape (2,)"),
            (turns(BY_SIGNS.replace("sum(", "1 + sum(")), "count_turns of [0, 1, 3, 4] is 1"),
        ],
    },
    4: {
        "right": [
            tried(),
            tried(names="['relu', 'sigmoid']", nets="tuple(without_noise(name))"),
            tried(interval="[round(float(a), 2) for a in share_interval(found[name], 10)]"),
        ],
        "wrong": [
            (tried(names="('sigmoid',)"), "not a dict with the keys"),
            (tried(hit="1"), "that is not what is in order"),
            (tried(hit="0"), "that is not what is in order"),
            (tried(nets="without_noise('tanh')"), "not all nets of tried['sigmoid']"),
            (tried(nets="without_noise(name)[:1] * 10"), "share random seeds"),
            (tried(nets="without_noise(name)[:4]"), "has 4 nets, not ten"),
            (tried(interval="share_interval(found[name], 20)"), "is not that of"),
            (tried(interval="(found[name] / 10, 0, 1)"), "is not that of"),
            (tried(interval="found[name]"), "has the shape (), not (3,)"),
            (
                "tried = {n: [] for n in ('sigmoid', 'relu')}\n"
                "found = {'sigmoid': 10, 'relu': 9}\n"
                "interval = {n: share_interval(found[n], 10) for n in found}",
                "has 0 nets, not ten",
            ),
        ],
    },
    5: {
        "right": [
            pair(),
            pair(search=ROOT, point="(v / np.linalg.norm(v)).tolist()"),
            pair(point="-v / np.linalg.norm(v)"),
        ],
        "wrong": [
            (pair(point="v"), "the point has length"),
            (pair(search="v = np.ones(3)"), "for ball, the two codes differ by"),
            (
                "pair_of_ball = None\n"
                + pair(search=LEAST.replace("difference, v)", "apart, v)")).replace(
                    "    v = min",
                    "    apart = lambda v: np.subtract(*ball.transform(np.stack([v, -v]) / "
                    "np.linalg.norm(v)))\n    v = min",
                ),
                "for another net, the two codes differ by",
            ),
            (pair(point="np.stack([v, -v]) / np.linalg.norm(v)"), "has the shape (2, 3)"),
            (
                pair(
                    search="v = optimize.minimize(lambda v: difference(v)[0] ** 2, [1, 2, 3]).x"
                ),
                "the two codes differ by",
            ),
            ("def opposite_pair(model):\n    return np.zeros(3)", "the point has length"),
        ],
    },
}
