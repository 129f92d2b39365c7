"""An evidence pack as PDF, the pack itself attached, so that the file can be verified too.

The font is DejaVu Sans, which comes with Dateline: Latin, Greek, Cyrillic and more, no Chinese, Japanese or
Korean. A character it lacks shows as a box, and the last line says so. This module does not know where files are
written.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib import resources
from typing import Any, cast

import pypdfium2
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from index.errors import UsageError
from ui.evidence_pack import Pack, PackedAnswer, Quote
from ui.pack_text import cautions, needs_heading, say_origin, say_reference, say_scope, split_marks, web_address
from ui.wording import one_line, printable

ATTACHMENT = "evidence-pack.json"

_FAMILY = "dejavu"
_INK, _PALE, _BLUE, _AMBER = 30, 95, (11, 87, 164), (150, 85, 0)

# It warns of every glyph that a font lacks; the document says so itself.
logging.getLogger("fpdf").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


def to_pdf(pack: Pack) -> bytes:
    """The pack on pages of A4."""
    document = _Document(pack)
    for answer in pack.answers:
        document.add_answer(answer, heading=needs_heading(pack, answer))
    document.add_origin(pack)
    return document.finish()


def read_attachment(data: bytes, place: str) -> bytes:
    """The pack that a PDF made here holds. Raises UsageError if it holds none."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            for at in range(document.count_attachments()):
                attachment = document.get_attachment(at)
                if attachment.get_name() == ATTACHMENT:
                    return bytes(attachment.get_data())
    except pypdfium2.PdfiumError as error:
        raise UsageError(f"{place} cannot be read as PDF ({error}): give a file that --save wrote") from error
    raise UsageError(f"{place} holds no evidence pack: give a file that --save wrote")


def read_words(data: bytes) -> list[str]:
    """The words on the pages of a PDF that could be read before."""
    with pypdfium2.PdfDocument(data) as document:
        return [word for page in document for word in str(page.get_textpage().get_text_bounded()).split()]


class _Document:
    """Lines on pages; what is written passes `_shown`, which counts the characters without a glyph."""

    def __init__(self, pack: Pack) -> None:
        self._missing: set[str] = set()
        self._pdf = FPDF(format="A4")
        self._pdf.set_margin(20)
        self._pdf.set_auto_page_break(True, margin=18)
        with resources.as_file(resources.files("ui").joinpath("fonts/DejaVuSans.ttf")) as font:
            self._pdf.add_font(_FAMILY, fname=font)
        self._pdf.set_title(self._shown(pack.title))
        self._pdf.set_creator("Dateline")
        self._pdf.set_creation_date(pack.made)
        self._pdf.set_lang("en")
        self._pdf.embed_file(
            bytes=pack.model_dump_json(indent=1).encode("utf-8", "replace"),
            basename=ATTACHMENT,
            mime_type="application/json",
        )
        self._pdf.add_page()
        self._write(pack.title, size=16, gap=2)

    def add_answer(self, answer: PackedAnswer, *, heading: bool) -> None:
        """A question, its answer with [n], the quotes."""
        if heading:
            self._write(answer.question, size=12, gap=1, before=5)
        if one_line(answer.standalone_question) != one_line(answer.question):
            self._write(f"Understood as: {answer.standalone_question}", size=8.5, ink=_PALE)
        self._write(f"Asked {say_scope(answer)}", size=8.5, ink=_PALE, gap=2)
        marked = "".join(p.text + "".join(f" [{n}]" for n in p.numbers) for p in split_marks(answer))
        for paragraph in filter(str.strip, marked.split("\n\n")):
            self._write(paragraph, size=10.5, gap=1.5)
        for caution in cautions(answer):
            self._write(caution, size=9, ink=_AMBER, gap=1)
        for quote in answer.cited:
            self._add_quote(quote)
        if answer.nearest:
            self._write("Nearest passages", size=10, before=2, gap=1)
            for quote in answer.nearest:
                self._add_quote(quote)

    def add_origin(self, pack: Pack) -> None:
        """What made the answers, and which characters could not be shown."""
        weights = f" Model weights sha256 {pack.origin.model_sha256}." if pack.origin.model_sha256 else ""
        self._write(f"{say_origin(pack)}.{weights}", size=8, ink=_PALE, before=6)
        self._write("`dateline verify FILE` checks every quote again.", size=8, ink=_PALE)
        if self._missing:
            said = (
                f"{len(self._missing)} character(s) without a glyph in this font show as boxes; {ATTACHMENT} has them."
            )
            self._write(said, size=8, ink=_AMBER)

    def finish(self) -> bytes:
        """The file's bytes."""
        return bytes(self._pdf.output())

    def _add_quote(self, quote: Quote) -> None:
        article = quote.article
        number = f"[{quote.number}] " if quote.number else ""
        self._write(f"{number}“{one_line(quote.quote)}”", size=9.5, before=1.5, indent=5)
        self._write(say_reference(article), size=8.5, ink=_PALE, indent=5)
        if address := web_address(article):
            self._write(address, size=8, link=address, indent=5)
        where = f"article {article.id}, characters {quote.start} to {quote.end}, sha256 {article.sha256}"
        self._write(where, size=7, ink=_PALE, indent=5, gap=1)

    def _write(
        self,
        text: str,
        *,
        size: float,
        ink: int | tuple[int, int, int] = _INK,
        before: float = 0,
        gap: float = 0.5,
        indent: float = 0,
        link: str = "",
    ) -> None:
        """A paragraph; lengths in millimetres."""
        pdf = self._pdf
        pdf.set_font(_FAMILY, size=size)
        colour = _BLUE if link else (ink, ink, ink) if isinstance(ink, int) else ink
        pdf.set_text_color(*colour)
        pdf.ln(before)
        pdf.set_x(pdf.l_margin + indent)
        pdf.multi_cell(
            pdf.epw - indent,
            size * 0.5,
            self._shown(text),
            align="L",
            link=link,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        pdf.ln(gap)

    def _shown(self, text: str) -> str:
        shown = printable(text).replace("\t", " ").strip()
        self._missing.update(c for c in shown if ord(c) not in _glyphs() and not c.isspace())
        return shown


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    """The characters that the font can show."""
    from fontTools.ttLib import TTFont

    with resources.as_file(resources.files("ui").joinpath("fonts/DejaVuSans.ttf")) as path:
        font: Any = TTFont(path, lazy=True)
        return frozenset(cast("dict[int, str]", font.getBestCmap()))
