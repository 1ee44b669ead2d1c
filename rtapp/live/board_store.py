"""Queries for the board beyond the counts: marks over time, lanes, checkpoints, seats, the whole event."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from ..events.standing import Standing, standing_of
from ..events.standing_store import doors_of, on_list, select_standing
from ..events.waves import CheckpointKind
from ..refusals import existing
from ..schema import Attendance, Checkpoint, Device, District, Invitation, Participant, Seat, User, Village, Wave
from .tally import DistrictTally, VillageTally, district_of


@dataclass(frozen=True)
class SeatState:
    """A seat of a village in a wave, with its head and their state."""

    id: int
    rt: str
    rw: str
    name: str
    state: Standing
    at: datetime | None


def marks_at(session: Session, checkpoint_id: int, *, users: bool = True) -> list[tuple[datetime, str]]:
    """Return the time and device of each mark at a checkpoint (all doors of a registration).

    With ``users``, the user where there was no device.
    """
    by = func.coalesce(Device.label, User.name, "") if users else func.coalesce(Device.label, "")
    rows = select(Attendance.at, by)
    rows = rows.outerjoin(Device, Device.id == Attendance.device_id).outerjoin(User, User.id == Attendance.user_id)
    rows = rows.where(Attendance.checkpoint_id.in_(doors_of(session, checkpoint_id)), Attendance.is_live)
    return [(at, name) for at, name in session.execute(rows)]


def heard_in(session: Session, wave_id: int, *, users: bool = True) -> dict[str, datetime]:
    """Return the time of the last mark that each device or user made at any checkpoint of a wave."""
    rows = select(Device.label, User.name, func.max(Attendance.at)).select_from(Attendance)
    rows = rows.join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    rows = rows.outerjoin(Device, Device.id == Attendance.device_id).outerjoin(User, User.id == Attendance.user_id)
    rows = rows.where(Checkpoint.wave_id == wave_id).group_by(Device.label, User.name)
    return {label or (name if users else "") or "": at for label, name, at in session.execute(rows)}


def points_of(session: Session, wave_id: int) -> list[tuple[Any, ...]]:
    """Return name, kind and number of present heads of this wave for its checkpoints, without rehearsals."""
    here = and_(Attendance.checkpoint_id == Checkpoint.id, Attendance.is_live)
    head = and_(Participant.id == Attendance.participant_id, Participant.wave_id == wave_id, Participant.kind == "rt")
    rows = select(Checkpoint.name, Checkpoint.kind, func.count(Participant.id))
    rows = rows.select_from(Checkpoint).outerjoin(Attendance, here).outerjoin(Participant, head)
    rows = rows.where(Checkpoint.wave_id == wave_id, Checkpoint.kind != CheckpointKind.GLADI)
    rows = rows.group_by(Checkpoint.id, Checkpoint.name, Checkpoint.kind, Checkpoint.position)
    return [tuple(row) for row in session.execute(rows.order_by(Checkpoint.position, Checkpoint.id))]


def village_of(session: Session, code: str) -> Village:
    """Return the village with this code; refused with 404 if unknown."""
    return existing(session.scalar(select(Village).where(Village.code == code)), "no_village", "Desa ini tidak ada.")


def seats_of(session: Session, checkpoint_id: int, wave_id: int, village_code: str) -> list[SeatState]:
    """Return the heads of a village in a wave with their states, by RT."""
    doors = doors_of(session, checkpoint_id)
    rows = (
        select_standing(Participant.id, Seat.rt, Seat.rw, Participant.name, points=doors)
        .where(Village.code == village_code, on_list(wave_id))
        .order_by(Seat.rt, Seat.rw, Participant.id)
    )
    return [
        SeatState(row.id, row.rt, row.rw, row.name, standing_of(row.mode, row.away, row.absence), row.at)
        for row in session.execute(rows)
    ]


def over_all_waves(session: Session) -> list[DistrictTally]:
    """Return the states of all heads, each in their own wave, per district and village."""
    heads = (
        select_standing(
            District.code.label("district_code"), District.name.label("district"), Village.code, Village.name,
            Village.kind, Participant.archived_at,
        )
        .where(Participant.kind == "rt", or_(Participant.on_roster, Attendance.id.is_not(None)))
        .order_by(District.code, Village.code)
    )  # fmt: skip
    places: dict[tuple[str, str], dict[tuple[str, ...], Counter[Standing]]] = {}
    for row in session.execute(heads):
        villages = places.setdefault((row.district_code, row.district), {})
        of = villages.setdefault((row.code, row.name, row.kind), Counter())
        of[standing_of(row.mode, row.away, row.absence)] += 1
    return [
        district_of(*place, [VillageTally(dict(of), *village) for village, of in villages.items()])
        for place, villages in places.items()
    ]


def invited_in_all(session: Session) -> int:
    """Return the number of heads invited to all waves together, 0 when no number was typed in."""
    return int(session.scalar(select(func.sum(Invitation.invited)).join(Wave)) or 0)
