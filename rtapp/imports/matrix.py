"""Tables with a row for each village and a column for each RT, or the other way round, made one row a head."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..documents.cells import EMPTY, Cell, Row, Sheet, text_cell
from ..roster.rt import parse_rt
from ..roster.spelling import clean, plain
from .headers import field_of

HEADER = ("Desa", "RT", "Nama")
_FIRST_ROWS, _MOST_COLUMNS, _MOST_FIELDS = 25, 120, 12
_RT_HEADER = re.compile(
    r"(?:ketua\s|nama\s){0,2}r\.?\s?t\b[\s.:\-]{0,3}(?:\d{1,3}|[ivx]{1,5})(?:\s?/\s?\d{1,3})?", re.I
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def unrolled(sheet: Sheet) -> Sheet | None:
    """Return ``sheet`` with a row for each head, numbered as in the file; None where it is no such table."""
    for place, row in enumerate(sheet.rows[:_FIRST_ROWS]):
        if len(row.cells) > _MOST_COLUMNS:
            continue
        if (lying := _lying(sheet, place)) is not None:
            return lying
        for read in (_rts_across, _villages_across):
            heads = read(row, sheet.rows[place + 1 :])
            if heads:
                header = Row(0, tuple(map(text_cell, HEADER)))
                return replace(sheet, rows=(*sheet.rows[:place], header, *heads), merges=())
    return None


def _lying(sheet: Sheet, place: int) -> Sheet | None:
    """Read tables that lie on their sides, the first at ``place``: titles go down, a person has a column."""
    first = _lying_rows(sheet.rows[place : place + _MOST_FIELDS])
    if first is None:
        return None
    fields = [field_of(title)[0] for title in first]
    heads: list[Row] = []
    at = place
    while at < len(sheet.rows):
        rows = first if at == place else _lying_rows(sheet.rows[at : at + _MOST_FIELDS])
        if rows is None:
            row, at = sheet.rows[at], at + 1
            heads.append(Row(row.number, (text_cell(_joined(row)),), row.hidden))
            continue
        by_field = {field_of(title)[0]: row for title, row in reversed(rows.items())}
        names, others = by_field["name"], [by_field.get(name, Row(0, ())) for name in fields]
        heads += [
            Row(names.number, tuple(row.at(c) for row in others), names.hidden) for c in _columns_of(names, by_field)
        ]
        at += len(rows)
    header = Row(0, tuple(map(text_cell, first)))
    return replace(sheet, rows=(*sheet.rows[:place], header, *heads), merges=())


def _lying_rows(below: Sequence[Row]) -> dict[str, Row] | None:
    """Return the rows of a lying table by their titles, from the first of ``below`` on; None where none begins."""
    rows: dict[str, Row] = {}
    first = next((c for c, cell in enumerate(below[0].cells) if cell.kind != "empty"), 0)
    first -= bool(first and _RT_HEADER.fullmatch(clean(below[0].at(first).text[:60])))
    for row in below:
        others = [clean(cell.text[:60]) for cell in row.cells[first + 1 :] if cell.kind != "empty"]
        title = "RT" if all(map(_RT_HEADER.fullmatch, others)) else clean(row.at(first).text[:200])
        if len(others) < 2 or not field_of(title)[0] or title in rows or len(row.cells) > _MOST_COLUMNS:
            break
        rows[title] = row
    by_field = {field_of(title)[0]: row for title, row in reversed(rows.items())}
    if not {"name", "rt"} <= set(by_field):
        return None
    columns = _columns_of(by_field["name"], by_field)
    return rows if len(columns) > 1 else None


def _columns_of(names: Row, by_field: Mapping[str, Row]) -> list[int]:
    """Return the columns of a lying table's people; none where one has no RT, or where a title stands for a name."""
    first = next((c for c, cell in enumerate(names.cells) if cell.kind != "empty"), 0)
    columns = [c for c in range(first + 1, len(names.cells)) if names.at(c).kind != "empty"]
    sure = all(parse_rt(by_field["rt"].at(c).value).rt and not field_of(names.at(c).text)[0] for c in columns)
    return columns if sure else []


def _rts_across(header: Row, below: Sequence[Row]) -> list[Row]:
    """Read a header of RT 1, RT 2 … beside the village's column."""
    columns = {c: cell for c, cell in enumerate(header.cells) if _RT_HEADER.fullmatch(clean(cell.text[:60]))}
    places = [c for c, cell in enumerate(header.cells) if field_of(cell.text)[0] == "village"]
    first = min(columns, default=0)
    if len(columns) < 2 or not (places or first):
        return []
    place = places[0] if places else first - 1
    if not any(_LETTERS.search(row.at(c).text) for row in below for c in columns):
        return []  # numbers of people, no names
    rows: list[Row] = []
    for row in below:
        people = [(columns[c], row.at(c)) for c in columns if row.at(c).kind != "empty"]
        if not people or not _LETTERS.search(row.at(place).text):
            rows.append(row if not people else Row(row.number, (text_cell(_joined(row)),), row.hidden))
            continue
        rows += [Row(row.number, (row.at(place), text_cell(clean(rt.text)), name), row.hidden) for rt, name in people]
    return rows


def _villages_across(header: Row, below: Sequence[Row]) -> list[Row]:
    """Read a header of villages beside a column of RTs."""
    rts = [c for c, cell in enumerate(header.cells) if field_of(cell.text)[0] == "rt"]
    named = {c: cell for c, cell in enumerate(header.cells) if _LETTERS.search(cell.text) and c not in rts}
    villages = {c: cell for c, cell in named.items() if not field_of(cell.text)[0]}
    if len(rts) != 1 or len(villages) < 2 or len(villages) < len(named) - 1:
        return []
    body = [row for row in below if parse_rt(row.at(rts[0]).value).rt]
    if len(body) < 2 or any(len(plain(cell.text).split()) > 4 for cell in villages.values()):
        return []
    for column in villages:  # each holds names: a column of counts makes it another kind of table
        words = [row.at(column).text for row in body if row.at(column).kind != "empty"]
        if sum(bool(_LETTERS.search(word)) for word in words) < max(1, len(words) // 2):
            return []
    rows: list[Row] = []
    for row in below:
        if row not in body:
            rows.append(Row(row.number, (text_cell(_joined(row)),), row.hidden))
            continue
        people = [(villages[c], row.at(c)) for c in villages if row.at(c).kind != "empty"]
        rows += [Row(row.number, (village, row.at(rts[0]), name), row.hidden) for village, name in people]
    return rows


def _joined(row: Row) -> str:
    """Return all that a row says as one text: it stands below the table and is nobody."""
    return " ".join(clean(cell.text) for cell in row.cells if _spoken(cell))


def _spoken(cell: Cell) -> bool:
    return cell is not EMPTY and bool(cell.text.strip())
