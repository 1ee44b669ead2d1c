"""Receipts that desks hand in after a restore: each is applied once, as if the act had happened here."""

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
from .receipts_store import ABSENCE, DECIDE, SETTLE, VOID, Receipt, first_card
from .store import insert_scan, record_scan
from .turns_store import begin_recording
from .verdict import Source, Verdict


class Outcome(StrEnum):
    """The outcome of a receipt: applied now, known already, or lost as its person, wave or checkpoint is missing."""

    APPLIED = "applied"
    KNOWN = "known"
    LOST = "lost"


@dataclass(frozen=True)
class Handing:
    """The actor who hands in receipts (``by``, and the device or user), and when."""

    by: str
    device_id: int | None
    user_id: int | None
    now: datetime


def hand_in(session: Session, receipts: Sequence[Receipt], handing: Handing) -> list[Outcome]:
    """Apply receipts in order and return the outcome of each; the trail names who decided and who handed it in.

    Each is applied once, however often and by whichever desk it is handed in: only this server can have written it.
    """
    points = [receipt["checkpoint"] for receipt in receipts if "checkpoint" in receipt]
    begin_recording(session, points, [receipt["participant"] for receipt in receipts if receipt["participant"]])
    return [_apply(session, receipt, handing) for receipt in receipts]


def _apply(session: Session, receipt: Receipt, handing: Handing) -> Outcome:
    outcome = _APPLY[receipt["act"]](session, receipt, handing)
    if outcome is Outcome.LOST:
        facts = {"act": receipt["act"], **_origin(receipt, handing)}
        note(session, receipt["by"], "receipt.lost", "event", None, now=handing.now, reason=receipt["reason"], **facts)
    return outcome


def _void(session: Session, receipt: Receipt, handing: Handing) -> Outcome:
    """Undo the mark of a scan; the scan is recorded first if the backup is older than it."""
    scan = _scan(session, receipt["nonce"])
    if scan is None:
        if (scan := _record(session, receipt, handing, retold=True)) is None:
            return Outcome.LOST
        if scan.attendance_id is None:  # marked by another scan meanwhile, or not to be marked: nothing to undo
            _close(session, scan.id, receipt)
            return Outcome.KNOWN
    mark = session.get(Attendance, scan.attendance_id, with_for_update=True, populate_existing=True)
    if mark is None or mark.voided_at is not None:
        return Outcome.KNOWN
    mark.voided_at, mark.voided_by = clock.parse_iso(receipt["at"]), receipt["by"][:80]
    mark.void_reason = receipt["reason"]
    session.flush()
    note(session, receipt["by"], VOID, "participant", mark.participant_id, now=handing.now, reason=receipt["reason"],
         attendance=mark.id, checkpoint=mark.checkpoint_id, **_origin(receipt, handing))  # fmt: skip
    _ask_about_later(session, mark, handing.now)
    return Outcome.APPLIED


def _decide(session: Session, receipt: Receipt, handing: Handing) -> Outcome:
    """Record the scan that a decision recorded, as a follow-up if the scan was handed in without its decision."""
    if receipt["verdict"] not in COUNTING:
        return Outcome.KNOWN
    scan, follows = _scan(session, receipt["nonce"]), ""
    if scan is not None and scan.verdict not in COUNTING:
        follows, receipt = receipt["nonce"], receipt | {"nonce": hashlib.sha256(receipt["nonce"].encode()).hexdigest()}
        scan = _scan(session, receipt["nonce"])
    if scan is not None:
        return Outcome.KNOWN
    scan = _record(session, receipt, handing, follows=follows)
    if scan is None:
        return Outcome.LOST
    if receipt["waits"]:  # a clerk's walk-in was waiting for review, and still is
        name = (receipt["walk_in"] or {}).get("name", "")
        open_case(session, receipt["waits"], scan.id, scan, now=handing.now, name=name)
    return Outcome.APPLIED


def _settle(session: Session, receipt: Receipt, handing: Handing) -> Outcome:
    """Close a case as it was closed; its scan is restored with its answer first if the backup is older than it."""
    scan = _scan(session, receipt["nonce"])
    if scan is None:
        known = receipt["verdict"] in COUNTING
        scan = _record(session, receipt, handing, retold=True) if known else _put(session, receipt, handing)
        if scan is None:
            return Outcome.LOST
        if not known:
            open_case(session, receipt["kind"], scan.id, scan, now=handing.now)
    if not _close(session, scan.id, receipt):
        return Outcome.KNOWN
    note(session, receipt["by"], SETTLE, "participant", scan.participant_id, now=handing.now, reason=receipt["reason"],
         kind=receipt["kind"], scan=receipt["nonce"], **_origin(receipt, handing))  # fmt: skip
    return Outcome.APPLIED


def _note_absence(session: Session, receipt: Receipt, handing: Handing) -> Outcome:
    """Record or withdraw an absence, unless something newer is recorded here."""
    wave = session.scalar(select(Wave.id).where(Wave.number == receipt["wave"]))
    person = _person(session, receipt)
    if wave is None or person is None:
        return Outcome.LOST
    changed = note_absence(
        session, receipt["by"], person, wave, receipt["kind"], receipt["note"],
        now=handing.now, at=clock.parse_iso(receipt["at"]), **_origin(receipt, handing),
    )  # fmt: skip
    return Outcome.APPLIED if changed else Outcome.KNOWN


