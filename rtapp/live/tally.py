"""The counts of a wave: villages add up to districts, districts to the wave, next to the numbers invited."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..events.standing import Tally, added, share_of


@dataclass(frozen=True)
class Count:
    """The number of heads of its wave who are present at a checkpoint, and of those on the wave's list."""

    checkpoint_id: int
    hadir: int
    roster: int

    @property
    def share(self) -> float | None:
        return share_of(self.hadir, self.roster)


@dataclass(frozen=True)
class VillageTally(Tally):
    """A village's heads; ``kind`` is desa or kelurahan."""

    code: str = ""
    name: str = ""
    kind: str = "desa"


@dataclass(frozen=True)
class DistrictTally(Tally):
    """A district's heads, with its villages by code; ``invited`` is None when no number was typed in."""

    code: str = ""
    name: str = ""
    villages: tuple[VillageTally, ...] = ()
    invited: int | None = None

    @property
    def difference(self) -> int | None:
        """The number on the list minus the number invited; None when no number was typed in."""
        return None if self.invited is None else self.roster - self.invited


@dataclass(frozen=True)
class Counts(Tally):
    """Everything counted at a checkpoint; ``invited_by`` is the origin of ``invited``: "invitation" or "roster".

    ``other_wave`` counts heads of other waves (or of none) present here, ``guests`` all who are no heads: neither is
    part of the list or its percentage.
    """

    checkpoint_id: int = 0
    districts: tuple[DistrictTally, ...] = ()
    invited: int = 0
    invited_by: str = "roster"
    other_wave: int = 0
    guests: int = 0

    @property
    def difference(self) -> int:
        """The number on the list minus the number invited; negative when heads are lacking."""
        return self.roster - self.invited

    @property
    def share_of_invited(self) -> float | None:
        return share_of(self.hadir, self.invited)


def district_of(code: str, name: str, villages: Sequence[VillageTally], invited: int | None = None) -> DistrictTally:
    """Return a district with the sum of its villages."""
    return DistrictTally(added(villages), code, name, tuple(villages), invited)


def counts_of(checkpoint_id: int, districts: Sequence[DistrictTally], other_wave: int = 0, guests: int = 0) -> Counts:
    """Return the sum of the districts of a checkpoint, and of the numbers invited if any was typed in."""
    total = Tally(added(districts))
    typed = [district.invited for district in districts if district.invited is not None]
    invited, source = (sum(typed), "invitation") if typed else (total.roster, "roster")
    return Counts(total.of, checkpoint_id, tuple(districts), invited, source, other_wave, guests)
