"""The one thread of a process that records: plain scans in groups; swaps, undoings and decisions one by one.

Threads that each commit would wait for one another at SQLite's single lock; one writer that commits all queued scans
together keeps the slowest answer fast. A group needs no savepoints: if one of its scans breaks the transaction, all
of it is rolled back and each scan is recorded on its own. Between groups the recorded scans are sealed into the
trail, one line for many scans.
"""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from .. import clock
from ..accounts.devices_store import Sender, senders_now
from ..db import Footing, Line, begin_write, close_line, is_worth_another_try, open_line, writing
from ..refusals import Refused
from .attempt import Answer, Attempt
from .decide_store import LostRace
from .decision import NO_DECISION
from .group_store import Gone, record_scans
from .seals_store import seal_scans, settled_until
from .store import record_scan

log = logging.getLogger(__name__)
TRIES = 4
SEAL_AFTER = 5.0  # seconds that a recorded scan stays unsealed at most
SEAL_MANY = 512  # or this many scans: sealing holds up recording, and must not do so for long in a rush
LOOK_AFTER = 2.0  # seconds without a job after which the writer checks that the database file is still there
T = TypeVar("T")
Work = Callable[[Session], Any]
Done = Callable[[Any], object]
See = Callable[[Line, Answer, dict[int, Any]], object]


