"""Answers to the exercises on sparse codes: right ones in other forms, and wrong ones."""

SPARSEST = "def sparsest(v, alpha, c):\n    {}\n"

UNMIX = """
def unmix(mixtures):
    X = mixtures - {centre}
    U = {white}
    tried = []
    for degrees in {degrees}:
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        tried.append(U @ np.array([[c, -s], [s, c]]))
    return {choice}
"""
USUAL = {
    "centre": "mixtures.mean(axis=0)",
    "white": "np.linalg.svd(X, full_matrices=False)[0] * len(X) ** 0.5",
    "degrees": "range(90)",
    "choice": "min(tried, key=lambda Z: np.abs(Z).sum())",
}

ANSWERS = {
    1: {
        "right": [
            SPARSEST.format("return v - np.clip(v, -alpha / c, alpha / c)"),
            SPARSEST.format(
                "t = alpha / c\n"
                "    return np.where(v > t, v - t, np.where(v < -t, v + t, 0)).tolist()"
            ),
            SPARSEST.format(
                "out = np.zeros(np.shape(v))\n"
                "    for place, value in np.ndenumerate(v):\n"
                "        if abs(value) > alpha / c:\n"
                "            out[place] = value - alpha / c * (1 if value > 0 else -1)\n"
                "    return out"
            ),
        ],
        "wrong": [
            (
                SPARSEST.format("return np.sign(v) * np.maximum(np.abs(v) - alpha, 0)"),
                "smallest cost",
            ),
            (
                SPARSEST.format("return np.sign(v) * np.maximum(np.abs(v) - alpha * c, 0)"),
                "smallest cost",
            ),
            (SPARSEST.format("return c * v / (c + alpha)"), "smallest cost"),
            (SPARSEST.format("return np.maximum(v - alpha / c, 0)"), "smallest cost"),
            (SPARSEST.format("return v - alpha / c"), "smallest cost"),
            (SPARSEST.format("return np.where(np.abs(v) > alpha / c, v, 0)"), "smallest cost"),
            (SPARSEST.format("return v - np.sign(v) * alpha / c"), "smallest cost"),
            (SPARSEST.format("return np.zeros(4)"), "shape"),
        ],
    },
    2: {
        "right": [
            UNMIX.format(**USUAL),
            UNMIX.format(**USUAL | {"white": "sparse_codes.whiten(X)"}).replace(
                "return ", "return 7 - 3 * "
            ),
            UNMIX.format(
                **USUAL | {"white": "X @ np.linalg.cholesky(np.linalg.inv(np.cov(X.T)))"}
            ),
            UNMIX.format(
                **USUAL
                | {
                    "degrees": "range(0, 180, 1)",
                    "choice": "max(tried, key=lambda Z: (Z**4).sum())",
                }
            ),
        ],
        "wrong": [
            ("def unmix(mixtures):\n    return mixtures", "has only the correlation"),
            (
                "def unmix(mixtures):\n    return metrics.PCA(2).fit(mixtures).transform(mixtures)",
                "has only the correlation",
            ),
            (
                "def unmix(mixtures):\n    return sparse_codes.whiten(mixtures)",
                "has only the correlation",
            ),
            (UNMIX.format(**USUAL | {"white": "X"}), "has only the correlation"),
            (
                UNMIX.format(**USUAL | {"choice": "max(tried, key=lambda Z: np.abs(Z).sum())"}),
                "has only the correlation",
            ),
            (UNMIX.format(**USUAL | {"centre": "0"}), "has only the correlation"),
            (UNMIX.format(**USUAL | {"degrees": "(0, 45)"}), "has only the correlation"),
            (
                UNMIX.format(**USUAL).replace("return ", "mixtures -= 1\n    return "),
                "unmix changes the mixtures",
            ),
            (UNMIX.format(**USUAL).replace("return ", "return [0] * 2 or "), "shape"),
        ],
    },
}
