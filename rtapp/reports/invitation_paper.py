"""Daftar undangan: the people invited by the letter to each village, a page per village."""

from collections.abc import Iterator
from dataclasses import replace

from ..documents.flow import Block, Paper, space, words
from ..documents.tables import Column, Table
from ..settings.letter import About, opening
from .attendance import Roll, parts_of

TITLE = "Daftar undangan"
NOBODY = "Belum ada peserta di gelombang ini."
_COLUMNS = (Column("No", 12, "middle"), Column("Nama"), Column("Jabatan", 46), Column("Keterangan", 44))


def invitation_blocks(paper: Paper, roll: Roll, about: About) -> Iterator[Block]:
    """Yield the whole paper; each village begins a page with its own letterhead, because its letter goes out alone."""
    if not roll.lines:
        yield from opening(paper, about, TITLE)
        yield words(paper, NOBODY)
    for village, numbered in parts_of(roll.lines, "village"):
        first, *rest = opening(paper, about, TITLE, [("Desa/Kelurahan", village)])
        yield replace(first, fresh=True)
        yield from rest
        table = Table(paper, _COLUMNS, height=8.5)
        for number, (_at, line) in enumerate(numbered, start=1):
            yield replace(table.row([number, line.name, line.title, ""]), place=village)
        yield space(2)
        yield words(paper, f"Jumlah yang diundang: {len(numbered)} orang.", face="bold")
