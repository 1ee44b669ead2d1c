"""The marks at a checkpoint: the last scans, undoing a mark, the snapshot for a desk."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session

from .. import clock
from ..accounts.roles import Actor, Duty
from ..audit.store import note
from ..db import Prepared, Where
from ..events.checkpoint_store import find_checkpoint
from ..events.standing_store import doors_of, marked_at
from ..events.waves import CheckpointKind
from ..refusals import Refused, existing
from ..roster.seat_store import seat_code
from ..schema import (
    PLACED,
    Attendance,
    Badge,
    Case,
    Checkpoint,
    District,
    Event,
    Participant,
    Scan,
    Seat,
    Village,
    Wave,
)
from .attempt import stored_answer
from .turns_store import begin_recording
from .verdict import Verdict

UNDO_WINDOW = timedelta(minutes=15)
KEPT_AFTER = timedelta(hours=24)
REHEARSED = "gladi selesai"


class LastScan(NamedTuple):
    """One line of «the last scans»: the scan, its verdict and person (else ``raw``).

    ``at`` is when it was made, ``undone`` whether its mark was undone, ``undo`` the id of the mark if the actor may
    undo it, ``about`` the id of the person.
    """

    nonce: str
    verdict: str
    heading: str
    at: datetime
    raw: str
    undone: bool
    undo: int | None
    about: int | None = None
    name: str = ""
    rt: str = ""
    village: str = ""
    village_kind: str = ""


def last_scans(where: Where, checkpoint_id: int, actor: Actor, *, closed: bool, now: datetime) -> list[LastScan]:
    """Return this actor's last ten scans at the checkpoint, newest first; ``closed`` is whether its wave is closed."""
    rows = _LAST_OF[actor.kind].all(where, checkpoint=checkpoint_id, who=actor.id)
    return [_line(row, actor, now, closed) for row in rows]


def may_undo(actor: Actor, mark: Any, now: datetime, *, closed: bool) -> bool:
    """Say whether ``actor`` may undo ``mark``: a supervisor any, a clerk their own for 15 minutes.

    ``closed`` is whether the mark's wave is closed, and so frozen for clerks.
    """
    if mark.voided_at is not None or not actor.may_use(mark.checkpoint_id):
        return False
    if actor.may(Duty.UNDO_ANY):
        return True
    own = mark.device_id == actor.device_id if actor.device_id else mark.user_id == actor.user_id
    return actor.may(Duty.UNDO_OWN) and not closed and own and now - mark.at <= UNDO_WINDOW


def undoable(where: Where, actor: Actor, attendance_id: int | None, *, now: datetime) -> int | None:
    """Return ``attendance_id`` when the actor may undo that mark, else None."""
    mark = _MARK.first(where, mark=attendance_id) if attendance_id else None
    if mark is None or not may_undo(actor, mark, now, closed=mark.closed_at is not None):
        return None
    return attendance_id


def mark_at(session: Session, checkpoint_id: int, participant_id: int) -> Attendance | None:
    """Return a person's live mark at a checkpoint, at any door of a registration; None without one."""
    points = Attendance.checkpoint_id.in_(doors_of(session, checkpoint_id))
    rows = select(Attendance).where(points, Attendance.participant_id == participant_id, Attendance.is_live)
    return session.scalar(rows.order_by(Attendance.id).limit(1))


def live_mark(session: Session, attendance_id: int) -> Attendance:
    """Return a mark that was not undone; refused with 404 otherwise."""
    mark = session.get(Attendance, attendance_id)
    if mark is None or mark.voided_at is not None:
        raise Refused("no_attendance", "Pencatatan ini tidak ada.", 404)
    return mark


