"""Record a scan and answer it: the hot path, in three statements of Core."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from .. import clock
from ..badges import token as codes
from ..db import upsert
from ..refusals import Refused
from ..roster.store import seat_code
from ..schema import Attendance, Badge, Checkpoint, Device, District, Participant, Scan, Seat, User, Village, Wave
from .verdict import Facts, Source, Verdict, is_open, judge


@dataclass(frozen=True)
class Attempt:
    """One scan as it arrives: exactly one of ``code`` (what was read) and ``participant_id`` is set.

    ``recorded_by`` is the label of the device or the name of the user who scans.
    """

    nonce: str
    checkpoint_id: int
    source: Source
    code: str | None = None
    participant_id: int | None = None
    device_id: int | None = None
    user_id: int | None = None
    recorded_by: str = ""
    client_at: datetime | None = None


@dataclass(frozen=True)
class Face:
    """Whom an answer is about, as programs read it: as they are now, and so not kept with the scan."""

    id: int
    name: str
    seat: str | None
    village: str | None
    district: str | None
    wave: int | None


@dataclass(frozen=True)
class Answer:
    """The facts of a verdict, in no language and without personal data; kept with the scan for replays.

    What is true only of this reading, ``replayed`` and ``person``, is not kept.
    """

    nonce: str
    verdict: Verdict
    checkpoint_id: int
    participant_id: int | None = None
    attendance_id: int | None = None
    at: str | None = None
    mode: str | None = None
    device: str | None = None
    number: int | None = None
    raw: str | None = None
    opens_at: str | None = None
    closes_at: str | None = None
    revoked_at: str | None = None
    replaced_at: str | None = None
    replayed: bool = False
    person: Face | None = field(default=None, compare=False)


class LostRace(Exception):
    """A parallel transaction was first: roll this attempt back and record it again."""


def record_scan(session: Session | Connection, attempt: Attempt, *, now: datetime) -> Answer:
    """Record one attempt and return its answer; a nonce seen before gives the same answer again.

    A bare connection, which the writer gives, takes half as long as a session.

    Refused with 404 for an unknown checkpoint or participant and with 409 for a nonce that was used for another
    checkpoint, code or participant. Raises LostRace when a parallel transaction was first (PostgreSQL). Judged in
    the order nonce, badge, revoked, archived, window, presence, wave; presence is decided by the unique index.
    """
    row = _facts_of(session, attempt)
    if row.earlier_id is not None:
        return _replay(attempt, row)
    verdict, mark = judge(_as_facts(row, now)), None
    if verdict is Verdict.WELCOME:
        mark = _mark(session, attempt, row, now)
        if mark is None:
            raise LostRace(attempt.nonce)
    answer = _answer(attempt, verdict, row, mark, now)
    added = session.execute(_insert_scan(_dialect(session)), _scan_row(attempt, answer, row, now)).first()
    if added is None:
        raise LostRace(attempt.nonce)
    return answer


def find_answer(session: Session, nonce: str) -> Answer:
    """Return the answer once given to ``nonce``, or refuse with 404."""
    row = session.execute(select(Scan.answer).where(Scan.nonce == nonce)).first()
    if row is None:
        raise Refused("no_scan", "Pindaian ini tidak ada.", 404)
    return _stored(row.answer)


def _stored(facts: dict[str, Any], **more: Any) -> Answer:
    return Answer(**{**facts, "verdict": Verdict(facts["verdict"]), **more})


def _replay(attempt: Attempt, row: Row[Any]) -> Answer:
    same = row.earlier_checkpoint_id == attempt.checkpoint_id and row.earlier_participant_id == row.participant_id
    if attempt.code is not None:
        raw = None if row.badge_id else codes.masked(attempt.code)
        same = same and row.earlier_badge_id == row.badge_id and row.earlier_raw == raw
    else:
        same = same and row.earlier_badge_id is None
    if not same:
        raise Refused("nonce_reused", "Nonce ini sudah dipakai untuk pindaian lain.", 409)
    return _stored(row.earlier_answer, replayed=True, person=_face(row))


def _face(row: Row[Any]) -> Face | None:
    if row.participant_id is None:
        return None
    seat = seat_code(row.village_code, row.rt, row.rw_in_key) if row.rt else None
    return Face(row.participant_id, row.name, seat, row.village, row.district, row.home_wave)


def _facts_of(session: Session | Connection, attempt: Attempt) -> Row[Any]:
    if attempt.participant_id is not None:
        row = session.execute(
            _FACTS_BY_PERSON,
            {
                "checkpoint": attempt.checkpoint_id,
                "nonce": attempt.nonce,
                "participant": attempt.participant_id,
            },
        ).first()
        if row is not None and row.participant_id is None:
            raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    else:
        raw = attempt.code or ""
        read = {"checkpoint": attempt.checkpoint_id, "nonce": attempt.nonce, "tokens": codes.read_tokens(raw)}
        row = session.execute(_FACTS_BY_CODE, {**read, "short": codes.read_short_code(raw)}).first()
    if row is None:
        raise Refused("no_checkpoint", "Titik absensi ini tidak ada.", 404)
    return row


def _as_facts(row: Row[Any], now: datetime) -> Facts:
    return Facts(
        known=row.participant_id is not None,
        archived=row.archived_at is not None,
        revoked=row.revoked_at is not None,
        present=row.attendance_id is not None,
        open=is_open(now, row.opens_at, row.closes_at, row.wave_closed_at),
        has_seat=row.seat_id is not None,
        home_wave=row.home_wave_id,
        wave=row.wave_id,
    )


def _mark(session: Session | Connection, attempt: Attempt, row: Row[Any], now: datetime) -> Row[Any] | None:
    """Insert the attendance; None when somebody else's row is already there."""
    mark = {
        "checkpoint_id": attempt.checkpoint_id,
        "participant_id": row.participant_id,
        "at": now,
        "device_id": attempt.device_id,
        "user_id": attempt.user_id,
    }
    return session.execute(_insert_mark(_dialect(session)), mark).first()


