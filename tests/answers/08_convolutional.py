"""Answers to the exercises of notebook 08: right ones in other forms, and wrong ones."""

PLACES = "n_places, never, uniform = {}"
EVEN = """
def even_weights(stride):
    k = 2 * stride - 1
    {}
"""
TENT = "tent = stride - np.abs(np.arange(k) - stride + 1)"
ALL_EVEN = EVEN.format(f"{TENT}; return np.outer(tent, tent)")
CLEAN = """
tent = np.outer([1, 2, 1], [1, 2, 1]).ravel()
def clean_start(theta):
    {}
"""
SCALED = "np.linalg.norm(last_layer(new), axis=-1, keepdims=True) * tent / np.linalg.norm(tent)"
FORGIVING = """
cheaper = {cheaper}
def forgiving_error(X, X_hat, side, reach):
    A = np.asarray(X).reshape(-1, side, side)
    B = np.asarray(X_hat).reshape(-1, side, side)
    best = np.full(len(A), np.inf)
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            {shift}
            {keep}
    return {result}
"""
SHIFT = (
    "S = np.zeros_like(A); S[:, max(i, 0):side + min(i, 0), max(j, 0):side + min(j, 0)] = "
    "A[:, max(-i, 0):side + min(-i, 0), max(-j, 0):side + min(-j, 0)]"
)
KEEP = "best = np.minimum(best, ((S - B) ** 2).sum(axis=(1, 2)))"


def forgiving(cheaper="'moved'", shift=SHIFT, keep=KEEP, result="best"):
    return FORGIVING.format(cheaper=cheaper, shift=shift, keep=keep, result=result)


def clean(*lines):
    return CLEAN.format("\n    ".join(lines))


ANSWERS = {
    1: {
        "right": [
            PLACES.format("np.int64(3), (2, 5, 8, 9), {3, 6}"),
            PLACES.format("3.0, np.array([9, 8, 5, 2]), [6, 3]"),
            PLACES.format(
                "len(range(0, 9, 3)), [i for i in range(10) if i % 3 == 2 or i == 9], (3, 6)"
            ),
        ],
        "wrong": [
            (PLACES.format("3, [2, 5, 8], [3, 6]"), "is not the answer"),
            (PLACES.format("4, [2, 5, 8, 9], [3, 6]"), "is not the answer"),
            (PLACES.format("3, [2, 5, 8, 9], [1, 2, 3, 6]"), "is not the answer"),
            (PLACES.format("3, [2, 5, 8, 9], [3]"), "is not the answer"),
            (PLACES.format("3, 4, [3, 6]"), "not a list of numbers"),
            (PLACES.format("3.5, [2, 5, 8, 9], [3, 6]"), "not a whole number"),
        ],
    },
    2: {
        "right": [
            "kernel = [[0, 0, 0], [0.75, 0.25, 0], [0, 0, 0]]",
            "kernel = np.zeros((3, 3), np.float32); kernel[1, :2] = 3 / 4, 1 / 4",
            "kernel = np.outer([0, 1, 0], [3, 1, 0]) / 4",
        ],
        "wrong": [
            ("kernel = [[0, 0, 0], [0, 0.25, 0.75], [0, 0, 0]]", "is not the answer"),
            ("kernel = [[0, 0.75, 0], [0, 0.25, 0], [0, 0, 0]]", "is not the answer"),
            ("kernel = [[0, 0, 0], [3, 1, 0], [0, 0, 0]]", "4 times as bright"),
            ("kernel = np.ones((3, 3)) / 9", "is not the answer"),
            ("kernel = [0.75, 0.25, 0]", "has the shape (3,), not (3, 3)"),
            ("kernel = [[0, 0, 0], [0.5, 0.5, 0], [0, 0, 0]]", "is not the answer"),
        ],
    },
    3: {
        "right": [
            ALL_EVEN,
            EVEN.format(
                "t = np.convolve(np.ones(stride), np.ones(stride)); return t[:, None] * t"
            ),
            EVEN.format(
                "return [[(stride - abs(i + 1 - stride)) * (stride - abs(j + 1 - stride)) "
                "for j in range(k)] for i in range(k)]"
            ),
        ],
        "wrong": [
            (EVEN.format("return np.ones((k, k))"), "has a checkerboard share of"),
            (
                EVEN.format("return np.outer([1, 2, 1], [1, 2, 1])"),
                "has the shape (3, 3), not (5, 5)",
            ),
            (
                EVEN.format("W = np.zeros((k, k)); W[:stride, :stride] = 1; return W"),
                "weights that are not above 0",
            ),
            (EVEN.format(f"{TENT}; return tent"), "has the shape (3,), not (3, 3)"),
            (
                EVEN.format(f"{TENT}; return tent[:, None] + tent"),
                "has a checkerboard share of",
            ),
            (
                EVEN.format("return 1 / (stride ** 2 + np.zeros((k, k)))"),
                "has a checkerboard share",
            ),
        ],
    },
    4: {
        "right": [
            clean("new = theta.copy()", f"last_layer(new)[...] = {SCALED}", "return new"),
            clean(
                "new = np.array(theta)",
                "for row in new:",
                "    for c in range(4):",
                "        part = row[-37 + 9 * c : -28 + 9 * c]",
                "        part[:] = np.linalg.norm(part) * tent / np.linalg.norm(tent)",
                "return new",
            ),
            clean(
                "even = np.ravel(np.outer([2, 4, 2], [2, 4, 2]))",
                "part = lengths(theta) * even / np.sqrt((even**2).sum())",
                "part = part.reshape(len(theta), 36)",
                "return np.hstack([theta[:, :-37], part, theta[:, -1:]])",
            ),
        ],
        "wrong": [
            (
                clean("new = theta", f"last_layer(new)[...] = {SCALED}", "return new"),
                "theta was changed: work on a copy",
            ),
            (clean("return theta.copy()"), "a channel alone has a checkerboard share of"),
            (
                clean("new = theta.copy()", "last_layer(new)[...] = tent", "return new"),
                "the nine weights are longer or shorter",
            ),
            (
                clean(
                    "new = theta.copy()",
                    "last_layer(new)[...] = lengths(new) / 3",
                    "return new",
                ),
                "a channel alone has a checkerboard share of",
            ),
            (
                clean(
                    "new = theta.copy()",
                    f"last_layer(new)[...] = {SCALED}",
                    "new[:, -1] = 1",
                    "return new",
                ),
                "not only the last layer's weights",
            ),
            (clean("return last_layer(theta)"), "has the shape"),
        ],
    },
    5: {
        "right": [
            forgiving(),
            forgiving(result="best.tolist()"),
            forgiving(
                keep="best = np.min([best, np.square(S - B).sum(axis=2).sum(axis=1)], axis=0)"
            ),
        ],
        "wrong": [
            (forgiving(cheaper="'erased'"), "hidden"),
            (forgiving(cheaper="True"), "is neither"),
            (
                forgiving(shift="S = np.roll(A, (i, j), axis=(1, 2))"),
                "come back on the other side",
            ),
            (
                forgiving(keep="best = np.minimum(best, ((S - B) ** 2).mean(axis=(1, 2)))"),
                "reach 0 is not",
            ),
            (forgiving(shift="S = A"), "should cost nothing with reach 1"),
            (
                forgiving(shift="i, j = 2 * i, 2 * j; " + SHIFT),
                "should cost nothing with reach 1",
            ),
            (forgiving(result="best.min()"), "has the shape ()"),
            (forgiving(keep="best = ((S - B) ** 2).sum(axis=(1, 2))"), "should cost nothing"),
        ],
    },
}
