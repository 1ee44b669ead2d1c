"""A described table as the files that offices send: workbooks, texts, documents, papers."""

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO

_BETWEEN = re.compile(r"(?:^|\s)\|(?:\s|$)")
_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


@dataclass(frozen=True)
class Grid:
    """One sheet: texts of cells ("'" before a number that is a text), merges as (top, left, bottom, right) from 0."""

    name: str
    rows: list[list[str]]
    merges: tuple[tuple[int, int, int, int], ...]

    @property
    def titles(self) -> int:
        """How many rows stand above the first that has two cells."""
        return next((n for n, row in enumerate(self.rows) if sum(map(bool, row)) > 1), len(self.rows))

    @property
    def wide(self) -> list[list[str]]:
        """The rows, all of one width."""
        width = max(map(len, self.rows))
        return [row + [""] * (width - len(row)) for row in self.rows]


def grids(text: str) -> list[Grid]:
    """Return the sheets of a table's description."""
    sheets: dict[str, list[list[str]]] = {}
    name = "Sheet1"
    for line in text.strip("\n").splitlines():
        if line.startswith("## "):
            name = line[3:]
        else:
            cells = [cell.strip().replace("\\n", "\n") for cell in _BETWEEN.split(f" {line} ")] if line.strip() else []
            sheets.setdefault(name, []).append(cells)
    return [_merged(name, rows) for name, rows in sheets.items()]


def _merged(name: str, rows: list[list[str]]) -> Grid:
    spans: dict[tuple[int, int], list[int]] = {}
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value in ("^", "<"):
                start = next(key for key in reversed(spans) if key[0] <= r and key[1] <= c and
                             (key[1] == c if value == "^" else key[0] == r))  # fmt: skip
                spans[start] = [max(spans[start][0], r), max(spans[start][1], c)]
                row[c] = ""
            elif value:
                spans[r, c] = [r, c]
    merges = tuple((top, left, *end) for (top, left), end in spans.items() if end != [top, left])
    return Grid(name, rows, merges)


def _value(text: str) -> str | int | None:
    if re.fullmatch(r"[1-9]\d{0,14}|0", text):
        return int(text)
    return text.removeprefix("'") or None


def xlsx(sheets: Sequence[Grid]) -> bytes:
    """Return an XLSX."""
    from openpyxl import Workbook

    book, out = Workbook(), BytesIO()
    book.remove(book.active)
    for grid in sheets:
        page = book.create_sheet(grid.name)
        for r, row in enumerate(grid.rows, 1):
            for c, text in enumerate(row, 1):
                if text:
                    page.cell(r, c, _value(text))
        for top, left, bottom, right in grid.merges:
            page.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    book.save(out)
    return out.getvalue()


def xls(sheets: Sequence[Grid]) -> bytes:
    """Return an XLS of Excel 97."""
    import xlwt

    book, out = xlwt.Workbook(), BytesIO()
    for grid in sheets:
        page = book.add_sheet(grid.name)
        for r, row in enumerate(grid.rows):
            for c, text in enumerate(row):
                if text:
                    page.write(r, c, _value(text))
        page.merged_ranges.extend((top, bottom, left, right) for top, left, bottom, right in grid.merges)
    book.save(out)
    return out.getvalue()


def ods(sheets: Sequence[Grid]) -> bytes:
    """Return an OpenDocument spreadsheet."""
    return _odf("spreadsheet", "".join(_odf_table(grid, grid.wide, 0) for grid in sheets))


def odt(sheets: Sequence[Grid]) -> bytes:
    """Return a Writer document: titles are paragraphs, the rest tables."""
    body = ""
    for grid in sheets:
        body += f"<text:h>{escape(grid.name)}</text:h>" if len(sheets) > 1 else ""
        body += "".join(f"<text:p>{escape(' '.join(row))}</text:p>" for row in grid.rows[: grid.titles])
        body += _odf_table(grid, grid.wide[grid.titles :], grid.titles) if grid.rows[grid.titles :] else ""
    return _odf("text", body)


def _odf_table(grid: Grid, rows: list[list[str]], first: int) -> str:
    spans = {(top - first, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in grid.merges}
    covered = {(r - first, c) for top, left, bottom, right in grid.merges for r in range(top, bottom + 1)
               for c in range(left, right + 1) if (r, c) != (top, left)}  # fmt: skip
    lines = []
    for r, row in enumerate(rows):
        cells = []
        for c, text in enumerate(row):
            if (r, c) in covered:
                cells.append("<table:covered-table-cell/>")
                continue
            down, across = spans.get((r, c), (1, 1))
            span = f' table:number-rows-spanned="{down}" table:number-columns-spanned="{across}"'
            value = _value(text)
            typed = f' office:value-type="float" office:value="{value}"' if isinstance(value, int) else (
                ' office:value-type="string"' if text else "")  # fmt: skip
            said = "".join(f"<text:p>{escape(part)}</text:p>" for part in text.removeprefix("'").split("\n") if part)
            cells.append(
                f"<table:table-cell{span if (down, across) != (1, 1) else ''}{typed}>{said}</table:table-cell>"
            )
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return f'<table:table table:name="{escape(grid.name)}">{"".join(lines)}</table:table>'


def _odf(kind: str, body: str) -> bytes:
    out = BytesIO()
    mime = f"application/vnd.oasis.opendocument.{kind}"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mime, zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODF}><office:body>'
            f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )
    return out.getvalue()


