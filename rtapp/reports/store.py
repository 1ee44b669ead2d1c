"""What every paper of a wave says of it."""

from datetime import datetime

from .. import clock
from ..events.waves import numeral
from ..schema import Wave
from .letter import About


def about_of(wave: Wave, requester: str, printed_at: datetime) -> About:
    """Return whose paper it is, of what, and when and by whom it is printed."""
    event = wave.event
    named, day = f"Gelombang {numeral(wave.number)}", clock.day_text(wave.date)
    return About(event.name, event.organiser, named, day, wave.venue, event.timezone, printed_at, requester)
