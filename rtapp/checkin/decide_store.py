"""The effects of decisions: marks for substitutes, corrections, walk-ins, resolved conflicts, open cases."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from .. import clock
from ..audit.store import note
from ..badges.store import issue_missing, revoke_cards
from ..db import Line, Prepared, Where, upsert
from ..events.checkpoint_store import find_checkpoint
from ..events.waves import CheckpointKind
from ..refusals import Refused
from ..roster.names import same_person
from ..roster.rt import parse_rt
from ..roster.seat_store import find_or_add_seat
from ..roster.store import add_participant, archive_participant
from ..schema import Attendance, Case, Checkpoint, Participant, Scan, Substitute, Village
from .attempt import Answer, Attempt
from .decision import LATE
from .verdict import Verdict

SENDIRI, DIWAKILI = "sendiri", "diwakili"
ASKING = (Verdict.OTHER_WAVE, Verdict.CONFLICT)
MARKING = (Verdict.WELCOME, Verdict.REPRESENTED)
CORRECTION_WINDOW = timedelta(minutes=15)
JUST_CLOSED = timedelta(seconds=10)  # the time a page may take to send a scan, which then carries no time of its own
COUNTING = (Verdict.WELCOME, Verdict.REPRESENTED, Verdict.ALREADY)


class LostRace(Exception):
    """A parallel transaction was first: roll this attempt back and record it again."""


def insert_mark(
    session: Where, attempt: Attempt, participant_id: int, at: datetime, substitute_id: int | None
) -> Row[Any]:
    """Insert a mark and return its id, number, at, mode and substitute; raises LostRace when another was first."""
    mark = {
        "checkpoint_id": attempt.checkpoint_id,
        "participant_id": participant_id,
        "at": at,
        "device_id": attempt.device_id,
        "user_id": attempt.user_id,
        "mode": DIWAKILI if substitute_id else SENDIRI,
        "substitute_id": substitute_id,
    }
    row = _INSERT_MARK.first(session, **mark)
    if row is None:
        raise LostRace(attempt.nonce)
    return row


def substitute_of(session: Where, attempt: Attempt, row: Row[Any]) -> int | None:
    """Return the id of the person's substitute: the one the attempt names, else the one at the wave's registration."""
    substitute = attempt.decision.substitute
    if substitute is not None:
        return session.scalar(insert(Substitute).returning(Substitute.id), [asdict(substitute)])
    registered: int | None = row.stands_in
    return registered


def followed(session: Where, nonce: str, checkpoint_id: int) -> Row[Any]:
    """Return the scan that a decision follows; refused with 404 when there is none at this checkpoint."""
    row = _FOLLOWED.first(session, nonce=nonce)
    if row is None or row.checkpoint_id != checkpoint_id:
        raise Refused("no_scan", "Pindaian ini tidak ada.", 404)
    return row


def refuse_other_person(follows: Row[Any] | None, participant_id: int | None) -> None:
    """Refuse with 409 a decision about another person than the scan it follows."""
    about = follows.participant_id if follows is not None else None
    if about is not None and participant_id not in (None, about):
        raise Refused("other_person", "Keputusan ini untuk orang lain daripada pindaian yang diikutinya.", 409)


def corrects(attempt: Attempt, follows: Row[Any], row: Row[Any], now: datetime) -> bool:
    """Say whether a substitute is named for a head marked just now by the same desk; a supervisor may correct any."""
    own = follows.device_id == attempt.device_id and follows.user_id == attempt.user_id
    marked = follows.verdict == Verdict.WELCOME and follows.attendance_id == row.attendance_id is not None
    return marked and (own or attempt.may_decide) and now - follows.server_at <= CORRECTION_WINDOW


def undo_own(session: Session, attempt: Attempt, row: Row[Any], *, now: datetime) -> None:
    """Void the mark that a correction replaces."""
    _void(session, attempt, row, "Diwakili, bukan datang sendiri", now)


def resolve(
    session: Session, attempt: Attempt, row: Row[Any], follows: Row[Any] | None, *, at: datetime, now: datetime
) -> tuple[Verdict, Any]:
    """Decide a conflict in favour of the head or the substitute; return the verdict and the mark that holds now.

    Refused with 409 unless the scan it follows was a conflict with the very mark that stands now.
    """
    clashed = follows.answer.get("attendance_id") if follows is not None else None
    if follows is None or follows.verdict != Verdict.CONFLICT or clashed is None or clashed != row.attendance_id:
        raise Refused("no_conflict", "Tidak ada yang bertentangan untuk diputuskan.", 409)
    wanted = DIWAKILI if attempt.decision.resolve == "substitute" else SENDIRI
    verdict = Verdict.REPRESENTED if wanted == DIWAKILI else Verdict.WELCOME
    if row.mode == wanted:
        return verdict, _standing(session, row.attendance_id)
    substitute = follows.answer.get("came_instead") if wanted == DIWAKILI else None
    if wanted == DIWAKILI and substitute is None:
        raise Refused("no_substitute", "Tulis nama yang mewakili.", 422)
    _void(session, attempt, row, attempt.decision.reason, now)
    return verdict, insert_mark(session, attempt, row.participant_id, at, substitute)


def undone_since(where: Where, checkpoint_id: int, row: Any, at: datetime) -> bool:
    """Say whether the person had a mark on this list at ``at`` that was voided afterwards."""
    points = {"point": checkpoint_id, "registration": row.wave_id if row.kind == CheckpointKind.HADIR else None}
    return _UNDONE.first(where, participant=row.participant_id, at=at, **points) is not None


def walk_in(session: Session, attempt: Attempt, *, now: datetime) -> int:
    """Return the participant for a walk-in: the head of the seat if the name is theirs, else a new one with a card.

    A different head of the seat is replaced when the recorder may decide; refused with 409 otherwise.
    """
    newcomer = attempt.decision.walk_in
    assert newcomer is not None
    checkpoint = find_checkpoint(session, attempt.checkpoint_id)
    actor, wave = attempt.recorded_by, checkpoint.wave
    if wave.closed_at is not None and attempt.client_at is None and not attempt.may_decide:
        raise Refused("wave_frozen", "Gelombang ini sudah ditutup. Mintalah koordinator mengubahnya.", 403)
    facts: dict[str, Any] = {"name": newcomer.name, "kind": newcomer.kind, "wave_id": wave.id, "now": now}
    if newcomer.kind == "rt":
        seat = _seat_of(session, newcomer.seat)
        head = session.scalar(select(Participant).where(Participant.seat_id == seat.id, Participant.on_roster))
        if head is not None and same_person(head.name, newcomer.name):
            return head.id
        if head is not None and not attempt.may_decide:
            raise Refused(
                "seat_taken",
                "RT ini dijabat %(name)s. Bila ketuanya sudah diganti, koordinator yang mencatatnya.",
                409,
                name=head.name,
            )
        if head is not None:
            archive_participant(session, actor, head.id, f"Diganti {newcomer.name} di meja", now=now)
            revoke_cards(session, [head.id], "Ketua RT diganti", now=now)
            facts["wave_id"] = head.wave_id or wave.id
        facts["seat"] = seat
    person = add_participant(session, actor, wave.event_id, **facts)
    issue_missing(session, [person.id], now=now)
    return person.id


def keep_cases(session: Where, attempt: Attempt, answer: Answer, scan_id: int, *, trusted: bool, now: datetime) -> None:
    """Open the case that this scan leaves to a supervisor, and settle the cases that its decision answers."""
    counts = answer.verdict in COUNTING
    if counts and answer.participant_id and (attempt.decision.needs_duty or attempt.follows):
        about = {"checkpoint": answer.checkpoint_id, "participant": answer.participant_id}
        _SETTLE.all(session, **about, now=now, who=attempt.recorded_by[:120], verdict=str(answer.verdict))
    kind = _case_of(attempt, answer, trusted, counts, now)
    walk_in = attempt.decision.walk_in
    if kind:
        open_case(session, kind, scan_id, answer, now=now, name=walk_in.name if walk_in else "")
    if attempt.retold or isinstance(session, Connection | Line):
        return
    if attempt.decision.needs_duty or walk_in:
        new = {"walk_in": {"kind": walk_in.kind, "seat": walk_in.seat}} if walk_in else {}
        note(
            session, attempt.recorded_by, "scan.decide", "participant", answer.participant_id, now=now,
            reason=attempt.decision.reason, verdict=str(answer.verdict), checkpoint=answer.checkpoint_id,
            scan=attempt.nonce, **new, **attempt.origin,
        )  # fmt: skip


def open_case(session: Where, kind: str, scan_id: int, about: Answer | Scan, *, now: datetime, name: str = "") -> None:
    """Open a case for a scan, unless one with the same question is open; ``name`` is a walk-in's."""
    facts = {"checkpoint_id": about.checkpoint_id, "participant_id": about.participant_id}
    _OPEN_CASE.all(session, **facts, scan_id=scan_id, kind=kind, opened_at=now, told=name)


