"""Activations, losses and penalties beside the same formulas with 60 digits, in both dtypes.

Each formula is a sum of terms. Its value may be off by a few roundings of the largest term: by
less than that where there is one term, as in exp(-s), and by as much where terms cancel, as in
1/2 + 1/2 tanh(x/2) far to the left. It may be no further off, neither at 0 nor far out.
"""

from functools import partial

import mpmath
import numpy as np
import pytest
from mpmath import exp, log, log1p, mpf, sqrt, tanh

from aehelpers import layers, losses

SIZES = [0, 1e-300, 1e-8, 1e-3, 0.03, 1, 30, 89, 104, 710, 746, 1e4]
PLACES = sorted({sign * size for size in SIZES for sign in (-1, 1)})
SHARES = [1e-300, 1e-38, 1e-8, 0.05, 0.3, 0.5, 1 - 1e-6]
ROUNDINGS = 4  # that a value may be off, in units of eps times its largest term


@pytest.fixture(autouse=True)
def many_digits():
    with mpmath.workdps(60), np.errstate(all="ignore"):  # no test asks for silence of floats
        yield


def cell(*numbers, dtype):
    """One sample."""
    return np.array([numbers], dtype)


def activation(layer, x):
    y, backward = layer.forward((), x)
    return y[0, 0], backward(np.ones_like(x), ())[0, 0]


def with_target(loss, target, x):
    value, delta = loss(x, np.full_like(x, target))
    return value, delta[0, 0]


def gaussian(x):
    """x as the logarithm of the variance; a residual of 2."""
    value, delta = losses.gaussian(cell(3, x[0, 0], dtype=x.dtype), np.ones_like(x))
    return value, delta[0, 1], delta[0, 0]


def kl(place, x):
    """x as the mean (place 0) or as the logarithm of the variance (1), the other one 0."""
    code = np.zeros((1, 2), x.dtype)
    code[0, place] = x[0, 0]
    value, delta = losses.gaussian_kl(code)
    np.testing.assert_array_equal(value, losses.kl_of_units(code)[0, 0])
    return value, delta[0, place]


def penalty(f, x):
    value, delta = f(x)
    return value, delta[0, 0]


def terms_of_logit(t):
    """Of log(1 + e^a) - a t and of sigmoid(a) - t."""

    def terms(a):
        softplus = max(a, 0) + log1p(exp(-abs(a)))
        return [softplus, -a * t], [mpf(1) / 2, tanh(a / 2) / 2, -mpf(t)]

    return terms


def terms_of_bernoulli(t):
    def terms(p):
        return [-t * log(p), -(1 - t) * log1p(-p)], [(p - t) / (p * (1 - p))]

    return terms


def terms_of_sparsity(target):
    target = mpf(target)

    def terms(p):
        on, off = target / p, (1 - target) / (1 - p)
        # A logarithm of what is near 1 is off by a rounding of 1.
        value = [target * (log(on) - 1), (1 - target) * (log(off) - 1), mpf(1)]
        return value, [off, -on]

    return terms


EPS = mpf("0.03")
# {name: (value and derivatives of x (1, 1) in its dtype, lists of their terms)}.
FORMULAS = {
    "sigmoid": (
        partial(activation, layers.Sigmoid()),
        # y (1 - y) has the absolute error of y.
        lambda x: (
            [mpf(1) / 2, tanh(x / 2) / 2],
            [mpf(1) / 4, -(tanh(x / 2) ** 2) / 4],
        ),
    ),
    "tanh": (
        partial(activation, layers.Tanh()),
        lambda x: ([tanh(x)], [mpf(1), -(tanh(x) ** 2)]),
    ),
    "relu": (partial(activation, layers.ReLU()), lambda x: ([max(x, mpf(0))], [mpf(x > 0)])),
    "gaussian": (
        gaussian,
        lambda s: (
            [2 * exp(-s), s / 2, log(2 * mpmath.pi) / 2],
            [mpf(1) / 2, -2 * exp(-s)],
            [2 * exp(-s)],
        ),
    ),
    "kl of the mean": (partial(kl, 0), lambda m: ([m * m / 2, mpf(1) / 2, -mpf(1) / 2], [m])),
    "kl of the variance": (
        partial(kl, 1),
        lambda s: ([exp(s) / 2, -s / 2, -mpf(1) / 2], [exp(s) / 2, -mpf(1) / 2]),
    ),
    "l1": (
        partial(penalty, losses.l1),
        lambda z: ([sqrt(z * z + EPS**2), -EPS], [z / sqrt(z * z + EPS**2)]),
    ),
}
for t in (0.0, 0.25, 1.0):
    FORMULAS[f"logit {t}"] = (
        partial(with_target, losses.bernoulli_of_logit, t),
        terms_of_logit(t),
    )
OF_SHARES = {
    "sparsity_kl": (partial(penalty, losses.sparsity_kl), terms_of_sparsity("0.05")),
    "sparsity_kl 0.3": (
        partial(penalty, partial(losses.sparsity_kl, target=0.3)),
        terms_of_sparsity("0.3"),
    ),
}
for t in (0.0, 0.25, 1.0):
    OF_SHARES[f"bernoulli {t}"] = (
        partial(with_target, losses.bernoulli, t),
        terms_of_bernoulli(t),
    )


def assert_close(found, terms, dtype):
    """`found` is the sum of the terms, to a few roundings of the largest of them."""
    info, largest = np.finfo(dtype), max(abs(term) for term in terms)
    assert found.dtype == dtype
    if largest > float(info.max) / 2:  # the formula itself goes beyond the dtype
        assert abs(mpf(float(found))) > float(info.max) / 8 and not np.isnan(found)
        assert (found > 0) == (mpmath.fsum(terms) > 0)
        return
    allowed = ROUNDINGS * float(info.eps) * largest + float(info.tiny)
    assert abs(mpf(float(found)) - mpmath.fsum(terms)) <= allowed


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", [*FORMULAS, *OF_SHARES])
def test_values_and_derivatives_are_right_to_a_few_roundings(name, dtype):
    f, terms = (FORMULAS | OF_SHARES)[name]
    for place in PLACES if name in FORMULAS else SHARES:
        x = cell(place, dtype=dtype)
        if name in OF_SHARES and x[0, 0] == 0:
            continue  # no share in (0, 1)
        exact = terms(mpf(float(x[0, 0])))
        for found, parts in zip(f(x), exact, strict=True):
            assert_close(np.asarray(found), parts, dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("layer", [layers.Sigmoid(), layers.Tanh()], ids=["sigmoid", "tanh"])
def test_a_saturated_unit_is_at_its_end_and_never_beyond(layer, dtype):
    x = np.array([[-1e4, -104, -30, 0, 30, 104, 1e4]], dtype)
    y, backward = layer.forward((), x)
    low = 0 if isinstance(layer, layers.Sigmoid) else -1
    assert y[0, 0] == low and y[0, -1] == 1
    assert (np.diff(y) >= 0).all() and (backward(np.ones_like(x), ()) >= 0).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_wrong_certainty_costs_what_it_should_and_still_learns(dtype):
    for a, t in ((1e4, 0.0), (-1e4, 1.0)):
        loss, delta = with_target(losses.bernoulli_of_logit, t, cell(a, dtype=dtype))
        assert loss == 1e4 and abs(delta) == 1
    loss, delta = with_target(losses.bernoulli_of_logit, 1.0, cell(1e4, dtype=dtype))
    assert loss == 0 and delta == 0
