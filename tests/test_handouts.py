"""Handouts: what stands in them, that they need no network, that their checks can fail."""

import base64
import contextlib
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import browser, notebooks

pytest.importorskip("playwright", reason="needs pip install 'aehelpers[browser]'")
pytest.importorskip("nbconvert", reason="needs pip install 'aehelpers[lab]'")

from handouts import __main__ as command
from handouts import assets, build, editions, explorers, pages, typesetter

PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a49444154789c63f80f00010101005ef3b9d50000000049454e44ae426082"
    )
).decode()
ABOUT = {"alt": "Figure: One dot. Axes: x is x_1.", "width": 300, "height": 200}
SETUP = """\
check = print
from aehelpers.figures import Explorer


def line(ax, k):
    ax.plot([0, k], [0, 1])
    return f"{k} right"
"""
EXPLORER = """\
{name} = Explorer(
    line,
    k=[1, 2, 3],
    start={{"k": 1}},
    title="The {name} line",
)
{name}"""
ANSWER = """\
def root(x):
    # Hint: whose square is it?
    ### BEGIN SOLUTION
    return x**0.5
    ### END SOLUTION"""
SELF_CHECK = """\
@exercise(1, look="the slope")
def exercise_1(this, root):
    visible = root(4) == 2
### BEGIN HIDDEN TESTS
@exercise_1.hidden
def hidden_tests(root):
    hidden = root(9) == 3
### END HIDDEN TESTS"""
WORDS = "### BEGIN SOLUTION\nThe model answer.\n### END SOLUTION"
CHECKED = "ok    the slope: 0.0242, below 0.03  [fact 4]\n"
SUMMARY = "1 claims measured, all within their bounds\n" + CHECKED


def exercise(grade_id, **more):
    return {"nbgrader": {"grade_id": grade_id, "grade": False, "solution": False, **more}}


def picture():
    data = {"image/png": PIXEL, "text/plain": ABOUT["alt"]}
    return new_output("display_data", data=data, metadata={"image/png": ABOUT})


def printed(text):
    return new_output("stream", name="stdout", text=text)


def code(source, *outputs, **metadata):
    return new_code_cell(source, outputs=list(outputs), execution_count=1, metadata=metadata)


def notebook():
    """A small one that has all: formulas, figures, explorers, checks and an exercise."""
    return new_notebook(
        cells=[
            new_markdown_cell("# 99 · A fixture\n\nWhat it is about."),
            new_markdown_cell("## Formulas\n\nWith $x_1$,\n\n$$\\frac{a}{b} = \\hat x .$$"),
            code(SETUP),
            code("check(1)", printed(CHECKED + "a printed table\n")),
            code("shown = 1", picture()),
            code("kept = 1", tags=["print"]),
            code(EXPLORER.format(name="first_explorer"), picture()),
            code("first_explorer.film_strip()", picture()),
            code(EXPLORER.format(name="second_explorer"), picture()),
            new_markdown_cell("## Exercises\n\nOne."),
            new_markdown_cell("**For teachers.** Ask why.", metadata={"tags": ["teacher"]}),
            new_markdown_cell("### Exercise 1 (core): a root\n\nDefine `root(x)`."),
            code(ANSWER, **exercise("99-exercise-1", solution=True)),
            code(
                SELF_CHECK, **exercise("99-exercise-1-check", grade=True, locked=True, points=1)
            ),
            new_markdown_cell(
                WORDS,
                metadata=exercise("99-exercise-1-words", grade=True, solution=True, points=1),
            ),
            new_markdown_cell("## What we measured"),
            code("check.summary()", printed(SUMMARY)),
        ]
    )


# ---- what stands in them ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium():
    """A Typesetter, and what it needs."""
    with contextlib.ExitStack() as stack:
        try:
            assets.mathjax(), assets.font_faces()
            setter = stack.enter_context(typesetter.Typesetter())
        except (assets.AssetError, browser.NoChromiumError) as missing:
            pytest.skip(str(missing))
        yield setter


@pytest.fixture(scope="module")
def folder(chromium, tmp_path_factory):
    """The handouts and slides of the fixture, all made."""
    folder = tmp_path_factory.mktemp("handouts")
    path = folder / "99_fixture.ipynb"
    notebooks.write(notebooks.normalise(notebook()), path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explorers, "FOLDER", folder / "explorers")
        made = [
            one
            for edition in editions.EDITIONS
            for one in build.handouts(chromium, path, edition, folder, ["a4"])
        ]
        made += build.slides(chromium, path, folder)
    assert [str(one) for one in made if one.faults] == []
    return folder


