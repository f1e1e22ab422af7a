"""Answers to the exercises of notebook 00: right ones in other forms, and wrong ones."""

ORDER = "turned, cubed, unsigned = {}"
WIDTHS = "best_width, worst_width = {}"
MSE = "def mean_squared_error(X, X_hat):\n    {}"
GOOD = "good_with_one, good_with_two = {}"

ANSWERS = {
    1: {
        "right": [
            ORDER.format("'stays', 'stays', 'falls'"),
            ORDER.format("np.array(['stays', 'stays', 'falls'])"),
            ORDER.format("['stays'] * 2 + ['falls']"),
        ],
        "wrong": [
            (ORDER.format("'falls', 'stays', 'falls'"), "you say 'falls', but the order is"),
            (ORDER.format("'stays', 'falls', 'falls'"), "you say 'falls', but the order is"),
            (ORDER.format("'stays', 'stays', 'stays'"), "you say 'stays', but the order is"),
            (ORDER.format("True, True, False"), "is neither 'stays' nor 'falls'"),
            (ORDER.format("'stays', 'stays', 'Falls'"), "is neither 'stays' nor 'falls'"),
        ],
    },
    2: {
        "right": [
            WIDTHS.format("np.int64(8), 32.0"),
            WIDTHS.format("np.array([8, 32])"),
            WIDTHS.format("np.float32(8), [32]"),
        ],
        "wrong": [
            (WIDTHS.format("4, 32"), "4 gives the share"),
            (WIDTHS.format("8, 1"), "1 gives the share"),
            (WIDTHS.format("32, 8"), "32 gives the share"),
            (WIDTHS.format("8, 64"), "64 is none of the six values"),
            (WIDTHS.format("'8', 32"), "not made of numbers"),
            (WIDTHS.format("8.5, 32"), "not a whole number"),
        ],
    },
    3: {
        "right": [
            MSE.format("return ((X - X_hat) ** 2).sum() / X.size"),
            MSE.format("return np.array([np.square(np.subtract(X, X_hat)).mean()])"),
            MSE.format(
                "return sum(float(np.dot(d, d)) for d in X - X_hat) / (len(X) * len(X[0]))"
            ),
        ],
        "wrong": [
            (
                MSE.format("return ((X - X_hat) ** 2).sum(axis=1).mean()"),
                "not the published net's",
            ),
            (
                MSE.format("return np.sqrt(((X - X_hat) ** 2).mean())"),
                "should count four times",
            ),
            (MSE.format("return np.abs(X - X_hat).mean()"), "should count four times"),
            (MSE.format("return ((X - X_hat) ** 2).mean(axis=0)"), "not one number"),
            (MSE.format("return ((X - X_hat) ** 2).sum()"), "not the published net's"),
            (MSE.format("X -= X_hat; return (X ** 2).mean()"), "work on a copy"),
            (MSE.format("return (X - X_hat).mean() ** 2"), "not the published net's"),
            (MSE.format("return ((X - X_hat) ** 2).sum() / 1000"), "hidden"),
        ],
    },
    4: {
        "right": ["rate = np.float32(0.3)", "rate = [0.2]", "rate = 3e-1"],
        "wrong": [
            ("rate = 3", "a net explodes"),
            ("rate = 1e-5", "of the line's MSE"),
            ("rate = -0.3", "not a number above 0"),
            ("rate = 0", "not a number above 0"),
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
            (GOOD.format("5, 5"), "fewer nets than 5"),
            (GOOD.format("0, 0"), "more nets than 0"),
            (GOOD.format("0, 6"), "there are five nets"),
            (GOOD.format("3, 5"), "fewer nets than 3"),
            (GOOD.format("0.5, 5"), "not a whole number"),
            (GOOD.format("'none', 'all'"), "not made of numbers"),
        ],
    },
}
