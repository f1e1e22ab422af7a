"""Chromium as a typesetter: formulas become drawings, pages become PDF, and faults are found.

The browser is offline, and whatever a page asks of a network is counted.
"""

import functools
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from tools import browser

from . import assets

HERE = Path(__file__).parent
PAPER_WIDTH = 680  # CSS pixels: 180 mm, the width of the text on both papers
SLIDE_SIZE = (1280, 720)
MATHJAX_SETTINGS = """{
    tex: {inlineMath: [["$", "$"]], displayMath: [["$$", "$$"]], processEscapes: true,
          packages: {"[-]": ["noundefined", "noerrors"]}},
    svg: {fontCache: "global"},
    options: {enableMenu: false, enableAssistiveMml: true, ignoreHtmlClass: "no-maths"},
    startup: {typeset: false},
}"""
RAW_TEX_RE = re.compile(r"\$\$|\\(?:frac|mathbf|begin\{)")


class FaultsError(ValueError):
    """What is wrong with a page: a list of sentences, each with its place."""

    def __init__(self, faults):
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


class Typesetter:
    """One Chromium for many pages. `with Typesetter() as typesetter: ...`"""

    def __enter__(self):
        self._open = browser.chromium()
        self.chromium = self._open.__enter__()
        return self

    def __exit__(self, *error):
        return self._open.__exit__(*error)

    @contextmanager
    def page(self, html, width=PAPER_WIDTH, height=1000, media="screen"):
        """Open a tab that shows html, offline, once its letters and pictures are there.

        Raises FaultsError on leaving if it asked for what is not in the page itself.
        """
        context = self.chromium.new_context(
            offline=True, viewport={"width": width, "height": height}
        )
        try:
            tab, requests, errors = context.new_page(), [], []
            tab.on("request", lambda request: requests.append(request.url))
            tab.on("pageerror", lambda error: errors.append(f"a script failed: {error}"))
            tab.emulate_media(media=media)
            tab.set_content(html)
            tab.evaluate(
                "() => Promise.all([document.fonts.ready,"
                " ...[...document.images].map((image) => image.decode().catch(() => {}))])"
            )
            yield tab
            strange = [
                url for url in requests if not url.startswith(("data:", "blob:", "file:"))
            ]
            errors += [f"asks the network for {url}" for url in dict.fromkeys(strange)]
            if errors:
                raise FaultsError(errors)
        finally:
            context.close()

    def typeset_formulas(self, fragments):
        """Return {fragment: the same HTML, its TeX drawn}, and the glyphs of the drawings.

        The glyphs are HTML too: the style of formulas, and the letters that they share.
        Raises FaultsError where a formula is wrong or a command of it unknown.
        """
        fragments = list(dict.fromkeys(fragments))
        body = "\n".join(f'<div class="fragment">{fragment}</div>' for fragment in fragments)
        html = (
            f"<!DOCTYPE html><script>MathJax = {MATHJAX_SETTINGS}</script>"
            f"<script>{assets.mathjax()}</script>{body}"
        )
        with self.page(html) as tab:
            drawn, glyphs, wrong = tab.evaluate(
                """async () => {
                    await MathJax.startup.promise;
                    await MathJax.typesetPromise();
                    const all = (selector) => [...document.querySelectorAll(selector)];
                    const around = (node) => node.closest("p, li, td, h2, h3, div").textContent;
                    const glyphs = [MathJax.svgStylesheet(), ...all("#MJX-SVG-global-cache")];
                    return [
                        all(".fragment").map((fragment) => fragment.innerHTML),
                        glyphs.map((element) => element.outerHTML).join("\\n"),
                        all("[data-mjx-error], mjx-merror").map((node) => [
                            node.dataset.mjxError ?? node.textContent,
                            around(node).trim().slice(0, 80),
                        ]),
                    ];
                }"""
            )
        # An error stands in the drawing, and once more in the MathML beside it.
        faults = [f"formula: {error} (in {place!r})" for error, place in wrong]
        raise_faults(dict.fromkeys(faults))
        return dict(zip(fragments, drawn, strict=True)), glyphs

    def print(self, html, path):
        """Print html to a PDF at path, set in columns and checked; return how many pages.

        Raises FaultsError, and writes no PDF, if page or print have a fault.
        """
        with self.page(html, media="print") as tab:
            raise_faults(tab.evaluate(f"() => {{{page_script()} fit(); return faults()}}"))
            raise_faults(tab.evaluate(f"() => {{{page_script()} paginate(); return faults()}}"))
            draft = path.with_name(path.name + ".draft")
            tab.pdf(path=draft, prefer_css_page_size=True, tagged=True, outline=True)
        try:
            pages = check_print(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return pages

    def write_page(self, html, path, size=(1000, 800), media=("screen",)):
        """Check html at that size on each medium, and write it to path.

        Raises FaultsError, and writes no file, if something is wrong with it.
        """
        for medium in media:
            with self.page(html, *size, medium) as tab:
                raise_faults(tab.evaluate(f"() => {{{page_script()} return faults()}}"))
        path.write_text(html, "utf-8")

    def write_slides(self, html, explorers, path):
        """Split the flow of html into slides, check and write them; return how many.

        explorers : {name: HTML element} for the places that wait for one, for their scripts are
            not to run before they are read.
        Raises FaultsError, and writes no file, if something is wrong with one of them.
        """
        with self.page(html, *SLIDE_SIZE) as tab:
            count = tab.evaluate(f"() => {{{page_script()} return makeSlides()}}")
            slides = f"<!DOCTYPE html>\n{tab.evaluate('document.documentElement.outerHTML')}"
        for name, element in explorers.items():
            place = f'<div data-explorer="{name}"></div>'
            if place not in slides:
                raise FaultsError([f"explorer {name!r}: no slide has the room for it"])
            slides = slides.replace(place, element)
        self.write_page(slides, path, SLIDE_SIZE, ("screen", "print"))
        return count


@functools.cache
def page_script():
    """Return the functions that set and check a page, in the page itself."""
    return (HERE / "page.js").read_text("utf-8")


def raise_faults(faults):
    """Raise FaultsError if there are any faults."""
    if faults := list(faults):
        raise FaultsError(faults)


def check_print(path):
    """Return how many pages a PDF has.

    Raises FaultsError if it has none, or if TeX is left in its text.
    """
    pages = text_of_pages(path)
    raise_faults([] if pages else ["the PDF has no page"])
    raise_faults(
        f"page {number}: TeX is left, {text[max(0, found.start() - 20) : found.end() + 20]!r}"
        for number, text in enumerate(pages, start=1)
        if (found := RAW_TEX_RE.search(text))
    )
    return len(pages)


def text_of_pages(path):
    """Return the text of each page of a PDF, as a reader would copy it."""
    if program := shutil.which("pdftotext"):
        command = [program, "-enc", "UTF-8", str(path), "-"]
        text = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8")
        return text.split("\f")[:-1]
    try:
        from pypdf import PdfReader
    except ImportError:
        raise ModuleNotFoundError(
            "to read a PDF, pdftotext or pypdf is needed: apt install poppler-utils, or "
            "pip install pypdf"
        ) from None
    return [page.extract_text() for page in PdfReader(path).pages]
