"""The list by which cards are handed to the villages: who took how many, and a line to sign on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .layout import Pen

TITLE = "Daftar serah terima kartu per desa"
ROW = 11.0
_SIDE, _TOP, _HEAD, _FOOT = 15.0, 14.0, 32.0, 14.0
_GREY = "#8a8a8a"
# title, width in mm (0: what is left)
_COLUMNS = (
    ("No", 11.0),
    ("Desa/Kelurahan", 0.0),
    ("Kartu", 16.0),
    ("Nama penerima", 48.0),
    ("Tanggal", 24.0),
    ("Tanda tangan", 34.0),
)


@dataclass(frozen=True)
class Parcel:
    """The cards of one village: what is handed to its office in one go."""

    village: str
    district: str
    cards: int


# What stands in a row: (number, parcel), or (0, the words of a heading or a sum).
Item = tuple[int, "Parcel | str"]


def handover_pages(parcels: Sequence[Parcel], height: float) -> list[list[Item]]:
    """Return the rows of each page of this height in mm: a heading for each district, its sum, all cards at the end."""
    room, sheets = int((height - _TOP - _HEAD - _FOOT) / ROW), [[]]
    for item, held in _rows(parcels):
        # A heading never stands alone at the foot of a page, nor a sum at the head of the next without its row.
        if len(sheets[-1]) + held > room:
            sheets.append([])
        sheets[-1].append(item)
    return sheets


def draw_handover(pen: Pen, page: Sequence[Item], event: str, title: str, foot: tuple[str, str]) -> None:
    """Draw one page: the event and the title above, the table, ``foot`` left and right below."""
    width = pen.width - 2 * _SIDE
    y = pen.write(_SIDE, _TOP, pen.fit(event, "regular", width, largest=4, smallest=3), "regular")
    y = pen.write(
        _SIDE, y + 0.5, pen.fit("Daftar serah terima kartu per desa", "bold", width, largest=6, smallest=4), "bold"
    )
    pen.write(_SIDE, y + 0.5, pen.fit(title, "regular", width, largest=4, smallest=3), "regular")
    for x, column, words in _cells(pen):
        head = pen.fit(words, "bold", column - 3, largest=3.3, smallest=2.4)
        right = words == "Kartu"
        pen.write(x + (column - 1.5 if right else 1.5), _TOP + _HEAD - 6, head, "bold", "right" if right else "left")
    pen.line(_SIDE, _TOP + _HEAD, pen.width - _SIDE, _TOP + _HEAD, 0.5, "#000000")
    top = _TOP + _HEAD
    for number, what in page:
        top = _draw_words(pen, what, top) if isinstance(what, str) else _draw_parcel(pen, number, what, top)
    for words, x, align in ((foot[0], _SIDE, "left"), (foot[1], pen.width - _SIDE, "right")):
        pen.write(x, pen.height - 9, pen.fit(words, "regular", width / 2, largest=2.8, smallest=2), "regular", align)


def _rows(parcels: Sequence[Parcel]) -> Iterator[tuple[Item, int]]:
    """Every row and how many rows must fit with it."""
    district, number = None, 0
    for at, parcel in enumerate(parcels):
        if parcel.district != district:
            district, number = parcel.district, 0
            cards = sum(one.cards for one in parcels if one.district == district)
            yield (0, f"{district or 'Tanpa desa'}: {_counted(cards)}"), 2
        number += 1
        yield (number, parcel), 2 if at + 1 == len(parcels) else 1
    yield (0, f"Jumlah seluruhnya: {_counted(sum(parcel.cards for parcel in parcels))}"), 1


def _counted(cards: int) -> str:
    return f"{cards:,} kartu".replace(",", ".")


def _draw_words(pen: Pen, words: str, top: float) -> float:
    line = pen.fit(words, "bold", pen.width - 2 * _SIDE - 3, largest=4, smallest=2.5)
    pen.write(_SIDE + 1.5, top + (ROW - line.height) / 2, line, "bold")
    pen.line(_SIDE, top + ROW, pen.width - _SIDE, top + ROW, 0.3, "#000000")
    return top + ROW


def _draw_parcel(pen: Pen, number: int, parcel: Parcel, top: float) -> float:
    values = {"No": str(number), "Desa/Kelurahan": parcel.village or "Peserta tanpa desa", "Kartu": str(parcel.cards)}
    for x, width, title in _cells(pen):
        if title in values:
            line = pen.fit(values[title], "regular", width - 3, largest=4, smallest=2.5, lines=2, height=ROW - 2)
            right = title == "Kartu"
            at = x + (width - 1.5 if right else 1.5)
            pen.write(at, top + (ROW - line.height) / 2, line, "regular", "right" if right else "left")
        pen.line(x, top, x, top + ROW, 0.1, _GREY)
    pen.line(pen.width - _SIDE, top, pen.width - _SIDE, top + ROW, 0.1, _GREY)
    pen.line(_SIDE, top + ROW, pen.width - _SIDE, top + ROW, 0.1, _GREY)
    return top + ROW


def _cells(pen: Pen) -> list[tuple[float, float, str]]:
    """Return left edge, width and title of each column."""
    left, cells = _SIDE, []
    rest = pen.width - 2 * _SIDE - sum(width for _title, width in _COLUMNS)
    for title, width in _COLUMNS:
        cells.append((left, width or rest, title))
        left += width or rest
    return cells
