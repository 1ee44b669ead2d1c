"""Rekap kehadiran: the table of districts and villages, and the chart of arrivals."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..documents.flow import SIDE, Block, Paper, space, words
from ..documents.lettering import POINT
from ..documents.tables import Column, Entry, Figure, Table, figure
from ..live.tally import Counts
from ..settings.letter import About, opening, signatures
from .recap import HEAD, Recap, RecapRow, invited_beside_listed, rows, share_text

TITLE = "Rekap kehadiran"
ASKED = ("Undangan menurut surat", "Diundang", "Di daftar", "Selisih daftar")
NO_COUNTS = "Gelombang ini tidak punya titik absensi registrasi."
_GREEN, _CHART, _FIGURES = "#0b6b4f", 45.0, 8 * POINT
_WIDTHS = (15, 16, 14, 10, 11, 12, 15, 13, 15, 13, 15)
_COLUMNS = (Column(HEAD[0]), *(Column(*heading, "right") for heading in zip(HEAD[1:], _WIDTHS, strict=True)))


def recap_blocks(paper: Paper, recap: Recap, about: About) -> Iterator[Block]:
    """Yield the whole paper."""
    yield from opening(paper, about, TITLE)
    if recap.counts is None:
        yield words(paper, NO_COUNTS)
        return
    table, district = Table(paper, _COLUMNS, height=7), ""
    for row in rows(recap.counts):
        district = row.name if row.level == "kecamatan" else district
        yield _row(table, row, district if row.level != "jumlah" else "")
    yield space(2)
    yield words(paper, _beside(recap), after=4)
    yield from _invited(table, recap.counts)
    if recap.bars:
        yield words(paper, _arrivals(recap, about), face="bold", after=1, joined=True)
        yield _chart(recap, about)
    yield from signatures(paper, about, "recap", table.edges)


def arrival_rows(recap: Recap, about: About) -> list[Sequence[Any]]:
    """Return the arrivals as rows of a sheet (start, count), below a header row."""
    return [("Mulai", "Datang"), *((" ".join(_when(at, about)).strip(), count) for at, count in recap.bars)]


def chart_title(recap: Recap) -> str:
    """Return the title of the chart of arrivals."""
    return f"Kedatangan per {recap.step} menit"


def _row(table: Table, row: RecapRow, district: str) -> Block:
    cells: list[Entry] = [row.name]
    cells += [figure(int(cell)) if cell else Figure("–", 0, '#,##0;-#,##0;"–"') for cell in row.cells[:-1]]
    share = row.cells[-1]
    cells.append("" if share is None else Figure(share_text(share), share, "0.0%"))
    face = "regular" if row.level == "desa" else "bold"
    return replace(table.row(cells, face=face, joined=row.level == "kecamatan"), place=district)


def _number(cell: float) -> str:
    return f"{cell:,}".replace(",", ".")


def _beside(recap: Recap) -> str:
    if recap.counts is None:
        return NO_COUNTS
    others, guests = map(_number, (recap.counts.other_wave, recap.counts.guests))
    text = "Sendiri + diwakili + gelombang lain + tidak hadir + belum = di daftar. Hadir = sendiri + diwakili. "
    text += f"Di luar daftar: {others} dari gelombang lain yang hadir di sini, "
    return f"{text}{guests} tamu, panitia, dan narasumber."


def _invited(table: Table, counts: Counts) -> Iterator[Block]:
    """Yield the table of invited beside listed, where any number was typed in, in the columns of the recap."""
    lines, edges = invited_beside_listed(counts), table.edges
    if not lines:
        return
    widths = (0, edges[8] - edges[6], edges[10] - edges[8], edges[12] - edges[10])
    aligned = ("left", "right", "right", "right")
    columns = [Column(*heading) for heading in zip(ASKED, widths, aligned, strict=True)]
    beside = Table(table.paper, columns, height=7)
    for line in lines:
        face = "bold" if line is lines[-1] else "regular"
        yield beside.row([line.name, figure(line.invited), figure(line.listed), line.difference], face=face)
    yield space(3)


def _arrivals(recap: Recap, about: About) -> str:
    text = chart_title(recap)
    if recap.busiest is None:
        return text
    start, end, count = recap.busiest
    return f"{text}; terbanyak {about.span(start, end)} ({_number(count)} orang)"


def _when(at: datetime, about: About) -> tuple[str, str]:
    """Return the time, and the day where that is not the wave's: "08.00", "9 Nov"."""
    hour, _, day = about.time(at).partition(" ")
    return hour, day.rpartition(" ")[0]


def _chart(recap: Recap, about: About) -> Block:
    def draw(pen: Paper, top: float) -> None:
        width, ground = pen.width - 2 * SIDE, top + _CHART - 9
        step, most = width / max(len(recap.bars), 12), max(count for _, count in recap.bars)
        every = -(-len(recap.bars) // 12)
        for number, (at, count) in enumerate(recap.bars):
            x, height = SIDE + step * (number + 0.5), (_CHART - 15) * count / most
            if count:
                pen.line(x, ground, x, ground - height, step * 0.8, _GREEN)
                if step > 4 or count == most:
                    pen.text(x, ground - height - 1, _number(count), "regular", _FIGURES, "middle")
            if number % every == 0:
                for line, label in enumerate(_when(at, about)):
                    half = pen.measure(label, "regular") * _FIGURES / 2
                    middle = min(max(x, SIDE + half), SIDE + width - half)
                    pen.text(middle, ground + 3.6 + 3.2 * line, label, "regular", _FIGURES, "middle")
        pen.line(SIDE, ground, SIDE + width, ground, 0.2)

    return Block(_CHART + 2, draw)
