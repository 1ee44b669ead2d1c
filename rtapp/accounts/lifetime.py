"""How long a device may record: until it is revoked, its waves close or its last day ends."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Life(StrEnum):
    """Where a device stands between being added and being over."""

    WAITING = "waiting"  # added, no browser or program has used it yet
    ACTIVE = "active"
    ENDED = "ended"
    REVOKED = "revoked"

    @property
    def is_over(self) -> bool:
        """Say whether the device may no longer do anything."""
        return self in (Life.ENDED, Life.REVOKED)


def life_of(
    revoked_at: datetime | None,
    expires_at: datetime,
    closings: Iterable[datetime | None],
    used_at: datetime | None,
    *,
    now: datetime,
) -> Life:
    """Return where a device stands at ``now``; ``closings``: when each checkpoint's wave was closed.

    One open wave is enough: a desk that serves two waves goes on when the first is closed.
    """
    if revoked_at:
        return Life.REVOKED
    if expires_at <= now or all(closings):
        return Life.ENDED
    return Life.ACTIVE if used_at else Life.WAITING


def last_day(expires_at: datetime | None) -> datetime | None:
    """Return a moment of the last day before ``expires_at``, which is a midnight: that is the day to name."""
    first = datetime.min.replace(tzinfo=UTC)  # the first midnight of all has no day before it
    return expires_at and max(expires_at, first + timedelta(seconds=1)) - timedelta(seconds=1)
