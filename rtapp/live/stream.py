"""Live updates: a version that grows with every commit, texts rendered once for all viewers, streams that wait.

A stream holds a thread but no database connection while it waits. The text of a change is rendered once per process,
page and language, not once per viewer, and less often the longer that takes: scans come first. SQLite cannot notify,
so one thread reads ``PRAGMA data_version`` five times a second on a connection of its own, which shows commits by any
connection and process. PostgreSQL notifies: every writing transaction of any process does, and one thread listens.
Plain scans do not, because transactions that notify are written to disk one by one: the thread polls for new scans as
often as on SQLite.
"""

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

from sqlalchemy import URL

from ..db import CHANNEL

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15  # a closed page is noticed at the next write to it
LONGEST_SECONDS = 600  # after which a viewer out of reach has lost the place
CHECK_SECONDS = 5  # how often, while there is news, a stream checks that its viewer may still see it
LOOK_SECONDS = 0.2
POLL_SECONDS = 1.0
GAP_SECONDS = 0.4
SPREAD_SECONDS, TURNS = 0.2, 16  # in a rush, viewers get their news in turns within this time
RETRY_MS = 250  # a stream that ended is opened again at once; htmx doubles this while the server is away
NEXT_POLL_MS = 3500  # htmx adds up to 30 %: within 5 seconds
# Grows with every scan, even when one with a higher id was committed before.
_NEWEST = "SELECT sum(id) FROM (SELECT id FROM scan ORDER BY id DESC LIMIT 1000) AS newest"


class Changes:
    """The version of the watched data; ``announce`` increases it, ``wait`` sleeps until it has changed."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._version = 1
        self._ended = False

    @property
    def version(self) -> int:
        """The current version."""
        return self._version

    @property
    def ended(self) -> bool:
        """Whether the server is about to stop."""
        return self._ended

    def announce(self) -> None:
        """Tell all waiting threads that something has changed."""
        with self._moved:
            self._version += 1
            self._moved.notify_all()

    def end(self) -> None:
        """Tell all waiting threads that nothing more will come."""
        with self._moved:
            self._ended = True
            self._moved.notify_all()

    def wait(self, seen: int, timeout: float) -> int:
        """Return the version once it differs from ``seen``, or ``seen`` after ``timeout`` seconds or at the end."""
        with self._moved:
            self._moved.wait_for(lambda: self._version != seen or self._ended, timeout)
            return self._version


class Rendered(NamedTuple):
    """A text as lines of an event, its version, a tag of its content, and when it is due for rendering (monotonic)."""

    version: int
    lines: str
    tag: str
    due: float


class Texts:
    """The newest text for each key, rendered by the first thread that needs it; only one is rendered at a time."""

    def __init__(self, changes: Changes, gap: float = GAP_SECONDS) -> None:
        self.changes = changes
        self._gap = gap
        self._making = threading.Lock()
        self._made: dict[Hashable, Rendered] = {}

    def text(self, key: Hashable, make: Callable[[], str]) -> Rendered:
        """Return the text for ``key``, rendered again by ``make`` if something was committed since.

        Between two renderings there are at least 0.4 s and six times the duration of the last (except the first, which
        also loads its template): while changes come fast, the text may be of an earlier version.
        """
        rendered = self._made.get(key)
        if rendered is None or self._is_stale(rendered):
            with self._making:
                rendered = self._made.get(key)
                if rendered is None or self._is_stale(rendered):
                    rendered = self._made[key] = self._make(make, first=rendered is None)
        return rendered

    def rest(self, key: Hashable) -> float:
        """Return the seconds until the text for ``key`` may be rendered again."""
        rendered = self._made.get(key)
        return max(0.0, rendered.due - monotonic()) if rendered else 0.0

    def _is_stale(self, rendered: Rendered) -> bool:
        return rendered.version != self.changes.version and monotonic() >= rendered.due

    def _make(self, make: Callable[[], str], first: bool) -> Rendered:
        version, began = self.changes.version, monotonic()
        text = make()
        took = monotonic() - began
        tag = hashlib.sha256(text.encode()).hexdigest()[:16]
        lines = "\n".join(f"data: {line}" for line in text.splitlines())  # here: once for all viewers
        return Rendered(version, lines, tag, began + max(self._gap, took if first else 6 * took))


class Streams:
    """The open streams of this process, at most ``limit``: the remaining threads are for the desks."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._guard = threading.Lock()

    @property
    def taken(self) -> int:
        """The number of open streams."""
        return self._taken

    def open(
        self, texts: Texts, key: Hashable, make: Callable[[], str], may: Callable[[], bool] = lambda: True
    ) -> Iterator[str] | None:
        """Return the events of one stream, None when all places are taken; each contains the whole fragment.

        ``may`` is called at every heartbeat, and every 5 s while there is news, to check that the viewer may still see
        it; the stream ends otherwise. The caller must call ``close`` at the end.
        """
        with self._guard:
            if self._taken >= self._limit or texts.changes.ended:
                return None
            self._taken += 1
            behind = self._taken % TURNS * SPREAD_SECONDS / TURNS
        return _Stream(self._give_back, texts, key, make, may, behind)

    def _give_back(self) -> None:
        with self._guard:
            self._taken -= 1


