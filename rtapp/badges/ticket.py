"""The layout of one card as a picture for a messenger: the name, a large code, and when and where."""

from math import ceil

from .layout import ACCENT, HINT, QUIET, Box, Card, Code, Pen, draw_ring

WIDTH, HEIGHT = 1080, 1740
"""Size of the picture in pixels; at another width everything keeps its proportion."""

_MARGIN = 60
_LEAST = 0.6  # of the width, for the dark square of the code: it must outlive a messenger's compression
_GREY = "#a9a9a9"


def code_box(width: float, modules: int) -> Box:
    """Return the square of the code with its quiet zone, a whole number of pixels for each module."""
    px = ceil(_LEAST * width / modules)
    side = (modules + 2 * QUIET) * px
    bottom = round(1390 * width / WIDTH)
    return Box(round((width - side) / 2), bottom - side, side, side)


def draw_ticket(pen: Pen, card: Card, code: Code) -> None:
    """Draw the card on a pen of pixels in the proportion of ``WIDTH`` to ``HEIGHT``."""
    square = code_box(pen.width, code.modules)
    inset = QUIET * square.width / (code.modules + 2 * QUIET)
    pen.modules(square.x + inset, square.y + inset, square.width - 2 * inset, code.modules, code.runs)
    _draw_person(pen, card, square)
    _draw_foot(pen, card, square)


def _draw_person(pen: Pen, card: Card, square: Box) -> None:
    unit = pen.width / WIDTH
    width, middle = pen.width - 2 * _MARGIN * unit, pen.width / 2
    where = " · ".join(filter(None, (card.village_line, card.district_line)))
    event = pen.fit(card.event, "regular", width, largest=34 * unit, smallest=22 * unit, lines=2)
    seat = pen.fit(card.seat_line, "bold", width, largest=56 * unit, smallest=30 * unit)
    place = pen.fit(where, "regular", width, largest=40 * unit, smallest=26 * unit, lines=2)
    gap = 18 * unit
    room = square.y - _MARGIN * unit - event.height - seat.height - place.height - 2 * gap
    name = pen.fit(card.name, "bold", width, largest=108 * unit, smallest=28 * unit, lines=4, height=room)
    y = pen.write(middle, _MARGIN * unit, event, "regular", "middle")
    # A short name stands in the middle of its room, so that the picture has no hole.
    y = pen.write(middle, y + gap + (room - name.height) / 2, name, "bold", "middle") + gap
    y = pen.write(middle, y, seat, "bold", "middle")
    pen.write(middle, y, place, "regular", "middle")


def _draw_foot(pen: Pen, card: Card, square: Box) -> None:
    unit = pen.width / WIDTH
    width, middle = pen.width - 2 * _MARGIN * unit, pen.width / 2
    typed = pen.fit(card.short_code, "mono", width, largest=80 * unit, smallest=40 * unit)
    hint = pen.fit(HINT, "regular", width, largest=36 * unit, smallest=24 * unit)
    y = pen.write(middle, square.bottom + ACCENT * typed.size, typed, "mono", "middle")
    y = pen.write(middle, y, hint, "regular", "middle") + 24 * unit
    pen.line(_MARGIN * unit, y, pen.width - _MARGIN * unit, y, 2 * unit, _GREY)
    radius, gap = 60 * unit, 28 * unit
    beside = width - 2 * radius - gap
    date = pen.fit(card.date_line, "bold", beside, largest=46 * unit, smallest=28 * unit)
    venue = pen.fit(card.venue, "regular", beside, largest=38 * unit, smallest=24 * unit, lines=2)
    widest = max(
        pen.measure(line, face) * text.size
        for text, face in ((date, "bold"), (venue, "regular"))
        for line in text.lines or ("",)
    )
    left = middle - (2 * radius + gap + widest) / 2
    center = (y + pen.height) / 2
    draw_ring(pen, card.wave_numeral, left + radius, center, radius)
    y = pen.write(left + 2 * radius + gap, center - (date.height + venue.height) / 2, date, "bold")
    pen.write(left + 2 * radius + gap, y, venue, "regular")