def text_of(file):
    return re.sub(r"\s+", " ", "".join(typesetter.text_of_pages(file)))


def test_the_student_prints_no_answer_and_no_check(folder):
    text = text_of(folder / "99_fixture-student-a4.pdf")
    assert "Hint: whose square is it?" in text
    for secret in ("x**0.5", "hidden = ", "visible = ", "The model answer.", "For teachers."):
        assert secret not in text


def test_the_teacher_prints_all(folder):
    text = text_of(folder / "99_fixture-teacher-a4.pdf")
    for part in ("x**0.5", "hidden = ", "visible = ", "The model answer.", "For teachers."):
        assert part in text


def test_a_print_has_each_check_once_and_only_marked_code(folder):
    text = text_of(folder / "99_fixture-student-a4.pdf")
    assert text.count("0.0242") == 1
    assert "a printed table" in text
    assert "kept = 1" in text
    assert "shown = 1" not in text
    assert "Explorer(" not in text
    assert text.count("One dot.") == 3  # not the explorer's whose film strip follows


def test_a_pdf_has_title_language_and_tags(folder):
    pdf = (folder / "99_fixture-student-a4.pdf").read_bytes()
    for mark in (b"/StructTreeRoot", b"/Lang", b"/Title", b"/Outlines"):
        assert mark in pdf


def test_the_student_reads_no_answer_on_a_screen(folder):
    page = (folder / "99_fixture-student.html").read_text("utf-8")
    assert "NotImplementedError" in page
    for secret in ("x**0.5", "root(9)", "The model answer."):
        assert secret not in re.sub("<[^>]*>", "", page)


def test_a_page_asks_no_network_and_its_explorers_answer_keys_one_by_one(chromium, folder):
    context = chromium.chromium.new_context(offline=True)
    tab, requests = context.new_page(), []
    tab.on("request", lambda request: requests.append(request.url.split(":")[0]))
    tab.goto((folder / "99_fixture-student.html").as_uri())
    first, second = (tab.locator(".explorer-page").nth(i) for i in range(2))
    before = [each.locator("img").get_attribute("src") for each in (first, second)]
    first.locator("input").press("ArrowRight")
    assert first.locator("[role=status]").inner_text() == "2 right"
    assert second.locator("[role=status]").inner_text() == "1 right"
    assert first.locator("img").get_attribute("src") != before[0]
    assert second.locator("img").get_attribute("src") == before[1]
    assert tab.locator("mjx-container svg").count() == 2
    assert tab.locator("mjx-merror, script[src], #MathJax").count() == 0
    assert set(requests) <= {"file", "data", "blob"}
    context.close()


def test_slides_turn_by_key_but_not_while_a_slider_is_moved(chromium, folder):
    context = chromium.chromium.new_context(offline=True)
    tab, requests = context.new_page(), []
    tab.on("request", lambda request: requests.append(request.url.split(":")[0]))
    tab.goto((folder / "99_fixture.html").as_uri())
    last = tab.locator(".slide").count()

    def number_after(key):
        tab.keyboard.press(key)
        return int(tab.locator(".slide.shown").get_attribute("data-number"))

    assert last > 5
    assert number_after("End") == last and number_after("PageDown") == last
    assert number_after("Home") == 1 and number_after("ArrowLeft") == 1
    assert number_after("ArrowRight") == 2 and tab.url.endswith("#2")
    explorer = tab.locator(".slide", has=tab.locator("input")).first
    while number_after(" ") < int(explorer.get_attribute("data-number")):
        pass
    number = number_after("Shift")
    explorer.locator("input").press("ArrowRight")
    assert explorer.locator("[role=status]").inner_text() == "2 right"
    assert number_after("Shift") == number
    assert tab.locator(".slide mjx-container svg").count() == 2
    assert set(requests) <= {"file", "data", "blob"}
    context.close()


def test_slides_print_one_to_a_page(chromium, folder, tmp_path):
    context = chromium.chromium.new_context(offline=True)
    tab = context.new_page()
    tab.goto((folder / "99_fixture.html").as_uri())
    tab.pdf(path=tmp_path / "slides.pdf", prefer_css_page_size=True)
    titles = tab.locator(".slide > :first-child").all_text_contents()
    printed = typesetter.text_of_pages(tmp_path / "slides.pdf")
    assert len(printed) == len(titles)
    assert all(title in page for title, page in list(zip(titles, printed, strict=True))[1:])
    context.close()


