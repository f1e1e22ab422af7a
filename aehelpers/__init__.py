"""aehelpers: a NumPy autoencoder that is read in an evening, and what a course around it needs.

`import aehelpers` loads NumPy alone. `aehelpers.figures` draws (matplotlib) and has explorers
with sliders (ipywidgets). `aehelpers.course` holds what only the notebooks need.
"""

from . import checks, data, images, layers, losses, metrics, optimizers, sweeps, training
from .autoencoder import Autoencoder
from .saving import load
from .variants import ConvolutionalAutoencoder, DenoisingAutoencoder, SparseAutoencoder
from .variational import VariationalAutoencoder

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
