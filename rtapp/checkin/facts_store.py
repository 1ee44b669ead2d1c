"""All that one judgement needs, read in one statement: checkpoint, person, badge, mark, an earlier scan."""

from datetime import time
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from .. import clock
from ..badges import token as codes
from ..db import Prepared, Where
from ..events.waves import CheckpointKind
from ..refusals import Refused
from ..roster.seat_store import seat_code
from ..schema import (
    Attendance,
    Badge,
    Checkpoint,
    Device,
    District,
    Event,
    Participant,
    Scan,
    Seat,
    User,
    Village,
    Wave,
)
from .attempt import Attempt, Face


def facts_of(where: Where, attempt: Attempt) -> Any:
    """Return the facts an attempt is judged by; refused with 404 for an unknown checkpoint or participant."""
    asked = {"checkpoint": attempt.checkpoint_id, "nonce": attempt.nonce}
    if attempt.participant_id is not None:
        row = _BY_PERSON.first(where, **asked, participant=attempt.participant_id)
        if row is not None and row.participant_id is None:
            raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    else:
        tokens = attempt.tokens
        if tokens:
            asked |= {f"token{number}": token for number, token in enumerate(tokens)}
            row = _by_tokens(len(tokens)).first(where, **asked)
        else:
            row = _BY_SHORT_CODE.first(where, **asked, short=codes.read_short_code(attempt.code or ""))
    if row is None:
        raise Refused("no_checkpoint", "Titik absensi ini tidak ada.", 404)
    return row


def face_of(row: Any) -> Face | None:
    """Return whom the facts are about, None where nobody is known."""
    if row.participant_id is None:
        return None
    seat = seat_code(row.village_code, row.rt, row.rw_in_key) if row.rt else None
    return Face(row.participant_id, row.name, seat, row.village, row.district, row.home_wave)


def bounds_of(where: Where, attempt: Attempt) -> dict[str, Any]:
    """Return what a late scan's own time is held against: the device's clock and age, the day of the wave.

    A rehearsal may be on any day.
    """
    row = _BOUNDS.first(where, checkpoint=attempt.checkpoint_id, device=attempt.device_id)
    begins = None if row.kind == CheckpointKind.GLADI else clock.local_moment(row.date, time(), row.timezone)
    known = [moment for moment in (row.created_at, row.paired_at) if moment is not None]
    return {"offset_ms": row.clock_offset, "existed_at": min(known, default=None), "day_begins": begins}


def _same_list(mark: Any, point: Any) -> Any:
    """Say that a mark is of a checkpoint: made there, or at another door of the same registration."""
    return or_(mark.checkpoint_id == point.id, and_(point.kind == CheckpointKind.HADIR, mark.wave_id == point.wave_id))


def _query(participant_on: Any, badge_on: Any) -> Select[Any]:
    """One statement for all a judgement needs: the checkpoint; the person, badge and mark; an earlier scan."""
    home, newer = aliased(Wave), aliased(Badge)
    needed, there = aliased(Checkpoint), aliased(Attendance)
    replaced = select(func.max(newer.issued_at)).where(newer.participant_id == Badge.participant_id)
    replaced = replaced.where(newer.is_live).scalar_subquery()
    return (
        select(
            Checkpoint.opens_at,
            Checkpoint.closes_at,
            Checkpoint.kind,
            Wave.closed_at.label("wave_closed_at"),
            Wave.id.label("wave_id"),
            Badge.id.label("badge_id"),
            Badge.revoked_at,
            case((~Badge.is_live, replaced)).label("replaced_at"),
            Participant.id.label("participant_id"),
            Participant.seat_id,
            Participant.wave_id.label("home_wave_id"),
            Participant.archived_at,
            Attendance.id.label("attendance_id"),
            Attendance.at,
            Attendance.mode,
            Attendance.number,
            Attendance.substitute_id,
            needed.name.label("requires"),
            there.id.label("meets"),
            func.coalesce(Device.label, User.name, "").label("marked_by"),
            Participant.name,
            Seat.rt,
            Seat.rw_in_key,
            Village.code.label("village_code"),
            Village.name.label("village"),
            District.name.label("district"),
            home.number.label("home_wave"),
            Scan.id.label("earlier_id"),
            Scan.checkpoint_id.label("earlier_checkpoint_id"),
            Scan.participant_id.label("earlier_participant_id"),
            Scan.badge_id.label("earlier_badge_id"),
            Scan.raw.label("earlier_raw"),
            Scan.answer.label("earlier_answer"),
        )
        .select_from(Checkpoint)
        .join(Wave, Wave.id == Checkpoint.wave_id)
        .outerjoin(Badge, badge_on)
        .outerjoin(Participant, participant_on)
        .outerjoin(
            Attendance,
            and_(
                _same_list(Attendance, Checkpoint),
                Attendance.participant_id == Participant.id,
                Attendance.is_live,
            ),
        )
        .outerjoin(Device, Device.id == Attendance.device_id)
        .outerjoin(User, User.id == Attendance.user_id)
        .outerjoin(Seat, Seat.id == Participant.seat_id)
        .outerjoin(Village, Village.id == Seat.village_id)
        .outerjoin(District, District.id == Village.district_id)
        .outerjoin(home, home.id == Participant.wave_id)
        .outerjoin(needed, needed.id == Checkpoint.requires_id)
        .outerjoin(
            there,
            and_(
                _same_list(there, needed),
                there.participant_id == Participant.id,
                there.is_live,
            ),
        )
        .outerjoin(Scan, Scan.nonce == bindparam("nonce"))
        .where(Checkpoint.id == bindparam("checkpoint"))
        .limit(1)
    )


_BOUNDS = Prepared(
    select(Checkpoint.kind, Wave.date, Event.timezone, Device.clock_offset, Device.paired_at, Device.created_at)
    .join(Wave, Wave.id == Checkpoint.wave_id)
    .join(Event, Event.id == Wave.event_id)
    .outerjoin(Device, Device.id == bindparam("device"))
    .where(Checkpoint.id == bindparam("checkpoint"))
)


@cache
def _by_tokens(number: int) -> Prepared:
    """Return the statement for what may stand for so many tokens: a code is one in each layout of the keyboard."""
    tokens = [bindparam(f"token{each}") for each in range(number)]
    return Prepared(_query(Participant.id == Badge.participant_id, Badge.token.in_(tokens)))


_BY_SHORT_CODE = Prepared(_query(Participant.id == Badge.participant_id, Badge.short_code == bindparam("short")))
# Nobody's badge by its key: told «false», SQLite would walk through all of them.
_BY_PERSON = Prepared(_query(Participant.id == bindparam("participant"), Badge.id == 0))
