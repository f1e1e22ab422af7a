"""Settings: every one of a grid, or a few that cover each value."""

from itertools import combinations
from math import prod

import pytest

from aehelpers.figures.settings import (
    covering_settings,
    every_setting,
    labels_width,
    value_text,
)


def test_every_setting_is_listed_once_and_the_last_grid_changes_fastest():
    settings = every_setting({"k": [1, 2], "name": ["a", "b"]})
    assert [tuple(setting.values()) for setting in settings] == [
        (1, "a"),
        (1, "b"),
        (2, "a"),
        (2, "b"),
    ]
    assert list(settings[0]) == ["k", "name"]


def test_a_few_settings_cover_every_value_of_any_grid(rng):
    for _ in range(100):
        widths = rng.integers(1, 8, size=rng.integers(1, 5))
        grids = {f"s{i}": list(range(width)) for i, width in enumerate(widths)}
        first = {name: int(rng.choice(values)) for name, values in grids.items()}
        chosen = [tuple(setting.values()) for setting in covering_settings(grids, first)]
        assert chosen[0] == tuple(first.values())
        for values, column in zip(grids.values(), zip(*chosen, strict=True), strict=True):
            assert set(column) == set(values)
        assert len(set(chosen)) == len(chosen) == min(max(6, *widths), prod(widths))


def test_the_few_settings_take_new_pairs_of_values_first():
    chosen = covering_settings(dict.fromkeys("abc", [1, 2, 3]), dict.fromkeys("abc", 2))
    pairs = [pair for setting in chosen for pair in combinations(setting.items(), 2)]
    assert len(set(pairs)) == len(pairs) == 18, "of 27 that there are"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-5, "1e-05"),
        (0.5, "0.5"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333"),
        (1.0000001, "1.0000001"),
        (3, "3"),
        ("a", "a"),
    ],
)
def test_the_text_of_a_value_is_short_but_never_that_of_another_value(value, text):
    assert value_text(value) == text


def test_labels_have_room_for_the_longest_and_for_a_gap():
    """Half an em or a little more for each letter, in the fonts of notebooks and browsers."""
    assert labels_width(["k"]) > 1.5
    longer = labels_width(["k", "latent dimensions"]) - labels_width(["k"])
    assert 0.5 * 16 < longer < 0.7 * 16
