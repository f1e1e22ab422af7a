"""What may be given as X is taken as it is or refused by name; no long sum loses digits."""

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from aehelpers import Autoencoder, DenoisingAutoencoder, VariationalAutoencoder, metrics
from aehelpers.samples import (
    as_samples,
    feature_names,
    in_pieces,
    moments,
    real_numbers,
    row_slices,
    rows,
)

# ---- numbers -------------------------------------------------------------------------------

NUMBERS = {
    "list": [[1, 0], [0, 3]],
    "float32": np.array([[1, 0], [0, 3]], "f4"),
    "unsigned": np.array([[1, 0], [0, 3]], "u1"),
    "objects": np.array([[1, False], [np.int8(0), Decimal(3)]], object),
    "whole and true": pd.DataFrame({"a": [1, 0], "b": [False, True]}).mul([1, 1]),
    "frame": pd.DataFrame({"a": [1, 0], "b": [0.0, 3.0]}),
    "pandas' own": pd.DataFrame({"a": [1, 0], "b": [0.0, 3.0]}).convert_dtypes(),
    "columns mixed": pd.DataFrame({"a": [True, False], "b": [0, 3]}),
    "no mask": np.ma.array([[1, 0], [0, 3]]),
}


@pytest.mark.parametrize("what", NUMBERS)
def test_real_numbers_of_every_kind_are_taken(what):
    expected = [[1, 0], [0, 1 if what == "whole and true" else 3]]
    np.testing.assert_array_equal(as_samples(NUMBERS[what]).astype(float), expected)


def test_an_array_of_numbers_is_not_copied():
    for dtype in ("float64", "float32", "uint8", "bool"):
        X = np.ones((3, 2), dtype)
        assert as_samples(X) is X


