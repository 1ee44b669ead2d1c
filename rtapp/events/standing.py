"""Where one head stands in a wave, and how heads add up: the rule behind every number that is shown or printed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """The one state of a head in a wave; who is on its list has exactly one of them."""

    HADIR = "hadir"  # came in person
    DIWAKILI = "diwakili"
    GELOMBANG_LAIN = "gelombang_lain"  # was present at another wave
    IZIN = "izin"
    SAKIT = "sakit"
    DINAS = "dinas"
    TANPA_KETERANGAN = "tanpa_keterangan"
    BELUM = "belum"


# The kinds of absence that can be noted, in the order in which they are counted and shown.
ABSENCES = tuple(map(str, (Standing.IZIN, Standing.SAKIT, Standing.DINAS, Standing.TANPA_KETERANGAN)))


def standing_of(mode: str | None, away: int | None, absence: str | None) -> Standing:
    """Return where a head stands: a mark here beats one elsewhere, and both beat what was noted.

    ``mode`` is that of the mark here, sendiri or diwakili; ``away`` the number of another wave where they were marked;
    ``absence`` one of ABSENCES; each None where there is none.
    """
    if mode is not None:
        return Standing.DIWAKILI if mode == "diwakili" else Standing.HADIR
    if away is not None:
        return Standing.GELOMBANG_LAIN
    return Standing(absence) if absence else Standing.BELUM


@dataclass(frozen=True)
class Tally:
    """How many heads stand where: sendiri + diwakili + elsewhere + absent + belum = roster, for any set of heads."""

    of: Mapping[Standing, int] = field(default_factory=dict)

    @property
    def sendiri(self) -> int:
        return self.of.get(Standing.HADIR, 0)

    @property
    def diwakili(self) -> int:
        return self.of.get(Standing.DIWAKILI, 0)

    @property
    def hadir(self) -> int:
        """Whoever is present: in person or by a substitute."""
        return self.sendiri + self.diwakili

    @property
    def elsewhere(self) -> int:
        return self.of.get(Standing.GELOMBANG_LAIN, 0)

    @property
    def absent(self) -> dict[str, int]:
        """Who will not come, by kind, every kind named."""
        return {kind: self.of.get(Standing(kind), 0) for kind in ABSENCES}

    @property
    def belum(self) -> int:
        return self.of.get(Standing.BELUM, 0)

    @property
    def roster(self) -> int:
        """How many heads are on the list."""
        return sum(self.of.values())

    @property
    def share(self) -> float | None:
        """The part of the list that is present; None where nobody is on it."""
        return share_of(self.hadir, self.roster)


def added(tallies: Iterable[Tally]) -> dict[Standing, int]:
    """Return how many stand where in all of ``tallies`` together."""
    total: Counter[Standing] = Counter()
    for tally in tallies:
        total.update(tally.of)
    return dict(total)


def share_of(part: int, whole: int) -> float | None:
    """Return ``part`` of ``whole``, None where there is no whole."""
    return part / whole if whole else None
