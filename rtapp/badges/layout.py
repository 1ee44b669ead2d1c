"""The layout of a card for the pocket: where everything stands on it, and what every card is drawn from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..documents import qr
from ..documents.qr import QUIET

HINT = "Tunjukkan di meja registrasi"
"""The sentence under every code; papers are Indonesian."""

PRIVACY = "Data hanya untuk kegiatan ini; penjelasannya di meja registrasi."
"""The line at the foot of every card; the page it speaks of is /privacy/notice."""

ACCENT = 0.15  # how far an accent rises above the top of its line, in sizes

_PT = 25.4 / 72
_PADDING = 5.0
# Side of the code with its quiet zone: of the card's height, at least (28 mm are dark where a side has 21 modules), at
# most.
_CODE, _LEAST, _MOST = 0.68, 38.7, 40.0
_GUTTER = 0.8
_SMALL = 6 * _PT  # of what stands around the name
_RING = 4.9

# Text is black throughout: a laser printer makes dots of grey letters. Rings differ in number as in colour,
# so that a grey print tells them apart; their colours are dark, middle and light.
_WAVES = ("#0b4f3c", "#1d74b8", "#c4820e")


@dataclass(frozen=True)
class Card:
    """What is printed on one card, every line ready to print; ``payload`` is what its QR code holds.

    ``organiser`` and ``logo`` (a PNG) are of the letterhead, nothing where there is none.
    """

    name: str
    seat_line: str
    village_line: str
    district_line: str
    wave_numeral: str
    date_line: str
    venue: str
    event: str
    payload: str
    short_code: str
    organiser: str = ""
    logo: bytes = b""


@dataclass(frozen=True)
class Code:
    """A QR code: the number of modules per side, and the dark modules as runs (x, y, width)."""

    modules: int
    runs: Sequence[tuple[int, int, int]]

    @classmethod
    def of(cls, payload: str) -> "Code":
        """Return the code that holds ``payload``."""
        modules = qr.matrix(payload)
        return cls(len(modules), qr.runs(modules))


@dataclass(frozen=True)
class Box:
    """A rectangle: its top left corner and its size, in the unit of the pen."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


class CardPen(Protocol):
    """A surface to draw on, a document or a picture; all lengths are in one unit, from the top left corner."""

    width: float
    height: float

    def measure(self, text: str, face: str) -> float: ...
    def fit(self, text: str, face: str, width: float, **limits: Any) -> Any: ...
    def write(self, x: float, top: float, fitted: Any, face: str, align: str = "left") -> float: ...
    def line(self, x1: float, y1: float, x2: float, y2: float, thickness: float, ink: str) -> None: ...
    def ring(self, x: float, y: float, radius: float, thickness: float, ink: str) -> None: ...
    def modules(self, x: float, y: float, side: float, count: int, runs: Iterable[tuple[int, int, int]]) -> None: ...
    def image(self, x: float, top: float, width: float, height: float, png: bytes) -> None: ...


def zone(cell: Box) -> Box:
    """Return the square reserved for the code and its quiet zone."""
    side = min(max(_CODE * cell.height, _LEAST), _MOST)
    edge = _PADDING - side * QUIET / 37  # the dark modules of an address line up with the padding
    return Box(cell.right - edge - side, cell.y + edge, side, side)


def draw_card(pen: CardPen, card: Card, code: Code, cell: Box) -> None:
    """Draw one card into its cell: who and where on the left, the code on the right, the wave at the foot."""
    square = zone(cell)
    left = Box(cell.x + _PADDING, cell.y + 4.2, square.x - _GUTTER - cell.x - _PADDING, cell.height - 8.4)
    _draw_code(pen, card, code, square, left.bottom)
    foot = _draw_wave(pen, card, left)
    line = pen.fit(PRIVACY, "regular", cell.width - 2 * _PADDING, largest=6.5 * _PT, smallest=6 * _PT)
    pen.write(cell.x + _PADDING, cell.bottom - 1.2 - line.height, line, "regular")
    # On taller paper the same text stands a little larger.
    point = _PT * cell.height / 56
    _draw_person(pen, card, Box(left.x, left.y, left.width, foot - 2 - left.y), point)


