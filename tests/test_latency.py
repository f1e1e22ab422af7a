"""benchmarks/latency: it measures what it says, and the page shows what is stored."""

import asyncio
import inspect
import json
import re
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest

pytest.importorskip("ipywidgets", reason="needs pip install 'aehelpers[lab]'")

from benchmarks.latency import kernel, measure, page, tables


@pytest.fixture
def results():
    return json.loads(measure.RESULTS.read_text("utf-8"))


# ---- what is stored --------------------------------------------------------------------------


def test_the_page_shows_what_is_stored(results):
    text = tables.README.read_text("utf-8")
    assert tables.with_tables(text, results) == text
    results["steps"]["redrawn"] = [{**s, "total": 777.0} for s in results["steps"]["redrawn"]]
    assert "| 777 |" in tables.with_tables(text, results)


def test_what_is_stored_is_complete(results):
    assert results["date"] and results["processor"] and results["processors"]
    assert set(results["versions"]) == {"Chromium", "Python", *measure.PACKAGES}
    assert list(results["steps"]) == ["interact", "redrawn", "drawn_ahead"]
    for made in (*results["steps"].values(), results["runs"], *results["parts"].values()):
        assert len(made) >= 12
    assert {len(made) for made in results["drags"].values()} == {3}
    for made in results["drags"].values():
        assert {drag["positions"] for drag in made} == {page.DRAG_POSITIONS}
    assert {len(seconds) for seconds in results["training"].values()} == {13}
    assert {len(megabytes) for megabytes in results["memory"].values()} == {
        len(tables.MOVE_COUNTS)
    }


def test_a_step_is_the_sum_of_its_ways(results):
    for made in results["steps"].values():
        for step in made:
            ways = step["to_kernel"], step["in_kernel"], step["to_page"]
            # The clocks of page and kernel agree. A picture that was drawn ahead may be sent by
            # the explorer's thread before the one that heard of the move has logged it.
            assert min(step["to_kernel"], step["to_page"]) > 0 and step["in_kernel"] >= 0
            assert sum(ways) == pytest.approx(step["total"], rel=0.01)
    for run in results["runs"]:
        assert 0 < run["first_picture"] <= run["usable_fit"] <= run["last_picture"]


def test_a_target_is_met_or_the_page_says_what_stands_in_the_way(results):
    text = tables.README.read_text("utf-8")
    section = text.split("## What a slow explorer waits for")[1].split("\n## ")[0]
    explained = re.findall(r"\*\*(.*?)\*\*", section)
    assert sorted(explained) == sorted(tables.missed(results))


def test_a_slower_run_would_miss_its_targets(results):
    for made in results["steps"].values():
        for step in made:
            step["total"] = 1000.0
    for run in results["runs"]:
        run["first_picture"] = run["usable_fit"] = 1000.0
    for drag in results["drags"]["redrawn"]:
        drag["pictures"] = 12
    results["memory"]["run"] = [100.0, 110.0, 120.0, 140.0]
    assert set(tables.missed(results)) == set(tables.TARGETS)
    assert tables.missed(results)["redrawn: median, ms"] == pytest.approx(9)
    assert tables.reached(results)["memory, MB for 1000 moves after the first 1000"] == 10


# ---- from what was noted to numbers ----------------------------------------------------------


def noted(*events, moves=((1000, 5),), pictures=((1060, 0),)):
    return {
        "moves": [{"t": t, "at": at} for t, at in moves],
        "pictures": [{"t": t, "nth": nth} for t, nth in pictures],
        "kernel": [{"t": t, "what": what, **more} for t, what, more in events],
        "received": 70_000,
    }


def test_a_step_is_split_where_the_kernel_heard_and_sent():
    step = noted((1004, "arrived", {}), (1005, "draw", {}), (1040, "sent", {}))
    assert measure.step_times(step) == {
        "to_kernel": 4, "in_kernel": 36, "to_page": 20, "total": 60, "received": 70_000
    }  # fmt: skip


def test_a_kept_picture_is_told_from_a_drawn_one():
    heard, sent = (1004, "arrived", {}), (1040, "sent", {})
    this, next_one = {"setting": {"k": 6}}, {"setting": {"k": 7}}
    assert measure.was_drawn(noted(heard, (1005, "draw", this), sent))
    assert not measure.was_drawn(noted(heard, sent))
    assert not measure.was_drawn(noted(heard, sent, (1300, "draw", next_one)))
    assert measure.was_trained(noted(heard, (1005, "train", this), sent))
    assert not measure.was_trained(noted(heard, sent, (1300, "train", next_one)))


