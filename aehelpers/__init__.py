"""aehelpers: a NumPy autoencoder that is read in an evening, and what a course around it needs.

`import aehelpers` loads NumPy alone. Figures are in `aehelpers.plots` (matplotlib), sliders in
`aehelpers.explorers` (ipywidgets).
"""

from . import checks, data, images, layers, losses, metrics, optimizers, sweeps, training
from .autoencoders import (
    Autoencoder,
    ConvolutionalAutoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    VariationalAutoencoder,
    load,
)

__version__ = "0.1.0"
__all__ = [
    "Autoencoder",
    "ConvolutionalAutoencoder",
    "DenoisingAutoencoder",
    "SparseAutoencoder",
    "VariationalAutoencoder",
    "checks",
    "data",
    "images",
    "layers",
    "load",
    "losses",
    "metrics",
    "optimizers",
    "sweeps",
    "training",
]
