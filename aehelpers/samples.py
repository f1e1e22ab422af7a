"""Samples: what a reader may give as X, as an array of numbers, and walks over its rows.

An array may be larger than the memory (a memmap). So nothing here copies all of X, unless its
numbers have to be converted.
"""

import warnings
from decimal import Decimal
from numbers import Real

import numpy as np


def as_samples(X, dtype="float64", name="X"):
    """X as an array (n, d), samples in rows, of real numbers that are finite in `dtype`.

    The array keeps its own dtype. What cannot be that raises ValueError or TypeError, which
    says what came and what to do.
    """
    X = real_numbers(X, dtype, name)
    if X.ndim != 2:
        hint = "flatten images with X.reshape(len(X), -1)"
        if X.ndim == 1:
            hint = "a single sample is X[None, :], a single feature X[:, None]"
        raise ValueError(
            f"{name} must have two axes, (samples, features), got shape {X.shape}. "
            f"Reshape your data: {hint}"
        )
    if X.size == 0:
        what = "sample" if not len(X) else "feature"
        raise ValueError(
            f"{name} is empty: 0 {what}(s) (shape={X.shape}) while a minimum of 1 is required."
        )
    return X


def real_numbers(values, dtype="float64", name="X"):
    """The values as an array, of any shape, of real numbers that are finite in `dtype`.

    Columns of whole numbers, of truth values and of pandas' own types are numbers, too.
    TypeError or ValueError says which values are none.
    """
    if hasattr(values, "toarray"):
        raise TypeError(
            f"{name} is a sparse matrix, and sparse input is not supported: "
            f"give {name}.toarray(), if it fits into memory"
        )
    if np.ma.is_masked(values):
        raise ValueError(f"{name} has masked values: drop or fill them first")
    array = as_array(values, name)
    if array.dtype.kind == "O":
        array = _numbers_of_objects(array, name)
    if array.dtype.kind == "c":
        raise ValueError(
            f"{name} has dtype {array.dtype}. Complex data not supported: give real numbers"
        )
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{name} must hold real numbers, got dtype {array.dtype}: "
            "turn text, dates and categories into numbers first"
        )
    if array.dtype.kind == "f" and array.size:
        _check_finite(array, dtype, name)
    # SciPy and LAPACK take no long doubles.
    return as_dtype(array, "float64") if array.dtype.itemsize > 8 else array


def as_array(values, name):
    """The values as an array; ValueError if they are rows of different lengths."""
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name} is no array, for its rows differ in length or depth ({error}): give each "
            "sample as many numbers as there are features"
        ) from None


def as_dtype(X, dtype):
    """X in that dtype, where a number that is too small becomes 0, and no error."""
    with np.errstate(under="ignore"):
        return X.astype(dtype, copy=False)


def _numbers_of_objects(array, name):
    """An array of objects as float64; None and pandas' NA are NaN."""
    numbers = np.empty(array.shape)
    for place, value in np.ndenumerate(array):
        if value is None or type(value).__name__ in ("NAType", "NaTType"):
            value = np.nan
        if not isinstance(value, Real | Decimal | np.bool_):
            # The middle of this sentence is what tools for scikit-learn look for.
            raise TypeError(
                f"{name} must hold real numbers, and each argument must be a number or a "
                f"string that was turned into a number; at {place} it has {value!r}"
            )
        try:
            numbers[place] = value
        except OverflowError:
            raise ValueError(
                f"{name} has at {place} a number that is too large for float64"
            ) from None
        except ValueError:  # Decimal has a NaN that signals
            raise ValueError(f"{name} has at {place} {value!r}: give a finite number") from None
    return numbers


def _check_finite(array, dtype, name):
    """ValueError unless all values are finite in `dtype`."""
    with np.errstate(all="ignore"):
        # A NaN is the least and the largest value; so no memory is needed for a mask.
        if np.isfinite(np.array([array.min(), array.max()]).astype(dtype)).all():
            return
        bad = np.argwhere(~np.isfinite(array))
        fault, cure = "NaN or infinite", "drop or fill them first"
        if not len(bad):
            bad = np.argwhere(~np.isfinite(array.astype(dtype)))
            fault, cure = f"too large for {dtype}", "give them in larger units"
    axes = ("row", "column") if array.ndim == 2 else ("place",) * array.ndim
    first = ", ".join(f"{axis} {i}" for axis, i in zip(axes, bad[0], strict=True))
    raise ValueError(
        f"{name} holds {len(bad)} values that are {fault}, the first at {first}: {cure}"
    )