def _case_of(attempt: Attempt, answer: Answer, trusted: bool, counts: bool, now: datetime) -> str:
    if not counts and (attempt.source in LATE or _closed_on_the_way(answer, now)):
        return "late"
    if answer.verdict is Verdict.CONFLICT:
        return "conflict"
    if answer.verdict is Verdict.OTHER_WAVE and not attempt.may_decide:
        return "other_wave"
    if attempt.decision.walk_in and not attempt.may_decide:
        return "walk_in"
    return "" if trusted else "time"


def _closed_on_the_way(answer: Answer, now: datetime) -> bool:
    """Say whether a scan arrived so soon after the closing that it may have been made before it."""
    return bool(answer.over and answer.closes_at) and now - clock.parse_iso(answer.closes_at) <= JUST_CLOSED


def _seat_of(session: Session, text: str) -> Any:
    """Return the seat written as ``<village>/<rt>`` or ``<village>/<rw>/<rt>``, created if it is new."""
    code, *rest = text.split("/")
    village = session.scalar(select(Village).where(Village.code == code))
    rt = parse_rt(rest[-1]).rt if rest else ""
    rw = parse_rt(rest[0]).rt if len(rest) == 2 else ""
    if village is None or not rt or len(rest) > 2 or (len(rest) == 2 and not rw):
        raise Refused("no_such_seat", "Kursi “%(seat)s” tidak dikenal.", 422, seat=text[:40])
    return find_or_add_seat(session, village, rt, rw)


