"""Lists that are no tables with a header: messages from a chat, pasted text, matrices, tables without their titles."""

from dataclasses import replace
from pathlib import PurePath

from ..documents.cells import Cell, Sheet, Workbook, text_cell
from ..documents.sheets import read_workbook
from ..documents.text_tables import decoded, read_csv
from ..roster.names import is_degree
from .chat import read_chat
from .columns import find_layout
from .matrix import unrolled
from .pasted import restored, split_again
from .unheaded import guessed, headed


def read_file(data: bytes, name: str) -> Workbook:
    """Read a file by its content: a spreadsheet, or the text of a message. Raises Refused with what to do about it."""
    book = read_workbook(data, name)
    stem = PurePath(name).stem
    if book.format == "csv":
        return understood(book, decoded(data) or "", stem)
    return understood(book, "", stem)


def read_message(text: str, name: str) -> Workbook:
    """Read pasted text: a table, its header put back where it lacks one, else a message with an RT beside each head."""
    return understood(read_csv(text, name), text, name)


def understood(book: Workbook, text: str, name: str) -> Workbook:
    """Return ``book`` with each sheet as a list with a header, where it is one: a matrix a row for each head.

    ``text`` is what a text file says: a message where it is no table.
    """
    if any(find_layout(sheet) for sheet in book.sheets):
        sheets = tuple(_listed(sheet) for sheet in book.sheets)
        return replace(book, sheets=tuple(map(_rejoined, sheets)) if book.format == "csv" else sheets)
    again = tuple(map(split_again, book.sheets))
    if any(find_layout(sheet) for sheet in again):
        return replace(book, sheets=again)
    rows = restored(text.splitlines()) if text else []
    if rows and find_layout(table := Sheet(name, tuple(rows))):
        return Workbook(book.format, (table,), sees_hidden=book.sees_hidden)
    sheets = tuple(_listed(sheet) for sheet in book.sheets)
    if any(sheet is not before for sheet, before in zip(sheets, book.sheets, strict=True)):
        return replace(book, sheets=sheets)
    messages = [(sheet, read_chat(_lines(sheet, text))) for sheet in book.sheets if not sheet.hidden]
    if not any(rows for _, rows in messages):
        return book
    sheets = tuple(Sheet(sheet.name or name, tuple(rows) if rows else sheet.rows) for sheet, rows in messages)
    return Workbook(book.format, sheets, sees_hidden=book.sees_hidden)


def offered(book: Workbook) -> Workbook:
    """Return ``book``; where none of its sheets is understood, tables of names under titles to be put right."""
    if any(find_layout(sheet) for sheet in book.sheets):
        return book
    return replace(book, sheets=tuple(guessed(sheet) or sheet for sheet in book.sheets))


def _lines(sheet: Sheet, text: str) -> list[str]:
    """Return the lines of a text, or those of a sheet whose cells are lines of prose."""
    if text:
        return text.splitlines()
    last = max((row.number for row in sheet.rows), default=0)
    lines = [""] * last
    for row in sheet.rows:
        if not row.hidden and row.number:
            lines[row.number - 1] = " ".join(
                cell.text.replace("\n", " ") for cell in row.cells if cell.text and not cell.struck
            )
    return lines


def _rejoined(sheet: Sheet) -> Sheet:
    """Return a sheet of separated values with the degrees that an unquoted comma cut off in their names again."""
    layout = find_layout(sheet)
    if layout is None or len(layout.blocks) > 1 or {"front", "back"} & set(layout.blocks[0].fields):
        return sheet
    at = layout.blocks[0].fields["name"]
    rows = [replace(row, cells=_with_degrees(row.cells, at)) for row in sheet.rows]
    return replace(sheet, rows=tuple(rows))


def _with_degrees(cells: tuple[Cell, ...], at: int) -> tuple[Cell, ...]:
    end = at + 1
    while end < len(cells) and is_degree(cells[end].text.strip()):
        end += 1
    if end <= at + 1:
        return cells
    name = text_cell(", ".join(cell.text.strip() for cell in cells[at:end]), cells[at].struck)
    return (*cells[:at], name, *cells[end:])


def _listed(sheet: Sheet) -> Sheet:
    """Return a sheet without a header as a list, where its cells say what they hold."""
    if sheet.hidden or find_layout(sheet):
        return sheet
    return unrolled(sheet) or headed(sheet) or sheet
