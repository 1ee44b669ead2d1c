"""Sealing scans into the trail, and verifying later that none was edited or removed and every mark has its scan."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .. import clock
from ..audit.store import lock_head, note, verify_chain
from ..events.waves import CheckpointKind
from ..schema import Attendance, Audit, AuditValue, Checkpoint, Scan
from .seals import seal_of
from .turns_store import end_recording

SYSTEM = "rtapp"  # the actor of seals
_MOST = 5_000


@dataclass(frozen=True)
class Findings:
    """The discrepancies: the first bad line of the trail, the first bad scan, the marks that no scan explains."""

    line: int | None
    scan: int | None
    marks: tuple[int, ...]

    @property
    def clean(self) -> bool:
        """Whether there is no discrepancy."""
        return self.line is None and self.scan is None and not self.marks


def settled_until(session: Session) -> int:
    """Return the id of the last scan, waiting until no scan with a lower id can appear; 0 before the first."""
    end_recording(session)
    return session.scalar(select(func.max(Scan.id))) or 0


def seal_scans(session: Session, *, now: datetime, until: int | None = None) -> int:
    """Add one line to the trail that covers the scans since the last seal; return the number of scans it covers.

    ``until`` is the result of settled_until in an earlier transaction; called here, it blocks recording to the end.
    """
    until = settled_until(session) if until is None else until
    lock_head(session)
    sealed = select(func.max(Audit.subject_id)).where(Audit.subject == "scan", Audit.action == "scan.seal")
    after = session.scalar(sealed) or 0
    rows = _COLUMNS.where(Scan.id > after, Scan.id <= until).order_by(Scan.id).limit(_MOST)
    scans = session.execute(rows).all()
    if scans:
        run = {"first": scans[0].id, "count": len(scans), "digest": seal_of(scans)}
        note(session, SYSTEM, "scan.seal", "scan", scans[-1].id, now=now, **run)
    return len(scans)


def examine(session: Session) -> Findings:
    """Verify the whole trail, every sealed scan and every mark."""
    return Findings(verify_chain(session), first_bad_scan(session), tuple(unexplained(session)))


def first_bad_scan(session: Session) -> int | None:
    """Return the id of the first scan of the first run that differs from its seal, else None."""
    lines = select(Audit.subject_id, AuditValue.values).join(AuditValue, AuditValue.audit_id == Audit.id)
    lines = lines.where(Audit.subject == "scan", Audit.action == "scan.seal").order_by(Audit.id)
    after = 0
    for last, run in session.execute(lines).all():
        rows = _COLUMNS.where(Scan.id > after, Scan.id <= last).order_by(Scan.id)
        scans = session.execute(rows).all()
        if len(scans) != run["count"] or seal_of(scans) != run["digest"]:
            return int(run["first"])
        after = last
    return None


def unexplained(session: Session) -> Iterator[int]:
    """Yield the ids of marks without a scan, or at odds with scans and trail by person, number, mode, time, undoing."""
    recorded, undone = _recorded(session), _undone(session)
    rows = select(Attendance, Checkpoint.kind).join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    for mark, kind in session.execute(rows.order_by(Attendance.id).execution_options(yield_per=1000)):
        facts = (mark.checkpoint_id, mark.participant_id, mark.number, mark.mode, mark.substitute_id)
        lined = mark.id in undone.lines or (mark.checkpoint_id, mark.participant_id) in undone.decided
        lined = lined or (mark.voided_at is not None and undone.is_erased(mark.participant_id, mark.voided_at))
        wrongly = mark.id in undone.lines if mark.voided_at is None else kind != CheckpointKind.GLADI and not lined
        if recorded.get(mark.id) != (*facts, clock.iso(mark.at)) or wrongly:
            yield mark.id


def _recorded(session: Session) -> dict[int, tuple[Any, ...]]:
    """Return the facts of each mark by its scans: all from the scan that made it, but the earliest time of any."""
    marks: dict[int, tuple[Any, ...]] = {}
    rows = select(Scan.checkpoint_id, Scan.participant_id, Scan.attendance_id, Scan.answer).order_by(Scan.id)
    for checkpoint, participant, own, answer in session.execute(rows.execution_options(yield_per=1000)):
        mark, at = answer.get("attendance_id"), answer.get("at")
        if own and own not in marks:
            facts = (answer.get("number"), answer.get("mode"), answer.get("substitute_id"))
            marks[own] = (checkpoint, participant, *facts, at)
        elif mark in marks and at:
            marks[mark] = (*marks[mark][:-1], min(marks[mark][-1], at))
    return marks


@dataclass(frozen=True)
class _Undone:
    lines: set[int]  # marks that the trail says were undone
    decided: set[tuple[int, int | None]]  # (checkpoint, participant) that a decision was about
    erased: dict[int, list[str]]  # by participant, the times of undoings in the trail whose values were erased

    def is_erased(self, participant: int, voided_at: datetime) -> bool:
        """Say whether an erased line can be about this undoing; the line is used up and matches no other.

        Its time is the same, or later if a desk has handed in the undoing after a restore.
        """
        lines = self.erased.get(participant, [])
        own = min((at for at in lines if at >= clock.iso(voided_at)), default=None)
        if own is not None:
            lines.remove(own)
        return own is not None


def _undone(session: Session) -> _Undone:
    lines = select(AuditValue.values).join(Audit, Audit.id == AuditValue.audit_id)
    lines = lines.where(Audit.subject == "participant", Audit.action == "attendance.void")
    erased = select(Audit.subject_id, Audit.at).outerjoin(AuditValue, AuditValue.audit_id == Audit.id)
    erased = erased.where(Audit.subject == "participant", Audit.action == "attendance.void")
    erased = erased.where(AuditValue.audit_id.is_(None))
    when: dict[int, list[str]] = defaultdict(list)
    for person, at in session.execute(erased):
        when[person].append(clock.iso(at))
    decided = select(Scan.checkpoint_id, Scan.participant_id).where(Scan.follows_id.is_not(None))
    return _Undone(
        {values["attendance"] for values in session.scalars(lines)},
        {(checkpoint, participant) for checkpoint, participant in session.execute(decided)},
        when,
    )


_COLUMNS = select(*(column for column in Scan.__table__.columns if column.name not in ("raw", "answer")), Scan.answer)
