"""The tries at passwords and PINs, in a small file beside the database: all processes of a server count together.

Not in the database itself: whoever guesses must not make scans wait for the disk. A flood of names pushes nobody out,
for a try is forgotten with its time alone, and how many there are is bounded by the work on each of them. The file
names no account: what stands in it is a digest with the key of the instance.
"""

import hashlib
import hmac
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from .. import config
from .tries import Limit

log = logging.getLogger(__name__)
Result = TypeVar("Result")
PATIENCE = 5  # seconds that another process may take
_TABLE = "CREATE TABLE IF NOT EXISTS tried (who TEXT NOT NULL, at REAL NOT NULL, until REAL NOT NULL)"
_INDEX = "CREATE INDEX IF NOT EXISTS tried_who ON tried (who)"


class Tries:
    """The latest tries of one kind; each is noted before the password is checked, so parallel tries count too."""

    def __init__(self, file: Path, key: str, kind: str, limit: Limit) -> None:
        self._file, self._key, self._kind, self._limit = file, key.encode(), kind, limit

    def admit(self, account: str, address: str, now: datetime) -> timedelta | None:
        """Note a try and return None; where there were too many note nothing and return how long to wait."""
        who, moment = self._digest(account, address), now.timestamp()

        def note(file: sqlite3.Connection) -> timedelta | None:
            file.execute("DELETE FROM tried WHERE until <= ?", (moment,))
            rows = file.execute("SELECT at FROM tried WHERE who = ? ORDER BY at", (who,)).fetchall()
            wait = self._limit.wait([datetime.fromtimestamp(at, UTC) for (at,) in rows], now)
            if wait is None:
                until = moment + self._limit.within.total_seconds()
                file.execute("INSERT INTO tried VALUES (?, ?, ?)", (who, moment, until))
            return wait

        return self._change(note)

    def take_back(self, account: str, address: str) -> None:
        """Forget the latest try: nobody looked at its password."""
        who = self._digest(account, address)
        latest = "DELETE FROM tried WHERE rowid = (SELECT max(rowid) FROM tried WHERE who = ?)"
        self._change(lambda file: file.execute(latest, (who,)))

    def forget(self, account: str, address: str) -> None:
        """Forget the tries of somebody who got it right."""
        who = self._digest(account, address)
        self._change(lambda file: file.execute("DELETE FROM tried WHERE who = ?", (who,)))

    def _digest(self, account: str, address: str) -> str:
        return hmac.new(self._key, f"{self._kind}\n{account}\n{address}".encode(), hashlib.sha256).hexdigest()[:32]

    def _change(self, do: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """Run ``do`` in a transaction and return its result; None when the file is unusable, as on a full disk."""
        try:
            config.make_private(self._file)
            with closing(sqlite3.connect(self._file, timeout=PATIENCE, isolation_level=None)) as file:
                file.execute("PRAGMA synchronous=OFF")  # after a power cut everybody may try anew
                file.execute("BEGIN IMMEDIATE")
                file.execute(_TABLE)
                file.execute(_INDEX)
                done = do(file)
                file.execute("COMMIT")
                return done
        except sqlite3.OperationalError:
            log.warning("a try cannot be counted", exc_info=True)
        except (sqlite3.DatabaseError, OSError):  # no database any more, after a power cut perhaps
            log.warning("the tries so far are lost", exc_info=True)
            self._file.unlink(missing_ok=True)
        return None
