"""The papers of badges: sheets of cards as PDF, one card as a picture."""

from collections.abc import Callable, Iterable
from pathlib import Path

from ..documents import qr
from ..documents.lettering import FACES
from ..refusals import Refused
from .layout import Card, Code, draw_sheet, pages
from .ticket import HEIGHT, WIDTH, draw_ticket

_FETCHED = Path("vendor/node_modules/dejavu-fonts-ttf/ttf")
_SYSTEM = Path("/usr/share/fonts/truetype/dejavu")


def find_fonts(static: Path, system: Path = _SYSTEM) -> Path:
    """Return the folder of the fonts: among the fetched browser files in ``static``, else the system's.

    Refused when neither has every face.
    """
    for folder in (static / _FETCHED, system):
        if all((folder / file).is_file() for file in FACES.values()):
            return folder
    raise Refused(
        "no_fonts",
        "Huruf untuk mencetak kartu belum ada di komputer ini. Sambungkan ke internet, "
        "jalankan “python app.py fetch” sekali, lalu coba lagi.",
        503,
    )


def village_of(card: Card) -> tuple[str, str]:
    """Return what keeps the cards of one village together (names of villages recur in other districts)."""
    return card.district_line, card.village_line


def card_sheet(
    cards: Iterable[Card],
    paper: str,
    fonts: Path,
    title: str,
    *,
    apart: Callable[[Card], object] | None = None,
    invariant: bool = False,
) -> bytes:
    """Return the cards as a PDF, ten a page, on ``paper`` "a4" or "f4".

    ``fonts`` is the folder of the TrueType files. A new sheet begins where ``apart`` of a card differs from
    that of the card before, so that a village gets its own sheets. Raises ValueError without any card and
    FileNotFoundError without a font.
    """
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    sheets = pages(cards, apart)
    if not sheets:
        raise ValueError("a sheet needs at least one card")
    document = Document(paper, fonts, title, invariant=invariant)
    for number, sheet in enumerate(sheets, start=1):
        if number > 1:
            document.next_page()
        foot = f"{title} · halaman {number} dari {len(sheets)}"
        draw_sheet(document, [(card, code_of(card)) for card in sheet], foot)
    return document.finish()


def card_png(card: Card, fonts: Path, width: int = WIDTH) -> bytes:
    """Return one card as an upright PNG of ``width`` pixels, to be sent to its holder's phone.

    Raises FileNotFoundError without a font.
    """
    from ..documents.picture import Picture

    picture = Picture(width, round(width * HEIGHT / WIDTH), fonts)
    draw_ticket(picture, card, code_of(card))
    return picture.finish()


def code_of(card: Card) -> Code:
    """Return the QR code of a card."""
    modules = qr.matrix(card.payload)
    return Code(len(modules), qr.runs(modules))
