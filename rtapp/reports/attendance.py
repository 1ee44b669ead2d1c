"""Daftar hadir: its people and their state, its parts, and the digest that ties a print to the record."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby

from .. import clock
from ..events.waves import numeral
from ..refusals import Reason, reason

PARTS = ("district", "village", "")
"""What a new page may begin with; the last: nothing."""

WORDS = {
    word.code: word
    for word in (
        reason("hadir", "Hadir"),
        reason("diwakili", "Diwakili"),
        reason("gelombang_lain", "Gelombang lain"),
        reason("izin", "Izin"),
        reason("sakit", "Sakit"),
        reason("dinas", "Dinas"),
        reason("tanpa_keterangan", "Tanpa keterangan"),
        reason("belum", "Belum hadir"),
    )
}
MARK = 32
"""How many characters of the two digests a filled list bears: both stand on one line, and nobody finds another list."""

ELSEWHERE = str(reason("apart", "Tamu dan peserta di luar daftar gelombang ini"))


@dataclass(frozen=True)
class RollLine:
    """One person of a list: ``state`` as of WORDS, ``at`` when they came.

    ``wave`` is where somebody came instead (gelombang_lain), or whose list somebody ``apart`` is on; 0 for none.
    ``person`` is the participant's id, which no paper shows.
    """

    name: str
    title: str
    village: str
    district: str
    state: str = "belum"
    at: datetime | None = None
    substitute: str = ""
    wave: int = 0
    apart: bool = False
    person: int = 0

    @property
    def address(self) -> str:
        return ", ".join(filter(None, (self.village, f"Kec. {self.district}" if self.district else "")))

    @property
    def remarks(self) -> tuple[Reason, ...]:
        """Return the remarks on a person in the filled list: "Diwakili oleh …", "Hadir di Gelombang II", "Izin"."""
        if self.state == "gelombang_lain":
            return (reason("elsewhere", "Hadir di Gelombang %(numeral)s", numeral=numeral(self.wave)),)
        remark = WORDS[self.state]
        if self.state == "diwakili" and self.substitute:
            remark = reason("instead", "Diwakili oleh %(name)s", name=self.substitute)
        return (remark, reason("wave", "Gelombang %(numeral)s", numeral=numeral(self.wave))) if self.wave else (remark,)

    @property
    def remark(self) -> str:
        """Return the remarks as the paper prints them."""
        return " · ".join(map(str, self.remarks))


@dataclass(frozen=True)
class Roll:
    """The attendance list of a checkpoint, ``blank`` for signing or filled in from the record.

    ``chain`` is the head of the audit trail when the list was read.
    """

    wave: int
    point_id: int
    point: str
    blank: bool
    lines: tuple[RollLine, ...]
    chain: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the list's content in hexadecimal; the same for PDF and XLSX on any paper."""
        people = [
            [line.name, line.title, line.address, line.remark, clock.iso(line.at) if line.at else "", line.apart]
            for line in self.lines
        ]
        content = [self.wave, self.point_id, self.point, self.blank, people]
        return sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of people per state of WORDS, those ``apart`` counted separately, zeros left out."""
        states = [line.state for line in self.lines if not line.apart]
        totals = {state: states.count(state) for state in WORDS} | {"apart": len(self.lines) - len(states)}
        return {state: count for state, count in totals.items() if count}

    @property
    def listed(self) -> int:
        """Return the number of people on the list, without those ``apart``."""
        return sum(not line.apart for line in self.lines)

    @property
    def marks(self) -> Sequence[str]:
        """Return the codes that tie a filled print to the record; a blank print bears a code of its own."""
        return () if self.blank else (f"Kode isi {self.digest[:MARK]}", f"Kode jejak {self.chain[:MARK]}")


def code_of(roll: Roll, paper: str, rows: Sequence[Sequence[int]]) -> str:
    """Return the SHA-256 of a list to be signed and of the row numbers on each page, in hexadecimal."""
    return sha256(json.dumps([roll.digest, paper, rows], separators=(",", ":")).encode()).hexdigest()


def parts_of(lines: Sequence[RollLine], part: str) -> Iterator[tuple[str, list[tuple[int, RollLine]]]]:
    """Yield the parts of a list with their titles; the numbers run through all of them, those apart come last."""
    own = {"district": _district, "village": _village, "": lambda _line: ""}[part]
    numbered = enumerate(lines, start=1)
    for title, members in groupby(numbered, key=lambda pair: ELSEWHERE if pair[1].apart else own(pair[1])):
        yield title, list(members)


def summary(roll: Roll) -> str:
    """Return a sentence with the counts: "Di daftar 337: hadir 213 (sendiri 210, diwakili 3), belum hadir 124."."""
    words = {**{state: str(word).lower() for state, word in WORDS.items()}, "apart": "di luar daftar"}
    counts = dict(roll.counts)
    alone, instead = counts.pop("hadir", 0), counts.pop("diwakili", 0)
    phrases = [f"hadir {alone + instead} (sendiri {alone}, diwakili {instead})"] if alone + instead else []
    phrases += [f"{words[state]} {count}" for state, count in counts.items() if state != "apart"]
    beside = f", di luar daftar {counts['apart']}" if "apart" in counts else ""
    return f"Di daftar {roll.listed}: {', '.join(phrases)}{beside}." if roll.lines else "Jumlah 0."


def _district(line: RollLine) -> str:
    return f"Kecamatan {line.district}" if line.district else "Tanpa wilayah"


def _village(line: RollLine) -> str:
    return f"{line.village} · Kecamatan {line.district}" if line.village else "Tanpa wilayah"