def void_mark(
    session: Session, actor: Actor, attendance_id: int, reason: str, *, now: datetime, instead: int | None = None
) -> Attendance:
    """Undo a mark with a reason; the row stays and names who did it.

    ``instead`` is the participant to be marked in its place in the same transaction. Refused as ``may_undo`` rules.
    """
    mark = _locked(session, attendance_id, instead)
    if mark.voided_at is not None:
        raise Refused("already_voided", "Pencatatan ini sudah dibatalkan oleh %(by)s.", 409, by=mark.voided_by)
    closed = _is_closed(session, mark.checkpoint_id)
    if closed and not actor.may(Duty.UNDO_ANY):
        raise Refused("wave_frozen", "Gelombang ini sudah ditutup. Mintalah koordinator mengubahnya.", 403)
    if not may_undo(actor, mark, now, closed=closed):
        raise Refused(
            "may_not_undo",
            "Petugas membatalkan pencatatannya sendiri paling lama 15 menit. Minta koordinator membatalkannya.",
            403,
        )
    if not reason.strip():
        raise Refused("no_reason", "Tulis alasan pembatalan.", 422)
    mark.voided_at, mark.voided_by, mark.void_reason = now, actor.name, reason.strip()[:300]
    note(session, actor.name, "attendance.void", "participant", mark.participant_id, now=now, reason=reason,
         attendance=mark.id, checkpoint=mark.checkpoint_id)  # fmt: skip
    return mark


def rehearsal_marks(session: Session, wave_id: int) -> int:
    """Return the number of live rehearsal marks (gladi) in a wave."""
    return len(session.scalars(_rehearsal(wave_id)).all())


def wipe_rehearsal(session: Session, actor: str, wave_id: int, *, now: datetime) -> int:
    """Void all marks of a wave's rehearsal and close its open cases; return the number of marks voided."""
    marks = session.scalars(_rehearsal(wave_id)).all()
    for mark in marks:
        mark.voided_at, mark.voided_by, mark.void_reason = now, actor[:80], REHEARSED
    cases = select(Case).join(Checkpoint, Checkpoint.id == Case.checkpoint_id).where(Case.settled_at.is_(None))
    waiting = session.scalars(cases.where(Checkpoint.wave_id == wave_id, Checkpoint.kind == CheckpointKind.GLADI)).all()
    for case in waiting:
        case.settled_at, case.settled_by, case.outcome = now, actor[:120], REHEARSED
    session.flush()
    if marks or waiting:
        wiped = {"marks": len(marks), "cases": len(waiting)}
        note(session, actor, "rehearsal.wipe", "wave", wave_id, now=now, reason=REHEARSED, **wiped)
    return len(marks)


def waves_attended(where: Where, participant_id: int, except_wave: int) -> Sequence[int]:
    """Return the numbers of the other waves at whose registration this person was marked."""
    return [row.number for row in _ATTENDED.all(where, participant=participant_id, but=except_wave)]


def kept_until(day: date, zone: str, *, now: datetime) -> datetime:
    """Return when a desk forgets its snapshot: a day after the end of the wave's day, or of today if that is later."""
    return clock.end_of_day(max(day, clock.local(now, zone).date()), zone) + KEPT_AFTER


def snapshot_tag(session: Session, checkpoint_id: int) -> str:
    """Return a value that changes whenever the snapshot of the checkpoint may have changed."""
    people = select(func.count(), func.coalesce(func.sum(Participant.version), 0), func.max(Participant.archived_at))
    cards = select(func.count(), func.max(Badge.id), func.count(Badge.revoked_at))
    marks = select(func.count(), func.max(Attendance.id), func.count(Attendance.voided_at))
    marks = marks.where(Attendance.checkpoint_id.in_(doors_of(session, checkpoint_id)))
    window = (
        select(Checkpoint.opens_at, Checkpoint.closes_at, Wave.closed_at)
        .join(Wave)
        .where(Checkpoint.id == checkpoint_id)
    )
    facts = [
        tuple(session.execute(query).first() or ())
        for query in (
            people.select_from(Participant),
            cards.select_from(Badge),
            marks.select_from(Attendance),
            window,
            select(Event.epoch),
        )
    ]
    return hashlib.sha256(repr((checkpoint_id, facts)).encode()).hexdigest()[:32]


def snapshot(session: Session, checkpoint_id: int) -> list[dict[str, Any]]:
    """Return what a desk needs to judge offline: people with the digests of their tokens, never a token.

    ``wave`` is the number of the person's wave, ``at`` the time of their mark here (RFC 3339), null without one.
    """
    rows = session.execute(
        select(
            Participant.id, Participant.name, Participant.kind, Seat.rt, Seat.rw_in_key, Village.code,
            Village.name.label("village"), District.name.label("district"),
            Wave.number, Badge.token, Badge.short_code, Badge.revoked_at, Attendance.at,
        )
        .select_from(PLACED)
        .join(Badge, Badge.participant_id == Participant.id)
        .outerjoin(Wave, Wave.id == Participant.wave_id)
        .outerjoin(Attendance, marked_at(doors_of(session, checkpoint_id)))
        .where(Participant.on_roster)
        .order_by(Participant.id, Badge.id)
    )  # fmt: skip
    return [
        {
            "id": row.id,
            "name": row.name,
            "kind": row.kind,
            "seat": seat_code(row.code, row.rt, row.rw_in_key) if row.rt else None,
            "rt": row.rt,
            "village": row.village,
            "district": row.district,
            "wave": row.number,
            "token_sha256": hashlib.sha256(row.token.encode()).hexdigest(),
            "short_code": row.short_code,
            "revoked": row.revoked_at is not None,
            "at": clock.iso(row.at) if row.at else None,
        }
        for row in rows
    ]


