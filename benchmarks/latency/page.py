"""The side of the page: JupyterLab in Chromium, where keys and a pointer move our sliders.

A step begins with the event of the key or the pointer and ends when the new picture is painted;
page.js notes both in the page itself, so the time that Playwright takes is not counted.
"""

import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tools import browser, notebooks

from .kernel import CODE_SIZES, EVENTS, walk

NOTEBOOK = "latency.ipynb"
PATTERNS = "interact", "redrawn", "drawn_ahead", "trained_anew"
CELLS = [
    "from benchmarks.latency.kernel import show_explorer, show_interact",
    "show_interact('interact')",
    *(f"show_explorer('{pattern}')" for pattern in PATTERNS if pattern != "interact"),
]
VIEW = {"width": 1400, "height": 1000}

# In seconds.
TIMEOUT = 30  # for one step
QUIET = 1.0  # then nothing is drawn any more
SHORT_REST = 0.05  # between steps: too short for anything to be drawn ahead
LONG_REST = 1.5  # between steps: long enough for both neighbours
DRAG_SECONDS = 2.5
DRAG_POSITIONS = 13


# ---- the page --------------------------------------------------------------------------------


def notebook():
    """The notebook with the four patterns, not yet run."""
    return notebooks.from_code(CELLS)


@contextmanager
def opened():
    """JupyterLab with the notebook run, as a `Lab`."""
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
        yield Lab(tab, server.notebooks / EVENTS, chromium.version)


class Lab:
    """JupyterLab with our notebook in a tab of Chromium.

    A step, a run or a drag is a dict of what the page and the kernel noted of it.
    """

    def __init__(self, tab, events, version):
        self.tab, self.events, self.version = tab, events, version
        self._read = 0
        self.sliders = {pattern: tab.evaluate(f"watch('{pattern}')") for pattern in PATTERNS}

    def scroll_to(self, pattern):
        """Bring the explorer into view."""
        self.tab.evaluate(f"document.querySelector('.{pattern}').scrollIntoView()")
        time.sleep(QUIET)

    def handle(self, pattern, slider=0):
        """What a reader moves of the slider."""
        return self.tab.locator(f".{pattern} > .widget-slider [role=slider]").nth(slider)

    def positions(self, pattern):
        """The positions of its sliders, and the last position of each, counted from 0."""
        handles = [self.handle(pattern, n) for n in range(self.sliders[pattern])]
        names = "aria-valuenow", "aria-valuemax"
        return [[round(float(h.get_attribute(name))) for h in handles] for name in names]

    def step(self, pattern, key="ArrowRight", slider=0):
        """Press the key, and wait for the picture and the kernel's note that it was sent."""
        self.begin(pattern)
        self.handle(pattern, slider).press(key)
        noted = self.wait_for(pattern, 1)
        return noted | {"kernel": self.wait_for_kernel(pattern, was_sent)}

    def run(self, pattern, key, slider):
        """Press the key and wait for the last picture of the run."""
        self.begin(pattern)
        self.handle(pattern, slider).press(key)
        events = self.wait_for_kernel(pattern, pictures_of_run)
        return self.wait_for(pattern, pictures_of_run(events))

    def reset(self, pattern):
        """Press Reset, and wait until the start and its neighbours are drawn."""
        self.begin(pattern)
        self.tab.locator(f".{pattern}").get_by_role("button", name="Reset").click()
        self.wait_until_quiet(pattern)

    def drag(self, pattern):
        """Move the pointer over DRAG_POSITIONS from the left end; wait until all is quiet."""
        pause = DRAG_SECONDS / (DRAG_POSITIONS - 1)
        track = self.tab.locator(f".{pattern} .noUi-base").first.bounding_box()
        box = self.handle(pattern).bounding_box()
        x, y = (box[at] + box[size] / 2 for at, size in (("x", "width"), ("y", "height")))
        self.begin(pattern)
        self.tab.mouse.move(x, y)
        self.tab.mouse.down()
        start = time.monotonic()
        for n in range(1, DRAG_POSITIONS + 1):
            time.sleep(max(0, start + (n - 1) * pause - time.monotonic()))
            self.tab.mouse.move(x + n * track["width"] / (len(CODE_SIZES) - 1), y)
        self.tab.mouse.up()
        return self.wait_until_quiet(pattern, 2 * QUIET)

    def wait_until_quiet(self, pattern, seconds=QUIET):
        """Wait until no more pictures come."""
        before, noted = -1, self.wait_for(pattern, 1)
        while len(noted["pictures"]) > before:
            before = len(noted["pictures"])
            time.sleep(seconds)
            noted = self.wait_for(pattern, 1)
        return noted

    def begin(self, pattern):
        """Forget what the page and the kernel have noted."""
        self.tab.evaluate(f"watches['{pattern}'].begin()")
        if self.events.exists():
            self._read = self.events.stat().st_size

    def wait_for(self, pattern, pictures):
        """Wait until so many pictures have come and the last one is on screen."""
        noted = self.tab.evaluate(
            f"args => watches['{pattern}'].waitFor(...args)", [pictures, 1000 * TIMEOUT]
        )
        return noted | {"kernel": self.kernel_events(pattern)}

    def wait_for_kernel(self, pattern, done):
        """What the kernel has logged since `begin`, once `done` is true of it."""
        give_up = time.monotonic() + TIMEOUT
        while not done(events := self.kernel_events(pattern)):
            if time.monotonic() > give_up:
                raise TimeoutError(f"{pattern}: {done.__name__} stays false of {events}")
            time.sleep(0.01)
        return events

    def kernel_events(self, pattern):
        """What the kernel has logged since `begin`, without a line that it is still writing."""
        with open(self.events) as file:
            file.seek(self._read)
            lines = [line for line in file if line.endswith("\n")]
        events = map(json.loads, lines)
        return [event for event in events if event["pattern"] == pattern]


