"""The papers of reports as bytes: what was read drawn on F4 or A4, or written as a sheet."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..documents.flow import Block, Paper, draw, pages_of, rows_of
from ..documents.xlsx_out import Print, write_xlsx
from ..documents.xlsx_out import Table as Sheet
from ..settings.letter import About
from .attendance import Roll, code_of
from .attendance_paper import ROW, attendance_blocks, attendance_rows
from .attendance_paper import TITLE as ATTENDANCE
from .bundle import Made
from .index_paper import TITLE as INDEX
from .index_paper import index_blocks
from .invited_paper import TITLE as INVITED
from .invited_paper import Invited, invited_blocks
from .recap import Recap
from .recap_paper import TITLE as RECAP
from .recap_paper import arrival_rows, recap_blocks, recap_rows
from .signatures import Matched, ToSign
from .signatures_paper import TITLE as SIGNED
from .signatures_paper import signed_blocks
from .transport import Payment
from .transport_paper import TITLE as TRANSPORT
from .transport_paper import transport_blocks, transport_rows

if TYPE_CHECKING:
    from ..documents.pdf import Document

_MONEY = dict.fromkeys((3, 4, 5), "#,##0")


def attendance_pdf(roll: Roll, about: About, paper: str, fonts: Path, part: str = "district") -> bytes:
    """Return the list of who is there, or of who is to sign; a page begins with each ``part``."""
    if roll.blank:
        return to_sign(roll, about, paper, fonts, part).pdf
    title = f"{ATTENDANCE} {roll.point}"
    marks = " ".join(roll.marks)
    return _pdf(paper, fonts, title, about, lambda page: attendance_blocks(page, roll, about, part), marks)


def to_sign(roll: Roll, about: About, paper: str, fonts: Path, part: str = "district") -> ToSign:
    """Return the list that is to be signed, and who stands on which of its pages."""
    document = _document(paper, fonts, f"{ATTENDANCE} {roll.point}", about)
    pages = pages_of(document, attendance_blocks(document, roll, about, part))
    rows = rows_of(pages)
    code = code_of(roll, paper, rows)
    draw(document, pages, about.printed, f"Kode cetak {code[:16]}")
    people = [[(number, roll.lines[number - 1].person) for number in page] for page in rows]
    return ToSign(document.finish(), paper, code, people)


def attendance_xlsx(roll: Roll, about: About, paper: str, part: str = "district") -> bytes:
    """Return the same list as a workbook with the same layout."""
    rows, above, boxed, breaks = attendance_rows(roll, about, part)
    widths = (5, 32, 20, 24, 12, 12) if roll.blank else (5, 30, 20, 24, 7, 20)
    printed = Print(paper, len(widths), ROW[roll.blank], boxed, breaks, about.printed, about.logo)
    titles = frozenset(number for number in range(above + 1, max(boxed, default=0)) if number not in boxed)
    sheet = Sheet(ATTENDANCE, rows, widths, above=above, bold=titles, print=printed)
    return write_xlsx([sheet], about.printed_at)


def transport_pdf(payments: Sequence[Payment], about: About, point: str, paper: str, fonts: Path) -> bytes:
    """Return the list of who is paid for being present at ``point``, to be signed."""
    return _pdf(paper, fonts, TRANSPORT, about, lambda page: transport_blocks(page, payments, about, point))


def transport_xlsx(payments: Sequence[Payment], about: About, point: str) -> bytes:
    """Return the same list as a workbook."""
    rows, above = transport_rows(payments, about, point)
    widths = (6, 34, 34, 14, 12, 14, 24, 28, 10, 20, 50)
    total = frozenset({above + len(payments) + 1, above + len(payments) + 2})
    sheet = Sheet("Uang transport", rows, widths, above=above, bold=total | frozenset(range(above)), formats=_MONEY)
    return write_xlsx([sheet], about.printed_at)


def recap_pdf(recap: Recap, about: About, paper: str, fonts: Path) -> bytes:
    """Return the recap of a wave with its chart."""
    return _pdf(paper, fonts, RECAP, about, lambda page: recap_blocks(page, recap, about))


def recap_xlsx(recap: Recap, about: About) -> bytes:
    """Return the recap as a workbook; the arrivals stand on a sheet of their own, with a chart."""
    rows, above, bold = recap_rows(recap, about)
    widths = (34, *[11] * 9)
    sheet = Sheet("Rekap", rows, widths, above=above, bold=bold | frozenset(range(above)), formats={10: "0.0%"})
    arrivals = arrival_rows(recap, about)
    bars = (f"Kedatangan per {recap.step} menit", 1, len(arrivals) - 1) if recap.bars else None
    return write_xlsx([sheet, Sheet("Kedatangan", arrivals, (10, 10), bars=bars)], about.printed_at)


def invited_pdf(districts: Sequence[Invited], about: About, paper: str, fonts: Path) -> bytes:
    """Return how many each district was asked to send."""
    return _pdf(paper, fonts, INVITED, about, lambda page: invited_blocks(page, districts, about))


def signed_pdf(found: Matched, listed: str, about: About, paper: str, fonts: Path) -> bytes:
    """Return the signatures counted on a printed list against the record; ``listed`` says which list it is."""
    return _pdf(paper, fonts, SIGNED, about, lambda page: signed_blocks(page, found, about, listed))


def index_pdf(made: Sequence[Made], about: About, paper: str, fonts: Path) -> bytes:
    """Return what the bundle holds and how it is checked."""
    return _pdf(paper, fonts, INDEX, about, lambda page: index_blocks(page, made, about))


def _pdf(
    paper: str, fonts: Path, title: str, about: About, blocks: Callable[[Paper], Iterable[Block]], marks: str = ""
) -> bytes:
    document = _document(paper, fonts, title, about)
    draw(document, pages_of(document, blocks(document)), about.printed, marks)
    return document.finish()


def _document(paper: str, fonts: Path, title: str, about: About) -> "Document":
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    return Document(paper, fonts, f"{title} · {about.wave}", invariant=True)
