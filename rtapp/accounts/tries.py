"""How often a password may be tried: a sliding window for each account and address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """At most ``most`` tries within a time, for one account from one address: a hall behind one is never locked out."""

    most: int
    within: timedelta

    def wait(self, tries: Sequence[datetime], now: datetime) -> timedelta | None:
        """Return how long the next try must wait after those that were ``tries``, oldest first; None when it need not.

        Tries of a moment to come were made before the clock was set back: they hold nobody up.
        """
        recent = [at for at in tries if now - self.within < at <= now][-self.most :]
        return recent[0] + self.within - now if len(recent) == self.most else None


def minutes(wait: timedelta) -> int:
    """Return a wait in whole minutes, at least one."""
    return -(-int(wait.total_seconds()) // 60) or 1


PASSWORD_LIMIT = Limit(10, timedelta(minutes=5))
PIN_LIMIT = Limit(5, timedelta(minutes=15))
