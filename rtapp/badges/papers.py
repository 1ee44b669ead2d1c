"""The papers of badges: sheets of cards and the list of their handing over as PDF, cards as pictures."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from ..documents.flow import Paper, draw, pages_of
from ..documents.paper import picture_of
from ..settings.letter import About
from .handover import TITLE as HANDOVER
from .handover import Parcel, handover_blocks
from .layout import Card, CardPen, Code
from .messenger import file_names
from .sheet import CARD, Size, covers, draw_sheet, pages
from .ticket import HEIGHT, WIDTH, draw_ticket


def village_of(card: Card) -> tuple[str, str]:
    """Return the key that groups the cards of one village (a village's name may recur in another district)."""
    return card.district_line, card.village_line


def card_sheet(
    cards: Iterable[Card],
    paper: str,
    fonts: Path,
    title: str,
    *,
    apart: Callable[[Card], object] | None = None,
    size: Size = CARD,
    invariant: bool = False,
) -> bytes:
    """Return the cards as a PDF on ``paper`` "a4" or "f4", as many per page as their ``size`` allows.

    ``fonts`` is the folder of the TrueType files. A new sheet begins where ``apart`` returns another value than
    for the card before, so that a village gets its own sheets; the margin then names the village and its number
    of cards. Raises ValueError without any card and FileNotFoundError without a font.
    """
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    cards = list(cards)
    sheets = _sheets(cards, title, apart, size)
    if not sheets:
        raise ValueError("a sheet needs at least one card")
    document = Document(paper, fonts, title, cards[0].organiser, invariant=invariant)
    for number, draw_one in enumerate(sheets):
        if number:
            document.next_page()
        draw_one(document)
    return document.finish()


def card_sheet_png(
    cards: Iterable[Card],
    paper: str,
    fonts: Path,
    title: str,
    *,
    apart: Callable[[Card], object] | None = None,
    size: Size = CARD,
) -> bytes:
    """Return the first of the same sheets as a picture; raises ValueError without any card."""
    sheets = _sheets(cards, title, apart, size)
    if not sheets:
        raise ValueError("a sheet needs at least one card")
    return picture_of(paper, fonts, sheets[0])


def _sheets(
    cards: Iterable[Card], title: str, apart: Callable[[Card], object] | None, size: Size
) -> list[Callable[[CardPen], None]]:
    """Return what draws each sheet."""
    sheets = pages(cards, apart, size)
    owners = covers(sheets, apart) if apart else [("", "")] * len(sheets)

    def draw_one(number: int, pen: CardPen) -> None:
        coded = [(card, Code.of(card.payload)) for card in sheets[number]]
        draw_sheet(pen, coded, f"Halaman {number + 1} dari {len(sheets)} · {title}", size, owners[number])

    return [partial(draw_one, number) for number in range(len(sheets))]


def handover_list(parcels: Sequence[Parcel], about: About, chosen: str, paper: str, fonts: Path) -> bytes:
    """Return the list by which the cards of each village are handed out, as a PDF; ``chosen`` says which cards.

    Raises ValueError without a parcel and FileNotFoundError without a font.
    """
    from ..documents.pdf import Document

    if not parcels:
        raise ValueError("a list needs parcels")
    document = Document(paper, fonts, f"{HANDOVER} · {chosen}", about.organiser, about.made_at)
    draw(document, pages_of(document, handover_blocks(document, parcels, about, chosen)), about.margins(HANDOVER))
    return document.finish()


def handover_png(parcels: Sequence[Parcel], about: About, chosen: str, paper: str, fonts: Path) -> bytes:
    """Return the first page of the same list as a picture."""

    def paint(pen: Paper) -> None:
        draw(pen, pages_of(pen, handover_blocks(pen, parcels, about, chosen)), about.margins(HANDOVER), most=1)

    return picture_of(paper, fonts, paint)


def card_png(card: Card, fonts: Path, width: int = WIDTH) -> bytes:
    """Return one card as an upright PNG of ``width`` pixels, to be sent to its holder's phone.

    Raises FileNotFoundError without a font.
    """
    from ..documents.picture import Picture

    picture = Picture(width, round(width * HEIGHT / WIDTH), fonts)
    draw_ticket(picture, card, Code.of(card.payload))
    return picture.finish()


def picture_archive(cards: Sequence[Card], fonts: Path, at: datetime) -> Iterator[bytes]:
    """Yield a ZIP of the cards' pictures piece by piece, drawing one at a time so that memory holds only one.

    The files carry the time ``at``. A caller who takes no more pieces ends the work.
    """
    stream = _Sent()
    with ZipFile(stream, "w", ZIP_STORED) as archive:
        for name, card in zip(file_names(cards), cards, strict=True):
            entry = ZipInfo(name, at.timetuple()[:6])
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, card_png(card, fonts))
            yield stream.taken()
    yield stream.taken()


class _Sent(BytesIO):
    """A file that forgets what was sent, but still counts its positions from the true beginning.

    What was not sent yet can be rewritten: a picture's size then precedes it, where the simplest ZIP readers of
    phones look for it.
    """

    sent = 0

    def tell(self) -> int:
        return self.sent + super().tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.sent + super().seek(offset if whence else offset - self.sent, whence)

    def taken(self) -> bytes:
        data = self.getvalue()
        self.sent += len(data)
        super().seek(0)
        self.truncate()
        return data
