"""Devices at the desk: find, add, change, revoke; who one is while it lives."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, Select, String, any_, bindparam, func, select, update
from sqlalchemy.orm import Session, selectinload

from .. import clock
from ..audit.store import note, note_change
from ..db import Prepared, Where, dialect_of
from ..refusals import Refused, existing
from ..schema import Checkpoint, Device, DeviceCheckpoint, Event, Wave
from . import passwords
from .lifetime import Life, life_of
from .names import LONGEST, readable
from .roles import Actor, Role

SEEN_EVERY = timedelta(seconds=30)
SILENT = timedelta(minutes=5)  # an open desk asks the server far more often
HANDING_IN = timedelta(days=14)  # how long after its last day a device may bring what it still holds
SAME_CLOCK_MS = 250  # a measurement is no finer than the way to the server and back
FARTHEST_MS = 2**31 - 1  # nearly 25 days: what is farther off is set, not measured


@dataclass(frozen=True)
class Bearer:
    """A program that showed a token: who it is, the digest of the token, the epoch of the database."""

    actor: Actor
    digest: str
    epoch: str | None


@dataclass(frozen=True)
class Paired:
    """A device in a browser: who it is, the version of its pairing that the browser's cookie names."""

    actor: Actor
    version: int


Sender = Bearer | Paired


def find_devices(session: Session) -> Sequence[Device]:
    """Return all devices, those not revoked first, with their checkpoints and waves."""
    rows = select(Device).options(selectinload(Device.checkpoints).joinedload(Checkpoint.wave))
    return session.scalars(rows.order_by(Device.revoked_at.isnot(None), Device.label, Device.id)).all()


def find_device(session: Session, device_id: int) -> Device:
    """Return the device, or refuse with 404."""
    return existing(session.get(Device, device_id), "no_device", "Perangkat ini tidak ada.")


def add_device(
    session: Session,
    actor: str,
    label: str,
    role: Role,
    checkpoint_ids: Sequence[int],
    *,
    expires_at: datetime,
    now: datetime,
) -> Device:
    """Add a device; refused without a label, for an admin role, for no or unknown checkpoints."""
    label, points = _checked_device(session, label, role, checkpoint_ids)
    device = Device(label=label, role=role, expires_at=expires_at, created_at=now, checkpoints=points)
    session.add(device)
    session.flush()
    values = {"label": label, "role": str(role), "checkpoints": _ids(points)}
    note(session, actor, "device.add", "device", device.id, now=now, **values)
    return device


def change_device(
    session: Session,
    actor: str,
    device: Device,
    label: str,
    role: Role,
    checkpoint_ids: Sequence[int],
    *,
    now: datetime,
) -> None:
    """Give the device another label, role or checkpoints, at once; refused like add_device."""
    _refuse_revoked(device)
    before = {"label": device.label, "role": device.role, "checkpoints": _ids(device.checkpoints)}
    device.label, points = _checked_device(session, label, role, checkpoint_ids)
    device.role = role
    device.checkpoints = points
    device.expires_at = device_expiry_at(session, _ids(points), now)
    after = {"label": device.label, "role": str(role), "checkpoints": _ids(points)}
    note_change(session, actor, "device.change", "device", device.id, before, after, now=now)


def give_bearer(session: Session, actor: str, device: Device, *, now: datetime) -> str:
    """Return a new bearer token for a program; the one before ends. Refused when the device is over."""
    renew_device(session, device, now=now)
    token = issue_bearer(session, device)
    note(session, actor, "device.token", "device", device.id, now=now, label=device.label)
    return token


def issue_bearer(session: Session, device: Device) -> str:
    """Give the device a bearer token for programs and return it: it is shown this once."""
    token = passwords.new_secret()
    device.token_hash = passwords.digest(token)
    session.flush()
    return token


def revoke_device(session: Session, actor: str, device: Device, *, now: datetime) -> None:
    """End the device's access at once: its session, its token and its unused links."""
    if device.revoked_at:
        return
    device.revoked_at = now
    device.session_version += 1
    note(session, actor, "device.revoke", "device", device.id, now=now, label=device.label)


def leave_device(session: Session, device: Device, *, now: datetime) -> None:
    """End the session of the browser that is this device; it needs a new link to come back."""
    device.session_version += 1
    device.paired_at = None
    note(session, device.label, "device.leave", "device", device.id, now=now)


def renew_device(session: Session, device: Device, *, now: datetime) -> None:
    """Let the device's time run anew; refused with 409 when it was revoked or all its waves are closed."""
    _refuse_revoked(device)
    device.expires_at = device_expiry_at(session, _ids(device.checkpoints), now)
    if device_life(device, now=now).is_over:
        raise Refused(
            "device_over",
            "Semua gelombang “%(label)s” sudah ditutup. Beri titik absensi dari gelombang lain.",
            409,
            label=device.label,
        )


