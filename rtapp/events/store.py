"""The event and its waves: found, made, changed, closed."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .. import clock
from ..accounts.devices_store import device_expiry_at
from ..audit.store import note, note_change
from ..db import Prepared, Where
from ..refusals import Refused, existing
from ..schema import Agenda, Checkpoint, Device, DeviceCheckpoint, Event, Invitation, Participant, TransportRate, Wave
from .agenda_store import clear_day
from .checkpoint_store import add_checkpoint
from .waves import (
    LONGEST_NAME,
    REGISTRATION,
    ZONES,
    CheckpointKind,
    checked_day,
    checked_extra,
    checked_line,
    checked_number,
    numeral,
)

_EVENT = select(Event).order_by(Event.id).limit(1)
_SHOWN = Prepared(
    select(Event.id, Event.name, Event.organiser, Event.timezone, Event.epoch, Event.demo).order_by(Event.id).limit(1)
)


def find_event(session: Session) -> Event | None:
    """Return the event of this database; one database holds one event."""
    return session.scalar(_EVENT)


def shown_event(where: Where) -> Any:
    """Return what every answer tells of the event: id, name, organiser, timezone, epoch, demo; None before it was made.

    The epoch of a database is another one after a backup was restored.
    """
    return _SHOWN.first(where)


def the_event(session: Session) -> Event:
    """Return the event, or refuse with 404 while there is none."""
    return existing(find_event(session), "no_event", "Belum ada acara. Buat acara dahulu di Pengaturan.")


def new_epoch() -> str:
    """Return a new epoch: what tells desks that the server's memory is another one."""
    return secrets.token_hex(8)


def make_event(session: Session, actor: str, name: str, organiser: str, timezone: str, *, now: datetime) -> Event:
    """Make the event of this database; refused with 409 when there is one, 422 for a bad text or zone."""
    other = find_event(session)
    if other is not None:
        raise Refused("event_exists", "Basis data ini sudah berisi acara “%(name)s”.", 409, name=other.name)
    event = Event(epoch=new_epoch())
    _describe(event, name, organiser, timezone)
    session.add(event)
    session.flush()
    note(session, actor, "event.make", "event", event.id, now=now, **_event_values(event))
    return event


def change_event(
    session: Session, actor: str, event: Event, name: str, organiser: str, timezone: str, *, now: datetime
) -> bool:
    """Change the event; return whether anything changed. Refused like make_event.

    With another zone agenda and windows keep the hours that were typed; what was recorded keeps its moment.
    """
    before, zone = _event_values(event), event.timezone
    _describe(event, name, organiser, timezone)
    if event.timezone != zone:
        for wave in find_waves(session):
            _shift_day(session, wave, lambda moment: _same_hour(moment, zone, event.timezone))
    return note_change(session, actor, "event.change", "event", event.id, before, _event_values(event), now=now)


def find_waves(session: Session) -> Sequence[Wave]:
    """Return all waves by number."""
    return session.scalars(select(Wave).order_by(Wave.number)).all()


def find_wave(session: Session, wave_id: int) -> Wave:
    """Return the wave, or refuse with 404."""
    return existing(session.get(Wave, wave_id), "no_wave", "Gelombang ini tidak ada.")


def wave_by_number(session: Session, number: int) -> Wave:
    """Return the wave with this number, or refuse with 404."""
    return existing(session.scalar(select(Wave).where(Wave.number == number)), "no_wave", "Gelombang ini tidak ada.")


def add_wave(
    session: Session, actor: str, event: Event, number: int | None, date: date, venue: str, *, now: datetime
) -> Wave:
    """Add a wave with its checkpoint "Registrasi"; without a number it is the next one.

    Refused for a number that is taken or beyond 1–99, a day of no sensible year, a venue too long.
    """
    taken = {wave.number for wave in find_waves(session)}
    number = checked_number(max(taken, default=0) + 1 if number is None else number, taken)
    date, venue = checked_day(date), _checked_venue(venue)
    wave = Wave(event=event, number=number, date=date, venue=venue)
    session.add(wave)
    session.flush()
    add_checkpoint(session, actor, wave, REGISTRATION, CheckpointKind.HADIR, now=now)
    note(session, actor, "wave.add", "wave", wave.id, now=now, **_wave_values(wave))
    return wave


