"""Berita acara pemusnahan: what was erased, by whom and when, to be signed."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from .. import clock
from ..documents.pdf import Document
from .retention import KINDS

_SIDE, _TOP, _SIZE, _LINE = 25.0, 25.0, 4.0, 6.4


@dataclass(frozen=True)
class Minutes:
    """What a berita acara says: of which event, when, by whom, counts by kind, copies elsewhere, the chain code."""

    event: str
    organiser: str
    zone: str
    at: datetime
    actor: str
    counts: dict[str, int]
    elsewhere: list[str]
    line: int
    chain: str
    files: list[str] = field(default_factory=list)


def minutes_paper(told: Minutes, paper: str, fonts: Path) -> bytes:
    """Return the berita acara as a PDF on ``paper``; FileNotFoundError names a missing font."""
    pen = Document(paper, fonts, "Berita acara pemusnahan data pribadi", invariant=True)
    middle = pen.width / 2
    pen.text(middle, _TOP, "BERITA ACARA", "bold", 5.5, "middle")
    pen.text(middle, _TOP + 7, "PEMUSNAHAN DATA PRIBADI", "bold", 5.5, "middle")
    y = _paragraph(pen, _TOP + 16, told.event, "bold")
    at = f"{clock.day_text(clock.local(told.at, told.zone).date())} pukul {clock.clock_text(told.at, told.zone)}"
    at += f" {clock.zone_text(told.zone)}"
    sentence = f"Pada {at} telah dimusnahkan dari sistem registrasi, menurut masa simpan yang ditetapkan "
    sentence += "(Undang-Undang Nomor 27 Tahun 2022 tentang Pelindungan Data Pribadi), oleh "
    y = _paragraph(pen, y + 3, f"{sentence}{told.actor}:")
    y = _table(pen, y + 2, told.counts)
    if told.files:
        y = _paragraph(pen, y + 4, "Cadangan yang dihapus: " + ", ".join(told.files) + ".")
    if told.elsewhere:
        y = _paragraph(pen, y + 4, "Salinan di luar komputer peladen, dimusnahkan tersendiri:")
        for copy in told.elsewhere:
            y = _paragraph(pen, y, f"•  {copy}")
    chain = f"Tercatat di jejak sistem sebagai baris {told.line}, kode rantai {told.chain[:12]}."
    y = _paragraph(pen, y + 4, f"Jumlah kehadiran dan keutuhan jejak tidak berubah. {chain}")
    _signatures(pen, y + 14, told)
    return pen.finish()


def _paragraph(pen: Document, top: float, words: str, face: str = "regular") -> float:
    text = pen.fit(words, face, pen.width - 2 * _SIDE, largest=_SIZE, smallest=2.6, lines=12, height=80)
    return pen.write(_SIDE, top, text, face) + 1.5


def _table(pen: Document, top: float, counts: dict[str, int]) -> float:
    right = pen.width - _SIDE
    for words in KINDS:
        if counts.get(words.code):
            pen.line(_SIDE, top, right, top, 0.15)
            pen.text(_SIDE + 2, top + 5, words.sentence, "regular", _SIZE)
            number = f"{counts[words.code]:,}".replace(",", ".")
            pen.text(right - 2, top + 5, number, "regular", _SIZE, "right")
            top += 7.5
    pen.line(_SIDE, top, right, top, 0.15)
    return top


def _signatures(pen: Document, top: float, told: Minutes) -> None:
    day = clock.day_text(clock.local(told.at, told.zone).date()).split(", ")[1]
    left, right = _SIDE + 35, pen.width - _SIDE - 35
    pen.text(right, top, day, "regular", _SIZE, "middle")
    for x, title in ((left, "Mengetahui,"), (right, "Yang memusnahkan,")):
        pen.text(x, top + _LINE, title, "regular", _SIZE, "middle")
        pen.line(x - 30, top + 34, x + 30, top + 34, 0.2)
    name = pen.fit(told.actor, "regular", 60, largest=_SIZE, smallest=2.5)
    pen.write(right, top + 28, name, "regular", "middle")
