"""Diagrams show each layer of a network, and say it in their text."""

import io

import numpy as np
import pytest
from PIL import Image

from aehelpers.figures import diagrams

LAYERS = [("$x$", 2), ("hidden", 16), ("code $z$", 1), ("hidden", 16), ("$\\hat x$", 2)]


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB"), int)


def circles(picture, colour):
    """How many separate patches of a colour stand one above the other."""
    near = np.abs(pixels(picture) - np.array(colour)).max(axis=2) < 12
    rows = near.any(axis=1).astype(int)
    return int((np.diff(rows, prepend=0) == 1).sum())


GREEN, GREY = (0, 158, 115), (163, 170, 179)


def test_the_text_names_all_layers_steps_and_noise():
    picture = diagrams.network(LAYERS, code=2, arrows=["tanh", "tanh", "tanh", ""], noise=[2])
    assert repr(picture) == (
        "Figure: Diagram of an autoencoder. Encoder: x (2 units), hidden (by tanh, 16 units), "
        "code z (by tanh, 1 unit, noise is added). Decoder: hidden (by tanh, 16 units), "
        "x-hat (2 units)."
    )
    assert picture.size[0] == 672 and pixels(picture).shape[1] == 1008


def test_images_are_named_by_their_shape():
    picture = diagrams.network([("x", (8, 8, 1)), ("z", 3), ("out", (8, 8, 1))], code=1)
    assert "x (8 × 8 × 1)" in repr(picture) and "z (3 units)" in repr(picture)


@pytest.mark.parametrize("size, shown", [(1, 1), (3, 3), (4, 4), (8, 5), (64, 8), (1000, 12)])
def test_a_code_has_its_units_or_dots(size, shown):
    picture = diagrams.network([("$x$", 2), ("code $z$", size), ("$x$", 2)], code=1)
    assert circles(picture, GREEN) == shown


def test_noise_lies_unit_by_unit_in_its_column():
    layers = [("$x$", 4), ("noisy", 4), ("code $z$", 1), ("$\\hat x$", 4)]
    one_by_one = diagrams.network(layers, code=2, elementwise=[1])
    dense = diagrams.network(layers, code=2)
    assert pixels(one_by_one).mean() > pixels(dense).mean()  # fewer lines


@pytest.mark.parametrize(
    "change, message",
    [
        ({"arrows": ["tanh"]}, "5 layers have 4 steps between them, got 1 arrows"),
        ({"code": 0}, "code=0 is no place between input and output: give 1 to 3"),
        ({"code": 4}, "give 1 to 3"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        diagrams.network(LAYERS, **{"code": 2} | change)
