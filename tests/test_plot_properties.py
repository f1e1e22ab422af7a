"""Whatever a drawing is given: the right picture and text, or an error that names the argument.

Floats complain and warnings are errors here, as in all tests, so neither may come of a drawing.
"""

import pickle
import re
from contextlib import contextmanager

import matplotlib
import numpy as np
import pandas as pd
import pytest
from effort import FUZZ
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from aehelpers.figures import plots


def examples(number):
    """Run so many examples, the same ones each time, and ten times as many in `make fuzz`."""
    return settings(
        max_examples=number * (10 if FUZZ else 1),
        phases=[Phase.explicit, Phase.generate],  # to shrink a case, every picture is drawn
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


@pytest.fixture(autouse=True)
def no_window(complaining_floats):
    plt.switch_backend("Agg")


# -- data -----------------------------------------------------------------------------------

FLOATS = st.one_of(
    st.floats(-10, 10),
    st.floats(-1e300, 1e300),
    st.sampled_from([0.0, -0.0, 1.0, 1e-320, 1e-300, 1e-12, 1e6, 1e300, -1e300, 9e-17]),
)
EXTREMES = st.one_of(FLOATS, st.sampled_from([np.nan, np.inf, -np.inf]))
INTEGERS = [f"{sign}int{bits}" for sign in ("u", "") for bits in (8, 16, 32, 64)]
NUMBERS = [*INTEGERS, "bool", "float16", "float32", "float64"]
FORMS = [np.asarray, np.ndarray.tolist, "frame", "masked", "object", "fortran", "read-only"]


def in_form(form, values):
    """Return the array as what a caller may have: a list, a frame, an array of objects."""
    if form == "frame":
        return pd.Series(values) if values.ndim == 1 else pd.DataFrame(values)
    if form == "masked":
        return np.ma.masked_array(values, np.zeros(values.shape, bool))
    if form == "object":
        return values.astype(object)
    if form == "fortran":
        return np.asfortranarray(values)
    if form == "read-only":
        values = values.copy()
        values.setflags(write=False)
        return values
    return form(values)


@st.composite
def arrays(draw, shape, floats=EXTREMES):
    """An array of any numbers, as (what a caller gives, the same as float64)."""
    dtype, size = draw(st.sampled_from(NUMBERS)), int(np.prod(shape))
    if dtype.startswith("float"):
        values = draw(st.lists(floats, min_size=size, max_size=size))
    elif dtype == "bool":
        values = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    else:
        ends = np.iinfo(dtype)
        whole = st.integers(ends.min, ends.max)
        values = draw(st.lists(whole, min_size=size, max_size=size))
    with np.errstate(all="ignore"):
        values = np.array(values, dtype).reshape(shape)
    forms = [form for form in FORMS if form != "frame" or len(shape) < 3]
    given = in_form(draw(st.sampled_from(forms)), values)
    return given, values.astype(float)


N = st.integers(1, 16)


@contextmanager
def nothing_else_changes(*given):
    """Check that arrays of the caller, rcParams, figures of pyplot and errstate stay."""
    before = [pickle.dumps(it) for it in given]
    look, figures, floats = dict(matplotlib.rcParams), plt.get_fignums(), np.geterr()
    yield
    assert [pickle.dumps(it) for it in given] == before
    assert dict(matplotlib.rcParams) == look
    assert plt.get_fignums() == figures
    assert np.geterr() == floats


def shown(draw, *given):
    """Draw on new axes, show them, and return the axes and the text."""
    ax = plots.subplots(width=2, height=2)[1]
    with nothing_else_changes(*given):
        assert draw(ax) is ax
        try:
            picture = plots.show(ax, dpi=40)
        except ValueError as error:
            assume("span more powers of ten than can be drawn" not in str(error))
            raise
    assert picture.png.startswith(b"\x89PNG")
    assert picture.text.startswith("Figure: ")
    return ax, picture.text


def same(drawn, values):
    """Check that what an artist holds are these values, where what is not finite is masked."""
    drawn = np.ma.filled(np.ma.asarray(drawn, float), np.nan)
    values = np.asarray(values, float)
    finite = np.isfinite(values)
    np.testing.assert_array_equal(drawn[finite], values[finite])
    assert not np.isfinite(drawn[~finite]).any()


# -- the data are drawn ---------------------------------------------------------------------


@examples(10)
@given(st.data())
def test_points_of_any_kind_are_drawn_where_they_are(data):
    n = data.draw(N)
    X, x = data.draw(arrays((n, 2)))
    z, c = data.draw(arrays((n,)))
    ax, text = shown(lambda ax: plots.points(X, ax=ax), X)
    whole = np.isfinite(x).all(axis=1)  # matplotlib drops a point if one coordinate is lost
    same(ax.collections[0].get_offsets()[whole], x[whole])
    assert f"{n} point" in text
    ax, _ = shown(lambda ax: plots.coded(X, z, ax=ax), X, z)
    same(ax.collections[0].get_array()[whole], c[whole])
    ax, _ = shown(lambda ax: plots.code_against(z, x[:, 0], ax=ax), z)
    both = np.isfinite(c) & np.isfinite(x[:, 0])
    same(ax.collections[0].get_offsets()[both], np.c_[c, x[:, 0]][both])


@examples(10)
@given(st.data())
def test_pairs_of_any_kind_are_drawn_and_their_errors_do_not_wrap_around(data):
    n = data.draw(N)
    (X, x), (X_hat, x_hat) = data.draw(arrays((n, 2))), data.draw(arrays((n, 2)))
    ax, _ = shown(lambda ax: plots.reconstruction(X, X_hat, ax=ax), X, X_hat)
    segments, first, second = ax.collections
    for drawn, values in ((first, x), (second, x_hat)):
        whole = np.isfinite(values).all(axis=1)
        same(drawn.get_offsets()[whole], values[whole])
    assert len(segments.get_segments()) == n
    ax, _ = shown(lambda ax: plots.error_map(X, X_hat, ax=ax), X, X_hat)
    whole = np.isfinite(x).all(axis=1)
    with np.errstate(all="ignore"):
        same(ax.collections[0].get_array()[whole], ((x - x_hat) ** 2).sum(axis=1)[whole])
    ax, _ = shown(lambda ax: plots.arrows(X, X_hat, ax=ax), X, X_hat)
    whole = np.isfinite(x_hat).all(axis=1)
    same(np.c_[ax.collections[0].U, ax.collections[0].V][whole], x_hat[whole])
    ax, _ = shown(lambda ax: plots.manifold(X, X_hat, ax=ax), X, X_hat)
    np.testing.assert_array_equal(np.stack(ax.lines[0].get_data(), axis=1), x)


@examples(10)
@given(st.data())
def test_lines_of_any_kind_are_drawn_as_they_are(data):
    n = data.draw(N)
    (x_given, x), (y_given, y) = data.draw(arrays((n,))), data.draw(arrays((n,)))
    log = data.draw(st.booleans())
    ax, _ = shown(lambda ax: plots.curves(x_given, {"a": y_given}, ax=ax), x_given, y_given)
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), np.c_[x, y])
    if log and not (np.isfinite(y) & (y > 0)).any():
        with pytest.raises(ValueError, match="cannot be logarithmic, because no value"):
            plots.loss_curve(y_given, log=log)
        return
    ax, _ = shown(lambda ax: plots.loss_curve(y_given, ax=ax, log=log), y_given)
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), np.c_[np.arange(1, n + 1), y])
    low, high = y - 1, y + 1
    ax, _ = shown(
        lambda ax: plots.lines_with_intervals(
            np.arange(1, n + 1), y_given, low, high, ax=ax, log_axes="xy" if log else ""
        ),
        y_given,
    )
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), y)
    band = np.concatenate(
        [np.empty(0), *(path.vertices[:, 1] for path in ax.collections[0].get_paths())]
    )
    assert set(band[np.isfinite(band)]) <= {*low, *high}
    ax, text = shown(
        lambda ax: plots.bars_with_intervals(range(n), y_given, low, high, ax=ax), y_given
    )
    np.testing.assert_array_equal([bar.get_width() for bar in ax.patches], y)
    assert all(f"Note: {plots._cell_text(value)}." in text for value in y)


