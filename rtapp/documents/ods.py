"""ODS in, with hidden rows, merges and strike-through."""

import re
import zipfile
from collections.abc import Container, Iterator
from datetime import date, datetime
from io import BytesIO
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from ..refusals import Refused
from .cells import EMPTY, MAX_COLUMNS, MAX_ROWS, Cell, Merge, Row, Sheet, Workbook, number_cell, sheet_of, text_cell
from .refused import bomb, broken, protected, too_many_rows

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
LAST_ROW = 1_048_576
MAX_EVENTS = 5_000_000  # beginnings and ends of elements: more than a list of 20,000 rows has
ERROR = re.compile(r"^(#[A-Z/0]+[!?]?|Err:\d+)$")


def read_ods(data: bytes) -> Workbook:
    """Read the OpenDocument spreadsheet in ``data``, a ZIP already found to be of bearable size.

    Repeated rows and cells, with which a small file can describe a full sheet, are followed only while they hold
    something, and no further than the limits of ``cells``. Raises Refused when it is protected or broken.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise protected()
            with archive.open("content.xml") as stream:
                return Workbook("ods", tuple(_tables(stream)))
    except Refused:
        raise
    except Exception as error:  # anything else means that the file is not what it says
        raise broken() from error


def _tables(stream: IO[bytes]) -> Iterator[Sheet]:
    """Yield the tables of a document, which is forgotten as it is read: rows when they end, the rest by tables."""
    struck, hidden_tables, table, rows_left = set[str](), set[str](), None, MAX_ROWS
    for count, (event, element) in enumerate(iterparse(stream, ("start", "end"))):
        if count > MAX_EVENTS:
            raise bomb()
        if event == "start":
            if element.tag == TABLE + "table" and table is None:
                table = OdsTable(element, element.get(TABLE + "style-name") in hidden_tables, struck, rows_left)
        elif element.tag == STYLE + "style":
            note_style(element, struck, hidden_tables)
        elif table is not None and element.tag == TABLE + "table-column":
            table.add_column(element)
        elif table is not None and element.tag == TABLE + "table-row":
            table.add(element)
            element.clear()
        elif table is not None and element is table.element:
            rows_left -= len(table.rows)
            yield table.sheet()
            table = None
            element.clear()


def note_style(element: Element, struck: set[str], hidden_tables: set[str]) -> None:
    """Remember the style when it strikes text through or hides a table."""
    name = element.get(STYLE + "name", "")
    for child in element:
        line = child.get(STYLE + "text-line-through-style") or child.get(STYLE + "text-line-through-type")
        if line and line != "none":
            struck.add(name)
        if child.get(TABLE + "display") == "false":
            hidden_tables.add(name)


class OdsTable:
    """A table while it is read: at most ``room`` rows."""

    def __init__(self, element: Element, hidden: bool, struck: set[str], room: int) -> None:
        self.element, self.hidden, self.struck, self.room = element, hidden, struck, room
        self.rows: list[Row] = []
        self.merges: list[Merge] = []
        self.number = 1
        self.column = 0
        self.hidden_columns: set[int] = set()

    def add_column(self, element: Element) -> None:
        """Note whether the next columns are hidden; one element may stand for many."""
        repeat = min(repeats(element, "number-columns-repeated"), max(MAX_COLUMNS - self.column, 0))
        if element.get(TABLE + "visibility", "visible") != "visible":
            self.hidden_columns |= set(range(self.column, self.column + repeat))
        self.column += repeat

    def add(self, element: Element) -> None:
        """Add the rows that a <table:table-row> stands for, empty ones left out; refused beyond ``room``."""
        if self.number > LAST_ROW:
            return
        repeat = repeats(element, "number-rows-repeated")
        cells = read_cells(element, self.number, self.struck, self.merges)
        hidden = element.get(TABLE + "visibility", "visible") != "visible"
        if any(cell.kind != "empty" for cell in cells):
            if len(self.rows) + repeat > self.room:
                raise too_many_rows()
            self.rows.extend(Row(self.number + step, cells, hidden) for step in range(repeat))
        self.number += repeat

    def sheet(self) -> Sheet:
        """Return what was read."""
        name = self.element.get(TABLE + "name", "")
        return sheet_of(name, self.rows, self.hidden, self.merges, self.hidden_columns)


def repeats(element: Element, name: str) -> int:
    """Return how many equal neighbours an element stands for, itself among them, by its attribute ``name``."""
    try:
        return min(max(int(element.get(TABLE + name, "1")), 1), LAST_ROW)
    except ValueError:
        return 1


def read_cells(row: Element, number: int, struck: set[str], merges: list[Merge]) -> tuple[Cell, ...]:
    """Return the cells of a row and add to ``merges`` the ranges that begin in it."""
    cells: list[Cell] = []
    for element in row:
        if element.tag not in (TABLE + "table-cell", TABLE + "covered-table-cell"):
            continue
        repeat = min(repeats(element, "number-columns-repeated"), MAX_COLUMNS - len(cells))
        cell = read_cell(element, struck) if element.tag == TABLE + "table-cell" else EMPTY
        right = repeats(element, "number-columns-spanned")
        down = repeats(element, "number-rows-spanned")
        if right > 1 or down > 1:
            merges.append(Merge(number, len(cells), number + down - 1, len(cells) + right - 1))
        cells.extend([cell] * repeat)
        if len(cells) >= MAX_COLUMNS:
            break
    return tuple(cells)


def read_cell(element: Element, struck: set[str]) -> Cell:
    """Return one cell by its declared type; text is what its paragraphs show, notes left out."""
    kind = element.get(OFFICE + "value-type", "")
    shown = "\n".join(paragraph_text(child, struck) for child in element if child.tag == TEXT + "p")
    line = element.get(TABLE + "style-name") in struck
    if element.get(CALC + "value-type") == "error" or (kind in ("string", "float") and ERROR.match(shown)):
        return Cell(shown or "#ERR", "error", line)
    if kind in ("float", "percentage", "currency"):
        return number_cell(float(element.get(OFFICE + "value", "nan")), line)
    if kind == "boolean":
        return Cell(element.get(OFFICE + "boolean-value") == "true", "bool", line)
    if kind == "date":
        return date_cell(element.get(OFFICE + "date-value", ""), shown, line)
    return text_cell(element.get(OFFICE + "string-value") or shown, line)


def paragraph_text(paragraph: Element, struck: Container[str] = ()) -> str:
    """Return the text of a paragraph; spaces, tabs and line breaks are elements there, struck pieces stand in ~ ~."""
    parts = [paragraph.text or ""]
    for child in paragraph:
        if child.tag == TEXT + "s":
            parts.append(" " * min(int(child.get(TEXT + "c", "1")), 100))
        elif child.tag == TEXT + "tab":
            parts.append("\t")
        elif child.tag == TEXT + "line-break":
            parts.append("\n")
        elif child.tag != OFFICE + "annotation":
            text = paragraph_text(child, struck)
            parts.append(f"~{text}~ " if child.get(TEXT + "style-name") in struck and text.strip() else text)
        parts.append(child.tail or "")
    return "".join(parts)


def date_cell(value: str, shown: str, line: bool) -> Cell:
    """Return a date cell from ISO ``value``, or the shown text when that is no date."""
    try:
        return Cell(datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value), "date", line)
    except ValueError:
        return text_cell(shown, line)
