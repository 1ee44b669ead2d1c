"""Seats of a village: found, added, told apart; the wave their district comes to."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from ..refusals import Refused
from ..schema import District, Invitation, Seat, Village, Wave


def seat_code(village_code: str, rt: str, rw_in_key: str = "") -> str:
    """Return a seat as other programs name it."""
    return "/".join(filter(None, (village_code, rw_in_key, rt)))


def invited_waves(session: Session) -> dict[str, int]:
    """Return by district code the wave a district is invited to, for those invited to exactly one.

    Where an event has one wave alone nobody need say it: every district is that wave's.
    """
    waves = session.scalars(select(Wave.id).limit(2)).all()
    if len(waves) == 1:
        return dict.fromkeys(session.scalars(select(District.code)), waves[0])
    rows = (
        select(District.code, func.min(Invitation.wave_id))
        .join(Invitation, Invitation.district_id == District.id)
        .where(Invitation.invited > 0)
        .group_by(District.code)
        .having(func.count() == 1)
    )
    return {code: wave_id for code, wave_id in session.execute(rows)}


def find_seat(session: Session, seat_id: int) -> Seat:
    """Return one seat, held or vacant; refused with 404 when there is none."""
    seat = session.get(Seat, seat_id, options=[joinedload(Seat.village).joinedload(Village.district)])
    if seat is None:
        raise Refused("no_seat", "Kursi RT ini tidak ada.", 404)
    return seat


def find_or_add_seat(session: Session, village: Village, rt: str, rw: str = "") -> Seat:
    """Return the seat of ``village`` with this RT (three digits and suffix), made where it is new.

    RW is an attribute: a list with or without it finds the same seat. Where the village has
    this RT under two RWs, the RW must be named; refused otherwise.
    """
    seats = _seats(session, village.id, rt)
    named = [seat for seat in seats if rw and seat.rw in (rw, "")]
    if named:
        seat = max(named, key=lambda seat: seat.rw)
        seat.rw = rw
        return seat
    if len(seats) == 1:
        return seats[0]
    if seats:
        raise _which_rw(seats, village)
    return _add_seat(session, village.id, rt, rw)


def seat_by_hand(session: Session, village_code: str, rt: str, rw: str = "", own: Seat | None = None) -> Seat:
    """Return the seat that somebody who edits ``own`` means.

    Another RW on one's own RT corrects the seat; on another's RT it says that the village has this RT
    twice, and RW becomes part of both keys.
    """
    village = session.scalar(select(Village).where(Village.code == village_code))
    if village is None:
        raise Refused("no_village", "Desa ini tidak ada.", 422, field="village")
    seats = _seats(session, village.id, rt)
    stays = own is not None and own.village_id == village.id and own.rt == rt
    if own is not None and stays and all(seat.rw != rw or seat is own for seat in seats):
        if own.rw_in_key and not rw:
            raise _which_rw(seats, village)
        own.rw = rw
        if own.rw_in_key:
            own.rw_in_key = rw
        return own
    if rw and seats and all(seat.rw not in (rw, "") for seat in seats):
        for seat in seats:
            seat.rw_in_key = seat.rw
        session.flush()
        return _add_seat(session, village.id, rt, rw, rw)
    return find_or_add_seat(session, village, rt, rw)


def flush_seats(session: Session) -> None:
    """Write what waits; refused with 409 where another transaction took the seat meanwhile (PostgreSQL)."""
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused(
            "seat_taken", "Kursi ini baru saja diisi orang lain. Muat ulang, lalu coba lagi.", 409, field="rt"
        ) from error


def _which_rw(seats: list[Seat], village: Village) -> Refused:
    return Refused(
        "which_rw",
        "RT %(rt)s %(village)s ada di beberapa RW: %(rws)s. Isi RW-nya.",
        422,
        rt=seats[0].rt,
        village=village.name,
        rws=", ".join(seat.rw for seat in seats),
        field="rw",
    )


def _seats(session: Session, village_id: int, rt: str) -> list[Seat]:
    rows = select(Seat).where(Seat.village_id == village_id, Seat.rt == rt).order_by(Seat.rw_in_key, Seat.id)
    return list(session.scalars(rows))


def _add_seat(session: Session, village_id: int, rt: str, rw: str, rw_in_key: str = "") -> Seat:
    seat = Seat(village_id=village_id, rt=rt, rw=rw, rw_in_key=rw_in_key)
    session.add(seat)
    flush_seats(session)
    return seat
