"""The paper list of a desk: No, RT, Nama, kode pendek, jam, paraf; its header on every page, no row split."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .. import clock
from ..documents.pdf import Document
from .list_store import Line

ROW = 9.0
ELSEWHERE = "Di luar daftar gelombang ini"
_SIDE, _TOP, _HEAD, _FOOT = 12.0, 12.0, 30.0, 12.0
_GREY = "#8a8a8a"
# title, width in mm (0: what is left)
_COLUMNS = (("No", 11.0), ("RT", 17.0), ("Nama", 0.0), ("Kode pendek", 32.0), ("Jam", 20.0), ("Paraf", 30.0))


@dataclass(frozen=True)
class Heading:
    """What a list is of: lines at the head of each page, and when it was made (in the zone of the event)."""

    event: str
    title: str
    zone: str
    made_at: datetime


def desk_list(lines: Sequence[Line], heading: Heading, paper: str, fonts: Path, *, apart: str = "district") -> bytes:
    """Return the list as a PDF; a new page begins with each district, or village with ``apart`` "village".

    Times of those who came are filled in. Raises ValueError without lines and FileNotFoundError without a font.
    """
    if not lines:
        raise ValueError("a list needs lines")
    document = Document(paper, fonts, heading.title)
    pages = list(_pages(lines, int((document.height - _TOP - _HEAD - _FOOT) / ROW), apart))
    for number, page in enumerate(pages, start=1):
        if number > 1:
            document.next_page()
        _draw_head(document, heading)
        top = _TOP + _HEAD
        for index, (count, line) in page:
            top = _draw_line(document, count, line, top, heading.zone) if line else _draw_place(document, index, top)
        made = f"{clock.day_text(clock.local(heading.made_at, heading.zone).date())} "
        made += f"{clock.clock_text(heading.made_at, heading.zone)} {clock.zone_text(heading.zone)}"
        _text(document, f"dicetak dari sistem, {made}", _SIDE, document.height - 9, 2.8)
        pager = f"Halaman {number} dari {len(pages)}"
        document.text(document.width - _SIDE, document.height - 6.5, pager, "regular", 2.8, "right")
    return document.finish()


# What stands on a page: (words of a place, (0, none)) for the line that names it, ("", (number, line)) for a person.
Item = tuple[str, tuple[int, Line | None]]


def _pages(lines: Sequence[Line], room: int, apart: str) -> Iterator[list[Item]]:
    page: list[Item] = []
    place, part, number = None, None, 0
    for line in lines:
        own = ELSEWHERE if line.other else f"{line.village} · Kecamatan {line.district}"
        section = own if apart == "village" or line.other else line.district
        new_place = own != place
        if page and (section != part or len(page) + 1 + new_place > room):
            yield page
            page, new_place = [], True
        if new_place:
            number = number if own == place else 0
            page.append((own, (0, None)))
        number += 1
        page.append(("", (number, line)))
        place, part = own, section
    if page:
        yield page


def _draw_head(pen: Document, heading: Heading) -> None:
    width = pen.width - 2 * _SIDE
    event = pen.fit(heading.event, "regular", width, largest=4, smallest=3)
    y = pen.write(_SIDE, _TOP, event, "regular")
    pen.write(_SIDE, y, pen.fit(heading.title, "bold", width, largest=6, smallest=3.5), "bold")
    for x, _width, title in _cells(pen):
        _text(pen, title, x + 1.5, _TOP + _HEAD - 6.5, 3.2, "bold")
    pen.line(_SIDE, _TOP + _HEAD, pen.width - _SIDE, _TOP + _HEAD, 0.5)


def _draw_place(pen: Document, words: str, top: float) -> float:
    width = pen.width - 2 * _SIDE - 3
    pen.write(_SIDE + 1.5, top + 2.4, pen.fit(words, "bold", width, largest=4, smallest=2.5), "bold")
    pen.line(_SIDE, top + ROW, pen.width - _SIDE, top + ROW, 0.3)
    return top + ROW


def _draw_line(pen: Document, number: int, line: Line, top: float, zone: str) -> float:
    rt = f"{line.rt}/{line.rw}" if line.rw else line.rt
    at = clock.clock_text(line.at, zone) if line.at else ""
    mark = "diwakili" if line.mode == "diwakili" else ""
    values = (str(number), rt, line.name, line.code, at, mark)
    for (x, width, title), value in zip(_cells(pen), values, strict=True):
        face = {"Nama": "bold", "Kode pendek": "mono"}.get(title, "regular")
        if value:
            text = pen.fit(value, face, width - 3, largest=4, smallest=2, lines=3 if title == "Nama" else 1, height=8.4)
            pen.write(x + 1.5, top + (ROW - text.height) / 2, text, face)
        pen.line(x, top, x, top + ROW, 0.1, _GREY)
    pen.line(pen.width - _SIDE, top, pen.width - _SIDE, top + ROW, 0.1, _GREY)
    pen.line(_SIDE, top + ROW, pen.width - _SIDE, top + ROW, 0.1, _GREY)
    return top + ROW


def _cells(pen: Document) -> list[tuple[float, float, str]]:
    """Return left edge, width and title of each column."""
    left, cells = _SIDE, []
    rest = pen.width - 2 * _SIDE - sum(width for _title, width in _COLUMNS)
    for title, width in _COLUMNS:
        cells.append((left, width or rest, title))
        left += width or rest
    return cells


def _text(pen: Document, words: str, x: float, top: float, size: float, face: str = "regular") -> None:
    pen.write(x, top, pen.fit(words, face, pen.width, largest=size, smallest=size), face)
