"""Berita acara pemusnahan: what was erased, by whom and when, to be signed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..documents.flow import Block, Paper, draw, pages_of, space, words
from ..documents.tables import Column, Table, figure
from ..settings.letter import About, opening, signatures
from .retention import KINDS

TITLE = "Berita acara pemusnahan data pribadi"


@dataclass(frozen=True)
class Minutes:
    """What a berita acara says: who erased and when, counts by kind, files and copies elsewhere, the line it is."""

    actor: str
    moment: str
    counts: dict[str, int]
    files: Sequence[str]
    elsewhere: Sequence[str]
    line: int
    chain: str


def minutes_paper(minutes: Minutes, about: About, paper: str, fonts: Path) -> bytes:
    """Return the berita acara as a PDF on ``paper``; FileNotFoundError names a missing font."""
    from ..documents.pdf import Document  # here: a server that prints nothing need not carry reportlab

    document = Document(paper, fonts, TITLE, about.organiser, about.made_at)
    draw(document, pages_of(document, _blocks(document, minutes, about)), about.margins(TITLE))
    return document.finish()


def _blocks(page: Paper, minutes: Minutes, about: About) -> Iterator[Block]:
    yield from opening(page, about, TITLE)
    law = "Undang-Undang Nomor 27 Tahun 2022 tentang Pelindungan Data Pribadi"
    sentence = f"Pada hari {minutes.moment} telah dimusnahkan dari sistem registrasi kegiatan ini oleh "
    sentence += f"{minutes.actor}, menurut masa simpan yang ditetapkan ({law}):"
    yield words(page, sentence, after=3)
    table = Table(page, (Column("No", 12, "middle"), Column("Yang dimusnahkan"), Column("Jumlah", 30, "right")))
    taken = [kind for kind in KINDS if minutes.counts.get(kind.code)]
    for number, kind in enumerate(taken, start=1):
        yield table.row((number, kind.sentence, figure(minutes.counts[kind.code])))
    yield space(4)
    if minutes.files:
        yield words(page, f"Berkas yang ikut dihapus: {', '.join(minutes.files)}.", after=3)
    if minutes.elsewhere:
        yield words(page, "Salinan di luar komputer server, dimusnahkan tersendiri:", after=1, joined=True)
        for copy in minutes.elsewhere:
            yield words(page, f"•  {copy}", after=1)
        yield space(2)
    chain = f"baris {minutes.line}, kode jejak {minutes.chain[:12]}"
    yield words(page, f"Jumlah kehadiran dan keutuhan jejak tidak berubah. Tercatat di jejak sistem: {chain}.", after=3)
    yield from signatures(page, about, "erasure")
