"""What a count says: who is present, of how many, and who stands beside the percentage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..checkin.absences import ABSENCES


def share(part: int, whole: int) -> float | None:
    """Return ``part`` of ``whole``: 1 and more when more came than were expected, None when nobody was."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Count:
    """How many heads of its wave are present at a checkpoint, and how many were invited.

    ``invited_by`` says where ``invited`` is from: the wave's "invitation" if it has one, else its "roster".
    """

    checkpoint_id: int
    hadir: int
    invited: int
    invited_by: str

    @property
    def share(self) -> float | None:
        return share(self.hadir, self.invited)


@dataclass(frozen=True)
class VillageTally:
    """A village's heads; expected are those on the list. ``kind`` is desa or kelurahan."""

    code: str
    name: str
    kind: str
    present: int
    expected: int
    represented: int = 0
    elsewhere: int = 0
    absent: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        return share(self.present, self.expected)

    @property
    def belum(self) -> int:
        return max(0, self.expected - self.present - self.elsewhere - sum(self.absent.values()))


@dataclass(frozen=True)
class DistrictTally:
    """A district's heads; expected are those invited. Its villages in the order of their codes."""

    code: str
    name: str
    present: int
    expected: int
    villages: tuple[VillageTally, ...]

    @property
    def share(self) -> float | None:
        return share(self.present, self.expected)

    @property
    def represented(self) -> int:
        return sum(village.represented for village in self.villages)

    @property
    def elsewhere(self) -> int:
        return sum(village.elsewhere for village in self.villages)

    @property
    def absent(self) -> Mapping[str, int]:
        return absent_in(self.villages)

    @property
    def belum(self) -> int:
        return max(0, self.expected - self.present - self.elsewhere - sum(self.absent.values()))


@dataclass(frozen=True)
class Counts(Count):
    """Everything counted at a checkpoint.

    ``hadir`` holds the ``diwakili``. ``elsewhere`` are heads of this wave who registered at another one,
    neither hadir nor belum. ``other_wave`` are heads of other waves (or of none) present here, ``guests`` all
    who are no heads: both outside the percentage. ``roster`` is how many heads the wave's list holds.
    ``absent`` counts by kind who will not come, as noted; who came all the same is hadir.
    """

    diwakili: int
    elsewhere: int
    other_wave: int
    guests: int
    roster: int
    districts: tuple[DistrictTally, ...]
    absent: Mapping[str, int] = field(default_factory=dict)

    @property
    def belum(self) -> int:
        """Who may still come: hadir + belum + elsewhere + absent = invited, unless more came than were invited."""
        return max(0, self.invited - self.hadir - self.elsewhere - sum(self.absent.values()))


def absent_in(places: Iterable[Any]) -> dict[str, int]:
    """Return how many are absent in ``places``, by kind, every kind named."""
    places = list(places)
    return {kind: sum(place.absent.get(kind, 0) for place in places) for kind in ABSENCES}