class Live(NamedTuple):
    """The objects that the streams of a process share."""

    streams: Streams
    texts: Texts
    watch: "Watch"


def polled(rendered: Rendered, seen_tag: str | None) -> str:
    """Return a stream of one event for a viewer without a place: the text, or "unchanged" if ``seen_tag`` is current.

    It makes the viewer ask again after 3.5 s, and so take a place as soon as one is free.
    """
    if seen_tag == rendered.tag:
        return f"event: unchanged\nretry: {NEXT_POLL_MS}\ndata: \n\n"
    return _event(rendered, NEXT_POLL_MS)


class _Stream(Iterator[str]):
    """One viewer's events; gives its place back when the server closes it, for whatever reason."""

    def __init__(
        self,
        give_back: Callable[[], None],
        texts: Texts,
        key: Hashable,
        make: Callable[[], str],
        may: Callable[[], bool],
        behind: float,
    ) -> None:
        self._give_back: Callable[[], None] | None = give_back
        self._behind = behind
        self._texts, self._key, self._make, self._may = texts, key, make, may
        self._sent: Rendered | None = None
        self._opened = self._checked = monotonic()

    def __next__(self) -> str:
        if self._sent is None:
            self._sent = self._texts.text(self._key, self._make)
            return _event(self._sent, RETRY_MS)
        beat = monotonic() + HEARTBEAT_SECONDS
        while (left := beat - monotonic()) > 0:
            # First wait until there may be news at all, then for news: in a rush each stream wakes once per text, and
            # not all at the same time, because a scan would wait for the interpreter behind them.
            if rest := self._texts.rest(self._key):
                sleep(rest + self._behind)
            if self._texts.changes.wait(self._sent.version, left) == self._sent.version:
                break
            self._end_if_over(CHECK_SECONDS)
            before = self._sent
            self._sent = self._texts.text(self._key, self._make)
            if self._sent.tag != before.tag:
                return _event(self._sent, RETRY_MS)
        self._end_if_over(0)
        return "event: heartbeat\ndata: \n\n"

    def close(self) -> None:
        """Give the place back; the server calls this when the response ends."""
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            give_back()

    def __del__(self) -> None:
        self.close()

    def _end_if_over(self, unchecked_for: float) -> None:
        now = monotonic()
        if self._texts.changes.ended or now - self._opened > LONGEST_SECONDS:
            raise StopIteration
        if now - self._checked >= unchecked_for:
            self._checked = now
            if not self._may():
                raise StopIteration


def _event(rendered: Rendered, retry: int) -> str:
    return f"id: {rendered.tag}\nretry: {retry}\n{rendered.lines}\n\n"


class Watch:
    """The thread that announces commits; it starts with the first viewer, in the serving process."""

    def __init__(self, run: Callable[[threading.Event], None]) -> None:
        self._run = run
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread unless it is running or was stopped."""
        with self._guard:
            if self._stop.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, args=(self._stop,), name="watch", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop the thread for good."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)


def watch_sqlite(path: str, changes: Changes, stop: threading.Event) -> None:
    """Announce every commit to the SQLite file at ``path`` until ``stop`` is set."""
    address = f"{Path(path).resolve().as_uri()}?mode=ro"
    while not stop.is_set():
        try:
            _look_at(address, changes, stop)
        except sqlite3.Error:
            log.warning("the database cannot be watched; trying again", exc_info=True)
            stop.wait(POLL_SECONDS)


def _look_at(address: str, changes: Changes, stop: threading.Event) -> None:
    connection = sqlite3.connect(address, uri=True)
    last = None
    try:
        while not stop.is_set():
            (now,) = connection.execute("PRAGMA data_version").fetchone()
            if now != last:  # also at the first look, for commits made before it
                changes.announce()
            last = now
            stop.wait(LOOK_SECONDS)
    finally:
        connection.close()


def watch_postgres(url: URL, changes: Changes, stop: threading.Event) -> None:
    """Announce commits in the database at ``url``, from notifications and polled scans, until ``stop`` is set."""
    import psycopg  # here: on SQLite, startup need not wait for it

    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    while not stop.is_set():
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                _listen(connection, changes, stop)
        except psycopg.Error:
            log.warning("the database cannot be watched; trying again", exc_info=True)
            stop.wait(POLL_SECONDS)


def _listen(connection: Any, changes: Changes, stop: threading.Event) -> None:
    last = None
    while not stop.is_set():
        now = connection.execute(_NEWEST).fetchone()
        if now != last:  # also at the first look, for commits made before it
            changes.announce()
        last = now
        for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
            changes.announce()
