"""What puts the codes of the spiral in order: that the code is bounded, or that it is noisy?

python -m benchmarks.code_and_noise      a minute; writes course/runs/code_and_noise.json

The spiral unroller of the recipes is trained in four versions: with a code between -1 and 1
(tanh) or a linear code, with noise on the code or without, each from SEEDS random seeds and at
two learning rates. Stored are, of each net, the mean squared error and the rank correlation of
its code with the true position along the spiral.
"""

import itertools
import json

import numpy as np

from aehelpers import data, metrics
from aehelpers.course import recipes
from aehelpers.course.stored_runs import FOLDER
from aehelpers.sweeps import fit_all

SEEDS = range(20)
CODES = {"bounded": "tanh", "linear": "identity"}
NOISES = {"noise": 0.15, "no noise": 0.0}
RATES = (0.02, 0.03)


def spiral():
    """Return the points and true positions of notebook 05."""
    return data.spiral(random_state=np.random.RandomState(42))


def nets(code, noise, rate, seeds=SEEDS):
    """Return the unfitted nets of one version, one for each seed."""
    change = {"latent_activation": CODES[code], "code_noise": NOISES[noise]}
    return [
        recipes.spiral_unroller(seed).set_params(**change, learning_rate=rate) for seed in seeds
    ]


def measured(models, X, t):
    """Return the errors and the orders of fitted models: {"mse": [...], "order": [...]}."""
    orders = [metrics.order_correlation(model.transform(X), t) for model in models]
    return {
        "mse": [float(f"{-model.score(X):.4g}") for model in models],
        "order": [float(f"{order:.4g}") for order in orders],
    }


def main():
    """Run all versions and store what came out."""
    X, t = spiral()
    found = {
        f"{code} code, {noise}, rate {rate:g}": measured(
            fit_all(nets(code, noise, rate), X), X, t
        )
        for code, noise, rate in itertools.product(CODES, NOISES, RATES)
    }
    for name, values in found.items():
        ordered = sum(order > 0.99 for order in values["order"])
        print(f"{name}: {ordered} of {len(SEEDS)} nets have an order above 0.99")
    text = json.dumps(found, indent=1).replace("\n   ", " ").replace("\n  ]", "]")
    (FOLDER / "code_and_noise.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