def test_slides_show_no_check_and_no_unmarked_code_but_keep_the_checks_in_the_notes(folder):
    page = (folder / "99_fixture.html").read_text("utf-8")
    slides = [slide.split('<aside class="notes">') for slide in page.split("<section ")[1:]]
    shown = re.sub("<[^>]*>", "", "".join(slide for slide, _ in slides))
    notes = re.sub("<[^>]*>", "", "".join(notes for _, notes in slides))
    assert "kept = 1" in shown and "1 claims measured" in shown
    for hidden in ("shown = 1", "0.0242", "visible = ", "x**0.5", "For teachers."):
        assert hidden not in shown
    assert "the slope: 0.0242" in notes


# ---- pages and slides ------------------------------------------------------------------------


def on_paper(*parts):
    style = build.style_sheet("handout")
    margins = build.PAPER_STYLE.format(
        size="A4", margin="18mm 15mm 16mm", height="263mm", course="c", title="t", edition="e"
    )
    return (
        f"<!DOCTYPE html><html lang=en><title>t</title><style>{style}{margins}</style>"
        f"<header><h1>Top</h1></header><main class=flow>{''.join(parts)}</main>"
    )


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs apt install poppler-utils")
def test_pages_lose_and_double_nothing(chromium, tmp_path):
    words, parts = iter(range(10_000, 99_999)), []

    def some(count):
        return " ".join(str(next(words)) for _ in range(count))

    for part in range(12):
        parts.append(
            f"<h2>{some(2)}</h2><p>{some(150)}</p><ol><li>{some(70)}<li>{some(90)}</ol>"
        )
        parts.append(
            f"<table>{''.join(f'<tr><td>{some(1)}<td>{some(1)}' for _ in range(5))}</table>"
        )
        parts.append(
            pages.figure(PIXEL, {"alt": some(3), "width": 672, "height": 300 + 40 * part})
        )
        parts.append(f"<p>{some(20)}</p>")
    last = next(words)
    count = chromium.print(on_paper(*parts), tmp_path / "long.pdf")
    text = "".join(typesetter.text_of_pages(tmp_path / "long.pdf"))
    assert count > 4
    assert sorted(re.findall(r"\b\d{5}\b", text)) == [str(n) for n in range(10_000, last)]


def test_a_heading_goes_to_the_next_page_with_what_it_heads(chromium, tmp_path):
    filler, heading = '<div style="height: 1200px">Filler</div>', "<h2>Heading</h2>"
    box = '<section class="wide" style="height: 500px">Box</section>'
    chromium.print(on_paper(filler, heading, box), tmp_path / "page.pdf")
    first, second = typesetter.text_of_pages(tmp_path / "page.pdf")
    assert "Filler" in first and "Heading" not in first
    assert re.search(r"Heading\s+Box", second)


def for_slides(*parts):
    return (
        f"<!DOCTYPE html><style>{build.style_sheet('slides')}</style>"
        f"<header><h1>T</h1></header><main class=flow>{''.join(parts)}</main>"
        f"<script>{(typesetter.HERE / 'slides.js').read_text('utf-8')}</script>"
    )


def slides_of(chromium, path, *parts):
    """[(what a slide shows, its notes)], without the title slide."""
    chromium.write_slides(for_slides(*parts), {}, path)
    slides = path.read_text("utf-8").split('<section class="slide')[2:]
    return [tuple(slide.split("</section>")[0].split("<aside")) for slide in slides]


def test_a_slide_has_first_sentences_and_its_notes_the_rest(chromium, tmp_path):
    paragraphs = "<p><b>Of it.</b> One i.e. first sentence. A second one.</p>" * 30
    slides = slides_of(chromium, tmp_path / "slides.html", "<h2>Heading</h2>", paragraphs)
    shown, notes = zip(*slides, strict=True)
    assert len(slides) > 1
    assert all("Heading" in one and "A second one." not in one for one in shown)
    assert "".join(shown).count("One i.e. first sentence.") == 30
    assert "".join(notes).count("A second one.") == 30


def test_what_stands_above_the_first_heading_has_the_title(chromium, tmp_path):
    first, second = slides_of(chromium, tmp_path / "s.html", "<p>Above.</p><h2>H</h2><p>x</p>")
    assert "<h1>T</h1><p>Above.</p>" in first[0] and "<h2>H</h2>" in second[0]


def test_an_initial_ends_no_sentence(chromium, tmp_path):
    books = "<h2>Books</h2><ul><li>M. A. Kramer, <i>Title</i>: a book. Dear, too.</li></ul>"
    ((shown, notes),) = slides_of(chromium, tmp_path / "slides.html", books)
    assert "M. A. Kramer, <i>Title</i>: a book.</li>" in shown and "Dear, too." in notes


