"""Recipes: the settings behind the notebooks' headline numbers, as unfitted estimators."""

from .autoencoders import Autoencoder


def published_net(random_state=None):
    """The published net: 2-1-2, sigmoid on both sides, plain gradient descent on all points.

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

    Noise mixes up codes that lie close together, so points that lie far apart must get codes
    that do: the code unrolls the curve. Then the noise fades, and the net sharpens.
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
    """As good an error, but no order: 2-32-32-1-32-32-2, a linear code, no noise."""
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
    """Digits through k = `latent_dim` numbers: d-128-k-128-d, tanh, linear code, sigmoid."""
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
