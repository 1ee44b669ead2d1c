"""Whether the address in the codes was opened from a second device; a changed one is asked anew."""

from datetime import datetime

from sqlalchemy.orm import Session

from .. import clock
from ..audit.store import note
from ..schema import Setting

_KEY = "address_tried"


def tried(session: Session) -> tuple[str, datetime] | None:
    """Return which address was opened from a second device last, and when; "" where cards are meant to carry none."""
    row = session.get(Setting, _KEY)
    return (row.value["address"], clock.parse_iso(row.value["at"])) if row else None


def note_tried(session: Session, actor: str, address: str, *, now: datetime) -> bool:
    """Keep that ``address`` was opened from a second device; return whether that was news."""
    before = tried(session)
    if before and before[0] == address:
        return False
    row = session.get(Setting, _KEY)
    value = {"address": address, "at": clock.iso(now)}
    if row is None:
        session.add(Setting(key=_KEY, value=value))
    else:
        row.value = value
    note(session, actor, "address.try", "setting", None, now=now, address=address or "–")
    return True
