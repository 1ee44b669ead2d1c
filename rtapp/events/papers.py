"""The sign above a desk: A4 or F4 landscape, its name and its districts as large as they fit."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..documents.pdf import Document

EVERYBODY = "Semua kecamatan"
ANYONE = "Meja mana pun boleh melayani siapa pun."
_EDGE = 16.0


def lane_signs(
    signs: Sequence[tuple[str, Sequence[str]]], event: str, paper: str, fonts: Path, author: str = ""
) -> bytes:
    """Return one page per sign (label, names of districts; none: everybody) as a PDF.

    Raises ValueError without any sign and FileNotFoundError without a font.
    """
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    if not signs:
        raise ValueError("no sign")
    document = Document(paper, fonts, f"Tanda meja · {event}", author, landscape=True)
    for number, (label, districts) in enumerate(signs):
        if number:
            document.next_page()
        _draw(document, label, districts or (EVERYBODY,), event)
    return document.finish()


def _draw(pen: "Document", label: str, districts: Sequence[str], event: str) -> None:
    middle, width = pen.width / 2, pen.width - 2 * _EDGE
    head = pen.fit(event, "regular", width, largest=7, smallest=4, lines=2)
    pen.write(middle, _EDGE, head, "regular", "middle")
    # A long label stands on more lines, whole: it is looked for from afar.
    title = pen.fit(label, "bold", width, largest=52, smallest=6, lines=3, height=pen.height * 0.34)
    line = _EDGE + head.height + 8 + title.height + 6
    pen.write(middle, _EDGE + head.height + 8, title, "bold", "middle")
    pen.line(_EDGE, line, pen.width - _EDGE, line, 0.8)
    foot = pen.height - _EDGE - 6
    columns = 1 if len(districts) <= 4 else 2
    rows = -(-len(districts) // columns)
    height = (foot - line - 10) / rows
    for index, name in enumerate(districts):
        column, row = index // rows, index % rows
        box = width / columns
        text = pen.fit(name, "bold", box - 6, largest=min(30.0, height / 1.3), smallest=3)
        top = line + 6 + row * height + (height - text.height) / 2
        pen.write(_EDGE + box * (column + 0.5), top, text, "bold", "middle")
    pen.write(middle, foot, pen.fit(ANYONE, "regular", width, largest=8, smallest=4), "regular", "middle")
