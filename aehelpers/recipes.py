"""Recipes: the settings behind a headline number of the notebooks, by name. Each gives an
unfitted estimator.
"""

from .autoencoders import Autoencoder


def published_net(random_state=None):
    """The published reference: 2-1-2, sigmoid on both sides, 2000 epochs of full-batch gradient
    descent at learning rate 1.

    With one RandomState(42) for `data.spiral` and then for this net, its numbers come out to
    the last digit.
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
    """The net that puts the spiral in order: 2-16-16-1-16-16-2, tanh, with noise on the code
    that fades while it learns.

    The noise makes far-apart codes the only safe ones, so that neighbours on the curve become
    neighbours in the code.
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
    """As good an error, but no order: 2-32-32-1-32-32-2 with a linear code and no noise; it
    folds the spiral.
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
    """Handwritten digits through `latent_dim` numbers: d-128-k-128-d, tanh between, a linear
    code, pixels out of a sigmoid.
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
        random_state=random_state,
    )
