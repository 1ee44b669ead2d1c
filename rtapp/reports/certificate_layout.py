"""The layout of a certificate: the holder on the front, the agenda on the back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..badges.layout import ACCENT, CardPen, Code
from ..documents.flow import SMALL, block_of
from ..settings.letter import PLACE, About, signing_strips
from ..settings.signatories import signers_of

TITLE = "Sertifikat"
CHECK = "Kode cek internal panitia"
NO_SIGNATURE = "bukan tanda tangan elektronik"
_GREEN, _GREY = "#0b4f3c", "#8a8a8a"
_EDGE, _SIDE = 9.0, 26.0  # mm: from the edge to the frame, to the text
_BELOW = 66.0  # of the front: signature, code, and the frame below them
_CODE, _LOGO = 27.0, 17.0


@dataclass(frozen=True)
class Award:
    """One certificate, every line ready to print; ``payload`` is what its QR code holds, ``code`` what is typed."""

    number: str
    name: str
    holder: str
    code: str
    payload: str


@dataclass(frozen=True)
class Material:
    """One item of the agenda: what was taught, by whom, and when by the clocks of the event."""

    time: str
    material: str
    speaker: str


@dataclass(frozen=True)
class _Set:
    """A line of text on the front: its largest size, most lines, and the space below; ``room`` is its fixed height,
    0 for the height of the text."""

    text: str
    face: str
    size: float
    lines: int
    after: float = 0.0
    room: float = 0.0


def draw_front(pen: CardPen, award: Award, code: Code, about: About) -> None:
    """Draw the front: the holder, the event, the signatories, and the code to look the certificate up by."""
    _frame(pen)
    _words(pen, award, about)
    top = pen.height - _BELOW
    _check(pen, award, code, _SIDE + 4, top + 6)
    _sign(pen, about, top)


def _sign(pen: CardPen, about: About, top: float) -> None:
    """Draw the signatories, one on the right or several beside the code, with as much room for stamps as fits."""
    day = f"{about.letterhead.place or PLACE}, {about.day.partition(', ')[2]}"
    signers = signers_of(about.signing, "certificate")
    left = pen.width * 0.52 - pen.width * 0.4 if len(signers) == 1 else _SIDE + _CODE + 16
    right = pen.width * 0.92 if len(signers) == 1 else pen.width - _SIDE + 8
    strips = signing_strips(pen, left, right, signers, day, stamp=0, small=True)
    stamp = max(4.0, min(22.0, _BELOW - _EDGE - 4 - sum(strip.height for strip in strips)))
    block = block_of(signing_strips(pen, left, right, signers, day, stamp=stamp, small=True))
    block.draw(pen, top)


def draw_back(pen: CardPen, award: Award, materials: Sequence[Material], about: About) -> None:
    """Draw the back: the agenda as a table whose rows share the height of the page."""
    _frame(pen)
    middle, width = pen.width / 2, pen.width - 2 * _SIDE
    y = _EDGE + 12
    occasion = " · ".join(filter(None, (about.wave, about.day, about.venue)))
    for words, face, size in ((f"Materi {about.event}", "bold", 5.5), (occasion, "regular", 3.8)):
        line = pen.fit(words, face, width, largest=size, smallest=size / 2, lines=2)
        y = pen.write(middle, y, line, face, "middle") + 1
    y, foot = y + 4, pen.height - _EDGE - 14
    columns = (
        ("No", 12.0, "middle"),
        ("Waktu", 32.0, "left"),
        ("Materi", width - 124, "left"),
        ("Narasumber", 80.0, "left"),
    )
    height = min(14.0, (foot - y - 8) / max(1, len(materials)))
    rows = [(str(number), item.time, item.material, item.speaker) for number, item in enumerate(materials, start=1)]
    y = _row(pen, columns, [title for title, _, _ in columns], y, 8.0, "bold")
    for row in rows:
        y = _row(pen, columns, row, y, height, "regular")
    line = pen.fit(f"Nomor {award.number} · {award.name}", "regular", width, largest=3, smallest=1.8)
    pen.write(middle, pen.height - _EDGE - 10, line, "regular", "middle")


def _words(pen: CardPen, award: Award, about: About) -> None:
    """Write the front's lines one below the other, sharing the spare height between them."""
    top, room = _EDGE + 6, pen.height - _BELOW - _EDGE - 8
    if about.logo:
        pen.image(pen.width / 2 - 30, top, 60, _LOGO, about.logo)
        top, room = top + _LOGO + 1, room - _LOGO - 1
    fitted = _fitted(pen, _lines(award, about), room)
    spare = max(0.0, room - _height(fitted)) / (len(fitted) + 1)
    y = top + spare / 2
    for line, face, high, after in fitted:
        pen.write(pen.width / 2, y + (high - line.height) / 2, line, face, "middle")
        y += high + after + spare


