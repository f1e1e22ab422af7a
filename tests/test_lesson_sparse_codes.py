"""What the notebook on sparse codes computes in the package."""

import numpy as np
import pytest

from aehelpers.course.explorers import sparse_codes


@pytest.mark.parametrize("kind", sparse_codes.SOURCES)
def test_sources_have_variance_1_and_whitening_makes_it_so(kind):
    S = sparse_codes.sources(kind)
    assert S.var(axis=0) == pytest.approx([1, 1], abs=0.1)
    white = sparse_codes.whiten(S @ sparse_codes.MIXING + 3)
    assert np.cov(white.T, bias=True) == pytest.approx(np.eye(2), abs=1e-9)


def test_the_smallest_mean_size_finds_sparse_sources():
    S = sparse_codes.sources("Laplace")
    white = sparse_codes.whiten(S @ sparse_codes.MIXING)
    best = min(range(90), key=lambda degrees: sparse_codes.mean_size(white, degrees))
    Z = white @ sparse_codes.directions(best).T
    match = np.abs(np.corrcoef(Z.T, S.T)[:2, 2:]).max(axis=1)
    assert (match > 0.99).all()


def test_radii():
    dot, pair = np.zeros((2, 8, 8))
    dot[3, 4], pair[2, 1], pair[2, 5] = -2, 1, 1
    even = np.ones(64)
    found = sparse_codes.radii(np.stack([dot.ravel(), pair.ravel(), even]))
    assert found == pytest.approx([0, 2, np.sqrt(2 * 63 / 12)], abs=1e-7)


def test_photographs_are_grey_and_halved():
    for image in sparse_codes.grey_photographs():
        assert image.shape == (213, 320) and 0 <= image.min() and image.max() <= 1
