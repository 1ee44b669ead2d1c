"""Daftar isi of the SPJ bundle: its files, how many lines each holds, what is missing and why, how it is checked."""

from collections.abc import Iterator, Sequence

from ..documents.flow import Block, Paper, space, words
from ..documents.tables import Column, Table, figure
from ..settings.letter import About, opening
from .bundle import MANIFEST, FinishedPart

TITLE = "Daftar isi berkas SPJ"
CHECK = (
    "Setiap berkas dapat dicocokkan dengan berkas “{manifest}”, misalnya dengan perintah sha256sum -c {manifest}. "
    "Bila satu huruf saja berubah, SHA-256-nya berubah."
)
_COLUMNS = (
    Column("No", 12, "middle"),
    Column("Isi", 46),
    Column("Berkas", 60),
    Column("Baris", 16, "right"),
    Column("SHA-256"),
)
_MISSING = (Column("Belum ada", 52), Column("Sebab", 60), Column("Di mana melengkapinya"))


def index_blocks(paper: Paper, parts: Sequence[FinishedPart], about: About) -> Iterator[Block]:
    """Yield the whole paper."""
    yield from opening(paper, about, TITLE)
    table, files = Table(paper, _COLUMNS, height=11), [file for file in parts if file.data is not None]
    for number, file in enumerate(files, start=1):
        yield table.row([number, str(file.part.title), file.part.file, figure(file.part.rows), _grouped(file.digest)])
    yield space(3)
    yield words(paper, CHECK.format(manifest=MANIFEST), after=4)
    missing = [file.part for file in parts if file.data is None]
    lacking = Table(paper, _MISSING)
    for part in missing:
        yield lacking.row([str(part.title), str(part.missing), str(part.remedy or "")])


def _grouped(digest: str) -> str:
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
