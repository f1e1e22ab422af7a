"""Answers to the exercises of the notebook on initialization: right ones, and wrong ones."""

KEPT = """
def kept_square(widths, scale):
    factor = 1.0
    for n_in, n_out in zip(widths[:-1], widths[1:]):
        factor *= {}
    return factor
"""

BEST = """
def best_scale(activation, scales, seeds):
    means = []
    for scale in scales:
        errors = []
        for seed in {seeds}:
            net_ = deep_net(scale, activation, seed=seed).fit(few)
            errors.append(metrics.mse(few, net_.reconstruct(few)))
        means.append({summary}(errors))
    return {result}
"""
ARGMIN = "scales[means.index(min(means))]"

ANSWERS = {
    1: {
        "right": [
            KEPT.format("2 * scale * scale / (1 + n_out / n_in)"),
            "def kept_square(widths, scale):\n"
            "    w = np.array(widths, float)\n"
            "    return np.prod(2 * w[:-1] / (w[:-1] + w[1:])) * scale ** (2 * (len(w) - 1))",
            KEPT.replace("return factor", "return np.float32([factor])").format(
                "scale**2 * n_in / ((n_in + n_out) / 2)"
            ),
        ],
        "wrong": [
            (KEPT.format("2 * scale**2 * n_out / (n_in + n_out)"), "otherwise"),  # exchanged
            (KEPT.format("2 * scale * n_in / (n_in + n_out)"), "kept_square([100, 400], 0.7)"),
            (KEPT.format("scale**2 * n_in / (n_in + n_out)"), "otherwise"),
            (KEPT.format("scale**2"), "otherwise"),
            (KEPT.format("(2 * scale**2 * n_in / (n_in + n_out)) ** 0.5"), "otherwise"),
            (
                KEPT.replace("return", "return 1.1 *").format(
                    "2 * scale**2 * n_in / (n_in + n_out)"
                ),
                "otherwise",
            ),
            ("def kept_square(widths, scale):\n    return None", "not made of numbers"),
            ("def kept_square(widths, scale):\n    return 1.6", "kept_square([100, 400], 0.7)"),
        ],
    },
    2: {
        "right": [
            BEST.format(seeds="seeds", summary="np.mean", result=ARGMIN),
            BEST.format(
                seeds="seeds", summary="sum", result="np.array(scales)[np.argmin(means)]"
            ),
            BEST.format(
                seeds="reversed(seeds)", summary="np.mean", result="min(zip(means, scales))[1]"
            ),
        ],
        "wrong": [
            (
                BEST.format(seeds="seeds", summary="np.mean", result="min(means)"),
                "none of the scales",
            ),
            (
                BEST.format(seeds="seeds", summary="np.mean", result="int(np.argmin(means))"),
                "another scale",
            ),
            (
                BEST.format(
                    seeds="seeds", summary="np.mean", result="scales[int(np.argmax(means))]"
                ),
                "another scale",
            ),
            (
                "def best_scale(activation, scales, seeds):\n    return 1.0",
                "none of the scales",
            ),
            (
                "def best_scale(activation, scales, seeds):\n    return scales[1]",
                "another scale",
            ),
            (
                "def best_scale(activation, scales, seeds):\n    return min(scales)",
                "another scale",
            ),
            (
                "def best_scale(activation, scales, seeds):\n"
                "    return min(scales, key=lambda scale: abs(scale - 1.0))",
                "hidden",
            ),
        ],
    },
}
