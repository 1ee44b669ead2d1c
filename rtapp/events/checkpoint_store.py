"""The checkpoints of a wave: their kinds, order and windows; opened, changed, removed while unused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import EllipsisType
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select
from sqlalchemy.orm import Session, joinedload

from ..audit.store import note, note_change
from ..db import Prepared, Where
from ..refusals import Refused, existing
from ..schema import Agenda, Attendance, Checkpoint, Device, DeviceCheckpoint, Scan, SignedList, Wave
from .waves import LONGEST_POINT, CheckpointKind, checked_line, numeral, refuse_empty_window

_WITH_WAVE = (joinedload(Checkpoint.wave),)


@dataclass(frozen=True)
class PointWave:
    """The wave of a checkpoint, as a desk shows it."""

    id: int
    number: int
    date: date
    closed_at: datetime | None


@dataclass(frozen=True)
class Point:
    """A checkpoint as a desk shows it after every scan."""

    id: int
    name: str
    kind: str
    wave: PointWave


def find_checkpoints(session: Session, ids: frozenset[int] | None = None) -> Sequence[Checkpoint]:
    """Return the checkpoints by wave and position, only those of ``ids`` where given."""
    rows = select(Checkpoint).join(Wave).order_by(Wave.number, Checkpoint.position, Checkpoint.id)
    rows = rows.options(joinedload(Checkpoint.wave))
    return session.scalars(rows if ids is None else rows.where(Checkpoint.id.in_(ids))).all()


def find_checkpoint(session: Session, checkpoint_id: int) -> Checkpoint:
    """Return the checkpoint with its wave, or refuse with 404."""
    checkpoint = session.get(Checkpoint, checkpoint_id, options=_WITH_WAVE)
    if checkpoint is None:
        raise Refused("no_checkpoint", "Titik absensi ini tidak ada.", 404)
    return checkpoint


def find_point(where: Where, checkpoint_id: int) -> Point:
    """Return what a desk shows of the checkpoint, past the session; refused with 404 when there is none."""
    row = existing(_POINT.first(where, checkpoint=checkpoint_id), "no_checkpoint", "Titik absensi ini tidak ada.")
    return Point(row.id, row.name, row.kind, PointWave(row.wave_id, row.number, row.date, row.closed_at))


def checkpoints_of(session: Session, wave_id: int) -> Sequence[Checkpoint]:
    """Return the checkpoints of a wave in their order."""
    rows = select(Checkpoint).where(Checkpoint.wave_id == wave_id)
    return session.scalars(rows.order_by(Checkpoint.position, Checkpoint.id)).all()


def used_checkpoints(session: Session, wave_id: int) -> set[int]:
    """Return the ids of a wave's checkpoints at which anything was ever recorded."""
    scanned = select(Scan.id).where(Scan.checkpoint_id == Checkpoint.id).exists()
    marked = select(Attendance.id).where(Attendance.checkpoint_id == Checkpoint.id).exists()
    rows = select(Checkpoint.id).where(Checkpoint.wave_id == wave_id, or_(scanned, marked))
    return set(session.scalars(rows))


def add_checkpoint(
    session: Session,
    actor: str,
    wave: Wave,
    name: str,
    kind: str,
    *,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    requires_id: int | None = None,
    now: datetime,
) -> Checkpoint:
    """Add a checkpoint at the end of the wave's order; without bounds it is open at all times.

    ``requires_id`` is the checkpoint of the same wave at which somebody must be marked before.
    Refused for a name that is empty, too long or taken in this wave, an unknown kind, an empty window.
    """
    name, kind = _checked_name(session, wave, name, None), _checked_kind(kind)
    refuse_empty_window(opens_at, closes_at)
    position = len(checkpoints_of(session, wave.id))
    required = _checked_required(session, wave, requires_id, None)
    checkpoint = Checkpoint(wave=wave, name=name, kind=kind, position=position, requires=required)
    checkpoint.opens_at, checkpoint.closes_at = opens_at, closes_at
    session.add(checkpoint)
    session.flush()
    note(session, actor, "checkpoint.add", "checkpoint", checkpoint.id, now=now, **_point_values(checkpoint))
    return checkpoint


