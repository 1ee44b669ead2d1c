"""Who was sent their card by a messenger, as the audit trail records it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..schema import Audit

_SENT, _UNSENT = "badge.sent", "badge.unsent"


def sent_to(session: Session, people: Collection[int]) -> dict[int, datetime]:
    """Return when each of these people (ids) was sent their card, without those whose mark was undone."""
    lines = select(Audit.subject_id, Audit.action, Audit.at).where(
        Audit.subject == "participant", Audit.action.in_((_SENT, _UNSENT)), Audit.subject_id.in_(people)
    )
    times: dict[int, datetime] = {}
    for person, action, at in session.execute(lines.order_by(Audit.id)):
        if action == _SENT:
            times[person] = at
        else:
            times.pop(person, None)
    return times


def note_sent(session: Session, actor: str, person: int, *, sent: bool, now: datetime) -> None:
    """Record that a person was sent their card, or that the mark was a mistake; a repetition records nothing."""
    if sent != bool(sent_to(session, [person])):
        note(session, actor, _SENT if sent else _UNSENT, "participant", person, now=now)
