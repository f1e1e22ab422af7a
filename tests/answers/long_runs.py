"""Answers to the exercises on long runs: right ones in other forms, and wrong ones."""

RATIO = """
def ratio(mse, published, image_shape):
    {}
"""
FURTHER = """
def further_run(values):
    v, m = np.asarray(values, dtype=float), len(values)
    {}
"""

ANSWERS = {
    1: {
        "right": [
            RATIO.format("return mse / (published / np.prod(image_shape))"),
            RATIO.format(
                "d = 1\n    for n in image_shape:\n        d *= n\n    return np.float64(d * mse / published)"
            ),
            RATIO.format("return [np.zeros(image_shape).size * mse / published]"),
        ],
        "wrong": [
            (RATIO.format("return mse / published"), "gives 0.00113"),
            (RATIO.format("return 784 * mse / published"), "for images of one pixel"),
            (RATIO.format("return published / (np.prod(image_shape) * mse)"), "gives 1.13"),
            (
                RATIO.format("return image_shape[0] * image_shape[1] * mse / published"),
                "shape (2, 5, 3)",
            ),
            (
                RATIO.format("return np.sqrt(np.prod(image_shape) * mse / published)"),
                "twice the MSE gives 1.41",
            ),
            (RATIO.format("return 0.889"), "twice the MSE gives 1 times"),
            (RATIO.format("return np.mean(image_shape) * mse / published"), "gives 0.0317"),
        ],
    },
    2: {
        "right": [
            FURTHER.format(
                "h = stats.t(m - 1).ppf(0.975) * v.std(ddof=1) * ((m + 1) / m) ** 0.5\n"
                "    return [v.mean() - h, v.mean() + h]"
            ),
            FURTHER.format(
                "s2 = ((v - v.mean()) ** 2).sum() / (m - 1)\n"
                "    h = -stats.t.ppf(0.025, m - 1) * np.sqrt(s2 + s2 / m)\n"
                "    return v.mean() + np.array([-h, h])"
            ),
            FURTHER.format(
                "mean, low, high = mean_interval(v)\n"
                "    return mean + (low - mean) * np.sqrt(m + 1), mean + (high - mean) * np.sqrt(m + 1)"
            ),
        ],
        "wrong": [
            (FURTHER.format("return mean_interval(v)[1:]"), "of 4000 Gaussian runs"),
            (
                FURTHER.format(
                    "h = 1.96 * v.std(ddof=1) * np.sqrt(1 + 1 / m)\n    return v.mean() - h, v.mean() + h"
                ),
                "after three runs, a fourth lies inside",
            ),
            (
                FURTHER.format(
                    "h = stats.t.ppf(0.975, m - 1) * v.std(ddof=1)\n    return v.mean() - h, v.mean() + h"
                ),
                "after three runs, a fourth lies inside",
            ),
            (
                FURTHER.format(
                    "h = stats.t.ppf(0.975, m - 1) * v.std() * np.sqrt(1 + 1 / m)\n"
                    "    return v.mean() - h, v.mean() + h"
                ),
                "after three runs, a fourth lies inside",
            ),
            (FURTHER.format("return v.min(), v.max()"), "of 4000 Gaussian runs"),
            (
                FURTHER.format(
                    "h = stats.t.ppf(0.95, m - 1) * v.std(ddof=1) * np.sqrt(1 + 1 / m)\n"
                    "    return v.mean() - h, v.mean() + h"
                ),
                "of 4000 Gaussian runs",
            ),
            (
                FURTHER.format(
                    "h = stats.t.ppf(0.975, m) * v.std(ddof=1) * np.sqrt(1 + 1 / m)\n"
                    "    return v.mean() - h, v.mean() + h"
                ),
                "after three runs, a fourth lies inside",
            ),
            (FURTHER.format("return v.mean()"), "has the shape ()"),
            (FURTHER.format("return v.mean() + 1, v.mean() - 1"), "the lower end is"),
        ],
    },
}
