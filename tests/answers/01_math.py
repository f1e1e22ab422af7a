"""Answers to the exercises of notebook 01: right ones in other forms, and wrong ones."""

LISTS = "zero_with_sigmoid = {}\nzero_with_tanh = {}"
ABSOLUTE = """
def absolute_error(x_hat, x):
    n = x_hat.shape[-2]
    error = x_hat - x
    return {}
"""
LOSS = "np.abs(error).sum(axis=(-2, -1)) / n"
TIED = """
def tied(theta, X):
    W, b_e, b_d = theta[:2, None], theta[2], theta[3:]
    Z = sigmoid(X @ W + b_e)
    X_hat = sigmoid(Z @ W.T + b_d)
    loss, delta = losses.squared_error(X_hat, X)
    out = delta * X_hat * (1 - X_hat)
    hidden = (out @ W) * Z * (1 - Z)
    grad_W = {grad_W}
    return {result}
"""
TIED_GRADIENT = "np.hstack([grad_W.ravel(), hidden.sum(axis=0), out.sum(axis=0)])"
TIED_NUMERIC = """
def tied(theta, X):
    def loss_of(theta):
        W, b_e, b_d = theta[:2, None], theta[2], theta[3:]
        X_hat = sigmoid(sigmoid(X @ W + b_e) @ W.T + b_d)
        return losses.squared_error(X_hat, X)[0]
    grad = np.zeros(5)
    for q in range(5):
        e = np.zeros(5)
        e[q] = 1e-5
        grad[q] = (loss_of(theta + e) - loss_of(theta - e)) / 2e-5
    return loss_of(theta), grad
"""
TIED_LOOPS = """
def tied(theta, X):
    total, grad = 0.0, [0.0] * 5
    for x in X:
        z = sigmoid(x[0] * theta[0] + x[1] * theta[1] + theta[2])
        back = 0.0
        for i in (0, 1):
            x_hat = sigmoid(z * theta[i] + theta[3 + i])
            total += (x_hat - x[i]) ** 2 / (2 * len(X))
            out = (x_hat - x[i]) / len(X) * x_hat * (1 - x_hat)
            grad[3 + i] += out
            grad[i] += out * z
            back += out * theta[i]
        back *= z * (1 - z)
        grad[0] += back * x[0]
        grad[1] += back * x[1]
        grad[2] += back
    return [total, grad]
"""
TIED_UNTIED = """
def tied(theta, X):
    whole = np.concatenate([theta[:3], theta[:2], theta[3:]])
    loss, grad = loss_and_grad(network, losses.squared_error, whole, X)
    grad[:2] += grad[3:5]
    return loss, np.delete(grad, [3, 4])
"""
STEPS = """
def step_error(h):
    return {error}
falls, grows, best_step = {others}
"""
ERROR = "abs(derivative_along(small_loss, theta, v, h) - exact)"


def lists(sigmoid='["W_e", "b_e"]', tanh='["W_e", "b_e", "W_d"]'):
    return LISTS.format(sigmoid, tanh)


def tied(grad_W="X.T @ hidden + out.T @ Z", result=f"loss, {TIED_GRADIENT}"):
    return TIED.format(grad_W=grad_W, result=result)


def steps(error=ERROR, others="100, 10, 5e-6"):
    return STEPS.format(error=error, others=others)


