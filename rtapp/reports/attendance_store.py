"""Daftar hadir, read from unvoided attendance: the heads of a wave with their state, then whoever else is there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_
from sqlalchemy.orm import Session

from ..audit.store import head_before
from ..events.checkpoint_store import checkpoints_of
from ..events.standing import Standing, standing_of
from ..events.standing_store import doors_of, lists_among, select_standing
from ..refusals import Refused
from ..schema import BY_PLACE, PLACED, Attendance, Checkpoint, District, Participant, Seat, Substitute, Village, Wave
from .attendance import Roll, RollLine
from .transport import title_of, village_of


def listed_points(session: Session, wave_id: int) -> Sequence[Checkpoint]:
    """Return the checkpoints of a wave that have a list: no rehearsal, and one for all doors of its registration."""
    return lists_among(checkpoints_of(session, wave_id))


def roll_of(session: Session, wave: Wave, point_id: int | None, *, blank: bool, now: datetime) -> Roll:
    """Return the list of a checkpoint, else of the wave's first; ``blank`` without anything of the record.

    Every door of a registration has the list of the first. Refused with 404 where the wave has no such checkpoint,
    or where it is a rehearsal.
    """
    points = listed_points(session, wave.id)
    doors = doors_of(session, point_id) if point_id is not None else []
    point = next((point for point in points if point_id is None or point.id in doors), None)
    if point is None:
        raise Refused("no_point", "Gelombang ini tidak punya titik absensi itu.", 404)
    marked = [] if blank else doors_of(session, point.id)
    lines = [_line(row, wave, blank) for row in session.execute(_people(wave.id, marked))]
    lines.sort(key=lambda line: line.apart)
    return Roll(wave.number, point.id, point.name, blank, tuple(lines), head_before(session, now))


def _people(wave_id: int, doors: Sequence[int]) -> Any:
    """Select a wave's people by district, village and RT with how they stand, and who else is marked at ``doors``."""
    own = Participant.wave_id == wave_id
    return (
        select_standing(
            Participant.id, Participant.name, Participant.kind, Participant.wave_id, Wave.number, Seat.rt, Seat.rw,
            Village.name.label("village"), Village.kind.label("village_kind"), District.name.label("district"),
            Substitute.name.label("substitute"), people=PLACED, points=doors,
        )
        .outerjoin(Wave, Wave.id == Participant.wave_id)
        .outerjoin(Substitute, Substitute.id == Attendance.substitute_id)
        .where(or_(and_(own, Participant.on_roster), Attendance.id.is_not(None)))
        .order_by(*BY_PLACE)
    )  # fmt: skip


def _line(row: Row[Any], wave: Wave, blank: bool) -> RollLine:
    own = row.wave_id == wave.id
    state = str(Standing.BELUM if blank else standing_of(row.mode, row.away, row.absence))
    return RollLine(
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
