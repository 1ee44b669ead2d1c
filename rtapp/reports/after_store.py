"""When each paper of a wave was last drawn, by the trail."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..schema import Audit


def last_made(session: Session, wave_id: int) -> dict[str, datetime]:
    """Return the moment of the last line of each act on a wave, by the act ("recap.print")."""
    lines = select(Audit.action, func.max(Audit.at)).where(Audit.subject == "wave", Audit.subject_id == wave_id)
    return {action: at for action, at in session.execute(lines.group_by(Audit.action))}
