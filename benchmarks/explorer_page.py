"""The side of the page: JupyterLab in Chromium, where keys and a pointer move our sliders.

A step begins with the event of the key or the pointer and ends when the new picture is painted;
explorer_page.js notes both in the page itself, so what Playwright takes is not counted.
"""

import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tools import browser, notebooks

from .explorer_kernel import CODE_SIZES, EVENTS, walk

NOTEBOOK = "latency.ipynb"
PATTERNS = "usual", "redraw", "ahead", "retrain"
CELLS = [
    "from benchmarks.explorer_kernel import show_explorer, show_usual",
    "show_usual('usual')",
    *(f"show_explorer('{pattern}')" for pattern in PATTERNS if pattern != "usual"),
]
VIEW = {"width": 1400, "height": 1000}

PATIENCE = 30  # seconds: for one step
QUIET = 1.0  # seconds: then nothing is drawn any more
BEFORE_REST = 0.05  # seconds from step to step: too short for anything to be drawn ahead
REST = 1.5  # seconds: long enough for both neighbours
DRAG = 2.5, 13  # seconds, positions


# ---- the page --------------------------------------------------------------------------------


def notebook():
    return notebooks.of_code(CELLS)


@contextmanager
def opened():
    """The Lab, as a `Page`, its notebook run."""
    with (
        browser.chromium() as chromium,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        browser.serving("lab", folder, {NOTEBOOK: notebooks.as_text(notebook())}) as server,
    ):
        tab = chromium.new_page(viewport=VIEW)
        tab.add_init_script(path=Path(__file__).with_suffix(".js"))
        tab.goto(server.address(NOTEBOOK))
        browser.run_all(tab)
        time.sleep(2 * QUIET)
        yield Page(tab, server.notebooks / EVENTS, chromium.version)


class Page:
    """Steps and drags in the notebook, each a dict of what the page and the kernel noted."""

    def __init__(self, tab, events, version):
        self.tab, self.events, self.version = tab, events, version
        self._read = 0
        self.sliders = {pattern: tab.evaluate(f"watch('{pattern}')") for pattern in PATTERNS}

    def see(self, pattern):
        self.tab.evaluate(f"document.querySelector('.{pattern}').scrollIntoView()")
        time.sleep(QUIET)

    def handle(self, pattern, slider=0):
        return self.tab.locator(f".{pattern} > .widget-slider [role=slider]").nth(slider)

    def positions(self, pattern):
        """Where its sliders stand, and where they end, counted from 0."""
        handles = [self.handle(pattern, n) for n in range(self.sliders[pattern])]
        names = "aria-valuenow", "aria-valuemax"
        return [[round(float(h.get_attribute(name))) for h in handles] for name in names]

    def step(self, pattern, key="ArrowRight", slider=0):
        """Press the key; wait for the picture."""
        self.begin(pattern)
        self.handle(pattern, slider).press(key)
        return self.until(pattern, 1)

    def run(self, pattern, key, slider):
        """Press the key; wait for the last picture of the run."""
        self.begin(pattern)
        self.handle(pattern, slider).press(key)
        give_up = time.monotonic() + PATIENCE
        while not (pictures := pictures_of_run(self.happened(pattern))):
            if time.monotonic() > give_up:
                raise TimeoutError(f"{key} on slider {slider}: no end of the run")
            time.sleep(0.01)
        return self.until(pattern, pictures)

    def reset(self, pattern):
        """To the start; until it is drawn, and its neighbours ahead."""
        self.begin(pattern)
        self.tab.locator(f".{pattern}").get_by_role("button", name="Reset").click()
        self.quiet(pattern)

    def drag(self, pattern):
        """From the left end over as many positions as DRAG says; then until all is quiet."""
        seconds, positions = DRAG
        track = self.tab.locator(f".{pattern} .noUi-base").first.bounding_box()
        box = self.handle(pattern).bounding_box()
        x, y = (box[at] + box[size] / 2 for at, size in (("x", "width"), ("y", "height")))
        self.begin(pattern)
        self.tab.mouse.move(x, y)
        self.tab.mouse.down()
        start = time.monotonic()
        for n in range(1, positions + 1):
            time.sleep(max(0, start + (n - 1) * seconds / (positions - 1) - time.monotonic()))
            self.tab.mouse.move(x + n * track["width"] / (len(CODE_SIZES) - 1), y)
        self.tab.mouse.up()
        return self.quiet(pattern, 2 * QUIET)

    def quiet(self, pattern, seconds=QUIET):
        """Until no more pictures come."""
        before, noted = -1, self.until(pattern, 1)
        while len(noted["pictures"]) > before:
            before = len(noted["pictures"])
            time.sleep(seconds)
            noted = self.until(pattern, 1)
        return noted

    def begin(self, pattern):
        self.tab.evaluate(f"watches['{pattern}'].begin()")
        if self.events.exists():
            self._read = self.events.stat().st_size

    def until(self, pattern, pictures):
        """Until so many pictures have come, and what was on its way is on screen."""
        noted = self.tab.evaluate(
            f"args => watches['{pattern}'].until(...args)", [pictures, 1000 * PATIENCE]
        )
        return noted | {"kernel": self.happened(pattern)}

    def happened(self, pattern):
        """What the kernel has logged since `begin`; a line that it is writing counts later."""
        with open(self.events) as file:
            file.seek(self._read)
            lines = [line for line in file if line.endswith("\n")]
        events = map(json.loads, lines)
        return [event for event in events if event["pattern"] == pattern]