@examples(10)
@given(st.data())
def test_codes_of_any_kind_are_counted_or_refused(data):
    n = data.draw(N)
    z_given, z = data.draw(arrays((n,)))
    ax = plots.subplots()[1]
    try:
        ax, text = shown(lambda ax: plots.code_histogram(z_given, ax=ax), z_given)
    except ValueError as error:
        assert re.search(r"of z are not finite|does not divide z from", str(error))
    else:
        assert sum(bar.get_height() for bar in ax.patches) == n
        assert f"sum {n}." in text


@examples(10)
@given(st.data())
def test_shares_of_variance_sum_to_one_or_are_refused(data):
    given_, variances = data.draw(arrays((data.draw(N),)))
    try:
        ax, _ = shown(lambda ax: plots.spectrum(given_, ax=ax), given_)
    except ValueError as error:
        assert str(error).startswith("variances must be")
        with np.errstate(all="ignore"):
            assert not (0 < variances.sum() < np.inf and variances.min() >= 0)
    else:
        assert ax.lines[0].get_ydata()[-1] == pytest.approx(1)


@examples(15)
@given(st.data())
def test_grids_of_any_kind_show_their_values_or_are_refused(data):
    rows, columns = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    given_, values = data.draw(arrays((rows, columns)))
    log = data.draw(st.booleans())
    above_0 = values[np.isfinite(values) & (values > 0)]
    some = len(above_0) and above_0.min() >= 1e-100 and above_0.max() <= 1e100
    for name, draw in {
        "surface": lambda ax: plots.surface(range(columns), range(rows), given_, ax, log=log),
        "matrix": lambda ax: plots.matrix(given_, range(rows), range(columns), ax, log=log),
    }.items():
        if log and not some:
            with pytest.raises(ValueError, match="logarithm: log=False"):
                draw(plots.subplots()[1])
            continue
        ax, text = shown(draw, given_)
        artist = ax.images[0] if name == "matrix" else ax.collections[0]
        same(np.reshape(artist.get_array(), values.shape), values)
        if name == "matrix":
            cells = ", ".join(plots._cell_text(value) for value in values[0])
            assert f"row by row: {cells}" in text