@dataclass(slots=True)
class _Job:
    """One thing to record; ``done`` is called with the outcome: the returned value or an exception.

    Before that ``see`` may read on the writer's line, with a map that all jobs of a group share.
    """

    done: Done
    attempt: Attempt | None = None
    work: Work | None = None
    sender: Sender | None = None
    see: See | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is a scan without a decision, which may share a transaction."""
        return self.attempt is not None and self.attempt.decision == NO_DECISION


class _Outcome:
    """An outcome that a thread waits for, behind a lock that is released once it is known."""

    __slots__ = ("_known", "_outcome")

    def __init__(self) -> None:
        self._outcome: Any = None
        self._known = threading.Lock()
        self._known.acquire()

    def known(self, outcome: Any) -> None:
        self._outcome = outcome
        self._known.release()

    def wait(self, timeout: float) -> Any:
        """Return the outcome, or raise it if it is an exception; raises TimeoutError after ``timeout`` seconds."""
        if not self._known.acquire(timeout=timeout):
            raise TimeoutError(f"nothing was recorded within {timeout} s")
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome


class ScanWriter:
    """Records one group after another; calls ``announce`` after each commit that may have changed something.

    ``rescue`` is called with the driver's open connection once the database file is gone.
    """

    def __init__(
        self, engine: Engine, announce: Callable[[], None], group: int = 64,
        rescue: Callable[[Any], object] = lambda _line: None,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._footing, self._rescue, self._lost = Footing(engine), rescue, False
        self._announce = announce
        self._group = group
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._line: Line | None = None
        self._unsealed, self._unsealed_since = 0, 0.0
        self._neighbour: ScanWriter | None = None

    def split(self) -> None:
        """On PostgreSQL start a second writer for every other checkpoint; for a process that records alone.

        While the database judges one group and waits for its disk, Python reads and answers the other. A checkpoint
        stays with its writer: two would wait for each other's turn to give numbers. With several processes the groups
        would only get smaller, each at the cost of a full one.
        """
        if self._engine.dialect.name == "postgresql":
            self._neighbour = ScanWriter(self._engine, self._announce, self._group)

    def record(
        self, attempt: Attempt, timeout: float = 30, *, sender: Sender | None = None, see: See | None = None
    ) -> Answer:
        """Record ``attempt`` durably and return its answer, or raise what record_scan raises.

        Raises TimeoutError after ``timeout`` seconds; with a ``sender``, Gone unless that is still what it was.
        ``see`` is called before with the writer's line, once the scan is recorded, where the writer ``shows``.
        """
        outcome = _Outcome()
        self.submit(attempt, outcome.known, sender, see)
        answer: Answer = outcome.wait(timeout)
        return answer

    def submit(self, attempt: Attempt, done: Done, sender: Sender | None = None, see: See | None = None) -> None:
        """Queue ``attempt`` and return; ``done`` is called with its answer or the exception once it is known.

        It runs on the writer's thread while others wait for their answers, so it must be quick.
        """
        writer = self._neighbour if self._neighbour and attempt.checkpoint_id % 2 else self
        writer._hand_over(_Job(done, attempt, sender=sender, see=see))

    def run(self, work: Callable[[Session], T], timeout: float = 30) -> T:
        """Run ``work`` in a transaction of its own and return its result once that is committed.

        It is run again if another process was first, so it must itself read everything it depends on.
        """
        outcome = _Outcome()
        self._hand_over(_Job(outcome.known, work=work))
        returned: T = outcome.wait(timeout)
        return returned

    def watch(self) -> None:
        """Start now rather than with the first job, to check every few seconds that the database is still in place."""
        self.run(lambda session: session.execute(select(1)).scalar_one())

    @property
    def shows(self) -> bool:
        """Whether ``see`` is called: on SQLite, where reading costs least here; PostgreSQL answers many at once."""
        return self._engine.dialect.name == "sqlite"

    @property
    def gone(self) -> Refused | None:
        """The reason why nothing can be recorded any more, None while all is well."""
        return _database_gone() if self._lost else None

    def stop(self, timeout: float = 10) -> None:
        """Commit the queued jobs and end the thread, waiting ``timeout`` seconds at most."""
        if self._neighbour is not None:
            self._neighbour.stop(timeout)
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(timeout)

    def _hand_over(self, job: _Job) -> None:
        if self._thread is None or not self._thread.is_alive():
            with self._start:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name="scan-writer", daemon=True)
                    self._thread.start()
        self._queue.put(job)

    def _run(self) -> None:
        job = self._next()
        while job is not None:
            group: list[_Job] = []
            while job is not None and job.is_plain:
                group.append(job)
                if len(group) == self._group or self._queue.empty():
                    break
                job = self._queue.get()
            if group:
                self._record(group)
            if job is not None and not job.is_plain:
                self._alone(job)
            if job is not None:
                job = self._next()
        self._seal()
        self._hang_up()

    def _next(self) -> _Job | None:
        """Return the next job, None to stop; meanwhile seal recorded scans when due and check the database file."""
        while True:
            left = SEAL_AFTER - (time.monotonic() - self._unsealed_since) if self._unsealed else LOOK_AFTER
            with suppress(queue.Empty):
                if self._unsealed < SEAL_MANY and left > 0:
                    return self._queue.get(timeout=min(left, LOOK_AFTER))
            if self._unsealed >= SEAL_MANY or left <= LOOK_AFTER:
                self._seal()
            self._look()

    def _look(self) -> None:
        """Notice a removed database while nobody scans; what the open connection still reads can be rescued."""
        if self._engine.dialect.name != "sqlite" or self._lost:
            return
        try:
            # Bypasses SQLAlchemy, which would begin a write: reading once keeps the journal as long as the line.
            self._connected().raw.execute("SELECT max(id) FROM scan").fetchall()
        except sqlite3.Error:
            self._hang_up()
        self._unless_lost([])

    def _record(self, group: list[_Job]) -> None:
        """Record plain scans in one transaction, or each on its own if one of them breaks it."""
        broken = False
        try:
            line = self._connected()
            with writing(line):
                try:
                    attempts = [job.attempt for job in group if job.attempt]
                    senders = [job.sender for job in group]
                    outcomes: list[Any] = [*record_scans(line, attempts, senders, now=clock.utcnow())]
                except Exception:
                    broken = True
                    raise
            outcomes = self._unless_lost(outcomes)
        except Exception as failure:
            self._hang_up()
            if broken and (len(group) > 1 or is_worth_another_try(failure) or isinstance(failure, LostRace)):
                for job in group:
                    self._alone(job)
                return
            log.exception("a group of %d scans was not recorded", len(group))
            outcomes = [failure] * len(group)
        self._tell(group, outcomes)

    def _alone(self, job: _Job) -> None:
        """Do one job in a transaction of its own; retry if another process was first or the connection was cut."""
        for tries_left in reversed(range(TRIES)):
            try:
                with Session(self._engine) as session:
                    outcome = self._done_in(begin_write(session), job)
                    session.commit()
                    [outcome] = self._unless_lost([outcome])
            except Exception as failure:
                again = isinstance(failure, LostRace) or is_worth_another_try(failure)
                if again and tries_left:
                    time.sleep(0.01)
                    continue
                if not isinstance(failure, Refused | Gone):
                    log.exception("one of the desk's jobs was not recorded")
                outcome = failure
            break
        self._tell([job], [outcome])

    def _done_in(self, session: Session, job: _Job) -> Any:
        if job.attempt is None:
            assert job.work is not None
            return job.work(session)
        now = clock.utcnow()
        if job.sender and job.sender not in senders_now(session, [job.sender], now=now)():
            raise Gone()
        return record_scan(session, job.attempt, now=now)

    def _unless_lost(self, outcomes: list[Any]) -> list[Any]:
        """Return the outcomes, or a refusal for each if the database file was removed or replaced meanwhile."""
        if self._line is None:  # we held nothing open in between: a new journal file is legitimate
            self._footing.forget()
        if not self._lost and not self._footing.holds():
            self._lost = True
            log.critical("the database was deleted or replaced under the server; nothing is recorded any more")
            try:
                self._rescue(self._connected().raw)
            except Exception:
                log.exception("what the server still held could not be rescued")
        if not self._lost:
            return outcomes
        return [_database_gone()] * len(outcomes)

    def _tell(self, group: list[_Job], outcomes: list[Any]) -> None:
        recorded = sum(isinstance(outcome, Answer) and not outcome.replayed for outcome in outcomes)
        if recorded:
            self._unsealed_since = self._unsealed_since if self._unsealed else time.monotonic()
            self._unsealed += recorded
        if recorded or any(job.work is not None for job in group):
            self._announce()
        shared: dict[int, Any] = {}
        # Those that need nothing read do not wait for the others.
        for job, outcome in sorted(zip(group, outcomes, strict=True), key=lambda each: each[0].see is not None):
            if job.see and isinstance(outcome, Answer):
                self._show(job.see, outcome, shared)
            try:
                job.done(outcome)
            except Exception:  # the one waiting for this job is gone, but not the others
                log.exception("what was recorded could not be answered")

    def _show(self, see: See, answer: Answer, shared: dict[int, Any]) -> None:
        if self._line is not None and self.shows:
            try:
                see(self._line, answer, shared)
            except Exception:
                log.exception("what an answer shows could not be read here; its page reads it itself")

    def _seal(self) -> None:
        if not self._unsealed:
            return
        self._unsealed = 0
        try:
            with Session(self._engine) as session:
                until = settled_until(begin_write(session))
                session.commit()  # nobody can record until then, so it must be quick
                seal_scans(begin_write(session), now=clock.utcnow(), until=until)
                session.commit()
        except Exception:
            log.exception("scans were not sealed; the next seal covers them too")

    def _connected(self) -> Line:
        """Return the writer's own connection, opened if necessary."""
        self._line = self._line or open_line(self._engine)
        return self._line

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        self._footing.forget()
        if line is not None:
            close_line(line)


def _database_gone() -> Refused:
    return Refused(
        "database_gone",
        "Berkas basis data hilang atau diganti di laptop server. Hentikan server, lalu pulihkan cadangan terbaru.",
        503,
    )
