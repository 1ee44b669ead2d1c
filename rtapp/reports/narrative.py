"""Laporan kegiatan: what the office reports of a wave, all figures of it from the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..live.tally import Counts
from .certificate_layout import Material
from .recap import ABSENT, Recap


@dataclass(frozen=True)
class Narrative:
    """The content of a wave's report: recap, agenda, first and last arrival, transport money.

    ``paid`` is (people, net in rupiah) of the transport list, None where no amount is set.
    """

    recap: Recap
    materials: Sequence[Material]
    first: datetime | None = None
    last: datetime | None = None
    paid: tuple[int, int] | None = None


@dataclass(frozen=True)
class Share:
    """A line of the table of participants: a district or the sum."""

    name: str
    cells: tuple[int, ...]


HEAD = ("Kecamatan", "Di daftar", "Hadir sendiri", "Diwakili", "Gelombang lain", "Tidak hadir", "Belum tercatat")


def shares(counts: Counts) -> list[Share]:
    """Return the participants per district and in sum: each line adds up to «Di daftar»."""
    lines = [(f"Kecamatan {line.name}", line) for line in counts.districts]
    return [
        Share(name, (line.roster, line.sendiri, line.diwakili, line.elsewhere, sum(line.absent.values()), line.belum))
        for name, line in [*lines, ("Jumlah", counts)]
    ]


def absences(counts: Counts) -> str:
    """Return who did not come, by kind: "6 orang tidak hadir: 2 izin, 4 sakit."."""
    kinds = {kind: count for kind, count in counts.absent.items() if count}
    if not kinds:
        return "Tidak ada ketidakhadiran yang dicatat dengan keterangan."
    words = {**ABSENT, "tanpa_keterangan": "tanpa keterangan"}
    details = ", ".join(f"{count} {words[kind].lower()}" for kind, count in kinds.items())
    return f"{sum(kinds.values())} orang tidak hadir: {details}."
