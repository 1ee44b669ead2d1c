"""Tables that lost their columns on the way: set apart by spaces alone, a cell or a column in lines, in one column."""

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ..documents.cells import Row, Sheet, packed_rows, text_cell
from ..roster.rt import parse_rt, rt_named_in
from ..roster.spelling import clean
from .evidence import reads_as_name
from .headers import field_of

_GAP = re.compile(r"\t+| {2,}")
_FIRST_LINES, _MOST_LINES = 25, 8_000  # in which the header stands; of a text that is looked at
_FEWEST, _MOST = 3, 12  # columns


def restored(lines: Sequence[str]) -> list[Row]:
    """Return the rows of the table that ``lines`` hold, numbered as the lines; none where they hold no such table."""
    if len(lines) > _MOST_LINES:
        return []
    return _spaced(lines) or _stacked(lines) or _columns(lines)


def split_again(sheet: Sheet) -> Sheet:
    """Return a sheet whose rows stand in one column, as a text opened unsplit does, with its columns; else itself."""
    texts = [row.cells[-1].text for row in sheet.rows]
    if len(texts) > _MOST_LINES or any(sum(cell.kind != "empty" for cell in row.cells) > 1 for row in sheet.rows):
        return sheet
    for separator in ";\t,|":
        first = (list(map(clean, _values(text, separator))) for text in texts[:_FIRST_LINES])
        if any(_is_header(_fields(cells)) for cells in first):
            rows = [
                Row(row.number, tuple(text_cell(value.strip()) for value in _values(text, separator)), row.hidden)
                for row, text in zip(sheet.rows, texts, strict=True)
            ]
            return replace(sheet, rows=packed_rows(rows), merges=())
    return sheet


def _values(line: str, separator: str) -> list[str]:
    """Return the values of one line; a quote that nobody closes ends with it."""
    return next(csv.reader([" ".join(line.splitlines())], delimiter=separator), [])


def _fields(cells: Sequence[str]) -> list[str]:
    return [field_of(cell)[0] for cell in cells]


def _is_header(fields: Sequence[str]) -> bool:
    return _FEWEST <= len(fields) <= _MOST and "name" in fields and bool({"rt", "position", "address"} & set(fields))


def _spaced(lines: Sequence[str]) -> list[Row]:
    """Read columns between which stand several spaces; a line with fewer or more cells stays one text."""
    split = [[clean(cell) for cell in _GAP.split(line.strip())] for line in lines]
    header = next((place for place, cells in enumerate(split[:_FIRST_LINES]) if _is_header(_fields(cells))), None)
    if header is None:
        return []
    width = len(split[header])
    rows = [cells if len(cells) == width else [" ".join(cells)] for cells in split]
    if sum(len(cells) == width for cells in rows[header + 1 :]) < 1:
        return []
    return list(packed_rows([Row(n, tuple(map(text_cell, cells))) for n, cells in enumerate(rows, 1)]))


def _stacked(lines: Sequence[str]) -> list[Row]:
    """Read a table that was copied cell by cell: its header's words line by line, then each row's values."""
    entries = [(number, clean(line)) for number, line in enumerate(lines, 1) if line.strip()]
    for start in range(min(len(entries), _FIRST_LINES)):
        fields = _fields([text for _, text in entries[start : start + _MOST]])
        width = next((place for place, name in enumerate(fields) if not name), len(fields))
        body = entries[start + width :]
        if _is_header(fields[:width]) and len(body) >= 2 * width and not len(body) % width:
            break
    else:
        return []
    rows = [body[at : at + width] for at in range(0, len(body), width)]
    name = fields.index("name")
    where = next(place for place, each in enumerate(fields) if each in ("rt", "position", "address"))
    if not all(reads_as_name(row[name][1]) and _names_rt(row[where][1]) for row in rows):
        return []  # a value is missing somewhere: whose the others are cannot be told
    titles = [Row(number, (text_cell(text),)) for number, text in entries[:start]]
    header = Row(entries[start][0], tuple(text_cell(text) for _, text in entries[start : start + width]))
    return [*titles, header, *(Row(row[name][0], tuple(text_cell(text) for _, text in row)) for row in rows)]


def _columns(lines: Sequence[str]) -> list[Row]:
    """Read a table that was copied column by column: each title with its values below it, as many under each."""
    entries = [(number, clean(line)) for number, line in enumerate(lines, 1) if line.strip()]
    starts = [place for place, (_, text) in enumerate(entries) if field_of(text)[1] == 1.0]
    columns = [entries[start:end] for start, end in pairwise([*starts, len(entries)])]
    fields = [field_of(column[0][1])[0] for column in columns]
    if not columns or len(set(fields)) < len(fields) or not {"name", "rt"} <= set(fields):
        return []
    height = len(columns[0])
    if height <= 2 or any(len(column) != height for column in columns):
        return []  # a value is missing somewhere: whose the others are cannot be told
    names, rts = columns[fields.index("name")][1:], columns[fields.index("rt")][1:]
    if not all(reads_as_name(text) for _, text in names) or not all(parse_rt(text).rt for _, text in rts):
        return []
    titles = [Row(number, (text_cell(text),)) for number, text in entries[: starts[0]]]
    header = Row(columns[0][0][0], tuple(text_cell(column[0][1]) for column in columns))
    rows = [Row(names[at][0], tuple(text_cell(column[at + 1][1]) for column in columns)) for at in range(height - 1)]
    return [*titles, header, *rows]


def _names_rt(text: str) -> bool:
    return bool(parse_rt(text).rt or rt_named_in(text))