def device_life(device: Device, *, now: datetime) -> Life:
    """Return where the device stands; reads its checkpoints and their waves."""
    closings = [point.wave.closed_at for point in device.checkpoints]
    return _life(device, closings, now)


def former_device(session: Session, device_id: int, version: int, *, now: datetime) -> tuple[str, Life] | None:
    """Return the label of the device that a session cookie stood for, and how that ended; None while it lives."""
    device = session.get(Device, device_id)
    if device is None or (device.session_version != version and device.revoked_at is None):
        return None  # the device is another browser now
    life = device_life(device, now=now)
    return (device.label, life) if life.is_over else None


def device_actor(
    where: Where, device_id: int, version: int, *, now: datetime, handing_in: bool = False
) -> Actor | None:
    """Return who a session cookie of a device stands for, None when the device is over or paired anew.

    ``handing_in``: one that ended by itself, not revoked, may still bring what it scanned before (``Actor.over``).
    """
    rows = _BY_IDS.all(where, devices=_listed(where, [device_id]))
    return _live_actor(rows, now, handing_in) if rows and rows[0].session_version == version else None


def bearer_of(where: Where, token: str, *, now: datetime, handing_in: bool = False) -> Bearer | None:
    """Return the program whose token this is, None when there is none or it ended; else like device_actor."""
    rows = _BY_TOKENS.all(where, tokens=_listed(where, [passwords.digest(token)]))
    actor = _live_actor(rows, now, handing_in)
    return actor and Bearer(actor, rows[0].token_hash, rows[0].epoch)


def senders_now(where: Where, senders: Iterable[Sender], *, now: datetime) -> Callable[[], set[Sender]]:
    """Query the devices of these senders; return a function that yields what they are now, as programs and as pages.

    A sender that is not among them may no longer act, or not as what it was.
    """
    rows = _BY_IDS.ask(where, devices=_listed(where, [sender.actor.id for sender in senders]))

    def found() -> set[Sender]:
        devices = [list(each) for _, each in groupby(rows(), key=lambda row: row.id)]
        acting = [(_live_actor(each, now, handing_in=False), each[0]) for each in devices]
        programs = {Bearer(actor, row.token_hash, row.epoch) for actor, row in acting if actor}
        return programs | {Paired(actor, row.session_version) for actor, row in acting if actor}

    return found


def may_hold_scans(session: Session, wave_id: int, *, now: datetime) -> list[Device]:
    """Return the devices of a wave that were not heard of since it was closed, or lately while it is open, by name.

    What such a device scanned meanwhile is still on it: switch it on near the server before papers are printed.
    """
    closed = session.scalar(select(Wave.closed_at).where(Wave.id == wave_id))
    own = select(DeviceCheckpoint.device_id).join(Checkpoint, Checkpoint.id == DeviceCheckpoint.checkpoint_id)
    rows = select(Device).where(Device.id.in_(own.where(Checkpoint.wave_id == wave_id)), Device.revoked_at.is_(None))
    rows = rows.where(Device.role != Role.VIEWER, Device.last_seen < min(closed or now, now) - SILENT)
    return list(session.scalars(rows.order_by(Device.label, Device.id)))


def is_stale_seen(where: Where, device_id: int, *, now: datetime) -> bool:
    """Say whether the device's «last seen» is worth writing again (at most twice a minute)."""
    row = _SEEN.first(where, device=device_id)
    return row is None or row.last_seen is None or now - row.last_seen > SEEN_EVERY


def mark_seen(session: Session, device_ids: Iterable[int], *, now: datetime) -> None:
    """Write when devices were last heard of."""
    session.execute(update(Device).where(Device.id.in_(device_ids)).values(last_seen=now))


def is_unmeasured(session: Session, device_id: int | None) -> bool:
    """Say whether this is a device whose clock was never held against ours."""
    device = session.get(Device, device_id) if device_id else None
    return device is not None and device.clock_offset is None


def keep_clock_offset(session: Session, device_id: int, offset_ms: int, *, now: datetime) -> bool:
    """Keep by how many milliseconds the device's clock is ahead of ours; says whether that was news.

    Refused when it is off by weeks: no correction is safe then.
    """
    if abs(offset_ms) > FARTHEST_MS:
        raise Refused("wild_clock", "Jam perangkat ini salah berminggu-minggu. Setel jamnya, lalu ukur lagi.", 422)
    device = find_device(session, device_id)
    before = device.clock_offset
    if before is not None and abs(before - offset_ms) < SAME_CLOCK_MS:
        return False
    device.clock_offset = offset_ms
    note(session, device.label, "device.clock", "device", device.id, now=now, before=before, after=offset_ms)
    return True


