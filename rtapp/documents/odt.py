"""OpenDocument texts in (LibreOffice Writer): tables as they stand, paragraphs between them as rows of one cell."""

import zipfile
from io import BytesIO
from xml.etree.ElementTree import Element, iterparse

from ..refusals import Refused
from .cells import Workbook
from .ods import MAX_EVENTS, OFFICE, STYLE, TABLE, TEXT, note_style, paragraph_text, repeats
from .prose import PieceOfTable, Prose
from .refused import bomb, broken, protected

_MAX_XML = 48 << 20  # bytes of a document's text


def read_odt(data: bytes, name: str) -> Workbook:
    """Read the text of an OpenDocument text; its sheet is called ``name``. Raises Refused when broken or protected."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise protected()
            if archive.getinfo("content.xml").file_size > _MAX_XML:
                raise bomb()
            with archive.open("content.xml") as stream:
                body, struck = _body(stream)
        prose = Prose(name)
        for block in body:
            _take(block, prose, struck)
        return Workbook("odt", (prose.sheet(),))
    except Refused:
        raise
    except Exception as error:  # anything else means that the file is not what it says
        raise broken() from error


def _body(stream) -> tuple[Element, set[str]]:
    """Return the element that holds the text, and the styles that strike through."""
    struck: set[str] = set()
    body = Element("nothing")
    for count, (_event, element) in enumerate(iterparse(stream, ("end",))):
        if count > MAX_EVENTS:
            raise bomb()
        if element.tag == STYLE + "style":
            note_style(element, struck, set())
        elif element.tag == OFFICE + "text":
            body = element
    return body, struck


def _take(block: Element, prose: Prose, struck: set[str]) -> None:
    if block.tag in (TEXT + "p", TEXT + "h"):
        prose.add_paragraph(paragraph_text(block, struck))
    elif block.tag == TABLE + "table":
        prose.add_table([_cells(row, struck) for row in _rows(block)])
    elif block.tag in (TEXT + "list", TEXT + "list-item", TEXT + "section"):
        for child in block:
            _take(child, prose, struck)


def _rows(table: Element) -> list[Element]:
    """Return the rows of a table, those of its header too, none of tables inside its cells."""
    rows: list[Element] = []
    for child in table:
        if child.tag == TABLE + "table-row":
            rows.append(child)
        elif child.tag in (TABLE + "table-header-rows", TABLE + "table-rows", TABLE + "table-row-group"):
            rows += _rows(child)
    return rows


def _cells(row: Element, struck: set[str]) -> list[PieceOfTable]:
    pieces: list[PieceOfTable] = []
    covered = 0  # cells that the one to the left spreads over
    for cell in row:
        if cell.tag == TABLE + "table-cell":
            lines = [paragraph_text(each, struck) for each in cell.iter() if each.tag in (TEXT + "p", TEXT + "h")]
            columns = min(repeats(cell, "number-columns-spanned"), 100)
            pieces.append(PieceOfTable("\n".join(line for line in lines if line.strip()), columns))
            covered = columns - 1
        elif cell.tag == TABLE + "covered-table-cell":
            for _ in range(min(repeats(cell, "number-columns-repeated"), 100)):
                if covered:
                    covered -= 1
                else:
                    pieces.append(PieceOfTable("", goes_on=True))
    return pieces
