"""The rule of a wave: which checkpoints count for a certificate, and how its number is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..events.checkpoint_store import checkpoints_of
from ..events.standing_store import doors_of, lists_among
from ..events.waves import CheckpointKind
from ..schema import CertificateRule, Checkpoint, Wave
from .certificate import Numbering, Rule

NOT_COUNTED = (CheckpointKind.GLADI,)


def countable_points(session: Session, wave_id: int) -> Sequence[Checkpoint]:
    """Return the checkpoints that a wave's rule may count: one for all doors of a registration, no rehearsal."""
    return lists_among(checkpoints_of(session, wave_id))


def rule_of(session: Session, wave: Wave) -> tuple[Rule, Numbering] | None:
    """Return the rule and the numbering of a wave, None before they were set."""
    row = session.scalar(select(CertificateRule).where(CertificateRule.wave_id == wave.id))
    if row is None:
        return None
    first = {door: point.id for point in countable_points(session, wave.id) for door in doors_of(session, point.id)}
    points = tuple(dict.fromkeys(first.get(point, point) for point in row.points))
    rule = Rule(points, min(row.least, len(points)), row.substitutes)
    return rule, Numbering(row.template, row.code, row.unit)


def proposed(session: Session, wave: Wave) -> tuple[Rule, Numbering]:
    """Return the rule and numbering, else a proposal: presence at registration, numbered as in the latest rule."""
    scheme = rule_of(session, wave)
    if scheme:
        return scheme
    last = session.scalar(select(CertificateRule).order_by(CertificateRule.id.desc()).limit(1))
    numbering = Numbering(last.template, last.code, last.unit) if last else Numbering()
    points = [point.id for point in countable_points(session, wave.id) if point.kind == CheckpointKind.HADIR]
    return Rule(tuple(points), max(1, len(points))), numbering


def save_rule(session: Session, actor: str, wave: Wave, rule: Rule, numbering: Numbering, *, now: datetime) -> bool:
    """Save a wave's rule and numbering; return whether anything changed. Numbers already issued stay the same."""
    before = rule_of(session, wave)
    if before == (rule, numbering):
        return False
    row = session.scalar(select(CertificateRule).where(CertificateRule.wave_id == wave.id))
    if row is None:
        row = CertificateRule(wave_id=wave.id)
        session.add(row)
    row.points, row.least, row.substitutes = list(rule.points), rule.least, rule.substitutes
    row.template, row.code, row.unit = numbering.template, numbering.code, numbering.unit
    session.flush()
    values = {"wave": wave.number, "before": _plain(before), "after": _plain((rule, numbering))}
    note(session, actor, "certificate.rule", "wave", wave.id, now=now, **values)
    return True


def _plain(row: tuple[Rule, Numbering] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    rule, numbering = row
    values = {"points": list(rule.points), "least": rule.least, "substitutes": rule.substitutes}
    return values | {"template": numbering.template, "code": numbering.code, "unit": numbering.unit}