UNUSABLE = {
    "text": ([["a", "b"]], TypeError, "must hold real numbers, got dtype <U1"),
    "digits as text": (np.array([["1", 2]], object), TypeError, r"at \(0, 0\) it has '1'"),
    "a word in a frame": (pd.DataFrame({"a": [1], "b": ["x"]}), TypeError, "it has 'x'"),
    "dates": (np.array([["2020-01-01"]], "M8[D]"), TypeError, "got dtype datetime64"),
    "missing": ([[1, None]], ValueError, "1 values that are NaN.*row 0, column 1"),
    "NA": (pd.DataFrame({"a": [1, None]}, dtype="Int64"), ValueError, "row 1, column 0"),
    "masked": (np.ma.array([[1, 2]], mask=[[0, 1]]), ValueError, "has masked values"),
    "complex": (np.ones((2, 2)) * 1j, ValueError, "complex128. Complex data not supported"),
    "sparse": (sparse.csr_array(np.eye(2)), TypeError, r"sparse matrix.*X?.toarray\(\)"),
    "sparse matrix": (sparse.csr_matrix(np.eye(2)), TypeError, "sparse input is not supp"),
    "1-D": (np.ones(3), ValueError, r"got shape \(3,\). Reshape your data: a single sample is"),
    "3-D": (np.ones((2, 8, 8)), ValueError, r"got shape \(2, 8, 8\).*flatten images"),
    "a number": (3.0, ValueError, r"got shape \(\)"),
    "no sample": (np.ones((0, 2)), ValueError, r"0 sample\(s\) \(shape=\(0, 2\)\) while a min"),
    "no feature": (np.ones((2, 0)), ValueError, r"0 feature\(s\) \(shape=\(2, 0\)\)"),
    "nan": ([[1, 2], [3, np.nan]], ValueError, "1 values.*first at row 1, column 1"),
    "one inf": ([[1, 2], [-np.inf, 0]], ValueError, "1 values.*first at row 1, column 0"),
    "inf": ([[1, -np.inf], [np.inf, 0]], ValueError, "2 values.*first at row 0, column 1"),
    "huge": ([[10**400]], ValueError, r"at \(0, 0\) a number that is too large for float64"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_unusable_samples_are_refused_by_name(what):
    X, error, message = UNUSABLE[what]
    with pytest.raises(error, match=message):
        as_samples(X)
    with pytest.raises(error, match="^validation "):
        as_samples(X, name="validation")


def test_a_value_that_only_float32_cannot_hold_is_named():
    with pytest.raises(ValueError, match="2 values that are too large for float32.*column 1"):
        as_samples([[0.0, 1e39], [-1e39, 0.0]], dtype="float32")
    assert as_samples([[3e38]], dtype="float32")[0, 0] == 3e38


def test_numbers_of_any_shape_are_checked_where_no_samples_are_asked_for():
    with pytest.raises(ValueError, match="holds 1 values.*the first at place 1"):
        real_numbers([1, np.nan, 3])
    assert real_numbers(3).shape == ()


# ---- rows ----------------------------------------------------------------------------------


def test_rows_are_taken_by_position_from_everything_that_has_rows():
    X = np.arange(6).reshape(3, 2)
    frame = pd.DataFrame(X, index=[2, 0, 1])
    for which in (np.array([2, 0]), slice(1, 3)):
        for container in (X, frame, X.tolist()):
            np.testing.assert_array_equal(np.asarray(rows(container, which)), X[which])
        np.testing.assert_array_equal(rows(frame[0], which), X[which, 0])


@pytest.mark.parametrize("n, width", [(1, 1), (1024, 2), (1025, 2), (5000, 784), (3, 10**6)])
def test_row_slices_part_the_rows_into_small_pieces(n, width):
    parts = list(row_slices(n, width))
    assert [i for part in parts for i in range(n)[part]] == list(range(n))
    sizes = [part.stop - part.start for part in parts]
    assert min(sizes) > 0
    assert len(list(row_slices(1000, 100))) == 1  # small ones are not parted
    assert max(sizes) == 1 or (max(sizes) <= 1024 and max(sizes) * width <= 2**17)


def test_what_is_no_longer_finite_is_refused():
    with pytest.raises(ValueError, match="numbers from 1 to 1e.300 are too large for this net"):
        in_pieces(lambda x: 1e10 * x, np.array([[1.0], [1e300]]), 1)


# ---- moments -------------------------------------------------------------------------------


def test_moments_of_a_million_float32_are_right(rng):
    """Row 1 of what went wrong: added up in float32, the mean comes out as 100707."""
    X = (101326 + 500 * rng.standard_normal((1_000_000, 2))).astype("float32")
    net = Autoencoder(1, epochs=0, dtype="float32", standardize=True, random_state=0).fit(X)
    np.testing.assert_allclose(net.mean_, 101326, atol=3)
    np.testing.assert_allclose(net.scale_, 500, atol=2)
    exact = X.astype(float)
    np.testing.assert_allclose(net.mean_, exact.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(net.scale_, exact.std(axis=0), rtol=1e-12)
    assert metrics.explained_variance(X, np.full(X.shape, 101326)) == pytest.approx(0, abs=1e-4)
    model = VariationalAutoencoder(1, epochs=0, dtype="float32", random_state=0).fit(X)
    assert model.variance_ == pytest.approx(500**2, rel=0.01)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint8", "bool"])
@pytest.mark.parametrize("n", [1, 3, 1024, 3000])
def test_moments_are_those_of_float64_whatever_the_dtype(n, dtype, rng):
    X = rng.integers(0, 2 if dtype == "bool" else 120, (n, 3)).astype(dtype)
    mean, deviation = moments(X)
    np.testing.assert_allclose(mean, X.astype(float).mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(deviation, X.astype(float).std(axis=0), rtol=1e-13, atol=1e-13)


def test_a_constant_feature_has_no_deviation_to_the_last_bit():
    X = np.column_stack([np.full(5000, 0.1), np.arange(5000)])
    assert moments(X)[1][0] == 0 and moments(X[:1])[1].tolist() == [0, 0]


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_what_float64_cannot_square_is_refused_by_feature(size):
    X = np.array([[1.0, 0.0], [2.0, size]])
    for call in (moments, Autoencoder(1, epochs=0, standardize=True).fit, metrics.PCA(1).fit):
        with pytest.raises(
            ValueError, match=re.escape(f"feature 1 of X goes from 0 to {size:g},")
        ):
            call(X)


def test_a_single_precision_net_tells_values_apart_that_float32_does_not(rng):
    """Times in seconds, which float32 knows to two minutes only."""
    X = 1.7e9 + rng.standard_normal((300, 1)) * [[1.0, 2.0]]
    net = Autoencoder(1, epochs=100, dtype="float32", standardize=True, random_state=0)
    X_hat = net.set_params(learning_rate=0.05).fit(X).reconstruct(X)
    assert metrics.explained_variance(X, X_hat) > 0.9


# ---- names of columns ----------------------------------------------------------------------

FRAME = pd.DataFrame(np.random.default_rng(0).random((20, 3)), columns=["a", "b", "c"])


@pytest.mark.parametrize("model", [Autoencoder(1, epochs=1), metrics.PCA(1)], ids=repr)
def test_columns_in_another_order_are_refused_with_both_orders(model):
    model.fit(FRAME)
    np.testing.assert_array_equal(model.feature_names_in_, ["a", "b", "c"])
    uses = [model.transform, model.reconstruct, model.score]
    for use in uses + ([model.partial_fit] if hasattr(model, "partial_fit") else []):
        with pytest.raises(
            ValueError, match="same order.*\nThey were a, b, c, and are c, b, a"
        ):
            use(FRAME[["c", "b", "a"]])
        with pytest.raises(ValueError, match="unseen at fit time:\n- x\n.*missing:\n- c\n"):
            use(FRAME.rename(columns={"c": "x"}))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.transform(FRAME.to_numpy())
    model.fit(FRAME.to_numpy())
    assert not hasattr(model, "feature_names_in_")
    with pytest.warns(UserWarning, match="was fitted without feature names"):
        model.transform(FRAME)


def test_validation_in_another_order_is_refused():
    with pytest.raises(ValueError, match="same order"):
        Autoencoder(1, epochs=1).fit(FRAME, validation=FRAME[["c", "b", "a"]])


@pytest.mark.parametrize("model", [Autoencoder(2, epochs=1), metrics.PCA(2)], ids=repr)
def test_codes_in_another_order_are_refused(model):
    Z = model.set_output(transform="pandas").fit(FRAME).transform(FRAME)
    np.testing.assert_array_equal(
        model.inverse_transform(Z), model.inverse_transform(Z.to_numpy())
    )
    with pytest.raises(ValueError, match="same order"):
        model.inverse_transform(Z[Z.columns[::-1]])
    own_names = Z.set_axis(["slow", "fast"], axis=1)
    assert model.inverse_transform(own_names).shape == (20, 3)


def test_names_that_are_no_words_are_no_names():
    assert feature_names(pd.DataFrame([[1, 2]])) is None
    with pytest.raises(
        TypeError, match="only supported if all input features have string names"
    ):
        feature_names(pd.DataFrame([[1, 2]], columns=["a", 1]))


def test_many_unseen_names_are_not_all_listed():
    wide = pd.DataFrame(np.ones((2, 9)), columns=list("abcdefghi"))
    net = Autoencoder(1, epochs=0).fit(wide)
    with pytest.raises(ValueError) as error:
        net.transform(wide.add_prefix("x"))
    assert "- xe\n- ...\n" in str(error.value) and "- xf" not in str(error.value)


# ---- what only single cases show ------------------------------------------------------------


def test_a_deviation_whose_square_would_lose_digits_is_refused():
    with pytest.raises(ValueError, match="feature 0 of X goes .* cannot hold the square"):
        moments(np.array([[0.0], [1e-160], [3e-160]]))


def test_a_wrong_width_is_refused_where_samples_are_corrupted_in_the_units_of_the_net(rng):
    net = DenoisingAutoencoder(1, epochs=0, standardize=True).fit(rng.random((9, 3)))
    with pytest.raises(ValueError, match="X has 4 features, but DenoisingAuto.* expecting 3"):
        net.corrupt(rng.random((9, 4)))


def test_rows_of_different_lengths_are_refused_by_name():
    with pytest.raises(ValueError, match="^X is no array, for its rows differ in length"):
        Autoencoder(1).fit([[1, 2], [3]])
