"""The one thread that commits scans, then tells everybody who watches, then answers.

Threads that each commit wait for one another at SQLite's single lock; one writer that takes what waits in its queue
and commits it together keeps the slowest answer short. Every attempt runs in a savepoint of its own: a bad one never
rolls back its neighbours. Between groups it seals what it recorded into the trail, one line for many scans.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from .. import clock
from ..db import begin_write
from .attempt import Answer, Attempt
from .decide_store import LostRace
from .decision import NO_DECISION
from .seals_store import seal_scans
from .store import record_scan

log = logging.getLogger(__name__)
TRIES = 3
SEAL_AFTER = 5.0  # seconds of scans that no line of the trail covers yet, at most
SEAL_MANY = 512  # or as many scans
Waiting = tuple[Attempt, "Future[Answer]"]


class ScanWriter:
    """Records attempts one group after another; ``announce`` is called after each commit that holds a new scan."""

    def __init__(self, engine: Engine, announce: Callable[[], None], group: int = 64) -> None:
        self._engine = engine
        self._announce = announce
        self._group = group
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._unsealed, self._unsealed_since = 0, 0.0

    def record(self, attempt: Attempt, timeout: float = 30) -> Answer:
        """Record ``attempt`` durably and return its answer; what record_scan refuses is refused here."""
        with self._start:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="scan-writer", daemon=True)
                self._thread.start()
        done: Future[Answer] = Future()
        self._queue.put((attempt, done))
        return done.result(timeout)

    def stop(self, timeout: float = 10) -> None:
        """Commit what waits and end the thread."""
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(timeout)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            group: list[Waiting] = []
            first = self._next()
            while first is not None:
                group.append(first)
                if len(group) == self._group or self._queue.empty():
                    break
                first = self._queue.get()
            stopping = first is None
            if group:
                self._commit(group)
        self._seal()

    def _next(self) -> Waiting | None:
        """Return what waits first, None to stop; meanwhile seal what was recorded, when it is time."""
        if self._unsealed:
            left = SEAL_AFTER - (time.monotonic() - self._unsealed_since)
            with suppress(queue.Empty):
                if self._unsealed < SEAL_MANY and left > 0:
                    return self._queue.get(timeout=left)
            self._seal()
        return self._queue.get()

    def _seal(self) -> None:
        if not self._unsealed:
            return
        self._unsealed = 0
        try:
            with Session(self._engine) as session:
                seal_scans(begin_write(session), now=clock.utcnow())
                session.commit()
        except Exception:
            log.exception("scans were not sealed; the next seal covers them too")

    def _commit(self, group: list[Waiting]) -> None:
        outcomes: list[tuple[Future[Answer], Answer | Exception]] = []
        try:
            with self._engine.connect() as line, line.execution_options(rtapp_writes=True).begin():
                outcomes = [(done, self._attempt(line, attempt)) for attempt, done in group]
        except Exception as failure:
            log.exception("a group of %d scans was not recorded", len(group))
            outcomes = [(done, failure) for _, done in group]
        recorded = sum(isinstance(outcome, Answer) and not outcome.replayed for _, outcome in outcomes)
        if recorded:
            self._unsealed_since = self._unsealed_since if self._unsealed else time.monotonic()
            self._unsealed += recorded
            self._announce()
        for done, outcome in outcomes:
            if isinstance(outcome, Answer):
                done.set_result(outcome)
            else:
                done.set_exception(outcome)

    def _attempt(self, line: Connection, attempt: Attempt) -> Answer | Exception:
        for tries_left in reversed(range(TRIES)):
            try:
                with _savepoint(line):
                    return _record(line, attempt)
            except LostRace as lost:
                if not tries_left:
                    return lost
            except Exception as failure:
                return failure
        raise AssertionError("unreachable")


@contextmanager
def _savepoint(line: Connection) -> Iterator[None]:
    """Undo what is done inside when it fails; in plain words, for SQLAlchemy's own takes as long as a statement."""
    line.exec_driver_sql("SAVEPOINT scan")
    try:
        yield
    except BaseException:
        line.exec_driver_sql("ROLLBACK TO SAVEPOINT scan")
        raise
    finally:
        line.exec_driver_sql("RELEASE SAVEPOINT scan")


def _record(line: Connection, attempt: Attempt) -> Answer:
    """Record a plain scan on the bare connection; a decision may add people and lines to the trail, on a session."""
    if attempt.decision == NO_DECISION:
        return record_scan(line, attempt, now=clock.utcnow())
    with Session(bind=line, join_transaction_mode="create_savepoint") as session:
        answer = record_scan(session, attempt, now=clock.utcnow())
        session.commit()
        return answer
