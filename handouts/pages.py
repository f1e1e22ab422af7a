"""What of a notebook is handed out, and as what HTML.

On paper stand the prose, the formulas, the figures and the printed tables. Left out are

- code: the figure or the table is the result, and the notebook is there for the rest. Kept is
  that of the exercises, that of cells tagged `print`, and that which prose announces with a
  colon and of which nothing else would be seen;
- what is folded in the notebook, but for its pictures, as film strips are;
- Check lines: they are for the screen;
- the answers to *Check yourself*: they stand at the end;
- an explorer's own picture if its film strip follows, and the count of what its check drew;
- in the student's edition, self-checks, and answers: there is room to write them in.

On a screen stands everything: code too, folded where it is long, and explorers with sliders.
"""

import html
import re
import textwrap

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tools.facts import CHECK
from tools.notebooks import ROOT

from .editions import CHECK_SUMMARY_RE, EDITIONS, SOLUTION_RE, grading, is_for_teachers
from .explorers import EXPLORER_RE

COURSE_TITLE = (ROOT / "README.md").read_text("utf-8").splitlines()[0].lstrip("# ")
CODE_FORMATTER = HtmlFormatter(style="bw", nowrap=True)
LONG_CODE = 8  # lines; longer code is folded on a screen

FILM_STRIP_RE = re.compile(r"^(\w+)\.film_strip\(", re.M)
EXPLORER_CHECK_RE = re.compile(r"\w+\.check\(\)\Z")
# The first words of an alt text, which the caller of `show` has given; the rest is computed.
CAPTION_RE = re.compile(r"(?:Figure: )?(.+?)(?= \d+ panels\.| Axes: |\n|\Z)", re.S)

DETAILS_RE = re.compile(r"<details><summary>(.*?)</summary>(.*?)</details>", re.S)

COLUMN_WIDTH = 327  # CSS pixels: 86.5 mm
# Scales of a figure on paper; its letters are 8.5 points at scale 1. A figure that would be
# smaller than the first in a column is set across both. None is larger than the second.
MIN_COLUMN_SCALE, PAPER_SCALE = 0.6, 0.7
MAX_HEIGHT = 480  # CSS pixels
SLIDE_SCALE, SLIDE_WIDTH = 1.6, 1130  # largest scale of a figure on a slide, CSS pixels

MIN_LINES, MAX_LINES = 3, 4  # of a box to write in: code is tried at the computer
WORDS_PER_LINE = 12  # by hand


