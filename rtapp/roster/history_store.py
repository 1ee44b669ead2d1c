"""What became of people and seats: marks, scans, and what the trail says of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ..schema import Attendance, Audit, AuditValue, Badge, Checkpoint, Device, Participant, Scan, User, Wave
from .tenure import Step, Tenure, tenures

_KINDS = {
    "participant.add": "add",
    "participant.change": "move",
    "participant.archive": "archive",
    "participant.restore": "restore",
}
SHOWN = 200  # scans and lines of the trail on a page, the newest


@dataclass(frozen=True)
class Mark:
    """One attendance of a person as their page shows it; ``wave`` is the number of the checkpoint's wave."""

    checkpoint: str
    wave: int
    at: datetime
    mode: str
    by: str
    voided_at: datetime | None
    voided_by: str
    void_reason: str


@dataclass(frozen=True)
class SeatScan:
    """One scan as the page of a seat shows it; a mark it made and that was undone says so."""

    participant_id: int
    at: datetime
    checkpoint: str
    wave: int
    verdict: str
    answer: dict[str, Any]
    by: str
    voided_at: datetime | None
    voided_by: str
    void_reason: str


@dataclass(frozen=True)
class HistoryLine:
    """One line of the trail about somebody; ``values`` is empty where they were erased."""

    participant_id: int
    at: datetime
    actor: str
    action: str
    reason: str
    values: dict[str, Any]

    @property
    def before(self) -> dict[str, Any]:
        """What an edit changed, by field; a new card tells of cards and not of fields."""
        return self._facts("before")

    @property
    def after(self) -> dict[str, Any]:
        """What an edit changed it to, by field."""
        return self._facts("after")

    def _facts(self, name: str) -> dict[str, Any]:
        facts = self.values.get(name)
        return facts if isinstance(facts, dict) else {}


@dataclass(frozen=True)
class History:
    """What became of a seat: who held it, newest first; their names by id; their scans; the lines about them."""

    tenures: list[Tenure]
    names: dict[int, str]
    scans: list[SeatScan]
    lines: list[HistoryLine]


def marks_of(session: Session, participant_id: int) -> list[Mark]:
    """Return where and when somebody was marked, the undone ones too, oldest first."""
    rows = session.execute(
        select(Attendance, Checkpoint.name, Wave.number, func.coalesce(Device.label, User.name, ""))
        .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
        .join(Wave, Wave.id == Checkpoint.wave_id)
        .outerjoin(Device, Device.id == Attendance.device_id)
        .outerjoin(User, User.id == Attendance.user_id)
        .where(Attendance.participant_id == participant_id)
        .order_by(Attendance.at, Attendance.id)
    )
    return [
        Mark(name, wave, mark.at, mark.mode, by, mark.voided_at, mark.voided_by, mark.void_reason)
        for mark, name, wave, by in rows
    ]


def last_change(session: Session, participant_id: int) -> tuple[str, datetime] | None:
    """Return who last changed a person's row and when; None where the trail does not say."""
    lines = select(Audit.actor, Audit.at).where(Audit.subject == "participant", Audit.subject_id == participant_id)
    lines = lines.where(Audit.action.startswith("participant.")).order_by(Audit.id.desc()).limit(1)
    line = session.execute(lines).first()
    return (line.actor, line.at) if line else None


def history_of(session: Session, seat_id: int) -> History:
    """Return what became of a seat and of those who held it."""
    people = _holders(session, seat_id)
    lines = _lines_about(session, [person.id for person in people])
    begun = _first_heard(session, [person.id for person in people])
    held = [
        tenure
        for person in people
        for tenure in tenures(
            seat_id, person.id, person.name, person.seat_id, begun.get(person.id), _steps(person, lines)
        )
    ]
    held.sort(key=lambda tenure: (tenure.until is None, tenure.until or tenure.since), reverse=True)
    there = {tenure.participant_id for tenure in held}
    names = {person.id: person.name for person in people if person.id in there}
    return History(held, names, _scans_of(session, there), [line for line in lines if line.participant_id in there])


def _holders(session: Session, seat_id: int) -> Sequence[Participant]:
    """Return those who sit here now, did until they were archived, or were moved away."""
    was_here = AuditValue.values["before"]["seat_id"].as_integer() == seat_id
    moved = select(Audit.subject_id).join(AuditValue, AuditValue.audit_id == Audit.id)
    moved = moved.where(Audit.action == "participant.change", was_here)
    people = select(Participant).where(or_(Participant.seat_id == seat_id, Participant.id.in_(moved)))
    return session.scalars(people.order_by(Participant.id)).all()


def _lines_about(session: Session, ids: Collection[int]) -> list[HistoryLine]:
    rows = (
        select(Audit, AuditValue.values)
        .outerjoin(AuditValue, AuditValue.audit_id == Audit.id)
        .where(Audit.subject == "participant", Audit.subject_id.in_(ids))
        .order_by(Audit.id.desc())
        .limit(SHOWN)
    )
    return [
        HistoryLine(line.subject_id or 0, line.at, line.actor, line.action, line.reason, values or {})
        for line, values in session.execute(rows)
    ]


def _first_heard(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """Return when each person got their first card, as imported people have no line in the trail."""
    rows = select(Badge.participant_id, func.min(Badge.issued_at)).where(Badge.participant_id.in_(ids))
    return {id_: at for id_, at in session.execute(rows.group_by(Badge.participant_id))}


def _steps(person: Participant, lines: list[HistoryLine]) -> list[Step]:
    """Return what the lines say about where somebody sat, oldest first."""
    steps = []
    for line in reversed(lines):
        kind = _KINDS.get(line.action)
        if line.participant_id != person.id or not kind or (kind == "move" and "seat_id" not in line.before):
            continue
        steps.append(Step(line.at, kind, line.before.get("seat_id"), line.after.get("seat_id"), line.reason))
    return steps


def _scans_of(session: Session, ids: Collection[int]) -> list[SeatScan]:
    rows = session.execute(
        select(Scan, Checkpoint.name, Wave.number, func.coalesce(Device.label, User.name, ""), Attendance)
        .join(Checkpoint, Checkpoint.id == Scan.checkpoint_id)
        .join(Wave, Wave.id == Checkpoint.wave_id)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(User, User.id == Scan.user_id)
        .outerjoin(Attendance, Attendance.id == Scan.attendance_id)
        .where(Scan.participant_id.in_(ids))
        .order_by(Scan.id.desc())
        .limit(SHOWN)
    )
    return [
        SeatScan(
            scan.participant_id or 0, scan.server_at, name, wave, scan.verdict, scan.answer, by,
            mark.voided_at if mark else None, mark.voided_by if mark else "", mark.void_reason if mark else "",
        )
        for scan, name, wave, by, mark in rows
    ]  # fmt: skip
