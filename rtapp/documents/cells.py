"""What a spreadsheet is, whatever file it came in: workbooks, sheets, rows, cells, and the limits of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Literal

Kind = Literal["text", "number", "date", "bool", "error", "empty"]

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 25_000  # rows with something in them, in one workbook
MAX_COLUMNS = 256
MAX_MERGES = 20_000
MAX_CELL_CHARS = 32_767  # Excel's own limit of one cell


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a ``str``, ``int``, ``float``, ``date``, ``datetime``, ``time``, ``bool`` or ``None``, and its kind."""

    value: str | int | float | date | datetime | time | bool | None = None
    kind: Kind = "empty"
    struck: bool = False

    @property
    def text(self) -> str:
        """The value as text: "" when empty, whole numbers without a point, dates as ISO."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "TRUE" if self.value else "FALSE"
        if isinstance(self.value, (date, datetime, time)):
            return self.value.isoformat()
        return str(self.value)


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something: its number in the file (from 1), its cells from column A, whether it is hidden."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False

    def at(self, column: int) -> Cell:
        """Return the cell of ``column`` (0 is A); beyond the last one it is empty."""
        return self.cells[column] if 0 <= column < len(self.cells) else EMPTY


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, inclusive: rows from 1, columns from 0; its value stands in the top-left cell."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; ``rows`` leaves blank rows out, so that a formatted column costs nothing.

    A row with the number 0 stands in no file: it is the header that a reader put above a list without one.
    """

    name: str
    rows: tuple[Row, ...] = ()
    hidden: bool = False
    merges: tuple[Merge, ...] = ()
    hidden_columns: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file as read. ``sees_hidden`` is false where the format does not tell hidden rows and struck-through cells."""

    format: Literal["xlsx", "ods", "xls", "csv", "html", "docx", "odt", "pdf", "text"]
    sheets: tuple[Sheet, ...]
    sees_hidden: bool = True


def text_cell(text: str, struck: bool = False) -> Cell:
    """Return a text cell, or the empty cell for blank text; over-long text is cut at Excel's own limit."""
    if not text.strip():
        return EMPTY
    return Cell(text[:MAX_CELL_CHARS], "text", struck)


def number_cell(number: int | float, struck: bool = False) -> Cell:
    """Return a number cell; whole floats (spreadsheets know no others) become ``int``."""
    if isinstance(number, float):
        if number != number or number in (float("inf"), float("-inf")):
            return Cell("#NUM!", "error", struck)
        if number.is_integer() and abs(number) < 1e18:
            number = int(number)
    return Cell(number, "number", struck)


def value_cell(value: object, struck: bool = False) -> Cell:
    """Return what a library has read as a cell of its kind; what is none of them is text."""
    if isinstance(value, bool):
        return Cell(value, "bool", struck)
    if isinstance(value, (int, float)):
        return number_cell(value, struck)
    if isinstance(value, (date, time)):  # a datetime is a date, too
        return Cell(value, "date", struck)
    return text_cell(str(value), struck)


def sheet_of(
    name: str, rows: list[Row], hidden: bool = False, merges: Iterable[Merge] = (), hidden_columns: Iterable[int] = ()
) -> Sheet:
    """Return a sheet as it was read, without blank rows and with bounded merges."""
    return Sheet(name, packed_rows(rows), hidden, bounded_merges(merges), frozenset(hidden_columns))


def bounded_merges(merges: Iterable[Merge]) -> tuple[Merge, ...]:
    """Return ``merges`` once each, no wider than a sheet is read; beyond ``MAX_MERGES`` they are not heeded."""
    narrow_merges = (Merge(each.top, each.left, each.bottom, min(each.right, MAX_COLUMNS - 1)) for each in merges)
    return tuple(islice(dict.fromkeys(narrow_merges), MAX_MERGES))


def packed_rows(rows: list[Row]) -> tuple[Row, ...]:
    """Return ``rows`` without blank ones and without empty cells at their ends."""
    filled_rows = []
    for row in rows:
        last = max((index for index, cell in enumerate(row.cells) if cell.kind != "empty"), default=-1)
        if last >= 0:
            filled_rows.append(Row(row.number, row.cells[: last + 1], row.hidden))
    return tuple(filled_rows)
