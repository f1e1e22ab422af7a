"""Build the handouts of a notebook: PDF on two papers, a page without a network, and slides."""

import html
import re
import time
from string import Template
from typing import NamedTuple

from tools import notebooks as tool

from . import assets, explorers, pages
from .typesetter import HERE, FaultsError

HANDOUTS, SLIDES = tool.ROOT / "build" / "handouts", tool.ROOT / "build" / "slides"
EDITIONS = ("student", "teacher")
GUIDES = {HERE / "NOTATION.md": "student", HERE / "TEACHING.md": "teacher"}  # and for whom
PAPERS = {  # size, margins, height of the text; it is 180 mm wide on both
    "a4": ("A4", "18mm 15mm 16mm", "263mm"),
    "letter": ("letter", "17mm 17.95mm 15mm", "247.4mm"),
}
MARGINS = """
:root {{--page: {height}}}
@page {{
  size: {size};
  margin: {margin};
  font: 8pt "source-sans-3", sans-serif;
  @top-left {{content: "{course}"}}
  @top-center {{content: "{title}"}}
  @top-right {{content: "{edition}’s edition"}}
  @bottom-right {{content: counter(page) " / " counter(pages)}}
}}
@page :first {{
  @top-left {{content: ""}} @top-center {{content: ""}} @top-right {{content: ""}}
}}
"""


class Made(NamedTuple):
    """A file and what there is to say of it: why it was not written, if it has faults."""

    name: str
    pages: int = 0
    size: int = 0
    seconds: float = 0.0
    faults: tuple = ()

    def __str__(self):
        if self.faults:
            return "\n".join(f"{self.name}: FAILED, {fault}" for fault in self.faults)
        pages = f"{self.pages:3d} pages" if self.pages else ""
        return f"{self.name:44}{pages:9}{self.size / 1024:8.0f} KB{self.seconds:7.1f} s"


def handouts(typesetter, path, edition, folder=HANDOUTS, papers=tuple(PAPERS)):
    """Make the handouts of one edition of the notebook at path; yields a Made for each."""
    files = {paper: folder / f"{path.stem}-{edition}-{paper}.pdf" for paper in papers}
    screen = folder / f"{path.stem}-{edition}.html"
    try:
        handout, shared = prepare(typesetter, path, edition)
    except (ValueError, RuntimeError) as error:
        yield from (_failed(file, error) for file in [*files.values(), screen])
        return
    for paper, file in files.items():
        yield _made(file, typesetter.print, paper_page(handout, shared, paper))
    yield _made(screen, typesetter.publish, screen_page(handout, shared))


def slides(typesetter, path, folder=SLIDES):
    """Make the slides of the notebook at path; yields one Made."""
    file = folder / f"{path.stem}.html"
    try:
        handout, shared = prepare(typesetter, path, "student")
    except (ValueError, RuntimeError) as error:
        yield _failed(file, error)
        return
    yield _made(
        file, typesetter.publish_slides, slides_page(handout, shared), handout.explorers
    )


def prepare(typesetter, path, edition):
    """The Handout, with explorers and drawn formulas, and the HTML that the formulas share."""
    if path in GUIDES:
        handout = pages.Handout(guide(path), edition)
    else:
        handout = pages.Handout(tool.read(path), edition, explorers.elements(path))
    handout.drawn, shared = typesetter.draw_formulas(handout.fragments())
    return handout, shared


def guide(path):
    """The Markdown file at path as a notebook, a cell for each of its sections."""
    sections = re.split(r"\n+(?=## )", path.read_text("utf-8"))
    cells = [tool.nbformat.v4.new_markdown_cell(section) for section in sections]
    return tool.nbformat.v4.new_notebook(cells=cells)


def _made(file, make, *content):
    """make(*content, file), which returns a number of pages, or none if there are none."""
    start = time.perf_counter()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)  # what is there was made of another notebook
    try:
        count = make(*content, file)
    except FaultsError as error:
        return _failed(file, error)
    return Made(file.name, count or 0, file.stat().st_size, time.perf_counter() - start)


def _failed(file, error):
    file.unlink(missing_ok=True)
    return Made(file.name, faults=tuple(getattr(error, "faults", [str(error)])))


# -- whole pages -------------------------------------------------------------------------------


def paper_page(handout, shared, paper):
    said = {"course": pages.COURSE, "title": handout.title, "edition": handout.edition}
    size, margin, height = PAPERS[paper]
    style = style_sheet("handout") + MARGINS.format(
        size=size, margin=margin, height=height, **said
    )
    body = f'<main class="flow">{pages.linked(handout.on_paper())}</main>'
    return _page(handout, shared, body, style)


def screen_page(handout, shared):
    body = pages.linked(handout.on_screen(), handout.edition)
    return _page(handout, shared, f'<main class="web">{body}</main>', style_sheet("handout"))


def slides_page(handout, shared):
    body = f'<main class="flow">{pages.linked(handout.on_slides())}</main>'
    show = f"<script>{(HERE / 'slides.js').read_text('utf-8')}</script>"
    return _page(handout, shared, body + show, style_sheet("slides"))


def style_sheet(name):
    """The style of handouts or slides, and before it what both share."""
    styles = [(HERE / f"{each}.css").read_text("utf-8") for each in ("page", name)]
    return "\n".join([*styles, pages.CODE.get_style_defs("pre.code")])


def _page(handout, shared, body, style):
    template = Template((HERE / "page.html").read_text("utf-8"))
    return template.substitute(
        title=html.escape(handout.title),
        course=html.escape(pages.COURSE),
        edition=handout.edition,
        font_faces=assets.font_faces(),
        style=style,
        shared=shared,
        opening=pages.linked(handout.opening()),
        body=body,
    )
