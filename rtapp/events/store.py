"""The event, its waves and checkpoints, the places and the invited numbers: find and change."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..refusals import Refused
from ..schema import Checkpoint, Event, Wave

DEFAULT_ZONE = "Asia/Makassar"


def find_event(session: Session) -> Event | None:
    """Return the event of this database; one database holds one event."""
    return session.scalar(select(Event).order_by(Event.id).limit(1))


def the_event(session: Session) -> Event:
    """Return the event, or refuse with 404 while there is none."""
    event = find_event(session)
    if event is None:
        raise Refused("no_event", "Belum ada acara. Buat acara dahulu di Pengaturan.", 404)
    return event


def new_epoch() -> str:
    """Return a new epoch: what tells desks that the server's memory is another one."""
    return secrets.token_hex(8)


def find_waves(session: Session) -> Sequence[Wave]:
    """Return all waves by number."""
    return session.scalars(select(Wave).order_by(Wave.number)).all()


def find_wave(session: Session, wave_id: int) -> Wave:
    """Return the wave, or refuse with 404."""
    wave = session.get(Wave, wave_id)
    if wave is None:
        raise Refused("no_wave", "Gelombang ini tidak ada.", 404)
    return wave


def wave_by_number(session: Session, number: int) -> Wave:
    """Return the wave with this number, or refuse with 404."""
    wave = session.scalar(select(Wave).where(Wave.number == number))
    if wave is None:
        raise Refused("no_wave", "Gelombang ini tidak ada.", 404)
    return wave


def find_checkpoints(session: Session, ids: frozenset[int] | None = None) -> Sequence[Checkpoint]:
    """Return the checkpoints by wave and position, only those of ``ids`` where given."""
    rows = select(Checkpoint).join(Wave).order_by(Wave.number, Checkpoint.position, Checkpoint.id)
    return session.scalars(rows if ids is None else rows.where(Checkpoint.id.in_(ids))).all()


def find_checkpoint(session: Session, checkpoint_id: int) -> Checkpoint:
    """Return the checkpoint, or refuse with 404."""
    checkpoint = session.get(Checkpoint, checkpoint_id)
    if checkpoint is None:
        raise Refused("no_checkpoint", "Titik absensi ini tidak ada.", 404)
    return checkpoint
