"""Intervals for what is measured more than once: means over seeds or splits, and shares."""

import numpy as np

from ..extras import from_extra
from ..samples import as_array


def mean_interval(values, test_share=None):
    """Return the mean of values and its 95 % interval: (mean, low, high).

    Student's interval, mean -+ t s sqrt(1/m), of m independent values. If the values come from
    m random splits of one data set, they are not independent, because the splits share samples.
    Then 1/m becomes 1/m + test_share / (1 - test_share) (Nadeau and Bengio, "Inference for the
    generalization error", Machine Learning 52, 2003).

    values : (m,), m at least 2.   test_share : the share of the samples that each split tests
        on, such as 0.2; None: the values are independent, as over seeds of one training set.
    """
    values = as_array(values, "values").astype(float)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(
            f"an interval needs two values or more, (m,), got the shape {values.shape}"
        )
    if test_share is not None and not 0 < test_share < 1:
        raise ValueError(f"test_share must lie between 0 and 1, got {test_share!r}")
    stats = from_extra("scipy.stats")
    m = len(values)
    shared = 0.0 if test_share is None else test_share / (1 - test_share)
    half = stats.t.ppf(0.975, m - 1) * values.std(ddof=1) * np.sqrt(1 / m + shared)
    mean, half = float(values.mean()), float(half)
    return mean, mean - half, mean + half


def share_interval(hits, n):
    """Return a share hits / n and its 95 % interval by Wilson: (share, low, high).

    The interval holds the shares p of which hits / n is at most z = 1.96 standard errors
    sqrt(p (1 - p) / n) away (Wilson, Journal of the American Statistical Association 22, 1927).
    """
    if not 0 <= hits <= n or n < 1:
        raise ValueError(f"hits must lie between 0 and n, and n be 1 or more: got {hits}, {n}")
    z, share = 1.959964, hits / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return share, max(0.0, float(middle - half)), min(1.0, float(middle + half))
