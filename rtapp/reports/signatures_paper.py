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


def signed_blocks(paper: Paper, comparison: Matched, about: About, listed: str) -> Iterator[Block]:
    """Yield the whole paper; ``listed`` says which printed list was counted."""
    yield from opening(paper, about, TITLE)
    yield words(paper, listed, after=3)
    table = Table(paper, _COLUMNS, height=7)
    for page in comparison.pages:
        yield table.row(_page(page))
    sums = (comparison.counted, comparison.recorded, signed(comparison.counted - comparison.recorded))
    yield table.row(["", "Jumlah halaman yang sudah dihitung", *map(str, sums)], face="bold")
    yield space(3)
    yield words(paper, outcome(comparison), face="bold", after=4)
    for title, wanted in ((_MORE, 1), (_FEWER, -1)):
        pages = [page for page in comparison.differing if page.difference * wanted > 0]
        yield from _people(paper, title, [(str(page.number), signer) for page in pages for signer in page.doubtful])
    yield from _people(paper, _ELSEWHERE, [("–", signer) for signer in comparison.elsewhere])
    yield from signatures(paper, about, "matched", table.edges)


def outcome(comparison: Matched) -> str:
    """Return in a sentence how the counts and the record agree."""
    remarks = []
    if comparison.open:
        remarks.append(f"Belum dihitung: halaman {', '.join(map(str, comparison.open))}.")
    if comparison.differing:
        remarks.append(f"Berbeda: halaman {', '.join(str(page.number) for page in comparison.differing)}.")
    elif len(comparison.open) < len(comparison.pages):
        remarks.append("Setiap halaman yang dihitung sama dengan catatan.")
    if comparison.elsewhere:
        remarks.append(f"Tercatat hadir tanpa baris di daftar cetak: {len(comparison.elsewhere)} orang.")
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
    for page, signer in people:
        name = f"{signer.name} (diwakili oleh {signer.substitute})" if signer.substitute else signer.name
        yield table.row([page, str(signer.number) if signer.number else "–", name, signer.position])
    if people:
        yield space(4)
