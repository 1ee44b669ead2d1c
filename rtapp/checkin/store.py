"""Recording one scan, with or without a decision, and its answer; a plain scan takes three statements."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.orm import Session

from .. import clock
from ..badges import token as codes
from ..db import Line, Prepared, Where, upsert
from ..events.waves import CheckpointKind
from ..refusals import Refused
from ..schema import Attendance, Scan
from .attempt import Answer, Attempt, stored_answer
from .decide_store import (
    ASKING,
    DIWAKILI,
    MARKING,
    LostRace,
    corrects,
    followed,
    insert_mark,
    keep_cases,
    refuse_other_person,
    resolve,
    substitute_of,
    undo_own,
    undone_since,
    walk_in,
)
from .decision import LATE, NO_DECISION, true_time
from .facts_store import bounds_of, face_of, facts_of
from .turns_store import begin_recording
from .verdict import Facts, Verdict, is_open, judge

_PASSING = {"replayed", "person"}


def record_scan(session: Where, attempt: Attempt, *, now: datetime) -> Answer:
    """Record one attempt and return its answer; a nonce recorded before gets the same answer again.

    The writer passes the driver's connection for plain scans, which is faster; decisions need a session.

    Refused with 404 for an unknown checkpoint or participant, with 409 for a nonce used for another checkpoint, code
    or participant, with 403 for a decision without the duty it needs. Raises LostRace when a parallel transaction was
    first (PostgreSQL). Judged in the order nonce, badge, revoked, archived, window, presence, wave; the unique index
    decides presence.
    """
    if not isinstance(session, Connection | Line):  # for a group, the writer has done so for all its scans
        begin_recording(session, [attempt.checkpoint_id], [attempt.participant_id] if attempt.participant_id else ())
    row = facts_of(session, attempt)
    if row.earlier_id is not None:
        return _replay(session, attempt, row)
    follows = None
    if attempt.decision != NO_DECISION or attempt.follows:
        attempt, row, follows = _prepare(session, attempt, row, now)
    at, trusted = _happened(session, attempt, now)
    if attempt.decision.resolve:
        verdict, mark = resolve(session, attempt, row, follows, at=at, now=now)
    else:
        verdict = judge(as_facts(row, at, attempt))
        if verdict in MARKING and _is_of_the_past(attempt) and undone_since(session, attempt.checkpoint_id, row, at):
            verdict = Verdict.CONFLICT  # they had a mark then that was undone since: a person decides
        mark = _mark(session, attempt, row, verdict, at)
        verdict = Verdict.REPRESENTED if mark is not None and mark.mode == DIWAKILI else verdict
    answer = answer_of(attempt, verdict, row, mark, at, now)
    if verdict not in MARKING and attempt.decision.substitute:  # so that a person who decides knows who came
        answer = replace(answer, came_instead=substitute_of(session, attempt, row))
    scan_id = insert_scan(session, scan_row(attempt, answer, row, follows, now))
    if attempt.source in LATE or not trusted or answer.over or verdict in ASKING or attempt.decision != NO_DECISION:
        keep_cases(session, attempt, answer, scan_id, trusted=trusted, now=now)
    return answer


def _happened(session: Where, attempt: Attempt, now: datetime) -> tuple[datetime, bool]:
    """Return when the attempt happened, and whether its own time was trusted; ``over_all`` always trusts it."""
    if attempt.client_at is None or attempt.source not in LATE:
        return now, True
    if attempt.decision.over_all:
        return min(attempt.client_at, now), True
    bounds = bounds_of(session, attempt)
    return true_time(attempt.source, attempt.client_at, attempt.sent_at, now=now, **bounds)


def insert_scan(session: Where, row: dict[str, Any]) -> int:
    """Insert a scan (values by column) and return its id; raises LostRace when its nonce was inserted meanwhile."""
    added = _INSERT_SCAN.first(session, **row)
    if added is None:
        raise LostRace(str(row["nonce"]))
    return int(added.id)


def _is_of_the_past(attempt: Attempt) -> bool:
    """Say whether an attempt reports an earlier moment without deciding about it."""
    return attempt.client_at is not None and not attempt.follows and not attempt.decision.over_all


def find_answer(session: Session, nonce: str) -> Answer:
    """Return the answer once given to ``nonce``; refused with 404 if unknown."""
    row = session.execute(select(Scan.answer).where(Scan.nonce == nonce)).first()
    if row is None:
        raise Refused("no_scan", "Pindaian ini tidak ada.", 404)
    return stored_answer(row.answer)


def _replay(session: Where, attempt: Attempt, row: Any) -> Answer:
    earlier = row.earlier_answer
    same = row.earlier_checkpoint_id == attempt.checkpoint_id
    if stored_answer(earlier).handed_in:  # from a receipt, which contains neither card nor form
        return _replay_handed_in(session, attempt, row, same)
    same = same and earlier.get("asked") == (attempt.decision.digest or None)
    if attempt.decision.walk_in:
        row = facts_of(session, replace(attempt, participant_id=row.earlier_participant_id))
    else:
        same = same and row.earlier_participant_id == row.participant_id
        raw = None if row.badge_id or attempt.code is None else codes.masked(attempt.code)
        same = same and row.earlier_badge_id == row.badge_id and row.earlier_raw == raw
    return _again(earlier, row, same)


def _replay_handed_in(session: Where, attempt: Attempt, row: Any, same: bool) -> Answer:
    if attempt.decision.walk_in or row.participant_id is None:
        here = facts_of(session, replace(attempt, participant_id=row.earlier_participant_id, code=None))
        return _again(row.earlier_answer, here, same)
    return _again(row.earlier_answer, row, same and row.earlier_participant_id in (None, row.participant_id))


def _again(earlier: dict[str, Any], row: Any, same: bool) -> Answer:
    if not same:
        raise Refused("nonce_reused", "Nonce ini sudah dipakai untuk pindaian lain.", 409)
    return stored_answer(earlier, replayed=True, person=face_of(row))


def _prepare(
    session: Where, attempt: Attempt, row: Row[Any], now: datetime
) -> tuple[Attempt, Row[Any], Row[Any] | None]:
    """Prepare a decision for judging: check the duty, find the followed scan, add a walk-in, undo a corrected mark."""
    if attempt.decision.needs_duty and not attempt.may_decide:
        raise Refused("may_not_decide", "Keputusan ini memerlukan koordinator, atau PIN-nya.", 403)
    follows = followed(session, attempt.follows, attempt.checkpoint_id) if attempt.follows else None
    if attempt.decision.needs_duty:
        refuse_other_person(follows, row.participant_id)
    if attempt.decision.walk_in:
        attempt = replace(attempt, participant_id=walk_in(session, attempt, now=now), code=None)
        row = facts_of(session, attempt)
    still_open = is_open(now, row.opens_at, row.closes_at, row.wave_closed_at)  # else a mark is lost
    if attempt.decision.substitute and follows is not None and still_open and corrects(attempt, follows, row, now):
        undo_own(session, attempt, row, now=now)
        row = facts_of(session, attempt)
    return attempt, row, follows


def as_facts(row: Any, at: datetime, attempt: Attempt) -> Facts:
    """Return the facts to judge an attempt by that happened at ``at``."""
    return Facts(
        known=row.participant_id is not None,
        archived=row.archived_at is not None,
        revoked=row.revoked_at is not None,
        present=row.attendance_id is not None,
        represented=row.mode == DIWAKILI,
        by_substitute=attempt.decision.substitute is not None,
        accepted=attempt.decision.accept_other_wave or attempt.decision.over_all,
        meets=row.requires is None or row.meets is not None or attempt.decision.over_all,
        open=attempt.decision.over_all or is_open(at, row.opens_at, row.closes_at, row.wave_closed_at),
        has_seat=row.seat_id is not None,
        home_wave=row.home_wave_id,
        wave=row.wave_id,
    )


def _mark(session: Session, attempt: Attempt, row: Row[Any], verdict: Verdict, at: datetime) -> Any:
    """Insert the mark that a verdict makes and return it; None when it makes none.

    An existing mark later than ``at`` gets the earlier time.
    """
    if verdict is Verdict.ALREADY and at < row.at:
        _BACK_IN_TIME.all(session, mark=row.attendance_id, earlier=at)
    if verdict not in MARKING:
        return None
    stands_in = verdict is Verdict.REPRESENTED or row.kind != CheckpointKind.HADIR
    substitute = substitute_of(session, attempt, row) if stands_in else None
    return insert_mark(session, attempt, row.participant_id, at, substitute)


def scan_row(attempt: Attempt, answer: Answer, row: Any, follows: Any, now: datetime) -> dict[str, Any]:
    """Return the scan to insert as values by column."""
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
        "attendance_id": answer.attendance_id if answer.verdict in MARKING else None,
        "follows_id": follows.id if follows else None,
    }


def answer_of(attempt: Attempt, verdict: Verdict, row: Any, mark: Any, at: datetime, now: datetime) -> Answer:
    """Return the answer to an attempt with this verdict; ``mark`` is the mark it made, None without one."""
    answer: dict[str, Any] = {"nonce": attempt.nonce, "verdict": verdict, "checkpoint_id": attempt.checkpoint_id}
    answer |= {"participant_id": row.participant_id, "person": face_of(row), "asked": attempt.decision.digest or None}
    if at != now:
        answer["happened_at"] = clock.iso(at)
    answer |= {name: value for name, value in attempt.origin.items() if name == "handed_in"}
    if attempt.since:
        answer["since"] = clock.iso(attempt.since)
    if mark is not None:
        answer |= {"attendance_id": mark.id, "at": clock.iso(mark.at), "mode": mark.mode, "number": mark.number}
        answer |= {"device": attempt.recorded_by, "substitute_id": mark.substitute_id}
    elif verdict in (Verdict.ALREADY, Verdict.CONFLICT) and row.attendance_id is not None:
        first = min(row.at, at) if verdict is Verdict.ALREADY else row.at
        answer |= {"attendance_id": row.attendance_id, "at": clock.iso(first), "mode": row.mode, "number": row.number}
        answer |= {"device": row.marked_by, "substitute_id": row.substitute_id}
    elif verdict is Verdict.NOT_OPEN:
        closes = min(filter(None, (row.closes_at, row.wave_closed_at)), default=None)
        answer["opens_at"] = clock.iso(row.opens_at) if row.opens_at else None
        answer["closes_at"] = clock.iso(closes) if closes else None
        answer["over"] = (closes is not None and at >= closes) or None
        within = is_open(at, row.opens_at, row.closes_at, row.wave_closed_at)
        answer["requires"] = row.requires if within else None
    elif verdict is Verdict.REVOKED:
        answer["revoked_at"] = clock.iso(row.revoked_at)
        answer["replaced_at"] = clock.iso(row.replaced_at) if row.replaced_at else None
    elif verdict is Verdict.UNKNOWN:
        answer["raw"] = codes.masked(attempt.code or "")
    return Answer(**answer)


def _insert_scan(dialect: str) -> Any:
    columns = {column.name: column.type for column in Scan.__table__.columns if column.name != "id"}
    row = {name: bindparam(name, type_=type_) for name, type_ in columns.items()}
    statement = upsert(dialect, Scan.__table__).values(row)
    return statement.on_conflict_do_nothing(index_elements=["nonce"]).returning(Scan.id)


_BACK_IN_TIME = Prepared(
    update(Attendance.__table__)
    .where(Attendance.id == bindparam("mark"))
    .values(at=bindparam("earlier", type_=Attendance.__table__.c["at"].type))
)
_INSERT_SCAN = Prepared(_insert_scan)
