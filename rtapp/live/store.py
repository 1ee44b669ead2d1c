"""Who is present, counted from unvoided attendance alone: at a checkpoint, and per place of its wave."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from ..checkin.absences import ABSENCES
from ..events.checkpoint_store import find_checkpoint
from ..events.waves import CheckpointKind
from ..schema import (
    Absence,
    Attendance,
    Audit,
    Checkpoint,
    Device,
    District,
    Invitation,
    Participant,
    Scan,
    Seat,
    User,
    Village,
    Wave,
)
from .tally import Count, Counts, DistrictTally, VillageTally, absent_in

ARRIVALS = 10


@dataclass(frozen=True)
class Arrival:
    """One who came: ``mode`` sendiri or diwakili, ``recorded_by`` the device's label or the user's name."""

    at: datetime
    mode: str
    name: str
    kind: str
    rt: str
    village: str
    recorded_by: str


def registration_of(session: Session, wave_id: int) -> Checkpoint | None:
    """Return the checkpoint where presence in the wave is counted: of kind hadir, the first by position."""
    rows = select(Checkpoint).where(Checkpoint.wave_id == wave_id, Checkpoint.kind == CheckpointKind.HADIR)
    return session.scalar(rows.order_by(Checkpoint.position, Checkpoint.id).limit(1))


def count_at(session: Session, checkpoint_id: int) -> Count:
    """Count the heads present at a checkpoint, in few and small statements: desks show it after every scan.

    A rehearsal (gladi) has a number of its own like every checkpoint; no wave's count holds it.
    """
    wave_id = find_checkpoint(session, checkpoint_id).wave_id
    here = select(func.count(Attendance.id)).join(Participant, Participant.id == Attendance.participant_id)
    here = here.where(Attendance.checkpoint_id == checkpoint_id, Attendance.voided_at.is_(None))
    here = here.where(Participant.kind == "rt", Participant.wave_id == wave_id)
    letters = select(func.sum(Invitation.invited)).where(Invitation.wave_id == wave_id)
    present, invited = session.execute(select(here.scalar_subquery(), letters.scalar_subquery())).one()
    if invited is not None:
        return Count(checkpoint_id, present, int(invited), "invitation")
    listed = session.scalar(_heads(checkpoint_id, wave_id, _LISTED)) or 0
    return Count(checkpoint_id, present, listed, "roster")


def counts_at(session: Session, checkpoint_id: int) -> Counts:
    """Count everything at a checkpoint, per district and village."""
    wave_id = find_checkpoint(session, checkpoint_id).wave_id
    villages = _per_village(session, checkpoint_id, wave_id)
    invitation = _invitation(session, wave_id)
    districts = tuple(_districts(villages, invitation))
    hadir = sum(row.present for row in villages)
    elsewhere = sum(row.elsewhere for row in villages)
    roster = sum(row.listed for row in villages)
    invited = sum(row.invited for row in invitation) if invitation else roster
    other_wave, guests = _others(session, checkpoint_id, wave_id)
    return Counts(
        checkpoint_id=checkpoint_id,
        hadir=hadir,
        invited=invited,
        invited_by="invitation" if invitation else "roster",
        diwakili=sum(row.represented for row in villages),
        elsewhere=elsewhere,
        other_wave=other_wave,
        guests=guests,
        roster=roster,
        districts=districts,
        absent=absent_in(districts),
    )


def last_arrivals(session: Session, checkpoint_id: int, limit: int = ARRIVALS) -> list[Arrival]:
    """Return who came last to a checkpoint, newest first; a mark taken back is none."""
    rows = session.execute(
        select(
            Attendance.at,
            Attendance.mode,
            Participant.name,
            Participant.kind,
            func.coalesce(Seat.rt, "").label("rt"),
            func.coalesce(Village.name, "").label("village"),
            func.coalesce(Device.label, User.name, "").label("recorded_by"),
        )
        .join(Participant, Participant.id == Attendance.participant_id)
        .outerjoin(Seat, Seat.id == Participant.seat_id)
        .outerjoin(Village, Village.id == Seat.village_id)
        .outerjoin(Device, Device.id == Attendance.device_id)
        .outerjoin(User, User.id == Attendance.user_id)
        .where(Attendance.checkpoint_id == checkpoint_id, Attendance.voided_at.is_(None))
        .order_by(Attendance.at.desc(), Attendance.id.desc())
        .limit(limit)
    )
    return [Arrival(**row._mapping) for row in rows]


def current_wave(waves: Sequence[Wave], today: date) -> Wave | None:
    """Return the wave whose counts are wanted: ``today``'s, else the first not closed, else the last."""
    for wave in waves:
        if wave.date == today:
            return wave
    for wave in waves:
        if wave.closed_at is None:
            return wave
    return waves[-1] if waves else None


