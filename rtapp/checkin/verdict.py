"""The verdict: what a steward would say about one scan, from the facts alone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """Every outcome of a scan; each is stored and shown, but for TEST, the test card's, which is shown alone."""

    WELCOME = "WELCOME"
    REPRESENTED = "REPRESENTED"
    ALREADY = "ALREADY"
    OTHER_WAVE = "OTHER_WAVE"
    NOT_OPEN = "NOT_OPEN"
    REVOKED = "REVOKED"
    ARCHIVED = "ARCHIVED"
    UNKNOWN = "UNKNOWN"
    CONFLICT = "CONFLICT"
    TEST = "TEST"


class Source(StrEnum):
    """The door a scan came through."""

    NATIVE = "native"
    WEDGE = "wedge"
    CAMERA = "camera"
    PHOTO = "photo"
    SEARCH = "search"
    SHORT_CODE = "short_code"
    BATCH = "batch"
    PAPER = "paper"
    OFFLINE = "offline"


@dataclass(frozen=True)
class Facts:
    """What is known when a scan is judged; ``home_wave`` is None for somebody in no wave.

    ``represented``: who is present here is a substitute. ``by_substitute``: a substitute stands at the desk.
    ``accepted``: a person has decided to take somebody of another wave. ``meets``: what the checkpoint requires holds.
    """

    known: bool
    archived: bool = False
    revoked: bool = False
    present: bool = False
    represented: bool = False
    by_substitute: bool = False
    accepted: bool = False
    meets: bool = True
    open: bool = True
    has_seat: bool = True
    home_wave: int | None = None
    wave: int | None = None


def judge(facts: Facts) -> Verdict:
    """Return the verdict on ``facts``, objections in the order a steward would make them."""
    if not facts.known:
        return Verdict.UNKNOWN
    if facts.revoked:  # also when its holder is archived: a former head's card leads to the present one
        return Verdict.REVOKED
    if facts.archived:
        return Verdict.ARCHIVED
    if not facts.open:
        return Verdict.NOT_OPEN
    if facts.present and facts.represented != facts.by_substitute:
        return Verdict.CONFLICT
    if facts.present:  # somebody once accepted from another wave is not asked about it again
        return Verdict.ALREADY
    if not facts.meets:
        return Verdict.NOT_OPEN
    if is_of_other_wave(facts) and not facts.accepted:
        return Verdict.OTHER_WAVE
    return Verdict.REPRESENTED if facts.by_substitute else Verdict.WELCOME


def is_of_other_wave(facts: Facts) -> bool:
    """Say whether the person is expected elsewhere; guests, speakers and committee without a wave are not."""
    if facts.home_wave is None:
        return facts.has_seat
    return facts.home_wave != facts.wave


def is_open(
    now: datetime,
    opens_at: datetime | None,
    closes_at: datetime | None,
    wave_closed_at: datetime | None = None,
) -> bool:
    """Say whether a checkpoint takes scans at ``now``; a missing bound is no bound, a closed wave takes none."""
    if wave_closed_at is not None and now >= wave_closed_at:
        return False
    return (opens_at is None or now >= opens_at) and (closes_at is None or now < closes_at)
