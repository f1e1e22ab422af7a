"""Stored runs are found by name, and some of their nets come out again."""

import numpy as np
import pytest

from aehelpers.course import long_runs, stored_run
from aehelpers.sweeps import fit_all
from benchmarks import code_and_noise


def test_a_stored_run_is_found_by_name():
    assert stored_run("historical") == long_runs()
    with pytest.raises(
        ValueError, match="called 'other': there are code_and_noise, historical"
    ):
        stored_run("other")


def test_each_version_of_code_and_noise_has_its_seeds():
    found = stored_run("code_and_noise")
    assert len(found) == 8
    assert {len(values[key]) for values in found.values() for key in ("mse", "order")} == {20}


@pytest.mark.parametrize("code, noise", [("bounded", "noise"), ("bounded", "no noise")])
def test_nets_of_code_and_noise_come_out_again(code, noise):
    """Two seeds of each; a net that is not in order may be another one on another processor."""
    X, t = code_and_noise.spiral()
    stored = stored_run("code_and_noise")[f"{code} code, {noise}, rate 0.03"]
    seeds = [seed for seed in code_and_noise.SEEDS if stored["order"][seed] > 0.99][:2]
    fitted = fit_all(code_and_noise.nets(code, noise, 0.03, seeds), X)
    orders = code_and_noise.measured(fitted, X, t)["order"]
    assert np.min(orders) > 0.99
