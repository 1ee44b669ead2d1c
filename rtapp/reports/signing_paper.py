"""Pencocokan tanda tangan: the counts of each page beside the record, and who to look for where they differ."""

from collections.abc import Iterator, Sequence

from .flow import Block, Column, Paper, Table, space, words
from .letter import POINT, About, opening, signatures
from .signing import Page

TITLE = "Pencocokan tanda tangan"
EQUAL = "Tidak ada selisih di halaman yang sudah dihitung."
_COLUMNS = (
    Column("Halaman", 20, "right", 1),
    Column("Nomor", 28, "middle", 1),
    Column("Dari – sampai", lines=3),
    Column("Tanda tangan", 26, "right", 1),
    Column("Tercatat hadir", 26, "right", 1),
    Column("Selisih", 20, "right", 1),
)
_PEOPLE = (Column("Halaman", 20, "right", 1), Column("Nama"), Column("Jabatan", 62), Column("Tercatat", 50))


def signing_blocks(paper: Paper, pages: Sequence[Page], point: str, beyond: int, about: About) -> Iterator[Block]:
    """Yield the whole paper; ``beyond`` are in the record without a line to sign on."""
    yield from opening(paper, about, TITLE, [(POINT, point)])
    table = Table(paper, _COLUMNS)
    for page in pages:
        ends = f"{page.lines[0].name} – {page.lines[-1].name}"
        signed = "belum" if page.signed is None else str(page.signed)
        span = f"{page.span[0]}–{page.span[1]}"
        yield table.row([str(page.number), span, ends, signed, str(len(page.present)), signed_difference(page)])
    counted = [page for page in pages if page.signed is not None]
    sums = (sum(page.signed or 0 for page in counted), sum(len(page.present) for page in counted))
    yield table.row(["Jumlah halaman yang dihitung", *map(str, sums), ""], face="bold", merged=3)
    yield space(2)
    if beyond:
        yield words(paper, f"Di luar itu {beyond} orang tercatat hadir tanpa baris di daftar ini.", size=3.2, after=2)
    yield from _people(paper, [page for page in pages if page.difference])
    yield signatures(about)


def signed_difference(page: Page) -> str:
    """Return the difference with its sign, "–" where it is none or not known."""
    return f"{page.difference:+d}".replace("-", "−") if page.difference else "–"


def _people(paper: Paper, pages: Sequence[Page]) -> Iterator[Block]:
    if not pages:
        yield words(paper, EQUAL, size=3.2, after=2)
        return
    yield words(paper, "Tercatat hadir di halaman yang berselisih", face="bold", after=1.5, joined=True)
    table = Table(paper, _PEOPLE, height=7)
    for page in pages:
        for line in page.present:
            yield table.row([str(page.number), line.name, f"{line.title} {line.village}", line.remark])
        if not page.present:
            yield table.row([str(page.number), "Tidak seorang pun tercatat hadir.", "", ""])
    yield space(3)