def n_rows(X):
    """How many rows there are in what `rows` takes; TypeError if it has none."""
    is_array = len(getattr(X, "shape", ())) > 0 and hasattr(X, "__getitem__")
    if not is_array and not isinstance(X, list | tuple):
        raise TypeError(
            f"rows of an array, a list, or a frame or series of pandas are needed, got {X!r}"
        )
    return X.shape[0] if is_array else len(X)


def rows(X, which):
    """Rows of X by their position, for a slice or an array of positions.

    X : an array, a list, or a frame or series of pandas, whose index does not matter.
    """
    if hasattr(X, "iloc"):
        return X.iloc[which]
    if isinstance(X, list | tuple) and not isinstance(which, slice):
        return [X[i] for i in which]
    return X[which]


def row_slices(n_rows, width, most_rows=1024, most_numbers=2**17):
    """Yield slices that part so many rows, each `width` numbers wide, into small pieces.

    A piece has at most `most_rows` rows and `most_numbers` numbers, but one row at least.
    """
    step = min(most_rows, max(1, most_numbers // width))
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def in_pieces(f, X, width):
    """f(X) for a function that maps each row of X (n, d) by itself, computed in small pieces.

    width : the most numbers that one row needs, d or more. ValueError if a result is not
    finite.
    """
    results = None
    with np.errstate(all="ignore"):  # the last lines find what matters
        for part in row_slices(len(X), width):
            result = f(X[part])
            if results is None:
                results = np.empty((len(X), *result.shape[1:]), result.dtype)
            results[part] = result
        if not np.isfinite([results.min(), results.max()]).all():
            raise ValueError(
                f"numbers from {X.min():g} to {X.max():g} are too large for this net: give "
                "them in the units of the data it was fitted to"
            )
    return results


def moments(X, name="X"):
    """Mean and standard deviation of each feature of X (n, d), each (d,), in float64.

    A constant feature has the deviation 0, to the last bit. The parts of X are put together as
    Chan, Golub & LeVeque 1979 do. ValueError where a float64 cannot hold the squares with all
    their digits.
    """
    n, mean, squares = 0, 0.0, 0.0
    with np.errstate(all="ignore"):
        for part in row_slices(*X.shape):
            x = X[part].astype(float)
            n, share = n + len(x), len(x) / (n + len(x))
            x_mean = x.mean(axis=0)
            shift = x_mean - mean
            squares = squares + ((x - x_mean) ** 2).sum(axis=0)
            squares = squares + shift * (shift * (1 - share) * len(x))
            mean = mean + shift * share
    varies = X.max(axis=0) > X.min(axis=0)
    bad = ~np.isfinite(squares) | (varies & (squares < np.finfo(float).tiny))
    if bad.any():
        j = int(bad.argmax())
        raise ValueError(
            f"feature {j} of {name} goes from {X[:, j].min():g} to {X[:, j].max():g}, and a "
            "float64 cannot hold the square of that: give it in other units"
        )
    with np.errstate(under="ignore"):
        return mean, np.sqrt(np.where(varies, squares, 0.0) / n)


def feature_names(X):
    """The names of the columns of a frame, (d,) objects; None where they are no words.

    TypeError if only some of them are words.
    """
    columns = getattr(X, "columns", None)
    if columns is None:
        return None
    are_words = [isinstance(column, str) for column in columns]
    if not any(are_words):
        return None
    if not all(are_words):
        raise TypeError(
            "Feature names are only supported if all input features have string names: "
            "X.columns = X.columns.astype(str) makes them so"
        )
    return np.array(columns, dtype=object)


def check_names(X, expected, kind):
    """ValueError unless the columns of X have the names `expected`, in that order.

    A warning where one of X and `expected` has no names. `kind` is the class that was fitted.
    """
    names = feature_names(X)
    if names is None and expected is None:
        return
    if expected is None:
        warnings.warn(
            f"X has feature names, but {kind} was fitted without feature names", stacklevel=5
        )
    elif names is None:
        warnings.warn(
            f"X does not have valid feature names, but {kind} was fitted with feature names: "
            "the order of its columns is taken on trust",
            stacklevel=5,
        )
    elif list(names) != list(expected):
        unseen, missing = sorted(set(names) - set(expected)), sorted(set(expected) - set(names))
        lines = ["The feature names should match those that were passed during fit."]
        lines += _listed("Feature names unseen at fit time:", unseen)
        lines += _listed("Feature names seen at fit time, yet now missing:", missing)
        if not unseen and not missing:
            lines += ["Feature names must be in the same order as they were in fit."]
            lines += [f"They were {', '.join(expected)}, and are {', '.join(names)}."]
        raise ValueError("\n".join(lines) + "\n")


def _listed(head, names, most=5):
    """A head line and a line for each of at most so many names; nothing without names."""
    more = ["- ..."] if len(names) > most else []
    return [head, *(f"- {name}" for name in names[:most]), *more] if names else []
