"""Intervals over seeds and splits, shares, and the area under the ROC curve."""

import numpy as np
import pytest

from aehelpers.course import fit_side_by_side, mean_interval, recipes, share_interval
from aehelpers.metrics import auroc

stats = pytest.importorskip("scipy.stats", reason="needs pip install 'aehelpers[lab]'")


def test_an_interval_over_seeds_is_students(rng):
    values = rng.normal(3, 2, 10)
    expected = stats.t.interval(0.95, 9, values.mean(), stats.sem(values))
    assert mean_interval(values) == pytest.approx((values.mean(), *expected))
    assert mean_interval(list(values)) == mean_interval(values)


@pytest.mark.parametrize("m, factor", [(10, 1.87), (5, 1.5)])
def test_an_interval_over_splits_is_wider(rng, m, factor):
    """Nadeau and Bengio's factor, for tests on a fifth of the samples."""
    values = rng.normal(3, 2, m)
    (mean, low, high), (same, wide_low, wide_high) = (
        mean_interval(values, share) for share in (None, 0.2)
    )
    assert same == mean and wide_low + wide_high == pytest.approx(low + high)
    assert (wide_high - wide_low) / (high - low) == pytest.approx(factor, abs=0.005)


def test_an_interval_holds_the_mean_as_often_as_it_says(rng):
    held = [
        low < 0 < high
        for _, low, high in (mean_interval(rng.normal(size=6)) for _ in range(2000))
    ]
    assert 0.94 < np.mean(held) < 0.96


@pytest.mark.parametrize("hits, n", [(0, 20), (5, 20), (20, 20), (1, 1)])
def test_the_interval_of_a_share_is_wilsons(hits, n):
    share, low, high = share_interval(hits, n)
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert share == hits / n
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-7)


@pytest.mark.parametrize(
    "function, arguments, message",
    [
        (mean_interval, ([1.0],), "two values or more"),
        (mean_interval, ([[1.0, 2.0]],), r"\(m,\), got the shape \(1, 2\)"),
        (mean_interval, ([1.0, 2.0], 1.0), "between 0 and 1, got 1.0"),
        (share_interval, (3, 2), "got 3, 2"),
        (share_interval, (0, 0), "got 0, 0"),
        (auroc, ([1.0, 2.0], [1, 0]), "True and False, got int"),
        (auroc, ([1.0, 2.0], [True]), r"must be \(2,\)"),
        (auroc, ([1.0, 2.0], [True, True]), "one normal sample"),
        (auroc, ([1.0, np.nan], [True, False]), "NaN"),
        (auroc, ([[1.0]], [[True]]), r"scores must be \(n,\)"),
    ],
)
def test_what_has_no_interval_or_area_is_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


@pytest.mark.parametrize("decimals", [1, 8])
def test_auroc_counts_pairs(rng, decimals):
    """With one decimal there are many ties."""
    scores, anomalous = rng.random(80).round(decimals), rng.random(80) < 0.3
    pairs = scores[anomalous][:, None] - scores[~anomalous]
    assert auroc(scores, anomalous) == pytest.approx(((pairs > 0) + (pairs == 0) / 2).mean())
    assert auroc(-scores, anomalous) == pytest.approx(1 - auroc(scores, anomalous))


def test_nets_trained_side_by_side_are_as_trained_alone(X):
    def net(seed):
        return recipes.published_net(seed).set_params(epochs=5)

    fitted = fit_side_by_side([net(seed) for seed in range(3)], X, ensemble_size=2)
    for seed, model in enumerate(fitted):
        np.testing.assert_allclose(model.theta_, net(seed).fit(X).theta_, rtol=1e-12)