def _lines(award: Award, about: About) -> list[_Set]:
    """Return the parts of the front. What differs from one certificate to the next has a room of its own, so that
    everything else stands in the same place, as large, on all of them."""
    head = about.letterhead.lines or (about.organiser.upper(),)
    where = f" di {about.venue}" if about.venue else ""
    organiser = f"yang diselenggarakan oleh {about.organiser}" if about.organiser else "yang diselenggarakan"
    lines = [_Set(line, "bold", 4.6, 2) for line in head]
    return [
        *lines[:-1],
        _Set(head[-1], "bold", 4.6, 2, 3.0),
        _Set(TITLE.upper(), "bold", 13.0, 1, 0.5),
        _Set(f"Nomor: {award.number}", "regular", 4.2, 1, 4.0, 4.9),
        _Set("diberikan kepada", "regular", 4.2, 1, 1.0),
        _Set(award.name, "bold", 11.0, 2, 1.0, 17.5),
        _Set(award.holder, "regular", 5.0, 2, 2.0, 8.2),
        _Set("sebagai peserta", "regular", 4.2, 1, 1.0),
        _Set(about.event, "bold", 5.6, 2, 1.0),
        _Set(f"{organiser} pada hari {about.day}{where}", "regular", 4.2, 3),
    ]


def _fitted(pen: CardPen, parts: Sequence[_Set], room: float) -> list[tuple[Any, str, float, float]]:
    """Return the parts set in type, all of them smaller as long as they exceed ``room`` mm of height.

    Each comes with its face, its height and the space below it.
    """
    width, scale = pen.width - 2 * _SIDE, 1.0
    while True:
        fitted = []
        for part in parts:
            size, high = part.size * scale, part.room * scale or None
            box = {"largest": size, "smallest": size * 0.35, "lines": part.lines, "height": high}
            line = pen.fit(part.text, part.face, width, **box)
            if part.text or high:
                fitted.append((line, part.face, high or line.height, part.after * scale))
        if _height(fitted) <= room or scale < 0.3:
            return fitted
        scale *= 0.95


def _height(fitted: Sequence[tuple[Any, str, float, float]]) -> float:
    return sum(high + after for _line, _face, high, after in fitted)


def _check(pen: CardPen, award: Award, code: Code, x: float, top: float) -> None:
    inset = 4 * _CODE / (code.modules + 8)
    pen.modules(x + inset, top + inset, _CODE - 2 * inset, code.modules, code.runs)
    y = top + _CODE + ACCENT * 4.4
    for words, face, size in ((award.code, "mono", 4.4), (CHECK, "regular", SMALL), (NO_SIGNATURE, "regular", SMALL)):
        line = pen.fit(words, face, 44, largest=size, smallest=size / 2)
        y = pen.write(x + _CODE / 2, y, line, face, "middle")


def _row(pen: CardPen, columns: Any, cells: Sequence[str], top: float, height: float, face: str) -> float:
    left = _SIDE
    for (_title, width, align), cell in zip(columns, cells, strict=True):
        line = pen.fit(cell, face, width - 3, largest=3.8, smallest=1.2, lines=3, height=height - 0.8)
        x = left + (width / 2 if align == "middle" else 1.5)
        pen.write(x, top + (height - line.height) / 2, line, face, align)
        pen.line(left, top, left, top + height, 0.15, _GREY)
        left += width
    pen.line(left, top, left, top + height, 0.15, _GREY)
    for y in (top, top + height):
        pen.line(_SIDE, y, left, y, 0.15, _GREY)
    return top + height


def _frame(pen: CardPen) -> None:
    """Draw two frames, the inner one with a square in each corner."""
    for edge, thickness in ((_EDGE, 1.3), (_EDGE + 2.2, 0.3)):
        right, bottom = pen.width - edge, pen.height - edge
        cut = thickness / 2
        for y in (edge, bottom):
            pen.line(edge - cut, y, right + cut, y, thickness, _GREEN)
        for x in (edge, right):
            pen.line(x, edge - cut, x, bottom + cut, thickness, _GREEN)
    inner = _EDGE + 2.2
    for x, across in ((inner, 1), (pen.width - inner, -1)):
        for y, down in ((inner, 1), (pen.height - inner, -1)):
            pen.line(x, y + 7 * down, x + 7 * across, y + 7 * down, 0.3, _GREEN)
            pen.line(x + 7 * across, y, x + 7 * across, y + 7 * down, 0.3, _GREEN)
