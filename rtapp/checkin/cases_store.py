"""Cases that wait for a supervisor («Perlu keputusan»), and absences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from .. import clock
from ..accounts.roles import Actor, Duty
from ..audit.store import note
from ..db import Prepared
from ..events.standing import ABSENCES
from ..events.standing_store import doors
from ..refusals import Refused, existing
from ..roster.find_store import Person, find_person, people_by_id
from ..schema import Absence, Attendance, Case, Checkpoint, Device, Scan, Substitute, User, Wave
from .attempt import stored_answer
from .decision import Substituted
from .verdict import Verdict


@dataclass(frozen=True)
class Waiting:
    """One open case: its scan and when that happened, the person it is about and the substitute who came."""

    id: int
    kind: str
    nonce: str
    verdict: Verdict
    checkpoint: Checkpoint
    at: datetime
    by: str
    raw: str
    person: Person | None
    substitute: str
    told: str = ""  # a walk-in's name as the desk typed it
    heading: str = ""  # the heading of the answer


def open_cases(session: Session, actor: Actor) -> list[Waiting]:
    """Return the open cases at the actor's checkpoints, oldest first.

    A question about a person who has been marked since is settled by that and left out.
    """
    rows = (
        select(Case, Scan, Checkpoint, Device.label, User.name)
        .join(Scan, Scan.id == Case.scan_id)
        .join(Checkpoint, Checkpoint.id == Case.checkpoint_id)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(User, User.id == Scan.user_id)
        .order_by(Case.id)
    )
    waiting = session.execute(_waiting(rows, actor.checkpoint_ids)).all()
    people = people_by_id(session, [case.participant_id for case, *_ in waiting if case.participant_id])
    return [
        Waiting(
            case.id,
            case.kind,
            scan.nonce,
            Verdict(scan.verdict),
            point,
            _happened(scan),
            label or name or "",
            scan.raw or "",
            people.get(case.participant_id) if case.participant_id else None,
            _substitute_name(session, scan),
            case.told,
            stored_answer(scan.answer).heading,
        )
        for case, scan, point, label, name in waiting
    ]


def count_open(session: Session, actor: Actor) -> int:
    """Return the number of open cases at the actor's checkpoints."""
    if actor.checkpoint_ids is None:
        return int(_OPEN.first(session).number)
    return session.scalar(_waiting(select(func.count(Case.id)), actor.checkpoint_ids)) or 0


def count_open_of(session: Session, actor: Actor, wave_id: int) -> int:
    """Return the number of open cases at the actor's checkpoints of one wave."""
    rows = select(func.count(Case.id)).join(Checkpoint, Checkpoint.id == Case.checkpoint_id)
    return session.scalar(_waiting(rows.where(Checkpoint.wave_id == wave_id), actor.checkpoint_ids)) or 0


def substituted(session: Session, substitute_id: int | None) -> Substituted | None:
    """Return a substitute in the form that a decision uses; None for none."""
    person = session.get(Substitute, substitute_id) if substitute_id else None
    return person and Substituted(person.name, person.relation, person.letter, person.phone)


def settle_case(session: Session, actor: str, case_id: int, outcome: str, *, now: datetime) -> Case:
    """Close a case without a mark, with the decision as ``outcome``; refused when it is closed already."""
    case = existing(session.get(Case, case_id, with_for_update=True), "no_case", "Perkara ini tidak ada.")
    if case.settled_at is not None:
        raise Refused("case_settled", "Sudah diputuskan oleh %(by)s.", 409, by=case.settled_by)
    outcome = " ".join(outcome.split())[:300]
    if not outcome:
        raise Refused("no_reason", "Tulis alasan keputusan ini.", 422)
    case.settled_at, case.settled_by, case.outcome = now, actor[:120], outcome
    session.flush()
    scan = session.get_one(Scan, case.scan_id)
    values = {"kind": case.kind, "scan": scan.nonce}
    note(session, actor, "case.settle", "participant", case.participant_id, now=now, reason=outcome, **values)
    return case


