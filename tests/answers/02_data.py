"""Answers to the exercises of notebook 02: right ones in other forms, and wrong ones."""

ONE = "floor_in_range, same_line_error, circle_share = {}"
RIGHT_COMPONENTS = """
def components_for(variances, n_features, error):
    left = (variances.sum() - np.cumsum(variances)) / n_features
    return np.argmax(left <= error + 1e-15) + 1
"""
PREPARE = """
def prepare(points, seed):
    a, b = data.split(points, random_state=seed)
    low, high = {fit}.min(axis=0), {fit}.max(axis=0)
    a, b = (a - low) / (high - low), (b - low) / (high - low)
    return {result}
"""
SPOILT = """
spoilt = np.vstack([raw, [[70.0, 70.0]]])
share = {share}
deviation = {deviation}
def robust(points):
    {robust}
"""
SHARE = "(np.ptp(raw, axis=0) / np.ptp(spoilt, axis=0)).tolist()"
DEVIATION = "raw.std(axis=0) / spoilt.std(axis=0)"
ROBUST = (
    "q = np.percentile(points, [25, 50, 75], axis=0); return (points - q[1]) / (q[2] - q[0])"
)
SHEET = """
predicted_share = {predicted}
def across_share(noise, n_samples, seed):
    rng = np.random.default_rng({seed})
    t = rng.uniform(1.5 * np.pi, 4.5 * np.pi, n_samples)
    e = noise * rng.normal(size=(3, n_samples)).T
    flat = np.stack([t * np.cos(t), t * np.sin(t)], axis=1) + e[:, ::2]
    grid = np.linspace(1.5 * np.pi, 4.5 * np.pi, 2000)
    number, _ = nearest(flat, data.spiral_curve(grid))
    across = ((flat - data.spiral_curve(grid)[number]) ** 2).sum()
    return {result}
"""


def spoilt(share=SHARE, deviation=DEVIATION, robust=ROBUST):
    return SPOILT.format(share=share, deviation=deviation, robust=robust)


def sheet(predicted="1 / 3", seed="seed", result="across / (e**2).sum()"):
    return SHEET.format(predicted=predicted, seed=seed, result=result)


ANSWERS = {
    1: {
        "right": [
            ONE.format("np.True_, np.False_, np.float32(0.5)"),
            ONE.format("1, 0, [0.51]"),
            ONE.format("True, not True, 1 / 2"),
        ],
        "wrong": [
            (ONE.format("False, False, 0.5"), "its noise floor is"),
            (ONE.format("True, True, 0.5"), "the line's error is"),
            (ONE.format("True, False, 1"), "`circle_share` is 1"),
            (ONE.format("'True', False, 0.5"), "neither True nor False"),
            (ONE.format("True, False, 'a half'"), "not made of numbers"),
            (ONE.format("True, False, 50"), "`circle_share` is 50"),
        ],
    },
    2: {
        "right": [
            RIGHT_COMPONENTS,
            "def components_for(v, d, e):\n"
            "    return next(k for k in range(1, len(v) + 1) if sum(v[k:]) <= e * d)",
            "def components_for(v, d, e):\n"
            "    k = len(v)\n"
            "    while k > 1 and np.sum(v[k - 1 :]) / d <= e:\n"
            "        k -= 1\n"
            "    return float(k)",
        ],
        "wrong": [
            (RIGHT_COMPONENTS.replace(") + 1", ")"), "which is not the least"),
            (RIGHT_COMPONENTS.replace("/ n_features", "/ 1"), "which is not the least"),
            (RIGHT_COMPONENTS.replace("n_features\n", "len(variances)\n"), "hidden"),
            ("def components_for(v, d, e):\n    return 2", "which is not the least"),
            ("def components_for(v, d, e):\n    return len(v)", "which is not the least"),
            (
                "def components_for(v, d, e):\n"
                "    return int(np.searchsorted(np.cumsum(v) / v.sum(), 1 - e)) + 1",
                "which is not the least",
            ),
            ("def components_for(v, d, e):\n    print(2)", "not made of numbers"),
        ],
    },
    3: {
        "right": [
            PREPARE.format(fit="a", result="a, b, ((b < 0) | (b > 1)).sum()"),
            PREPARE.format(fit="a", result="[a.tolist(), b, float(np.sum(b != b.clip(0, 1)))]"),
            PREPARE.format(fit="a", result="a, b, sum(not 0 <= x <= 1 for x in b.ravel())"),
        ],
        "wrong": [
            (PREPARE.format(fit="points", result="a, b, 0"), "not 0 to 1 wide"),
            (PREPARE.format(fit="b", result="a, b, 0"), "not 0 to 1 wide"),
            (
                "def prepare(points, seed):\n"
                "    a, b = map(data.minmax, data.split(points, random_state=seed))\n"
                "    return a, b, 0",
                "whose scale is it",
            ),
            (PREPARE.format(fit="a", result="a, b, (b > 1).sum()"), "you count"),
            (
                PREPARE.format(fit="a", result="a, b, ((b < 0) | (b > 1)).any(axis=1).sum()"),
                "you count",
            ),
            (PREPARE.format(fit="a", result="a, b"), "does not return three things"),
            (PREPARE.format(fit="a", result="b, a, 0"), "the training part"),
        ],
    },
    4: {
        "right": [
            spoilt(),
            spoilt(share="np.ptp(data.minmax(spoilt)[:500], axis=0)"),
            spoilt(
                deviation="[(raw[:, j] / spoilt[:, j].std()).std() for j in (0, 1)]",
                robust="low, high = np.quantile(points, [0.25, 0.75], axis=0); "
                "return (points - np.median(points, axis=0)) / (high - low)",
            ),
        ],
        "wrong": [
            (spoilt(share="np.ptp(data.minmax(spoilt), axis=0)"), "is not the answer"),
            (spoilt(deviation="raw.std(axis=0)"), "is not the answer"),
            (spoilt(share="0.1"), "`share` has the shape ()"),
            (spoilt(robust="return data.minmax(points)"), "median is not at 0"),
            (
                spoilt(
                    robust="return (points - np.median(points, axis=0)) / points.std(axis=0)"
                ),
                "quartiles are not 1 apart",
            ),
            (
                spoilt(robust="return (points - points.mean(axis=0)) / points.std(axis=0)"),
                "median is not at 0",
            ),
            (
                spoilt(
                    robust="q = np.percentile(points, [25, 50, 75]); "
                    "return (points - q[1]) / (q[2] - q[0])"
                ),
                "median is not at 0",
            ),
        ],
    },
    5: {
        "right": [
            sheet(),
            sheet(predicted="np.float32(0.33)", result="np.divide(across, np.square(e).sum())"),
            sheet(predicted="0.333", result="across / np.linalg.norm(e) ** 2"),
        ],
        "wrong": [
            (sheet(predicted="0.5"), "which is not what you predicted"),
            (sheet(predicted="2 / 3"), "which is not what you predicted"),
            (sheet(seed="0"), "another seed gives the same share"),
            (
                sheet(result="across / (e[:, ::2] ** 2).sum()"),
                "which is not what you predicted",
            ),
            (sheet(result="1 / 3"), "another seed gives the same share"),
            (sheet(result="1 / 3 + 1e-3 * seed"), "with wide noise the next turn is near"),
            (sheet(predicted="'a third'"), "not made of numbers"),
        ],
    },
}
