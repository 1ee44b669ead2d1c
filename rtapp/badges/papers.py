"""The papers of badges: sheets of cards and the list of their handing over as PDF, cards as pictures."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from ..documents import qr
from ..documents.lettering import FACES
from ..refusals import Refused
from .handover import Parcel, draw_handover, handover_pages
from .layout import Card, Code
from .messenger import file_names
from .sheet import CARD, Size, covers, draw_sheet, pages
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
    size: Size = CARD,
    invariant: bool = False,
) -> bytes:
    """Return the cards as a PDF on ``paper`` "a4" or "f4", as many a page as their ``size`` lets stand there.

    ``fonts`` is the folder of the TrueType files. A new sheet begins where ``apart`` of a card differs from
    that of the card before, so that a village gets its own sheets, and says in its margin whose it is and of how
    many cards. Raises ValueError without any card and FileNotFoundError without a font.
    """
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    sheets = pages(cards, apart, size)
    if not sheets:
        raise ValueError("a sheet needs at least one card")
    document = Document(paper, fonts, title, invariant=invariant)
    owners = covers(sheets, apart) if apart else [("", "")] * len(sheets)
    for number, sheet in enumerate(sheets, start=1):
        if number > 1:
            document.next_page()
        foot = f"{title} · halaman {number} dari {len(sheets)}"
        draw_sheet(document, [(card, code_of(card)) for card in sheet], foot, size, owners[number - 1])
    return document.finish()


def handover_list(
    parcels: Sequence[Parcel], event: str, title: str, made: str, paper: str, fonts: Path, *, invariant: bool = False
) -> bytes:
    """Return the list by which the cards of each village are handed out, as a PDF; ``made`` says when it was printed.

    Raises ValueError without a parcel and FileNotFoundError without a font.
    """
    from ..documents.pdf import Document

    if not parcels:
        raise ValueError("a list needs parcels")
    document = Document(paper, fonts, f"Daftar serah terima kartu · {title}", invariant=invariant)
    sheets = handover_pages(parcels, document.height)
    for number, page in enumerate(sheets, start=1):
        if number > 1:
            document.next_page()
        draw_handover(document, page, event, title, (made, f"Halaman {number} dari {len(sheets)}"))
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


def picture_archive(cards: Sequence[Card], fonts: Path, at: datetime) -> Iterator[bytes]:
    """Yield a ZIP of the cards' pictures piece by piece, each drawn when it is asked for: one is held at a time.

    The times of the files are ``at``. Whoever takes the pieces stops the work by taking no more.
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
    """A file whose beginning was sent already: places are counted from its true beginning.

    It can be gone back in as far as it was not sent, so that sizes stand before each picture, where the simplest
    reader of a phone looks for them.
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
