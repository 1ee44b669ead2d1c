"""The paper list of a desk: No, RT, Nama, kode pendek, jam, paraf; its header on every page, no row split."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from ..documents.flow import Block, Margins, Pages, Paper, draw, pages_of
from ..documents.lettering import POINT
from ..documents.paper import picture_of
from ..documents.tables import Column, Entry, Table
from ..settings.letter import About, opening
from .desk_list import DeskLine

TITLE = "Daftar meja"
ELSEWHERE = "Di luar daftar gelombang ini"
_COLUMNS = (
    Column("No", 12, "middle"),
    Column("RT", 19),
    Column("Nama", face="bold"),
    Column("Kode pendek", 32, face="mono"),
    Column("Jam", 20),
    Column("Paraf", 30),
)


@dataclass(frozen=True)
class DeskList:
    """The paper list of a desk: ``label`` names the desk, ``apart`` what starts a page ("district" or "village")."""

    lines: Sequence[DeskLine]
    about: About
    label: str = ""
    apart: str = "district"

    @property
    def title(self) -> str:
        """Return the title of the list."""
        label = self.label[4:].strip() if self.label.lower().startswith("meja ") else self.label
        return " ".join(filter(None, (TITLE, label)))


def desk_list(listed: DeskList, paper: str, fonts: Path) -> bytes:
    """Return the list as a PDF; times of those who came are filled in.

    Raises ValueError without lines and FileNotFoundError without a font.
    """
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    if not listed.lines:
        raise ValueError("a list needs lines")
    about, title = listed.about, f"{listed.title} · {listed.about.wave}"
    document = Document(paper, fonts, title, about.organiser, about.made_at)
    draw(document, _pages(document, listed), _margins(listed))
    return document.finish()


def desk_list_png(listed: DeskList, paper: str, fonts: Path) -> bytes:
    """Return the first page of the same list as a picture."""
    return picture_of(paper, fonts, lambda pen: draw(pen, _pages(pen, listed), _margins(listed), most=1))


def _pages(paper: Paper, listed: DeskList) -> Pages:
    return pages_of(paper, _blocks(paper, listed))


def _margins(listed: DeskList) -> Margins:
    return listed.about.margins(listed.title)


def _blocks(paper: Paper, listed: DeskList) -> Iterator[Block]:
    """Yield the list: each part begins a page with its own letterhead, because parts go to different desks."""
    table = Table(paper, _COLUMNS, height=9.0, size=11.5 * POINT)
    for _part, lines in groupby(listed.lines, lambda line: _place(line, listed.apart == "village")):
        first, *rest = opening(paper, listed.about, listed.title)
        yield replace(first, fresh=True)
        yield from rest
        for place, people in groupby(lines, lambda line: _place(line, True)):
            table.title(place)
            for number, line in enumerate(people, start=1):
                yield replace(table.row(_cells(number, line, listed.about)), place=place)


def _place(line: DeskLine, whole: bool) -> str:
    if line.other:
        return ELSEWHERE
    return f"{line.village} · Kecamatan {line.district}" if whole else line.district


def _cells(number: int, line: DeskLine, about: About) -> list[Entry]:
    rt = f"{line.rt}/{line.rw}" if line.rw else line.rt
    at = about.time(line.at) if line.at else ""
    return [number, rt, line.name, line.code, at, "diwakili" if line.mode == "diwakili" else ""]
