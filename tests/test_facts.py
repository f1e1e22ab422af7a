"""docs/facts.md: every fact is there, with what the notebooks measured of it."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from aehelpers.course import Checks
from tools import facts, notebooks

PAGE = facts.PAGE.read_text("utf-8")


def notebook(*texts):
    outputs = [new_output("stream", name="stdout", text=text) for text in texts]
    return new_notebook(cells=[new_code_cell("f()", outputs=outputs)])


def test_the_page_is_up_to_date():
    assert facts.up_to_date() == PAGE, "run `make notebooks`, or `python tools/facts.py`"


def test_each_of_the_37_facts_was_measured():
    shown = facts.measured(facts.in_reading_order())
    assert list(shown) == list(range(1, 38)), "numbered as a reader meets them"
    assert [int(number) for number in re.findall(r"^### (\d+)\. ", PAGE, re.M)] == list(shown)


def test_each_fact_says_how_it_was_shown():
    sections = re.split(r"^### ", PAGE.partition("## Nine failures")[0], flags=re.M)[1:]
    said = [re.search(r"^Shown: (.+)\.$", section, re.M)[1] for section in sections]
    ways = ("proved", "measured", "one run", "the numbers of parameters are computed")
    assert [how for how in said if not how.startswith(ways)] == []


def test_each_failure_has_its_section():
    rows = re.findall(r"^\| (.+?) \| \[\d\d\]\(\.\./notebooks/(.+?)\) \| (.+?) \|$", PAGE, re.M)
    assert len(rows) == 9
    for failure, name, section in rows:
        found = [
            title for _, title in notebooks.headings(notebooks.read(notebooks.NOTEBOOKS / name))
        ]
        assert section in found, f"{failure}: {name} has no section {section!r}"


@pytest.mark.parametrize(
    "bounds", [{"below": 2}, {"above": -1e-7}, {"above": 0.5, "below": 1e-7 + 1}]
)
@pytest.mark.parametrize("fact", [{}, {"fact": 12}])
@pytest.mark.parametrize("source", [{}, {"source": "A & B 2001 [1]"}])
def test_a_check_line_is_read_as_it_was_written(bounds, fact, source, capsys):
    Checks()("claim: one, with k = 2, below zero", 0.7512, **bounds, **fact, **source)
    (line,) = facts.check_lines(notebook(capsys.readouterr().out))
    assert (line["claim"], line["value"]) == ("claim: one, with k = 2, below zero", "0.751")
    assert line["bounds"].split()[0] in bounds
    assert line["fact"] == ("12" if fact else None)


def test_a_line_counts_once_and_a_broken_one_is_refused():
    line = "ok    a: 1.00, below 2  [fact 4]\n"
    assert len(facts.check_lines(notebook(line, "other\n" + line))) == 1
    with pytest.raises(ValueError, match="does not read as one: 'ok    a'"):
        facts.check_lines(notebook("ok    a\n"))


def test_lists_are_replaced_and_prose_is_kept():
    four, five = "### 4. Four\n\n*Source*\n\n- old\n\n", "### 5. Five\n\n*Source*\n"
    text = f"# Title\n\nProse.\n\n## 01 One\n\n{four}{five}"
    once = facts.page(text, {4: ["- new", "- newer"]})
    assert once == text.replace("- old", "- new\n- newer")
    assert facts.page(once, {4: ["- new", "- newer"]}) == once
    assert facts.page(once, {}) == text.replace("- old\n\n", "")
