"""What stands above and below a paper: whose it is, what it is of, who signs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from .. import clock
from .flow import SIDE, Block, Paper, space, words

BLANK, NUMBER = "." * 40, "NIP. " + "." * 32


@dataclass(frozen=True)
class About:
    """What a paper is of (``day`` and ``venue`` are the wave's), when and by whom it is printed."""

    event: str
    organiser: str
    wave: str
    day: str
    venue: str
    zone: str
    printed_at: datetime
    requester: str

    @property
    def printed(self) -> str:
        """Return the line at the foot of each page."""
        at = clock.local(self.printed_at, self.zone)
        moment = f"{clock.day_text(at.date())} {clock.clock_text(self.printed_at, self.zone)}"
        return f"dicetak dari sistem, {moment} {clock.zone_text(self.zone)}, oleh {self.requester}"


def opening(paper: Paper, about: About, title: str) -> Iterator[Block]:
    """Yield the letterhead, the title and what the paper is of."""
    if about.organiser:
        yield words(paper, about.organiser.upper(), size=5, face="bold", align="middle", after=2)
        yield Block(4, _rule)
    yield words(paper, title.upper(), size=4.6, face="bold", align="middle", after=4)
    facts = (("Kegiatan", about.event), ("Gelombang", about.wave), ("Hari/Tanggal", about.day), ("Tempat", about.venue))
    for name, value in facts:
        if value:
            yield _fact(paper, name, value)
    yield space(3)


def sheet_opening(about: About, title: str) -> list[list[str]]:
    """Return the same as rows above the header of a sheet."""
    told = " · ".join(filter(None, (about.wave, about.day, about.venue)))
    return [[about.organiser.upper()], [title.upper()], [about.event], [told], []]


def signatures(roles: Sequence[str], day: str) -> Block:
    """Return who signs, side by side, with room for a stamp; the day stands above the last."""

    above = ["Mengetahui,", *[""] * (len(roles) - 1)]
    above[-1] = f"............................, {day}"

    def draw(pen: Paper, top: float) -> None:
        width = (pen.width - 2 * SIDE) / len(roles)
        for number, lines in enumerate(zip(above, roles, strict=True)):
            x = SIDE + width * (number + 0.5)
            for down, text in ((8, lines[0]), (13, lines[1]), (42, BLANK), (47, NUMBER)):
                pen.write(
                    x, top + down, pen.fit(text, "regular", width - 6, largest=3.5, smallest=2), "regular", "middle"
                )

    return Block(56, draw)


def _fact(paper: Paper, name: str, value: str) -> Block:
    fitted = paper.fit(value, "regular", paper.width - 2 * SIDE - 32, largest=3.5, smallest=2.2, lines=2)

    def draw(pen: Paper, top: float) -> None:
        pen.write(SIDE, top, pen.fit(name, "regular", 28, largest=3.5, smallest=2), "regular")
        pen.write(SIDE + 28, top, pen.fit(":", "regular", 4, largest=3.5, smallest=3), "regular")
        pen.write(SIDE + 31, top, fitted, "regular")

    return Block(fitted.height + 0.8, draw)


def _rule(pen: Paper, top: float) -> None:
    for y, thickness in ((top, 0.8), (top + 1.2, 0.25)):
        pen.line(SIDE, y, pen.width - SIDE, y, thickness)