def test_steps_that_were_not_what_they_are_counted_as_are_left_out():
    heard, sent = (1004, "arrived", {}), (1040, "sent", {})
    drawn, kept = noted(heard, (1005, "draw", {"setting": {"k": 6}}), sent), noted(heard, sent)
    steps = {"interact": [drawn], "redrawn": [drawn, kept], "drawn_ahead": [drawn, kept, kept]}
    found = measure.page_results({**steps, "trained_anew": []}, {})["steps"]
    assert {scenario: len(made) for scenario, made in found.items()} == {
        "interact": 1, "redrawn": 1, "drawn_ahead": 2
    }  # fmt: skip


def test_a_fit_is_usable_when_its_error_is_near_the_last_one():
    def readout(epoch, error):
        text = f"Epoch {epoch} of 400: MSE {error}, below a straight line's 0.024."
        return "readout", {"text": text}

    errors = {25: 0.5, 100: 0.2, 200: 1.2e-3, 350: 1.1e-3, 400: 0.001}
    events = [(1010 + epoch, *readout(epoch, error)) for epoch, error in errors.items()]
    seen = (1050, 0), (1230, 2), (1250, 3), (1330, 4)  # one was not
    found = {"first_picture": 50, "usable_fit": 250, "last_picture": 330}
    found |= {"pictures": 4, "received": 70_000}
    assert measure.run_times(noted(*events, pictures=seen)) == found
    diverged = noted(
        *events, (1310, "readout", {"text": "Diverged."}), pictures=(*seen, (1340, 4))
    )
    assert measure.run_times(diverged)["usable_fit"] is None


def test_a_drag_counts_pictures_and_waits_from_its_last_move():
    drag = noted(moves=((1000, 1), (1200, 2)), pictures=((1100, 0), (1290, 1)))
    assert measure.drag_counts(drag) == {"positions": 2, "pictures": 2, "wait": 90}


def test_p95_and_growth():
    assert tables.p95(list(range(101))) == 95
    assert tables.growth([0, 100, 101, 103]) == 1


# ---- what is drawn ---------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def quick_digits():
    """The 32 nets are small, and trained in 10 steps: here nobody judges what they draw."""
    digits_net = kernel.recipes.digits_net

    def quick(k, random_state):
        return digits_net(k, random_state).set_params(hidden=(8,), batch_size=None)

    kernel.digits.cache_clear()
    with patch.object(kernel.recipes, "digits_net", quick):
        yield
    kernel.digits.cache_clear()


def test_both_ways_show_the_same_six_panels(monkeypatch):
    from matplotlib import pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: None)
    kernel.new_figure(5)
    new_figure = plt.gcf()
    ours = plt.figure(figsize=new_figure.get_size_inches())
    kernel.six_panels(ours.subplots(2, 3), 5)
    for one, other in zip(new_figure.axes, ours.axes, strict=True):
        assert one.get_title() == other.get_title()
        for kind in ("images", "lines", "patches", "collections"):
            assert len(getattr(one, kind)) == len(getattr(other, kind))
    assert new_figure.get_layout_engine() is not None


def test_the_retrained_explorer_is_that_of_notebook_00():
    parts = []

    @contextmanager
    def context_for(part, **setting):
        parts.append((part, setting))
        yield

    explorer = kernel.spiral_explorer(lambda draw: kernel.wrapped(draw, context_for))
    assert inspect.isgeneratorfunction(explorer.draw)
    assert {"latent_dim", "learning_rate"} <= set(explorer.grids)
    assert parts[0] == ("train", explorer.setting) and parts[-1] == ("draw", explorer.setting)
    assert ("end", explorer.setting) in parts and "MSE" in explorer.readout.value


def test_a_wrapped_draw_draws_what_it_would():
    stopwatch = kernel.Stopwatch()

    def once(axes, k):
        return f"{axes} {k}"

    def run(axes, k):
        for i in range(k):
            yield partial("{} {}".format, axes, i)

    assert kernel.wrapped(once, stopwatch.timing)("on", k=2) == "on 2"
    pictures = list(kernel.wrapped(run, stopwatch.timing)("on", k=2))
    assert [picture() for picture in pictures] == ["on 0", "on 1"]
    assert inspect.signature(kernel.wrapped(run, stopwatch.timing)).parameters.keys() == {
        "axes", "k"
    }  # fmt: skip
    assert set(stopwatch.seconds) == {"train", "draw"} and stopwatch.ended