def pictures_of_run(events):
    """How many pictures a run has sent, once the last one is; until then 0."""
    whats = [event["what"] for event in events]
    sent = whats.count("sent")
    if sent and "train" not in whats[: whats.index("sent")]:
        return sent  # it was kept
    if "end" not in whats:
        return 0
    *_, last, _ = (n for n, what in enumerate(whats) if what == "train")  # then none came
    drawn = whats[whats.index("draw", last) :] if "draw" in whats[last:] else []
    return sent if "sent" in drawn else 0


# ---- the patterns, in turn -------------------------------------------------------------------


def measured(page, turns=4, steps=5, drags=3, note=print):
    """{pattern: its steps}, {pattern: its drags}, as `Page` gives them, warm-up left out."""
    found = {pattern: [] for pattern in PATTERNS}
    for turn in range(turns + 1):
        note(f"steps, turn {turn} of {turns}", flush=True)
        for pattern in ("usual", "redraw", "ahead"):
            page.see(pattern)
            made = of_pattern(page, pattern, steps if turn else 2)
            found[pattern] += made if turn else []
    note("retraining", flush=True)
    page.see("retrain")
    page.reset("retrain")
    found["retrain"] = around_the_grid(page)[3:]
    dragged = {"usual": [], "redraw": []}
    for turn in range(drags):
        note(f"drags, turn {turn + 1} of {drags}", flush=True)
        for pattern, made in dragged.items():
            page.see(pattern)
            if pattern == "usual":
                page.step(pattern, "Home")
                page.quiet(pattern)
            else:
                page.reset(pattern)
            made.append(page.drag(pattern))
    return found, dragged


def of_pattern(page, pattern, steps):
    made = []
    if pattern == "redraw":  # the first one's picture is there: a neighbour of where we rested
        page.step(pattern)
    for _ in range(steps):
        time.sleep(REST if pattern == "ahead" else BEFORE_REST)
        made.append(page.step(pattern))
    return made


def around_the_grid(page, most=60):
    """To every setting of notebook 00's explorer, a key at a time; first into a corner."""
    at, ends = page.positions("retrain")
    made = []
    for setting in walk({n: list(range(end + 1)) for n, end in enumerate(ends)}, None):
        for slider, position in setting.items():
            while at[slider] != position and len(made) < most:
                by, key = (1, "ArrowRight") if position > at[slider] else (-1, "ArrowLeft")
                at[slider] += by
                time.sleep(BEFORE_REST)
                made.append(page.run("retrain", key, slider))
    return made
