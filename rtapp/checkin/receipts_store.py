"""Receipts: copies of undone marks and decisions that desks keep, so that a restored backup gets them back.

A desk cannot read or write a receipt (the web seals them); it hands them in when a backup was restored (recall_store).
Each is therefore complete in itself: it names scans by their nonces and people by their first card, because ids given
after the backup are given again.
"""

import hashlib
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from .. import clock
from ..audit.chain import GENESIS
from ..db import Prepared, Where
from ..schema import (
    Attendance,
    Audit,
    AuditValue,
    Badge,
    Case,
    ChainHead,
    Checkpoint,
    Device,
    Participant,
    Scan,
    Substitute,
    User,
    Wave,
)

VOID, DECIDE, SETTLE, ABSENCE = "attendance.void", "scan.decide", "case.settle", "absence.note"
ACTS = (VOID, DECIDE, SETTLE, ABSENCE)
MOST = 100  # lines of the trail in one answer
Receipt = dict[str, Any]


def last_receipt(where: Where) -> int:
    """Return the number of the newest receipt: a desk that knows a smaller one has receipts to fetch."""
    return head_and_receipt(where)[1]


def head_and_receipt(where: Where) -> tuple[str, int]:
    """Return the head of the trail and the number that last_receipt returns, in one statement."""
    head = _HEADS.first(where)
    return (head.chain, head.last or 0) if head else (GENESIS, 0)


def receipts_since(session: Session, checkpoint_id: int, after: int) -> tuple[int, list[Receipt]]:
    """Return the receipts of a checkpoint's wave after number ``after``, oldest first, and the number to ask from next.

    At most a hundred lines of the trail are read: ask again until the number no longer changes.
    """
    rows = select(Audit, AuditValue.values).join(AuditValue, AuditValue.audit_id == Audit.id)
    rows = rows.where(Audit.action.in_(ACTS), Audit.id > after).order_by(Audit.id).limit(MOST)
    lines = session.execute(rows).all()
    wave = session.scalar(select(Checkpoint.wave_id).where(Checkpoint.id == checkpoint_id))
    receipts = [_RECEIPTS[line.action](session, line, values, wave) for line, values in lines]
    return (lines[-1].Audit.id if lines else after), [receipt for receipt in receipts if receipt]


def _of_line(line: Audit, values: Receipt, **more: Any) -> Receipt:
    """Return the common part of a receipt; for an act handed in, who decided and when, not who handed it in."""
    at = values.get("decided_at") or clock.iso(line.at)
    return {"act": line.action, "at": at, "by": line.actor, "reason": line.reason, **more}


def _of_void(session: Session, line: Audit, values: Receipt, wave: int | None) -> Receipt | None:
    mark = session.get(Attendance, values.get("attendance"))
    if mark is None or mark.voided_at is None:
        return None
    first = session.scalar(select(Scan).where(Scan.attendance_id == mark.id).order_by(Scan.id).limit(1))
    return first and _about_scan(session, first, wave, _of_line(line, values))


def _of_scan(session: Session, line: Audit, values: Receipt, wave: int | None) -> Receipt | None:
    scan = session.scalar(select(Scan).where(Scan.nonce == values.get("scan", "")))
    if scan is None:
        return None
    walk_in = values.get("walk_in")
    if walk_in and scan.participant_id:
        walk_in |= {"name": session.get_one(Participant, scan.participant_id).name}
    waits = session.scalar(select(Case.kind).where(Case.scan_id == scan.id, Case.settled_at.is_(None))) or ""
    more = {"walk_in": walk_in, "kind": values.get("kind", ""), "waits": waits}
    return _about_scan(session, scan, wave, _of_line(line, values, **more))


def _of_absence(session: Session, line: Audit, values: Receipt, wave: int | None) -> Receipt | None:
    if wave is None or values.get("wave") != wave or line.subject_id is None:
        return None
    number = session.get_one(Wave, wave).number
    after = {"kind": "", "note": ""} | values.get("after", {})
    more = {"participant": line.subject_id, "card": first_card(session, line.subject_id), "wave": number}
    return _of_line(line, values, **more, kind=after["kind"], note=after["note"])


_RECEIPTS = {VOID: _of_void, DECIDE: _of_scan, SETTLE: _of_scan, ABSENCE: _of_absence}


def _about_scan(session: Session, scan: Scan, wave: int | None, receipt: Receipt) -> Receipt | None:
    """Return a receipt about a scan of this wave, None for another wave's."""
    if session.get_one(Checkpoint, scan.checkpoint_id).wave_id != wave:
        return None
    answer = scan.answer
    mark = session.get(Attendance, scan.attendance_id) if scan.attendance_id else None
    substitute_id = (mark.substitute_id if mark else None) or answer.get("came_instead")
    substitute = session.get(Substitute, substitute_id) if substitute_id else None
    return receipt | {
        "checkpoint": scan.checkpoint_id,
        "participant": scan.participant_id,
        "card": first_card(session, scan.participant_id),
        "nonce": scan.nonce,
        "verdict": scan.verdict,
        "raw": scan.raw or "",
        "scanned_at": clock.iso(mark.at) if mark else answer.get("happened_at") or clock.iso(scan.server_at),
        "device": _named(session, Device.label, Device.id == scan.device_id, scan.device_id),
        "user": _named(session, User.name, User.id == scan.user_id, scan.user_id),
        "substitute": substitute and {
            "name": substitute.name, "relation": substitute.relation, "letter": substitute.letter,
            "phone": substitute.phone,
        },
    }  # fmt: skip


def first_card(session: Session, participant_id: int | None) -> str:
    """Return the digest of a person's first card, which identifies them independently of their id; "" without one."""
    rows = select(Badge.token).where(Badge.participant_id == participant_id).order_by(Badge.id).limit(1)
    token = session.scalar(rows) if participant_id else None
    return hashlib.sha256(token.encode()).hexdigest()[:32] if token else ""


def _named(session: Session, name: Any, where: Any, id_: int | None) -> list[Any] | None:
    """Return [id, name] of the device or user that recorded a scan, None without one."""
    return [id_, session.scalar(select(name).where(where))] if id_ else None


# One index lookup per act: a desk with nothing to fetch must not cause a scan of a long day's trail.
_LAST = union_all(*(select(func.max(Audit.id).label("id")).where(Audit.action == act) for act in ACTS)).subquery()
_HEADS = Prepared(
    select(ChainHead.chain, select(func.max(_LAST.c.id)).scalar_subquery().label("last")).where(ChainHead.id == 1)
)
