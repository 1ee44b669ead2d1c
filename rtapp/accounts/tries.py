"""How often a password may be tried: a sliding window for each account and address, in memory and bounded."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock


class Tries:
    """The latest tries by account and address: a whole hall behind one address is never locked out."""

    def __init__(self, most: int = 10, within: timedelta = timedelta(minutes=5), remembered: int = 5_000) -> None:
        self._most, self._within, self._remembered = most, within, remembered
        self._made: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def admit(self, account: str, address: str, now: datetime) -> timedelta | None:
        """Note a try and return None; with the window full note nothing and return how long to wait.

        A try is noted before the password is looked at, so that many at once are no way round.
        """
        with self._lock:
            made = self._made.setdefault((account, address), deque(maxlen=self._most))
            self._made.move_to_end((account, address))
            if len(self._made) > self._remembered:
                self._made.popitem(last=False)
            set_back = made and made[-1] > now  # the clock was; what it said before holds nobody up
            if len(made) == self._most and not set_back and now - made[0] < self._within:
                return made[0] + self._within - now
            made.append(now)
            return None

    def forget(self, account: str, address: str) -> None:
        """Forget the tries of somebody who got it right."""
        with self._lock:
            self._made.pop((account, address), None)
