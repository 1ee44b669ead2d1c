"""The upright layout of a card: as a picture for a messenger, or printed to hang around the neck."""

from dataclasses import dataclass
from math import ceil

from ..documents.qr import QUIET
from .layout import ACCENT, HINT, PRIVACY, Box, Card, CardPen, Code, draw_modules, draw_ring

WIDTH, HEIGHT = 1080, 1740
"""Size of the picture in pixels; at another width everything keeps its proportion."""

_MARGIN = 60
_GREY = "#a9a9a9"


@dataclass(frozen=True)
class Look:
    """What differs between picture and print: the share of the width that the code's dark square has at ``least``,
    the ``step`` in which a module grows, and the largest size of the ``name`` (in pixels of the picture)."""

    least: float
    step: float
    name: int


# In a messenger the code must outlive the compression; around a neck the name is read first.
PICTURE = Look(0.6, 1, 108)
WORN = Look(0.5, 0.001, 170)


def code_box(width: float, modules: int, look: Look = PICTURE) -> Box:
    """Return the square for a code of ``modules`` a side and its quiet zone, in a card of this width.

    A module is a whole number of the printer's steps (``look.step``) wide, so that all are equally wide.
    """
    module = ceil(look.least * width / modules / look.step) * look.step
    side = (modules + 2 * QUIET) * module
    bottom = 1390 * width / WIDTH
    if look.step == 1:
        bottom = round(bottom)
        return Box(round((width - side) / 2), bottom - side, side, side)
    return Box((width - side) / 2, bottom - side, side, side)


def draw_badge(pen: CardPen, card: Card, code: Code, cell: Box) -> None:
    """Draw the card into its place on a sheet (mm), as large as the place lets it be."""
    unit = min(cell.width / WIDTH, cell.height / HEIGHT)
    width, height = unit * WIDTH, unit * HEIGHT
    middle = Box(cell.x + (cell.width - width) / 2, cell.y + (cell.height - height) / 2, width, height)
    draw_ticket(pen, card, code, middle, WORN)


def draw_ticket(pen: CardPen, card: Card, code: Code, box: Box | None = None, look: Look = PICTURE) -> None:
    """Draw the card into a box in the proportion of ``WIDTH`` to ``HEIGHT``: all that the pen has, without one."""
    box = box or Box(0, 0, pen.width, pen.height)
    placed = code_box(box.width, code.modules, look)
    square = Box(box.x + placed.x, box.y + placed.y, placed.width, placed.height)
    draw_modules(pen, code, square)
    _draw_person(pen, card, box, square, look)
    _draw_foot(pen, card, box, square)


def _draw_person(pen: CardPen, card: Card, box: Box, square: Box, look: Look) -> None:
    unit = box.width / WIDTH
    width, middle, top = box.width - 2 * _MARGIN * unit, box.x + box.width / 2, box.y + _MARGIN * unit
    where = " · ".join(filter(None, (card.village_line, card.district_line)))
    side = 104 * unit if card.logo else 0.0
    beside = width - 2 * 1.15 * side
    organiser = pen.fit(card.organiser, "bold", beside, largest=32 * unit, smallest=24 * unit, lines=2)
    event = pen.fit(card.event, "regular", beside, largest=34 * unit, smallest=22 * unit, lines=2)
    head = max(side, organiser.height + event.height)
    seat = pen.fit(card.seat_line, "bold", width, largest=56 * unit, smallest=30 * unit)
    place = pen.fit(where, "regular", width, largest=40 * unit, smallest=26 * unit, lines=2)
    gap = 18 * unit
    room = square.y - top - head - seat.height - place.height - 2 * gap
    name = pen.fit(card.name, "bold", width, largest=look.name * unit, smallest=28 * unit, lines=4, height=room)
    if card.logo:
        pen.image(box.x + _MARGIN * unit, top, side, side, card.logo)
    y = top + (head - organiser.height - event.height) / 2
    pen.write(middle, pen.write(middle, y, organiser, "bold", "middle"), event, "regular", "middle")
    # A short name stands in the middle of its room, so that the picture has no hole.
    y = pen.write(middle, top + head + gap + (room - name.height) / 2, name, "bold", "middle") + gap
    y = pen.write(middle, y, seat, "bold", "middle")
    pen.write(middle, y, place, "regular", "middle")


def _draw_foot(pen: CardPen, card: Card, box: Box, square: Box) -> None:
    unit = box.width / WIDTH
    width, middle = box.width - 2 * _MARGIN * unit, box.x + box.width / 2
    typed = pen.fit(card.short_code, "mono", width, largest=80 * unit, smallest=40 * unit)
    hint = pen.fit(HINT, "regular", width, largest=36 * unit, smallest=24 * unit)
    y = pen.write(middle, square.bottom + ACCENT * typed.size, typed, "mono", "middle")
    y = pen.write(middle, y, hint, "regular", "middle") + 16 * unit
    pen.line(box.x + _MARGIN * unit, y, box.right - _MARGIN * unit, y, 2 * unit, _GREY)
    radius, gap = 52 * unit, 28 * unit
    beside = width - 2 * radius - gap
    date = pen.fit(card.date_line, "bold", beside, largest=46 * unit, smallest=28 * unit)
    venue = pen.fit(card.venue, "regular", beside, largest=38 * unit, smallest=24 * unit, lines=2)
    widest = max(
        pen.measure(line, face) * text.size
        for text, face in ((date, "bold"), (venue, "regular"))
        for line in text.lines or ("",)
    )
    left = middle - (2 * radius + gap + widest) / 2
    line = pen.fit(PRIVACY, "regular", width, largest=28 * unit, smallest=22 * unit)
    floor = box.bottom - 20 * unit - line.height
    pen.write(middle, floor, line, "regular", "middle")
    center = (y + floor) / 2
    draw_ring(pen, card.wave_numeral, left + radius, center, radius)
    y = pen.write(left + 2 * radius + gap, center - (date.height + venue.height) / 2, date, "bold")
    pen.write(left + 2 * radius + gap, y, venue, "regular")
