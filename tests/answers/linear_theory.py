"""Answers to the exercises of the linear theory: right ones in other forms, and wrong ones."""

AT_SPAN = """
def at_span(values, inside):
    outside = [j for j in range(len(values)) if j not in inside]
    {}
"""
MSE = "sum(values[j] for j in outside) / len(values)"
PAIRS = "sum(values[j] > values[i] for i in inside for j in outside)"

NESTED = """
def nested(net, theta, X):
    loss, gradient = 0, 0 * theta
    for j in range({first}, {last}):
        used = np.ones_like(theta)
        parts = net.unpack(used)
        parts["W_e"][:, j:] = 0
        {biases}
        parts["W_d"][j:] = 0
        each, slope = net.loss_and_grad(used * theta, X)
        loss += each
        gradient += {slope}
    return loss, gradient
"""
USUAL = {
    "first": "1",
    "last": "net.latent_dim + 1",
    "biases": 'parts["b_e"][..., j:] = 0',
    "slope": "used * slope",
}
ONLY_DECODER = """
def nested(net, theta, X):
    loss, gradient = 0, np.zeros(len(theta))
    for j in range(net.latent_dim, 0, -1):
        used = np.ones(len(theta))
        net.unpack(used)["W_d"][j:] = 0
        each, slope = net.loss_and_grad(used * theta, X)
        loss, gradient = loss + each, gradient + {}
    return loss, gradient
"""
BY_HAND = """
def nested(net, theta, X):
    w = net.unpack(theta)
    gradient = np.zeros(theta.shape)
    g = net.unpack(gradient)
    total = 0
    for j in range(net.latent_dim):
        keep = np.arange(net.latent_dim) <= j
        Z = (X @ w["W_e"] + w["b_e"]) * keep
        delta = (Z @ w["W_d"] + w["b_d"] - X) / len(X)
        total = total + len(X) * (delta**2).sum() / 2
        g["W_d"][...] += Z.T @ delta
        g["b_d"][...] += delta.sum(axis=0)
        back = (delta @ w["W_d"].T) * keep
        g["W_e"][...] += X.T @ back
        g["b_e"][...] += back.sum(axis=0)
    return [np.float64(total), gradient.tolist()]
"""

ANSWERS = {
    1: {
        "right": [
            AT_SPAN.format(f"return [np.int64({PAIRS}), {MSE}]"),
            AT_SPAN.format(
                "v = np.array(values, float)\n"
                "    n = (v[outside][:, None] > v[list(inside)]).sum()\n"
                "    return np.array([n, v[outside].sum() / v.size])"
            ),
            AT_SPAN.format(
                "order = sorted(range(len(values)), key=lambda j: -values[j])\n"
                "    places = sorted(order.index(i) for i in inside)\n"
                "    n = sum(places) - sum(range(len(inside)))\n"
                "    kept = sum(values[i] for i in inside)\n"
                "    return n, np.float32((sum(values) - kept) / len(values))"
            ),
        ],
        "wrong": [
            (
                AT_SPAN.format(f"return sum(j < i for i in inside for j in outside), {MSE}"),
                "pairs",
            ),
            (AT_SPAN.format(f"return len(inside) * len(outside), {MSE}"), "is not the number"),
            (
                AT_SPAN.format(
                    f"return sum(values[j] < values[i] for i in inside for j in outside), {MSE}"
                ),
                "is not the number",
            ),
            (AT_SPAN.format(f"return {PAIRS}, {MSE} * len(values)"), "is not the MSE"),
            (
                AT_SPAN.format(f"return {PAIRS}, sum(values[i] for i in inside) / len(values)"),
                "is not the MSE",
            ),
            (AT_SPAN.format(f"return {PAIRS}, {MSE} / 2"), "is not the MSE"),
            (AT_SPAN.format("return 0, 3 / 4"), "is not the number"),
            (AT_SPAN.format(f"return {PAIRS}"), "does not return two numbers"),
        ],
    },
    2: {
        "right": [
            BY_HAND,
            NESTED.format(**USUAL | {"slope": "slope * (used != 0)"}),
            # Where code and decoder are 0, the gradient is 0 by itself.
            NESTED.format(**USUAL | {"slope": "slope"}),
            ONLY_DECODER.format("used * slope"),
        ],
        "wrong": [
            (ONLY_DECODER.format("slope"), "the gradient is not that of the loss"),
            (
                NESTED.format(**USUAL | {"slope": "2 * used * slope"}),
                "the gradient is not that of the loss",
            ),
            (NESTED.format(**USUAL | {"last": "net.latent_dim"}), "and the terms add up to"),
            (NESTED.format(**USUAL | {"first": "0"}), "and the terms add up to"),
            (
                NESTED.format(**USUAL).replace("return loss,", "return loss / net.latent_dim,"),
                "and the terms add up to",
            ),
            (
                "def nested(net, theta, X):\n    return net.loss_and_grad(theta, X)",
                "and the terms add up to",
            ),
            (
                NESTED.format(**USUAL).replace("used * theta", "theta"),
                "and the terms add up to",
            ),
            (
                NESTED.format(**USUAL | {"slope": "used * slope; theta *= used"}),
                "nested changes theta",
            ),
            (
                NESTED.format(**USUAL).replace("return loss, gradient", "return loss"),
                "return a loss",
            ),
        ],
    },
}
