"""Districts and villages: found, added, renamed, removed while unused, read from a list."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ..audit.store import note, note_change
from ..refusals import Refused, existing
from ..schema import District, Invitation, Seat, Village
from .places import LONGEST_PLACE, PlaceRow, checked_district_code, checked_village_code, district_code_of, kind_of
from .waves import checked_line


def find_districts(session: Session) -> Sequence[District]:
    """Return all districts by code, with their villages."""
    rows = select(District).options(selectinload(District.villages))
    return session.scalars(rows.order_by(District.code)).all()


def find_villages(session: Session) -> Sequence[Village]:
    """Return all villages by code, with their districts: names recur, so show both."""
    return session.scalars(select(Village).options(joinedload(Village.district)).order_by(Village.code)).all()


def find_district(session: Session, district_id: int) -> District:
    """Return the district, or refuse with 404."""
    return existing(session.get(District, district_id), "no_district", "Kecamatan ini tidak ada.")


def find_village(session: Session, village_id: int) -> Village:
    """Return the village, or refuse with 404."""
    return existing(session.get(Village, village_id), "no_village", "Desa ini tidak ada.")


def seats_per_village(session: Session) -> dict[int, int]:
    """Return how many seats (RT) each village has, by village id; those without any are left out."""
    rows = select(Seat.village_id, func.count()).group_by(Seat.village_id)
    return {village_id: count for village_id, count in session.execute(rows)}


def add_district(session: Session, actor: str, code: str, name: str, *, now: datetime) -> District:
    """Add a district; refused for a code of another shape or one that is taken, and without a name."""
    district = District(code=_free_code(session, District, checked_district_code(code)), name=_checked_name(name))
    session.add(district)
    session.flush()
    note(session, actor, "district.add", "district", district.id, now=now, **_values(district))
    return district


def change_district(session: Session, actor: str, district: District, code: str, name: str, *, now: datetime) -> bool:
    """Change a district; return whether anything changed. Its code stays while villages carry it."""
    before = _values(district)
    name = _checked_name(name)
    if checked_district_code(code) != district.code:
        if district.villages:
            raise Refused(
                "district_code_used",
                "Kode desa-desa di %(name)s berawal dengan %(code)s; kode kecamatannya tetap.",
                422,
                name=district.name,
                code=district.code,
                field="code",
            )
        district.code = _free_code(session, District, checked_district_code(code))
    district.name = name
    return note_change(session, actor, "district.change", "district", district.id, before, _values(district), now=now)


def remove_district(session: Session, actor: str, district: District, *, now: datetime) -> None:
    """Remove a district; refused with 409 while it has villages or is invited to a wave."""
    if district.villages:
        raise Refused("district_used", "%(name)s masih punya desa. Hapus desanya dahulu.", 409, name=district.name)
    if session.scalar(select(Invitation.id).where(Invitation.district_id == district.id).limit(1)):
        raise Refused(
            "district_invited",
            "%(name)s masih diundang ke sebuah gelombang. Kosongkan jumlahnya dahulu.",
            409,
            name=district.name,
        )
    values, district_id = _values(district), district.id
    session.delete(district)
    note(session, actor, "district.remove", "district", district_id, now=now, **values)


def add_village(session: Session, actor: str, code: str, name: str, *, now: datetime) -> Village:
    """Add a village to the district its code begins with; the code also says whether it is a kelurahan.

    Refused for a code of another shape, one that is taken or of no known district, and without a name.
    """
    code = _free_code(session, Village, checked_village_code(code))
    name, district = _checked_name(name), _district_of(session, code)
    village = Village(code=code, name=name, kind=kind_of(code), district=district)
    session.add(village)
    session.flush()
    note(session, actor, "village.add", "village", village.id, now=now, **_values(village))
    return village


def change_village(session: Session, actor: str, village: Village, code: str, name: str, *, now: datetime) -> bool:
    """Change a village; return whether anything changed. Refused like add_village.

    Whoever changes a name or district renews what its heads are found by (roster, to the right of here).
    """
    before = _values(village)
    name = _checked_name(name)
    if checked_village_code(code) != village.code:
        code = _free_code(session, Village, checked_village_code(code))
        village.district = _district_of(session, code)
        village.code, village.kind = code, kind_of(code)
    village.name = name
    return note_change(session, actor, "village.change", "village", village.id, before, _values(village), now=now)


def remove_village(session: Session, actor: str, village: Village, *, now: datetime) -> None:
    """Remove a village; refused with 409 once it has seats, also of people who were archived."""
    seats = session.scalar(select(func.count()).where(Seat.village_id == village.id))
    if seats:
        raise Refused(
            "village_used", "%(name)s punya %(seats)s RT di daftar peserta.", 409, name=village.name, seats=seats
        )
    values, village_id = _values(village), village.id
    session.delete(village)
    note(session, actor, "village.remove", "village", village_id, now=now, **values)


def import_places(session: Session, actor: str, rows: Iterable[PlaceRow], *, now: datetime) -> int:
    """Add or rename villages and their districts; ``rows`` as places.read_places returns them.

    Return how many villages were new or changed: 0 when all stood there before. All rows or none: refused
    with the row's number. An empty kind is taken from the code; another than the code's is refused.
    """
    districts = {district.code: district for district in find_districts(session)}
    villages = {village.code: village for village in find_villages(session)}
    unverified = {_names_of(village): village for village in villages.values() if not village.verified}
    changed = 0
    for number, row in enumerate(rows, start=1):
        try:
            changed += _import_row(session, districts, villages, unverified, row)
        except Refused as refused:
            raise Refused(
                refused.code, "Baris wilayah %(row)s: %(problem)s", 422, row=number, problem=refused
            ) from refused
    if changed:
        note(session, actor, "places.import", "district", None, now=now, changed=changed)
    return changed


def _import_row(
    session: Session,
    districts: dict[str, District],
    villages: dict[str, Village],
    unverified: dict[tuple[str, str], Village],
    row: PlaceRow,
) -> bool:
    district_code, district_name, village_code, village_name, kind = row
    district_code, code = checked_district_code(district_code), checked_village_code(village_code)
    district_name, village_name = _checked_name(district_name), _checked_name(village_name)
    kind = kind.strip().lower()
    if district_code_of(code) != district_code or kind not in ("", kind_of(code)):
        raise Refused("place_mismatch", "Kode %(code)s tidak cocok dengan kecamatan atau jenisnya.", 422, code=code)
    district = districts.get(district_code)
    if district is None:
        district = districts[district_code] = District(code=district_code, name=district_name)
        session.add(district)
    village, renamed = villages.get(code), district.name != district_name
    district.name = district_name
    if village is None:  # one that only a roster named becomes the one that the list names
        village = unverified.pop((village_name.casefold(), district_name.casefold()), None)
        if village is not None:
            villages[code] = village
            village.code, village.district, village.verified, renamed = code, district, True, True
    if village is None:
        villages[code] = Village(code=code, name=village_name, kind=kind_of(code), district=district)
        session.add(villages[code])
        return True
    changed = (village.name, village.kind) != (village_name, kind_of(code))
    village.name, village.kind = village_name, kind_of(code)
    return changed or renamed


def _names_of(village: Village) -> tuple[str, str]:
    return village.name.casefold(), village.district.name.casefold()


def _district_of(session: Session, village_code: str) -> District:
    code = district_code_of(village_code)
    district = session.scalar(select(District).where(District.code == code))
    if district is None:
        raise Refused(
            "no_such_district", "Belum ada kecamatan %(code)s. Tambahkan dahulu.", 422, code=code, field="code"
        )
    return district


def _free_code(session: Session, table: type[District] | type[Village], code: str) -> str:
    other = session.scalar(select(table).where(table.code == code))
    if other is not None:
        taken = f"{table.__tablename__}_taken"
        raise Refused(taken, "Kode %(code)s milik %(name)s.", 422, code=code, name=other.name, field="code")
    return code


def _checked_name(name: str) -> str:
    return checked_line(
        name, LONGEST_PLACE, "bad_place_name", "Isi nama wilayah, paling banyak %(most)s huruf.", field="name"
    )


def _values(place: District | Village) -> dict[str, Any]:
    return {"code": place.code, "name": place.name}
