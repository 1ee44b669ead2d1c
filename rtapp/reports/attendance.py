"""Daftar hadir: who is on it, what is said of each, in which parts, and the digest by which a print is matched."""

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
        """Return what the filled list says of somebody: "Diwakili oleh …", "Hadir di Gelombang II", "Izin"."""
        if self.state == "gelombang_lain":
            return (reason("elsewhere", "Hadir di Gelombang %(numeral)s", numeral=numeral(self.wave)),)
        said = WORDS[self.state]
        if self.state == "diwakili" and self.substitute:
            said = reason("instead", "Diwakili oleh %(name)s", name=self.substitute)
        return (said, reason("wave", "Gelombang %(numeral)s", numeral=numeral(self.wave))) if self.wave else (said,)

    @property
    def remark(self) -> str:
        """Return the same as the paper says it."""
        return " · ".join(map(str, self.remarks))


@dataclass(frozen=True)
class Roll:
    """A list as it was read: of which checkpoint, ``blank`` to be signed or filled in from the record.

    ``chain`` is the head of the trail at that moment.
    """

    wave: int
    point_id: int
    point: str
    blank: bool
    lines: tuple[RollLine, ...]
    chain: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all that the list says, in hexadecimal; equal for PDF and XLSX on any paper."""
        people = [
            [one.name, one.title, one.address, one.remark, clock.iso(one.at) if one.at else "", one.apart]
            for one in self.lines
        ]
        said = [self.wave, self.point_id, self.point, self.blank, people]
        return sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        """Return how many there are of each state of WORDS, those ``apart`` by themselves; none of zero."""
        own = [one.state for one in self.lines if not one.apart]
        found = {state: own.count(state) for state in WORDS} | {"apart": len(self.lines) - len(own)}
        return {state: count for state, count in found.items() if count}

    @property
    def listed(self) -> int:
        """Return how many are on the list, without those ``apart``."""
        return sum(not one.apart for one in self.lines)

    @property
    def marks(self) -> Sequence[str]:
        """Return the words by which a filled print is matched with the record; a blank one bears a code."""
        return () if self.blank else (f"Kode isi {self.digest[:MARK]}", f"Kode jejak {self.chain[:MARK]}")


def code_of(roll: Roll, paper: str, rows: Sequence[Sequence[int]]) -> str:
    """Return the SHA-256 of a list to be signed and of which numbers stand on which page of it, in hexadecimal."""
    return sha256(json.dumps([roll.digest, paper, rows], separators=(",", ":")).encode()).hexdigest()


def parts_of(lines: Sequence[RollLine], part: str) -> Iterator[tuple[str, list[tuple[int, RollLine]]]]:
    """Yield the parts of a list with their titles; the numbers run through all of them, those apart come last."""
    own = {"district": _district, "village": _village, "": lambda _one: ""}[part]
    numbered = enumerate(lines, start=1)
    for title, found in groupby(numbered, key=lambda pair: ELSEWHERE if pair[1].apart else own(pair[1])):
        yield title, list(found)


def summary(roll: Roll) -> str:
    """Return how many of each there are: "Jumlah 337: hadir 210, diwakili 3, belum hadir 124."."""
    words = {**{state: str(word).lower() for state, word in WORDS.items()}, "apart": "di luar daftar"}
    counts = dict(roll.counts)
    alone, instead = counts.pop("hadir", 0), counts.pop("diwakili", 0)
    told = [f"hadir {alone + instead} (sendiri {alone}, diwakili {instead})"] if alone + instead else []
    told += [f"{words[state]} {count}" for state, count in counts.items() if state != "apart"]
    beside = f", di luar daftar {counts['apart']}" if "apart" in counts else ""
    return f"Di daftar {roll.listed}: {', '.join(told)}{beside}." if roll.lines else "Jumlah 0."


def _district(line: RollLine) -> str:
    return f"Kecamatan {line.district}" if line.district else "Tanpa wilayah"


def _village(line: RollLine) -> str:
    return f"{line.village} · Kecamatan {line.district}" if line.village else "Tanpa wilayah"
