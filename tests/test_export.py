"""Explorers on paper and on pages without a kernel."""

import base64
import html
import json
import re

import numpy as np
import pytest
from small_explorers import divided, notes_of, own_figure, pixels, run_of, small_explorer, wave

from aehelpers.figures import plots
from aehelpers.figures.settings import every_setting


@pytest.fixture
def figures(monkeypatch):
    """The figures that are shown."""
    shown, show = [], plots.show
    monkeypatch.setattr(
        plots, "show", lambda fig, *alt: (shown.append(fig), show(fig, *alt))[1]
    )
    return shown


@pytest.mark.parametrize("draw", [wave, own_figure, run_of(3, []), divided])
def test_film_strip_holds_the_pictures_asked_for(draw, figures):
    explorer = small_explorer(draw, k=[1, 2, 3, 4, 5, 6, 7], start={"k": 2})
    before = explorer.picture.value
    strip = explorer.film_strip(n_pictures=3)
    parts = figures[-1].subfigs
    titles = {part.get_suptitle() for part in parts if part.axes}
    assert titles == {"k = 1", "k = 4", "k = 7"}
    assert "k = 1, 4, 7" in strip.text and pixels(strip.png).std() > 1
    if draw is not own_figure:
        ends = [part.axes[0].lines[0].get_ydata()[-1] for part in parts if part.axes]
        assert len(set(ends)) == 3, "each part shows its own setting"
    assert explorer.picture.value == before and explorer.setting == {"k": 2}


def two_panels(axes, k):
    for ax in axes.flat:
        wave(ax, k)


@pytest.mark.parametrize(
    "options, columns, size, count",
    [
        ({}, None, (4, 2 * 0.8 * 2.4), 4),  # two rows of two, a fifth lower
        ({}, 1, (4, 4 * 2.4), 4),
        ({"k": [1]}, None, (4, 2.4), 1),
        ({"draw": two_panels, "panels": (2, 1)}, None, (4, 4 * 2.4), 4),
        ({"draw": two_panels, "panels": (2, 1)}, 2, (4, 2 * 0.8 * 2.4), 4),
    ],
)
def test_four_pictures_fill_two_columns_unless_draw_has_several_panels(
    options, columns, size, count, figures
):
    options = {"draw": wave, "k": [1, 2, 3, 4, 5, 6, 7], **options}
    small_explorer(**options).film_strip(columns=columns)
    assert figures[-1].get_size_inches() == pytest.approx(size)
    assert len(figures[-1].subfigs) == count


def parts_of(page):
    """The texts of a kernel-free page that a reader meets, and what its script is given."""
    data = re.search(r'<script type="application/json">(.*?)</script>', page, re.S)[1]
    return re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S), json.loads(data)


@pytest.mark.parametrize("draw", [wave, run_of(3, [])])
def test_the_kernel_free_page_has_the_picture_and_words_of_each_setting(draw):
    grids = {"k": [1, 2, 5]} | ({"height": [0.5, 1.0]} if draw is wave else {})
    explorer = small_explorer(draw, **grids, title="a <wave>", labels={"k": "waves & more"})
    seen, data = parts_of(explorer.html())
    assert "a &lt;wave&gt;" in seen and "waves &amp; more" in seen
    assert seen.count('type="range"') == seen.count("<output>") == len(grids)
    assert data["values"] == [[f"{value:g}" for value in values] for values in grids.values()]
    settings = every_setting(grids)
    assert len(data["frames"]) == len(settings)
    for setting, frame in zip(settings, data["frames"], strict=True):
        explorer.move(**setting)
        assert frame["said"] in explorer.readout.value and frame["alt"] in repr(explorer)
        away = np.abs(pixels(base64.b64decode(frame["png"])) - pixels(explorer.picture.value))
        assert away.mean() < 1, "64 colours are as good as all"


def test_the_kernel_free_page_starts_where_the_sliders_stand_and_asks_for_nothing():
    explorer = small_explorer(
        wave, k=[1, 2, 3], height=[0.5, 1.0], start={"k": 2, "height": 1.0}
    )
    page = explorer.html()
    seen, data = parts_of(page)
    assert re.findall(r'max="(\d)" value="(\d)"', seen) == [("2", "1"), ("1", "1")]
    assert data["frames"][3]["png"] in seen and data["frames"][3]["said"] in seen
    assert page.isascii() and "http" not in page and 'id="' not in page


def test_no_words_break_a_kernel_free_page():
    rude = 'é </script> "quoted" <b>'
    explorer = small_explorer(
        lambda ax, k: rude, k=["</script>", "ü"], title=rude, labels={"k": rude}
    )
    page = explorer.html()
    seen, data = parts_of(page)
    assert page.isascii() and page.count("</script>") == 2 and "<b>" not in page
    assert data["values"] == [["</script>", "ü"]] and data["frames"][0]["said"] == rude
    assert html.unescape(seen).count(rude) == 4, "title, label, read-out and alt text"


def test_a_kernel_free_page_of_a_part_of_the_grid():
    explorer = small_explorer(wave, k=[1, 2, 3], height=[0.5, 1.0], start={"k": 2})
    seen, data = parts_of(explorer.html(k=[1, 3]))
    assert data["values"] == [["1", "3"], ["0.5", "1"]] and len(data["frames"]) == 4
    starts = re.findall(r'value="(\d)"', seen)
    assert starts == ["0", "0"], "2 is not in it, so it starts with the first"
    assert re.findall(r'value="(\d)"', parts_of(explorer.html(k=[3, 1]))[0]) == ["0", "0"]
    with pytest.raises(ValueError, match=r"k=4 is not in its grid \[1, 2, 3\]"):
        explorer.html(k=[1, 4])
    with pytest.raises(ValueError, match="no grid is named 'depth'"):
        explorer.html(depth=[1])


def test_a_kernel_free_page_raises_what_draw_raises():
    explorer = small_explorer(lambda ax, k: f"{1 / k}", k=[0, 1], start={"k": 1})
    with pytest.raises(ZeroDivisionError) as error:
        explorer.html()
    assert "while drawing k=0" in notes_of(error.value)


def test_film_strip_of_another_grid_and_its_errors():
    explorer = small_explorer(wave, k=[1, 2], height=[0.1, 0.5, 1.0])
    assert "height = 0.1, 0.5, 1." in explorer.film_strip("height").text
    with pytest.raises(ValueError, match="no grid is named 'depth'"):
        explorer.film_strip("depth")
    assert "height = 0.5, 0.1." in explorer.film_strip("height", values=[0.5, 0.1]).text
    with pytest.raises(ValueError, match="n_pictures=0"):
        explorer.film_strip(n_pictures=0)
    with pytest.raises(ValueError, match=r"values=\[\]"):
        explorer.film_strip(values=[])
    with pytest.raises(ValueError, match="height"):
        explorer.film_strip("height", values=[0.2])