def _scan_row(attempt: Attempt, answer: Answer, row: Row[Any], now: datetime) -> dict[str, Any]:
    return {
        "nonce": attempt.nonce,
        "checkpoint_id": attempt.checkpoint_id,
        "participant_id": row.participant_id,
        "badge_id": row.badge_id,
        "raw": answer.raw,
        "verdict": str(answer.verdict),
        "answer": {key: value for key, value in vars(answer).items() if value is not None and key not in _PASSING},
        "source": str(attempt.source),
        "device_id": attempt.device_id,
        "user_id": attempt.user_id,
        "client_at": attempt.client_at,
        "server_at": now,
        "attendance_id": answer.attendance_id if answer.verdict is Verdict.WELCOME else None,
    }


def _answer(attempt: Attempt, verdict: Verdict, row: Row[Any], mark: Row[Any] | None, now: datetime) -> Answer:
    answer: dict[str, Any] = {
        "nonce": attempt.nonce,
        "verdict": verdict,
        "checkpoint_id": attempt.checkpoint_id,
        "person": _face(row),
    }
    answer["participant_id"] = row.participant_id
    if mark is not None:
        answer |= {"attendance_id": mark.id, "at": clock.iso(now), "mode": "sendiri", "number": mark.number}
        answer["device"] = attempt.recorded_by
    elif verdict is Verdict.ALREADY:
        answer |= {
            "attendance_id": row.attendance_id,
            "at": clock.iso(row.at),
            "mode": row.mode,
            "number": row.number,
        }
        answer["device"] = row.marked_by
    elif verdict is Verdict.NOT_OPEN:
        closes = min(filter(None, (row.closes_at, row.wave_closed_at)), default=None)
        answer["opens_at"] = clock.iso(row.opens_at) if row.opens_at else None
        answer["closes_at"] = clock.iso(closes) if closes else None
    elif verdict is Verdict.REVOKED:
        answer["revoked_at"] = clock.iso(row.revoked_at)
        answer["replaced_at"] = clock.iso(row.replaced_at) if row.replaced_at else None
    elif verdict is Verdict.UNKNOWN:
        answer["raw"] = codes.masked(attempt.code or "")
    return Answer(**answer)


def _facts_query(participant_on: Any, badge_on: Any) -> Select[Any]:
    """One statement for all a judgement needs: the checkpoint; the person, badge and mark; an earlier scan."""
    home = aliased(Wave)
    newer = aliased(Badge)
    replaced = select(func.max(newer.issued_at)).where(newer.participant_id == Badge.participant_id)
    replaced = replaced.where(newer.revoked_at.is_(None)).scalar_subquery()
    return (
        select(
            Checkpoint.opens_at,
            Checkpoint.closes_at,
            Wave.closed_at.label("wave_closed_at"),
            Wave.id.label("wave_id"),
            Badge.id.label("badge_id"),
            Badge.revoked_at,
            case((Badge.revoked_at.is_not(None), replaced)).label("replaced_at"),
            Participant.id.label("participant_id"),
            Participant.seat_id,
            Participant.wave_id.label("home_wave_id"),
            Participant.archived_at,
            Attendance.id.label("attendance_id"),
            Attendance.at,
            Attendance.mode,
            Attendance.number,
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
                Attendance.checkpoint_id == Checkpoint.id,
                Attendance.participant_id == Participant.id,
                Attendance.voided_at.is_(None),
            ),
        )
        .outerjoin(Device, Device.id == Attendance.device_id)
        .outerjoin(User, User.id == Attendance.user_id)
        .outerjoin(Seat, Seat.id == Participant.seat_id)
        .outerjoin(Village, Village.id == Seat.village_id)
        .outerjoin(District, District.id == Village.district_id)
        .outerjoin(home, home.id == Participant.wave_id)
        .outerjoin(Scan, Scan.nonce == bindparam("nonce"))
        .where(Checkpoint.id == bindparam("checkpoint"))
        .limit(1)
    )


def _dialect(session: Session | Connection) -> str:
    return (session if isinstance(session, Connection) else session.get_bind()).dialect.name


@cache
def _insert_mark(dialect: str) -> Any:
    highest = select(func.coalesce(func.max(Attendance.number), 0) + 1)
    highest = highest.where(Attendance.checkpoint_id == bindparam("checkpoint_id"))
    names = ("checkpoint_id", "participant_id", "at", "device_id", "user_id")
    values = {name: bindparam(name, type_=Attendance.__table__.c[name].type) for name in names}
    values |= {"number": highest.scalar_subquery(), "mode": "sendiri", "voided_by": "", "void_reason": ""}
    insert = upsert(dialect, Attendance.__table__).values(values)
    insert = insert.on_conflict_do_nothing(
        index_elements=["checkpoint_id", "participant_id"], index_where=Attendance.voided_at.is_(None)
    )
    return insert.returning(Attendance.id, Attendance.number)


@cache
def _insert_scan(dialect: str) -> Any:
    insert = upsert(dialect, Scan.__table__)
    return insert.on_conflict_do_nothing(index_elements=["nonce"]).returning(Scan.id)


_PASSING = {"replayed", "person"}
_FACTS_BY_CODE = _facts_query(
    Participant.id == Badge.participant_id,
    or_(Badge.token.in_(bindparam("tokens", expanding=True)), Badge.short_code == bindparam("short")),
)
_FACTS_BY_PERSON = _facts_query(Participant.id == bindparam("participant"), false())
