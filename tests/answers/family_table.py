"""Answers to the exercises on the family in one table: right ones in other forms, wrong ones."""

COMPARE = """
from scipy import stats

def compare(errors_a, errors_b, test_share):
    a, b, m = np.asarray(errors_a), np.asarray(errors_b), len(errors_a)
    ratio = a / b
    t = stats.t.ppf(0.975, m - 1)
    {}
"""
HALF = "t * ratio.std(ddof=1) * np.sqrt(1 / m + test_share / (1 - test_share))"
EFFECT = """
def effect(kind, split, **settings):
    {}
"""
NEW = "net = recipes.family(8, split)[kind]\n    net.set_params(**settings)\n    "

ANSWERS = {
    1: {
        "right": [
            COMPARE.format(
                f"half = {HALF}\n    return [ratio.mean(), ratio.mean() - half, ratio.mean() + half]"
            ),
            COMPARE.format(
                "center = sum(ratio) / m\n"
                "    s = np.sqrt(((ratio - center) ** 2).sum() / (m - 1))\n"
                "    half = -stats.t.ppf(0.025, m - 1) * s * (1 / m + 1 / (1 / test_share - 1)) ** 0.5\n"
                "    return center, center - half, center + half"
            ),
            COMPARE.format(
                "scale = stats.sem(ratio) * np.sqrt(1 + m * test_share / (1 - test_share))\n"
                "    return np.r_[ratio.mean(), stats.t.interval(0.95, m - 1, ratio.mean(), scale)]"
            ),
        ],
        "wrong": [
            (
                COMPARE.format(
                    f"half = {HALF}; r = a.mean() / b.mean(); return r, r - half, r + half"
                ),
                "divide within each split",
            ),
            (
                COMPARE.format(
                    "half = t * stats.sem(ratio); r = ratio.mean(); return r, r - half, r + half"
                ),
                "lacks the correction",
            ),
            (
                COMPARE.format(
                    "half = t * ratio.std() * np.sqrt(1 / m + test_share / (1 - test_share))\n"
                    "    r = ratio.mean(); return r, r - half, r + half"
                ),
                "the ends are not right",
            ),
            (
                COMPARE.format(
                    "t = 1.959964; r = ratio.mean()\n"
                    f"    half = {HALF}; return r, r - half, r + half"
                ),
                "the ends are not right",
            ),
            (
                COMPARE.format(
                    "half = t * ratio.std(ddof=1) * np.sqrt(1 / m + test_share)\n"
                    "    r = ratio.mean(); return r, r - half, r + half"
                ),
                "the ends are not right",
            ),
            (
                COMPARE.format(
                    f"r = (b / a).mean(); half = {HALF}; return r, r - half, r + half"
                ),
                "the mean ratio is not right",
            ),
            (
                COMPARE.format(
                    "t = 2.776445; r = ratio.mean()\n"
                    f"    half = {HALF}; return r, r - half, r + half"
                ),
                "for 3 splits",
            ),
            (COMPARE.format(f"return ratio.mean(), {HALF}"), "has the shape (2,)"),
        ],
    },
    2: {
        "right": [
            EFFECT.format(
                NEW + "net.fit(X_train[split])\n"
                "    return mse(net, split) / mse(families[split][kind], split)"
            ),
            EFFECT.format(
                "import copy\n"
                "    net = copy.deepcopy(families[split][kind]).set_params(**settings)\n"
                "    net.fit(X_train[split])\n"
                "    return np.array(mse(net, split) / error[kind][split])"
            ),
            EFFECT.format(
                NEW + "fit_side_by_side([net], [X_train[split]])\n"
                "    X = X_test[split]\n"
                "    return net.score(X) / families[split][kind].score(X)"
            ),
        ],
        "wrong": [
            (
                EFFECT.format(
                    NEW + "net.fit(X_train[split])\n"
                    "    return mse(families[split][kind], split) / mse(net, split)"
                ),
                "is not",
            ),
            (
                EFFECT.format(
                    "before = mse(families[split][kind], split)\n"
                    "    net = families[split][kind].set_params(**settings).fit(X_train[split])\n"
                    "    return mse(net, split) / before"
                ),
                "it changes the shallow network",
            ),
            (
                EFFECT.format(NEW + "net.fit(X_train[split])\n    return mse(net, split)"),
                "is not",
            ),
            (
                EFFECT.format(
                    NEW + "net.fit(X_train[0])\n"
                    "    return mse(net, split) / mse(families[split][kind], split)"
                ),
                "is not",
            ),
            (
                EFFECT.format(
                    "net = recipes.family(8, split)[kind].fit(X_train[split])\n"
                    "    net.set_params(**settings)\n"
                    "    return mse(net, split) / mse(families[split][kind], split)"
                ),
                "is not",
            ),
            (
                EFFECT.format(
                    NEW + "net.fit(X_train[split])\n"
                    "    return mse(net, split) / mse(families[split]['dense'], split)"
                ),
                "is not",
            ),
        ],
    },
}
