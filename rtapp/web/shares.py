"""Places that many want and nobody may take more of than a share."""

import ipaddress
from collections import Counter
from threading import Lock


class Shares:
    """Places in use, by who uses them: ``most`` in all, where there is such a number, and ``share`` for each."""

    def __init__(self, share: int, most: int | None = None) -> None:
        self._share, self._most = share, most
        self._taken: Counter[str] = Counter()
        self._all = 0
        self._lock = Lock()

    def take(self, who: str) -> bool:
        """Take a place and return True, False when there is none."""
        with self._lock:
            if self._taken[who] >= self._share or (self._most is not None and self._all >= self._most):
                return False
            self._taken[who] += 1
            self._all += 1
            return True

    def give_back(self, who: str) -> None:
        """Give a place back."""
        with self._lock:
            self._all -= 1
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]


def neighbourhood(address: str) -> str:
    """Return the owner of an address's share: itself, or its /64 network in IPv6, where a phone has many addresses."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else address
