"""What a count says: who is present, of how many, and who stands beside the percentage."""

from dataclasses import dataclass


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

    @property
    def share(self) -> float | None:
        return share(self.present, self.expected)


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


@dataclass(frozen=True)
class Counts(Count):
    """Everything counted at a checkpoint.

    ``hadir`` holds the ``diwakili``. ``elsewhere`` are heads of this wave who registered at another one,
    neither hadir nor belum. ``other_wave`` are heads of other waves (or of none) present here, ``guests`` all
    who are no heads: both outside the percentage. ``roster`` is how many heads the wave's list holds.
    """

    diwakili: int
    elsewhere: int
    other_wave: int
    guests: int
    roster: int
    districts: tuple[DistrictTally, ...]

    @property
    def belum(self) -> int:
        """Who has not come yet: hadir + belum + elsewhere = invited, unless more came than were invited."""
        return max(0, self.invited - self.hadir - self.elsewhere)
