"""What stands above and below a paper: whose it is, what it is of, who signs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from .. import clock
from ..documents.flow import SIDE, Block, Paper, space, words
from .letterhead import NO_LETTERHEAD, Letterhead, Signatory

BLANK, NUMBER, PLACE = "." * 40, "NIP. " + "." * 32, "." * 28
IN_CHARGE = Signatory("Penanggung jawab kegiatan")
_LOGO, _BESIDE = 22.0, 26.0  # mm: the box of the logo, and what it keeps free at both sides of the lines
Fact = tuple[str, str]


@dataclass(frozen=True)
class About:
    """What a paper is of (``day`` and ``venue`` are the wave's), when and by whom it is printed, on whose letter paper.

    ``logo`` is a PNG or nothing; ``requester`` is nobody where a paper is made unasked.
    """

    event: str
    organiser: str
    wave: str
    day: str
    venue: str
    zone: str
    printed_at: datetime
    requester: str
    letterhead: Letterhead = NO_LETTERHEAD
    logo: bytes = b""

    @property
    def printed(self) -> str:
        """Return the line at the foot of each page."""
        at = clock.local(self.printed_at, self.zone)
        moment = f"{clock.day_text(at.date())} {clock.clock_text(self.printed_at, self.zone)}"
        by = f", oleh {self.requester}" if self.requester else ""
        return f"dicetak dari sistem, {moment} {clock.zone_text(self.zone)}{by}"


def opening(paper: Paper, about: About, title: str, more: Sequence[Fact] = ()) -> Iterator[Block]:
    """Yield the letterhead, the title and what the paper is of; ``more`` follows the facts of the wave."""
    yield from _head(paper, about)
    yield words(paper, title.upper(), size=4.6, face="bold", align="middle", after=4)
    facts = (("Kegiatan", about.event), ("Gelombang", about.wave), ("Hari/Tanggal", about.day), ("Tempat", about.venue))
    for name, value in (*facts, *more):
        if value:
            yield _fact(paper, name, value)
    yield space(3)


def sheet_opening(about: About, title: str, more: Sequence[Fact] = ()) -> list[list[str]]:
    """Return the same as rows above the header of a sheet."""
    head = about.letterhead
    above = [*head.lines, *filter(None, (head.address,))] if head.lines else [about.organiser.upper()]
    told = " · ".join(filter(None, (about.wave, about.day, about.venue, *(value for _name, value in more))))
    return [*([line] for line in above), [title.upper()], [about.event], [told], []]


def signatures(about: About, clerk: str = "") -> Block:
    """Return who signs, with room for a stamp: at the right below place and day the signatory, at the left the witness.

    ``clerk`` is the position of somebody who signs this paper himself: then the signatory bears witness.
    """
    head, dots = about.letterhead, f"{about.letterhead.place or PLACE}, {about.day.partition(', ')[2]}"
    if clerk:
        signers = [("Mengetahui,", head.witness or head.signer or IN_CHARGE), (dots, Signatory(clerk))]
    else:
        signers = [*([("Mengetahui,", head.witness)] if head.witness else []), (dots, head.signer or IN_CHARGE)]

    def draw(pen: Paper, top: float) -> None:
        width = (pen.width - 2 * SIDE) / 2
        for place, (above, signer) in enumerate(signers, start=2 - len(signers)):
            draw_signer(pen, SIDE + width * (place + 0.5), top + 8, width - 8, above, signer)

    return Block(62, draw)


def signer_rows(about: About) -> list[list[str]]:
    """Return who signs as rows of a sheet, one under the other."""
    head, told = about.letterhead, []
    day = f"{head.place or PLACE}, {about.day.partition(', ')[2]}"
    for above, signer in ((day, head.signer or IN_CHARGE), ("Mengetahui,", head.witness)):
        if signer:
            nip = f"NIP. {signer.nip}" if signer.nip else NUMBER
            told += [[above], [signer.position], [], [], [signer.name or BLANK], [signer.rank], [nip], []]
    return told


def _head(paper: Paper, about: About) -> Iterator[Block]:
    head = about.letterhead
    if not head.lines and not about.logo:
        if about.organiser:
            yield words(paper, about.organiser.upper(), size=5, face="bold", align="middle", after=2)
            yield Block(4, _rule)
        return
    lines = head.lines or (about.organiser.upper(),)
    width = paper.width - 2 * SIDE - (2 * _BESIDE if about.logo else 0)
    faces = ["regular" if number == 0 and len(lines) > 1 else "bold" for number in range(len(lines))]
    sizes = [4.6 if face == "regular" else 5.4 for face in faces]
    set_lines = [
        (face, paper.fit(line, face, width, largest=size, smallest=2.6, lines=2))
        for line, face, size in zip((*lines, head.address), (*faces, "regular"), (*sizes, 3.2), strict=True)
        if line
    ]
    tall = sum(fitted.height + 0.6 for _face, fitted in set_lines)
    height = max(tall, _LOGO if about.logo else 0)

    def draw(pen: Paper, top: float) -> None:
        if about.logo:
            pen.image(SIDE, top, _LOGO, height, about.logo)
        y = top + (height - tall) / 2
        for face, fitted in set_lines:
            y = pen.write(pen.width / 2, y, fitted, face, "middle") + 0.6

    yield Block(height + 1.5, draw, joined=True)
    yield Block(6, _rule)


def draw_signer(pen: Paper, x: float, top: float, width: float, above: str, signer: Signatory) -> None:
    """Draw one signature: its name underlined, or a line of dots to write on, as the number is."""
    number = f"NIP. {signer.nip}" if signer.nip else "" if signer.name else NUMBER
    face = "bold" if signer.name else "regular"
    name = pen.fit(signer.name or BLANK, face, width, largest=3.5, smallest=2)
    below = [line for line in (signer.rank, number) if line]
    for down, line, lines in ((0, above, 1), (5, signer.position, 2)):
        if line:
            pen.write(
                x,
                top + down,
                pen.fit(line, "regular", width, largest=3.5, smallest=2, lines=lines),
                "regular",
                "middle",
            )
    pen.write(x, top + 36, name, face, "middle")
    if signer.name and name.lines:
        half = pen.measure(name.lines[0], face) * name.size / 2
        pen.line(x - half, top + 36 + name.height, x + half, top + 36 + name.height, 0.25)
    for down, line in zip((41, 45.6), below, strict=False):
        pen.write(x, top + down, pen.fit(line, "regular", width, largest=3.5, smallest=2), "regular", "middle")


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