def last_change(session: Session) -> tuple[int, ...]:
    """Return numbers that move with all that changes a count: scans, marks, the trail other writes leave."""
    newest = (select(func.coalesce(func.max(table.id), 0)).scalar_subquery() for table in (Scan, Audit))
    # Of two commits the later one may hold the lower numbers; it still adds its marks.
    marks = select(func.count(Attendance.id)).scalar_subquery()
    return tuple(session.execute(select(*newest, marks)).one())


def waves_marked(*, except_wave: int) -> Subquery:
    """Return who is marked at the registration of another wave, as a table of ``participant_id``."""
    rows = select(Attendance.participant_id).join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    rows = rows.where(Checkpoint.kind == CheckpointKind.HADIR, Checkpoint.wave_id != except_wave)
    return rows.where(Attendance.voided_at.is_(None)).distinct().subquery()


# Whoever came is on the list, also when archived since.
_IS_LISTED = or_(Participant.archived_at.is_(None), Attendance.id.is_not(None))
_LISTED = func.count(case((_IS_LISTED, 1))).label("listed")


def _heads(checkpoint_id: int, wave_id: int, *columns: Any) -> Select[Any]:
    """Select from the heads of a wave, each with their live mark at the checkpoint if there is one."""
    mark = and_(
        Attendance.participant_id == Participant.id,
        Attendance.checkpoint_id == checkpoint_id,
        Attendance.voided_at.is_(None),
    )
    heads = select(*columns).select_from(Participant).outerjoin(Attendance, mark)
    return heads.where(Participant.wave_id == wave_id, Participant.kind == "rt")


def _per_village(session: Session, checkpoint_id: int, wave_id: int) -> Sequence[Row[Any]]:
    """Return one row per village that has heads in the wave, in the order of the codes."""
    away = waves_marked(except_wave=wave_id)
    absent_here = and_(Attendance.id.is_(None), Participant.archived_at.is_(None))
    excused = and_(Absence.participant_id == Participant.id, Absence.wave_id == wave_id, Absence.withdrawn_at.is_(None))
    missing = and_(absent_here, away.c.participant_id.is_(None))
    places = (District.code, District.name, Village.code, Village.name, Village.kind)
    names = ("district_code", "district", "code", "name", "kind")
    counted = _heads(
        checkpoint_id,
        wave_id,
        *(column.label(name) for column, name in zip(places, names, strict=True)),
        _LISTED,
        func.count(Attendance.id).label("present"),
        func.count(case((Attendance.mode == "diwakili", 1))).label("represented"),
        func.count(case((and_(absent_here, away.c.participant_id.is_not(None)), 1))).label("elsewhere"),
        *(func.count(case((and_(missing, Absence.kind == kind), 1))).label(kind) for kind in ABSENCES),
    )
    return session.execute(
        counted.join(Seat, Seat.id == Participant.seat_id)
        .join(Village, Village.id == Seat.village_id)
        .join(District, District.id == Village.district_id)
        .outerjoin(away, away.c.participant_id == Participant.id)
        .outerjoin(Absence, excused)
        .group_by(*places)
        .order_by(District.code, Village.code)
    ).all()


def _invitation(session: Session, wave_id: int) -> Sequence[Row[Any]]:
    rows = select(District.code, District.name, Invitation.invited).join(District)
    return session.execute(rows.where(Invitation.wave_id == wave_id)).all()


def _others(session: Session, checkpoint_id: int, wave_id: int) -> tuple[int, int]:
    """Return how many heads of other waves, and how many who are no heads, are present at the checkpoint."""
    of_other_wave = and_(Participant.kind == "rt", func.coalesce(Participant.wave_id, 0) != wave_id)
    rows = select(func.count(case((of_other_wave, 1))), func.count(case((Participant.kind != "rt", 1))))
    rows = rows.select_from(Attendance).join(Participant, Participant.id == Attendance.participant_id)
    rows = rows.where(Attendance.checkpoint_id == checkpoint_id, Attendance.voided_at.is_(None))
    heads, guests = session.execute(rows).one()
    return heads, guests


def _districts(rows: Iterable[Row[Any]], invitation: Sequence[Row[Any]]) -> Iterator[DistrictTally]:
    """Group villages by district; a district that was invited and has no head on the list is there, too."""
    found = {place: list(of) for place, of in groupby(rows, lambda row: (row.district_code, row.district))}
    invited = {(row.code, row.name): row.invited for row in invitation}
    for place in sorted({*found, *invited}):
        code, name = place
        villages = [_village(row) for row in found.get(place, [])]
        yield DistrictTally(
            code,
            name,
            present=sum(village.present for village in villages),
            expected=invited.get(place, 0) if invitation else sum(village.expected for village in villages),
            villages=tuple(villages),
        )


def _village(row: Row[Any]) -> VillageTally:
    absent = {kind: getattr(row, kind) for kind in ABSENCES}
    return VillageTally(row.code, row.name, row.kind, row.present, row.listed, row.represented, row.elsewhere, absent)