def device_expiry(dates: Sequence[tuple[datetime, str]], now: datetime) -> datetime:
    """Return when a device session ends: the end of the latest of its waves' days, never before tonight.

    ``dates`` holds (midday of the wave's day, time zone).
    """
    ends = [clock.end_of_day(clock.local(max(day, now), zone).date(), zone) for day, zone in dates]
    return max(ends, default=now + timedelta(days=1))


def device_expiry_at(session: Session, checkpoint_ids: Sequence[int], now: datetime) -> datetime:
    """Return when a session of a device with these checkpoints ends at the latest (see device_expiry)."""
    rows = select(Wave.date, Event.timezone).join(Wave.event).join(Wave.checkpoints)
    days = session.execute(rows.where(Checkpoint.id.in_(checkpoint_ids)).distinct())
    return device_expiry([(clock.local_moment(day, time(12), zone), zone) for day, zone in days], now)


def _live_actor(rows: Sequence[Any], now: datetime, handing_in: bool) -> Actor | None:
    """Return the device of these rows, one for each of its checkpoints, while it lives."""
    if not rows:
        return None
    points = {row.checkpoint_id: row.closed_at for row in rows if row.checkpoint_id is not None}
    life = _life(rows[0], list(points.values()), now)
    brings = handing_in and life is Life.ENDED and now < rows[0].expires_at + HANDING_IN
    if life.is_over and not brings:
        return None
    return Actor("device", rows[0].id, rows[0].label, Role(rows[0].role), frozenset(points), over=life.is_over)


def _life(device: Device | Row[Any], closings: Sequence[datetime | None], now: datetime) -> Life:
    # A browser was paired; a program was merely seen.
    used_at = device.paired_at or (device.last_seen if device.token_hash else None)
    return life_of(device.revoked_at, device.expires_at, closings, used_at, now=now)


def _checked_device(
    session: Session, label: str, role: Role, checkpoint_ids: Sequence[int]
) -> tuple[str, list[Checkpoint]]:
    label = readable(label)
    if not label:
        raise Refused(
            "bad_label", "Beri nama perangkat, paling banyak %(most)s huruf.", 422, most=LONGEST, field="label"
        )
    if role == Role.ADMIN:
        raise Refused("bad_role", "Perangkat tidak dapat menjadi admin. Pilih peran lain.", 422, field="role")
    wanted = set(checkpoint_ids)
    points = list(session.scalars(select(Checkpoint).where(Checkpoint.id.in_(wanted))))
    if not wanted or len(points) != len(wanted):
        raise Refused("no_checkpoint", "Pilih titik absensi yang ada untuk perangkat ini.", 422, field="checkpoints")
    return label, points


def _refuse_revoked(device: Device) -> None:
    if device.revoked_at:
        raise Refused("device_revoked", "“%(label)s” sudah dicabut. Tambahkan perangkat baru.", 409, label=device.label)


def _ids(points: Sequence[Checkpoint]) -> list[int]:
    return sorted(point.id for point in points)


def _acting() -> Select[Any]:
    """Select, with each of its checkpoints, the columns that decide whether a device may act."""
    own = (Device.id, Device.label, Device.role, Device.session_version, Device.token_hash, Device.paired_at)
    until = (Device.last_seen, Device.revoked_at, Device.expires_at)
    return (
        select(*own, *until, DeviceCheckpoint.checkpoint_id, Wave.closed_at)
        .outerjoin(DeviceCheckpoint, DeviceCheckpoint.device_id == Device.id)
        .outerjoin(Checkpoint, Checkpoint.id == DeviceCheckpoint.checkpoint_id)
        .outerjoin(Wave, Wave.id == Checkpoint.wave_id)
    )


def _acting_among(column: Any, name: str, kind: Any) -> Callable[[str], Select[Any]]:
    """Return the statement, by dialect, for the devices whose column is in the list bound to ``name``."""

    def statement(dialect: str) -> Select[Any]:
        values = bindparam(name, type_=String if dialect == "sqlite" else ARRAY(kind))
        listed = func.json_each(values).table_valued("value")
        wanted = column.in_(select(listed.c.value)) if dialect == "sqlite" else column == any_(values)
        epoch = select(func.min(Event.epoch)).scalar_subquery().label("epoch")
        return _acting().add_columns(epoch).where(wanted).order_by(Device.id)

    return statement


def _listed(where: Where, values: list[Any]) -> Any:
    """Return values as one value of a statement."""
    return json.dumps(values) if dialect_of(where) == "sqlite" else values


_BY_IDS = Prepared(_acting_among(Device.id, "devices", BigInteger))
_BY_TOKENS = Prepared(_acting_among(Device.token_hash, "tokens", String))
_SEEN = Prepared(select(Device.last_seen).where(Device.id == bindparam("device")))