def change_checkpoint(
    session: Session,
    actor: str,
    checkpoint: Checkpoint,
    name: str,
    kind: str,
    *,
    opens_at: datetime | None,
    closes_at: datetime | None,
    position: int | None = None,
    requires_id: int | EllipsisType | None = ...,
    now: datetime,
) -> bool:
    """Change a checkpoint, its place in the order (from 0) and what it requires where given.

    Return whether anything changed.

    Refused like add_checkpoint; also another kind once something was recorded there, or for the only one of
    kind hadir.
    """
    before = _point_values(checkpoint)
    if _checked_kind(kind) != checkpoint.kind:
        _refuse_recorded(session, checkpoint)
        _refuse_only_registration(session, checkpoint)
        checkpoint.kind = kind
    checkpoint.name = _checked_name(session, checkpoint.wave, name, checkpoint)
    refuse_empty_window(opens_at, closes_at)
    checkpoint.opens_at, checkpoint.closes_at = opens_at, closes_at
    if requires_id is not ...:
        checkpoint.requires = _checked_required(session, checkpoint.wave, requires_id, checkpoint)
    if position is not None:
        order = [point for point in checkpoints_of(session, checkpoint.wave_id) if point is not checkpoint]
        order.insert(max(0, position), checkpoint)
        _number(order)
    after = _point_values(checkpoint)
    return note_change(session, actor, "checkpoint.change", "checkpoint", checkpoint.id, before, after, now=now)


def open_checkpoint(session: Session, actor: str, checkpoint: Checkpoint, *, now: datetime) -> bool:
    """Let a checkpoint take scans from now on; return whether it had been shut.

    A bound that stands in the way is moved: an opening that lies ahead to ``now``, a closing that has passed
    away. An opening in the past stays, for a late scan is judged at its own time. Refused with 409 when the
    wave is closed.
    """
    if checkpoint.wave.closed_at:
        raise Refused(
            "wave_closed",
            "Gelombang %(wave)s sudah ditutup. Panitia inti dapat membukanya kembali di Pengaturan.",
            409,
            wave=numeral(checkpoint.wave.number),
        )
    before = _point_values(checkpoint)
    if checkpoint.opens_at and checkpoint.opens_at > now:
        checkpoint.opens_at = now
    if checkpoint.closes_at and checkpoint.closes_at <= now:
        checkpoint.closes_at = None
    after = _point_values(checkpoint)
    return note_change(session, actor, "checkpoint.open", "checkpoint", checkpoint.id, before, after, now=now)


def remove_checkpoint(session: Session, actor: str, checkpoint: Checkpoint, *, now: datetime) -> None:
    """Remove a checkpoint at which nothing was ever recorded; its agenda item is no session any more.

    Refused with 409 otherwise, for the only one of kind hadir, and while it is all that a device has.
    """
    values = _point_values(checkpoint)
    checkpoint_id = checkpoint.id
    _refuse_only_registration(session, checkpoint)
    drop_checkpoint(session, checkpoint)
    note(session, actor, "checkpoint.remove", "checkpoint", checkpoint_id, now=now, **values)


def drop_checkpoint(session: Session, checkpoint: Checkpoint) -> None:
    """Remove a checkpoint, noting nothing; refused once something was recorded or while a device needs it."""
    wave_id = checkpoint.wave_id
    _refuse_recorded(session, checkpoint)
    _refuse_required(session, checkpoint)
    _refuse_last_of_a_device(session, checkpoint)
    for item in session.scalars(select(Agenda).where(Agenda.checkpoint_id == checkpoint.id)):
        item.checkpoint = None
    for table in (DeviceCheckpoint, SignedList):
        session.execute(delete(table).where(table.checkpoint_id == checkpoint.id))
    session.flush()
    session.delete(checkpoint)
    session.flush()
    session.expire_all()  # what was read before still holds the checkpoint: waves, devices
    _number(checkpoints_of(session, wave_id))
    session.flush()


def _refuse_recorded(session: Session, checkpoint: Checkpoint) -> None:
    counted = select(SignedList.id).where(SignedList.checkpoint_id == checkpoint.id, SignedList.counted_at.is_not(None))
    if checkpoint.id in used_checkpoints(session, checkpoint.wave_id) or session.scalar(counted.limit(1)):
        raise Refused(
            "checkpoint_used",
            "Di “%(name)s” sudah ada pencatatan. Titik itu tidak dapat dihapus atau diganti jenisnya.",
            409,
            name=checkpoint.name,
        )


