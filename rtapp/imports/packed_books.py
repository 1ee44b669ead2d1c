"""Workbooks packed as JSON between the steps of an import, without identity numbers and unneeded columns."""

import gzip
import json
import re
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from ..documents.cells import EMPTY, Cell, Merge, Row, Sheet, Workbook
from .columns import find_layout
from .headers import field_of
from .readings import Books

_LONG_NUMBER = re.compile(r"\d(?:[\s.\-]?\d){14,}")
_LARGE = 10**14
_UNNEEDED = re.compile(r"lahir|\bttl\b|alamat rumah|npwp|rekening|agama|pekerjaan|pendidikan|email|honor|\bsk\b", re.I)
_MOMENTS = {"datetime": datetime, "date": date, "time": time}


def packed(books: Books) -> bytes:
    """Return workbooks with their files' names as bytes; identity numbers are zeros behind their first four digits."""
    listed = [
        {"file": name, "format": book.format, "hides": book.sees_hidden, "sheets": [_sheet(s) for s in book.sheets]}
        for name, book in books
    ]
    return gzip.compress(json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)


def unpacked(data: bytes) -> Books:
    """Return the workbooks that ``packed`` made into bytes."""
    return [
        (book["file"], Workbook(book["format"], tuple(_read_sheet(s) for s in book["sheets"]), book["hides"]))
        for book in json.loads(gzip.decompress(data))
    ]


def without_identities(book: Workbook) -> Workbook:
    """Return ``book`` without days of birth and their like, and with zeros for the digits of identity numbers."""
    return replace(book, sheets=tuple(_bared(sheet) for sheet in book.sheets))


def _bared(sheet: Sheet) -> Sheet:
    layout = find_layout(sheet)
    titles = layout.titles if layout else {}
    dropped = {c for c, title in titles.items() if _UNNEEDED.search(title) and field_of(title)[0] in ("", "ignored")}
    first = layout.header[-1] if layout else 0
    rows = [
        Row(
            row.number,
            tuple(
                EMPTY if column in dropped and row.number > first else _masked(cell)
                for column, cell in enumerate(row.cells)
            ),
            row.hidden,
        )
        for row in sheet.rows
    ]
    return replace(sheet, rows=tuple(rows))


def _masked(cell: Cell) -> Cell:
    if isinstance(cell.value, str) and _LONG_NUMBER.search(cell.value):
        return replace(cell, value=_LONG_NUMBER.sub(_zeros, cell.value))
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool) and abs(cell.value) >= _LARGE:
        return replace(cell, value=int(cell.value) // 10**12 * 10**12)
    return cell


def _zeros(match: re.Match[str]) -> str:
    digits, seen = [], 0
    for character in match[0]:
        seen += character.isdigit()
        digits.append("0" if character.isdigit() and seen > 4 else character)
    return "".join(digits)


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "hidden": sheet.hidden,
        "hides": sorted(sheet.hidden_columns),
        "merges": [[merge.top, merge.left, merge.bottom, merge.right] for merge in sheet.merges],
        "rows": [[row.number, int(row.hidden), [_cell(cell) for cell in row.cells]] for row in sheet.rows],
    }


def _read_sheet(sheet: dict[str, Any]) -> Sheet:
    rows = (Row(number, tuple(map(_read_cell, cells)), bool(hidden)) for number, hidden, cells in sheet["rows"])
    merges = tuple(Merge(*merge) for merge in sheet["merges"])
    return Sheet(sheet["name"], tuple(rows), sheet["hidden"], merges, frozenset(sheet.get("hides", ())))


def _cell(cell: Cell) -> Any:
    """Return a cell as JSON: plain text and numbers as themselves, all else as [kind, value, struck]."""
    if cell.kind == "empty":
        return None
    if not cell.struck and cell.kind in ("text", "number"):
        return cell.value
    if isinstance(cell.value, date | time):
        return [type(cell.value).__name__, cell.value.isoformat(), int(cell.struck)]
    return [cell.kind, cell.value, int(cell.struck)]


def _read_cell(cell: Any) -> Cell:
    if cell is None:
        return EMPTY
    if isinstance(cell, str):
        return Cell(cell, "text")
    if isinstance(cell, int | float):
        return Cell(cell, "number")
    kind, value, struck = cell
    if kind in _MOMENTS:
        return Cell(_MOMENTS[kind].fromisoformat(value), "date", bool(struck))
    return Cell(value, kind, bool(struck))
