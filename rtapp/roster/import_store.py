"""Lists in and out: what a file would change, and changing it (being written)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..schema import Badge, Participant


def plan_import(session: Session, data: bytes, filename: str, *, sheet: str | None = None) -> Any:
    raise NotImplementedError


def apply_plan(session: Session, actor: str, plan: Any, *, now: datetime) -> Any:
    raise NotImplementedError


def report(plan: Any) -> dict[str, Any]:
    raise NotImplementedError


def without_badge(session: Session) -> list[int]:
    """Return the ids of those on the roster who have no live card."""
    holds = select(Badge.id).where(Badge.participant_id == Participant.id, Badge.revoked_at.is_(None)).exists()
    return list(session.scalars(select(Participant.id).where(Participant.archived_at.is_(None), ~holds)))


def export(session: Session, actor: str, form: str, *, codes: bool, now: datetime) -> tuple[bytes, int]:
    raise NotImplementedError
