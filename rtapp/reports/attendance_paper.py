"""Daftar hadir as a paper: blank with cells to sign, or filled in from the record."""

from collections.abc import Iterator
from dataclasses import replace

from ..documents.flow import Block, Paper, space, words
from ..documents.tables import Column, Entry, Table
from ..settings.letter import About, Fact, opening, signatures
from .attendance import Roll, RollLine, parts_of, summary

TITLE = "Daftar hadir"
NOBODY = "Belum ada peserta di gelombang ini."
ROW = 10.0
"""The least height of a row in mm."""

_PEOPLE = (Column("No", 12, "middle"), Column("Nama"), Column("Jabatan", 34), Column("Alamat", 43))
_BLANK = (*_PEOPLE, Column("Tanda Tangan", 48))
_FILLED = (*_PEOPLE, Column("Jam", 16, "middle"), Column("Keterangan", 38))


def title_of(roll: Roll) -> str:
    """Return the title of the list: "Daftar hadir Registrasi"."""
    return f"{TITLE} {roll.point}"


def attendance_blocks(paper: Paper, roll: Roll, about: About, part: str) -> Iterator[Block]:
    """Yield the whole paper; a page begins with each ``part`` (as of attendance.PARTS)."""
    yield from opening(paper, about, TITLE, _facts(roll))
    table = Table(paper, _BLANK if roll.blank else _FILLED, height=ROW, signed=roll.blank)
    for order, (title, numbered) in enumerate(parts_of(roll.lines, part)):
        if title:
            table.title(title)
        for number, line in numbered:
            fresh = bool(part) and order > 0 and number == numbered[0][0]
            yield _row(table, number, line, about, part, fresh=fresh, joined=number == len(roll.lines))
    if not roll.lines:
        yield table.row([NOBODY], merged=4, joined=True)
    if not roll.blank:
        yield space(2, joined=True)
        yield words(paper, summary(roll), joined=True)
    yield from signatures(paper, about, "attendance", table.edges)


def _facts(roll: Roll) -> list[Fact]:
    return [("Titik absensi", roll.point)]


def _row(table: Table, number: int, line: RollLine, about: About, part: str, *, fresh: bool, joined: bool) -> Block:
    """Return a person's row, without the district where the title of the part names it."""
    who: list[Entry] = [number, line.name, line.title, line.village if part and not line.apart else line.address]
    place = line.village or line.title
    if table.signed:
        return table.sign(number, who, joined=joined, fresh=fresh, place=place)
    row = table.row([*who, about.time(line.at) if line.at else "", line.remark], joined=joined)
    return replace(row, fresh=fresh, place=place)
