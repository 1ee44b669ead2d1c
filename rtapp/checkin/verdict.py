"""The verdict on one scan, judged from the facts alone as a steward would."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """The outcomes of a scan; all are stored and shown, except TEST, the test card's, which is only shown."""

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
    """The way a scan was made."""

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
    """The facts a scan is judged by; ``home_wave`` is None for a person in no wave.

    ``represented``: the mark here is a substitute's. ``by_substitute``: a substitute is at the desk now. ``accepted``:
    a supervisor admits a person of another wave. ``meets``: the checkpoint's requirement is met.
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
    """Return the verdict on ``facts``, with objections in the order a steward would raise them."""
    if not facts.known:
        return Verdict.UNKNOWN
    if facts.revoked:  # even if its holder is archived: a former head's card leads to the present head
        return Verdict.REVOKED
    if facts.archived:
        return Verdict.ARCHIVED
    if not facts.open:
        return Verdict.NOT_OPEN
    if facts.present and facts.represented != facts.by_substitute:
        return Verdict.CONFLICT
    if facts.present:  # a person once accepted from another wave is not questioned again
        return Verdict.ALREADY
    if not facts.meets:
        return Verdict.NOT_OPEN
    if is_of_other_wave(facts) and not facts.accepted:
        return Verdict.OTHER_WAVE
    return Verdict.REPRESENTED if facts.by_substitute else Verdict.WELCOME


def is_of_other_wave(facts: Facts) -> bool:
    """Say whether the person is expected at another wave; guests, speakers and committee without a wave are not."""
    if facts.home_wave is None:
        return facts.has_seat
    return facts.home_wave != facts.wave


def is_open(
    now: datetime, opens_at: datetime | None, closes_at: datetime | None, wave_closed_at: datetime | None = None
) -> bool:
    """Say whether a checkpoint takes scans at ``now``: within the bounds that are set, and before the wave closed."""
    if wave_closed_at is not None and now >= wave_closed_at:
        return False
    return (opens_at is None or now >= opens_at) and (closes_at is None or now < closes_at)
