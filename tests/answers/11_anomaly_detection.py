"""Answers to the exercises of notebook 11: right ones in other forms, and wrong ones."""

PENCIL = "recall_at_6, false_alarm_rate_at_6, auroc_of_12 = {}"
PRECISION = """
def precision_of(recall, false_alarm_rate, base_rate):
    {}
needed = {}
"""
SAFE = "a = recall * base_rate; b = false_alarm_rate * (1 - base_rate); "
THRESHOLD = """
def threshold_for(scores, rate):
    {}
"""
NINE = """
found_at = {found}
hardest = {hardest}
means = np.stack([rest[y_rest == c].mean(axis=0) for c in range(10)])
images = finders[int(np.argmin(found_at))].reconstruct(test[y_test == int(np.argmin(found_at))])
far = np.linalg.norm(images[:, None] - means, axis=2)
far[:, int(np.argmin(found_at))] = 1e9
drawn_as = {drawn}
"""
FOUND = "[metrics.auroc(error_of(finders[c], test), y_test == c) for c in range(10)]"
DRAWN = "np.argmax(np.bincount(far.argmin(axis=1), minlength=10))"
STRANGE = """
def strangeness(c, X):
    known = rest[y_rest != c]
    {}
"""


def precision(body=SAFE + "return a / (a + b) if a + b else 0", needed="1 / 99"):
    return PRECISION.format(body, needed)


def nine(found=FOUND, hardest="np.argmin(found_at)", drawn=DRAWN):
    return NINE.format(found=found, hardest=hardest, drawn=drawn)


ANSWERS = {
    1: {
        "right": [
            PENCIL.format("0.75, 0.25, 0.875"),
            PENCIL.format("np.float32(3 / 4), [2 / 8], 7 / 8"),
            PENCIL.format("np.array([0.75]), 1 / 4, 0.88"),
        ],
        "wrong": [
            (PENCIL.format("0.75, 3 / 8, 0.875"), "is not the answer"),
            (PENCIL.format("3 / 12, 0.25, 0.875"), "is not the answer"),
            (PENCIL.format("0.75, 0.25, 0.75"), "is not the answer"),
            (PENCIL.format("3, 2, 28"), "3 is no share"),
            (PENCIL.format("0.6, 0.25, 0.875"), "there are four anomalies"),
            (PENCIL.format("0.75, 0.2, 0.875"), "there are eight normal samples"),
            (PENCIL.format("'3/4', 0.25, 0.875"), "not made of numbers"),
        ],
    },
    2: {
        "right": [
            precision(),
            precision(
                "odds = recall * base_rate / max(false_alarm_rate * (1 - base_rate), 1e-300); "
                "return odds / (1 + odds)",
                "np.float32(0.0101)",
            ),
            precision(
                SAFE + "return np.divide(a, a + b, out=np.zeros(()), where=a + b > 0)",
                "[0.01 / 0.99]",
            ).replace("[0.01 / 0.99]", "0.0101"),
        ],
        "wrong": [
            (precision(SAFE + "return a / (a + b)"), "your answer raised ZeroDivisionError"),
            (precision("return recall / (recall + false_alarm_rate + 1e-99)"), "is wrong"),
            (precision("return base_rate * recall"), "is wrong"),
            (
                precision(
                    "a = recall * base_rate; b = false_alarm_rate * base_rate; return a / (a + b + 1e-99)"
                ),
                "is wrong",
            ),
            (precision(needed="0.5"), "a share of 0.02 is real"),
            (precision(needed="1"), "which is no false alarm rate"),
            (precision("return 0.016"), "is wrong"),
        ],
    },
    3: {
        "right": [
            THRESHOLD.format("return min(s for s in scores if np.mean(scores > s) <= rate)"),
            THRESHOLD.format(
                "s = np.unique(scores); above = (scores[:, None] > s).mean(axis=0); "
                "return s[np.argmax(above <= rate)]"
            ),
            THRESHOLD.format(
                "s = sorted(scores, reverse=True); most = int(np.floor(rate * len(s) + 1e-9)); "
                "return s[most] if most < len(s) else s[-1]"
            ),
        ],
        "wrong": [
            (THRESHOLD.format("return np.quantile(scores, 1 - rate)"), "is none of the scores"),
            (THRESHOLD.format("return np.max(scores)"), "is not the smallest"),
            (THRESHOLD.format("return np.min(scores)"), "is exceeded too often"),
            (THRESHOLD.format("scores.sort(); return scores[0]"), "changes its argument"),
            (
                THRESHOLD.format(
                    "return min(s for s in scores if np.mean(scores >= s) <= rate)"
                ),
                "is not the smallest",
            ),
            (
                THRESHOLD.format("return np.sort(scores)[int(rate * len(scores))]"),
                "is exceeded too often",
            ),
            (THRESHOLD.format("return 3"), "is exceeded too often"),
        ],
    },
    4: {
        "right": [
            nine(),
            nine(found=f"np.array({FOUND}, np.float64)", hardest="float(np.argmin(found_at))"),
            nine(drawn="int(np.bincount(far.argmin(axis=1)).argmax())"),
        ],
        "wrong": [
            (nine(found=f"[1 - a for a in {FOUND}]"), "should have the higher error"),
            (
                nine(
                    found="[metrics.auroc(error_of(denoiser, test), y_test == c) for c in range(10)]"
                ),
                "should have the higher error",
            ),
            (nine(found=f"np.round({FOUND}, 2)"), "not its finder"),
            (nine(hardest="8"), "8 has not the smallest of your AUROCs"),
            (nine(drawn="hardest"), "should be another class"),
            (nine(drawn="0"), "another class has more"),
            (nine(found="0.9"), "has the shape ()"),
        ],
    },
    5: {
        "right": [
            STRANGE.format("return ((X[:, None] - known) ** 2).sum(axis=2).min(axis=1)"),
            STRANGE.format(
                "from sklearn.neighbors import NearestNeighbors\n"
                "    return NearestNeighbors(n_neighbors=3).fit(known).kneighbors(X)[0].mean(axis=1)"
            ),
            STRANGE.format("return np.sqrt(nearest_distance(X, known)).tolist()"),
        ],
        "wrong": [
            (
                STRANGE.format("return error_of(nets[2, c], X)"),
                "on the classes 0 to 4 you gain",
            ),
            (STRANGE.format("return error_of(nets[8, c], X)"), "you gain +0.000"),
            (STRANGE.format("return -nearest_distance(X, known)"), "you gain -"),
            (
                STRANGE.format("s = nearest_distance(X, known); return s - s[0]"),
                "depends on the others",
            ),
            (STRANGE.format("return np.arange(len(X)) * 1.0"), "depends on the others"),
            (STRANGE.format("return 1.0"), "has the shape ()"),
        ],
    },
}