def change_wave(session: Session, actor: str, wave: Wave, date: date, venue: str, *, now: datetime) -> bool:
    """Change a wave's day and venue; return whether anything changed. Refused like add_wave.

    The agenda and the windows move along with the day, and its devices live until the end of the new one.
    """
    before, day = _wave_values(wave), wave.date
    wave.date, wave.venue = checked_day(date), _checked_venue(venue)
    if wave.date != day:
        _shift_day(session, wave, lambda moment: moment + (wave.date - day))
        session.flush()
        _renew_devices(session, wave, now)
    return note_change(session, actor, "wave.change", "wave", wave.id, before, _wave_values(wave), now=now)


def close_wave(session: Session, actor: str, wave: Wave, *, now: datetime) -> bool:
    """Close a wave: it takes no scan, and devices of closed waves alone end. Return whether it was open."""
    if wave.closed_at:
        return False
    wave.closed_at = now
    note(session, actor, "wave.close", "wave", wave.id, now=now, number=wave.number)
    return True


def reopen_wave(session: Session, actor: str, wave: Wave, *, now: datetime) -> bool:
    """Open a closed wave again, for its devices too while their day lasts. Return whether it was closed."""
    if not wave.closed_at:
        return False
    wave.closed_at = None
    note(session, actor, "wave.reopen", "wave", wave.id, now=now, number=wave.number)
    return True


def remove_wave(session: Session, actor: str, wave: Wave, *, now: datetime) -> None:
    """Remove a wave made by mistake, with its agenda, checkpoints and numbers.

    Refused with 409 once anybody belongs to it, something was recorded, or a device has nothing else.
    """
    if session.scalar(select(Participant.id).where(Participant.wave_id == wave.id).limit(1)):
        raise Refused(
            "wave_used",
            "Gelombang %(wave)s punya peserta. Pindahkan mereka dahulu, atau tutup gelombangnya.",
            409,
            wave=numeral(wave.number),
        )
    values, wave_id = _wave_values(wave), wave.id
    clear_day(session, wave)
    for table in (Invitation, TransportRate):
        session.execute(delete(table).where(table.wave_id == wave_id))
    session.expire_all()
    session.delete(wave)
    session.flush()
    note(session, actor, "wave.remove", "wave", wave_id, now=now, **values)


def _describe(event: Event, name: str, organiser: str, timezone: str) -> None:
    event.name = checked_line(
        name, LONGEST_NAME, "bad_event_name", "Isi nama acara, paling banyak %(most)s huruf.", field="name"
    )
    event.organiser = checked_extra(
        organiser, LONGEST_NAME, "bad_organiser", "Nama penyelenggara paling banyak %(most)s huruf.", field="organiser"
    )
    if timezone not in ZONES:
        raise Refused("bad_zone", "Pilih zona waktu WIB, WITA, atau WIT.", 422, field="timezone")
    event.timezone = timezone


def _checked_venue(venue: str) -> str:
    return checked_extra(venue, LONGEST_NAME, "bad_venue", "Nama tempat paling banyak %(most)s huruf.", field="venue")


def _shift_day(session: Session, wave: Wave, shifted: Any) -> None:
    for item in session.scalars(select(Agenda).where(Agenda.wave_id == wave.id)):
        item.starts_at, item.ends_at = shifted(item.starts_at), shifted(item.ends_at)
    for point in session.scalars(select(Checkpoint).where(Checkpoint.wave_id == wave.id)):
        point.opens_at = shifted(point.opens_at) if point.opens_at else None
        point.closes_at = shifted(point.closes_at) if point.closes_at else None


def _same_hour(moment: datetime, old_zone: str, new_zone: str) -> datetime:
    shown = clock.local(moment, old_zone)
    return clock.local_moment(shown.date(), shown.time(), new_zone)


def _renew_devices(session: Session, wave: Wave, now: datetime) -> None:
    rows = (
        select(Device)
        .join(DeviceCheckpoint, DeviceCheckpoint.device_id == Device.id)
        .join(Checkpoint, Checkpoint.id == DeviceCheckpoint.checkpoint_id)
    )
    for device in session.scalars(rows.where(Checkpoint.wave_id == wave.id, Device.revoked_at.is_(None)).distinct()):
        ids = [point.id for point in device.checkpoints]
        device.expires_at = device_expiry_at(session, ids, now)


def _event_values(event: Event) -> dict[str, Any]:
    return {"name": event.name, "organiser": event.organiser, "timezone": event.timezone}


def _wave_values(wave: Wave) -> dict[str, Any]:
    return {"number": wave.number, "date": wave.date, "venue": wave.venue}
