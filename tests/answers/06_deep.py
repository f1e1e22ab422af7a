"""Answers to the exercises of notebook 06: right ones in other forms, and wrong ones."""

FIRST = """
def fraction(k):
    variances = np.array([5, 3, 2, 1], dtype=np.float32)
    return variances[k:].sum() / 4

least_errors = np.array([fraction(k) for k in (1, 2, 3)], dtype=np.float32)
plateaus = fraction(0), fraction(1)
parameters = Autoencoder(2, (6,), epochs=0).fit(np.eye(10)).theta_.size
"""


def pencil(errors="[1.5, 0.75, 0.25]", plateaus="[2.75, 1.5]", parameters="168"):
    return f"least_errors = {errors}\nplateaus = {plateaus}\nparameters = {parameters}"


def measured(trend="'falls'", code="-net.score(X_test)", rows="(1, 3)", more=""):
    return f"""
trend, by_epochs = {trend}, []
for depth in {rows}:
    by_epochs.append([])
    for epochs in (12, 36):
        net = digits_net(depth, 0, epochs=epochs).fit(X_train)
        by_epochs[-1].append({code})
{more}
"""


def decayed(body, end="return loss, gradient"):
    return f"""
def decayed(net, theta, X, beta):
    loss, gradient = net.loss_and_grad(theta, X)
    weights, slopes = net.unpack(theta), net.unpack(gradient)
    {body}
    {end}
"""


def loop(condition, loss="beta / 2 * (weights[name] ** 2).sum()", slope="beta * weights[name]"):
    return f"""for name in weights:
        if {condition}:
            loss = loss + {loss}
            slopes[name] += {slope}"""


W = "name[0] == 'W'"
BY_MASK = """
def decayed(net, theta, X, beta):
    mask = np.zeros_like(theta)
    for name, part in net.unpack(mask).items():
        part += "W" in name
    loss, gradient = net.loss_and_grad(theta, X)
    penalty = 0.5 * beta * np.dot(mask * theta, theta)
    return [np.float64(loss + penalty), gradient + beta * mask * theta]
"""
BY_ARGUMENT = """
def decayed(net, theta, X, beta):
    arguments = net.get_params() | {"weight_decay": beta}
    return Autoencoder(**arguments).loss_and_grad(theta, X)
"""


def verdict(body):
    return f"""
def verdict(coder):
    a = metrics.mse(X_test, coder.reconstruct(X_test))
    b = metrics.mse(mixtures, coder.reconstruct(mixtures))
    {body}
"""


BY_NOISE = """
def verdict(coder):
    noise = np.random.default_rng(9).random((300, 64))
    if relative_error(coder, X_test) > 0.8:
        return "memory"
    slope = np.polyfit(noise.ravel(), coder.reconstruct(noise).ravel(), 1)[0]
    inside = relative_error(coder, mixtures)
    return "identity" if slope > 0.5 and inside < 0.25 else "neither"
"""


def learn(arguments, kind="Autoencoder", data_="few"):
    return f"""
def learn(few):
    changes = dict(schedule="cosine", epochs=300, random_state=3, {arguments})
    return {kind}(**few_settings | changes).fit({data_})
"""


CODES_OF_64 = """
class Everything:
    def transform(self, X):
        return X

    def inverse_transform(self, Z):
        return Z

def learn(few):
    return Everything()
"""

