"""Saving: a fitted estimator as one file of NumPy's npz format, without pickle.

The file is a zip archive of arrays that are not compressed. The array "header" is a JSON text
with the version of the format, the class, its arguments and the names of the features.
"""

import io
import json
import os
import shutil
from contextlib import suppress
from numbers import Real
from pathlib import Path
from tempfile import mkstemp
from zipfile import ZipFile

import numpy as np

from .estimator import Estimator

VERSION = 1  # of the format; files written before it was noted are of version 1
LONGEST_HEADER = 2**20  # letters; a RandomState's takes 10,000
ARRAYS = ("header", "theta", "mean", "scale", "loss", "validation_loss")
BIT_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")


def save(path, model):
    """Write the fitted estimator to `path`, and replace a file there when all is written."""
    kind, run = type(model), model.run_
    known = Estimator.registry[kind.__name__]
    if (known.__module__, known.__qualname__) != (kind.__module__, kind.__qualname__):
        raise ValueError(f"{known} has the same name as {kind}: rename one of the two")
    header = {"version": VERSION, "class": kind.__name__, "params": run.params}
    if hasattr(model, "feature_names_in_"):
        header["feature_names"] = list(model.feature_names_in_)
    arrays = {"theta": model.theta_, "mean": model.mean_, "scale": model.scale_}
    arrays |= model.history_
    header["arrays"] = list(arrays)
    file = io.BytesIO()
    np.savez(file, header=json.dumps(header, default=to_json), **arrays)
    _restored(file)  # what could not be read again is not written
    _write(Path(path), file.getbuffer())


def _write(path, content):
    """Write a file beside `path` first, so that a full disk or a kill leaves the old one."""
    path = path.resolve()  # of a link the file that it leads to
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is a folder or a device: give the path of a file")
    handle, beside = mkstemp(dir=path.parent, prefix=f"{path.name[:99]}.", suffix=".part")
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _set_mode(beside, path)
        os.replace(beside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise


def _set_mode(beside, path):
    """Give the new file the permissions of the old one, or those of any new file."""
    if path.exists():
        shutil.copymode(path, beside)
    else:
        os.umask(umask := os.umask(0))
        os.chmod(beside, 0o666 & ~umask)


def load(path):
    """The fitted estimator that `save` wrote to `path`.

    Nothing in the file is run. ValueError if it is no such file, is damaged, is from a newer
    aehelpers, or has a class that is not defined here.
    """
    content = Path(path).read_bytes()
    try:
        return _restored(io.BytesIO(content))
    except Exception as error:  # a damaged file can fail in any way, and here they are all one
        raise ValueError(
            f"{path} is not a saved autoencoder: {type(error).__name__}: {error}"
        ) from error


def _restored(file):
    """The estimator in an open file."""
    with ZipFile(file) as archive:
        entries = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        if not set(entries).issubset(ARRAYS):
            raise ValueError(f"it has {', '.join(entries)}, expected {', '.join(ARRAYS)}")
        if min((info.header_offset for info in entries.values()), default=0):
            raise ValueError("it begins with what is no part of the archive")
        arrays = {name: _array(archive, info) for name, info in entries.items()}
    text = str(arrays.pop("header"))
    if len(text) > LONGEST_HEADER:
        raise ValueError(f"its header has {len(text)} letters, at most {LONGEST_HEADER} do")
    header = json.loads(text, object_hook=from_json)
    version, kind, params = header.get("version", 1), header["class"], header["params"]
    if version != VERSION:
        raise ValueError(
            f"its format has version {version!r}, and this aehelpers reads {VERSION}: "
            "a newer aehelpers may read it"
        )
    for name in header.get("arrays", ["loss"]):  # early files have no such list
        if name not in arrays:
            raise ValueError(f"it has no array {name!r}, so a part is lost")
    if kind not in Estimator.registry:
        raise ValueError(f"the class {kind} is not known here: import its module first")
    params |= {name: tuple(value) for name, value in params.items() if type(value) is list}
    model = Estimator.registry[kind](**params)
    _restore(model, header.get("feature_names"), arrays)
    return model


def _array(archive, info):
    """An array of an npz file. Its size is checked before memory is taken for it."""
    if info.compress_type or info.file_size > info.compress_size:
        raise ValueError(f"{info.filename} is compressed, and no saved array is")
    content = io.BytesIO(archive.read(info))  # checks its sum
    if np.lib.format.read_magic(content) != (1, 0):
        raise ValueError(f"{info.filename} is not in version 1.0 of NumPy's format")
    shape, is_transposed, dtype = np.lib.format.read_array_header_1_0(content)
    data = content.read()
    if dtype.kind not in "fU" or is_transposed or len(shape) > 1:
        raise ValueError(f"{info.filename} has {dtype} numbers of shape {shape}")
    if dtype.itemsize * int(np.prod(shape, dtype=object)) != len(data):
        raise ValueError(f"{info.filename} has {len(data)} bytes for {dtype} {shape}")
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _restore(model, names, arrays):
    """Give a new estimator its arrays, once all of them are what they have to be."""
    model.check_arguments()
    theta, mean, scale = (arrays.pop(name) for name in ("theta", "mean", "scale"))
    size, n_features = model.network(mean.size).size, mean.size
    if theta.shape != (size,) or theta.dtype != model.dtype or not np.isfinite(theta).all():
        raise ValueError(f"theta must be {model.dtype} ({size},), and finite")
    for name, array, least in (("mean", mean, -np.inf), ("scale", scale, 0.0)):
        fine = array.shape == (n_features,) and array.dtype.kind == "f"
        if not fine or not (np.isfinite(array) & (array > least)).all():
            raise ValueError(f"{name} must be float ({n_features},), finite, above {least}")
    if names is not None:
        if len(names) != n_features or not all(isinstance(name, str) for name in names):
            raise ValueError(f"feature_names must be {n_features} words, got {names}")
        names = np.array(names, dtype=object)
    if any(values.dtype != float or values.ndim != 1 for values in arrays.values()):
        raise ValueError("loss and validation_loss must be one float64 for each epoch")
    history = {name: values.tolist() for name, values in arrays.items()}
    model.restore(theta, mean.astype(float), scale.astype(float), names, **history)


def to_json(value):
    """What json does not know: NumPy's numbers and arrays, and random generators."""
    if isinstance(value, np.random.Generator):
        return {"Generator": value.bit_generator.state}
    if isinstance(value, np.random.RandomState):
        return {"RandomState": value.get_state(legacy=False)}
    if isinstance(value, np.integer | np.bool_ | np.ndarray):
        return value.tolist()
    if isinstance(value, Real):  # a long double or a fraction
        return float(value)
    raise TypeError(
        f"an estimator with the argument {value!r} cannot be saved: a file holds numbers, "
        "words, lists of them, and random generators"
    )


def from_json(entry):
    """The random generator that `to_json` wrote; anything else comes back as it is."""
    if "Generator" in entry:
        name = entry["Generator"]["bit_generator"]
        if name not in BIT_GENERATORS:
            raise ValueError(f"{name!r} is not a bit generator of NumPy")
        bits = getattr(np.random, name)()
        bits.state = entry["Generator"]
        return np.random.Generator(bits)
    if "RandomState" in entry:
        rng = np.random.RandomState()
        rng.set_state(entry["RandomState"])
        return rng
    return entry
