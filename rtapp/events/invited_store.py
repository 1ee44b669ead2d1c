"""How many heads are invited to a wave, typed in per district, and how many the roster holds beside it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..schema import SEATED, District, Invitation, Participant, Seat, Village, Wave
from .place_store import find_district
from .standing_store import on_any_list
from .waves import checked_invited


def invited_per_district(session: Session, wave_id: int) -> dict[int, int]:
    """Return the typed-in numbers of a wave by district id; districts without one are left out."""
    rows = select(Invitation.district_id, Invitation.invited).where(Invitation.wave_id == wave_id)
    return {district_id: invited for district_id, invited in session.execute(rows)}


def assumed_districts(session: Session, wave_id: int) -> set[int]:
    """Return the districts whose number in this wave is an assumption."""
    rows = select(Invitation.district_id).where(Invitation.wave_id == wave_id, Invitation.assumed)
    return set(session.scalars(rows))


def heads_per_district(session: Session, wave_id: int) -> dict[int, int]:
    """Return how many heads of each district the roster holds for a wave, by district id."""
    return _heads_by(session, Village.district_id, wave_id)


def invited_per_wave(session: Session) -> dict[int, int]:
    """Return the sum of the typed-in numbers by wave id; waves without any are left out."""
    rows = select(Invitation.wave_id, func.sum(Invitation.invited)).group_by(Invitation.wave_id)
    return {wave_id: int(invited) for wave_id, invited in session.execute(rows)}


def invited_totals(session: Session) -> dict[str, int]:
    """Return the typed-in numbers over all waves by district code; districts without any are left out."""
    rows = select(District.code, func.sum(Invitation.invited)).join(Invitation, Invitation.district_id == District.id)
    return {code: int(invited) for code, invited in session.execute(rows.group_by(District.code))}


def heads_per_village(session: Session, wave_id: int) -> dict[int, int]:
    """Return how many heads of each village the roster holds for a wave, by village id."""
    return _heads_by(session, Seat.village_id, wave_id)


def _heads_by(session: Session, place: Any, wave_id: int) -> dict[int, int]:
    rows = select(place, func.count()).select_from(SEATED).where(Participant.wave_id == wave_id, on_any_list())
    return {id_: count for id_, count in session.execute(rows.group_by(place))}


def heads_per_wave(session: Session) -> dict[int, int]:
    """Return how many heads the roster holds by wave id."""
    rows = select(Participant.wave_id, func.count()).where(on_any_list(), Participant.wave_id.is_not(None))
    return {wave_id: count for wave_id, count in session.execute(rows.group_by(Participant.wave_id))}


def heads_without_wave(session: Session) -> int:
    """Return how many heads the roster holds that have no wave yet."""
    rows = select(func.count()).select_from(Participant).where(on_any_list(), Participant.wave_id.is_(None))
    return session.scalar(rows) or 0


def set_invited(
    session: Session,
    actor: str,
    wave: Wave,
    district_id: int,
    invited: int | None,
    *,
    assumed: bool = False,
    now: datetime,
) -> bool:
    """Set how many heads of a district are invited to a wave, None for no number; return whether it changed.

    Refused for an unknown district and for numbers below 0 or beyond any hall.
    """
    district = find_district(session, district_id)
    rows = select(Invitation).where(Invitation.wave_id == wave.id, Invitation.district_id == district_id)
    invitation = session.scalar(rows)
    before = {"invited": invitation.invited, "assumed": invitation.assumed} if invitation else None
    after = None if invited is None else {"invited": checked_invited(invited), "assumed": assumed}
    if after == before:
        return False
    if invited is None:
        session.delete(invitation)
    elif invitation is None:
        session.add(Invitation(wave=wave, district=district, invited=invited, assumed=assumed))
    else:
        invitation.invited, invitation.assumed = invited, assumed
    session.flush()
    values = {"wave": wave.number, "district": district.code, "before": before, "after": after}
    note(session, actor, "invitation.change", "wave", wave.id, now=now, **values)
    return True
