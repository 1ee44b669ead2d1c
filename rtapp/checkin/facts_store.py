"""The facts a scan is judged by, read in one statement: checkpoint, person, badge, mark, an earlier scan."""

from collections.abc import Callable, Sequence
from datetime import time
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    FromClause,
    Integer,
    Select,
    String,
    any_,
    bindparam,
    case,
    func,
    select,
)
from sqlalchemy.orm import aliased

from .. import clock
from ..db import Prepared, Where, dialect_of
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
from .rows_store import SQLITE, Rows

_ASKED = Rows(
    "asked",
    Column("place", Integer),
    Column("marks", Integer),
    Column("nonce", String),
    Column("checkpoint", BigInteger),
    Column("cards", ARRAY(String)),
    Column("participant", BigInteger),
)


def facts_of(where: Where, attempt: Attempt) -> Any:
    """Return the facts to judge an attempt by; refused with 404 for an unknown checkpoint or participant."""
    row = ask_facts(where, [attempt])()[0]
    if row.wave_id is None:
        raise Refused("no_checkpoint", "Titik absensi ini tidak ada.", 404)
    if attempt.participant_id is not None and row.participant_id is None:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    return row


def ask_facts(where: Where, attempts: Sequence[Attempt], *, marks: bool = False) -> Callable[[], list[Any]]:
    """Query the facts of all attempts in one statement, and return a function that fetches them.

    With ``marks`` each row has an id for the mark that the attempt may make.
    """
    dialect = dialect_of(where)
    rows = _FACTS.ask(where, **_ASKED.value(dialect, (_asked_by(*each, marks) for each in enumerate(attempts))))

    def found() -> list[Any]:
        facts = {row.place: row for row in rows()}
        return [facts[place] for place in range(len(attempts))]

    return found


def _asked_by(place: int, attempt: Attempt, marks: bool) -> dict[str, Any]:
    row = {"place": place, "marks": int(marks), "nonce": attempt.nonce, "checkpoint": attempt.checkpoint_id}
    if attempt.participant_id is not None:
        return row | {"cards": [], "participant": attempt.participant_id}
    return row | {"cards": attempt.cards}


def face_of(row: Any) -> Face | None:
    """Return the person the facts are about, None when unknown."""
    if row.participant_id is None:
        return None
    seat = seat_code(row.village_code, row.rt, row.rw_in_key) if row.rt else None
    return Face(row.participant_id, row.name, seat, row.village, row.district, row.home_wave)


def bounds_of(where: Where, attempt: Attempt) -> dict[str, Any]:
    """Return the bounds for a late scan's time: the device's clock and age, the day of the wave.

    A rehearsal may take place on any day.
    """
    row = _BOUNDS.first(where, checkpoint=attempt.checkpoint_id, device=attempt.device_id)
    begins = None if row.kind == CheckpointKind.GLADI else clock.local_moment(row.date, time(), row.timezone)
    known = [moment for moment in (row.created_at, row.paired_at) if moment is not None]
    return {"offset_ms": row.clock_offset, "existed_at": min(known, default=None), "day_begins": begins}


def _live_mark(point: Any) -> Any:
    """Return the id of the person's mark at a checkpoint or at another door of the same registration."""
    mark = aliased(Attendance)
    marks = select(mark.id).where(mark.participant_id == Participant.id, mark.is_live).correlate(point, Participant)
    doors = marks.where(mark.wave_id == point.wave_id, point.kind == CheckpointKind.HADIR)
    return func.coalesce(doors.scalar_subquery(), marks.where(mark.checkpoint_id == point.id).scalar_subquery())


def _highest() -> Any:
    """Return the highest number given at the checkpoint."""
    mark = aliased(Attendance)
    rows = select(func.coalesce(func.max(mark.number), 0)).where(mark.checkpoint_id == Checkpoint.id)
    return rows.correlate(Checkpoint).scalar_subquery()


def _stands_in() -> Any:
    """Return the person's substitute at the registration, for a checkpoint that is no registration itself."""
    mark = aliased(Attendance)
    rows = select(func.max(mark.substitute_id)).where(mark.wave_id == Checkpoint.wave_id, mark.is_live)
    rows = rows.where(mark.participant_id == Participant.id).correlate(Checkpoint, Participant)
    return case((Checkpoint.kind != CheckpointKind.HADIR, rows.scalar_subquery()))


def _replaced_at() -> Any:
    """Return when a card that is no longer valid was replaced by another."""
    newer = aliased(Badge)
    rows = select(func.max(newer.issued_at)).where(newer.participant_id == Badge.participant_id, newer.is_live)
    return case((~Badge.is_live, rows.scalar_subquery()))