def test_a_figure_makes_room_for_the_text_below_it(chromium, tmp_path):
    figure = pages.figure(PIXEL, {"alt": "One dot.", "width": 700, "height": 330})
    path = tmp_path / "slides.html"
    for text, count in (("<p>Below.</p>", 1), ("<p>Below.</p>" * 9, 2)):
        assert len(slides_of(chromium, path, "<h2>Heading</h2>", figure, text)) == count
    heights = {}
    for text in ("", "<p>Below.</p>"):
        slides_of(chromium, path, "<h2>Heading</h2>", figure, text)
        with chromium.page(path.read_text("utf-8"), *typesetter.SLIDE_SIZE) as tab:
            heights[text] = tab.evaluate("document.images[0].clientHeight")
    assert 330 <= heights["<p>Below.</p>"] < heights[""] <= 1.6 * 330


# ---- each check, made to fail ----------------------------------------------------------------

IMAGE = f'<img alt="A dot" width=9 height=9 src="data:image/png;base64,{PIXEL}">'
WIDE = '<p><span style="display: inline-block; width: 2000px">wide</span></p>'


def test_notation_and_glossary_fit_on_three_pages(chromium, tmp_path):
    path = build.HERE / "NOTATION.md"
    printed, screen = build.handouts(
        chromium, path, build.GUIDE_EDITIONS[path], tmp_path, ["a4"]
    )
    assert printed.faults == screen.faults == () and printed.pages == 3
    text = text_of(tmp_path / printed.name)
    assert "Notation and glossary" in text and "weights and biases" in text
    assert "Wiener filter" in text


@pytest.mark.parametrize("path", notebooks.series(), ids=[p.stem for p in notebooks.series()])
def test_a_students_handout_has_four_to_eight_pages(chromium, tmp_path, path):
    handout = pages.Handout(notebooks.read(path), "student")
    handout.typeset, glyphs = chromium.typeset_formulas(handout.fragments())
    page = build.paper_page(handout, glyphs, "a4")
    assert 4 <= chromium.print(page, tmp_path / "handout.pdf") <= 8


def test_wrong_formulas_fail(chromium):
    wrong = [r"$\unknown$", r"$x^2^3$", r"$$\begin{aligned} a$$"]
    with pytest.raises(typesetter.FaultsError) as error:
        chromium.typeset_formulas(
            ["<p>right: $x$</p>", *(f"<p>here {tex}</p>" for tex in wrong)]
        )
    assert len(error.value.faults) == len(wrong)
    assert all(re.match("formula: .*here", fault) for fault in error.value.faults)


