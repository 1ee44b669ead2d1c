"""What whoever pays transport money must know: present in two waves, paid in another, a substitute of several seats."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..schema import Attendance, Checkpoint, Substitute, Wave


@dataclass(frozen=True)
class Transport:
    """``waves`` where the person is present, ``paid`` in other waves (number, when), ``seats`` of their substitute."""

    waves: tuple[int, ...]
    paid: tuple[tuple[int, datetime], ...]
    seats: int

    @property
    def warns(self) -> bool:
        return len(self.waves) > 1 or bool(self.paid) or self.seats > 1


def transport_of(session: Session, participant_id: int, wave_id: int, substitute_id: int | None) -> Transport:
    """Return what is known of somebody at the transport checkpoint of a wave."""
    marks = (
        select(Wave.id, Wave.number, Checkpoint.kind, func.min(Attendance.at).label("at"))
        .join(Checkpoint, Checkpoint.wave_id == Wave.id)
        .join(Attendance, Attendance.checkpoint_id == Checkpoint.id)
        .where(Attendance.participant_id == participant_id, Attendance.voided_at.is_(None))
        .where(Checkpoint.kind.in_(("hadir", "transport")))
        .group_by(Wave.id, Wave.number, Checkpoint.kind)
        .order_by(Wave.number)
    )
    rows = session.execute(marks).all()
    return Transport(
        waves=tuple(row.number for row in rows if row.kind == "hadir"),
        paid=tuple((row.number, row.at) for row in rows if row.kind == "transport" and row.id != wave_id),
        seats=seats_of_substitute(session, substitute_id) if substitute_id else 0,
    )


def seats_of_substitute(session: Session, substitute_id: int) -> int:
    """Return for how many people somebody of this name and phone stands in, at all registrations together."""
    came = session.get(Substitute, substitute_id)
    if came is None:
        return 0
    rows = select(func.count(func.distinct(Attendance.participant_id)))
    rows = rows.join(Substitute, Substitute.id == Attendance.substitute_id)
    rows = rows.join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    same = func.lower(Substitute.name) == func.lower(came.name), Substitute.phone == came.phone
    found = session.scalar(rows.where(*same, Checkpoint.kind == "hadir", Attendance.voided_at.is_(None)))
    return found or 0
