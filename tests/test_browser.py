"""The explorers in a real browser, on real servers: what a reader does, and what is seen then.

What the page shows is compared with a twin: the same cells, run in this process.
"""

import base64
import contextlib
import html
import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("ipywidgets", reason="needs pip install 'aehelpers[lab]'")
pytest.importorskip("playwright", reason="needs pip install 'aehelpers[browser]'")

from aehelpers.figures import Explorer
from handouts.explorers import code_up_to_the_last_explorer
from tools import browser, notebooks

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1366, "height": 768}
START = "00_start_here"
TIMEOUT = 1000 * browser.TIMEOUT  # ms
OTHERS = [path.stem for path in notebooks.series() if path.stem != START]


# ---- the browser, the servers, the notebooks -------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def covering_sets():
    """The whole grids are drawn once, where the notebooks are tested, not on each server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AEHELPERS_CHECK", "")
        yield


@pytest.fixture(scope="module")
def chromium():
    try:
        with browser.chromium() as chromium:
            yield chromium
    except browser.NoChromiumError as missing:
        pytest.skip(str(missing))


def for_explorers(name):
    return code_up_to_the_last_explorer(notebooks.read(notebooks.NOTEBOOKS / f"{name}.ipynb"))


def as_notebook(sources):
    return notebooks.as_text(notebooks.from_code(sources))


@pytest.fixture(scope="module")
def twins():
    """The explorers of notebook 00, in its order, made by its cells in this process."""
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in for_explorers(START):
            exec(source, names)
    return [it for it in names.values() if isinstance(it, Explorer)]


@pytest.fixture(scope="module")
def lab(chromium, tmp_path_factory) -> Iterator[browser.Server]:
    texts = {f"{START}.ipynb": (notebooks.NOTEBOOKS / f"{START}.ipynb").read_text("utf-8")}
    texts |= {f"{name}.ipynb": as_notebook(for_explorers(name)) for name in OTHERS}
    texts["page.ipynb"] = as_notebook([PAGE, "explorer", SHOW_PAGE])
    folder = tmp_path_factory.mktemp("lab")
    (folder / "benchmarks").symlink_to(browser.ROOT / "benchmarks")  # some cells read it
    with browser.serving("lab", folder, texts) as server:
        yield server


@contextlib.contextmanager
def opened(chromium, server, name):
    """A tab with the notebook, all of it run; no error may come up in it from then on."""
    context = chromium.new_context(viewport=LAPTOP)
    tab, errors = context.new_page(), []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    try:
        tab.goto(server.address(f"{name}.ipynb"))
        if server.application != "voila":
            browser.run_all(tab)
        tab.locator(".explorer-picture").first.wait_for(timeout=TIMEOUT)
        errors.clear()  # those of an application that starts are its own
        yield tab
        assert errors == []
        assert tab.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    finally:
        context.close()


class Shown:
    """An explorer on a page: where its sliders stand, what it shows and says."""

    def __init__(self, tab, nth, twin=None):
        self.tab, self.twin = tab, twin
        self.root = tab.locator(".explorer").nth(nth)
        self.root.scroll_into_view_if_needed()
        self.handles = self.root.locator(":scope > .widget-slider [role=slider]")

    def position(self, slider):
        return round(float(self.handles.nth(slider).get_attribute("aria-valuenow")))

    def last(self, slider):
        return round(float(self.handles.nth(slider).get_attribute("aria-valuemax")))

    def setting(self):
        grids = self.twin.grids.items()
        return {name: values[self.position(i)] for i, (name, values) in enumerate(grids)}

    def said(self):
        return self.root.locator("[role=status]").text_content()

    def picture(self):
        """Its pixels, decoded here: (height, width, 3)."""
        encoded = self.root.locator("img").evaluate(
            """async img => {
                const bytes = new Uint8Array(await (await fetch(img.src)).arrayBuffer());
                return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
            }"""
        )
        return pixels(base64.b64decode(encoded))

    def until_said(self, words):
        self.tab.wait_for_function(
            "([root, words]) => root.querySelector('[role=status]')?.textContent === words",
            arg=[self.root.element_handle(), words],
            timeout=TIMEOUT,
        )

    def until_at(self, slider, position):
        """Wait until the kernel has moved the slider there."""
        self.tab.wait_for_function(
            "([handle, position]) => Number(handle.ariaValueNow) === position",
            arg=[self.handles.nth(slider).element_handle(), position],
            timeout=TIMEOUT,
        )

    def until_other_words(self, words):
        self.tab.wait_for_function(
            "([root, words]) => root.querySelector('[role=status]')?.textContent !== words",
            arg=[self.root.element_handle(), words],
            timeout=TIMEOUT,
        )

    def until_it_is_the_twin(self):
        """Wait until it says what the twin says at this setting; then it shows the same."""
        self.twin.move(**self.setting())
        self.until_said(said_by(self.twin))
        np.testing.assert_array_equal(self.picture(), pixels(self.twin.picture.value))

    def drag(self, slider, position):
        """With the pointer, from where it stands to that position."""
        handle, base = self.handles.nth(slider), self.root.locator(".noUi-base").nth(slider)
        box, track = handle.bounding_box(), base.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        step = track["width"] / self.last(slider)
        self.tab.mouse.move(x, y)
        self.tab.mouse.down()
        self.tab.mouse.move(x + step * (position - self.position(slider)), y, steps=4)
        self.tab.mouse.up()
        assert self.position(slider) == position


def pixels(encoded):
    return np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB"))


def said_by(explorer):
    (status,) = re.findall(r'<div role="status".*?</div>', explorer.readout.value)
    return html.unescape(re.sub("<.*?>", "", status))


# ---- notebook 00, in three applications ------------------------------------------------------


# Notebook 7 takes the arrow keys for itself, wherever the focus is.
STEPS, ENDS = ("ArrowLeft", "ArrowRight"), ("Home", "End")
KEYS = {"lab": STEPS, "voila": STEPS, "notebook": ENDS}


def press(shown, slider, up, keys=STEPS):
    """The key for up or down on a slider, which moves at once."""
    at, last = shown.position(slider), shown.last(slider)
    wanted = (
        (last if up else 0) if keys is ENDS else int(np.clip(at + (1 if up else -1), 0, last))
    )
    shown.handles.nth(slider).press(keys[up])
    assert shown.position(slider) == wanted


def every_slider_by_key_and_pointer(tab, twins, keys=STEPS):
    for nth, twin in enumerate(twins):
        shown = Shown(tab, nth, twin)
        shown.until_it_is_the_twin()
        for slider in range(len(twin.grids)):
            words, picture = shown.said(), shown.picture()
            press(shown, slider, up=shown.position(slider) < shown.last(slider), keys=keys)
            shown.until_it_is_the_twin()
            assert shown.said() != words and not np.array_equal(shown.picture(), picture)
            words, picture = shown.said(), shown.picture()
            at = shown.position(slider)
            shown.drag(slider, at - 1 if at else at + 1)
            shown.until_it_is_the_twin()
            assert shown.said() != words and not np.array_equal(shown.picture(), picture)


def storm(tab, twin, moves, keys=STEPS, seed=0):
    """So many keys on its sliders, as fast as they can be pressed: it ends where they end."""
    shown, rng = Shown(tab, 0, twin), np.random.default_rng(seed)
    for _ in range(moves):
        press(shown, int(rng.integers(len(twin.grids))), bool(rng.integers(2)), keys)
    shown.until_it_is_the_twin()


@pytest.fixture(scope="module")
def start(chromium, lab):
    """Notebook 00 in JupyterLab, run."""
    with opened(chromium, lab, START) as tab:
        yield tab


def test_in_jupyterlab_every_slider_shows_what_the_kernel_computes(start, twins):
    every_slider_by_key_and_pointer(start, twins)


def test_in_jupyterlab_a_storm_of_200_moves_ends_in_the_last_one(start, twins):
    storm(start, twins[0], 200)


def test_a_storm_of_the_pointer_ends_where_it_is_let_go(start, twins):
    shown, rng = Shown(start, 0, twins[0]), np.random.default_rng(1)
    track = shown.root.locator(".noUi-base").nth(1).bounding_box()
    box = shown.handles.nth(1).bounding_box()
    y = box["y"] + box["height"] / 2
    start.mouse.move(box["x"] + box["width"] / 2, y)
    start.mouse.down()
    for share in (*rng.uniform(0, 1, 100), 0.0):
        start.mouse.move(track["x"] + share * track["width"], y)
    start.mouse.up()
    assert shown.position(1) == 0
    shown.until_it_is_the_twin()


def test_a_run_can_be_stepped_through_and_reset_by_keyboard(start, twins):
    shown = Shown(start, 0, twins[0])
    step = shown.root.locator(".widget-box [role=slider]")
    step.press("Home")
    start.wait_for_function(
        "root => root.querySelector('[role=status]').textContent.includes('Epoch 20 of 400')",
        arg=shown.root.element_handle(),
        timeout=TIMEOUT,
    )
    step.press("End")
    shown.until_it_is_the_twin()
    press(shown, 0, up=shown.position(0) == 0)
    shown.root.get_by_role("button", name="Reset").press("Enter")
    for slider, (name, values) in enumerate(twins[0].grids.items()):
        shown.until_at(slider, values.index(twins[0].start[name]))
    shown.until_it_is_the_twin()
    assert shown.setting() == twins[0].start


@pytest.mark.parametrize("application", ["notebook", "voila"])
def test_the_same_in(application, chromium, twins, tmp_path):
    text = {f"{START}.ipynb": as_notebook(for_explorers(START))}
    with (
        browser.serving(application, tmp_path, text) as server,
        opened(chromium, server, START) as tab,
    ):
        every_slider_by_key_and_pointer(tab, twins, KEYS[application])
        storm(tab, twins[0], 50, KEYS[application])


# ---- the explorers of the other notebooks ----------------------------------------------------


@pytest.mark.parametrize("name", [START, *OTHERS])
def test_every_explorer_fits_a_laptop_and_answers_keys(name, chromium, lab, request):
    if name == START:
        look_at_explorers(request.getfixturevalue("start"))
    else:
        with opened(chromium, lab, name) as tab:
            look_at_explorers(tab)


def look_at_explorers(tab):
    room = tab.locator(".jp-WindowedPanel-outer:visible").first.bounding_box()["height"]
    for nth in range(tab.locator(".explorer").count()):
        shown, changed = Shown(tab, nth), []
        height = shown.root.bounding_box()["height"]
        assert height <= room
        for slider in range(shown.handles.count()):
            words, picture = shown.said(), shown.picture()
            press(shown, slider, up=shown.position(slider) == 0)
            shown.until_other_words(words)
            changed.append(not np.array_equal(shown.picture(), picture))
            assert shown.root.locator("[role=status]").count() == 1, "no error took its place"
            assert shown.root.bounding_box()["height"] == height, "the page has moved"
        assert any(changed), "not every setting need give another picture, but some do"


# ---- without a kernel ------------------------------------------------------------------------

PAGE = """\
from aehelpers.figures import Explorer
from handouts.explorers import code_up_to_the_last_explorer

