"""The heads who have not come yet, and those already called."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..events.standing import ABSENCES, Standing, standing_of
from ..events.standing_store import doors_of, on_list, select_standing
from ..refusals import Refused
from ..schema import Contacted, District, Participant, Seat, Village

NOT_COME = frozenset({Standing.BELUM, *map(Standing, ABSENCES)})


@dataclass(frozen=True)
class Missing:
    """A head who has not come to the wave; ``absence`` is the recorded reason, "" without one."""

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
    """Return the heads of a wave marked neither here nor at another wave, by district, village and RT."""
    contacted = and_(
        Contacted.participant_id == Participant.id, Contacted.wave_id == wave_id, Contacted.withdrawn_at.is_(None)
    )
    rows = (
        select_standing(
            Participant.id, Participant.name, Seat.rt, Participant.phone,
            Village.name.label("village"), Village.code.label("village_code"), Village.kind.label("village_kind"),
            District.name.label("district"), District.code.label("district_code"),
            Contacted.at.label("contacted_at"), Contacted.noted_by.label("contacted_by"),
            points=doors_of(session, checkpoint_id),
        )
        .outerjoin(Contacted, contacted)
        .where(on_list(wave_id))
        .order_by(District.code, Village.code, Seat.rt, Seat.rw, Participant.id)
    )  # fmt: skip
    if participant_id is not None:
        rows = rows.where(Participant.id == participant_id)
    return [_missing(row) for row in session.execute(rows) if standing_of(row.mode, row.away, row.absence) in NOT_COME]


def note_contact(
    session: Session, actor: str, participant_id: int, wave_id: int, contacted: bool, *, now: datetime
) -> bool:
    """Record that a head was called or asked after, or withdraw that; return whether anything changed.

    Refused with 404 when they are not in this wave.
    """
    person = session.get(Participant, participant_id)
    if person is None or person.wave_id != wave_id:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    rows = select(Contacted).where(Contacted.participant_id == participant_id, Contacted.wave_id == wave_id)
    contact = session.scalar(rows.where(Contacted.withdrawn_at.is_(None)))
    if (contact is not None) == contacted:
        return False
    if contact is not None:
        contact.withdrawn_at = now
    else:
        session.add(Contacted(participant_id=participant_id, wave_id=wave_id, at=now, noted_by=actor[:120]))
    note(session, actor, "contact.note", "participant", participant_id, now=now, contacted=contacted)
    return True


def _missing(row: Row[Any]) -> Missing:
    facts = {field.name: getattr(row, field.name) for field in fields(Missing)}
    return Missing(**facts | {"absence": row.absence or "", "contacted_by": row.contacted_by or ""})
