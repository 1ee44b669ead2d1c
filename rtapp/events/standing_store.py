"""Where heads stand in their wave, read from unvoided attendance and noted absences: one source for every number."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from ..schema import SEATED, Absence, Attendance, Checkpoint, Participant, Wave
from .standing import ABSENCES, Standing
from .waves import CheckpointKind


def doors(checkpoint_id: Any) -> Select[Any]:
    """Select the checkpoints that share this one's list: every registration of its wave, else itself alone."""
    point, door = aliased(Checkpoint), aliased(Checkpoint)
    of_wave = and_(point.kind == CheckpointKind.HADIR, door.kind == CheckpointKind.HADIR)
    same = or_(door.id == point.id, and_(of_wave, door.wave_id == point.wave_id))
    return select(door.id).join(point, same).where(point.id == checkpoint_id)


def doors_of(session: Session, checkpoint_id: int) -> list[int]:
    """Return the ids of ``doors``."""
    return list(session.scalars(doors(checkpoint_id)))


def lists_among(points: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Return one checkpoint for each list of a wave: registrations share one, rehearsals have none."""
    doors = [point for point in points if point.kind == CheckpointKind.HADIR]
    return [point for point in points if point not in doors[1:] and point.kind != CheckpointKind.GLADI]


def marked_at(points: Sequence[int] | Select[Any]) -> ColumnElement[bool]:
    """Return the condition for a participant's live attendance at ``points``; of several, the first."""
    other = aliased(Attendance)
    first = select(func.min(other.id)).where(other.participant_id == Participant.id, other.is_live)
    first = first.where(other.checkpoint_id.in_(points)).correlate(Participant)
    return Attendance.id == first.scalar_subquery()


def marked_at_home() -> ColumnElement[bool]:
    """Return the condition for a participant's live attendance at any registration of their own wave."""
    other, door = aliased(Attendance), aliased(Checkpoint)
    first = select(func.min(other.id)).join(door, door.id == other.checkpoint_id)
    first = first.where(other.participant_id == Participant.id, other.is_live)
    first = first.where(door.kind == CheckpointKind.HADIR, door.wave_id == Participant.wave_id)
    return Attendance.id == first.correlate(Participant).scalar_subquery()


def away() -> Any:
    """Return the number of another wave at whose registration the participant attended; of several, the first."""
    other, door, there = aliased(Attendance), aliased(Checkpoint), aliased(Wave)
    rows = select(func.min(there.number)).select_from(other)
    rows = rows.join(door, door.id == other.checkpoint_id).join(there, there.id == door.wave_id)
    rows = rows.where(other.participant_id == Participant.id, other.is_live)
    rows = rows.where(door.kind == CheckpointKind.HADIR)
    rows = rows.where(or_(Participant.wave_id.is_(None), door.wave_id != Participant.wave_id))
    return rows.correlate(Participant).scalar_subquery()


def select_standing(*columns: Any, people: FromClause = SEATED, points: Sequence[int] | None = None) -> Select[Any]:
    """Select ``people`` with ``mode``, ``at``, ``away`` and ``absence``, as of ``standing_of``.

    The mark is that at ``points``, else at the registration of each one's own wave.
    """
    facts = (Attendance.mode, Attendance.at, away().label("away"), Absence.kind.label("absence"))
    rows = select(*columns, *facts).select_from(people)
    return rows.outerjoin(Attendance, marked_at_home() if points is None else marked_at(points)).outerjoin(
        Absence, and_(*_noted())
    )


def on_list(wave_id: int) -> ColumnElement[bool]:
    """Return the condition for a head of this wave: on its roster, or marked as present and archived since."""
    came = or_(Participant.on_roster, Attendance.id.is_not(None))
    return and_(Participant.wave_id == wave_id, Participant.kind == "rt", came)


def on_any_list() -> ColumnElement[bool]:
    """Return the condition for a head of any wave, in a query that does not join Attendance."""
    came = select(Attendance.id).where(marked_at_home()).correlate(Participant).exists()
    return and_(Participant.kind == "rt", or_(Participant.on_roster, came))


def stands(standing: str) -> ColumnElement[bool]:
    """Return the condition for participants of this standing in their own wave; "hadir" includes "diwakili"."""
    at_home = select(Attendance.id).where(marked_at_home()).correlate(Participant)
    guest = and_(Participant.kind != "rt", Participant.wave_id.is_(None), away().is_not(None))
    if standing == Standing.HADIR:
        return or_(at_home.exists(), guest)
    if standing == Standing.DIWAKILI:
        return at_home.where(Attendance.mode == "diwakili").exists()
    if standing == Standing.GELOMBANG_LAIN:
        return and_(~at_home.exists(), away().is_not(None), ~guest)
    noted = select(Absence.id).where(*_noted()).correlate(Participant)
    missing = and_(~at_home.exists(), away().is_(None))
    return and_(missing, noted.where(Absence.kind == standing).exists() if standing in ABSENCES else ~noted.exists())


def noted_absence() -> Any:
    """Return why the participant does not come to their wave, None where nothing was noted."""
    return select(Absence.kind).where(*_noted()).correlate(Participant).limit(1).scalar_subquery()


def _noted() -> tuple[ColumnElement[bool], ...]:
    mine = (Absence.participant_id == Participant.id, Absence.wave_id == Participant.wave_id)
    return (*mine, Absence.withdrawn_at.is_(None))
