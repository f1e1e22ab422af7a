"""Answers to the exercises on few labels: right ones in other forms, and wrong ones."""

VERDICT = """
def verdict(first, second):
    d = np.asarray(first) - np.asarray(second)
    {}
"""
GAIN = """
def gain_by(reader, m):
    alone = found["same net, labels alone"][sizes.index(m)]
    {}
"""
READ = "Z = accuracies(reader, coders['pre-trained codes'], m); "

ANSWERS = {
    1: {
        "right": [
            VERDICT.format(
                "m, a, b = mean_interval(d, 0.2)\n"
                "    return 'open' if a <= 0 <= b else ('first', 'second')[m < 0]"
            ),
            VERDICT.format(
                "from scipy import stats\n"
                "    half = stats.t.ppf(0.975, len(d) - 1) * d.std(ddof=1) * np.sqrt(1 / len(d) + 0.25)\n"
                "    return 'first' if d.mean() > half else 'second' if -d.mean() > half else 'open'"
            ),
            VERDICT.format(
                "lows = [mean_interval(s * d, test_share=1 / 5)[1] for s in (1, -1)]\n"
                "    return 'first' if lows[0] > 0 else 'second' if lows[1] > 0 else 'open'"
            ),
        ],
        "wrong": [
            (VERDICT.format("return 'first' if d.mean() > 0 else 'second'"), "you say"),
            (
                VERDICT.format(
                    "m, a, b = mean_interval(d)\n"
                    "    return 'first' if a > 0 else 'second' if b < 0 else 'open'"
                ),
                "splits that overlap need a wider interval",
            ),
            (
                VERDICT.format(
                    "m, a, b = mean_interval(-d, 0.2)\n"
                    "    return 'first' if a > 0 else 'second' if b < 0 else 'open'"
                ),
                "you say 'second'",
            ),
            (VERDICT.format("return 'open'"), "you say 'open'"),
            (VERDICT.format("return d.mean() > 0"), "is none of the three words"),
            (
                VERDICT.format(
                    "a, b = mean_interval(first, 0.2), mean_interval(second, 0.2)\n"
                    "    return 'first' if a[1] > b[2] else 'second' if a[2] < b[1] else 'open'"
                ),
                "you say 'open'",
            ),
        ],
    },
    2: {
        "right": [
            GAIN.format(READ + "return list(mean_interval(Z - alone, 0.2))"),
            GAIN.format(
                READ + "return np.array(mean_interval(np.subtract(Z, alone), test_share=1 / 5))"
            ),
            GAIN.format(
                READ
                + "return tuple(-x for x in np.array(mean_interval(alone - Z, 0.2))[[0, 2, 1]])"
            ),
        ],
        "wrong": [
            (GAIN.format(READ + "return mean_interval(Z - alone)"), "it is off by"),
            (GAIN.format(READ + "return mean_interval(alone - Z, 0.2)"), "it is off by"),
            (GAIN.format(READ + "return (Z - alone).mean()"), "has the shape ()"),
            (GAIN.format(READ + "return mean_interval(Z, 0.2)"), "it is off by"),
            (
                GAIN.format(
                    "Z = accuracies(reader, coders['PCA codes'], m); return mean_interval(Z - alone, 0.2)"
                ),
                "it is off by",
            ),
            (
                GAIN.format(
                    "Z = found['pre-trained codes'][sizes.index(m)]; return mean_interval(Z - alone, 0.2)"
                ),
                "hidden",
            ),
        ],
    },
}
