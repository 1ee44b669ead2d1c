"""The papers of reports as bytes, on F4 or A4, as PDF, XLSX or ODS."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..documents.flow import SIDE, Block, Margins, Pages, Paper, draw, pages_of, rows_of
from ..documents.grid import Grid, GridPicture, grid_of
from ..documents.ods_out import write_ods_paper
from ..documents.paper import drawn_strip
from ..documents.xlsx_out import write_xlsx_paper
from ..settings.letter import About
from .attendance import Roll, code_of
from .attendance_paper import attendance_blocks, title_of
from .bundle import FinishedPart
from .index_paper import TITLE as INDEX
from .index_paper import index_blocks
from .invitation_paper import TITLE as INVITATION
from .invitation_paper import invitation_blocks
from .invited_paper import TITLE as INVITED
from .invited_paper import Invited, invited_blocks
from .recap import Recap
from .recap_paper import TITLE as RECAP
from .recap_paper import arrival_rows, chart_title, recap_blocks
from .signatures import Matched, ToSign
from .signatures_paper import TITLE as SIGNED
from .signatures_paper import signed_blocks
from .transport import Payment
from .transport_paper import CHECK, check_blocks, transport_blocks
from .transport_paper import TITLE as TRANSPORT
from .transport_paper import code_of as transport_code

if TYPE_CHECKING:
    from ..documents.pdf import Document

FORMS = ("pdf", "xlsx", "ods")
"""The files that one description of a paper becomes."""

CODE = 16
"""How many characters of a print's SHA-256 stand on its pages."""


@dataclass(frozen=True)
class Page:
    """The output of a paper: ``paper`` a4 or f4, the folder of the fonts, and the file type (one of FORMS)."""

    paper: str
    fonts: Path
    form: str = "pdf"


def attendance(roll: Roll, about: About, page: Page, part: str = "district") -> bytes:
    """Return the attendance list, filled in or to be signed; each ``part`` begins a page."""
    if roll.blank:
        return to_sign(roll, about, page, part).data
    title, marks = title_of(roll), " · ".join(roll.marks)
    return _made(page, title, about, lambda paper: attendance_blocks(paper, roll, about, part), roll.digest, marks)


def to_sign(roll: Roll, about: About, page: Page, part: str = "district") -> ToSign:
    """Return the list to be signed, and the people on each of its pages."""
    title = title_of(roll)
    document = _document(page, title, about)
    pages = pages_of(document, attendance_blocks(document, roll, about, part))
    rows = rows_of(pages)
    code = code_of(roll, page.paper, rows)
    data = _written(page, title, about, document, pages, about.margins(title, code[:CODE]))
    people = [[(number, roll.lines[number - 1].person) for number in numbers] for numbers in rows]
    return ToSign(data, page.paper, code, people)


def invitation(roll: Roll, about: About, page: Page) -> bytes:
    """Return the list of people invited by letter, a page per village."""
    return _made(page, INVITATION, about, lambda paper: invitation_blocks(paper, roll, about))


def transport(payments: Sequence[Payment], about: About, point: str, page: Page) -> bytes:
    """Return the list of who is paid for being present at ``point``, to be signed."""
    code = transport_code(payments, point, about.wave)
    return _made(page, TRANSPORT, about, lambda paper: transport_blocks(paper, payments, about, point), code)


def transport_check(payments: Sequence[Payment], about: About, point: str, page: Page) -> bytes:
    """Return the list of payments that need a second look before anybody is paid."""
    return _made(page, CHECK, about, lambda paper: check_blocks(paper, payments, about, point))


def recap(figures: Recap, about: About, page: Page) -> bytes:
    """Return the recap of a wave with its chart."""
    chart = {"bars": arrival_rows(figures, about) if figures.bars else [], "caption": chart_title(figures)}
    return _made(page, RECAP, about, lambda paper: recap_blocks(paper, figures, about), **chart)


def invited(districts: Sequence[Invited], about: About, page: Page) -> bytes:
    """Return the table of how many heads each district was asked to send."""
    return _made(page, INVITED, about, lambda paper: invited_blocks(paper, districts, about))


def signed(comparison: Matched, listed: str, about: About, page: Page) -> bytes:
    """Return the signatures counted on a printed list against the record; ``listed`` says which list it is."""
    return _made(page, SIGNED, about, lambda paper: signed_blocks(paper, comparison, about, listed))


def index(parts: Sequence[FinishedPart], about: About, page: Page) -> bytes:
    """Return the index of the bundle, with how to check its files."""
    return _made(page, INDEX, about, lambda paper: index_blocks(paper, parts, about))


def _made(page: Page, title: str, about: About, blocks: Callable[[Paper], Iterable[Block]], digest: str = "",
          marks: str = "", bars: Sequence[Sequence[Any]] = (), caption: str = "") -> bytes:  # fmt: skip
    """Return a paper; without a code from the caller, its code is the digest of its content."""
    document = _document(page, title, about)
    pages = pages_of(document, blocks(document))
    code = (digest or _digest(pages))[:CODE]
    return _written(page, title, about, document, pages, about.margins(title, code, marks), bars, caption)


def _written(page: Page, title: str, about: About, document: "Document", pages: Pages, margins: Margins,
             bars: Sequence[Sequence[Any]] = (), caption: str = "") -> bytes:  # fmt: skip
    """Return the pages as a file of the requested type, all types from the same description."""
    if page.form == "pdf":
        draw(document, pages, margins)
        return document.finish()
    grid = grid_of(title, page.paper, pages, margins)
    if page.form == "xlsx":
        return write_xlsx_paper(grid, about.made_at, bars, caption)
    return write_ods_paper(replace(grid, pictures=[*grid.pictures, *_charted(grid, page)]))


def _charted(grid: Grid, page: Page) -> Iterator[GridPicture]:
    """Yield the charts of a paper as pictures."""
    for chart in grid.charts:
        draw = chart.draw
        png = drawn_strip(page.paper, page.fonts, chart.height, SIDE, lambda pen, draw=draw: draw(pen, 0))
        yield GridPicture(chart.line, 0, 0, sum(grid.widths), chart.height, png)


def _digest(pages: Pages) -> str:
    """Return the SHA-256 of the text of the pages, in hexadecimal."""
    texts = [cell.whole for page in pages for _top, block in page for strip in block.strips for cell in strip.cells]
    return sha256("\0".join(texts).encode()).hexdigest()


def _document(page: Page, title: str, about: About) -> "Document":
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    return Document(page.paper, page.fonts, f"{title} · {about.wave}", about.organiser, about.made_at)
