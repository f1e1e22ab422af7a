"""Answers to the exercises of notebook 03 that its self-checks have to take, or to refuse."""

COUNTS = "steps_64 = {}\nsteps_full = {}\nbatch_for_100 = {}"

STABLE = "def stable_rate(w_e, w_d):\n    return {}"

# What a first try at exercise 3 looks like: {} changes the epochs that are found.
RESTLESS = """
first_rise = {{}}
ends = {{}}
for rate in (12, 15, 18, 21, 24):
    own = reference_net(learning_rate=rate).fit(X)
    loss = own.history_["loss"]
    first_rise[rate] = None
    for epoch in range(2, 2001):
        if loss[epoch - 1] > loss[epoch - 2]:
            first_rise[rate] = epoch
            break
    ends[rate] = own
fresh = reference_net(epochs=0).fit(X)
limits = [2 / largest_curvature(loss_of_net, net_.theta_) for net_ in (fresh, ends[12])]
{}
"""

SCALE = "def start_scale(leak):\n    return {}"

MOMENTUM = "def momentum_limit(curvature, beta):\n    return {}"

ANSWERS = {
    1: {
        "right": [
            COUNTS.format("20 * int(np.ceil(1797 / 64))", "np.int64(20)", "np.float64(18)"),
            COUNTS.format("580.0", "20.0", "np.array([18])"),
            COUNTS.format(
                "20 * len(range(0, 1797, 64))",
                "20 * 1",
                "[B for B in range(1, 1798) if -(-1797 // B) == 100][0]",
            ),
        ],
        "wrong": [
            (COUNTS.format("20 * 28", "20", "18"), "is not the answer"),  # rounded down
            (COUNTS.format("20 * 1797 / 64", "20", "18"), "not a whole number"),
            (COUNTS.format("580", "1", "18"), "is not the answer"),
            (COUNTS.format("580", "20 * 1797", "18"), "cannot take more steps"),
            (COUNTS.format("580", "20", "17"), "is not the answer"),
            (COUNTS.format("580", "20", "17.97"), "not a whole number"),
            (COUNTS.format("29", "20", "18"), "equally many steps"),
            (COUNTS.format("'580'", "20", "18"), "not made of numbers"),
        ],
    },
    2: {
        "right": [
            STABLE.format("np.float32(2 / (w_e**2 + w_d**2))"),
            STABLE.format("2 / np.sum(np.square([w_e, w_d]))"),
            STABLE.format("2 / (w_e**2 + 1 / w_e**2)"),  # on the floor, w_d is 1 / w_e
            STABLE.format("2 / np.linalg.eigvalsh([[w_d**2, 1], [1, w_e**2]]).max()"),
            STABLE.format("np.array([2 / np.linalg.norm([w_e, w_d]) ** 2])"),
        ],
        "wrong": [
            (STABLE.format("2 / (w_e**2 + w_d)"), "from (2.0, 0.5) comes closer"),
            (STABLE.format("2 / (w_e + w_d) ** 2"), "too small"),
            (STABLE.format("2 / (w_e * w_d)"), "too large"),
            (STABLE.format("1.0"), "from (2.0, 0.5) moves away"),
            (STABLE.format("0.95 * 2 / (w_e**2 + w_d**2)"), "too small"),
            (STABLE.format("1.05 * 2 / (w_e**2 + w_d**2)"), "too large"),
            (STABLE.format("w_e**2 + w_d**2"), "too large"),
            (STABLE.format("1 / (w_e**2 + w_d**2)"), "too small"),
            (STABLE.format("2 / 0"), "ZeroDivisionError"),
            (STABLE.format("None"), "not made of numbers"),
            (
                "def stable_rate(w_e, w_d):\n"
                "    known = {1.0: 2, 2.0: 4.25, 0.25: 16.0625, -0.4: 6.41}\n"
                "    return 2 / known.get(w_e, 1)",
                "hidden",
            ),
        ],
    },
    3: {
        "right": [
            RESTLESS.format(""),
            RESTLESS.format("limits = tuple(np.float32(value) for value in limits)"),
            RESTLESS.format(
                "first_rise = {np.int64(r): e and np.int64(e) for r, e in first_rise.items()}"
            ),
            # With the loop of the lesson, rounding moves the first rise by a few epochs.
            RESTLESS.format(
                "for rate in first_rise:\n"
                "    _, loss = train(reference_net(epochs=0).fit(X), X, rate, 2000)\n"
                "    up = np.flatnonzero(np.diff(loss) > 0) + 2\n"
                "    first_rise[rate] = up[0] if up.size else None\n"
                "limits = np.array(limits)"
            ),
        ],
        "wrong": [
            (RESTLESS.format("first_rise = dict.fromkeys(first_rise, 0)"), "is no epoch"),
            (RESTLESS.format("first_rise = dict.fromkeys(first_rise, True)"), "not made of"),
            (RESTLESS.format("first_rise = dict.fromkeys(first_rise)"), "does rise somewhere"),
            (RESTLESS.format("first_rise = [1, 2, 3, 4, 5]"), "not a dict"),
            # Counted from 0.
            (
                RESTLESS.format("first_rise = {r: e and e - 1 for r, e in first_rise.items()}"),
                "at rate 24 the loss does not rise in epoch 1",
            ),
            (RESTLESS.format("first_rise[12] = 1999"), "at rate 12 the loss does not rise"),
            (RESTLESS.format("first_rise[15] = 2000"), "at rate 15 it rises long before"),
            (RESTLESS.format("first_rise[18] = 800"), "at rate 18 the loss does not rise"),
            (RESTLESS.format("first_rise[24] = 4"), "at rate 24 it rises long before"),
            (RESTLESS.format("limits = limits[::-1]"), "is not the answer"),
            (RESTLESS.format("limits = [2 / value for value in limits]"), "is not the answer"),
            (RESTLESS.format("limits = [limits[0], limit]"), "is not the answer"),
            (RESTLESS.format("limits = limits[0]"), "has the shape ()"),
        ],
    },
    4: {
        "right": [
            SCALE.format("(2 / (1 + leak * leak)) ** 0.5"),
            SCALE.format("np.float32(np.sqrt(2 / (1 + leak**2)))"),
            SCALE.format("1 / np.sqrt(0.5 + 0.5 * leak**2)"),
            SCALE.format("np.array([np.sqrt(2)]) / np.hypot(1, leak)"),
            (
                "def start_scale(leak):\n"
                "    sums = np.random.default_rng(1).standard_normal(4_000_000)\n"
                "    sums = np.concatenate([sums, -sums])\n"
                "    outputs = np.where(sums > 0, sums, leak * sums)\n"
                "    return np.sqrt(np.mean(sums**2) / np.mean(outputs**2))"
            ),
        ],
        "wrong": [
            (SCALE.format("np.sqrt(2)"), "with leak 0.2"),
            (SCALE.format("np.sqrt(2 / (1 + leak))"), "with leak 0.2"),
            (SCALE.format("2 / (1 + leak**2)"), "with leak 0.0"),
            (SCALE.format("1"), "multiplies the mean square by 0.500"),
            (SCALE.format("2 / (1 + leak)"), "with leak 0.0"),
            (SCALE.format("-np.sqrt(2 / (1 + leak**2))"), "not positive"),
            (SCALE.format("np.sqrt(2) - leak * (np.sqrt(2) - 1)"), "with leak 0.2"),
            (SCALE.format("np.sqrt(2 * (1 + leak**2))"), "with leak 0.2"),
            (SCALE.format("{0.0: 2**0.5}[leak]"), "KeyError"),
            (
                "def start_scale(leak):\n"
                "    known = [0.0, 0.2, 0.5, 0.8, 1.0]\n"
                "    return np.interp(leak, known, [(2 / (1 + c * c)) ** 0.5 for c in known])",
                "hidden",
            ),
        ],
    },
    5: {
        "right": [
            MOMENTUM.format("[2 * (1 + beta) / curvature, (1 + beta) / (1 - beta)]"),
            MOMENTUM.format(
                "np.array([2 / curvature * (1 + beta), 2 / (1 - beta) - 1], dtype='float32')"
            ),
            (
                "def momentum_limit(curvature, beta):\n"
                "    rates = np.linspace(0, 4 / curvature, 400_001)\n"
                "    half = (1 + beta - rates * curvature) / 2\n"
                "    root = half - np.emath.sqrt(half**2 - beta)\n"
                "    rate = rates[np.abs(root) <= 1 + 1e-9].max()\n"
                "    return rate, rate / (1 - beta) / (2 / curvature)"
            ),
            MOMENTUM.format("(2 + 2 * beta) / curvature, np.divide(1 + beta, 1 - beta)"),
        ],
        "wrong": [
            (
                MOMENTUM.format("(1 + beta) * curvature / 2, (1 + beta) / (1 - beta)"),
                "curvature",
            ),
            (MOMENTUM.format("1 + beta, (1 + beta) / (1 - beta)"), "curvature 4.0"),
            (MOMENTUM.format("1.9, 19.0"), "does not fit your own rates"),
            (MOMENTUM.format("2 / curvature, 1 / (1 - beta)"), "comes closer"),
            (MOMENTUM.format("2 * (1 - beta) / curvature, 1.0"), "comes closer"),
            (
                MOMENTUM.format("2 * (1 + beta) / curvature, 1 + beta"),
                "does not fit your own rates",
            ),
            (
                MOMENTUM.format("2 * (1 + beta) / curvature, 1 / (1 - beta)"),
                "does not fit your own rates",
            ),
            (MOMENTUM.format("2 * (1 + beta) / curvature"), "has the shape ()"),
            (MOMENTUM.format("4 / curvature, 2 / (1 - beta)"), "moves away"),
            (
                "def momentum_limit(curvature, beta):\n"
                "    tried = ((2.0, 0.9), (4.0, 0.5), (0.5, 0.0), (3.0, 0.7))\n"
                "    if beta and (curvature, beta) not in tried:\n"
                "        return 2 / curvature, 1.0\n"
                "    return 2 * (1 + beta) / curvature, (1 + beta) / (1 - beta)",
                "hidden",
            ),
        ],
    },
}