def note_absence(
    session: Session, actor: str, participant_id: int, wave_id: int, kind: str, text: str, *, now: datetime,
    at: datetime | None = None, **origin: str,
) -> bool:  # fmt: skip
    """Record why a person does not come to a wave; "" withdraws it. A scan overrides it wherever it is shown.

    ``at`` and ``origin`` belong to an absence that a desk hands in after a restore: what was recorded since ``at``
    stays. Return whether anything changed.
    """
    if at is not None and noted_since(session, participant_id, wave_id, at):
        return False
    at = at or now
    if kind and kind not in ABSENCES:
        raise Refused("bad_absence", "Pilih izin, sakit, dinas, atau tanpa keterangan.", 422)
    person = find_person(session, participant_id)
    rows = select(Absence).where(Absence.participant_id == participant_id, Absence.wave_id == wave_id)
    noted = session.scalar(rows.where(Absence.withdrawn_at.is_(None)))
    if (noted is None and not kind) or (noted is not None and (noted.kind, noted.note) == (kind, text)):
        return False
    if noted is not None:
        noted.withdrawn_at = at
        session.flush()
    if kind:
        if session.get(Wave, wave_id) is None:
            raise Refused("no_wave", "Gelombang ini tidak ada.", 404)
        session.add(
            Absence(participant_id=participant_id, wave_id=wave_id, kind=kind, note=text[:300], at=at, noted_by=actor)
        )
        session.flush()
    before, after = ({"kind": noted.kind, "note": noted.note} if noted else {}), {"kind": kind, "note": text[:300]}
    values = {"before": before, "after": after if kind else {}, "name": person.name, "wave": wave_id}
    note(session, actor, "absence.note", "participant", participant_id, now=now, **values, **origin)
    return True


def noted_since(session: Session, participant_id: int, wave_id: int, at: datetime) -> bool:
    """Say whether a person's absence from a wave was recorded or withdrawn at ``at`` or later."""
    rows = select(func.max(Absence.at), func.max(Absence.withdrawn_at))
    rows = rows.where(Absence.participant_id == participant_id, Absence.wave_id == wave_id)
    noted = [clock.iso(moment) for moment in session.execute(rows).one() if moment is not None]
    return any(moment >= clock.iso(at) for moment in noted)  # to the millisecond, as times are written


def refuse_frozen(session: Session, actor: Actor, wave_id: int) -> None:
    """Refuse with 403 a clerk's change in a closed wave; an actor who may decide still may."""
    wave = session.get(Wave, wave_id)
    if wave is not None and wave.closed_at is not None and not actor.may(Duty.DECIDE):
        raise Refused("wave_frozen", "Gelombang ini sudah ditutup. Mintalah koordinator mengubahnya.", 403)


def absences_of(session: Session, wave_id: int, participant_ids: Sequence[int]) -> dict[int, str]:
    """Return the kind of absence from a wave by participant, for those of these people who have one."""
    rows = select(Absence.participant_id, Absence.kind).where(Absence.wave_id == wave_id)
    rows = rows.where(Absence.participant_id.in_(participant_ids), Absence.withdrawn_at.is_(None))
    return {id_: kind for id_, kind in session.execute(rows)}


def _waiting(rows: Select[Any], checkpoint_ids: frozenset[int] | None) -> Select[Any]:
    """Narrow a select of cases to the open ones at these checkpoints (None: any), without those answered since."""
    # At a registration, a mark at any door answers the question.
    marked = select(Attendance.id).where(
        Attendance.checkpoint_id.in_(doors(Case.checkpoint_id).correlate(Case)),
        Attendance.participant_id == Case.participant_id,
        Attendance.is_live,
    )
    rows = rows.where(
        Case.settled_at.is_(None), ~(or_(Case.kind == "other_wave", Case.kind == "late") & marked.exists())
    )
    return rows if checkpoint_ids is None else rows.where(Case.checkpoint_id.in_(checkpoint_ids))


_OPEN = Prepared(_waiting(select(func.count(Case.id).label("number")), None))


def _happened(scan: Scan) -> datetime:
    """Return when a scan happened, by its device's clock only where that was trusted: no wrong clock is shown."""
    at = stored_answer(scan.answer).happened_at
    return clock.parse_iso(at) if at else scan.server_at


def _substitute_name(session: Session, scan: Scan) -> str:
    substitute_id = scan.answer.get("came_instead") or scan.answer.get("substitute_id")
    name = select(Substitute.name).where(Substitute.id == substitute_id)
    return (session.scalar(name) or "") if substitute_id else ""
