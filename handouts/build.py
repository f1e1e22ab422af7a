"""Build the handouts of a notebook: PDF on two papers, a page without a network, and slides."""

import html
import re
import time
from string import Template
from typing import NamedTuple

from tools import notebooks

from . import assets, explorers, pages
from .typesetter import HERE, FaultsError

HANDOUTS_FOLDER = notebooks.ROOT / "build" / "handouts"
SLIDES_FOLDER = notebooks.ROOT / "build" / "slides"
# {guide: the edition that it is for}
GUIDE_EDITIONS = {HERE / "NOTATION.md": "student", HERE / "TEACHING.md": "teacher"}
PAPERS = {  # size, margins, height of the text; it is 180 mm wide on both
    "a4": ("A4", "18mm 15mm 16mm", "263mm"),
    "letter": ("letter", "17mm 17.95mm 15mm", "247.4mm"),
}
PAPER_STYLE = """
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


class Report(NamedTuple):
    """What there is to say of a file: its size, or the faults for which it was not written."""

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


def handouts(typesetter, path, edition, folder=HANDOUTS_FOLDER, papers=tuple(PAPERS)):
    """Write the handouts of one edition of the notebook at path; yield a Report for each."""
    files = {paper: folder / f"{path.stem}-{edition}-{paper}.pdf" for paper in papers}
    screen = folder / f"{path.stem}-{edition}.html"
    try:
        handout, glyphs = prepare(typesetter, path, edition)
    except (ValueError, RuntimeError) as error:
        yield from (_failed(file, error) for file in [*files.values(), screen])
        return
    for paper, file in files.items():
        yield _written(file, typesetter.print, paper_page(handout, glyphs, paper))
    yield _written(screen, typesetter.write_page, screen_page(handout, glyphs))


def slides(typesetter, path, folder=SLIDES_FOLDER):
    """Write the slides of the notebook at path; yield one Report."""
    file = folder / f"{path.stem}.html"
    try:
        handout, glyphs = prepare(typesetter, path, "student")
    except (ValueError, RuntimeError) as error:
        yield _failed(file, error)
        return
    yield _written(
        file, typesetter.write_slides, slides_page(handout, glyphs), handout.explorers
    )


def prepare(typesetter, path, edition):
    """Return the Handout, its formulas typeset, and the glyphs that the formulas share."""
    if path in GUIDE_EDITIONS:
        handout = pages.Handout(guide(path), edition)
    else:
        handout = pages.Handout(notebooks.read(path), edition, explorers.elements(path))
    handout.typeset, glyphs = typesetter.typeset_formulas(handout.fragments())
    return handout, glyphs


def guide(path):
    """Return the Markdown file at path as a notebook, a cell for each of its sections."""
    sections = re.split(r"\n+(?=## )", path.read_text("utf-8"))
    cells = [notebooks.nbformat.v4.new_markdown_cell(section) for section in sections]
    return notebooks.nbformat.v4.new_notebook(cells=cells)


def _written(file, write, *content):
    """Call write(*content, file), which may return a number of pages, and report on it."""
    start = time.perf_counter()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)  # what is there was made of another notebook
    try:
        count = write(*content, file)
    except FaultsError as error:
        return _failed(file, error)
    return Report(file.name, count or 0, file.stat().st_size, time.perf_counter() - start)


def _failed(file, error):
    """Return the Report on a file that was not written, and remove an older one."""
    file.unlink(missing_ok=True)
    return Report(file.name, faults=tuple(getattr(error, "faults", [str(error)])))


# -- whole pages -------------------------------------------------------------------------------


def paper_page(handout, glyphs, paper):
    """Return the page that is printed on that paper, "a4" or "letter"."""
    size, margin, height = PAPERS[paper]
    style = PAPER_STYLE.format(
        size=size,
        margin=margin,
        height=height,
        course=pages.COURSE_TITLE,
        title=handout.title,
        edition=handout.edition,
    )
    body = f'<main class="flow">{pages.linked(handout.on_paper())}</main>'
    return _page(handout, glyphs, body, style_sheet("handout") + style)


def screen_page(handout, glyphs):
    """Return the page for a screen."""
    body = pages.linked(handout.on_screen(), handout.edition)
    return _page(handout, glyphs, f'<main class="web">{body}</main>', style_sheet("handout"))


def slides_page(handout, glyphs):
    """Return the page that the slides are made of, with the script that shows them."""
    body = f'<main class="flow">{pages.linked(handout.on_slides())}</main>'
    show = f"<script>{(HERE / 'slides.js').read_text('utf-8')}</script>"
    return _page(handout, glyphs, body + show, style_sheet("slides"))


def style_sheet(name):
    """Return the style of handouts or slides, and before it what both share."""
    styles = [(HERE / f"{each}.css").read_text("utf-8") for each in ("page", name)]
    return "\n".join([*styles, pages.CODE_FORMATTER.get_style_defs("pre.code")])


def _page(handout, glyphs, body, style):
    """Return a whole page of HTML around a body."""
    template = Template((HERE / "page.html").read_text("utf-8"))
    return template.substitute(
        title=html.escape(handout.title),
        course=html.escape(pages.COURSE_TITLE),
        edition=handout.edition,
        font_faces=assets.font_faces(),
        style=style,
        glyphs=glyphs,
        opening=pages.linked(handout.opening()),
        body=body,
    )
