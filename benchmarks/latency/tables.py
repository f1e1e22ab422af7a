"""From results.json to the tables of README.md, and what each number was asked to be."""

from pathlib import Path

import numpy as np

from ..tables import between_markers, digits, table
from .page import DRAG_POSITIONS

README = Path(__file__).with_name("README.md")

DISPLAY_NAMES = {  # of the scenarios
    "interact": "`interact`, new figure",
    "redrawn": "explorer, redrawn",
    "drawn_ahead": "explorer, drawn ahead",
    "trained_anew": "explorer, trained anew",
}
MOVE_COUNTS = [0, 1000, 2000, 4000]  # memory is measured after so many moves

# What we set out to reach: name -> (at most or at least, number).
TARGETS = {
    "redrawn: median, ms": ("at most", 100),
    "redrawn: p95, ms": ("at most", 150),
    "drawn ahead: median, ms": ("at most", 100),
    "drawn ahead: p95, ms": ("at most", 150),
    "`interact` / redrawn": ("at least", 8),
    "`interact` / drawn ahead": ("at least", 8),
    "redrawn: pictures of a drag over 13 positions": ("at least", DRAG_POSITIONS),
    "trained anew: first new picture, median, ms": ("at most", 150),
    "trained anew: usable fit, median, ms": ("at most", 300),
    "memory, MB for 1000 moves after the first 1000": ("at most", 1),
}


# ---- numbers ---------------------------------------------------------------------------------


def column(entries, name):
    """The values of that name, without those that are None."""
    return [entry[name] for entry in entries if entry[name] is not None]


def median(values):
    """Return the median as a float."""
    return float(np.median(values))


def p95(values):
    """The 95th percentile, linear between the two values it lies between."""
    return float(np.quantile(values, 0.95))


def growth(megabytes):
    """MB for each 1000 moves after the first 1000."""
    return (megabytes[-1] - megabytes[1]) / (MOVE_COUNTS[-1] - MOVE_COUNTS[1]) * 1000


def reached(results):
    """{name of a target: what was measured}."""
    ms = {scenario: column(steps, "total") for scenario, steps in results["steps"].items()}
    interact = median(ms["interact"])
    values = (
        median(ms["redrawn"]),
        p95(ms["redrawn"]),
        median(ms["drawn_ahead"]),
        p95(ms["drawn_ahead"]),
        interact / median(ms["redrawn"]),
        interact / median(ms["drawn_ahead"]),
        min(column(results["drags"]["redrawn"], "pictures")),
        median(column(results["runs"], "first_picture")),
        median(column(results["runs"], "usable_fit")),
        max(map(growth, results["memory"].values())),
    )
    return dict(zip(TARGETS, values, strict=True))


def missed(results):
    """{name of a target that is missed: by which share}."""
    found = {}
    for name, value in reached(results).items():
        sense, asked = TARGETS[name]
        beyond = value / asked - 1 if sense == "at most" else asked / value - 1
        if beyond > 0:
            found[name] = beyond
    return found


# ---- tables ----------------------------------------------------------------------------------


def number(value):
    """Three significant digits; 0 has only one."""
    return digits(value) if value else "0"


def spread(values):
    """Three cells: median, p95, least and largest."""
    low, high = min(values), max(values)
    return [number(median(values)), number(p95(values)), f"{number(low)}–{number(high)}"]


def target_table(results):
    """Return the table of the targets and of what was measured."""
    values, shares, lines = reached(results), missed(results), []
    for name, (sense, asked) in TARGETS.items():
        value = number(values[name])
        if name in shares:
            value = f"{value}, missed by {100 * shares[name]:.0f} %"
        else:
            value = f"**{value}**"
        lines.append([name, f"{sense} {asked}", value])
    return table(["what", "asked for", "measured"], lines)


def step_table(results):
    """Return the table of the times from a key to its picture."""
    lines = []
    for scenario, steps in results["steps"].items():
        ways = ("to_kernel", "in_kernel", "to_page")
        times = [number(median(column(steps, way))) for way in ways]
        received = number(median(column(steps, "received")) / 1000)
        cells = [str(len(steps)), *spread(column(steps, "total")), *times, received]
        lines.append([DISPLAY_NAMES[scenario], *cells])
    runs = results["runs"]
    for name, words in (
        ("first_picture", "first new picture"),
        ("usable_fit", "usable fit"),
        ("last_picture", "last picture"),
    ):
        times = column(runs, name)
        whole_run = name == "last_picture"
        received = number(median(column(runs, "received")) / 1000) if whole_run else ""
        cells = [str(len(times)), *spread(times), "", "", "", received]
        lines.append([f"{DISPLAY_NAMES['trained_anew']}: {words}", *cells])
    head = ["step", "n", "median", "p95", "least–largest", "to the kernel", "in it", "back"]
    return table([*head, "kB"], lines)


def drag_table(results):
    """Return the table of the pictures that come while a slider is dragged."""
    lines = []
    for scenario, drags in results["drags"].items():
        pictures = ", ".join(map(str, column(drags, "pictures")))
        waits = ", ".join(map(number, column(drags, "wait")))
        lines.append([DISPLAY_NAMES[scenario], pictures, waits])
    head = ["drag", f"pictures of {DRAG_POSITIONS}", "last picture after last move, ms"]
    return table(head, lines)


def part_table(results):
    """Return the table of the parts of an update in the kernel."""
    parts = ("train", "draw", "pixels", "words", "WebP")
    lines = []
    for scenario, updates in results["parts"].items():
        times = [[update.get(part, 0) for update in updates] for part in parts]
        totals = [sum(parts_of_one) for parts_of_one in zip(*times, strict=True)]
        cells = [number(median(some)) for some in (*times, totals)]
        pictures = number(median(column(updates, "pictures")))
        size = number(median(column(updates, "bytes")) / 1000)
        lines.append([DISPLAY_NAMES[scenario], *cells, pictures, size])
    return table(["update, ms", *parts, "all", "pictures", "kB of WebP"], lines)


def training_table(results):
    """Return the table of the same training by us and by others."""
    ours = median(results["training"]["ours"])
    lines = [
        [system, *spread([1000 * s for s in seconds]), number(median(seconds) / ours)]
        for system, seconds in results["training"].items()
    ]
    return table(["training, ms", "median", "p95", "least–largest", "over ours"], lines)


def memory_table(results):
    """Return the table of the kernel's memory over thousands of moves."""
    lines = [
        [f"{kind} explorer", *map(number, megabytes), f"{growth(megabytes):.2f}"]
        for kind, megabytes in results["memory"].items()
    ]
    head = [f"after {moves:,}" for moves in MOVE_COUNTS]
    return table(["moves: MB", *head, "MB for 1000, after the first 1000"], lines)


def text_of(results):
    """Return all that stands between the markers of README.md."""
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    machine = f"{results['date']}, {results['processor']}, {results['processors']} processors"
    parts = [
        f"{machine}; {versions}.",
        target_table(results).strip(),
        "From the event of a key to the painted picture, in ms:",
        step_table(results).strip(),
        drag_table(results).strip(),
        "In the kernel alone:",
        part_table(results).strip(),
        training_table(results).strip(),
        memory_table(results).strip(),
    ]
    return "\n\n".join(parts)


def with_tables(readme, results):
    """Return the text of README.md with these results between its markers."""
    return between_markers(readme, f"\n{text_of(results)}\n\n")
