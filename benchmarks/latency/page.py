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
SCENARIOS = "interact", "redrawn", "drawn_ahead", "trained_anew"
CELLS = [
    "from benchmarks.latency.kernel import show_explorer, show_interact",
    "show_interact('interact')",
    *(f"show_explorer('{scenario}')" for scenario in SCENARIOS if scenario != "interact"),
]
VIEWPORT = {"width": 1400, "height": 1000}

# In seconds.
TIMEOUT = 30  # for one step
QUIET = 1.0  # then nothing is drawn any more
SHORT_REST = 0.05  # between steps: too short for anything to be drawn ahead
LONG_REST = 1.5  # between steps: long enough for both neighbours
DRAG_SECONDS = 2.5
DRAG_POSITIONS = 13


# ---- the page --------------------------------------------------------------------------------


def notebook():
    """The notebook with the four scenarios, not yet run."""
    return notebooks.from_code(CELLS)


@contextmanager
def opened():
    """JupyterLab with the notebook run, as a `Lab`."""
    with (
        browser.chromium() as chromium,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        browser.serving("lab", folder, {NOTEBOOK: notebooks.as_text(notebook())}) as server,
    ):
        tab = chromium.new_page(viewport=VIEWPORT)
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
        self.sliders = {
            scenario: tab.evaluate(f"watch('{scenario}')") for scenario in SCENARIOS
        }

    def scroll_to(self, scenario):
        """Bring the explorer into view."""
        self.tab.evaluate(f"document.querySelector('.{scenario}').scrollIntoView()")
        time.sleep(QUIET)

    def handle(self, scenario, slider=0):
        """What a reader moves of the slider."""
        return self.tab.locator(f".{scenario} > .widget-slider [role=slider]").nth(slider)

    def positions(self, scenario):
        """The positions of its sliders, and the last position of each, counted from 0."""
        handles = [self.handle(scenario, n) for n in range(self.sliders[scenario])]
        names = "aria-valuenow", "aria-valuemax"
        return [[round(float(h.get_attribute(name))) for h in handles] for name in names]

    def step(self, scenario, key="ArrowRight", slider=0):
        """Press the key, and wait for the picture and the kernel's note that it was sent."""
        self.begin(scenario)
        self.handle(scenario, slider).press(key)
        noted = self.wait_for(scenario, 1)
        return noted | {"kernel": self.wait_for_kernel(scenario, was_sent)}

    def run(self, scenario, key, slider):
        """Press the key and wait for the last picture of the run."""
        self.begin(scenario)
        self.handle(scenario, slider).press(key)
        events = self.wait_for_kernel(scenario, pictures_of_run)
        return self.wait_for(scenario, pictures_of_run(events))

    def reset(self, scenario):
        """Press Reset, and wait until the start and its neighbours are drawn."""
        self.begin(scenario)
        self.tab.locator(f".{scenario}").get_by_role("button", name="Reset").click()
        self.wait_until_quiet(scenario)

    def drag(self, scenario):
        """Move the pointer over DRAG_POSITIONS from the left end; wait until all is quiet."""
        pause = DRAG_SECONDS / (DRAG_POSITIONS - 1)
        track = self.tab.locator(f".{scenario} .noUi-base").first.bounding_box()
        box = self.handle(scenario).bounding_box()
        x, y = (box[at] + box[size] / 2 for at, size in (("x", "width"), ("y", "height")))
        self.begin(scenario)
        self.tab.mouse.move(x, y)
        self.tab.mouse.down()
        start = time.monotonic()
        for n in range(1, DRAG_POSITIONS + 1):
            time.sleep(max(0, start + (n - 1) * pause - time.monotonic()))
            self.tab.mouse.move(x + n * track["width"] / (len(CODE_SIZES) - 1), y)
        self.tab.mouse.up()
        return self.wait_until_quiet(scenario, 2 * QUIET)

    def wait_until_quiet(self, scenario, seconds=QUIET):
        """Wait until no more pictures come."""
        before, noted = -1, self.wait_for(scenario, 1)
        while len(noted["pictures"]) > before:
            before = len(noted["pictures"])
            time.sleep(seconds)
            noted = self.wait_for(scenario, 1)
        return noted

    def begin(self, scenario):
        """Forget what the page and the kernel have noted."""
        self.tab.evaluate(f"watches['{scenario}'].begin()")
        if self.events.exists():
            self._read = self.events.stat().st_size

    def wait_for(self, scenario, pictures):
        """Wait until so many pictures have come and the last one is on screen."""
        noted = self.tab.evaluate(
            f"args => watches['{scenario}'].waitFor(...args)", [pictures, 1000 * TIMEOUT]
        )
        return noted | {"kernel": self.kernel_events(scenario)}

    def wait_for_kernel(self, scenario, done):
        """What the kernel has logged since `begin`, once `done` is true of it."""
        give_up = time.monotonic() + TIMEOUT
        while not done(events := self.kernel_events(scenario)):
            if time.monotonic() > give_up:
                raise TimeoutError(f"{scenario}: {done.__name__} stays false of {events}")
            time.sleep(0.01)
        return events

    def kernel_events(self, scenario):
        """What the kernel has logged since `begin`, without a line that it is still writing."""
        with open(self.events) as file:
            file.seek(self._read)
            lines = [line for line in file if line.endswith("\n")]
        events = map(json.loads, lines)
        return [event for event in events if event["scenario"] == scenario]


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


# ---- the scenarios, in turn ------------------------------------------------------------------


def steps_and_drags(lab, turns=4, steps=5, drags=3, settings=60, report=print):
    """Return {scenario: its steps}, {scenario: its drags} as `Lab` gives them.

    The steps of the warm-up are left out. report : is called with what is done now, as print.
    """
    all_steps = {scenario: [] for scenario in SCENARIOS}
    for turn in range(turns + 1):
        report(f"steps, turn {turn} of {turns}", flush=True)
        for scenario in ("interact", "redrawn", "drawn_ahead"):
            lab.scroll_to(scenario)
            made = take_steps(lab, scenario, steps if turn else 2)
            all_steps[scenario] += made if turn else []
    report("trained anew", flush=True)
    lab.scroll_to("trained_anew")
    lab.reset("trained_anew")
    all_steps["trained_anew"] = run_every_setting(lab, settings)[3:]
    all_drags = {"interact": [], "redrawn": []}
    for turn in range(drags):
        report(f"drags, turn {turn + 1} of {drags}", flush=True)
        for scenario, made in all_drags.items():
            lab.scroll_to(scenario)
            if scenario == "interact":
                lab.step(scenario, "Home")
                lab.wait_until_quiet(scenario)
            else:
                lab.reset(scenario)
            made.append(lab.drag(scenario))
    return all_steps, all_drags


def take_steps(lab, scenario, steps):
    """So many steps to the right, with a rest before each."""
    made = []
    if scenario == "redrawn":  # while we rested, the neighbour's picture was drawn ahead
        lab.step(scenario)
    for _ in range(steps):
        time.sleep(LONG_REST if scenario == "drawn_ahead" else SHORT_REST)
        made.append(lab.step(scenario))
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
