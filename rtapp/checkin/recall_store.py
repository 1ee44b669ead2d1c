"""What desks hand in after a restore: each receipt applied once, as if it had happened here."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import clock
from ..audit.store import note
from ..schema import Attendance, Case, Checkpoint, Device, Participant, Scan, User, Wave
from .attempt import Attempt
from .cases_store import note_absence
from .decide_store import COUNTING, open_case
from .decision import Decision, Substituted, WalkIn
from .receipts_store import ABSENCE, DECIDE, SETTLE, VOID, Told, first_card
from .store import insert_scan, record_scan
from .turns_store import begin_recording
from .verdict import Source, Verdict


class Outcome(StrEnum):
    """What became of a receipt: applied now, known already, or lost, for whom or what it is about is not here."""

    APPLIED = "applied"
    KNOWN = "known"
    LOST = "lost"


@dataclass(frozen=True)
class Handing:
    """Who hands in (``by``, and the device if it is one), and when."""

    by: str
    device_id: int | None
    user_id: int | None
    now: datetime


def hand_in(session: Session, receipts: Sequence[Told], handing: Handing) -> list[Outcome]:
    """Apply receipts in their order and return what became of each; the trail says who decided and who handed it in.

    Each is applied once, whoever hands it in and however often: nobody but this server can have written it.
    """
    points = [told["checkpoint"] for told in receipts if "checkpoint" in told]
    begin_recording(session, points, [told["participant"] for told in receipts if told["participant"]])
    return [_apply(session, told, handing) for told in receipts]


def _apply(session: Session, told: Told, handing: Handing) -> Outcome:
    outcome = _APPLY[told["act"]](session, told, handing)
    if outcome is Outcome.LOST:
        told_of = {"act": told["act"], **_origin(told, handing)}
        note(session, told["by"], "receipt.lost", "event", None, now=handing.now, reason=told["reason"], **told_of)
    return outcome


def _void(session: Session, told: Told, handing: Handing) -> Outcome:
    """Take the mark of a scan back, whose scan is recorded first where the backup is older than it."""
    scan = _scan(session, told["nonce"])
    if scan is None:
        if (scan := _record(session, told, handing, retold=True)) is None:
            return Outcome.LOST
        if scan.attendance_id is None:  # marked by another scan meanwhile, or not to be marked: nothing to undo
            _close(session, scan.id, told)
            return Outcome.KNOWN
    mark = session.get(Attendance, scan.attendance_id, with_for_update=True, populate_existing=True)
    if mark is None or mark.voided_at is not None:
        return Outcome.KNOWN
    mark.voided_at, mark.voided_by, mark.void_reason = clock.parse_iso(told["at"]), told["by"][:80], told["reason"]
    session.flush()
    note(session, told["by"], VOID, "participant", mark.participant_id, now=handing.now, reason=told["reason"],
         attendance=mark.id, checkpoint=mark.checkpoint_id, **_origin(told, handing))  # fmt: skip
    _ask_about_later(session, mark, handing.now)
    return Outcome.APPLIED


def _decide(session: Session, told: Told, handing: Handing) -> Outcome:
    """Record what a decision recorded; a scan that came back without its decision is followed by it."""
    if told["verdict"] not in COUNTING:
        return Outcome.KNOWN
    scan, follows = _scan(session, told["nonce"]), ""
    if scan is not None and scan.verdict not in COUNTING:
        follows, told = told["nonce"], told | {"nonce": hashlib.sha256(told["nonce"].encode()).hexdigest()}
        scan = _scan(session, told["nonce"])
    if scan is not None:
        return Outcome.KNOWN
    scan = _record(session, told, handing, follows=follows)
    if scan is None:
        return Outcome.LOST
    if told["waits"]:  # a clerk's walk-in was to be looked at, and still is
        name = (told["walk_in"] or {}).get("name", "")
        open_case(session, told["waits"], scan.id, scan, now=handing.now, told=name)
    return Outcome.APPLIED


def _settle(session: Session, told: Told, handing: Handing) -> Outcome:
    """Close a case as it was closed; its scan is put there with what was answered where the backup is older."""
    scan = _scan(session, told["nonce"])
    if scan is None:
        known = told["verdict"] in COUNTING
        scan = _record(session, told, handing, retold=True) if known else _put(session, told, handing)
        if scan is None:
            return Outcome.LOST
        if not known:
            open_case(session, told["kind"], scan.id, scan, now=handing.now)
    if not _close(session, scan.id, told):
        return Outcome.KNOWN
    note(session, told["by"], SETTLE, "participant", scan.participant_id, now=handing.now, reason=told["reason"],
         kind=told["kind"], scan=told["nonce"], **_origin(told, handing))  # fmt: skip
    return Outcome.APPLIED


def _note_absence(session: Session, told: Told, handing: Handing) -> Outcome:
    """Note an absence, or that it was taken back, unless something newer stands here."""
    wave = session.scalar(select(Wave.id).where(Wave.number == told["wave"]))
    person = _person(session, told)
    if wave is None or person is None:
        return Outcome.LOST
    changed = note_absence(
        session, told["by"], person, wave, told["kind"], told["note"],
        now=handing.now, at=clock.parse_iso(told["at"]), **_origin(told, handing),
    )  # fmt: skip
    return Outcome.APPLIED if changed else Outcome.KNOWN


_APPLY = {VOID: _void, DECIDE: _decide, SETTLE: _settle, ABSENCE: _note_absence}


def _origin(told: Told, handing: Handing) -> dict[str, str]:
    """Return what the trail says beside the act itself: when it was decided, and who brought it back."""
    return {"decided_at": told["at"], "handed_in": handing.by}


def _scan(session: Session, nonce: str) -> Scan | None:
    return session.scalar(select(Scan).where(Scan.nonce == nonce))


def _person(session: Session, told: Told) -> int | None:
    """Return the id of whom a receipt is about, None where they are not here, or somebody else has their number."""
    id_: int | None = told["participant"]
    there = id_ is not None and session.get(Participant, id_) is not None
    return id_ if there and first_card(session, id_) == told["card"] else None


def _attempt(session: Session, told: Told, handing: Handing) -> Attempt | None:
    """Return the scan that a receipt tells of as an attempt, None where its checkpoint or person is not here."""
    if session.get(Checkpoint, told["checkpoint"]) is None:
        return None
    person, walk_in = _person(session, told), told.get("walk_in")
    if person is None and walk_in is None:
        return None
    substitute = Substituted(**told["substitute"]) if told["substitute"] and told["verdict"] == "REPRESENTED" else None
    decision = Decision(substitute=substitute, reason=told["reason"], over_all=True)
    if person is None and walk_in is not None:
        decision = replace(decision, walk_in=WalkIn(walk_in["kind"], walk_in["name"], walk_in["seat"]))
    device, user = _still(session, Device, Device.label, told["device"]), _still(session, User, User.name, told["user"])
    return Attempt(
        told["nonce"],
        told["checkpoint"],
        Source.OFFLINE,
        participant_id=person,
        device_id=device if device or user else handing.device_id,
        user_id=user if device or user else handing.user_id,
        recorded_by=told["by"],
        client_at=clock.parse_iso(told["scanned_at"]),
        decision=decision,
        may_decide=True,
        origin=_origin(told, handing),
    )


def _still(session: Session, table: Any, name: Any, told: list[Any] | None) -> int | None:
    """Return the id of a device or user that is here under the same name."""
    return session.scalar(select(table.id).where(table.id == told[0], name == told[1])) if told else None


def _record(session: Session, told: Told, handing: Handing, *, follows: str = "", retold: bool = False) -> Scan | None:
    """Record the scan of a receipt at its own time, whatever stands against it; None where it cannot be."""
    attempt = _attempt(session, told, handing)
    if attempt is None:
        return None
    record_scan(session, replace(attempt, follows=follows, retold=retold), now=handing.now)
    return _scan(session, told["nonce"])


def _put(session: Session, told: Told, handing: Handing) -> Scan | None:
    """Put a scan here that marked nobody, with what was answered to it."""
    attempt = _attempt(session, told, handing) if told["participant"] else None
    if told["participant"] and (attempt is None or attempt.participant_id is None):
        return None
    if session.get(Checkpoint, told["checkpoint"]) is None:
        return None
    answer = {"nonce": told["nonce"], "verdict": told["verdict"], "checkpoint_id": told["checkpoint"]}
    answer |= {"happened_at": told["scanned_at"], "handed_in": handing.by}
    answer |= {"participant_id": told["participant"]} if told["participant"] else {"raw": told["raw"]}
    row = {"nonce": told["nonce"], "checkpoint_id": told["checkpoint"], "participant_id": told["participant"]}
    row |= {"badge_id": None, "raw": told["raw"] or None, "verdict": told["verdict"], "answer": answer}
    row |= {"source": str(Source.OFFLINE), "client_at": clock.parse_iso(told["scanned_at"]), "server_at": handing.now}
    row |= {"device_id": handing.device_id, "user_id": handing.user_id, "attendance_id": None, "follows_id": None}
    insert_scan(session, row)
    return _scan(session, told["nonce"])


def _close(session: Session, scan_id: int, told: Told) -> bool:
    """Close the open case of a scan as the receipt says, and say whether there was one."""
    case = session.scalar(select(Case).where(Case.scan_id == scan_id, Case.settled_at.is_(None)))
    if case is None:
        return False
    case.settled_at, case.settled_by = clock.parse_iso(told["at"]), told["by"][:120]
    case.outcome = told["reason"]
    session.flush()
    return True


def _ask_about_later(session: Session, mark: Attendance, now: datetime) -> None:
    """Ask a person about whoever came after a mark was undone and was told that it stands: it had come back here."""
    rows = select(Scan).where(Scan.participant_id == mark.participant_id, Scan.verdict == Verdict.ALREADY)
    for scan in session.scalars(rows.order_by(Scan.id.desc())):
        at = scan.answer.get("happened_at") or clock.iso(scan.server_at)
        if scan.answer.get("attendance_id") == mark.id and mark.voided_at and at > clock.iso(mark.voided_at):
            return open_case(session, "late", scan.id, scan, now=now)