@examples(15)
@given(st.data())
def test_images_of_any_kind_are_drawn_or_refused(data):
    n, height, width = (data.draw(st.integers(1, 3)) for _ in range(3))
    colour = data.draw(st.sampled_from([(), (1,), (3,), (4,)]))
    given_, images = data.draw(arrays((n, height, width, *colour)))
    rows = data.draw(st.integers(1, 4))
    kind = np.asarray(given_).dtype
    for draw in (
        lambda ax: plots.image_grid(given_, ax=ax, rows=rows),
        lambda ax: plots.image_pairs(given_, given_, ax=ax),
        lambda ax: plots.lattice(given_, np.arange(n), [0.5], ax=ax),
    ):
        try:
            ax, _ = shown(draw, given_)
        except ValueError as error:
            assert "what is black? Divide them" in str(error)
            continue
        first = np.ma.filled(ax.images[0].get_array()[:height, :width], np.nan)
        if kind in (np.uint8, np.uint16) and not np.isin(images, (0, 1)).all():
            scale = np.iinfo(kind).max
        else:
            scale = 1
        if colour in ((), (1,)) and kind is not object:
            same(first, images[0].reshape(height, width) / scale)


@examples(10)
@given(st.data())
def test_any_labels_make_classes(data):
    n = data.draw(N)
    Z, _ = data.draw(arrays((n, 2)))
    kinds = [st.integers(), EXTREMES, st.booleans(), WORDS, st.none()]
    labels = st.lists(data.draw(st.sampled_from([*kinds, st.one_of(kinds)])), min_size=n)
    y = data.draw(labels)[:n]
    ax, text = shown(lambda ax: plots.classes(Z, y, ax=ax), Z)
    assert sum(len(group.get_offsets()) for group in ax.collections) == n
    assert " not finite" in text or ax.texts


# -- words ----------------------------------------------------------------------------------

SIGNS = st.sampled_from(
    [*"$_%#&^~{}\\'\"<>\n\t .", "\\$", "$x$", "$\\hat{x}$", "\x00", "\ud800", "日", "é", "😀"]
)
WORDS = st.lists(st.one_of(SIGNS, st.characters()), max_size=5).map("".join)


def read_out(label):
    """How a label is read out: as it stands, if it holds no mathtext; else None."""
    text = plots.label_text(label)
    if re.search(r"(?<!\\)\$", text):
        return None  # on purpose
    text = text.replace(r"\$", "$").replace("\N{MINUS SIGN}", "-")
    return " ".join(text.replace("\N{ZERO WIDTH SPACE}", "").split()).rstrip(".")


LABELLED = {
    "curves": lambda ax, it: plots.curves([1, 2], {it: [1, 2]}, ax, xlabel=it, ylabel=it),
    "loss_curve": lambda ax, it: plots.loss_curve({it: [1, 2]}, ax=ax),
    "baseline": lambda ax, it: plots.baseline(1, it, ax=ax),
    "arrows": lambda ax, it: plots.arrows([[0, 1]], [[1, 1]], ax=ax, label=it),
    "coded": lambda ax, it: plots.coded([[0, 1], [1, 1]], [1, 2], ax=ax, label=it),
    "bars": lambda ax, it: plots.bars_with_intervals([it, 2], *np.ones((3, 2)), ax=ax),
    "lines": lambda ax, it: plots.lines_with_intervals([1, 2], *np.ones((3, 2)), it, ax=ax),
    "surface": lambda ax, it: plots.surface([1, 2], [1], [[1, 2]], ax=ax, label=it),
    "matrix": lambda ax, it: plots.matrix([[1]], [it], ["b"], ax=ax),
    "image_grid": lambda ax, it: plots.image_grid(np.eye(4)[None], ax, column_titles=[it]),
    "classes": lambda ax, it: plots.classes([[0, 1], [1, 1]], [it, "another"], ax=ax),
}


@pytest.mark.parametrize("name", LABELLED)
@examples(6)
@given(st.one_of(WORDS, WORDS, WORDS, FLOATS, st.integers(), st.booleans()))
def test_any_label_is_drawn_and_read_out(name, label):
    _, text = shown(lambda ax: LABELLED[name](ax, label))
    expected = read_out(label)
    assert expected is None or expected in text
    text.encode()  # a notebook is a file in UTF-8