def was_sent(events):
    """Whether the kernel has noted that a picture was sent.

    The page may show the picture earlier: it is sent by another thread than the one that notes.
    """
    return any(event["what"] == "sent" for event in events)


def pictures_of_run(events):
    """How many pictures a run has sent, or 0 as long as its last picture is not sent."""
    whats = [event["what"] for event in events]
    sent = whats.count("sent")
    if sent and "train" not in whats[: whats.index("sent")]:
        return sent  # the picture had been kept, so nothing was trained
    if "end" not in whats:
        return 0
    *_, last, _ = (n for n, what in enumerate(whats) if what == "train")  # the last brings none
    drawn = whats[whats.index("draw", last) :] if "draw" in whats[last:] else []
    return sent if "sent" in drawn else 0


# ---- the patterns, in turn -------------------------------------------------------------------


def steps_and_drags(lab, turns=4, steps=5, drags=3, settings=60, note=print):
    """{pattern: its steps}, {pattern: its drags}, as `Lab` gives them, without the warm-up."""
    all_steps = {pattern: [] for pattern in PATTERNS}
    for turn in range(turns + 1):
        note(f"steps, turn {turn} of {turns}", flush=True)
        for pattern in ("interact", "redrawn", "drawn_ahead"):
            lab.scroll_to(pattern)
            made = take_steps(lab, pattern, steps if turn else 2)
            all_steps[pattern] += made if turn else []
    note("trained anew", flush=True)
    lab.scroll_to("trained_anew")
    lab.reset("trained_anew")
    all_steps["trained_anew"] = run_every_setting(lab, settings)[3:]
    all_drags = {"interact": [], "redrawn": []}
    for turn in range(drags):
        note(f"drags, turn {turn + 1} of {drags}", flush=True)
        for pattern, made in all_drags.items():
            lab.scroll_to(pattern)
            if pattern == "interact":
                lab.step(pattern, "Home")
                lab.wait_until_quiet(pattern)
            else:
                lab.reset(pattern)
            made.append(lab.drag(pattern))
    return all_steps, all_drags


def take_steps(lab, pattern, steps):
    """So many steps to the right, with a rest before each."""
    made = []
    if pattern == "redrawn":  # while we rested, the neighbour's picture was drawn ahead
        lab.step(pattern)
    for _ in range(steps):
        time.sleep(LONG_REST if pattern == "drawn_ahead" else SHORT_REST)
        made.append(lab.step(pattern))
    return made


def run_every_setting(lab, most):
    """Runs at every setting of notebook 00's explorer, a key at a time, from a corner on.

    Stops after `most` runs.
    """
    at, ends = lab.positions("trained_anew")
    made = []
    for setting in walk({n: list(range(end + 1)) for n, end in enumerate(ends)}, None):
        for slider, position in setting.items():
            while at[slider] != position and len(made) < most:
                by, key = (1, "ArrowRight") if position > at[slider] else (-1, "ArrowLeft")
                at[slider] += by
                time.sleep(SHORT_REST)
                made.append(lab.run("trained_anew", key, slider))
    return made
