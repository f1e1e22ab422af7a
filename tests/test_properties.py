"""Whatever is given: a right answer, or a ValueError or TypeError of the package's own.

Hypothesis draws the inputs. Everything runs with floats that complain and warnings as errors,
and no call may write into what it is given.
"""

import linecache
import pickle
import traceback
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from family import FAMILY, VARIATIONAL, make
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy
from scipy import sparse

import aehelpers
from aehelpers import data, load, metrics, sweeps

PACKAGE = Path(aehelpers.__file__).parent
SAMPLES = np.random.default_rng(0).random((6, 4))
POSITIONS, CLASSES = np.arange(6.0), np.arange(6) % 2
SLOW = settings(suppress_health_check=list(HealthCheck))

# ---- answers -------------------------------------------------------------------------------


def is_our_own(error):
    """Whether a statement `raise` in the package raised it: no message of NumPy or Python."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    line = linecache.getline(last.filename, last.lineno).strip()
    return Path(last.filename).is_relative_to(PACKAGE) and line.startswith("raise ")


def answer(call, *inputs):
    """What the call returns, or None if it refuses the inputs with an error of our own."""
    before = [frozen(each) for each in inputs]
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "X (has|does not have valid) feature names")
            result = call(*inputs)
    except (ValueError, TypeError) as error:
        if not is_our_own(error):
            raise
        result = None
    except FloatingPointError as error:
        if not str(error).startswith("training diverged"):
            raise
        result = None
    assert [frozen(each) for each in inputs] == before
    return result


def frozen(value):
    """The bytes of a value, to be compared later; None for what is drawn from or not copied."""
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return None
    if hasattr(value, "iloc"):  # pandas keeps things in a frame that it was asked for once
        value = np.asarray(value, dtype=object).tolist()
    try:
        return pickle.dumps(value)
    except (TypeError, AttributeError, pickle.PicklingError, RecursionError):
        return None


def arrays_in(result):
    """All arrays of numbers, and numbers, in a result."""
    if isinstance(result, tuple | list):
        return [array for part in result for array in arrays_in(part)]
    if isinstance(result, dict):
        return arrays_in(list(result.values()))
    is_array = isinstance(result, np.ndarray) and result.dtype.kind == "f"
    return [result] if is_array or isinstance(result, float) else []


# ---- inputs of every kind ------------------------------------------------------------------


class Thing:
    """No number, and without an order."""


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def nested(depth):
    return [] if not depth else [nested(depth - 1)]


def contained_in_itself():
    values = [1.0]
    values.append(values)
    return values


LAYOUTS = {  # other forms of the same numbers
    "array": np.array,
    "Fortran": np.asfortranarray,
    "backwards": lambda X: np.array(X[::-1, ::-1])[::-1, ::-1],
    "strided": lambda X: np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)[::2, ::3],
    "big-endian": lambda X: X.astype(X.dtype.newbyteorder(">")),
    "read-only": read_only,
    "long double": lambda X: X.astype(np.longdouble),
    "list": lambda X: X.tolist(),
    "tuple": lambda X: tuple(map(tuple, X.tolist())),
    "list of arrays": list,
    "objects": lambda X: X.astype(object),
    "fractions": lambda X: [[Fraction(x) for x in row] for row in X.tolist()],
    "decimals": lambda X: [[Decimal(x) for x in row] for row in X.tolist()],
    "nothing masked": np.ma.array,
    "frame": lambda X: pd.DataFrame(X, index=np.arange(len(X))[::-1] // 2),
    "named frame": lambda X: pd.DataFrame(X).add_prefix("x"),
    "pandas' own": lambda X: pd.DataFrame(X).astype("Float64"),
}
with np.errstate(all="ignore"):
    TINY, HUGE = SAMPLES * 1e-310, SAMPLES * 1.7e308
    ODDITIES = [
        *(None, "abc", "", b"abc", 3, True, 1j, np.nan, 10**400, Thing, Thing(), print),
        *({1, 2}, {}, {"a": [1, 2]}, range(4), slice(3), pd.NA, pd.NaT, np.ma.masked),
        *([], [[]], [[], []], nested(5), contained_in_itself(), [[1, 2, 3, 4], [1, 2]]),
        *([[1, [2, 3], 3, 4]] * 2, [[Thing()] * 4] * 6, [[1j, 2, 3, 4]] * 6, [["1"] * 4] * 6),
        *([[1, None, 2, 3]] * 6, [[pd.NA] * 4] * 6, [[pd.NaT] * 4] * 6, [[b"1"] * 4] * 6),
        *([[10**30] * 4] * 6, [[10**400] * 4] * 6, [[-(10**400), 1, 2, 3]] * 6),
        *([[Decimal(word)] * 4] * 6 for word in ("nan", "sNaN", "-inf", "1e999", "1e-999")),
        *([[Fraction(10**400)] * 4] * 6, [[Fraction(1, 10**400)] * 4] * 6),
        *(SAMPLES[0], SAMPLES[None], SAMPLES[:1], SAMPLES[:, :1], SAMPLES[:, :3], SAMPLES[:5]),
        *(np.zeros(shape) for shape in ((6, 8), (0, 4), (6, 0), (2, 2, 2, 2, 2))),
        *(np.zeros((6, 4)), -np.zeros((6, 4)), np.full((6, 4), 0.5), np.full((6, 4), 5e-324)),
        *(SAMPLES * size for size in (1e-300, 1e-200, 1e-160, 1e-40, 1e6, 1e20, 1e38)),
        *(SAMPLES * size for size in (1e39, 1e150, 1e160, 1e300)),
        *(TINY, HUGE, HUGE - 0.8e308, np.where(SAMPLES > 0.9, np.nan, SAMPLES)),
        *(np.where(SAMPLES > 0.9, np.inf, SAMPLES), np.full((6, 4), -np.inf), SAMPLES + 0j),
        *((SAMPLES * 9).astype(code) for code in "?bBhHiIlLqQefg"),
        *(np.full((6, 4), 2**63, "u8"), np.full((6, 4), 2**63 - 1), np.full((6, 4), -(2**63))),
        *(np.full((6, 4), np.longdouble("1e-400")), np.zeros((6, 4), "M8[s]")),
        *(np.zeros((6, 4), "m8[s]"), np.zeros((6, 4), "S3"), np.zeros((6, 4), "V8")),
        *(np.zeros(6, [("a", "f8")]), np.broadcast_to(SAMPLES[0], (6, 4))),
        *(np.ma.masked_greater(SAMPLES, 0.5), np.array([["a", "b"]])),
        *(sparse.csr_array(SAMPLES), sparse.csr_matrix(SAMPLES), sparse.coo_array(SAMPLES)),
        *(
            pd.DataFrame(),
            pd.Series(SAMPLES[:, 0]),
            pd.DataFrame(SAMPLES, columns=list("aaaa")),
        ),
        *(pd.DataFrame(SAMPLES, columns=["a", 1, "c", 2]), pd.DataFrame(SAMPLES > 0.5)),
        *(pd.DataFrame(SAMPLES).astype(kind) for kind in ("category", "string", "float32")),
        *(pd.DataFrame((SAMPLES * 9).astype(int)).astype("Int8"), pd.DataFrame([["a", 1]])),
        *(form(SAMPLES) for form in LAYOUTS.values()),
    ]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.complex_numbers()
    | st.fractions()
    | st.decimals()
)


@st.composite
def arrays(draw):
    """Arrays of any dtype and shape, and above all of four numbers in a row."""
    shape = draw(of_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))
    shape = draw(st.sampled_from([shape, (6, 4), (3, 4)]))
    with np.errstate(all="ignore"):  # of Hypothesis's own casts
        return draw(of_numpy.arrays(of_numpy.scalar_dtypes(), shape, fill=st.nothing()))


ANYTHING = (
    st.sampled_from(ODDITIES)
    | arrays()
    | st.lists(st.lists(SCALARS, min_size=4, max_size=4), min_size=1, max_size=6)
    | st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4), max_leaves=8)
)

FITTED = {
    (member, dtype, standard): make(member, dtype=dtype, standardize=standard).fit(SAMPLES)
    for member in FAMILY
    for dtype in ("float64", "float32")
    for standard in (False, True)
    if not standard or member not in ("salt_pepper", "variational pixels")
}
MODELS = st.sampled_from(list(FITTED))
METHODS = ["transform", "inverse_transform", "reconstruct", "score", "unpack", "corrupt"]
METHODS += ["posterior", "kl", "elbo", "importance_bound", "get_feature_names_out"]
# What may honestly be infinite, for it may lie beyond the dtype. NaN it may be only if it is
# a difference of two of these.
MAY_BE_INFINITE = {"posterior", "kl", "elbo", "importance_bound", "psnr"}


@SLOW
@pytest.mark.parametrize("method", METHODS)
@given(key=MODELS, X=ANYTHING)
def test_a_fitted_estimator_answers_or_refuses(method, key, X):
    assume(hasattr(FITTED[key], method))
    result = answer(getattr(FITTED[key], method), X)
    for array in arrays_in(result):
        assert method in MAY_BE_INFINITE or np.isfinite(array).all()


@pytest.mark.parametrize("key", FITTED, ids=str)
def test_every_oddity_is_transformed_or_refused(key):
    model = FITTED[key]
    for X in ODDITIES:
        Z = answer(model.transform, X)
        assert Z is None or (Z.dtype == model.theta_.dtype and np.isfinite(Z).all())


def fit_self(model, X):
    return model.fit(X).theta_


def fit_with_validation(model, X):
    return model.fit(SAMPLES, validation=X).history_["loss"]


def partial_fit(model, X):
    return model.partial_fit(X).theta_


def fit_in_steps(model, X):
    for _ in model.fit_steps(X):
        pass
    return model.theta_


@SLOW
@pytest.mark.parametrize("way", [fit_self, fit_with_validation, partial_fit, fit_in_steps])
@given(
    member=st.sampled_from(list(FAMILY)),
    dtype=st.sampled_from(["float64", "float32"]),
    standardize=st.booleans(),
    X=ANYTHING,
)
def test_an_estimator_learns_or_refuses(way, member, dtype, standardize, X):
    model = make(member, dtype=dtype, standardize=standardize)
    for array in arrays_in(answer(lambda X: way(model, X), X)):
        assert np.isfinite(array).all()


@SLOW
@given(key=MODELS, X=ANYTHING)
def test_an_estimator_goes_on_or_refuses(key, X):
    model = pickle.loads(pickle.dumps(FITTED[key]))
    answer(lambda X: partial_fit(model, X), X)
    assert np.isfinite(model.theta_).all()


@SLOW
@given(key=MODELS, theta=ANYTHING, X=ANYTHING, which=st.integers(0, 2))
def test_loss_and_gradient_are_computed_or_refused(key, theta, X, which):
    model = FITTED[key]
    theta = model.theta_ if which == 0 else theta
    X = SAMPLES if which == 1 else X
    result = answer(model.loss_and_grad, theta, X)
    if result is not None:
        assert result[1].shape == np.shape(theta)


@SLOW
@given(member=st.sampled_from(VARIATIONAL), X=ANYTHING, Z=ANYTHING, which=st.integers(0, 2))
def test_a_likelihood_is_computed_or_refused(member, X, Z, which):
    model = FITTED[member, "float64", False]
    X = SAMPLES if which == 0 else X
    Z = model.transform(SAMPLES) if which == 1 else Z
    log_p = answer(model.log_likelihood, X, Z)
    assert log_p is None or not (log_p == np.inf).any()


LINE = metrics.PCA(2).fit(SAMPLES)
OF_TWO = {
    "mse": metrics.mse,
    "mae": metrics.mae,
    "max_error": metrics.max_error,
    "explained_variance": metrics.explained_variance,
    "psnr": metrics.psnr,
    "trustworthiness": lambda X, Z: metrics.trustworthiness(X, Z, 2),
    "continuity": lambda X, Z: metrics.continuity(X, Z, 2),
    "procrustes_distance": metrics.procrustes_distance,
    "order_correlation": metrics.order_correlation,
}
OF_ONE = {
    "active_units": metrics.active_units,
    "order_correlation of z": lambda z: metrics.order_correlation(z, POSITIONS),
    "mse_of_reconstruction": lambda X: metrics.mse_of_reconstruction(LINE, X),
    "linear_probe Z_train": lambda Z: metrics.linear_probe(Z, CLASSES, SAMPLES, CLASSES),
    "linear_probe y_train": lambda y: metrics.linear_probe(SAMPLES, y, SAMPLES, CLASSES),
    "linear_probe Z_test": lambda Z: metrics.linear_probe(SAMPLES, CLASSES, Z, CLASSES),
    "linear_probe y_test": lambda y: metrics.linear_probe(SAMPLES, CLASSES, SAMPLES, y),
    "PCA transform": LINE.transform,
    "PCA inverse_transform": LINE.inverse_transform,
    "PCA reconstruct": LINE.reconstruct,
    "PCA score": LINE.score,
    "PCA get_feature_names_out": LINE.get_feature_names_out,
    "minmax": data.minmax,
    "spiral_curve": data.spiral_curve,
    "clusters": lambda X: data.clusters(10, centers=X, random_state=0),
    "split": lambda X: data.split(X, random_state=0) and None,
    "split with others": lambda X: data.split(SAMPLES, X, random_state=0) and None,
    "fit_all X": lambda X: [m.theta_ for m in sweeps.fit_all([make("plain")] * 1, X)],
    "fit_all two X": lambda X: [
        m.theta_
        for m in sweeps.fit_all([make("plain"), make("plain", latent_dim=1)], [X, SAMPLES])
    ],
    "fit_all models": lambda models: sweeps.fit_all(models, SAMPLES),
}


@SLOW
@pytest.mark.parametrize("name", OF_ONE)
@given(X=ANYTHING)
def test_a_function_answers_or_refuses(name, X):
    assert all(np.isfinite(array).all() for array in arrays_in(answer(OF_ONE[name], X)))


@pytest.mark.parametrize("name", OF_ONE)
def test_a_function_answers_or_refuses_every_oddity(name):
    for X in ODDITIES:
        assert all(np.isfinite(array).all() for array in arrays_in(answer(OF_ONE[name], X)))


@SLOW
@pytest.mark.parametrize("name", OF_TWO)
@given(X=ANYTHING, Z=ANYTHING, which=st.integers(0, 2))
def test_a_metric_answers_or_refuses(name, X, Z, which):
    """Of two things, of a thing and the samples, and of a thing and itself."""
    Z = (Z, SAMPLES, X)[which]
    for pair in ((X, Z), (Z, X)):
        value = answer(OF_TWO[name], *pair)
        assert value is None or np.isfinite(value) or (name, value) == ("psnr", np.inf)


@SLOW
@given(X=ANYTHING)
def test_pca_is_found_or_refused(X):
    try:
        pca = answer(metrics.PCA(1).fit, X)
    except FloatingPointError as error:  # the square of a singular value, which is as good as 0
        assert "underflow" in str(error)
    else:
        assert pca is None or np.isfinite(pca.transform(X)).all()


# ---- arguments of every kind ---------------------------------------------------------------

VALUES = [
    *(None, True, np.bool_(False), 0, 1, 2, -1, np.int8(2), np.int8(100), np.uint8(200)),
    *(np.uint64(3), np.array(2), np.array([2]), np.array([1, 2]), "2", "relu", np.str_("relu")),
    *(np.array("relu"), b"relu", "", "learned", 2.0, 0.5, np.float32(0.5), np.float16(0.1)),
    *(np.longdouble("0.3"), np.longdouble("1e400"), np.longdouble("1e-400"), -0.0, 5e-324),
    *(1e-300, 1e300, float("nan"), float("inf"), -float("inf"), 10**400, -(10**400), 10**19),
    *(Decimal(2), Decimal("0.5"), Decimal("nan"), Decimal("sNaN"), Fraction(1, 2), Fraction(2)),
    *(
        Fraction(10**400),
        Fraction(1, 10**400),
        1j,
        [],
        (),
        [2],
        (2, 2),
        [3, 2.0],
        (np.int8(3),),
    ),
    *((10**20,), (0,), (True,), {}, {2: 3}, Thing, print, pd.NA, pd.NaT, pd.Series([2])),
    *(range(2), np.ma.masked, slice(2), np.random.default_rng(0), np.random.RandomState(0)),
]
VALUE = st.sampled_from(VALUES) | SCALARS
COUNTS = {"latent_dim", "hidden", "channels", "image_shape", "kernel_size", "stride"}
COUNTS |= {"epochs", "n_samples"}


def is_modest(name, value):
    """Whether the argument asks for a size that a test can wait for, or for one that none has.

    An `epochs` that is a whole number is taken, however large.
    """
    if name not in COUNTS or not isinstance(value, int):
        return True
    return value < 300 or (value > 1e12 and name != "epochs")


def use(model):
    """Use a model from its fit to its file; its codes, then what else it can give."""
    codes = model.fit(SAMPLES).transform(SAMPLES)
    assert codes.dtype == model.theta_.dtype == model.dtype
    assert model.partial_fit(SAMPLES) is model
    _, grad = model.loss_and_grad(model.theta_, SAMPLES, np.random.default_rng(0))
    assert grad.dtype == model.theta_.dtype
    results = [model.transform(SAMPLES), model.score(SAMPLES)]
    if hasattr(model, "corrupt"):
        results.append(model.corrupt(SAMPLES, 0))
    if hasattr(model, "elbo"):
        model.elbo(SAMPLES, 2), model.importance_bound(SAMPLES, 2)
        if model.loss == "squared_error":
            assert type(model.variance_) is float
        model.sample(2, 0)
    return results


ARGUMENTS = sorted({name for member in FAMILY for name in make(member).get_params()})


@SLOW
@pytest.mark.parametrize("name", [name for name in ARGUMENTS if name != "verbose"])
@given(member=st.sampled_from(list(FAMILY)), value=VALUE)
def test_an_argument_is_used_or_refused(name, member, value, tmp_path_factory):
    assume(name in make(member).get_params() and is_modest(name, value))
    model = make(member, **{name: value})
    results = answer(lambda value: use(model), value)
    if results is not None:
        path = tmp_path_factory.getbasetemp() / "model"
        model.save(path)
        np.testing.assert_array_equal(load(path).transform(SAMPLES), results[0])


MODEL, NOISY = FITTED["variational", "float64", False], FITTED["denoising", "float64", False]
CALLS = {
    "elbo n_samples": lambda value: MODEL.elbo(SAMPLES, value, 0),
    "elbo random_state": lambda value: MODEL.elbo(SAMPLES, 2, value),
    "importance_bound n_samples": lambda value: MODEL.importance_bound(SAMPLES, value, 0),
    "sample n_samples": lambda value: MODEL.sample(value, 0),
    "sample random_state": lambda value: MODEL.sample(2, value),
    "sample noise": lambda value: MODEL.sample(2, 0, noise=value),
    "corrupt random_state": lambda value: NOISY.corrupt(SAMPLES, value),
    "loss_and_grad rng": lambda value: NOISY.loss_and_grad(NOISY.theta_, SAMPLES, value),
    "set_output": lambda value: pickle.loads(pickle.dumps(LINE)).set_output(transform=value),
    "psnr data_range": lambda value: metrics.psnr(SAMPLES, SAMPLES / 2, value),
    "trustworthiness n_neighbors": lambda value: metrics.trustworthiness(
        SAMPLES, SAMPLES, value
    ),
    "continuity n_neighbors": lambda value: metrics.continuity(SAMPLES, SAMPLES, value),
    "active_units threshold": lambda value: metrics.active_units(SAMPLES, value),
    "PCA n_components": lambda value: metrics.PCA(value).fit(SAMPLES).transform(SAMPLES),
    "split test_share": lambda value: data.split(SAMPLES, test_share=value, random_state=0),
    "split random_state": lambda value: data.split(SAMPLES, random_state=value),
    "fit_all ensemble_size": lambda value: sweeps.fit_all(
        [make("plain")] * 1, SAMPLES, ensemble_size=value
    ),
    "mnist source": lambda value: data.mnist(0 if isinstance(value, str) else value),
    "mnist part": lambda value: data.mnist(PACKAGE, value),
}
for kind in (data.spiral, data.circle, data.swiss_roll, data.clusters):
    CALLS |= {
        f"{kind.__name__} n_samples": lambda value, kind=kind: kind(value, random_state=0),
        f"{kind.__name__} noise": lambda value, kind=kind: kind(9, noise=value, random_state=0),
        f"{kind.__name__} random_state": lambda value, kind=kind: kind(9, random_state=value),
    }


@SLOW
@pytest.mark.parametrize("name", CALLS)
@given(value=VALUE)
def test_a_call_with_an_argument_answers_or_refuses(name, value):
    assume(is_modest(name.split()[-1], value))
    if name == "spiral noise" and isinstance(value, float | np.floating | Fraction):
        assume(not 0 < value < 1e-290)  # a product that underflows complains, here alone
    assert all(np.isfinite(array).all() for array in arrays_in(answer(CALLS[name], value)))


# The same number in another type: it is the same argument, to the last bit.
SAME_NUMBERS = [
    ("plain", "latent_dim", np.int8(100), 100),
    ("plain", "hidden", (np.uint8(200), np.uint64(3)), (200, 3)),
    ("plain", "batch_size", np.int8(100), 100),
    ("plain", "epochs", np.uint8(3), 3),
    ("plain", "learning_rate", Fraction(1, 4), 0.25),
    ("plain", "learning_rate", np.longdouble(0.1), 0.1),
    ("plain", "init_scale", np.float64(0.5), 0.5),
    ("plain", "weight_decay", Fraction(1, 4), 0.25),
    ("plain", "code_noise", Fraction(1, 4), 0.25),
    ("plain", "standardize", np.bool_(True), True),
    ("variational", "latent_dim", np.int8(100), 100),
    ("variational", "beta", np.longdouble(3), 3.0),
    ("variational", "warm_up", Fraction(1, 2), 0.5),
    ("variational", "variance", Fraction(1, 2), 0.5),
    ("sparse kl", "sparsity_target", Fraction(1, 4), 0.25),
    ("sparse", "sparsity_weight", np.longdouble(0.1), 0.1),
    ("mask", "corruption_level", Fraction(1, 4), 0.25),
    ("denoising", "code_noise_fade", Fraction(1, 2), 0.5),
    ("convolutional", "channels", (np.int8(100),), (100,)),
    ("convolutional", "kernel_size", np.int8(3), 3),
    ("convolutional", "image_shape", (np.int8(2), np.int8(2)), (2, 2)),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("member, name, value, plain", SAME_NUMBERS, ids=str)
def test_a_number_of_another_type_is_the_same_argument(
    member, name, value, plain, dtype, tmp_path
):
    X = np.tile(SAMPLES, (50, 1))  # more than one batch of 100
    one, other = (make(member, dtype=dtype, **{name: it}).fit(X) for it in (value, plain))
    np.testing.assert_array_equal(one.theta_, other.theta_)
    one.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").fit(X).theta_, other.theta_)


def test_short_whole_numbers_are_counted_with_in_full():
    X, Z = np.random.default_rng(0).random((2, 300, 2))
    assert metrics.trustworthiness(X, Z, np.int8(100)) == metrics.trustworthiness(X, Z, 100)
    for kind in (data.spiral, data.circle, data.swiss_roll, data.clusters):
        for one, other in zip(
            kind(np.uint8(200), random_state=0), kind(200, random_state=0), strict=True
        ):
            np.testing.assert_array_equal(one, other)


# ---- right answers -------------------------------------------------------------------------


@st.composite
def numbers(draw, columns=4, least=2):
    """Samples (n, columns) of float64, whole numbers in one of many units, with many ties."""
    n = draw(st.integers(least, 9))
    few = st.integers(-3, 3) | st.integers(-999, 999)
    values = draw(st.lists(few, min_size=n * columns, max_size=n * columns))
    unit = draw(st.sampled_from([0, -7, -200, 200]))
    return np.ldexp(np.reshape(np.array(values, float), (n, columns)), unit)


def exactly(X):
    return [Fraction(float(x)) for x in np.ravel(X)]


def assert_near(found, exact, digits=13):
    assert abs(Fraction(float(found)) - exact) <= abs(exact) * Fraction(1, 10**digits)


@given(X=numbers(), X_hat=numbers())
def test_errors_are_those_of_fractions(X, X_hat):
    n = min(len(X), len(X_hat))
    X, X_hat = X[:n], X_hat[:n]
    residual = [a - b for a, b in zip(exactly(X), exactly(X_hat), strict=True)]
    squares = sum(r * r for r in residual)
    assert_near(metrics.mse(X, X_hat), squares / len(residual))
    assert_near(metrics.mae(X, X_hat), sum(map(abs, residual)) / len(residual))
    longest = max(sum(r * r for r in residual[i : i + 4]) for i in range(0, 4 * n, 4))
    assert_near(Fraction(metrics.max_error(X, X_hat)) ** 2, longest, 12)
    means = [sum(exactly(column)) / n for column in X.T]
    variance = sum(
        (x - m) ** 2 for column, m in zip(X.T, means, strict=True) for x in exactly(column)
    )
    if variance > squares * Fraction(1, 10**9):
        found = Fraction(metrics.explained_variance(X, X_hat))
        assert abs(found - (1 - squares / variance)) <= Fraction(1, 10**9) * (
            1 + squares / variance
        )
    if squares:
        expected = -10 * np.log10(metrics.mse(X, X_hat))
        assert metrics.psnr(X, X_hat) == pytest.approx(expected, abs=1e-9)
    else:
        assert metrics.psnr(X, X_hat) == np.inf


ACTIVATIONS = {
    "identity": lambda x: x,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 0.5 + np.tanh(x / 2) / 2,
}


@SLOW
@given(
    X=numbers(),
    dtype=st.sampled_from(["float64", "float32"]),
    activations=st.tuples(*3 * [st.sampled_from(list(ACTIVATIONS))]),
    standardize=st.booleans(),
    seed=st.integers(0, 99),
)
def test_codes_and_reconstructions_are_those_of_the_formula(
    X, dtype, activations, standardize, seed
):
    assume(dtype == "float64" or np.abs(X).max() < 1e30)
    names = dict(
        zip(("activation", "latent_activation", "output_activation"), activations, strict=True)
    )
    model = make(
        "plain", hidden=(3,), epochs=0, dtype=dtype, standardize=standardize, random_state=seed
    )
    model.set_params(**names).fit(X)
    hidden, latent, output = (ACTIVATIONS[name] for name in activations)
    weights = {name: part.astype(float) for name, part in model.weights_.items()}
    with np.errstate(under="ignore"):
        mean, scale = (X.mean(axis=0), X.std(axis=0)) if standardize else (0, 1)
        constant = X.max(axis=0) == X.min(axis=0)
        scale = np.where(constant, 1, scale) if standardize else scale
        x = np.where(constant & standardize, 0, (X - mean) / scale)
        z = latent(hidden(x @ weights["W_e1"] + weights["b_e1"]) @ weights["W_e2"])
        x_hat = output(hidden(z @ weights["W_d1"]) @ weights["W_d2"]) * scale + mean
        # Where numbers cancel, the result is off by roundings of the largest one.
        size = np.abs(x).max() + 1, np.abs(x_hat).max() + np.abs(scale).max()
    tolerance = 1e-11 if dtype == "float64" else 1e-5
    np.testing.assert_allclose(model.transform(X), z, rtol=0, atol=tolerance * size[0])
    np.testing.assert_allclose(model.reconstruct(X), x_hat, rtol=0, atol=tolerance * size[1])
    np.testing.assert_array_equal(
        model.inverse_transform(model.transform(X)), model.reconstruct(X)
    )
    assert model.score(X) == pytest.approx(-metrics.mse(X, model.reconstruct(X)), rel=1e-12)


@SLOW
@given(
    key=MODELS,
    form=st.sampled_from(list(LAYOUTS)),
    dtype=st.sampled_from(["f8", "f4", "f2", "u1", "i4", "?"]),
    seed=st.integers(0, 99),
)
def test_the_form_of_the_samples_does_not_matter(key, form, dtype, seed):
    model, rng = FITTED[key], np.random.default_rng(seed)
    X = rng.random((7, 4)).astype(dtype)
    if dtype == "?" and form in ("fractions", "decimals", "pandas' own"):
        X = X.astype("u1")
    expected = model.transform(np.ascontiguousarray(X, float))
    Z = answer(model.transform, LAYOUTS[form](X))
    tolerance = {"rtol": 1e-4, "atol": 1e-5} if "float32" in key else {"rtol": 1e-9}
    np.testing.assert_allclose(Z, expected, **tolerance)
    order = rng.permutation(7)
    np.testing.assert_allclose(model.transform(X[order]), Z[order], **tolerance)


def test_a_memmap_is_taken_as_the_array_that_it_holds(tmp_path):
    array = SAMPLES.astype("f4")
    X = np.memmap(tmp_path / "X", "f4", "w+", shape=array.shape)
    X[:] = array
    X.flush()
    X = np.memmap(tmp_path / "X", "f4", "r", shape=array.shape)
    for key, model in FITTED.items():
        np.testing.assert_array_equal(model.transform(X), model.transform(array))
        np.testing.assert_array_equal(
            make(*key[:1], dtype=key[1]).fit(X).theta_,
            make(*key[:1], dtype=key[1]).fit(array).theta_,
        )
        assert type(model.reconstruct(X)) is np.ndarray
    for name, metric in OF_TWO.items():
        if name != "order_correlation":
            assert metric(X, X * 2) == metric(array, array * 2)


@SLOW
@given(key=MODELS, seed=st.integers(0, 99), n=st.integers(1, 9))
def test_what_a_variational_autoencoder_says_is_one(key, seed, n):
    model = FITTED[key]
    assume(hasattr(model, "elbo"))
    X = np.random.default_rng(seed).random((n, 4))
    mu, sigma = (part.astype(float) for part in model.posterior(X))
    kl = (mu**2 + sigma**2 - 1) / 2 - np.log(sigma)
    tolerance = 1e-5 if "float32" in key else 1e-12
    np.testing.assert_allclose(model.kl(X), kl, rtol=tolerance, atol=tolerance)
    x_hat = model.inverse_transform(mu)
    log_p = model.log_likelihood(X, mu)
    if "variational pixels" in key:
        expected = (X * np.log(x_hat) + (1 - X) * np.log1p(-x_hat)).sum(axis=1)
    else:
        variance = model.variance_ * model.scale_**2
        expected = -((X - x_hat) ** 2 / variance + np.log(2 * np.pi * variance)).sum(axis=1) / 2
    np.testing.assert_allclose(log_p, expected, rtol=100 * tolerance, atol=100 * tolerance)
    assert model.importance_bound(X, 1, seed) == pytest.approx(
        np.mean([
            log_prior + model.log_likelihood(X, Z)
            for Z, log_prior in model.draws(X, 1, seed)
        ]),
        rel=1e-9,
    )  # fmt: skip
    assert model.sample(n, seed).shape == (n, 4)


@SLOW
@given(X=numbers(), k=st.integers(1, 4))
def test_pca_is_a_projection_that_loses_the_smallest_variances(X, k):
    assume(k <= len(X) and len(np.unique(X, axis=0)) > 1)
    with np.errstate(under="ignore"):
        pca = metrics.PCA(k).fit(X)
        size, total = np.abs(X).max(), pca.variances_.sum()
        np.testing.assert_allclose(pca.components_ @ pca.components_.T, np.eye(k), atol=1e-12)
        Z, X_hat = pca.transform(X), pca.reconstruct(X)
        np.testing.assert_allclose(pca.transform(X_hat), Z, rtol=0, atol=1e-12 * size)
        left_out = pca.variances_[k:].sum() / 4
        assert abs(metrics.mse(X, X_hat) - left_out) <= 1e-12 * (total + size**2)
        assert abs((X.std(axis=0) ** 2).sum() - total) <= 1e-12 * (total + size**2)


@SLOW
@given(X=numbers(least=5), Z=numbers(columns=2, least=5))
def test_neighbours_are_those_of_a_direct_count(X, Z):
    n, k = min(len(X), len(Z)), 2
    X, Z = X[:n], Z[:n]

    def nearest(points):
        """For each point the others, by their distance and then by their number."""
        points = [exactly(point) for point in points]
        squares = [
            [sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) for y in points]
            for x in points
        ]
        others = [[j for j in range(n) if j != i] for i in range(n)]
        return [sorted(others[i], key=squares[i].__getitem__) for i in range(n)]

    of_x, of_z = nearest(X), nearest(Z)
    lost = sum(max(0, of_x[i].index(j) + 1 - k) for i in range(n) for j in of_z[i][:k])
    expected = 1 - lost * 2 / (n * k * (2 * n - 3 * k - 1))
    assert metrics.trustworthiness(X, Z, k) == pytest.approx(expected)
    assert metrics.continuity(Z, X, k) == pytest.approx(expected)


@SLOW
@given(
    X=numbers(least=5),
    power=st.sampled_from([-900, -600, 0, 600, 700]),
    seed=st.integers(0, 99),
)
def test_units_do_not_matter_to_neighbours_and_shapes(X, power, seed):
    Z = np.random.default_rng(seed).random((len(X), 4))
    assume(len(np.unique(X, axis=0)) > 1)
    scaled = np.ldexp(Z, power)
    assert metrics.trustworthiness(X, scaled, 2) == metrics.trustworthiness(X, Z, 2)
    assert metrics.procrustes_distance(X, scaled) == metrics.procrustes_distance(X, Z)
    assert metrics.max_error(scaled, 0 * scaled) == np.ldexp(metrics.max_error(Z, 0 * Z), power)


@SLOW
@given(t=st.lists(st.floats(-1e300, 1e300), min_size=3, max_size=9, unique=True))
def test_an_order_is_found_in_every_code_that_keeps_it(t):
    t = np.array(t)
    ranks = t.argsort().argsort()
    assert metrics.order_correlation(ranks, t) == pytest.approx(1)
    assert metrics.order_correlation(-ranks.astype("i1"), t) == pytest.approx(1)


def test_a_code_that_says_nothing_of_the_class_finds_as_many_as_a_guess():
    Z = np.array([[0.0, 1], [1, 0]]).repeat(2, axis=0)  # both classes have one mean
    assert metrics.linear_probe(Z, [0, 1, 0, 1], Z, [0, 1, 0, 1]) == 0.5


def test_a_variance_beyond_float64_is_infinite_and_nothing_is_drawn_with_it():
    model = make("variational").fit(SAMPLES)
    model.theta_[-1] = 1e3
    assert model.variance_ == np.inf
    with pytest.raises(ValueError, match="variance_ inf is too large to draw from"):
        model.sample(3)


@pytest.mark.parametrize("Z", [CLASSES, np.column_stack([CLASSES, 1 - CLASSES]) * 1e-9])
def test_a_code_that_is_nearly_the_class_is_read_without_a_mistake(Z):
    with pytest.raises(
        ValueError, match="all samples of a class have the same code in Z_train"
    ):
        metrics.linear_probe(Z, CLASSES, Z, CLASSES)
    Z = Z * (1 + 1e-3 * np.arange(len(Z)).reshape(-1, *[1] * (Z.ndim - 1)))
    for y in (CLASSES, CLASSES.astype(bool), np.array(["a", "b"])[CLASSES], CLASSES * 1.0):
        assert metrics.linear_probe(Z, y, Z[::-1], y[::-1]) == 1
        assert metrics.linear_probe(Z, list(y), Z, pd.Series(y, index=CLASSES)) == 1
        assert metrics.linear_probe(Z, y, Z, y[::-1]) == 0


@SLOW
@given(X=numbers())
def test_minmax_goes_from_0_to_1_in_every_feature_and_keeps_the_order(X):
    varies = np.ptp(X, axis=0) > 0
    assume(varies.any())
    X = X[:, varies]
    scaled = data.minmax(X)
    assert (scaled.min(axis=0) == 0).all() and (scaled.max(axis=0) == 1).all()
    for before, after in zip(X.T, scaled.T, strict=True):
        assert (np.diff(after[before.argsort()]) >= 0).all()


@SLOW
@given(n=st.integers(2, 30), share=st.floats(0.01, 0.99), seed=st.integers(0, 99))
def test_split_parts_the_rows_whatever_holds_them(n, share, seed):
    assume(0 < round(share * n) < n)
    rows = np.arange(n)
    odd = pd.Series(rows, index=rows[::-1] // 3)
    parts = data.split(rows, list(rows), odd, test_share=share, random_state=seed)
    train, test = parts[:2]
    assert len(test) == round(share * n) and sorted([*train, *test]) == list(rows)
    for part, expected in zip(parts, [train, test] * 3, strict=True):
        assert list(part) == list(expected)


@SLOW
@given(
    member=st.sampled_from(list(FAMILY)),
    standardize=st.booleans(),
    batch_size=st.none() | st.integers(1, 9),
    seeds=st.lists(st.integers(0, 99), min_size=1, max_size=3),
)
def test_models_fitted_together_or_step_by_step_are_those_fitted_alone(
    member, standardize, batch_size, seeds
):
    assume(not standardize or member not in ("salt_pepper", "variational pixels"))
    settings = {"standardize": standardize, "batch_size": batch_size}
    alone = [make(member, random_state=seed, **settings).fit(SAMPLES) for seed in seeds]
    models = [make(member, random_state=seed, **settings) for seed in seeds]
    for one, other in zip(alone, sweeps.fit_all(models, SAMPLES, ensemble_size=2), strict=True):
        np.testing.assert_allclose(other.theta_, one.theta_, rtol=1e-9, atol=1e-9)
        steps = make(member, random_state=one.random_state, **settings)
        np.testing.assert_array_equal(fit_in_steps(steps, SAMPLES), one.theta_)


@SLOW
@given(key=MODELS, n_models=st.integers(1, 3), seed=st.integers(0, 99))
def test_losses_of_many_models_are_those_of_each(key, n_models, seed):
    model, rng = FITTED[key], np.random.default_rng(seed)
    theta = model.theta_ + 0.1 * rng.standard_normal((n_models, model.theta_.size))
    theta = theta.astype(model.dtype)
    loss, grad = model.loss_and_grad(theta, SAMPLES)
    for i in range(n_models):
        one_loss, one_grad = model.loss_and_grad(theta[i], SAMPLES)
        tolerance = {"rtol": 1e-3, "atol": 1e-4} if "float32" in key else {"rtol": 1e-10}
        np.testing.assert_allclose(loss[i], one_loss, **tolerance)
        np.testing.assert_allclose(grad[i], one_grad, **{"atol": 1e-10} | tolerance)
