"""Seats and the people who hold them: added, changed, archived."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import flag_modified

from ..audit import store as audit
from ..events.store import the_event
from ..refusals import Refused
from ..schema import Participant, Seat
from . import names
from .find_store import Person, head_of, search_text
from .seat_store import flush_seats, invited_waves, seat_by_hand, seat_code
from .spelling import clean

KINDS = ("rt", "tamu", "panitia", "narasumber")


def live_participant(session: Session, participant_id: int) -> Participant:
    """Return somebody on the roster, locked for change; refused with 404 for nobody, with 409 for somebody archived."""
    person = session.get(Participant, participant_id, with_for_update=True)
    if person is None:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    if person.archived_at is not None:
        raise Refused("archived", "%(name)s sudah diarsipkan. Pulihkan dahulu.", 409, name=person.name)
    return person


def add_participant(
    session: Session,
    actor: str,
    event_id: int,
    *,
    name: str,
    now: datetime,
    kind: str = "rt",
    seat: Seat | None = None,
    wave_id: int | None = None,
    phone: str = "",
    gender: str = "",
    note: str = "",
    noted: bool = True,
) -> Participant:
    """Add somebody; refused when somebody else holds the seat, or the name is unusable."""
    if kind not in KINDS or (kind == "rt") != (seat is not None):
        raise Refused("no_seat", "Ketua RT memerlukan desa dan nomor RT; tamu tidak.", 422)
    if seat is not None:
        _refuse_held(session, event_id, seat, None)
    person = Participant(
        event_id=event_id, seat=seat, kind=kind, wave_id=wave_id, phone=phone, gender=gender, note=note
    )
    _rename(person, name)
    session.add(person)
    flush_seats(session)
    if noted:
        audit.note(session, actor, "participant.add", "participant", person.id, now=now, **_values(person))
    return person


def change_participant(
    session: Session, actor: str, participant_id: int, version: int, changes: dict[str, Any], *, now: datetime
) -> Participant:
    """Change ``name``, ``kind``, ``phone``, ``gender``, ``wave_id``, ``note`` or ``seat`` of one person.

    ``place``, a (village code, RT, RW), moves a head to that seat as ``seat_by_hand`` reads it. Refused
    with 409 when somebody else changed the row since ``version`` was read.
    """
    person = live_participant(session, participant_id)
    if person.version != version:
        raise Refused("stale", "Baris ini baru saja diubah orang lain. Periksa nilai terbaru, lalu simpan lagi.", 409)
    before = _values(person)
    with session.no_autoflush:  # one change is one new version
        _take(session, person, changes)
    after = _values(person)
    if after != before:
        flag_modified(person, "name")  # an RW is a seat's, yet it too makes a new version of the row
        flush_seats(session)
        audit.note(session, actor, "participant.change", "participant", person.id, now=now, before=before, after=after)
    return person


def replace_head(
    session: Session, actor: str, seat: Seat, *, name: str, phone: str = "", gender: str = "", now: datetime
) -> tuple[Person | None, Participant]:
    """Put a new head on ``seat``; return the old one, who is archived (None: it was vacant), and the new.

    The new one comes to the wave of the old, else to the one the district is invited to. Cards are the
    caller's: revoke the old one's and issue the new one's in the same transaction.
    """
    old = head_of(session, seat.id)
    if old is not None:
        archive_participant(session, actor, old.id, f"Diganti {clean(name)}", now=now)
    wave_id = old.wave_id if old else invited_waves(session).get(seat.village.district.code)
    facts = {"name": name, "phone": phone, "gender": gender, "wave_id": wave_id}
    return old, add_participant(session, actor, the_event(session).id, seat=seat, now=now, **facts)


def archive_participant(session: Session, actor: str, participant_id: int, reason: str, *, now: datetime) -> None:
    """Take somebody off the roster with a reason; their card stops working, their attendance stays."""
    person = live_participant(session, participant_id)
    if not reason.strip():
        raise Refused("no_reason", "Tulis alasan mengarsipkan peserta ini.", 422)
    person.archived_at, person.archive_reason = now, reason.strip()[:300]
    session.flush()
    audit.note(
        session, actor, "participant.archive", "participant", person.id, now=now, reason=reason, name=person.name
    )


def restore_participant(session: Session, actor: str, participant_id: int, *, now: datetime) -> None:
    """Put an archived person back; refused when their seat has another head by now."""
    person = session.get(Participant, participant_id, with_for_update=True)
    if person is None or person.archived_at is None:
        raise Refused("not_archived", "Peserta ini tidak ada di arsip.", 404)
    if person.seat is not None:
        _refuse_held(session, person.event_id, person.seat, person.id)
    person.archived_at, person.archive_reason = None, ""
    flush_seats(session)
    audit.note(session, actor, "participant.restore", "participant", person.id, now=now, name=person.name)


def refresh_search_texts(session: Session) -> int:
    """Update everybody's search text after places were renamed; return how many changed."""
    changed = 0
    for person in session.scalars(select(Participant).options(joinedload(Participant.seat).joinedload(Seat.village))):
        text = _search_text_of(person)
        if text != person.search_key:
            person.search_key, changed = text, changed + 1
    session.flush()
    return changed


def _take(session: Session, person: Participant, changes: dict[str, Any]) -> None:
    """Set what changes; the seat first, for two keys that change may have to be written at once."""
    seat = changes.get("seat")
    if "place" in changes:
        seat = seat_by_hand(session, *changes["place"], own=person.seat)
    if seat is not None:
        _refuse_held(session, person.event_id, seat, person.id)
        person.seat = seat
    for field in ("phone", "gender", "wave_id", "note"):
        if field in changes:
            setattr(person, field, changes[field])
    if person.seat is None and changes.get("kind") in KINDS[1:]:
        person.kind = changes["kind"]
    _rename(person, changes.get("name", person.name))


def _values(person: Participant) -> dict[str, Any]:
    fields = ("name", "kind", "phone", "gender", "note", "wave_id")
    seat = person.seat
    place = {"seat": seat_code(seat.village.code, seat.rt, seat.rw_in_key), "rw": seat.rw} if seat else {}
    # The seat's own id: the person's follows it only when the change is written.
    return {field: getattr(person, field) for field in fields} | {"seat_id": seat.id if seat else None} | place


def _rename(person: Participant, name: str) -> None:
    name = clean(name)
    if not name:
        raise Refused("no_name", "Nama tidak boleh kosong.", 422, field="name")
    if len(name) > 200:
        raise Refused(
            "long_name", "Nama paling banyak 200 huruf; yang ini %(length)s.", 422, length=len(name), field="name"
        )
    person.name, person.name_key = name, names.name_key(name)[:200]
    person.search_key = _search_text_of(person)


def _search_text_of(person: Participant) -> str:
    seat = person.seat
    place = (seat.rt, seat.village.name, seat.village.district.name) if seat else ()
    return search_text(person.name, person.kind, *place)


def _refuse_held(session: Session, event_id: int, seat: Seat, by: int | None) -> None:
    if seat.id is None:
        return
    holder = select(Participant).where(Participant.event_id == event_id, Participant.seat_id == seat.id)
    holder = holder.where(Participant.on_roster, Participant.id != (by or 0))
    other = session.scalar(holder)
    if other is not None:
        raise Refused(
            "seat_taken",
            "RT %(rt)s %(village)s sudah dijabat %(name)s. Arsipkan dahulu bila sudah diganti.",
            422,
            rt=seat.rt,
            village=seat.village.name,
            name=other.name,
            field="rt",
        )
