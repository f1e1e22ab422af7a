"""Stored runs are found beside the notebooks, and their absence is explained."""

import pytest

from aehelpers.course import long_runs


def test_long_runs_are_read_and_their_absence_is_explained(tmp_path):
    file = tmp_path / "runs.json"
    with pytest.raises(FileNotFoundError, match="runs.json: open the notebook where it lies"):
        long_runs(file)
    file.write_text('{"A": {"value": 2.5}}')
    assert long_runs(file)["A"]["value"] == 2.5


# Exercises
