"""Rekap kehadiran: the table of districts and villages, and the chart of arrivals, as a paper and as a sheet."""

from collections.abc import Iterator, Sequence
from typing import Any

from .. import clock
from ..documents.flow import SIDE, Block, Column, Paper, Table, space, words
from ..live.tally import Counts
from ..settings.letter import About, opening, sheet_opening, signatures
from .recap import HEAD, Recap, asked, rows, share_text

TITLE = "Rekap kehadiran"
ASKED = ("Undangan menurut surat", "Diundang", "Di daftar", "Selisih daftar")
NO_COUNTS = "Gelombang ini tidak punya titik absensi registrasi."
_GREEN, _CHART = "#0b6b4f", 42.0
_WIDTHS = (14, 15, 14, 10, 11, 11, 17, 12, 15, 12, 14)
_COLUMNS = (Column(HEAD[0], lines=1), *(Column(*one, "right", 1) for one in zip(HEAD[1:], _WIDTHS, strict=True)))


def recap_blocks(paper: Paper, recap: Recap, about: About) -> Iterator[Block]:
    """Yield the whole paper."""
    yield from opening(paper, about, TITLE)
    if recap.counts is None:
        yield words(paper, NO_COUNTS)
        return
    table = Table(paper, _COLUMNS, height=6.2)
    for row in rows(recap.counts):
        name = f"   {row.name}" if row.level == "desa" else row.name
        cells = [name, *(_number(cell) if cell else "–" for cell in row.cells[:-1]), share_text(row.cells[-1])]
        yield table.row(cells, face="regular" if row.level == "desa" else "bold", joined=row.level == "kecamatan")
    yield space(2)
    yield words(paper, _beside(recap), size=3, after=4)
    yield from _invited(paper, recap.counts)
    if recap.bars:
        yield words(paper, _arrivals(recap, about.zone), face="bold", after=1, joined=True)
        yield _chart(recap, about.zone)
    yield signatures(about, "Petugas rekap")


def recap_rows(recap: Recap, about: About) -> tuple[list[Sequence[Any]], int, frozenset[int]]:
    """Return the table as rows of a sheet, how many stand above its header, and which are bold."""
    told: list[Sequence[Any]] = [*sheet_opening(about, TITLE), HEAD]
    above, bold = len(told) - 1, set()
    for row in rows(recap.counts) if recap.counts else ():
        bold |= {len(told)} if row.level != "desa" else set()
        told.append([row.name, *row.cells])
    told += [[_beside(recap)], []]
    invited = asked(recap.counts) if recap.counts else []
    told += [ASKED, *([one.name, one.invited, one.listed, one.difference] for one in invited), []] if invited else []
    told.append([about.printed])
    return told, above, frozenset(bold)


def arrival_rows(recap: Recap, about: About) -> list[Sequence[Any]]:
    """Return the arrivals as rows of a sheet: from when, how many; the first is the header."""
    return [("Mulai", "Datang"), *((clock.clock_text(at, about.zone), count) for at, count in recap.bars)]


def _number(cell: float) -> str:
    return f"{cell:,}".replace(",", ".")


def _beside(recap: Recap) -> str:
    if recap.counts is None:
        return NO_COUNTS
    others, guests = map(_number, (recap.counts.other_wave, recap.counts.guests))
    told = "Sendiri + diwakili + gelombang lain + tidak hadir + belum = di daftar. Hadir = sendiri + diwakili. "
    told += f"Di luar daftar: {others} dari gelombang lain yang hadir di sini, "
    return f"{told}{guests} tamu, panitia, dan narasumber."


def _invited(paper: Paper, counts: Counts) -> Iterator[Block]:
    """Yield the numbers invited beside the lists, where any was typed in."""
    found = asked(counts)
    if not found:
        return
    columns = (Column(ASKED[0], lines=1), *(Column(title, 30, "right", 1) for title in ASKED[1:]))
    table = Table(paper, columns, height=6.2)
    for one in found:
        face = "bold" if one is found[-1] else "regular"
        yield table.row([one.name, _number(one.invited), _number(one.listed), one.difference], face=face)
    yield space(3)


def _arrivals(recap: Recap, zone: str) -> str:
    told = f"Kedatangan per {recap.step} menit"
    if recap.busiest is None:
        return told
    start, end, count = recap.busiest
    return f"{told}; terbanyak {clock.clock_text(start, zone)}–{clock.clock_text(end, zone)} ({_number(count)} orang)"


def _chart(recap: Recap, zone: str) -> Block:
    def draw(pen: Paper, top: float) -> None:
        width, ground = pen.width - 2 * SIDE, top + _CHART - 6
        step, most = width / max(len(recap.bars), 12), max(count for _, count in recap.bars)
        every = -(-len(recap.bars) // 12)
        for number, (at, count) in enumerate(recap.bars):
            x, height = SIDE + step * (number + 0.5), (_CHART - 12) * count / most
            if count:
                pen.line(x, ground, x, ground - height, step * 0.8, _GREEN)
                if step > 4 or count == most:
                    pen.text(x, ground - height - 1, _number(count), "regular", 2.4, "middle")
            if number % every == 0:
                pen.text(x, ground + 3.6, clock.clock_text(at, zone), "regular", 2.4, "middle")
        pen.line(SIDE, ground, SIDE + width, ground, 0.2)

    return Block(_CHART + 2, draw)
