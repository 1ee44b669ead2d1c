"""Cards: issue, re-issue, revoke; what is printed of them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..refusals import Refused
from ..schema import Badge, Participant
from . import token


def live_badge(session: Session, participant_id: int) -> Badge | None:
    """Return the card that works now, if the person has one."""
    return session.scalar(select(Badge).where(Badge.participant_id == participant_id, Badge.revoked_at.is_(None)))


def issue_missing(session: Session, participant_ids: Iterable[int], *, now: datetime) -> int:
    """Give a card to each of these people who has none; return how many were made."""
    wanted = set(participant_ids)
    holders = set(session.scalars(select(Badge.participant_id).where(Badge.revoked_at.is_(None))))
    taken = set(session.scalars(select(Badge.short_code)))
    rows = []
    for participant_id in sorted(wanted - holders):
        rows.append(_new_badge(participant_id, taken, now))
    if rows:
        session.execute(insert(Badge), rows)
    return len(rows)


def reissue(session: Session, actor: str, participant_id: int, reason: str, *, now: datetime) -> Badge:
    """Revoke the person's card and issue a new one in the same transaction; refused without a reason."""
    if not reason.strip():
        raise Refused("no_reason", "Tulis alasan menerbitkan kartu baru.", 422)
    person = session.get(Participant, participant_id)
    if person is None or person.archived_at is not None:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    old = live_badge(session, participant_id)
    if old is not None:
        old.revoked_at, old.reason = now, reason.strip()[:300]
        session.flush()
    taken = set(session.scalars(select(Badge.short_code)))
    badge = Badge(**_new_badge(participant_id, taken, now))
    session.add(badge)
    session.flush()
    note(session, actor, "badge.reissue", "participant", participant_id, now=now, reason=reason)
    return badge


def _new_badge(participant_id: int, taken: set[str], now: datetime) -> dict:
    code = token.mint_short_code()
    while code in taken:
        code = token.mint_short_code()
    taken.add(code)
    return {
        "participant_id": participant_id, "token": token.mint_token(), "short_code": code, "issued_at": now,
        "printed_count": 0, "reason": "",
    }  # fmt: skip


def token_holder(session: Session, raw: str) -> int | None:
    """Return the participant whose card, live or revoked, carries the code ``raw``; None when nobody's does."""
    tokens = token.read_tokens(raw)
    return session.scalar(select(Badge.participant_id).where(Badge.token.in_(tokens))) if tokens else None