def _void(session: Session, attempt: Attempt, row: Row[Any], reason: str, now: datetime) -> None:
    attendance_id, participant_id = row.attendance_id, row.participant_id
    values = {"voided_at": now, "voided_by": attempt.recorded_by[:80], "void_reason": reason[:300]}
    session.execute(update(Attendance).where(Attendance.id == attendance_id).values(values))
    note(
        session, attempt.recorded_by, "attendance.void", "participant", participant_id, now=now, reason=reason,
        attendance=attendance_id, checkpoint=attempt.checkpoint_id,
    )  # fmt: skip


def _standing(session: Session, attendance_id: int) -> Row[Any]:
    rows = select(Attendance.id, Attendance.number, Attendance.at, Attendance.mode, Attendance.substitute_id)
    return session.execute(rows.where(Attendance.id == attendance_id)).one()


def _insert_mark(dialect: str) -> Any:
    highest = select(func.coalesce(func.max(Attendance.number), 0) + 1)
    highest = highest.where(Attendance.checkpoint_id == bindparam("checkpoint_id"))
    names = ("checkpoint_id", "participant_id", "at", "device_id", "user_id", "mode", "substitute_id")
    values = {name: bindparam(name, type_=Attendance.__table__.c[name].type) for name in names}
    door = select(Checkpoint.wave_id).where(
        Checkpoint.id == bindparam("checkpoint_id"), Checkpoint.kind == CheckpointKind.HADIR
    )
    values |= {"number": highest.scalar_subquery(), "wave_id": door.scalar_subquery()}
    values |= {"voided_by": "", "void_reason": ""}
    mark = upsert(dialect, Attendance.__table__).values(values)
    mark = mark.on_conflict_do_nothing()  # one mark at this checkpoint, one at all doors of a registration
    return mark.returning(Attendance.id, Attendance.number, Attendance.at, Attendance.mode, Attendance.substitute_id)


def _open_case(dialect: str) -> Any:
    names = ("scan_id", "checkpoint_id", "participant_id", "kind", "opened_at", "told")
    values = {name: bindparam(name, type_=Case.__table__.c[name].type) for name in names}
    case = upsert(dialect, Case.__table__).values(values | {"settled_by": "", "outcome": ""})
    return case.on_conflict_do_nothing()


_OPEN_CASE = Prepared(_open_case)
_UNDONE = Prepared(
    select(Attendance.id)
    .where(Attendance.participant_id == bindparam("participant"), ~Attendance.is_live)
    .where(or_(Attendance.checkpoint_id == bindparam("point"), Attendance.wave_id == bindparam("registration")))
    .where(Attendance.at <= bindparam("at", type_=Attendance.__table__.c["at"].type))
    .where(Attendance.voided_at > bindparam("at", type_=Attendance.__table__.c["at"].type))
    .limit(1)
)
_SETTLE = Prepared(
    update(Case.__table__)
    .where(
        Case.checkpoint_id == bindparam("checkpoint"),
        Case.participant_id == bindparam("participant"),
        Case.settled_at.is_(None),
    )
    .values(
        settled_at=bindparam("now", type_=Case.__table__.c["settled_at"].type),
        settled_by=bindparam("who"),
        outcome=bindparam("verdict"),
    )
)
_INSERT_MARK = Prepared(_insert_mark)
_FOLLOWED = Prepared(
    select(
        Scan.id, Scan.checkpoint_id, Scan.verdict, Scan.answer, Scan.attendance_id, Scan.device_id, Scan.user_id,
        Scan.server_at, Scan.participant_id,
    ).where(Scan.nonce == bindparam("nonce"))
)  # fmt: skip
