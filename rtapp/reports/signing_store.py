"""The counted signatures of a checkpoint, kept with the list on which they were counted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ..audit.store import note
from ..schema import SignatureCount


@dataclass(frozen=True)
class Counted:
    """What was typed of the pages of a list: its ``paper``, how it is divided, and the ``digest`` it bears."""

    paper: str
    part: str
    digest: str
    counts: tuple[int | None, ...]


def counted_at(session: Session, checkpoint_id: int) -> Counted | None:
    """Return what was counted at a checkpoint, None while nobody has."""
    row = session.get(SignatureCount, checkpoint_id)
    return Counted(row.paper, row.part, row.digest, tuple(row.counts)) if row else None


def save_counted(session: Session, actor: str, checkpoint_id: int, counted: Counted, *, now: datetime) -> bool:
    """Keep what was counted; return whether anything changed."""
    before = counted_at(session, checkpoint_id)
    if counted == before:
        return False
    row = session.get(SignatureCount, checkpoint_id) or SignatureCount(checkpoint_id=checkpoint_id)
    row.paper, row.part, row.digest, row.counts = counted.paper, counted.part, counted.digest, list(counted.counts)
    session.add(row)
    session.flush()
    told = {"before": list(before.counts) if before else [], "after": list(counted.counts), "list": counted.digest}
    note(session, actor, "signatures.count", "checkpoint", checkpoint_id, now=now, **told)
    return True
