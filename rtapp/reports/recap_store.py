"""The recap of a wave, read from where every count is read."""

from sqlalchemy.orm import Session

from ..live.board_store import marks_at
from ..live.pace import bars
from ..live.store import counts_at, registration_of
from ..schema import Wave
from .recap import Recap


def recap_of(session: Session, wave: Wave) -> Recap:
    """Return the counts and the arrivals at the registration of a wave."""
    point = registration_of(session, wave.id)
    step, shown = bars([at for at, _name in marks_at(session, point.id)] if point else [])
    counts = counts_at(session, point.id) if point else None
    return Recap(wave.number, wave.date, wave.venue, counts, step, shown)