def test_the_parts_of_an_update_do_not_overlap(monkeypatch):
    clock = iter([0.0, 1.0, 3.0, 6.0])
    monkeypatch.setattr(kernel.time, "perf_counter", lambda: next(clock))
    stopwatch = kernel.Stopwatch()
    with stopwatch.timing("outer"), stopwatch.timing("inner"):
        pass
    assert dict(stopwatch.seconds) == {"outer": 1 + 3, "inner": 2}


def test_an_update_is_timed_in_parts():
    stopwatch = kernel.Stopwatch()
    draw = kernel.wrapped(lambda axes, k: str(axes.flat[0].plot([k, 1])), stopwatch.timing)
    explorer = kernel.Explorer(draw, panels=(1, 2), k=[1, 2, 3])
    (found,) = asyncio.run(kernel.updates(explorer, [{"k": 3}], stopwatch))
    assert found["pictures"] == 1 and found["bytes"] == len(explorer.picture.value)
    assert min(found[part] for part in ("draw", "pixels", "words", "WebP")) > 0


@pytest.mark.parametrize("kind", ["plain", "run"])
def test_memory_is_watched_over_moves_that_are_new(kind, monkeypatch):
    moves = []

    async def move_and_wait(explorer, setting, run=None):
        moves.append((run, setting))

    monkeypatch.setattr(kernel, "move_and_wait", move_and_wait)
    monkeypatch.setattr(kernel, "move", lambda _, setting: moves.append((0, setting)))
    monkeypatch.setattr(kernel, "resident_megabytes", lambda: len(moves))
    assert asyncio.run(kernel.memory(kind, [0, 3, 100])) == [0, 3, 100]
    assert len({tuple(setting.values()) for _, setting in moves}) == 100
    ended = [n for n, (run, _) in enumerate(moves, start=1) if run]
    assert ended == ([] if kind == "plain" else [50, 100])


def test_a_walk_comes_to_every_setting_one_step_at_a_time():
    grids = {"a": [0, 1], "b": [0, 1, 2], "c": [0, 1, 2]}
    walked = [list(setting.values()) for setting in kernel.walk(grids, None)]
    assert len({tuple(setting) for setting in walked}) == len(walked) == 18
    for one, other in pairwise(walked):
        assert sum(abs(x - y) for x, y in zip(one, other, strict=True)) == 1
    start = {"a": 0, "b": 1, "c": 1}
    assert len(kernel.walk(grids, start)) == 17


# ---- the page --------------------------------------------------------------------------------


def test_the_notebook_of_the_page_is_valid_and_has_every_pattern():
    nbformat = pytest.importorskip("nbformat")
    notebook = page.notebook()
    nbformat.validate(notebook)
    code = "\n".join(cell["source"] for cell in notebook["cells"])
    assert set(re.findall(r"show_\w+\('(\w+)'\)", code)) == set(page.SCENARIOS)


def test_a_run_is_over_when_its_last_picture_is_sent():
    def pictures(whats):
        events = [{"what": what} for what in whats.split()]
        return page.pictures_of_run(events)

    assert pictures("arrived") == pictures("arrived train draw sent train train") == 0
    assert pictures("arrived train draw sent train train end") == 0
    assert pictures("arrived train draw sent train train end draw") == 0
    assert pictures("arrived train draw sent train train end draw sent") == 2
    assert pictures("arrived train train draw sent train end") == 1  # the last one was due
    assert pictures("arrived sent") == pictures("arrived sent train") == 1  # it was kept


def test_steps_are_timed_in_the_page():
    assert "time.time" not in inspect.getsource(page)
    script = Path(page.__file__).with_suffix(".js").read_text("utf-8")
    assert "event.timeStamp" in script and "performance.timeOrigin" in script


def test_the_page_tells_the_verb():
    text = tables.README.read_text("utf-8")
    assert "    make latency " in text
    makefile = (kernel.ROOT / "Makefile").read_text("utf-8")
    assert "python -m benchmarks.latency.measure" in makefile.split("\nlatency: $(VENV)")[1]
