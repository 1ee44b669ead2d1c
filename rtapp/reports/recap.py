"""The recap of a wave: who was expected and came, per district and village, and when they arrived."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ..checkin.absences import ABSENCES
from ..live.tally import Counts, share

ABSENT = {"izin": "Izin", "sakit": "Sakit", "dinas": "Dinas", "tanpa_keterangan": "Tanpa ket."}
HEAD = ("Kecamatan / desa", "Diundang", "Hadir", "Diwakili", "Gel. lain", *ABSENT.values(), "Belum", "%")


@dataclass(frozen=True)
class Recap:
    """What the paper says of a wave: ``counts`` (None without a registration), ``bars`` of ``step`` minutes each."""

    number: int
    day: date
    venue: str
    counts: Counts | None
    step: int
    bars: Sequence[tuple[datetime, int]]

    @property
    def busiest(self) -> tuple[datetime, datetime, int] | None:
        """Return from when till when most arrived, and how many; None where nobody did."""
        if not self.bars:
            return None
        at, count = max(self.bars, key=lambda bar: bar[1])
        return at, at + timedelta(minutes=self.step), count


@dataclass(frozen=True)
class Row:
    """One line: ``level`` kecamatan, desa or jumlah; ``cells`` as of HEAD behind the name, the last one a share."""

    level: str
    name: str
    cells: tuple[int | float | None, ...]


def rows(counts: Counts) -> Iterator[Row]:
    """Yield each district followed by its villages, and the sum at last."""
    for district in counts.districts:
        yield Row("kecamatan", f"Kecamatan {district.name}", _cells(district, district.expected, district.present))
        for village in district.villages:
            name = f"{'Kelurahan' if village.kind == 'kelurahan' else 'Desa'} {village.name}"
            yield Row("desa", name, _cells(village, village.expected, village.present))
    yield Row("jumlah", "Jumlah", _cells(counts, counts.invited, counts.hadir))


def share_text(value: float | None) -> str:
    """Return a share as "98,4%", nothing where nobody was expected."""
    return "" if value is None else f"{value * 100:.1f}".replace(".", ",") + "%"


def _cells(tally: Any, expected: int, present: int) -> tuple[int | float | None, ...]:
    represented = tally.diwakili if isinstance(tally, Counts) else tally.represented
    absent = (tally.absent.get(kind, 0) for kind in ABSENCES)
    return expected, present, represented, tally.elsewhere, *absent, tally.belum, share(present, expected)
