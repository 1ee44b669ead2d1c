"""What every paper says of the event, and of the wave that it is of."""

from datetime import datetime

from sqlalchemy.orm import Session

from .. import clock
from ..schema import Wave
from ..settings.letter import About
from ..settings.letterhead_store import letterhead_of, logo_of, signing_of
from .store import the_event
from .waves import numeral


def about_of(session: Session, wave: Wave | None, requester: str, printed_at: datetime) -> About:
    """Return whose paper it is, of what, when and by whom it is printed, and on whose letter paper.

    Without a wave it is of the whole event.
    """
    event = wave.event if wave else the_event(session)
    day = (f"Gelombang {numeral(wave.number)}", clock.day_text(wave.date), wave.venue) if wave else ("", "", "")
    return About(
        event.name, event.organiser, *day, event.timezone, printed_at, requester,
        letterhead_of(session), logo_of(session), wave.date if wave else None, signing_of(session),
    )  # fmt: skip
