"""What stands above and below a paper: whose it is, what it is of, who signs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from .. import clock
from ..documents.flow import BODY, SIDE, SMALL, Block, FlowCell, Image, Margins, Paper, Strip, block_of, space, words
from ..documents.lettering import NO_BREAK, POINT, Fitted
from .letterhead import NO_LETTERHEAD, Letterhead
from .signatories import Signatory, Signing, signers_of

BLANK, NUMBER, PLACE = "." * 40, "NIP. " + "." * 32, "." * 28
ACROSS = 3
"""How many sign side by side; who is more signs below them."""

_LOGO, _BESIDE = 22.0, 26.0  # mm: the box of the logo, and what it keeps free at both sides of the lines
_STAMP = 22.0  # of room for a signature and a stamp
_NAME, _COLON = 30.0, 3.0  # of a fact: its name, the colon
_SHRINKING = tuple(size * POINT / 2 for size in range(22, 15, -1))  # from 11 to 8 points
_ADDRESS = (9.5 * POINT, 9 * POINT, 8.5 * POINT, 8 * POINT)
# A space that belongs to a number: "(0526) 2021234", "Telp. 0526", "Kode Pos 71513".
_WITHIN = re.compile(r"(?<=[\d)]) (?=[\d(+/–-])|(?<=[–/-]) (?=\d)|(?<=\d) (?=[–/-])|"
                     r"(?<=telp\.) |(?<=telp) |(?<=telepon) |(?<=tel\.) |(?<=faks\.) |(?<=fax\.) |(?<=faks) |(?<=fax) |"
                     r"(?<=hp\.) |(?<=hp) |(?<=wa) |(?<=no\.) |(?<=nomor) |(?<=pos) (?=\d)|(?<=kode) (?=pos)|"
                     r"(?<=:) (?=[\d(+])", re.IGNORECASE)  # fmt: skip
Fact = tuple[str, str]


@dataclass(frozen=True)
class About:
    """What a paper is of (``day`` and ``venue`` are the wave's), when and by whom it is printed, on whose letter paper.

    ``logo`` is a PNG or nothing; ``requester`` is nobody where a paper is made unasked; ``on`` is the day as a date;
    ``signing`` says who signs which kind of paper.
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
    on: date | None = None
    signing: Signing = field(default_factory=dict)

    @property
    def print_line(self) -> str:
        """Return the line at the foot of each page."""
        by = f", oleh {self.requester}" if self.requester else ""
        day = clock.day_text(self.made_at.date())
        moment = f"{day} {clock.clock_text(self.printed_at, self.zone)} {clock.zone_text(self.zone)}"
        return f"dicetak dari sistem, {moment}{by}"

    @property
    def made_at(self) -> datetime:
        """Return the time of printing by the clocks of the event, in whole seconds."""
        return clock.local(self.printed_at, self.zone).replace(microsecond=0)

    def time(self, at: datetime) -> str:
        """Return a time by the clocks of the event, with its date where that differs from the paper's."""
        moment = clock.clock_text(at, self.zone)
        day = clock.local(at, self.zone).date()
        month = clock.MONTHS["id"][day.month - 1][:3]
        return moment if self.on in (None, day) else f"{moment} {day.day} {month} {day.year}"

    def span(self, start: datetime, end: datetime) -> str:
        """Return a period: "07.30–08.00", with a single date where it begins and ends on the same day."""
        (begun, _, day), (ended, _, last) = (self.time(at).partition(" ") for at in (start, end))
        return f"{begun}–{ended} {last}".rstrip() if day == last else f"{self.time(start)}–{self.time(end)}"

    def margins(self, title: str, code: str = "", marks: str = "") -> Margins:
        """Return what stands around each page of the paper ``title``."""
        occasion = " · ".join(filter(None, (self.wave, self.day, self.venue)))
        return Margins((f"{title} · {self.event}", occasion), self.print_line, code, marks)


def opening(paper: Paper, about: About, title: str, more: Sequence[Fact] = ()) -> Iterator[Block]:
    """Yield the letterhead, the title and what the paper is of; ``more`` follows the facts of the wave."""
    yield from _head(paper, about)
    yield words(paper, title.upper(), size=13 * POINT, face="bold", align="middle", after=3)
    facts = (("Kegiatan", about.event), ("Gelombang", about.wave), ("Hari/Tanggal", about.day), ("Tempat", about.venue))
    for name, value in (*facts, *more):
        if value:
            yield _fact(paper, name, value)
    yield space(3)


def signatures(paper: Paper, about: About, kind: str, edges: Sequence[float] = ()) -> Iterator[Block]:
    """Yield the signatories of a kind of paper, side by side with room for a stamp, place and day above the last.

    ``edges`` are the column edges of the paper's table: in a sheet, signatures stand below its columns.
    """
    signers = signers_of(about.signing, kind)
    dated = f"{about.letterhead.place or PLACE}, {about.day.partition(', ')[2]}"
    for first, row in enumerate(_rows(signers)):
        strips = signing_strips(paper, SIDE, paper.width - SIDE, row, "" if first else dated, edges=edges)
        yield block_of([Strip(6), *strips, Strip(3)])


def signing_strips(
    paper: Paper, left: float, right: float, signers: Sequence[Signatory], dated: str, *, edges: Sequence[float] = (),
    stamp: float = _STAMP, small: bool = False,
) -> list[Strip]:  # fmt: skip
    """Return signatories side by side between ``left`` and ``right``; a single one stands in the right half.

    ``small`` sets a long text in a smaller size (down to 8 pt) rather than on more lines.
    """
    sizes = {1: _SHRINKING, 2: _SHRINKING if small else BODY}  # by how many lines are wished for
    places = max(2, len(signers))
    wide = (right - left) / places
    first = places - len(signers)
    spans = [(left + wide * place, left + wide * (place + 1)) for place in range(first, places)]
    below = snapped(spans, edges)

    def strip(texts: Sequence[str], face: str = "regular", lines: int = 2, underlined: bool = False) -> list[Strip]:
        cells, high = [], 0.0
        for (start, end), (first, last), text in zip(spans, below, texts, strict=True):
            named = underlined and text != BLANK
            own = "regular" if underlined and not named else face
            fitted = paper.stand(text, own, end - start - 6, sizes[lines], lines * sizes[lines][-1] * 1.17)
            line = lines == 1 and len(fitted.lines) == 1
            cells.append(
                FlowCell(start, end, fitted, own, "middle", whole=text, top=True, underlined=named, whole_line=line)
            )
            # In a sheet the same letters stand between two columns, which may be closer to each other.
            between = fitted if line else paper.stand(text, own, last - first - 2, (fitted.size,))
            high = max(high, fitted.height, between.height)
        return [Strip(high + 0.4, tuple(cells))] if high else []

    return [
        *(strip([*[""] * (len(signers) - 1), dated], lines=1) if dated else []),
        *strip([signer.caption for signer in signers]),
        *strip([signer.position for signer in signers]),
        Strip(stamp),
        *strip([signer.name or BLANK for signer in signers], "bold", underlined=True),
        *strip([signer.rank for signer in signers]),
        *strip([f"NIP. {signer.nip}" if signer.nip else "" if signer.name else NUMBER for signer in signers], lines=1),
    ]


def snapped(spans: Sequence[tuple[float, float]], edges: Sequence[float]) -> list[tuple[float, float]]:
    """Return the spans moved to the nearest ``edges``, each at least one column wide; unchanged without edges."""
    if len(edges) <= len(spans):
        return list(spans)
    inner, slots = list(edges), []
    start = min(range(len(inner)), key=lambda at: abs(inner[at] - spans[0][0]))
    start = min(start, len(inner) - 1 - len(spans))
    for left, (_begin, end) in enumerate(spans):
        rest = len(spans) - 1 - left
        stop = min(range(start + 1, len(inner) - rest), key=lambda at: abs(inner[at] - end))
        slots.append((inner[start], inner[stop]))
        start = stop
    return slots


def _rows(signers: Sequence[Signatory]) -> list[Sequence[Signatory]]:
    """Return the signatories in rows of nearly equal length, the longer rows first."""
    count = -(-len(signers) // ACROSS)
    short, long = divmod(len(signers), count)
    rows, at = [], 0
    for row in range(count):
        end = at + short + (1 if row < long else 0)
        rows.append(signers[at:end])
        at = end
    return rows


def _head(paper: Paper, about: About) -> Iterator[Block]:
    head = about.letterhead
    lines = head.lines or ((about.organiser.upper(),) if about.organiser else ())
    if not lines and not about.logo:
        return
    beside = _BESIDE if about.logo else 0.0
    left, right = SIDE + beside, paper.width - SIDE - beside
    faces = ["regular" if number == 0 and len(lines) > 1 else "bold" for number in range(len(lines))]
    sizes = [(13 * POINT if face == "regular" else 15 * POINT, 12 * POINT, 11 * POINT) for face in faces]
    strips = []
    rows = zip((*lines, unbroken(head.address)), (*faces, "regular"), (*sizes, _ADDRESS), strict=True)
    for line, face, size in rows:
        if line:
            fitted = paper.stand(line, face, right - left, size, 2 * size[0] * 1.17)
            strips.append(Strip(fitted.height + 0.6, (_headed(paper, left, right, fitted, face),)))
    tall = sum(strip.height for strip in strips)
    height = max(tall, _LOGO if about.logo else 0)
    around = [Strip((height - tall) / 2)] if height > tall else []
    images = [Image(SIDE, 0, _LOGO, height, about.logo)] if about.logo else []
    rule = Strip(2.5, (FlowCell(SIDE, paper.width - SIDE, sides="D"),))
    yield block_of([*around, *strips, *around, rule, Strip(4)], images=images)


def _headed(paper: Paper, left: float, right: float, fitted: Fitted, face: str) -> FlowCell:
    """Return a line of the letterhead; in a sheet it is broken as it is here, for the logo stands beside it."""
    return FlowCell(
        left, right, fitted, face, "middle", whole="\n".join(fitted.lines), sheet=(SIDE, paper.width - SIDE)
    )


def unbroken(address: str) -> str:
    """Return the address with no-break spaces inside its numbers, and between a number and its label."""
    return _WITHIN.sub(NO_BREAK, address)


def _fact(paper: Paper, name: str, value: str) -> Block:
    left, right = SIDE, paper.width - SIDE
    start = left + _NAME + _COLON
    fitted = paper.stand(value, "regular", right - start, BODY[:1])  # all of one size, however long
    content = FlowCell(start, right, fitted, whole=f"{name} : {value}", top=True, sheet=(left, right))
    title = paper.fit(name, "regular", _NAME, largest=fitted.size, smallest=SMALL)
    colon = paper.fit(":", "regular", _COLON, largest=fitted.size, smallest=SMALL)
    named = [
        FlowCell(left, left + _NAME, title, top=True, sheet=(left, left)),
        FlowCell(left + _NAME, start, colon, top=True, sheet=(left, left)),
    ]
    return block_of([Strip(fitted.height + 0.8, (*named, content))])