@pytest.mark.parametrize(
    "part, fault",
    [
        (IMAGE.replace("A dot", ""), "Place: .*an image without alt text"),
        ('<p><img alt="x" src="data:image/png;base64,AAAA"></p>', "cannot be shown"),
        (WIDE, 'Place: .*"wide": wider than its column'),
        (r"<p>an open brace: $\frac{1$</p>", r'Place: .*TeX is left, "\$"'),
        (r"<p>left: \mathbf x</p>", r"Place: .*TeX is left, .*mathbf"),
        ('<img alt="x" src="https://example.org/x.png">', "asks the network|cannot be shown"),
        ("<mjx-merror>?</mjx-merror>", "a wrong formula"),
    ],
)
def test_a_faulty_page_fails_and_is_not_written(chromium, tmp_path, part, fault):
    page = on_paper("<h2>Place</h2><p>good</p>", part)
    with pytest.raises(typesetter.FaultsError, match=fault):
        chromium.print(page, tmp_path / "page.pdf")
    with pytest.raises(typesetter.FaultsError, match=fault):
        chromium.write_page(page.replace("class=flow", "class=web"), tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_high_for_a_page_fails(chromium, tmp_path):
    tall = f"<h2>Place</h2><pre>{'a line' + chr(10) * 300}</pre>"
    for part in (tall, tall.replace("<pre>", '<pre class="wide">')):
        with pytest.raises(typesetter.FaultsError, match="Place: pre .*higher than its page"):
            chromium.print(
                on_paper("<p>before</p>", part, "<p>after</p>"), tmp_path / "page.pdf"
            )


def test_a_request_fails(chromium, tmp_path):
    style = '<style>@import "https://example.org/style.css";</style>'
    with pytest.raises(
        typesetter.FaultsError, match="asks the network for https://example.org"
    ):
        chromium.write_page(on_paper(f"{style}<p>good</p>"), tmp_path / "page.html")


def test_tex_in_the_print_fails(chromium, tmp_path):
    with pytest.raises(typesetter.FaultsError, match=r"page 1: TeX is left, .*frac"):
        chromium.print(on_paper(r"<pre>label \frac{a}{b}</pre>"), tmp_path / "page.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_print_without_pages_fails(monkeypatch, tmp_path):
    monkeypatch.setattr(typesetter, "text_of_pages", lambda path: [])
    with pytest.raises(typesetter.FaultsError, match="no page"):
        typesetter.check_print(tmp_path / "page.pdf")


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_a_slide_that_is_too_high_fails_though_another_is_shown(chromium, tmp_path, medium):
    style = f"<style>@media {medium} {{.tall {{height: 1500px}}}}</style>"
    slides = for_slides("<h2>Good</h2><p>good</p><h2>Place</h2><p class=tall>high</p>") + style
    with pytest.raises(typesetter.FaultsError, match="Place: p .*higher than its page"):
        chromium.write_slides(slides, {}, tmp_path / "slides.html")
    assert list(tmp_path.iterdir()) == []


def test_an_explorer_without_a_place_fails(chromium, tmp_path):
    with pytest.raises(typesetter.FaultsError, match="'lost': no slide"):
        chromium.write_slides(
            for_slides("<h2>Good</h2><p>good</p>"), {"lost": "<p>"}, tmp_path / "slides.html"
        )


def test_a_failure_names_notebook_edition_and_place_and_removes_what_was_there(
    chromium, tmp_path
):
    path = tmp_path / "98_broken.ipynb"
    nb = new_notebook(cells=[new_markdown_cell("# 98 · Broken\n\nHere $\\unknown$.")])
    notebooks.write(notebooks.normalise(nb), path)
    (tmp_path / "98_broken-student.html").write_text("old")
    made = list(build.handouts(chromium, path, "student", tmp_path))
    assert [one.name for one in made] == [
        "98_broken-student-a4.pdf",
        "98_broken-student-letter.pdf",
        "98_broken-student.html",
    ]
    for one in made:
        assert re.match(rf"{one.name}: FAILED, formula: .*unknown.*Here", str(one))
    assert list(tmp_path.iterdir()) == [path]
    assert command.summary(made).startswith("3 FAILED, 0 files")


def test_an_unknown_package_or_no_npm_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    with pytest.raises(assets.AssetError, match="apt install npm"):
        assets._read("mathjax-3.2.2", "es5/tex-svg-full.js")
    (tmp_path / "mathjax-3.2.2.tgz").write_bytes(b"something else")
    with pytest.raises(assets.AssetError, match="sha512.*: delete "):
        assets._read("mathjax-3.2.2", "es5/tex-svg-full.js")


# ---- explorers -------------------------------------------------------------------------------


def test_a_large_explorer_is_thinned_and_keeps_its_start():
    grids, start = {"a": [1, 2, 3, 4, 5], "b": ["x", "y"]}, {"a": 2, "b": "y"}
    assert explorers.thinned(grids, start, 10) == grids
    assert explorers.thinned(grids, start, 4) == {"a": [2, 4], "b": ["x", "y"]}
    assert explorers.thinned(grids, start, 1) == {"a": [2], "b": ["y"]}


def test_cells_behind_the_last_explorer_are_not_run():
    code = explorers.code_up_to_the_last_explorer(notebook())
    assert [source.split()[0] for source in code][-1] == "second_explorer"
    assert not any("film_strip" in source for source in code)


def test_explorers_are_made_anew_by_another_numpy_or_matplotlib(tmp_path, monkeypatch):
    made = []

    def run(command, **kwargs):
        made.append(command)
        Path(command[-1]).write_text("{}", "utf-8")
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(explorers, "FOLDER", tmp_path)
    monkeypatch.setattr(explorers.subprocess, "run", run)
    path = notebooks.NOTEBOOKS / "00_start_here.ipynb"
    for other in (None, "numpy", "matplotlib"):
        number = len(made)
        monkeypatch.setattr(explorers, "version", lambda name, other=other: str(name == other))
        for _ in range(2):
            assert explorers.elements(path) == {}
        assert len(made) == number + 1, other


def test_what_is_kept_of_explorers_depends_on_the_sources_in_subfolders_alone():
    """Compiled files are none; what changes in a subfolder makes the explorers anew."""
    sources = explorers.package_sources()
    for file in ("layers.py", "figures/schedule.py", "figures/explorer.html"):
        assert (notebooks.ROOT / "aehelpers" / file).read_text("utf-8") in sources
    assert all("\0" not in source for source in sources)
