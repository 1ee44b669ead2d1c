"""The trail looked through: by who, what, about whom, on which day, or from a link of the chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from ..schema import Audit, AuditValue
from .sentences import group_starts

MOST = 100_000  # lines of one file


@dataclass(frozen=True)
class TrailFilter:
    """Which lines are looked for; "" and None leave a thing open. ``chain`` is how a link of the chain begins."""

    actor: str = ""
    group: str = ""
    subject: str = ""
    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    chain: str = ""


def find_lines(
    session: Session, wanted: TrailFilter, *, limit: int, offset: int = 0
) -> Sequence[Row[tuple[Audit, AuditValue | None]]]:
    """Return the lines looked for with their values (None where they were erased), newest first."""
    rows = _narrowed(select(Audit, AuditValue).outerjoin(AuditValue, AuditValue.audit_id == Audit.id), wanted)
    return session.execute(rows.order_by(Audit.id.desc()).limit(limit).offset(offset)).all()


def count_lines(session: Session, wanted: TrailFilter) -> int:
    """Return how many lines there are of what is looked for."""
    return session.scalar(_narrowed(select(func.count(Audit.id)), wanted)) or 0


def actors_of(session: Session) -> Sequence[str]:
    """Return who ever did anything, by name."""
    return session.scalars(select(Audit.actor).distinct().order_by(Audit.actor)).all()


def _narrowed(rows: Select[Any], wanted: TrailFilter) -> Select[Any]:
    if wanted.actor:
        rows = rows.where(Audit.actor == wanted.actor)
    if wanted.group:
        starts = group_starts(wanted.group)
        rows = rows.where(or_(*(Audit.action.startswith(start, autoescape=True) for start in starts)))
    if wanted.subject:
        rows = rows.where(Audit.subject == wanted.subject)
    if wanted.subject_id is not None:
        rows = rows.where(Audit.subject_id == wanted.subject_id)
    if wanted.since:
        rows = rows.where(Audit.at >= wanted.since)
    if wanted.until:
        rows = rows.where(Audit.at < wanted.until)
    if wanted.chain:
        rows = rows.where(Audit.chain.startswith(wanted.chain, autoescape=True))
    return rows


def last_made(session: Session, wave_id: int) -> dict[str, datetime]:
    """Return the moment of the last line of each act on a wave, by the act ("recap.print")."""
    lines = select(Audit.action, func.max(Audit.at)).where(Audit.subject == "wave", Audit.subject_id == wave_id)
    return {action: at for action, at in session.execute(lines.group_by(Audit.action))}
