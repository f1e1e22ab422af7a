"""Keep what the tables need of results/*.json in speed.json, and write the tables in README.md.

`python -m benchmarks.tables` does both, at the end of `make bench`.
"""

import json
import re
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
STORED = HERE / "speed.json"
README = HERE / "README.md"
TABLE_MARKERS = "<!-- tables: written by tables.py -->\n", "<!-- end of tables -->\n"
RUNS = {"One thread": "one_thread.json", "Default threads": "default_threads.json"}

# Our targets: row, system, and the least ratio of its time to ours.
TARGETS = [
    ("reference", "reference style", 3),
    ("reference", "lean loop", 1),
    ("reference", "PyTorch", 8),
    ("slider", "PyTorch", 4),
    ("slider", "scikit-learn", 5),
    ("slider", "JAX cold", 8),
    ("slider", "JAX scan", 1),
    ("slider", "preallocated", 0.91),  # at most 1.1 times its time
    ("digits", "PyTorch", 3),
    ("digits", "scikit-learn", 3),
    ("wide", "PyTorch", 1),
    ("wide", "limit", 0.6),
    ("conv8", "PyTorch", 4),
    ("conv28", "PyTorch", 1),
    ("variational", "PyTorch", 3),
    ("grid", "ours, one by one", 2),
    ("grid", "PyTorch", 8),
    ("grid", "JAX scan", 1),
]


def condensed(raw):
    """Return what the tables need of one run of pytest-benchmark."""
    machine = raw["machine_info"]
    kept = {
        "date": str(datetime.fromisoformat(raw["datetime"]).date()),
        "processor": machine["cpu"].get("brand_raw", machine["machine"]),
        "threads": machine["threads"],
        "versions": machine["versions"],
    }
    times = defaultdict(lambda: defaultdict(list))
    deviations, scaling = defaultdict(dict), defaultdict(dict)
    for entry in raw["benchmarks"]:
        info, seconds = entry["extra_info"], entry["stats"]["median"]
        if info["row"] == "samples":
            found = scaling[str(info["n"])]
            found.setdefault("seconds", []).append(seconds)
            found |= {"peak": info["peak"]} if "peak" in info else {}
            continue
        times[info["row"]][info["system"]].append(seconds)
        if "deviation" in info:
            deviations[info["row"]][info["system"]] = info["deviation"]
    return kept | {"times": times, "deviations": deviations, "scaling": scaling}


def ratios(row, system):
    """Return the time of a system divided by ours, turn by turn."""
    return [theirs / ours for theirs, ours in zip(row[system], row["ours"], strict=True)]


def peers_in(rows):
    """Return all systems but ours, in the order in which the rows name them."""
    systems = dict.fromkeys(system for row in rows.values() for system in row)
    return [system for system in systems if system != "ours"]


def table(head, lines):
    """Return a table in Markdown: the first column aligned left, the others right."""
    aligned = ["---"] + ["--:"] * (len(head) - 1)
    return "".join(f"| {' | '.join(row)} |\n" for row in [head, aligned, *lines]) + "\n"


def digits(value, n=3):
    """Return the value with n significant digits and without an exponent."""
    rounded = float(f"{value:.{n}g}")
    return f"{rounded:.0f}" if abs(rounded) >= 10 ** (n - 1) else f"{rounded:.{n}g}"


def target_table(runs):
    """Return the table of the targets, each with its ratio in every run."""
    head = ["row", "over ours", "asked for", *map(str.lower, runs)]
    lines = []
    for name, system, least in TARGETS:
        measured = []
        for run in runs.values():
            ratio = median(ratios(run["times"][name], system))
            # The limit's time over ours is the share of the limit's speed that we reach.
            measured.append(f"**{ratio:.2f}**" if ratio >= least else f"{ratio:.2f}, missed")
        lines.append([name, system, f"{least}", *measured])
    return table(head, lines)


def ratio_table(run):
    """Return the table of our times and of the ratios of the others' times to ours."""
    peers = peers_in(run["times"])
    lines = []
    for name, row in run["times"].items():
        cells = [f"{digits(1000 * median(row['ours']))} ms"]
        for peer in peers:
            found = ratios(row, peer) if peer in row else None
            cells.append(
                f"{digits(median(found))} ({digits(min(found), 2)}–{digits(max(found), 2)})"
                if found
                else ""
            )
        lines.append([name, *cells])
    return table(["", "ours", *peers], lines)


def deviation_table(run):
    """Return the table of the largest differences between a loss curve and ours."""
    peers = peers_in(run["deviations"])
    lines = [
        [name, *(f"{row[peer]:.0e}" if peer in row else "" for peer in peers)]
        for name, row in run["deviations"].items()
    ]
    return table(["", *peers], lines)


def scaling_table(run):
    """Return the table of time and memory against the number of samples."""
    lines = [
        [
            f"{int(n):,}",
            f"{1e6 * median(found['seconds']) / int(n):.3f}",
            f"{found['peak'] / 1e6:.2f}",
            f"{int(n) * 64 * 4 / 1e6:.1f}",
        ]
        for n, found in run["scaling"].items()
    ]
    return table(["samples", "µs a sample", "peak memory, MB", "the data, MB"], lines)


def text_of(runs):
    """Return the text between the two markers of README.md: all tables."""
    parts = ["\n#### Asked for and measured\n\n", target_table(runs)]
    for title, run in runs.items():
        versions = ", ".join(f"{name} {number}" for name, number in run["versions"].items())
        parts += [
            f"#### {title}\n\n",
            f"{run['date']}, {run['processor']}, {run['threads']} thread(s); {versions}.\n",
            "Our time, and the others' over ours: median (least–largest) of the turns.\n\n",
            ratio_table(run),
            "Largest relative difference between a loss curve and ours:\n\n",
            deviation_table(run),
            "Ours, one epoch of 64-32-2-32-64 from a file on disk, float32:\n\n",
            scaling_table(run),
        ]
    return "".join(parts)


def between_markers(readme, tables):
    """Return the text of a README.md with these tables between its markers."""
    before, after = TABLE_MARKERS
    between = re.compile(f"(?<={re.escape(before)}).*(?={re.escape(after)})", re.DOTALL)
    return between.sub(lambda _: tables, readme)


def with_tables(readme, runs):
    """Return the text of README.md with the tables of these runs between its markers."""
    return between_markers(readme, text_of(runs))


def main():
    """Write speed.json and the tables of README.md from what `make bench` has measured."""
    runs = {}
    for title, name in RUNS.items():
        runs[title] = condensed(json.loads((HERE / "results" / name).read_text("utf-8")))
    STORED.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")
    README.write_text(with_tables(README.read_text("utf-8"), runs), "utf-8")


if __name__ == "__main__":
    main()
