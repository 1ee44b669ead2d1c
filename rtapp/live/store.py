"""Counts of who is present, from live attendance alone: at a checkpoint, and per district and village of its wave."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from ..db import Prepared, Where
from ..events.checkpoint_store import find_checkpoint
from ..events.standing import Standing, standing_of
from ..events.standing_store import doors, doors_of, on_list, select_standing
from ..events.waves import CheckpointKind
from ..schema import (
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
from .tally import Count, Counts, DistrictTally, VillageTally, counts_of, district_of

ARRIVALS = 10


@dataclass(frozen=True)
class Arrival:
    """One arrival: ``mode`` is sendiri or diwakili, ``recorded_by`` the device's label or the user's name."""

    at: datetime
    mode: str
    name: str
    kind: str
    rt: str
    village: str
    recorded_by: str


def registration_of(session: Session, wave_id: int) -> Checkpoint | None:
    """Return the checkpoint where presence in the wave is counted: the first of kind hadir by position."""
    rows = select(Checkpoint).where(Checkpoint.wave_id == wave_id, Checkpoint.kind == CheckpointKind.HADIR)
    return session.scalar(rows.order_by(Checkpoint.position, Checkpoint.id).limit(1))


def count_at(where: Where, checkpoint_id: int) -> Count:
    """Count the heads present at a checkpoint, in one small statement, because desks show it after every scan.

    All doors of a registration are one count. A rehearsal (gladi) has its own count, like every checkpoint, which is
    part of no wave's count.
    """
    counted = _COUNT.first(where, checkpoint=checkpoint_id)
    return Count(checkpoint_id, counted.present, counted.listed)


def _count() -> Prepared:
    """Return the statement of ``count_at``: heads present, and heads on the list (archived ones only if they came).

    A person has at most one mark on a list. It goes through the marks and looks up each person: the other way around
    takes twice as long.
    """
    wave = select(Checkpoint.wave_id).where(Checkpoint.id == bindparam("checkpoint")).scalar_subquery()
    here = (Attendance.is_live, Attendance.checkpoint_id.in_(doors(bindparam("checkpoint"))))
    home = select(Participant.wave_id).where(Participant.id == Attendance.participant_id, Participant.kind == "rt")
    present = select(func.count(Attendance.id)).where(*here, home.scalar_subquery() == wave)
    marked = select(Attendance.id).where(*here, Attendance.participant_id == Participant.id).exists()
    listed = select(func.count(Participant.id)).where(Participant.kind == "rt", Participant.wave_id == wave)
    listed = listed.where(or_(Participant.on_roster, marked))
    return Prepared(select(present.scalar_subquery().label("present"), listed.scalar_subquery().label("listed")))


_COUNT = _count()


def counts_at(session: Session, checkpoint_id: int) -> Counts:
    """Count everything at a checkpoint per district and village; all doors of a registration are one count."""
    wave_id, points = find_checkpoint(session, checkpoint_id).wave_id, doors_of(session, checkpoint_id)
    villages = _per_village(session, points, wave_id)
    districts = list(_districts(villages, _invitation(session, wave_id)))
    return counts_of(checkpoint_id, districts, *_others(session, points, wave_id))


def last_arrivals(session: Session, checkpoint_id: int, limit: int = ARRIVALS) -> list[Arrival]:
    """Return the last arrivals at a checkpoint (all doors of a registration), newest first, without undone marks."""
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
        .where(Attendance.checkpoint_id.in_(doors_of(session, checkpoint_id)), Attendance.is_live)
        .order_by(Attendance.at.desc(), Attendance.id.desc())
        .limit(limit)
    )
    return [Arrival(**row._mapping) for row in rows]


def current_wave(waves: Sequence[Wave], today: date) -> Wave | None:
    """Return the current wave: ``today``'s, else the first that is not closed, else the last."""
    for wave in waves:
        if wave.date == today:
            return wave
    for wave in waves:
        if wave.closed_at is None:
            return wave
    return waves[-1] if waves else None


def last_change(session: Session) -> tuple[int, ...]:
    """Return numbers that change with everything that changes a count: scans, marks, and the trail of other writes."""
    newest = (select(func.coalesce(func.max(table.id), 0)).scalar_subquery() for table in (Scan, Audit))
    # The later of two commits may have the lower ids; it still adds its marks.
    marks = select(func.count(Attendance.id)).scalar_subquery()
    return tuple(session.execute(select(*newest, marks)).one())


def _per_village(session: Session, points: Sequence[int], wave_id: int) -> dict[tuple[str, str], list[VillageTally]]:
    """Return the villages with heads on the wave's list, by district (code, name), ordered by code."""
    places = (District.code, District.name, Village.code, Village.name, Village.kind)
    names = ("district_code", "district", "code", "name", "kind")
    heads = select_standing(*(place.label(name) for place, name in zip(places, names, strict=True)), points=points)
    heads = heads.where(on_list(wave_id)).subquery()
    facts = [heads.c[name] for name in (*names, "mode", "away", "absence")]
    counters: dict[tuple[str, ...], Counter[Standing]] = {}
    for *place, mode, away, absence, number in session.execute(
        select(*facts, func.count()).group_by(*facts).order_by(heads.c.district_code, heads.c.code)
    ):
        counters.setdefault(tuple(place), Counter())[standing_of(mode, away, absence)] += number
    districts: dict[tuple[str, str], list[VillageTally]] = {}
    for (district_code, district, *village), of in counters.items():
        districts.setdefault((district_code, district), []).append(VillageTally(dict(of), *village))
    return districts


def _invitation(session: Session, wave_id: int) -> dict[tuple[str, str], int]:
    rows = select(District.code, District.name, Invitation.invited).join(District)
    rows = rows.where(Invitation.wave_id == wave_id)
    return {(code, name): invited for code, name, invited in session.execute(rows)}


def _others(session: Session, points: Sequence[int], wave_id: int) -> tuple[int, int]:
    """Return the number of heads of other waves, and of people who are no heads, present at these checkpoints."""
    of_other_wave = and_(Participant.kind == "rt", func.coalesce(Participant.wave_id, 0) != wave_id)
    here = select(Attendance.participant_id).where(Attendance.checkpoint_id.in_(points), Attendance.is_live)
    rows = select(func.count(case((of_other_wave, 1))), func.count(case((Participant.kind != "rt", 1))))
    heads, guests = session.execute(rows.where(Participant.id.in_(here))).one()
    return heads, guests


def _districts(
    villages: dict[tuple[str, str], list[VillageTally]], invited: dict[tuple[str, str], int]
) -> Iterator[DistrictTally]:
    """Yield the districts by code, including those invited without a head on the list."""
    for place in sorted({*villages, *invited}):
        yield district_of(*place, villages.get(place, []), invited.get(place))