def _rehearsal(wave_id: int) -> Select[tuple[Attendance]]:
    rows = select(Attendance).join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    return rows.where(Checkpoint.wave_id == wave_id, Checkpoint.kind == CheckpointKind.GLADI, Attendance.is_live)


def _locked(session: Session, attendance_id: int, instead: int | None) -> Attendance:
    """Return a mark, read anew and locked against changes by others; refused with 404 when there is none."""
    where = select(Attendance.checkpoint_id, Attendance.participant_id).where(Attendance.id == attendance_id)
    mark = existing(session.execute(where).first(), "no_attendance", "Pencatatan ini tidak ada.")
    begin_recording(session, [mark.checkpoint_id], [mark.participant_id, *([instead] if instead else [])])
    return session.get_one(Attendance, attendance_id, with_for_update=True, populate_existing=True)


def _is_closed(session: Session, checkpoint_id: int) -> bool:
    return find_checkpoint(session, checkpoint_id).wave.closed_at is not None


def _line(row: Any, actor: Actor, now: datetime, closed: bool) -> LastScan:
    """Return the line of a scan; ``row`` has the columns of the mark it made, None without one."""
    undo = row.id if row.id is not None and may_undo(actor, row, now, closed=closed) else None
    at = clock.parse_iso(row.happened_at) if row.happened_at else row.server_at
    heading = stored_answer(row.shut).heading if row.shut else row.verdict
    whom = (row.about, row.name or "", row.rt or "", row.village or "", row.village_kind or "")
    return LastScan(row.nonce, row.verdict, heading, at, row.raw or "", row.voided_at is not None, undo, *whom)


def _last_of(mine: Any) -> Prepared:
    whom = (Participant.name, Seat.rt, Village.name.label("village"), Village.kind.label("village_kind"))
    happened = Scan.answer["happened_at"].as_string().label("happened_at")
    shut = when((Scan.verdict == Verdict.NOT_OPEN, Scan.answer)).label("shut")
    facts = (Scan.nonce, Scan.participant_id.label("about"), Scan.verdict, Scan.server_at, Scan.raw, happened, shut)
    rows = select(*_UNDO_FACTS, *facts, *whom)
    rows = rows.select_from(Scan).outerjoin(Attendance, Attendance.id == Scan.attendance_id)
    rows = rows.outerjoin(Participant, Participant.id == Scan.participant_id)
    rows = rows.outerjoin(Seat, Seat.id == Participant.seat_id).outerjoin(Village, Village.id == Seat.village_id)
    rows = rows.where(Scan.checkpoint_id == bindparam("checkpoint"), mine == bindparam("who"))
    return Prepared(rows.order_by(Scan.id.desc()).limit(10))


_UNDO_FACTS = (
    *(Attendance.id, Attendance.checkpoint_id, Attendance.at, Attendance.voided_at),
    *(Attendance.device_id, Attendance.user_id),
)
_MARK = Prepared(
    select(*_UNDO_FACTS, Wave.closed_at)
    .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    .join(Wave, Wave.id == Checkpoint.wave_id)
    .where(Attendance.id == bindparam("mark"))
)
_LAST_OF = {"device": _last_of(Scan.device_id), "user": _last_of(Scan.user_id)}
_ATTENDED = Prepared(
    select(Wave.number)
    .join(Checkpoint, Checkpoint.wave_id == Wave.id)
    .join(Attendance, Attendance.checkpoint_id == Checkpoint.id)
    .where(Attendance.participant_id == bindparam("participant"), Attendance.is_live)
    .where(Checkpoint.kind == CheckpointKind.HADIR, Wave.id != bindparam("but"))
    .distinct()
    .order_by(Wave.number)
)
