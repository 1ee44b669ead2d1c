"""Tables that lost their columns on the way into a message: set apart by spaces alone, or a cell in each line."""

import re
from collections.abc import Sequence

from ..documents.cells import Row, packed_rows, text_cell
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
    return _spaced(lines) or _stacked(lines)


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


def _names_rt(text: str) -> bool:
    return bool(parse_rt(text).rt or rt_named_in(text))
