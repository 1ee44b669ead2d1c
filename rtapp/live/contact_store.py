"""Who has not come yet, whom somebody called already."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..refusals import Refused
from ..schema import Absence, Attendance, Contacted, District, Participant, Seat, Village
from .store import waves_marked


@dataclass(frozen=True)
class Missing:
    """A head who has not come to the wave; ``absence`` is why, where that was noted."""

    id: int
    name: str
    rt: str
    phone: str
    village: str
    village_code: str
    village_kind: str
    district: str
    district_code: str
    absence: str
    contacted_at: datetime | None
    contacted_by: str


def missing_of(
    session: Session, checkpoint_id: int, wave_id: int, *, participant_id: int | None = None
) -> list[Missing]:
    """Return the heads of a wave who are marked neither here nor at another wave, by district, village and RT."""
    here = and_(
        Attendance.participant_id == Participant.id,
        Attendance.checkpoint_id == checkpoint_id,
        Attendance.voided_at.is_(None),
    )
    away = waves_marked(except_wave=wave_id)
    rows = (
        select(
            Participant.id, Participant.name, Seat.rt, Participant.phone,
            Village.name.label("village"), Village.code.label("village_code"), Village.kind.label("village_kind"),
            District.name.label("district"), District.code.label("district_code"), Absence.kind.label("absence"),
            Contacted.at.label("contacted_at"), Contacted.noted_by.label("contacted_by"),
        )
        .select_from(Participant)
        .join(Seat, Seat.id == Participant.seat_id)
        .join(Village, Village.id == Seat.village_id)
        .join(District, District.id == Village.district_id)
        .outerjoin(Attendance, here)
        .outerjoin(away, away.c.participant_id == Participant.id)
        .outerjoin(Absence, _live(Absence, wave_id))
        .outerjoin(Contacted, _live(Contacted, wave_id))
        .where(Participant.wave_id == wave_id, Participant.kind == "rt", Participant.archived_at.is_(None))
        .where(Attendance.id.is_(None), away.c.participant_id.is_(None))
        .order_by(District.code, Village.code, Seat.rt, Seat.rw, Participant.id)
    )  # fmt: skip
    if participant_id is not None:
        rows = rows.where(Participant.id == participant_id)
    return [
        Missing(**dict(row._mapping) | {"absence": row.absence or "", "contacted_by": row.contacted_by or ""})
        for row in session.execute(rows)
    ]


def note_contact(
    session: Session, actor: str, participant_id: int, wave_id: int, contacted: bool, *, now: datetime
) -> bool:
    """Note that somebody was asked after, or take that back; return whether anything changed."""
    person = session.get(Participant, participant_id)
    if person is None or person.wave_id != wave_id:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    rows = select(Contacted).where(Contacted.participant_id == participant_id, Contacted.wave_id == wave_id)
    found = session.scalar(rows.where(Contacted.withdrawn_at.is_(None)))
    if (found is not None) == contacted:
        return False
    if found is not None:
        found.withdrawn_at = now
    else:
        session.add(Contacted(participant_id=participant_id, wave_id=wave_id, at=now, noted_by=actor[:120]))
    session.flush()
    note(session, actor, "contact.note", "participant", participant_id, now=now, contacted=contacted)
    return True


def _live(table: type[Absence] | type[Contacted], wave_id: int) -> object:
    return and_(table.participant_id == Participant.id, table.wave_id == wave_id, table.withdrawn_at.is_(None))