ANSWERS = {
    1: {
        "right": [
            FIRST,
            pencil("(6 / 4, 3 / 4, 1 / 4)", "(11 / 4, 6 / 4)", "np.int64(168)"),
            pencil("np.float32([1.5, 0.75, 0.25])", parameters="66 + 14 + 18 + 70.0"),
        ],
        "wrong": [
            (pencil("[6, 3, 1]", "[11, 6]"), "is not the answer"),
            (pencil(parameters="144"), "is not the answer"),
            (pencil(plateaus="[1.5, 0.75]"), "one axis is learnt, as"),
            (pencil(plateaus="[1.5, 2.75]"), "lower than the first"),
            (pencil("[0.25, 0.75, 1.5]"), "should lower the smallest error"),
            (pencil("[2.5, 2, 1.75]", "[2.75, 2.5]"), "is not the answer"),
            (pencil("[1.5, 0.75]"), "shape (2,), not (3,)"),
            (pencil(parameters="168.5"), "not a whole number"),
        ],
    },
    2: {
        "right": [
            measured(),
            measured(code="metrics.mse(X_test, net.reconstruct(X_test))"),
            measured(code="np.float32(-net.score(splits[0][1]))"),
        ],
        "wrong": [
            (measured("'stays'"), "your numbers do not say so"),
            (measured("'rises'"), "your numbers do not say so"),
            (measured(code="-net.score(X_train)"), "not the test errors of depth 1"),
            (measured(code="net.score(X_test)"), "not the test errors of depth 1"),
            (measured(rows="(3, 1)"), "not the test errors of depth 1"),
            (measured(more="by_epochs = np.transpose(by_epochs)"), "not the test errors"),
            (measured(more="by_epochs[0][1] = by_epochs[1][1] = 0.012"), "of such a net"),
            (measured(more="by_epochs[1][1] = by_epochs[0][1]"), "hidden"),
            ("trend, by_epochs = 'falls', [1.0, 0.8]", "shape (2,), not (2, 2)"),
        ],
    },
    3: {
        "right": [
            BY_MASK,
            BY_ARGUMENT,
            decayed(loop(W)),
            decayed(loop("name.isupper() or 'W_' in name")),
        ],
        "wrong": [
            (decayed(loop("True")), "the biases are penalized, too"),
            (
                decayed(
                    loop(W, "beta * (weights[name] ** 2).sum()", "2 * beta * weights[name]")
                ),
                "2 times",
            ),
            (decayed(loop(W, slope="0")), "not that of the loss with the penalty"),
            (decayed(loop(W, slope="beta / 2 * weights[name]")), "not that of the loss"),
            (decayed(loop(W, "beta / 2 * np.abs(weights[name]).sum()")), "times the right one"),
            (decayed(loop("name == 'W_e'")), "times the right one"),
            (decayed(loop(W, "0.15 * (weights[name] ** 2).sum()")), "times the right one"),
            (decayed("pass"), "0 times the right one"),
            (decayed(loop(W), "return loss"), "does not return a loss and a gradient"),
            (decayed(loop(W) + "\n            weights[name] *= 0"), "decayed changes theta"),
        ],
    },
    4: {
        "right": [
            verdict(
                "if a > 0.05: return 'memory'\n    return 'neither' if b > 0.02 else 'identity'"
            ),
            verdict(
                "words = {(True, True): 'identity', (False, False): 'memory'}\n"
                "    words[True, False] = 'identity'\n"
                "    return words.get((b < 0.015, a < 0.05), 'neither')"
            ),
            BY_NOISE,
        ],
        "wrong": [
            (verdict("return 'neither'"), "and its section does not"),
            (verdict("return 'identity' if a < 0.001 else 'neither'"), "verdict calls"),
            (verdict("return 'memory' if b > 0.05 else 'identity'"), "verdict calls"),
            (verdict("return ['identity']"), "none of the three words"),
            (verdict("return 'copier'"), "none of the three words"),
            (
                verdict(
                    "if a > 0.05: return 'memory'\n"
                    "    return 'identity' if b < 0.002 else 'neither'"
                ),
                "calls Pale 'neither'",
            ),
        ],
    },
    5: {
        "right": [
            learn("hidden=(256,), learning_rate=0.01, weight_decay=0.003"),
            learn("hidden=(400,), learning_rate=0.006, weight_decay=0.003"),
            learn(
                "hidden=(256,), activation='relu', learning_rate=0.006, weight_decay=0.002, "
                "corruption_level=0.15",
                "DenoisingAutoencoder",
            ),
        ],
        "wrong": [
            (learn("weight_decay=0.003"), "times that of weight decay"),
            (learn("hidden=(256,), learning_rate=0.01"), "times that of weight decay"),
            ("def learn(few):\n    return metrics.PCA(8).fit(few)", "times that of weight"),
            (learn("latent_dim=16, weight_decay=0.003"), "at most 8 columns"),
            (CODES_OF_64, "at most 8 columns"),
            ("def learn(few):\n    return 0.01", "has no transform"),
            (learn("batch_size=100", data_="digits.X"), "hidden"),
        ],
    },
}
