"""Warnings for paying transport money: present in two waves, paid in another, a substitute for several seats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from ..events.waves import CheckpointKind
from ..schema import Attendance, Checkpoint, Substitute, Wave


@dataclass(frozen=True)
class Transport:
    """The numbers of ``waves`` attended, ``paid`` in other waves (number, when), ``seats`` of the substitute."""

    waves: tuple[int, ...]
    paid: tuple[tuple[int, datetime], ...]
    seats: int


def transport_of(session: Session, participant_id: int, wave_id: int, substitute_id: int | None) -> Transport:
    """Return the facts about one person for the transport checkpoint of a wave."""
    rows = session.execute(_MARKS.where(Attendance.participant_id == participant_id)).all()
    return _known(rows, wave_id, seats_of_substitute(session, substitute_id) if substitute_id else 0)


def transport_of_all(session: Session, wave_id: int, people: Mapping[int, int | None]) -> dict[int, Transport]:
    """Return the same for many, in three statements; ``people`` maps participants to their substitute, if any."""
    marks: dict[int, list[Row[Any]]] = {participant_id: [] for participant_id in people}
    for row in session.execute(_MARKS):
        if row.participant_id in marks:
            marks[row.participant_id].append(row)
    same, phone = func.lower(Substitute.name), Substitute.phone
    counted = _SEATS.add_columns(same, phone).group_by(same, phone)
    seats = {(name, number): count for count, name, number in session.execute(counted)}
    who = {id_: (name, number) for id_, name, number in session.execute(select(Substitute.id, same, phone))}
    transports = {}
    for participant_id, substitute_id in people.items():
        held = seats.get(who[substitute_id], 0) if substitute_id else 0
        transports[participant_id] = _known(marks[participant_id], wave_id, held)
    return transports


def seats_of_substitute(session: Session, substitute_id: int) -> int:
    """Return for how many people a substitute of this name and phone stands in, at all registrations together."""
    substitute = session.get(Substitute, substitute_id)
    if substitute is None:
        return 0
    same = func.lower(Substitute.name) == func.lower(substitute.name), Substitute.phone == substitute.phone
    return session.scalar(_SEATS.where(*same)) or 0


_MARKS = (
    select(Attendance.participant_id, Wave.id, Wave.number, Checkpoint.kind, func.min(Attendance.at).label("at"))
    .join(Checkpoint, Checkpoint.wave_id == Wave.id)
    .join(Attendance, Attendance.checkpoint_id == Checkpoint.id)
    .where(Attendance.is_live, Checkpoint.kind.in_((CheckpointKind.HADIR, CheckpointKind.TRANSPORT)))
    .group_by(Attendance.participant_id, Wave.id, Wave.number, Checkpoint.kind)
    .order_by(Wave.number)
)
_SEATS = (
    select(func.count(func.distinct(Attendance.participant_id)))
    .join(Substitute, Substitute.id == Attendance.substitute_id)
    .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    .where(Checkpoint.kind == CheckpointKind.HADIR, Attendance.is_live)
)


def _known(rows: Sequence[Row[Any]], wave_id: int, seats: int) -> Transport:
    return Transport(
        waves=tuple(row.number for row in rows if row.kind == CheckpointKind.HADIR),
        paid=tuple((row.number, row.at) for row in rows if row.kind == CheckpointKind.TRANSPORT and row.id != wave_id),
        seats=seats,
    )