def docx(sheets: Sequence[Grid]) -> bytes:
    """Return a Word document: titles are paragraphs, the rest tables."""
    from docx import Document

    document, out = Document(), BytesIO()
    for grid in sheets:
        if len(sheets) > 1:
            document.add_heading(grid.name)
        for row in grid.rows[: grid.titles]:
            document.add_paragraph(" ".join(row))
        if rows := grid.wide[grid.titles :]:
            table = document.add_table(len(rows), len(rows[0]))
            for cells, row in zip(table.rows, rows, strict=True):
                for cell, text in zip(cells.cells, row, strict=True):
                    cell.text = text.removeprefix("'")
            for top, left, bottom, right in grid.merges:
                table.cell(top - grid.titles, left).merge(table.cell(bottom - grid.titles, right))
    document.save(out)
    return out.getvalue()


def pdf(sheets: Sequence[Grid]) -> bytes:
    """Return a PDF as an office program prints it: titles above the middle of a table."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

    out, story = BytesIO(), []
    style = getSampleStyleSheet()
    for grid in sheets:
        if len(sheets) > 1:
            story += [PageBreak()] if story else []
            story.append(Paragraph(escape(grid.name), style["Title"]))
        story += [Paragraph(escape(" ".join(row)), style["Normal"]) for row in grid.rows[: grid.titles]]
        if rows := grid.wide[grid.titles :]:
            spans = [("SPAN", (left, top - grid.titles), (right, bottom - grid.titles))
                     for top, left, bottom, right in grid.merges]  # fmt: skip
            story.append(Table([[text.removeprefix("'") for text in row] for row in rows],
                               style=[*spans, ("VALIGN", (0, 0), (-1, -1), "TOP")]))  # fmt: skip
    SimpleDocTemplate(out, pagesize=landscape(A4)).build(story)
    return out.getvalue()


def html(sheets: Sequence[Grid]) -> bytes:
    """Return what web applications call XLS: the table of a page."""
    lines = []
    for grid in sheets:
        spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in grid.merges}
        covered = {(r, c) for top, left, bottom, right in grid.merges for r in range(top, bottom + 1)
                   for c in range(left, right + 1) if (r, c) != (top, left)}  # fmt: skip
        rows = ""
        for r, row in enumerate(grid.wide):
            cells = ""
            for c, text in enumerate(row):
                if (r, c) not in covered:
                    down, across = spans.get((r, c), (1, 1))
                    said = escape(text.removeprefix("'")).replace("\n", "<br>")
                    cells += f"<td rowspan={down} colspan={across}>{said}</td>"
            rows += f"<tr>{cells}</tr>"
        lines.append(f"<table>{rows}</table>")
    return f"<html><head><meta charset=utf-8></head><body>{''.join(lines)}</body></html>".encode()


def _separated(grid: Grid, separator: str) -> str:
    import csv
    from io import StringIO

    out = StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([[t.removeprefix("'") for t in row] for row in grid.wide])
    return out.getvalue()


def csv_of_excel(sheets: Sequence[Grid]) -> bytes:
    """Return the CSV of an Indonesian Excel: semicolons, Windows-1252."""
    return _separated(sheets[0], ";").encode("cp1252", "replace")


def unicode_text(sheets: Sequence[Grid]) -> bytes:
    """Return Excel's "Unicode Text": tabs, UTF-16."""
    return _separated(sheets[0], "\t").encode("utf-16")


KINDS: dict[str, Callable[[Sequence[Grid]], bytes]] = {
    "xlsx": xlsx, "xls": xls, "ods": ods, "html": html, "csv": csv_of_excel, "txt": unicode_text,
    "docx": docx, "odt": odt, "pdf": pdf,
}  # fmt: skip
_OF_ONE_SHEET = ("csv", "txt", "html")


def files_of(text: str, only: Sequence[str] = ()) -> dict[str, bytes]:
    """Return the files of a table's description, by their endings."""
    if only:
        return {only[0].rstrip(",;"): text.strip("\n").encode()}
    sheets = grids(text)
    return {kind: write(sheets) for kind, write in KINDS.items() if len(sheets) == 1 or kind not in _OF_ONE_SHEET}
