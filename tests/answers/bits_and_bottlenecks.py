"""Answers to the exercises on bits and bottlenecks: right ones in other forms, and wrong ones."""

SPLIT = """
def split_digits(code, k):
    {}
"""
LEAST = """
def least_bits(distortion, variances):
    v = np.asarray(variances, dtype=float)
    {}
"""
FREE = "if distortion >= v.sum(): return 0.0\n    "
ROOT = "level = optimize.brentq(lambda w: np.minimum(w, v).sum() - distortion, 0, v.max(), xtol=1e-14)\n    "

ANSWERS = {
    1: {
        "right": [
            SPLIT.format(
                "out = ['0.'] * k\n"
                "    for i, digit in enumerate(code[2:]):\n"
                "        out[i % k] += digit\n"
                "    return out"
            ),
            SPLIT.format(
                "rows = np.array(list(code[2:])).reshape(-1, k)\n"
                "    return tuple('0.' + ''.join(column) for column in rows.T)"
            ),
            SPLIT.format(
                "digits = code.split('.')[1]\n"
                "    return np.array(['0.' + digits[i::k] for i in range(k)])"
            ),
        ],
        "wrong": [
            (
                SPLIT.format(
                    "n = (len(code) - 2) // k\n"
                    "    return ['0.' + code[2 + i * n : 2 + (i + 1) * n] for i in range(k)]"
                ),
                "interleaved again",
            ),
            (SPLIT.format("return ['0.' + code[2::2], '0.' + code[3::2]]"), "not 1 strings"),
            (
                SPLIT.format("return [code[2 + i :: k] for i in range(k)]"),
                "not all are strings",
            ),
            (SPLIT.format("return ['0.' + code[i::k] for i in range(k)]"), "the numbers have"),
            (
                SPLIT.format("return ['0.' + code[2 + i :: k] for i in range(k)][::-1]"),
                "interleaved again",
            ),
            (
                SPLIT.format("return [float('0.' + code[2 + i :: k]) for i in range(k)]"),
                "not all are strings",
            ),
            (SPLIT.format("return ['0.417', '0.852']"), "interleaved again"),
            (SPLIT.format("return ['0.' + code[2 + i : -1 : k] for i in range(k)]"), "digits"),
        ],
    },
    2: {
        "right": [
            LEAST.format(
                FREE
                + "low, high = 0.0, v.max()\n"
                + "    for _ in range(200):\n"
                + "        middle = (low + high) / 2\n"
                + "        if np.minimum(middle, v).sum() > distortion:\n"
                + "            high = middle\n"
                + "        else:\n"
                + "            low = middle\n"
                + "    return sum(0.5 * np.log2(each / low) for each in v if each > low)"
            ),
            LEAST.format(
                "v = np.sort(v)[::-1]\n"
                "    best = 0.0\n"
                "    for m in range(1, len(v) + 1):\n"
                "        level = (distortion - v[m:].sum()) / m\n"
                "        if 0 < level < v[m - 1]:\n"
                "            best = [np.log2(v[:m] / level).sum() / 2]\n"
                "    return best"
            ),
            LEAST.format(
                FREE + ROOT + "return np.log(np.maximum(v / level, 1)).sum() / np.log(4)"
            ),
        ],
        "wrong": [
            (
                LEAST.format(FREE + ROOT + "return np.log2(v / level).sum() / 2"),
                "which gets no bits",
            ),
            (
                LEAST.format("return np.maximum(0, np.log2(v / distortion) / 2).sum()"),
                "two equal components",
            ),
            (
                LEAST.format(FREE + ROOT + "return np.maximum(0, np.log2(v / level)).sum()"),
                "half the error costs 1 bits",
            ),
            (
                LEAST.format(FREE + ROOT + "return np.maximum(0, np.log(v / level) / 2).sum()"),
                "half the error costs 0.347",
            ),
            (LEAST.format(ROOT + "return np.maximum(0, np.log2(v / level) / 2).sum()"), "f(a)"),
            (
                LEAST.format(
                    "level = distortion / len(v)\n    return np.maximum(0, np.log2(v / level) / 2).sum()"
                ),
                "which gets no bits",
            ),
            (LEAST.format("return max(0, np.log2(v.sum() / distortion) / 2)"), "two equal"),
            (LEAST.format("return 1.0"), "half the error costs 0 bits"),
            (LEAST.format("return -np.log2(distortion) / 2"), "in another unit"),
        ],
    },
}
