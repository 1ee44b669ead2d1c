"""The agenda of a wave's day: its items, and the checkpoints of those whose attendance is marked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from ..audit.store import note, note_change
from ..refusals import existing
from ..schema import Agenda, Checkpoint, Wave
from .checkpoint_store import add_checkpoint, checkpoints_of, drop_checkpoint
from .waves import (
    LONGEST_MATERIAL,
    LONGEST_NAME,
    CheckpointKind,
    checked_day,
    checked_extra,
    checked_line,
    refuse_backward_session,
)


def find_agenda(session: Session, agenda_id: int) -> Agenda:
    """Return the agenda item, or refuse with 404."""
    return existing(session.get(Agenda, agenda_id), "no_agenda", "Mata acara ini tidak ada.")


def agenda_of(session: Session, wave_id: int) -> Sequence[Agenda]:
    """Return the agenda of a wave by time, with the checkpoints of its sessions."""
    rows = select(Agenda).where(Agenda.wave_id == wave_id).options(joinedload(Agenda.checkpoint))
    return session.scalars(rows.order_by(Agenda.starts_at, Agenda.id)).all()


def add_agenda(
    session: Session,
    actor: str,
    wave: Wave,
    starts_at: datetime,
    ends_at: datetime,
    material: str,
    speaker: str,
    *,
    with_checkpoint: bool,
    now: datetime,
) -> Agenda:
    """Add an agenda item; ``with_checkpoint`` makes its checkpoint of kind sesi, "Materi 1", "Materi 2" …

    Refused when it ends before it starts, without a material, or when a text is too long.
    """
    item = Agenda()
    _set_agenda(item, starts_at, ends_at, material, speaker)
    checkpoint = _add_session(session, actor, wave, now) if with_checkpoint else None
    item.wave, item.checkpoint = wave, checkpoint
    session.add(item)
    session.flush()
    note(session, actor, "agenda.add", "agenda", item.id, now=now, wave=wave.number, **_agenda_values(item))
    return item


def change_agenda(
    session: Session,
    actor: str,
    item: Agenda,
    starts_at: datetime,
    ends_at: datetime,
    material: str,
    speaker: str,
    *,
    with_checkpoint: bool,
    now: datetime,
) -> bool:
    """Change an agenda item; return whether anything changed.

    Giving up its checkpoint removes it; refused with 409 once something was recorded there.
    """
    before = _agenda_values(item)
    _set_agenda(item, starts_at, ends_at, material, speaker)
    if with_checkpoint and item.checkpoint is None:
        item.checkpoint = _add_session(session, actor, item.wave, now)
    elif item.checkpoint is not None and not with_checkpoint:
        drop_checkpoint(session, item.checkpoint)
        item.checkpoint = None
    return note_change(session, actor, "agenda.change", "agenda", item.id, before, _agenda_values(item), now=now)


def remove_agenda(session: Session, actor: str, item: Agenda, *, now: datetime) -> None:
    """Remove an agenda item and its checkpoint; refused with 409 once something was recorded there."""
    values, agenda_id = _agenda_values(item), item.id
    if item.checkpoint is not None:
        drop_checkpoint(session, item.checkpoint)
    session.delete(item)
    note(session, actor, "agenda.remove", "agenda", agenda_id, now=now, **values)


def clear_day(session: Session, wave: Wave) -> None:
    """Remove the agenda and all checkpoints of a wave that goes; refused like remove_checkpoint."""
    session.execute(delete(Agenda).where(Agenda.wave_id == wave.id))
    for checkpoint in checkpoints_of(session, wave.id):
        drop_checkpoint(session, checkpoint)


def _add_session(session: Session, actor: str, wave: Wave, now: datetime) -> Checkpoint:
    taken = {point.name.casefold() for point in checkpoints_of(session, wave.id)}
    number = next(number for number in range(1, len(taken) + 2) if f"materi {number}" not in taken)
    return add_checkpoint(session, actor, wave, f"Materi {number}", CheckpointKind.SESI, now=now)


def _set_agenda(item: Agenda, starts_at: datetime, ends_at: datetime, material: str, speaker: str) -> None:
    checked_day(starts_at.date())
    refuse_backward_session(starts_at, ends_at)
    item.starts_at, item.ends_at = starts_at, ends_at
    item.material = checked_line(
        material,
        LONGEST_MATERIAL,
        "bad_material",
        "Isi materi atau mata acara, paling banyak %(most)s huruf.",
        field="material",
    )
    item.speaker = checked_extra(
        speaker, LONGEST_NAME, "bad_speaker", "Nama narasumber paling banyak %(most)s huruf.", field="speaker"
    )


def _agenda_values(item: Agenda) -> dict[str, Any]:
    values = {field: getattr(item, field) for field in ("starts_at", "ends_at", "material", "speaker")}
    return values | {"checkpoint": item.checkpoint.name if item.checkpoint else None}
