"""The recap of a wave: who was expected and came, per district and village, and when they arrived."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..events.standing import Tally
from ..live.tally import Counts
from .transport import village_of

ABSENT = {"izin": "Izin", "sakit": "Sakit", "dinas": "Dinas", "tanpa_keterangan": "Tanpa ket."}
STATES = ("Sendiri", "Diwakili", "Gel. lain", *ABSENT.values(), "Belum")
"""The columns that add up to «Di daftar»; «Hadir» behind them is sendiri + diwakili, as a share of the list."""

HEAD = ("Kecamatan / desa", *STATES, "Di daftar", "Hadir", "%")


@dataclass(frozen=True)
class Recap:
    """The recap of a wave: ``counts`` (None without a registration), arrivals as ``bars`` of ``step`` minutes."""

    number: int
    day: date
    venue: str
    counts: Counts | None
    step: int
    bars: Sequence[tuple[datetime, int]]

    @property
    def busiest(self) -> tuple[datetime, datetime, int] | None:
        """Return the start, end and arrivals of the busiest bar; None where nobody arrived."""
        if not self.bars:
            return None
        at, count = max(self.bars, key=lambda bar: bar[1])
        return at, at + timedelta(minutes=self.step), count


@dataclass(frozen=True)
class RecapRow:
    """One line: ``level`` kecamatan, desa or jumlah; ``cells`` for the columns of HEAD after the name, a share last."""

    level: str
    name: str
    cells: tuple[int | float | None, ...]


def rows(counts: Counts) -> Iterator[RecapRow]:
    """Yield each district followed by its villages, and the sum at the end."""
    for district in counts.districts:
        yield RecapRow("kecamatan", f"Kecamatan {district.name}", _cells(district))
        for village in district.villages:
            yield RecapRow("desa", village_of(village.name, village.kind), _cells(village))
    yield RecapRow("jumlah", "Jumlah", _cells(counts))


@dataclass(frozen=True)
class InvitationCount:
    """How many of a district were invited by letter, beside how many are on its list."""

    name: str
    invited: int
    listed: int

    @property
    def difference(self) -> str:
        """Return how the list differs from the letter, in words."""
        return difference_text(self.listed - self.invited)


def invited_beside_listed(counts: Counts) -> list[InvitationCount]:
    """Return the numbers invited beside the lists, per district and in sum; none where no number was typed in."""
    if counts.invited_by != "invitation":
        return []
    districts = [
        InvitationCount(f"Kecamatan {district.name}", district.invited or 0, district.roster)
        for district in counts.districts
    ]
    return [*districts, InvitationCount("Jumlah", counts.invited, counts.roster)]


def difference_text(difference: int) -> str:
    """Return how many more or fewer than invited are on the list, in words."""
    return f"lebih {difference}" if difference > 0 else f"kurang {-difference}" if difference else "sama"


def share_text(value: float | None) -> str:
    """Return a share as "98,4%", nothing where nobody was expected."""
    return "" if value is None else f"{value * 100:.1f}".replace(".", ",") + "%"


def _cells(tally: Tally) -> tuple[int | float | None, ...]:
    states = (tally.sendiri, tally.diwakili, tally.elsewhere, *tally.absent.values(), tally.belum)
    return (*states, tally.roster, tally.hadir, tally.share)