def _refuse_only_registration(session: Session, checkpoint: Checkpoint) -> None:
    others = [point for point in checkpoints_of(session, checkpoint.wave_id) if point is not checkpoint]
    if checkpoint.kind == CheckpointKind.HADIR and all(point.kind != CheckpointKind.HADIR for point in others):
        raise Refused(
            "only_registration",
            "“%(name)s” adalah satu-satunya titik kehadiran gelombang ini. Setiap gelombang perlu satu.",
            409,
            name=checkpoint.name,
        )


def _refuse_required(session: Session, checkpoint: Checkpoint) -> None:
    by = session.scalar(select(Checkpoint.name).where(Checkpoint.requires_id == checkpoint.id).limit(1))
    if by is not None:
        raise Refused(
            "checkpoint_required",
            "Titik “%(by)s” mensyaratkan “%(name)s”. Ubah syaratnya dahulu.",
            409,
            by=by,
            name=checkpoint.name,
        )


def _refuse_last_of_a_device(session: Session, checkpoint: Checkpoint) -> None:
    rows = select(Device.label).join(DeviceCheckpoint, DeviceCheckpoint.device_id == Device.id)
    rows = rows.where(Device.revoked_at.is_(None)).group_by(Device.id, Device.label)
    point_id = DeviceCheckpoint.checkpoint_id
    rows = rows.having(func.count() == 1, func.min(point_id) == checkpoint.id)
    label = session.scalar(rows.order_by(Device.label))
    if label is not None:
        raise Refused(
            "checkpoint_of_device",
            "Perangkat “%(label)s” hanya punya titik “%(name)s”. Beri titik lain atau cabut dahulu.",
            409,
            label=label,
            name=checkpoint.name,
        )


def _checked_name(session: Session, wave: Wave, name: str, own: Checkpoint | None) -> str:
    name = checked_line(
        name,
        LONGEST_POINT,
        "bad_checkpoint_name",
        "Isi nama titik absensi, paling banyak %(most)s huruf.",
        field="name",
    )
    others = [point for point in checkpoints_of(session, wave.id) if point is not own]
    if any(point.name.casefold() == name.casefold() for point in others):
        raise Refused(
            "checkpoint_name_taken",
            "Gelombang %(wave)s sudah punya titik “%(name)s”.",
            422,
            wave=numeral(wave.number),
            name=name,
            field="name",
        )
    return name


def _checked_required(
    session: Session, wave: Wave, requires_id: int | None, own: Checkpoint | None
) -> Checkpoint | None:
    """Return the checkpoint that is required; refused outside the wave, and where two would wait for each other."""
    if requires_id is None:
        return None
    required = session.get(Checkpoint, requires_id)
    if required is None or required.wave_id != wave.id:
        raise Refused("bad_requires", "Pilih titik absensi gelombang ini.", 422, field="requires")
    step: Checkpoint | None = required
    while own is not None and step is not None:
        if step is own:
            raise Refused("bad_requires", "Dua titik tidak dapat saling mensyaratkan.", 422, field="requires")
        step = step.requires
    return required


def _checked_kind(kind: str) -> str:
    if kind not in set(CheckpointKind):
        raise Refused("bad_kind", "Pilih jenis titik absensi.", 422, field="kind")
    return str(kind)


def _number(order: Iterable[Checkpoint]) -> None:
    for position, point in enumerate(order):
        point.position = position


def _point_values(checkpoint: Checkpoint) -> dict[str, Any]:
    fields = ("name", "kind", "position", "opens_at", "closes_at")
    required = checkpoint.requires.name if checkpoint.requires else None
    values = {field: getattr(checkpoint, field) for field in fields}
    return {"wave": checkpoint.wave.number} | values | ({"requires": required} if required else {})


_POINT = Prepared(
    select(Checkpoint.id, Checkpoint.name, Checkpoint.kind, Checkpoint.wave_id, Wave.number, Wave.date, Wave.closed_at)
    .join(Wave, Wave.id == Checkpoint.wave_id)
    .where(Checkpoint.id == bindparam("checkpoint"))
)
