"""Daftar hadir as a paper and as a sheet: blank with cells to sign, or filled in from the record."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from .. import clock
from ..documents.flow import Block, Column, Paper, Table, space, words
from ..settings.letter import About, Fact, opening, sheet_opening, signatures, signer_rows
from .attendance import Line, Roll, parts_of, summary
from .signed import SignedTable

TITLE = "Daftar hadir"
NOBODY = "Belum ada peserta di gelombang ini."
ROW = {True: 10.0, False: 9.0}
"""The height of a row in mm, blank or not; no less than 9."""

_PEOPLE = (Column("No", 11, "right", 1), Column("Nama", lines=3), Column("Jabatan", 35), Column("Alamat", 43, lines=3))
_BLANK = (*_PEOPLE, Column("Tanda Tangan", 50))
_FILLED = (*_PEOPLE, Column("Jam", 15, "middle", 1), Column("Keterangan", 40, lines=3))


def attendance_blocks(paper: Paper, roll: Roll, about: About, part: str) -> Iterator[Block]:
    """Yield the whole paper; a page begins with each ``part`` (as of attendance.PARTS)."""
    yield from opening(paper, about, TITLE, _facts(roll))
    table = (SignedTable if roll.blank else Table)(paper, _BLANK if roll.blank else _FILLED, height=ROW[roll.blank])
    for order, (title, numbered) in enumerate(parts_of(roll.lines, part)):
        if title:
            table.title(title)
        for number, line in numbered:
            fresh = bool(part) and order > 0 and number == numbered[0][0]
            last = [] if roll.blank else _record(line, about.zone)
            cells = [str(number), *_cells(line, part), *last]
            yield _row(table, number, cells, fresh=fresh, joined=number == len(roll.lines))
    if not roll.lines:
        yield table.row([NOBODY, ""], merged=4, joined=True)
    if not roll.blank:
        yield space(2, joined=True)
        yield words(paper, summary(roll), size=3.3, joined=True)
    yield signatures(about)


def attendance_rows(roll: Roll, about: About, part: str) -> tuple[list[Sequence[Any]], int, frozenset[int], list[int]]:
    """Return the same as rows of a sheet: how many stand above the header, which have lines, where pages begin."""
    rows: list[Sequence[Any]] = [*sheet_opening(about, TITLE, _facts(roll)), []]
    above, breaks, boxed = len(rows) - 1, [], set()
    names = [column.title for column in (_BLANK if roll.blank else _FILLED)]
    rows[above] = [*names, ""] if roll.blank else names
    for order, (title, numbered) in enumerate(parts_of(roll.lines, part)):
        breaks += [len(rows)] if part and order else []
        rows += [[title]] if title else []
        boxed |= set(range(len(rows), len(rows) + len(numbered)))
        rows += [[number, *_cells(line, part), *_last(roll, number, line, about.zone)] for number, line in numbered]
    rows += [] if roll.lines else [["", NOBODY]]
    rows += [[], *([[summary(roll)]] if not roll.blank else []), []]
    rows += [["", "", "", *line] for line in signer_rows(about)]
    rows += [[about.printed], *([mark] for mark in roll.marks)]
    return rows, above, frozenset(boxed), breaks


def _facts(roll: Roll) -> list[Fact]:
    return [("Titik absensi", roll.point)]


def _row(table: Table, number: int, cells: list[str], *, fresh: bool, joined: bool) -> Block:
    if isinstance(table, SignedTable):
        return table.signed(number, cells, joined=joined, fresh=fresh)
    return replace(table.row(cells, joined=joined), fresh=fresh)


def _cells(line: Line, part: str) -> list[str]:
    """Return name, position and address; the title of a part names the district already."""
    return [line.name, line.title, line.village if part and not line.apart else line.address]


def _last(roll: Roll, number: int, line: Line, zone: str) -> list[str]:
    if roll.blank:
        return [f"{number}.", ""] if number % 2 else ["", f"{number}."]
    return _record(line, zone)


def _record(line: Line, zone: str) -> list[str]:
    return [clock.clock_text(line.at, zone) if line.at else "", line.remark]