ANSWERS = {
    1: {
        "right": [
            lists('("b_e", "W_e")', '{"W_d", "b_e", "W_e"}'),
            lists('np.array(["W_e", "b_e"])', 'np.array(["W_e", "W_d", "b_e"])'),
            'zero_with_sigmoid = ["W_e", "b_e"]\nzero_with_tanh = zero_with_sigmoid + ["W_d"]',
        ],
        "wrong": [
            (lists('["W_e", "b_e", "W_d", "b_d"]'), "with a sigmoid code"),
            (lists('["W_e", "b_e", "W_d"]'), "with a sigmoid code"),
            (lists("[]"), "with a sigmoid code"),
            (lists(tanh='["W_e", "b_e", "W_d", "b_d"]'), "with a tanh code"),
            (lists(tanh='["W_e", "b_e"]'), "with a tanh code"),
            (lists('"W_e"'), "is not a list of names"),
            (lists('["w_e", "b_e"]'), "is not a list of names"),
            (lists("[W_e, b_e]"), "is not a list of names"),
            (lists("0"), "is not a list of names"),
        ],
    },
    2: {
        "right": [
            "start = [0, 0, 0, 0, 1, 0, 0]",
            "start = np.zeros(7, dtype=np.float32)\nstart[0] = -1",
            "start = np.eye(7, dtype=int)[1]",
            "start = np.array([0, 0, 0, -2.0, 0, 0, 0])",
        ],
        "wrong": [
            ("start = np.zeros(7)", "differs from zero in 0 numbers"),
            ("start = [0, 0, 0, 0, 0, 1, 0]", "after 500 steps the loss is"),
            ("start = [0, 0, 0, 0, 0, 0, -3.0]", "after 500 steps the loss is"),
            ("start = [0, 0, 0, 1e-9, 0, 0, 0]", "after 500 steps the loss is"),
            ("start = [0, 0, 0, 1, 1, 0, 0]", "differs from zero in 2 numbers"),
            ("start = [0, 0, 3, 0, 0, 0, 0]", "after 500 steps the loss is"),
            ("start = np.ones(7)", "differs from zero in 7 numbers"),
            ("start = np.zeros(5)", "has the shape (5,)"),
            ("start = [0, 0, 0, np.nan, 0, 0, 0]", "not finite"),
            ("start = 'W_d'", "not made of numbers"),
        ],
    },
    3: {
        "right": [
            ABSOLUTE.format(f"[{LOSS}, np.where(error > 0, 1, -(error < 0).astype(int)) / n]"),
            ABSOLUTE.format("np.abs(error).sum(axis=-1).mean(axis=-1), np.sign(error) / n"),
            ABSOLUTE.format("np.einsum('...ij->...', abs(error)) / n, np.sign(error / n) / n"),
            ABSOLUTE.format(f"{LOSS}, ((error > 0) * 1.0 - (error < 0)) / n"),
        ],
        "wrong": [
            (ABSOLUTE.format(LOSS), "does not return two things"),
            (ABSOLUTE.format(f"{LOSS}, np.sign(error)"), "not those of your loss"),
            (ABSOLUTE.format(f"{LOSS} * n, np.sign(error)"), "your loss is"),
            (ABSOLUTE.format("np.abs(error).mean(axis=(-2, -1)), 0 * error"), "your loss is"),
            (ABSOLUTE.format("np.abs(error).sum() / n, np.sign(error) / n"), "the loss for"),
            (ABSOLUTE.format("np.abs(error).sum(axis=(-2, -1)) / 3, error"), "not those of"),
            (
                ABSOLUTE.format("(error**2).sum(axis=(-2, -1)) / (2 * n), error / n"),
                "your loss is",
            ),
            (
                ABSOLUTE.format("(np.sqrt((error**2).sum(axis=-1))).mean(axis=-1), error / n"),
                "your loss is",
            ),
            (
                ABSOLUTE.format(f"{LOSS}, np.where(error > 0, 1.0, -1.0) / n"),
                "of a perfect copy are not 0",
            ),
            (ABSOLUTE.format(f"{LOSS}, error / n"), "not those of your loss"),
            (
                ABSOLUTE.format(f"{LOSS}, np.nan_to_num(error / abs(error), nan=1.0) / n"),
                "of a perfect copy are not 0",
            ),
        ],
    },
    4: {
        "right": [TIED_LOOPS, TIED_UNTIED, tied(result=f"[np.float64(loss), {TIED_GRADIENT}]")],
        "wrong": [
            (TIED_NUMERIC, "is close, but not exact"),
            (tied(result=f"2 * loss, 2 * {TIED_GRADIENT}"), "is not that of the task"),
            (tied(result=f"loss, 2 * {TIED_GRADIENT}"), "the derivative of W[0]"),
            (tied(grad_W="X.T @ hidden"), "the derivative of W[0]"),
            (tied(grad_W="out.T @ Z"), "the derivative of W[0]"),
            (tied(grad_W="(X.T @ hidden + out.T @ Z) / 2"), "the derivative of W[0]"),
            (tied(grad_W="X.T @ hidden + Z.T @ out"), "has 7 numbers, not 5"),
            (tied(result="loss"), "does not return two things"),
            (tied(result="loss, grad_W"), "has 2 numbers, not 5"),
            (
                tied(result=f"loss, {TIED_GRADIENT.replace('sum', 'mean')}"),
                "the derivative of b_e",
            ),
            (tied(result="loss, np.zeros(5)"), "the derivative of W[0]"),
        ],
    },
    5: {
        "right": [
            steps(
                "np.abs((small_loss(theta + h * v)[0] - small_loss(theta - h * v)[0]) / 2 / h"
                " - exact)"
            ),
            steps(others="np.float32(99.8), 7.7, 3e-6"),
            steps(f"float({ERROR})", "1e2, np.int64(10), np.array([1e-6])"),
            steps(others="[100], 12.0, 10.0**-5"),
        ],
        "wrong": [
            (steps(f"{ERROR} / abs(exact)"), "which is not |measured - exact|"),
            (
                steps(
                    "abs((small_loss(theta + h * v)[0] - small_loss(theta)[0]) / h - exact)",
                    "10, 10, 1e-8",
                ),
                "which is not |measured - exact|",
            ),
            (steps(f"{ERROR} if h > 1e-6 else 0.01 * h**2"), "shows no rounding"),
            (steps("h**2"), "which is not |measured - exact|"),
            (
                steps("derivative_along(small_loss, theta, v, h) - exact"),
                "which is not |measured - exact|",
            ),
            (steps(others="10, 10, 5e-6"), "`falls`"),
            (steps(others="1 / 100, 10, 5e-6"), "`falls`"),
            (steps(others="100, 100, 5e-6"), "`grows`"),
            (steps(others="100, 0.1, 5e-6"), "`grows`"),
            (steps(others="100, 10, 1e-13"), "there are much better steps"),
            (steps(others="100, 10, 0.01"), "there are much better steps"),
            (steps(others="100, 10, 0"), "not a small step"),
            (steps(others="100, 'ten', 5e-6"), "not made of numbers"),
        ],
    },
}
