"""Daftar hadir, read from unvoided attendance: the heads of a wave with their state, then whoever else is there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, func, or_, select
from sqlalchemy.orm import Session

from ..audit.store import head_before
from ..events.checkpoint_store import checkpoints_of
from ..events.waves import CheckpointKind
from ..refusals import Refused
from ..schema import Absence, Attendance, Checkpoint, District, Participant, Seat, Substitute, Village, Wave
from .attendance import Line, Roll
from .transport import title_of, village_of


def listed_points(session: Session, wave_id: int) -> Sequence[Checkpoint]:
    """Return the checkpoints of a wave that have a list: all but rehearsals."""
    return [point for point in checkpoints_of(session, wave_id) if point.kind != CheckpointKind.GLADI]


def roll_of(session: Session, wave: Wave, point_id: int | None, *, blank: bool, now: datetime) -> Roll:
    """Return the list of a checkpoint, else of the wave's first; ``blank`` without anything of the record.

    Refused with 404 where the wave has no such checkpoint, or where it is a rehearsal.
    """
    points = listed_points(session, wave.id)
    point = next((point for point in points if point_id in (None, point.id)), None)
    if point is None:
        raise Refused("no_point", "Gelombang ini tidak punya titik absensi itu.", 404)
    lines = [_line(row, wave) for row in session.execute(_people(wave.id, None if blank else point.id))]
    lines.sort(key=lambda line: line.apart)
    return Roll(wave.number, point.id, point.name, blank, tuple(lines), head_before(session, now))


def _people(wave_id: int, point_id: int | None) -> Any:
    """Select a wave's people by district, village and RT; of a checkpoint also their state, and who else is there."""
    away = _elsewhere(wave_id)
    own, home = Participant.wave_id == wave_id, Wave.number
    return (
        select(
            Participant.id, Participant.name, Participant.kind, Participant.wave_id, home, Seat.rt, Seat.rw,
            Village.name.label("village"), Village.kind.label("village_kind"), District.name.label("district"),
            Attendance.at, Attendance.mode, Substitute.name.label("substitute"),
            away.c.number.label("away"), Absence.kind.label("absence"),
        )
        .select_from(Participant)
        .outerjoin(Wave, Wave.id == Participant.wave_id)
        .outerjoin(Seat, Seat.id == Participant.seat_id)
        .outerjoin(Village, Village.id == Seat.village_id)
        .outerjoin(District, District.id == Village.district_id)
        .outerjoin(Attendance, _marked(point_id))
        .outerjoin(Substitute, Substitute.id == Attendance.substitute_id)
        .outerjoin(away, and_(away.c.participant_id == Participant.id, _recorded(point_id)))
        .outerjoin(Absence, and_(_excused(wave_id), _recorded(point_id)))
        .where(or_(and_(own, Participant.archived_at.is_(None)), Attendance.id.is_not(None)))
        .order_by(Village.code.is_(None), District.code, Village.code, Seat.rt, Seat.rw)
        .order_by(Participant.name_key, Participant.id)
    )  # fmt: skip


def _marked(point_id: int | None) -> ColumnElement[bool]:
    live = and_(Attendance.participant_id == Participant.id, Attendance.voided_at.is_(None))
    return and_(live, Attendance.checkpoint_id == point_id) if point_id else false()


def _recorded(point_id: int | None) -> ColumnElement[bool]:
    return Participant.id.is_not(None) if point_id else false()


def _excused(wave_id: int) -> ColumnElement[bool]:
    mine = and_(Absence.participant_id == Participant.id, Absence.wave_id == wave_id)
    return and_(mine, Absence.withdrawn_at.is_(None))


def _elsewhere(wave_id: int) -> Any:
    """Select who is marked at the registration of another wave, and of which, the first where there are several."""
    rows = select(Attendance.participant_id, func.min(Wave.number).label("number"))
    rows = rows.join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id).join(Wave, Wave.id == Checkpoint.wave_id)
    rows = rows.where(Checkpoint.kind == CheckpointKind.HADIR, Wave.id != wave_id, Attendance.voided_at.is_(None))
    return rows.group_by(Attendance.participant_id).subquery()


def _line(row: Row[Any], wave: Wave) -> Line:
    own = row.wave_id == wave.id
    if row.at:
        state = "diwakili" if row.mode == "diwakili" else "hadir"
    else:
        state = "gelombang_lain" if row.away else row.absence or "belum"
    return Line(
        row.name,
        title_of(row.kind, row.rt, row.rw),
        village_of(row.village, row.village_kind),
        row.district or "",
        state,
        row.at,
        row.substitute or "",
        wave=row.away if state == "gelombang_lain" else 0 if own else row.number or 0,
        apart=not own or row.kind != "rt",
        person=row.id,
    )