def line(ax, k, up):
    ax.plot([0, k], [0, up])
    return f"{k} right, {up} up"

explorer = Explorer(line, k=[1, 2, 3], up=[1, 5], start={"k": 1, "up": 1}, title="A line")
page = 2 * explorer.html()
"""
SHOW_PAGE = "from IPython.display import HTML\nHTML(page)"


def sliders_answer(figures, explorer):
    """The first of two equal figures follows the keys, and the second one stays."""
    first, second = figures.nth(0), figures.nth(1)
    inputs, seen = first.locator("input"), []
    for slider, key, setting in (
        (0, "ArrowRight", {"k": 2, "up": 1}),
        (1, "ArrowRight", {"k": 2, "up": 5}),
        (0, "End", {"k": 3, "up": 5}),
        (0, "ArrowLeft", {"k": 2, "up": 5}),
    ):
        inputs.nth(slider).press(key)
        assert first.locator("[role=status]").text_content() == "{k} right, {up} up".format(
            **setting
        )
        assert [o.text_content() for o in first.locator("output").all()] == [
            str(value) for value in setting.values()
        ]
        explorer.move(**setting)
        encoded = first.locator("img").get_attribute("src").split(",")[1]
        away = np.abs(pixels(base64.b64decode(encoded)).astype(int) - live_pixels(explorer))
        assert away.mean() < 1
        assert "up" in first.locator("img").get_attribute("alt")
        seen.append(encoded)
    assert len(set(seen)) == 3
    assert second.locator("[role=status]").text_content() == "1 right, 1 up"


def live_pixels(explorer):
    return pixels(explorer.picture.value).astype(int)


def test_a_page_without_kernel_and_network_answers_keys(chromium, tmp_path):
    names, asked = {}, []
    exec(PAGE, names)
    file = tmp_path / "page.html"
    file.write_text(names["page"], "ascii")
    context = chromium.new_context(offline=True)
    context.on("request", lambda request: asked.append(request.url))
    tab = context.new_page()
    tab.goto(file.as_uri())
    sliders_answer(tab.locator("figure"), names["explorer"])
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_it_keeps_its_keys_in_a_notebook_too(chromium, lab):
    names = {}
    exec(PAGE, names)
    with opened(chromium, lab, "page") as tab:
        sliders_answer(tab.locator("figure"), names["explorer"])
