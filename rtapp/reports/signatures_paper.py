"""Pencocokan tanda tangan: the signatures counted on a printed list against the record, page by page."""

from collections.abc import Iterator

from ..documents.flow import Block, Paper, space, words
from ..documents.tables import Column, Table
from ..settings.letter import About, opening, signatures
from .signatures import Matched, SignedPage, Signer

TITLE = "Pencocokan tanda tangan"
_COLUMNS = (
    Column("Halaman", 22, "right"),
    Column("Nomor", 0, "left"),
    Column("Tanda tangan dihitung", 34, "right"),
    Column("Tercatat hadir", 34, "right"),
    Column("Selisih", 24, "right"),
)
_MORE = "Tanda tangan lebih banyak; belum tercatat hadir"
_FEWER = "Tanda tangan kurang; tercatat hadir"
_ELSEWHERE = "Tercatat hadir, tidak ada di daftar cetak"


def signed_blocks(paper: Paper, found: Matched, about: About, listed: str) -> Iterator[Block]:
    """Yield the whole paper; ``listed`` says which printed list was counted."""
    yield from opening(paper, about, TITLE)
    yield words(paper, listed, after=3)
    table = Table(paper, _COLUMNS, height=7)
    for page in found.pages:
        yield table.row(_page(page))
    sums = (found.counted, found.recorded, signed(found.counted - found.recorded))
    yield table.row(["", "Jumlah halaman yang sudah dihitung", *map(str, sums)], face="bold")
    yield space(3)
    yield words(paper, outcome(found), face="bold", after=4)
    for title, wanted in ((_MORE, 1), (_FEWER, -1)):
        pages = [page for page in found.differing if page.difference * wanted > 0]
        yield from _people(paper, title, [(str(page.number), one) for page in pages for one in page.doubtful])
    yield from _people(paper, _ELSEWHERE, [("–", one) for one in found.elsewhere])
    yield from signatures(paper, about, "matched", table.edges)


def outcome(found: Matched) -> str:
    """Return in a sentence how the counts and the record agree."""
    remarks = []
    if found.open:
        remarks.append(f"Belum dihitung: halaman {', '.join(map(str, found.open))}.")
    if found.differing:
        remarks.append(f"Berbeda: halaman {', '.join(str(page.number) for page in found.differing)}.")
    elif len(found.open) < len(found.pages):
        remarks.append("Setiap halaman yang dihitung sama dengan catatan.")
    if found.elsewhere:
        remarks.append(f"Tercatat hadir tanpa baris di daftar cetak: {len(found.elsewhere)} orang.")
    return " ".join(remarks)


def signed(difference: int) -> str:
    """Return a difference with its sign: "+2", "−1", "0"."""
    return f"{difference:+}".replace("-", "−") if difference else "0"


def _page(page: SignedPage) -> list[str]:
    span = f"{page.signers[0].number}–{page.signers[-1].number}" if page.signers else "–"
    if page.counted is None:
        return [str(page.number), span, "belum", "", ""]
    return [str(page.number), span, str(page.counted), str(page.recorded), signed(page.difference)]


def _people(paper: Paper, title: str, people: list[tuple[str, Signer]]) -> Iterator[Block]:
    table = Table(
        paper,
        (Column("Halaman", 22, "right"), Column("No", 14, "middle"), Column(title), Column("Jabatan", 62)),
        height=7.5,
    )
    for page, one in people:
        name = f"{one.name} (diwakili oleh {one.substitute})" if one.substitute else one.name
        yield table.row([page, str(one.number) if one.number else "–", name, one.position])
    if people:
        yield space(4)