def render(markdown):
    """Return Markdown as HTML, its formulas still TeX."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(markdown)


def highlighted(source):
    """Return Python as HTML with marked keywords, comments and strings."""
    return highlight(source, PythonLexer(stripnl=False), CODE_FORMATTER).rstrip("\n")


class Handout:
    """One edition of a notebook, as the parts of a page.

    nb : the stored notebook.   edition : "student" or "teacher".
    explorers : {name: HTML element}, for the screen.

    `typeset` has to be set before HTML is asked for: {fragment: the same, its formulas drawn}.
    """

    def __init__(self, nb, edition, explorers=None):
        self.edition, self.explorers, self.typeset = edition, explorers or {}, {}
        self.answers = {grade_id(cell): cell.source for cell in nb.cells if is_answer(cell)}
        self.cells = EDITIONS[edition](nb).cells
        self.title = self.cells[0].source.splitlines()[0].lstrip("# ")
        self.names_with_film_strip = {
            name for cell in self.cells for name in FILM_STRIP_RE.findall(cell.source)
        }

    def fragments(self):
        """Return the prose as HTML, its formulas still TeX."""
        return [render(cell.source) for cell in self.cells if is_text(cell)]

    def prose(self, source):
        """Return Markdown of the notebook as HTML, its formulas drawn."""
        return self.typeset[render(source)]

    def opening(self):
        """Return what stands above the columns: the title, and what the notebook is about."""
        return self.prose(self.cells[0].source)

    # -- on paper --------------------------------------------------------------------------

    def on_paper(self):
        """Return the rest, as one HTML whose elements are set in columns, but for wide ones."""
        self._recap_answers = []
        pieces, announced = [], False
        for cell, below in zip(self.cells[1:], [*self.cells[2:], None], strict=True):
            if cell.source.startswith("## What we measured") and "folded" in tags(below):
                continue  # a heading without its list
            shown = self._cell_on_paper(cell)
            if announced and not shown:
                shown = code(cell.source)
            announced = is_text(cell) and cell.source.endswith(":")
            pieces.append(shown)
        html = "\n".join(filter(None, pieces))
        if self._recap_answers:
            answers = "".join(f"<li>{answer}</li>" for answer in self._recap_answers)
            html += f'<h2>Answers to “Check yourself”</h2><ol class="small">{answers}</ol>'
        return html

    def _unfolded(self, found):
        """Return what stands on paper for something folded: a table, or a question alone."""
        summary, content = found.groups()
        if summary.startswith("Notation"):
            return f'<p class="label">{summary}</p>{content}'
        self._recap_answers.append(content.strip())
        return f'<p class="question">{len(self._recap_answers)}. {summary}</p>'

    def _cell_on_paper(self, cell):
        """Return what of a cell stands on paper as HTML, or "" if nothing does."""
        if "folded" in tags(cell):
            pictures = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
            return "".join(map(result, pictures))
        if is_text(cell) and not is_answer(cell) and not is_for_teachers(cell):
            prose = DETAILS_RE.sub(self._unfolded, self.prose(cell.source))
            if cell.source.startswith("## Further reading"):
                prose = prose.replace("<ul>", '<ul class="small">')
            return prose
        if is_text(cell):
            if is_answer(cell) and self.edition == "student":
                return answer_box(
                    len(self._solution(cell).split()) / WORDS_PER_LINE, "In words:"
                )
            prose = self.prose(cell.source)
            return f'<aside class="teacher">{prose}</aside>' if is_for_teachers(cell) else prose
        if is_self_check(cell):
            return code(cell.source) if self.edition == "teacher" else ""
        if is_answer(cell):
            if self.edition == "teacher":
                return code(cell.source) + self._outputs(cell)
            stub = SOLUTION_RE.sub("", self.answers[grade_id(cell)]).rstrip()
            box = answer_box(len(self._solution(cell).splitlines()))
            return code(stub, "code wrapped") + box
        shown = code(cell.source) if "print" in tags(cell) else ""
        return shown + self._outputs(cell)

    def _solution(self, cell):
        """Return the text of the solution of an answer cell."""
        return SOLUTION_RE.search(self.answers[grade_id(cell)])["body"]

    def _outputs(self, cell):
        """Return the outputs of a cell, but not those that a film strip repeats."""
        explorer, checked = (
            EXPLORER_RE.search(cell.source),
            EXPLORER_CHECK_RE.search(cell.source),
        )
        if checked or (explorer and explorer[1] in self.names_with_film_strip):
            return ""
        return "".join(self._output_on_paper(output, cell) for output in cell.outputs)

    def _output_on_paper(self, output, cell):
        """Return an output as HTML, without Check lines but for their summary."""
        if output.output_type != "stream":
            return result(output)
        if CHECK_SUMMARY_RE.match(output.text):
            return check_list(output.text)
        lines = [line for line in output.text.splitlines() if not line.startswith("ok  ")]
        return printed("\n".join(lines), cell)

    # -- on a screen -----------------------------------------------------------------------

    def on_screen(self):
        """Return the rest, as one HTML."""
        return "\n".join(map(self._cell_on_screen, self.cells[1:]))

    def _cell_on_screen(self, cell):
        """Return a cell with its outputs as HTML; an explorer replaces its picture."""
        if is_text(cell):
            kind = ' class="teacher"' if is_for_teachers(cell) else ""
            return f"<div{kind}>{self.prose(cell.source)}</div>"
        lines, found = cell.source.splitlines(), EXPLORER_RE.search(cell.source)
        shown = code(cell.source)
        if "folded" in tags(cell):
            words = html.escape(next(filter(None, lines)))
            outputs = "".join(self._output_on_screen(output, cell) for output in cell.outputs)
            return (
                f"<details><summary><code>{words}</code> …</summary>{shown}{outputs}</details>"
            )
        if len(lines) > LONG_CODE and not grading(cell):
            words = html.escape(next(filter(None, lines)))
            shown = f"<details><summary><code>{words}</code> …</summary>{shown}</details>"
        if found and found[1] in self.explorers:
            return shown + self.explorers[found[1]]
        return shown + "".join(self._output_on_screen(output, cell) for output in cell.outputs)

    def _output_on_screen(self, output, cell):
        """Return an output as HTML."""
        return printed(output.text, cell) if output.output_type == "stream" else result(output)

    # -- on slides -------------------------------------------------------------------------

    def on_slides(self):
        """Return prose, figures, what was printed, and places for explorers, as one HTML."""
        return "\n".join(map(self._cell_on_slides, self.cells[1:]))

    def _cell_on_slides(self, cell):
        """Return what of a cell stands on slides as HTML, or "" if nothing does."""
        if grading(cell) or is_for_teachers(cell) or "folded" in tags(cell):
            return ""
        if is_text(cell):
            return self.prose(cell.source)
        shown = code(cell.source) if "print" in tags(cell) else ""
        if (found := EXPLORER_RE.search(cell.source)) and found[1] in self.explorers:
            return f'{shown}<div data-explorer="{found[1]}"></div>'
        repeats = self.explorers.keys() & set(FILM_STRIP_RE.findall(cell.source))
        if repeats or "inspect.getsource" in cell.source:
            return shown
        return shown + self._outputs(cell)


def linked(html, edition=None):
    """Let links to notebooks lead to their pages of that edition; else keep only the words."""
    if edition:
        html = re.sub(r'(<a href="[\w-]+)\.ipynb"', rf'\1-{edition}.html"', html)
    kept = "https?:|#" + (r"|[\w-]+\.html\"" if edition else "")
    return re.sub(rf'<a href="(?!{kept})[^>]*>(.*?)</a>', r"\1", html, flags=re.S)


# -- cells -------------------------------------------------------------------------------------


def is_text(cell):
    """Say whether a cell is Markdown."""
    return cell.cell_type == "markdown"


def is_answer(cell):
    """Say whether a cell holds the answer to an exercise."""
    return grading(cell).get("solution", False)


def is_self_check(cell):
    """Say whether a cell checks an answer: those are the cells that nbgrader locks."""
    return grading(cell).get("locked", False)


def grade_id(cell):
    """Return the name that nbgrader knows a cell by."""
    return grading(cell)["grade_id"]


def tags(cell):
    """Return the tags of a cell, a list."""
    return cell.metadata.get("tags", [])


# -- pieces of HTML ----------------------------------------------------------------------------


def code(source, kind="code"):
    """Return Python as a block of code in HTML, of a kind that the style sheets know."""
    return f'<pre class="{kind}">{highlighted(source)}</pre>'


def answer_box(lines, label=""):
    """Return a box to write in, for about so many lines."""
    rows = min(max(round(lines + 1), MIN_LINES), MAX_LINES)
    label = f'<p class="label">{label}</p>' if label else ""
    return f'{label}<div class="answer-box">{"<div></div>" * rows}</div>'


def printed(text, cell):
    """Return what a cell printed; the source of the package is set as code."""
    text = textwrap.dedent(text).strip("\n")
    if "inspect.getsource" in cell.source and text:
        return f'<pre class="code source">{highlighted(text)}</pre>'
    return f'<pre class="output">{html.escape(text)}</pre>' if text.strip() else ""


def result(output):
    """Return a picture, or a text if the cell has shown none."""
    data = output.get("data", {})
    if "image/png" in data:
        return figure(data["image/png"], output.metadata.get("image/png", {}))
    text = data.get("text/plain", "\n".join(output.get("traceback", [])))
    return f'<pre class="output">{html.escape(text)}</pre>'


def figure(png, metadata):
    """Return a picture with a caption; it is wide if it cannot be read in a column."""
    alt, width, height = (
        metadata.get("alt", ""),
        metadata.get("width", 0),
        metadata.get("height", 0),
    )
    scale = min(PAPER_SCALE, 680 / max(width, 1), MAX_HEIGHT / max(height, 1))
    in_column = min(scale, COLUMN_WIDTH / max(width, 1))
    wide = in_column < MIN_COLUMN_SCALE
    kind = ("beside" if scale * width < 560 else "below") if wide else "narrow"
    shown = round((scale if wide else in_column) * width)
    on_slide = round(min(SLIDE_SCALE, SLIDE_WIDTH / max(width, 1)) * height)
    words = html.escape(CAPTION_RE.match(alt)[1].strip()) if alt else ""
    return (
        f'<figure class="plot {"wide " if wide else ""}{kind}">'
        f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{png}" '
        f'width="{width}" height="{height}" style="--paper: {shown}px; --slide: {on_slide}px">'
        f'<figcaption class="no-maths">{words}</figcaption></figure>'
    )


def check_list(text):
    """Return the lines of `Checks.summary` as a list."""
    count, *lines = text.strip().splitlines()
    found = [CHECK.fullmatch(line) for line in lines]
    items = "".join(
        f"<li>{html.escape(check['claim'])}: <b>{check['value']}</b>, "
        f"{check['bounds']}{origin(check)}</li>"
        for check in found
    )
    return f'<p>{count}.</p><ol class="checks no-maths">{items}</ol>'


def origin(check):
    """Return where the claim is from, in brackets."""
    found = re.search(r"  (\[.*\])\Z", check[0])
    return f" <small>{html.escape(found[1])}</small>" if found else ""
