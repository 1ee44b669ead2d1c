"""What every paper of a wave says of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from .. import clock
from ..events.waves import numeral
from ..schema import Wave
from ..settings.letterhead_store import letterhead_of, logo_of
from .letter import About


def about_of(session: Session, wave: Wave, requester: str, printed_at: datetime) -> About:
    """Return whose paper it is, of what, when and by whom it is printed, and on whose letter paper."""
    event = wave.event
    named, day = f"Gelombang {numeral(wave.number)}", clock.day_text(wave.date)
    return About(
        event.name, event.organiser, named, day, wave.venue, event.timezone, printed_at, requester,
        letterhead_of(session), logo_of(session),
    )  # fmt: skip
