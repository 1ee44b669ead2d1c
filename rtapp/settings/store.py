"""Read and change the committee's options."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..schema import Setting
from .options import OPTIONS, checked


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
    row = session.get(Setting, key)
    if row is None:
        session.add(Setting(key=key, value=value))
    else:
        row.value = value
    note(session, actor, "setting.change", "setting", None, now=now, key=key, before=before, after=value)
    return True
