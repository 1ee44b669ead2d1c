"""What the board shows beside the counts: marks over time, lanes, checkpoints, seats, the whole event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from ..events.waves import CheckpointKind
from ..refusals import Refused
from ..schema import (
    Absence,
    Attendance,
    Checkpoint,
    Device,
    District,
    Invitation,
    Participant,
    Seat,
    User,
    Village,
    Wave,
)
from .store import waves_marked


@dataclass(frozen=True)
class SeatState:
    """A seat of a village in a wave: who holds it and where they stand.

    ``state`` is hadir, diwakili, gelombang_lain, a kind of absence or belum.
    """

    id: int
    rt: str
    rw: str
    name: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class PlaceTotal:
    """Over all waves: heads present in their own wave, in another, not at all."""

    code: str
    name: str
    own: int
    other: int
    none: int

    @property
    def all(self) -> int:
        return self.own + self.other + self.none


def marks_at(session: Session, checkpoint_id: int) -> list[tuple[datetime, str]]:
    """Return when each mark at a checkpoint was made and by which device or user."""
    rows = select(Attendance.at, func.coalesce(Device.label, User.name, ""))
    rows = rows.outerjoin(Device, Device.id == Attendance.device_id).outerjoin(User, User.id == Attendance.user_id)
    rows = rows.where(Attendance.checkpoint_id == checkpoint_id, Attendance.voided_at.is_(None))
    return [(at, name) for at, name in session.execute(rows)]


def heard_in(session: Session, wave_id: int) -> dict[str, datetime]:
    """Return when each device or user made their last mark at any checkpoint of a wave."""
    rows = select(Device.label, User.name, func.max(Attendance.at)).select_from(Attendance)
    rows = rows.join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    rows = rows.outerjoin(Device, Device.id == Attendance.device_id).outerjoin(User, User.id == Attendance.user_id)
    rows = rows.where(Checkpoint.wave_id == wave_id).group_by(Device.label, User.name)
    return {label or name or "": at for label, name, at in session.execute(rows)}


def points_of(session: Session, wave_id: int) -> list[tuple[Any, ...]]:
    """Return name, kind and number present of a wave's checkpoints, heads of this wave; a rehearsal is no part."""
    here = and_(Attendance.checkpoint_id == Checkpoint.id, Attendance.voided_at.is_(None))
    head = and_(Participant.id == Attendance.participant_id, Participant.wave_id == wave_id, Participant.kind == "rt")
    rows = select(Checkpoint.name, Checkpoint.kind, func.count(Participant.id))
    rows = rows.select_from(Checkpoint).outerjoin(Attendance, here).outerjoin(Participant, head)
    rows = rows.where(Checkpoint.wave_id == wave_id, Checkpoint.kind != CheckpointKind.GLADI)
    rows = rows.group_by(Checkpoint.id, Checkpoint.name, Checkpoint.kind, Checkpoint.position)
    return [tuple(row) for row in session.execute(rows.order_by(Checkpoint.position, Checkpoint.id))]


def village_of(session: Session, code: str) -> Village:
    """Return the village with this code, or refuse with 404."""
    village = session.scalar(select(Village).where(Village.code == code))
    if village is None:
        raise Refused("no_village", "Desa ini tidak ada.", 404)
    return village


def seats_of(session: Session, checkpoint_id: int, wave_id: int, village_code: str) -> list[SeatState]:
    """Return the heads of a village in a wave by RT, and where each stands."""
    mark = and_(
        Attendance.participant_id == Participant.id,
        Attendance.checkpoint_id == checkpoint_id,
        Attendance.voided_at.is_(None),
    )
    excused = and_(Absence.participant_id == Participant.id, Absence.wave_id == wave_id, Absence.withdrawn_at.is_(None))
    away = waves_marked(except_wave=wave_id)
    rows = (
        select(
            Participant.id, Seat.rt, Seat.rw, Participant.name, Attendance.at, Attendance.mode,
            Absence.kind.label("absence"), away.c.participant_id.label("elsewhere"),
        )
        .select_from(Participant)
        .join(Seat, Seat.id == Participant.seat_id)
        .join(Village, Village.id == Seat.village_id)
        .outerjoin(Attendance, mark)
        .outerjoin(Absence, excused)
        .outerjoin(away, away.c.participant_id == Participant.id)
        .where(Village.code == village_code, Participant.wave_id == wave_id, Participant.kind == "rt")
        .where(Participant.archived_at.is_(None) | Attendance.id.is_not(None))
        .order_by(Seat.rt, Seat.rw, Participant.id)
    )  # fmt: skip
    return [SeatState(row.id, row.rt, row.rw, row.name, _state(row), row.at) for row in session.execute(rows)]


def over_all_waves(session: Session) -> list[tuple[PlaceTotal, list[PlaceTotal]]]:
    """Return, per district and in it per village, who was present in their own wave, in another, not at all."""
    own = _registered().join(Participant, Participant.id == Attendance.participant_id)
    own_ids = own.where(Checkpoint.wave_id == Participant.wave_id).distinct().subquery()
    any_ids = _registered().distinct().subquery()
    at_home, anywhere = own_ids.c.participant_id.is_not(None), any_ids.c.participant_id.is_not(None)
    rows = (
        select(
            District.code, District.name, Village.code.label("village_code"), Village.name.label("village"),
            func.count(case((at_home, 1))).label("own"),
            func.count(case((and_(anywhere, ~at_home), 1))).label("other"),
            func.count(case((~anywhere, 1))).label("none"),
        )
        .select_from(Participant)
        .join(Seat, Seat.id == Participant.seat_id)
        .join(Village, Village.id == Seat.village_id)
        .join(District, District.id == Village.district_id)
        .outerjoin(own_ids, own_ids.c.participant_id == Participant.id)
        .outerjoin(any_ids, any_ids.c.participant_id == Participant.id)
        .where(Participant.kind == "rt", Participant.archived_at.is_(None) | anywhere)
        .group_by(District.code, District.name, Village.code, Village.name)
        .order_by(District.code, Village.code)
    )  # fmt: skip
    found: dict[tuple[str, str], list[PlaceTotal]] = {}
    for row in session.execute(rows):
        village = PlaceTotal(row.village_code, row.village, row.own, row.other, row.none)
        found.setdefault((row.code, row.name), []).append(village)
    return [(total_of(villages, *place), villages) for place, villages in found.items()]


def total_of(places: Sequence[PlaceTotal], code: str = "", name: str = "") -> PlaceTotal:
    """Return the sum of ``places``."""
    sums = (sum(getattr(place, field) for place in places) for field in ("own", "other", "none"))
    return PlaceTotal(code, name, *sums)


def invited_in_all(session: Session) -> int:
    """Return how many heads were invited to all waves together, 0 where no number was typed in."""
    return int(session.scalar(select(func.sum(Invitation.invited)).join(Wave)) or 0)


def _registered() -> Select[Any]:
    rows = select(Attendance.participant_id).join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    return rows.where(Checkpoint.kind == CheckpointKind.HADIR, Attendance.voided_at.is_(None))


def _state(row: Any) -> str:
    if row.at is not None:
        return "diwakili" if row.mode == "diwakili" else "hadir"
    if row.elsewhere is not None:
        return "gelombang_lain"
    return row.absence or "belum"