_APPLY = {VOID: _void, DECIDE: _decide, SETTLE: _settle, ABSENCE: _note_absence}


def _origin(receipt: Receipt, handing: Handing) -> dict[str, str]:
    """Return what the trail adds to the act itself: when it was decided, and who handed it in."""
    return {"decided_at": receipt["at"], "handed_in": handing.by}


def _scan(session: Session, nonce: str) -> Scan | None:
    return session.scalar(select(Scan).where(Scan.nonce == nonce))


def _person(session: Session, receipt: Receipt) -> int | None:
    """Return the id of a receipt's person, None when they are not here or another person has their id."""
    id_: int | None = receipt["participant"]
    there = id_ is not None and session.get(Participant, id_) is not None
    return id_ if there and first_card(session, id_) == receipt["card"] else None


def _attempt(session: Session, receipt: Receipt, handing: Handing) -> Attempt | None:
    """Return the scan of a receipt as an attempt, None when its checkpoint or person is not here."""
    if session.get(Checkpoint, receipt["checkpoint"]) is None:
        return None
    person, walk_in = _person(session, receipt), receipt.get("walk_in")
    if person is None and walk_in is None:
        return None
    decision = Decision(reason=receipt["reason"], over_all=True)
    if receipt["substitute"] and receipt["verdict"] == Verdict.REPRESENTED:
        decision = replace(decision, substitute=Substituted(**receipt["substitute"]))
    if person is None and walk_in is not None:
        decision = replace(decision, walk_in=WalkIn(walk_in["kind"], walk_in["name"], walk_in["seat"]))
    device = _still(session, Device, Device.label, receipt["device"])
    user = _still(session, User, User.name, receipt["user"])
    return Attempt(
        receipt["nonce"],
        receipt["checkpoint"],
        Source.OFFLINE,
        participant_id=person,
        device_id=device if device or user else handing.device_id,
        user_id=user if device or user else handing.user_id,
        recorded_by=receipt["by"],
        client_at=clock.parse_iso(receipt["scanned_at"]),
        decision=decision,
        may_decide=True,
        origin=_origin(receipt, handing),
    )


def _still(session: Session, table: Any, name: Any, known: list[Any] | None) -> int | None:
    """Return the id of a device or user if it still has the same name here, else None."""
    return session.scalar(select(table.id).where(table.id == known[0], name == known[1])) if known else None


def _record(
    session: Session, receipt: Receipt, handing: Handing, *, follows: str = "", retold: bool = False
) -> Scan | None:
    """Record the scan of a receipt at its own time, overriding objections; None when it cannot be recorded."""
    attempt = _attempt(session, receipt, handing)
    if attempt is None:
        return None
    record_scan(session, replace(attempt, follows=follows, retold=retold), now=handing.now)
    return _scan(session, receipt["nonce"])


def _put(session: Session, receipt: Receipt, handing: Handing) -> Scan | None:
    """Insert a scan that marked nobody, with the answer it got; None when its checkpoint or person is not here."""
    attempt = _attempt(session, receipt, handing) if receipt["participant"] else None
    if receipt["participant"] and (attempt is None or attempt.participant_id is None):
        return None
    if session.get(Checkpoint, receipt["checkpoint"]) is None:
        return None
    answer = {"nonce": receipt["nonce"], "verdict": receipt["verdict"], "checkpoint_id": receipt["checkpoint"]}
    answer |= {"happened_at": receipt["scanned_at"], "handed_in": handing.by}
    answer |= {"participant_id": receipt["participant"]} if receipt["participant"] else {"raw": receipt["raw"]}
    row = {"nonce": receipt["nonce"], "checkpoint_id": receipt["checkpoint"], "participant_id": receipt["participant"]}
    row |= {"badge_id": None, "raw": receipt["raw"] or None, "verdict": receipt["verdict"], "answer": answer}
    row |= {"source": str(Source.OFFLINE), "client_at": clock.parse_iso(receipt["scanned_at"])}
    row |= {
        "server_at": handing.now,
        "device_id": handing.device_id,
        "user_id": handing.user_id,
        "attendance_id": None,
        "follows_id": None,
    }
    insert_scan(session, row)
    return _scan(session, receipt["nonce"])


def _close(session: Session, scan_id: int, receipt: Receipt) -> bool:
    """Close the open case of a scan as in the receipt, and say whether there was one."""
    case = session.scalar(select(Case).where(Case.scan_id == scan_id, Case.settled_at.is_(None)))
    if case is None:
        return False
    case.settled_at, case.settled_by = clock.parse_iso(receipt["at"]), receipt["by"][:120]
    case.outcome = receipt["reason"]
    session.flush()
    return True


def _ask_about_later(session: Session, mark: Attendance, now: datetime) -> None:
    """Open a case for a scan made after ``mark`` was undone, but answered ALREADY because a restore had revived it."""
    rows = select(Scan).where(Scan.participant_id == mark.participant_id, Scan.verdict == Verdict.ALREADY)
    for scan in session.scalars(rows.order_by(Scan.id.desc())):
        at = scan.answer.get("happened_at") or clock.iso(scan.server_at)
        if scan.answer.get("attendance_id") == mark.id and mark.voided_at and at > clock.iso(mark.voided_at):
            return open_case(session, "late", scan.id, scan, now=now)
