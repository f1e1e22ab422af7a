"""Recipes: the settings behind the notebooks' headline numbers, as unfitted estimators."""

from ..autoencoder import Autoencoder
from ..variants import ConvolutionalAutoencoder, DenoisingAutoencoder, SparseAutoencoder
from ..variational import VariationalAutoencoder


def published_net(random_state=None):
    """The net of the published notebook: 2-1-2 with sigmoids, plain gradient descent.

    With one RandomState(42) for `data.spiral` and then for this net, the published numbers come
    out to the last digit.
    """
    return Autoencoder(
        latent_dim=1,
        activation="sigmoid",
        output_activation="sigmoid",
        optimizer="sgd",
        learning_rate=1.0,
        epochs=2000,
        batch_size=None,
        random_state=random_state,
    )


def spiral_unroller(random_state=None):
    """The net that puts the spiral in order: 2-16-16-1-16-16-2, tanh, noise on the code.

    What matters for the order is that the code passes through tanh, which bounds it: with a
    linear code few nets are in order, with noise or without (notebook 05 and
    benchmarks/code_and_noise.py). The noise is insurance; it fades before training ends.
    """
    return Autoencoder(
        latent_dim=1,
        hidden=(16, 16),
        code_noise=0.15,
        code_noise_fade=0.4,
        standardize=True,
        learning_rate=0.03,
        schedule="cosine",
        epochs=1200,
        batch_size=None,
        random_state=random_state,
    )


def spiral_folder(random_state=None):
    """The net with as small an error whose linear code is rarely in order: 2-32-32-1-32-32-2.

    Without noise. For a comparison in which only the kind of code differs, set
    latent_activation="identity" in `spiral_unroller`.
    """
    return Autoencoder(
        latent_dim=1,
        hidden=(32, 32),
        latent_activation="identity",
        standardize=True,
        learning_rate=0.02,
        schedule="cosine",
        epochs=2000,
        batch_size=None,
        random_state=random_state,
    )


def digits_net(latent_dim, random_state=None):
    """Digits through k = `latent_dim` numbers: d-128-k-128-d, tanh, linear code, sigmoid.

    Single precision takes half the time, and its errors agree with double precision in all
    digits that the notebooks print.
    """
    return Autoencoder(
        latent_dim=latent_dim,
        hidden=(128,),
        latent_activation="identity",
        output_activation="sigmoid",
        learning_rate=0.01,
        schedule="cosine",
        epochs=20,
        batch_size=32,
        dtype="float32",
        random_state=random_state,
    )


def family(latent_dim, random_state=None):
    """One autoencoder of each kind for the digits, {name: estimator}, in one training budget.

    Code size, output, epochs, batches, schedule and weight decay are the same for all. Learning
    rates were chosen kind by kind, out of 0.005, 0.01, ... 0.16, by the loss that this kind is
    made for (of rates within 2 % of the best the smallest), and the sparse net's price so that
    its code comes near its target: on validation parts of the splits with random_state 100, 101
    and 102. The decay is for pixels that hold almost no ink: their
    weights hardly learn, and without it noise on these pixels passes through them.
    """
    shared = digits_net(latent_dim, random_state).get_params()
    shared |= {"hidden": (64,), "epochs": 15, "learning_rate": 0.02, "weight_decay": 1e-4}
    # ReLU and a steep price amplify rounding: single precision would change the third digit.
    double = {"dtype": "float64"}
    sparse = {"latent_activation": "sigmoid", "sparsity": "kl", "sparsity_target": 0.2}
    pictures = {"image_shape": (8, 8), "channels": (32,), "hidden": (), "activation": "relu"}
    return {
        "shallow": Autoencoder(**shared | {"hidden": (), "learning_rate": 0.08}),
        "dense": Autoencoder(**shared),
        "deep": Autoencoder(**shared | {"hidden": (64, 32), "learning_rate": 0.01}),
        "tied": Autoencoder(**shared | {"tied": True, "learning_rate": 0.04}),
        "sparse": SparseAutoencoder(
            **shared | sparse | double | {"sparsity_weight": 0.1, "learning_rate": 0.04}
        ),
        "denoising": DenoisingAutoencoder(**shared, corruption_level=0.3),
        "convolutional": ConvolutionalAutoencoder(**shared | pictures | double),
        "variational": VariationalAutoencoder(**shared),
    }
