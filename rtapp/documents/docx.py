"""Word documents in: tables as they stand, paragraphs between them as rows of one cell."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from ..refusals import Refused
from .cells import Workbook
from .ods import MAX_EVENTS
from .prose import PieceOfTable, Prose
from .refused import bomb, broken

_MAX_XML = 48 << 20  # bytes of a document's text
_MOST_DEEP = 60  # elements inside each other: a table in a table's cell, not more


def read_docx(data: bytes, name: str) -> Workbook:
    """Read the text of a Word document; its sheet is called ``name``. Raises Refused when it is broken.

    Its XML is read as the ODS's is: python-docx, which writes our letters, would load the pictures too.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if archive.getinfo("word/document.xml").file_size > _MAX_XML:
                raise bomb()
            with archive.open("word/document.xml") as stream:
                body = _body(stream)
        prose = Prose(name)
        for block in _blocks(body):
            if block.tag == "p":
                prose.add_paragraph(_text(block))
            else:
                prose.add_table([[_piece(cell) for cell in _children(row, "tc")] for row in _children(block, "tr")])
        return Workbook("docx", (prose.sheet(),))
    except Refused:
        raise
    except Exception as error:  # anything else means that the file is not what it says
        raise broken() from error


def _body(stream: IO[bytes]) -> Element:
    """Return the element that holds the text; names of the document's own kind lose their prefix: tbl, tr, tc, p."""
    depth, body, own = 0, None, ""
    for count, (event, element) in enumerate(iterparse(stream, ("start", "end"))):
        depth += 1 if event == "start" else -1
        if count > MAX_EVENTS or depth > _MOST_DEEP:
            raise bomb()
        own = own or element.tag.rpartition("}")[0] + "}"
        if event == "start" or not element.tag.startswith(own):
            continue
        element.tag = element.tag.removeprefix(own)
        for name in list(element.attrib):
            element.set(name.removeprefix(own), element.get(name, ""))
        if element.tag == "body":
            body = element
    if body is None:
        raise broken()
    return body


def _blocks(parent: Element) -> Iterator[Element]:
    """Yield paragraphs and tables, those inside content controls too."""
    for child in parent:
        if child.tag in ("p", "tbl"):
            yield child
        elif child.tag in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _blocks(child)


def _children(parent: Element, kind: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, none of tables inside its cells."""
    for child in parent:
        if child.tag == kind:
            yield child
        elif child.tag in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _children(child, kind)


def _piece(cell: Element) -> PieceOfTable:
    lines = [_text(each) for each in cell.iter("p")]
    span = cell.find("tcPr/gridSpan")
    wide = span.get("val", "1") if span is not None else "1"
    columns = min(max(int(wide), 1), 100) if wide.isdigit() and len(wide) < 4 else 1
    merge = cell.find("tcPr/vMerge")
    goes_on = merge is not None and merge.get("val", "continue") == "continue"
    return PieceOfTable("\n".join(line for line in lines if line.strip()), columns, goes_on)


def _text(paragraph: Element) -> str:
    """Return what a paragraph shows; what is struck through stands in ~ ~, deleted text is left out."""
    parts: list[str] = []
    for run in paragraph.iter("r"):
        text = "".join(map(_said, run))
        parts.append(f"~{text.strip()}~ " if text.strip() and _is_struck(run) else text)
    return "".join(parts)


def _said(part: Element) -> str:
    if part.tag == "t":
        return part.text or ""
    return {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}.get(part.tag, "")


def _is_struck(run: Element) -> bool:
    marks = [run.find(f"rPr/{name}") for name in ("strike", "dstrike")]
    return any(mark is not None and mark.get("val", "1") not in ("0", "false", "off") for mark in marks)
