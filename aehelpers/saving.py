"""Saving: a fitted estimator as one file of NumPy's npz format, without pickle."""

import json
from zipfile import BadZipFile

import numpy as np

from .estimator import Estimator


def save(path, kind, params, arrays):
    """Write the class name `kind`, its arguments and its arrays {name: array} to `path`."""
    header = json.dumps({"class": kind, "params": params}, default=to_json)
    with open(path, "wb") as file:
        np.savez(file, header=header, **arrays)


def load(path):
    """The fitted estimator that `save` wrote to `path`; ValueError if the file is not one."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        header = json.loads(str(arrays.pop("header")), object_hook=from_json)
        kind, params = header["class"], header["params"]
        if kind not in Estimator.registry:
            raise ValueError(f"the class {kind} is not known here: import its module first")
        params |= {name: tuple(value) for name, value in params.items() if type(value) is list}
        model = Estimator.registry[kind](**params)
        theta, mean, scale = (arrays.pop(name) for name in ("theta", "mean", "scale"))
        model.restore(theta, mean, scale, **{k: list(v) for k, v in arrays.items()})
    except (ValueError, TypeError, AttributeError, KeyError, EOFError, BadZipFile) as error:
        raise ValueError(
            f"{path} is not a saved autoencoder: {type(error).__name__}: {error}"
        ) from error
    return model


def to_json(value):
    """What json does not know: NumPy's numbers and arrays, and random generators."""
    if isinstance(value, np.random.Generator):
        return {"Generator": value.bit_generator.state}
    if isinstance(value, np.random.RandomState):
        return {"RandomState": value.get_state(legacy=False)}
    return value.tolist()


def from_json(entry):
    """The random generator that `to_json` wrote; anything else comes back as it is."""
    if "Generator" in entry:
        bits = getattr(np.random, entry["Generator"]["bit_generator"])()
        bits.state = entry["Generator"]
        return np.random.Generator(bits)
    if "RandomState" in entry:
        rng = np.random.RandomState()
        rng.set_state(entry["RandomState"])
        return rng
    return entry
