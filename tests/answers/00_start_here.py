"""Answers to the exercises of notebook 00: right ones in other forms, and wrong ones."""

ORDER = "turned, cubed, unsigned = {}"
WIDTHS = "net_width, pca_width, worst_width = {}"
MSE = "def mean_squared_error(X, X_hat):\n    {}"
GOOD = "good_with_one, good_with_two = {}"

ANSWERS = {
    1: {
        "right": [
            ORDER.format("'stays', 'stays', 'falls'"),
            ORDER.format("np.array(['stays', 'stays', 'falls'])"),
            ORDER.format("'Stays', ' stays', 'FALLS'"),
        ],
        "wrong": [
            (ORDER.format("'falls', 'stays', 'falls'"), "`turned` is 'falls', but the order"),
            (ORDER.format("'stays', 'falls', 'falls'"), "`cubed` is 'falls', but the order"),
            (ORDER.format("'stays', 'stays', 'stays'"), "`unsigned` is 'stays', but the"),
            (ORDER.format("'falls', 'falls', 'falls'"), "`turned` is 'falls', but the order"),
            (ORDER.format("True, True, False"), "neither 'stays' nor 'falls'"),
            (ORDER.format("'stays', 'stays', 'rises'"), "neither 'stays' nor 'falls'"),
        ],
    },
    2: {
        "right": [
            WIDTHS.format("np.int64(6), 8.0, 32"),
            WIDTHS.format("np.array([6, 8, 32])"),
            WIDTHS.format("np.float32(6), [8], (32,)"),
        ],
        "wrong": [
            (WIDTHS.format("4, 8, 32"), "`net_width` is 4: the MSE is"),
            (WIDTHS.format("8, 8, 32"), "a smaller one has an MSE below"),
            (WIDTHS.format("6, 6, 32"), "`pca_width` is 6: the MSE is"),
            (WIDTHS.format("6, 12, 32"), "a smaller one has an MSE below"),
            (WIDTHS.format("6, 8, 1"), "with 1 the quotient is"),
            (WIDTHS.format("6, 8, 24"), "with 24 the quotient is"),
            (WIDTHS.format("7, 8, 32"), "`net_width` is 7, which is no value of the slider"),
            (WIDTHS.format("'6', 8, 32"), "not made of numbers"),
            (WIDTHS.format("6.5, 8, 32"), "not a whole number"),
        ],
    },
    3: {
        "right": [
            MSE.format("return ((X - X_hat) ** 2).sum() / X.size"),
            MSE.format("return np.array([np.square(np.subtract(X, X_hat)).mean()])"),
            MSE.format(
                "return sum(float(np.dot(d, d)) for d in X - X_hat) / (len(X) * len(X[0]))"
            ),
            MSE.format("return np.linalg.norm(X - X_hat) ** 2 / X.shape[0] / X.shape[1]"),
            MSE.format("return metrics.mse(X, X_hat)"),
        ],
        "wrong": [
            (MSE.format("return ((X - X_hat) ** 2).sum(axis=1).mean()"), "not 0.09"),
            (MSE.format("return np.sqrt(((X - X_hat) ** 2).mean())"), "not 0.2121"),
            (MSE.format("return np.abs(X - X_hat).mean()"), "not 0.15"),
            (MSE.format("return ((X - X_hat) ** 2).mean(axis=0)"), "not one number"),
            (MSE.format("return ((X - X_hat) ** 2).sum()"), "not 0.09"),
            (MSE.format("return ((X - X_hat) ** 2).sum() / 2"), "for arrays of the shape"),
            (MSE.format("return ((X - X_hat) ** 2).sum(axis=1).mean() / 2"), "(50, 64)"),
            (MSE.format("return ((X - X_hat) ** 2).sum() / len(X) ** 2 / 2"), "of the shape"),
            (MSE.format("return (X - X_hat).mean() ** 2"), "not 0.0225"),
            (
                MSE.format("return (X - X_hat).clip(-1, 0).mean() ** 2 * 2"),
                "do not count alike",
            ),
            (MSE.format("X -= X_hat; return (X**2).mean()"), "changes the arrays"),
            (MSE.format("return 0.045"), "an exact copy has the error"),
            (MSE.format("print(np.mean((X - X_hat) ** 2))"), "not made of numbers"),
        ],
    },
    4: {
        "right": ["rate = np.float32(0.3)", "rate = [0.2]", "rate = 3e-1", "rate = 0.5"],
        "wrong": [
            ("rate = 3", "the training explodes"),
            ("rate = 1e-5", "times the line's"),
            ("rate = 0.1", "times the line's"),
            ("rate = -0.3", "has to be above 0"),
            ("rate = 0", "has to be above 0"),
            ("rate = '0.3'", "not made of numbers"),
            ("rate = np.nan", "not finite"),
        ],
    },
    5: {
        "right": [
            GOOD.format("0.0, np.int64(5)"),
            GOOD.format("np.array([0, 5])"),
            GOOD.format("[0], [5]"),
        ],
        "wrong": [
            (GOOD.format("5, 5"), "fewer networks than 5"),
            (GOOD.format("0, 0"), "more networks than 0"),
            (GOOD.format("0, 6"), "there are five"),
            (GOOD.format("3, 5"), "fewer networks than 3"),
            (GOOD.format("0.5, 5"), "not a whole number"),
            (GOOD.format("'none', 'all'"), "not made of numbers"),
        ],
    },
}
