"""Word files that an office goes on writing in: headings, paragraphs, tables, signatures side by side."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from .lettering import OFFICE_FONT, UNWRITABLE
from .paper import PAPERS, png_size

_SIDE, _TOP = 25.0, 20.0  # mm
_LOGO = 24.0  # mm: the height of the logo and what it keeps free at both sides of the letterhead
_ALIGNED = {"left": 0, "middle": 1, "right": 2, "both": 3}


class Letter:
    """A Word file being written, in 11 points on ``paper`` (a4, f4); equal content makes equal bytes."""

    def __init__(self, paper: str, title: str, author: str, made_at: datetime) -> None:
        from docx import Document
        from docx.shared import Mm, Pt

        self._docx = Document()
        self._made_at = made_at
        section, (width, height) = self._docx.sections[0], PAPERS[paper]
        section.page_width, section.page_height = Mm(width), Mm(height)
        section.left_margin = section.right_margin = Mm(_SIDE)
        section.top_margin = section.bottom_margin = Mm(_TOP)
        self._width, self._mm, self._pt = width - 2 * _SIDE, Mm, Pt
        style = self._docx.styles["Normal"]
        style.font.name, style.font.size = OFFICE_FONT, Pt(11)
        style.paragraph_format.space_after = Pt(4)
        properties = self._docx.core_properties
        properties.title, properties.comments = title, ""
        properties.author = properties.last_modified_by = author
        properties.created = properties.modified = made_at.replace(tzinfo=None)
        properties.language = "id-ID"

    def letterhead(self, lines: Sequence[str], address: str, logo: bytes = b"") -> None:
        """Write whose letter it is as offices know it: the logo (a PNG) left, centred lines, a double rule below."""
        from docx.shared import Mm

        if not (lines or address or logo):
            return
        beside = _LOGO if logo else 0.0  # at both sides, so that the lines stand in the middle of the page
        table = self._table([["", "", ""]], (beside, self._width - 2 * beside, beside), ruled=False)
        left, middle, _right = table.rows[0].cells
        if logo:
            across, down = png_size(logo)
            scale = min((_LOGO - 4) / across, _LOGO / down)
            left.paragraphs[0].add_run().add_picture(BytesIO(logo), Mm(across * scale), Mm(down * scale))
        faces = [(line, 13.0, number > 0 or len(lines) < 2) for number, line in enumerate(lines)]
        for number, (text, size, bold) in enumerate([*faces, *([(address, 9.0, False)] if address else [])]):
            paragraph = middle.paragraphs[0] if number == 0 else middle.add_paragraph()
            self._write(paragraph, text, bold, size)
            paragraph.alignment, paragraph.paragraph_format.space_after = 1, self._pt(0)
        self._rule(self.line("", size=4, after=6))

    def line(self, text: str, *, bold: bool = False, align: str = "left", size: float = 11, after: float = 4,
             joined: bool = False) -> Any:  # fmt: skip
        """Write a paragraph; ``joined``: it stays on one page with the next."""
        paragraph = self._docx.add_paragraph()
        self._write(paragraph, text, bold, size)
        paragraph.alignment = _ALIGNED[align]
        paragraph.paragraph_format.space_after = self._pt(after)
        paragraph.paragraph_format.keep_with_next = joined
        return paragraph

    def heading(self, text: str) -> None:
        """Write the heading of a part."""
        paragraph = self.line(text, bold=True, after=3, joined=True)
        paragraph.paragraph_format.space_before = self._pt(9)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Write names and values below each other."""
        self._table([[name, ":", value] for name, value in pairs], (38, 4, self._width - 42), ruled=False)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], *,
              numbers: Sequence[int] = (), total: bool = False) -> None:  # fmt: skip
        """Write a table with lines; ``numbers`` are its columns of numbers, the last row is a sum with ``total``.

        ``widths`` are shares of the width. The header is repeated on every page.
        """
        share = self._width / sum(widths)
        table = self._table([head, *rows], [width * share for width in widths], ruled=True)
        self._repeat(table.rows[0])
        for at, row in enumerate(table.rows):
            for column, cell in enumerate(row.cells):
                bold = at == 0 or (total and at == len(rows))
                for run in cell.paragraphs[0].runs:
                    run.bold, run.font.size = bold, self._pt(10)
                cell.paragraphs[0].alignment = 1 if at == 0 else 2 if column in numbers else 0

    def signatures(self, signers: Sequence[Sequence[tuple[str, bool]]], across: int) -> None:
        """Write signatories, ``across`` of them side by side: the lines of each, and whether a line is the name."""
        for start in range(0, len(signers), across):
            row = list(signers[start : start + across])
            row = [[], *row] if len(row) == 1 else row  # a single one signs at the right
            table = self._docx.add_table(1, len(row))
            self._whole(table.rows[0])
            for cell, lines in zip(table.rows[0].cells, row, strict=True):
                first = cell.paragraphs[0]
                for number, (text, named) in enumerate(lines):
                    paragraph = first if number == 0 else cell.add_paragraph()
                    self._write(paragraph, text, named, 11, underlined=named)
                    paragraph.alignment = 1
                    paragraph.paragraph_format.space_after = self._pt(0)
            self.line("")

    def finish(self) -> bytes:
        """Return the file."""
        draft, out = BytesIO(), BytesIO()
        self._docx.save(draft)
        # The library packs with the time of its clock; equal content shall be equal bytes.
        with zipfile.ZipFile(draft) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for info in packed.infolist():
                entry = zipfile.ZipInfo(info.filename, self._made_at.timetuple()[:6])
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, packed.read(info))
        return out.getvalue()

    def _table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], *, ruled: bool) -> Any:
        table = self._docx.add_table(len(rows), len(widths))
        table.autofit = False
        if ruled:
            table.style = "Table Grid"
        for row, texts in zip(table.rows, rows, strict=True):
            self._whole(row)
            for cell, text, width in zip(row.cells, texts, widths, strict=True):
                cell.width = self._mm(width)
                self._write(cell.paragraphs[0], text, False, 11)
                cell.paragraphs[0].paragraph_format.space_after = self._pt(1)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = self._mm(width)
        return table

    def _write(self, paragraph: Any, text: str, bold: bool, size: float, *, underlined: bool = False) -> None:
        run = paragraph.add_run(UNWRITABLE.sub("", text))
        run.bold, run.underline, run.font.size, run.font.name = bold, underlined, self._pt(size), OFFICE_FONT

    @staticmethod
    def _rule(paragraph: Any) -> None:
        """Draw a double line above a paragraph."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
        for name, value in (("val", "thickThinSmallGap"), ("sz", "18"), ("space", "1"), ("color", "000000")):
            top.set(qn(f"w:{name}"), value)
        borders.append(top)
        # Word wants the parts of a paragraph's properties in the order of its schema.
        paragraph._p.get_or_add_pPr().insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
        )

    def _whole(self, row: Any) -> None:
        self._mark(row, "w:cantSplit")

    def _repeat(self, row: Any) -> None:
        self._mark(row, "w:tblHeader")

    @staticmethod
    def _mark(row: Any, name: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        mark = OxmlElement(name)
        mark.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)
