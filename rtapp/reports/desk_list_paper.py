"""The paper list of a desk: No, RT, Nama, kode pendek, jam, paraf; its header on every page, no row split."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from .. import clock
from ..documents.flow import Block, Column, Pages, Paper, Table, draw, pages_of
from ..documents.paper import picture_of
from ..settings.letter import About, opening
from .desk_list import Line

TITLE = "Daftar meja"
ELSEWHERE = "Di luar daftar gelombang ini"
_COLUMNS = (
    Column("No", 11, "right"),
    Column("RT", 17),
    Column("Nama", lines=3, face="bold"),
    Column("Kode pendek", 32, face="mono"),
    Column("Jam", 20),
    Column("Paraf", 30),
)


@dataclass(frozen=True)
class DeskList:
    """Whose names a desk has on paper: ``label`` names the desk; a page begins with each district or "village"."""

    lines: Sequence[Line]
    about: About
    label: str = ""
    apart: str = "district"

    @property
    def title(self) -> str:
        """Return what the list is called."""
        return " ".join(filter(None, (TITLE, self.label)))


def desk_list(listed: DeskList, paper: str, fonts: Path) -> bytes:
    """Return the list as a PDF; times of those who came are filled in.

    Raises ValueError without lines and FileNotFoundError without a font.
    """
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    if not listed.lines:
        raise ValueError("a list needs lines")
    document = Document(paper, fonts, f"{listed.title} · {listed.about.wave}")
    draw(document, _pages(document, listed), _foot(listed))
    return document.finish()


def desk_list_png(listed: DeskList, paper: str, fonts: Path) -> bytes:
    """Return the first page of the same list as a picture."""
    return picture_of(paper, fonts, lambda pen: draw(pen, _pages(pen, listed), _foot(listed), most=1))


def _pages(paper: Paper, listed: DeskList) -> Pages:
    return pages_of(paper, _blocks(paper, listed))


def _foot(listed: DeskList) -> str:
    return f"{listed.title} · {listed.about.wave} · {listed.about.printed}"


def _blocks(paper: Paper, listed: DeskList) -> Iterator[Block]:
    """Yield the list: each part begins a page with its own letterhead, for parts lie on different desks."""
    table = Table(paper, _COLUMNS, height=9.0, size=4.0)
    for _part, lines in groupby(listed.lines, lambda line: _place(line, listed.apart == "village")):
        first, *rest = opening(paper, listed.about, listed.title)
        yield replace(first, fresh=True)
        yield from rest
        for place, people in groupby(lines, lambda line: _place(line, True)):
            table.title(place)
            for number, line in enumerate(people, start=1):
                yield table.row(_cells(number, line, listed.about.zone))


def _place(line: Line, whole: bool) -> str:
    if line.other:
        return ELSEWHERE
    return f"{line.village} · Kecamatan {line.district}" if whole else line.district


def _cells(number: int, line: Line, zone: str) -> list[str]:
    rt = f"{line.rt}/{line.rw}" if line.rw else line.rt
    at = clock.clock_text(line.at, zone) if line.at else ""
    return [str(number), rt, line.name, line.code, at, "diwakili" if line.mode == "diwakili" else ""]