def _card(dialect: str, asked: FromClause) -> Any:
    """Return the id of the card in an attempt: by one of its tokens, or else of its short codes."""
    if dialect == SQLITE:
        read = select(func.json_each(asked.c.cards).table_valued("value").c.value)
        known = [column.in_(read) for column in (Badge.token, Badge.short_code)]
    else:
        known = [column == any_(asked.c.cards) for column in (Badge.token, Badge.short_code)]
    cards = [select(Badge.id).where(where).limit(1) for where in known]
    return func.coalesce(*(card.correlate(asked).scalar_subquery() for card in cards))


def _next_id(dialect: str, asked: FromClause) -> Any:
    """Return the id that a mark will have: inserting it explicitly saves waiting for the database to return it."""
    if dialect == SQLITE:
        return select(func.coalesce(func.max(Attendance.id), 0)).scalar_subquery() + asked.c.place + 1
    return case((asked.c.marks == 1, func.nextval(func.pg_get_serial_sequence("attendance", "id"))))


_HOME, _NEEDED = aliased(Wave), aliased(Checkpoint)
_POINT = (
    *(Checkpoint.opens_at, Checkpoint.closes_at, Checkpoint.kind),
    *(Wave.id.label("wave_id"), Wave.closed_at.label("wave_closed_at")),
    *(_NEEDED.name.label("requires"), _highest().label("highest")),
)
_CARD = (Badge.id.label("badge_id"), Badge.revoked_at, _replaced_at().label("replaced_at"))
_PERSON = (
    *(Participant.id.label("participant_id"), Participant.name, Participant.archived_at),
    *(Participant.wave_id.label("home_wave_id"), _HOME.number.label("home_wave")),
    *(Participant.seat_id, Seat.rt, Seat.rw_in_key, Village.code.label("village_code")),
    *(Village.name.label("village"), District.name.label("district")),
)
_MARK = (
    *(Attendance.id.label("attendance_id"), Attendance.at, Attendance.mode, Attendance.number),
    *(Attendance.substitute_id, func.coalesce(Device.label, User.name, "").label("marked_by")),
    *(_live_mark(_NEEDED).label("meets"), _stands_in().label("stands_in")),
)
_EARLIER = (
    *(Scan.id.label("earlier_id"), Scan.checkpoint_id.label("earlier_checkpoint_id")),
    *(Scan.participant_id.label("earlier_participant_id"), Scan.badge_id.label("earlier_badge_id")),
    *(Scan.raw.label("earlier_raw"), Scan.answer.label("earlier_answer")),
)


def _query(dialect: str) -> Select[Any]:
    """Return the statement for all facts: the checkpoint; the person, badge and mark; an earlier scan."""
    asked = _ASKED.clause(dialect)
    facts = (*_POINT, *_CARD, *_PERSON, *_MARK, *_EARLIER)
    return (
        select(asked.c.place, _next_id(dialect, asked).label("mark_id"), *facts)
        .select_from(asked)
        .outerjoin(Checkpoint, Checkpoint.id == asked.c.checkpoint)
        .outerjoin(Wave, Wave.id == Checkpoint.wave_id)
        .outerjoin(_NEEDED, _NEEDED.id == Checkpoint.requires_id)
        .outerjoin(Badge, Badge.id == _card(dialect, asked))
        .outerjoin(Participant, Participant.id == func.coalesce(asked.c.participant, Badge.participant_id))
        .outerjoin(_HOME, _HOME.id == Participant.wave_id)
        .outerjoin(Seat, Seat.id == Participant.seat_id)
        .outerjoin(Village, Village.id == Seat.village_id)
        .outerjoin(District, District.id == Village.district_id)
        .outerjoin(Attendance, Attendance.id == _live_mark(Checkpoint))
        .outerjoin(Device, Device.id == Attendance.device_id)
        .outerjoin(User, User.id == Attendance.user_id)
        .outerjoin(Scan, Scan.nonce == asked.c.nonce)
    )


_BOUNDS = Prepared(
    select(Checkpoint.kind, Wave.date, Event.timezone, Device.clock_offset, Device.paired_at, Device.created_at)
    .join(Wave, Wave.id == Checkpoint.wave_id)
    .join(Event, Event.id == Wave.event_id)
    .outerjoin(Device, Device.id == bindparam("device"))
    .where(Checkpoint.id == bindparam("checkpoint"))
)
_FACTS = Prepared(_query)
