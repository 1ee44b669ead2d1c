"""Read and change the committee's options; whether the address in the codes was opened from a second device."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import clock
from ..audit.store import note
from ..schema import Setting
from .options import OPTIONS, checked

_TRIED = "address_tried"


def read(session: Session, key: str) -> Any:
    """Return the value of option ``key``, its declared default when nobody has set it."""
    row = session.get(Setting, key)
    return OPTIONS[key].default if row is None else row.value


def read_all(session: Session) -> dict[str, Any]:
    """Return every option's value."""
    stored = {row.key: row.value for row in session.scalars(select(Setting))}
    return {key: stored.get(key, option.default) for key, option in OPTIONS.items()}


def change(session: Session, actor: str, key: str, value: Any, *, now: datetime) -> bool:
    """Set option ``key``; return whether anything changed. Refused when the value cannot be used."""
    value, before = checked(key, value), read(session, key)
    if value == before:
        return False
    session.merge(Setting(key=key, value=value))
    note(session, actor, "setting.change", "setting", None, now=now, key=key, before=before, after=value)
    return True


def tried(session: Session) -> tuple[str, datetime] | None:
    """Return the address last opened from a second device, and when; "" where cards carry no address on purpose."""
    row = session.get(Setting, _TRIED)
    return (row.value["address"], clock.parse_iso(row.value["at"])) if row else None


def note_tried(session: Session, actor: str, address: str, *, now: datetime) -> bool:
    """Record that ``address`` was opened from a second device; return whether that was new."""
    before = tried(session)
    if before and before[0] == address:
        return False
    session.merge(Setting(key=_TRIED, value={"address": address, "at": clock.iso(now)}))
    note(session, actor, "address.try", "setting", None, now=now, address=address or "–")
    return True