def _draw_person(pen: CardPen, card: Card, box: Box, point: float) -> None:
    seat = pen.fit(card.seat_line, "bold", box.width, largest=12 * point, smallest=7 * point)
    village = pen.fit(card.village_line, "regular", box.width, largest=9.5 * point, smallest=6 * point, lines=2)
    district = pen.fit(card.district_line, "regular", box.width, largest=8 * point, smallest=6 * point)
    place = (seat, "bold"), (village, "regular"), (district, "regular")
    y = _draw_head(pen, card, box, point) + 1.6
    room = box.bottom - y - 1.2 - sum(line.height for line, _ in place)
    name = pen.fit(card.name, "bold", box.width, largest=19 * point, smallest=6.5 * point, lines=5, height=room)
    y = pen.write(box.x, y, name, "bold") + 1.2
    for line, face in place:
        y = pen.write(box.x, y, line, face)


def _draw_head(pen: CardPen, card: Card, box: Box, point: float) -> float:
    """Draw logo, organiser and event at the top of the box and return where they end."""
    side = 22 * point if card.logo else 0.0
    if card.logo:
        pen.image(box.x, box.y, side, side, card.logo)
    x, width = box.x + side * 1.15, box.width - side * 1.15
    organiser = pen.fit(card.organiser, "bold", width, largest=max(6 * point, _SMALL), smallest=_SMALL, lines=2)
    event = pen.fit(card.event, "regular", width, largest=max(6.5 * point, _SMALL), smallest=_SMALL, lines=2)
    y = pen.write(x, box.y + max(0.0, side - organiser.height - event.height) / 2, organiser, "bold")
    return max(pen.write(x, y, event, "regular"), box.y + side)


def _draw_wave(pen: CardPen, card: Card, box: Box) -> float:
    """Draw ring, date and venue at the foot of the box and return their top."""
    x, y = box.x + _RING, box.bottom - _RING
    draw_ring(pen, card.wave_numeral, x, y, _RING)
    start = x + _RING + 2.2
    width = box.right - start
    date = pen.fit(card.date_line, "bold", width, largest=8 * _PT, smallest=5.5 * _PT, lines=2)
    venue = pen.fit(card.venue, "regular", width, largest=7 * _PT, smallest=5 * _PT, lines=2, height=5.6)
    top = y - (date.height + venue.height) / 2
    pen.write(start, pen.write(start, top, date, "bold"), venue, "regular")
    return min(top, y - _RING)


def _draw_code(pen: CardPen, card: Card, code: Code, square: Box, foot: float) -> None:
    """Draw the code into its square, and below, level with ring and date, what a person types and does."""
    draw_modules(pen, code, square)
    middle = square.x + square.width / 2
    typed = pen.fit(card.short_code, "mono", square.width, largest=13 * _PT, smallest=6 * _PT)
    hint = pen.fit(HINT, "regular", square.width, largest=6.2 * _PT, smallest=5 * _PT)
    y = max(square.bottom + ACCENT * typed.size, foot - _RING - (typed.height + hint.height) / 2)
    y = pen.write(middle, y, typed, "mono", "middle")
    pen.write(middle, y, hint, "regular", "middle")


def draw_modules(pen: CardPen, code: Code, square: Box) -> None:
    """Draw a code and its quiet zone into a square."""
    inset = QUIET * square.width / (code.modules + 2 * QUIET)
    pen.modules(square.x + inset, square.y + inset, square.width - 2 * inset, code.modules, code.runs)


def draw_ring(pen: CardPen, numeral: str, x: float, y: float, radius: float) -> None:
    """Draw a wave's numeral in its rings: one for the first wave, two for the second, three for the third."""
    wave = _number(numeral)
    thickness = radius * 0.09
    for number in range(wave % len(_WAVES) + 1):
        pen.ring(x, y, radius - thickness / 2 - number * 1.7 * thickness, thickness, _WAVES[wave % len(_WAVES)])
    inner = radius * (0.85 - 0.15 * (wave % len(_WAVES)))
    line = pen.fit(numeral, "bold", inner * 1.5, largest=radius * 0.9, smallest=radius * 0.3)
    pen.write(x, y - line.size * 0.42, line, "bold", "middle")


def _number(numeral: str) -> int:
    """Return the wave's number counted from 0; a text that is no Roman numeral counts as the first wave."""
    worth = [{"I": 1, "V": 5, "X": 10}.get(character, 0) for character in numeral.upper()]
    after = [*worth[1:], 0]
    total = sum(-value if value < following else value for value, following in zip(worth, after, strict=False))
    return max(0, total - 1)
