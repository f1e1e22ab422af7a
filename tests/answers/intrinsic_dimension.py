"""Answers to the exercises on intrinsic dimension: right and wrong ones, in many forms."""

SLOPE = """
def doubling_dimension(X, r):
    D = np.sqrt(((X[:, None] - X) ** 2).sum(axis=-1))[np.triu_indices(len(X), 1)]
    return {}
"""
CROSSING = """
predicted_factor = {predicted}
def crossing(sigma):
    rng = np.random.default_rng({seed})
    X = np.c_[rng.random(2000), {noise} * rng.standard_normal(2000)]
    r, q = pair_slopes(X, np.geomspace(1e-4, 0.3, 40))
    {result}
"""
AT = "i = np.argmax(q < 1.5); return r[i]"


def crossing(predicted="3", seed="0", noise="sigma", result="return np.interp(-1.5, -q, r)"):
    return CROSSING.format(predicted=predicted, seed=seed, noise=noise, result=result)


ANSWERS = {
    1: {
        "right": [
            SLOPE.format("np.log2((D < 2 * r).sum() / (D < r).sum())"),
            SLOPE.format("np.log((D < 2 * r).mean() / (D < r).mean()) / np.log(2)"),
            SLOPE.format("np.array([np.log2(np.mean(D < 2 * r)) - np.log2(np.mean(D < r))])"),
        ],
        "wrong": [
            (SLOPE.format("np.log((D < 2 * r).mean() / (D < r).mean())"), "gets the dimension"),
            (
                SLOPE.format("np.log10((D < 2 * r).mean() / (D < r).mean())"),
                "gets the dimension",
            ),
            (SLOPE.format("(D < 2 * r).mean() / (D < r).mean()"), "gets the dimension"),
            (
                SLOPE.format("np.log2((D < r).mean() / (D < 2 * r).mean())"),
                "gets the dimension",
            ),
            (SLOPE.format("X.shape[1]"), "gets the dimension"),
            (SLOPE.format("np.linalg.matrix_rank(X)"), "hidden"),
            (SLOPE.format("None"), "not made of numbers"),
            ("def doubling_dimension(X):\n    return 1", "your answer raised TypeError"),
        ],
    },
    2: {
        "right": [
            crossing(),
            crossing(predicted="np.int64(3)", result=AT),
            crossing(predicted="3.2", result="return np.interp(1.5, q[::-1], r[::-1])"),
        ],
        "wrong": [
            (crossing(predicted="1"), "measured is the factor"),
            (crossing(predicted="9"), "measured is the factor"),
            (crossing(noise="0.01"), "the dimension is not 1.5 there"),
            (crossing(result="return np.interp(1.5, q, r)"), "the dimension is not 1.5 there"),
            (crossing(result="return 1.5"), "the dimension is not 1.5 there"),
            (crossing(result="return r"), "not one number"),
            (crossing(predicted="'three'"), "not made of numbers"),
        ],
    },
}
