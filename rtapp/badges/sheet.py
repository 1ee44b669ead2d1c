"""Sheets of cards: the number and the places of cards per sheet, the lines to cut along, and the heading."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .layout import Box, Card, CardPen, Code, draw_card
from .ticket import draw_badge

_PT = 25.4 / 72
_SIDE, _FOOT = 8.0, 8.5  # mm of the sheet left and right, above and below the cards: a printer's dead edge
_PADDING = 5.0
_HAIR, _GREY = 0.1, "#a9a9a9"


@dataclass(frozen=True)
class Size:
    """One size of card: columns and rows of a sheet, and what draws a card into its place."""

    columns: int
    rows: int
    draw: Callable[[CardPen, Card, Code, Box], None]

    @property
    def most(self) -> int:
        """Return how many cards a sheet holds."""
        return self.columns * self.rows

    def sheets(self, cards: int) -> int:
        """Return how many sheets this number of cards takes."""
        return -(-cards // self.most)


CARD = Size(2, 5, draw_card)
BADGE = Size(2, 2, draw_badge)
SIZES = {"card": CARD, "badge": BADGE}
"""A card for the pocket, ten a sheet, and one to hang around the neck, four a sheet."""


def cells(width: float, height: float, size: Size = CARD) -> list[Box]:
    """Return the places of a sheet of this width and height in mm, row by row."""
    across, down = (width - 2 * _SIDE) / size.columns, (height - 2 * _FOOT) / size.rows
    return [
        Box(_SIDE + column * across, _FOOT + row * down, across, down)
        for row in range(size.rows)
        for column in range(size.columns)
    ]


def pages(cards: Iterable[Card], apart: Callable[[Card], object] | None = None, size: Size = CARD) -> list[list[Card]]:
    """Return the cards in sheets; besides after a full one, a new sheet begins where ``apart`` of a card changes."""
    sheets: list[list[Card]] = []
    for card in cards:
        full = not sheets or len(sheets[-1]) == size.most
        if full or (apart is not None and apart(card) != apart(sheets[-1][-1])):
            sheets.append([])
        sheets[-1].append(card)
    return sheets


def covers(sheets: Sequence[Sequence[Card]], apart: Callable[[Card], object]) -> list[tuple[str, str]]:
    """Return a heading for each sheet: the place, its number of cards, and the sheet's number in its stack."""
    owners = [apart(sheet[0]) for sheet in sheets]
    stacks: dict[object, list[int]] = {}
    for owner, sheet in zip(owners, sheets, strict=True):
        stacks.setdefault(owner, []).append(len(sheet))
    headings, position = [], dict.fromkeys(stacks, 0)
    for owner, sheet in zip(owners, sheets, strict=True):
        position[owner] += 1
        first, parts = sheet[0], stacks[owner]
        place = " · ".join(filter(None, (first.village_line, first.district_line))) or "Tanpa desa"
        headings.append((place, f"{sum(parts)} kartu · lembar {position[owner]} dari {len(parts)}"))
    return headings


def draw_sheet(
    pen: CardPen, cards: Sequence[tuple[Card, Code]], foot: str, size: Size = CARD, cover: tuple[str, str] = ("", "")
) -> None:
    """Draw a sheet of cards with the lines to cut along, ``cover`` in the margin above and ``foot`` below."""
    places = cells(pen.width, pen.height, size)
    _cut_lines(pen, places[: len(cards)])
    for place, (card, code) in zip(places, cards, strict=False):
        size.draw(pen, card, code, place)
    start, room = _SIDE + _PADDING, pen.width / 2 - _SIDE - _PADDING - 2
    line = pen.fit(foot, "regular", room, largest=5.5 * _PT, smallest=4 * _PT)
    pen.write(start, places[-1].bottom + 1.4, line, "regular")
    for words, x, align in ((cover[0], start, "left"), (cover[1], pen.width - start, "right")):
        if words:
            line = pen.fit(words, "bold", room, largest=8 * _PT, smallest=5 * _PT)
            pen.write(x, _FOOT - 0.9 - line.height, line, "bold", align)


def _cut_lines(pen: CardPen, used: Sequence[Box]) -> None:
    if not used:
        return
    left, top = used[0].x, used[0].y
    right, bottom = max(cell.right for cell in used), max(cell.bottom for cell in used)
    for x in sorted({edge for cell in used for edge in (cell.x, cell.right)}):
        pen.line(x, top - 3.5, x, bottom + 3.5, _HAIR, _GREY)
    for y in sorted({edge for cell in used for edge in (cell.y, cell.bottom)}):
        pen.line(left - 3.5, y, right + 3.5, y, _HAIR, _GREY)
