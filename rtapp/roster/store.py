"""Seats and the people who hold them: find, add, change, archive."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ..audit.store import note
from ..refusals import Refused
from ..schema import Attendance, Badge, Checkpoint, Device, District, Participant, Seat, User, Village, Wave
from . import names
from .seat_store import find_or_add_seat as find_or_add_seat
from .seat_store import flush_seats, seat_by_hand, seat_code

KINDS = ("rt", "tamu", "panitia", "narasumber")
GENDERS = ("", "L", "P")
FACETS = ("district", "village", "wave", "status", "kind")  # what a list is narrowed by, beside words
ALIKE_AT_MOST = 10


@dataclass(frozen=True)
class Person:
    """Somebody as they are shown everywhere: never a name alone, always with RT and village."""

    id: int
    kind: str
    name: str
    rt: str
    rw: str
    seat: str  # desk.md §6: "63.09.06.1002/013A", "" for somebody without one
    village: str
    village_code: str
    village_kind: str
    district: str
    district_code: str
    wave_id: int | None
    wave: int | None
    phone: str
    gender: str
    note: str
    version: int
    archived_at: datetime | None
    archive_reason: str
    short_code: str
    present_at: datetime | None = None
    present_mode: str = ""


@dataclass(frozen=True)
class Mark:
    """One attendance of a person as their page shows it; ``wave`` is the number of the checkpoint's wave."""

    checkpoint: str
    wave: int
    at: datetime
    mode: str
    by: str
    voided_at: datetime | None
    voided_by: str
    void_reason: str


@dataclass(frozen=True)
class Filter:
    """What of the roster is looked for; empty fields do not narrow.

    ``wave`` is a wave's number as text or "none"; ``status`` one of hadir, belum, arsip; ``checkpoint_id`` is where
    presence is looked at (None: at the registration of each person's own wave).
    """

    q: str = ""
    district: str = ""
    village: str = ""
    wave: str = ""
    status: str = ""
    kind: str = ""
    checkpoint_id: int | None = None


def find_people(session: Session, wanted: Filter, *, limit: int = 50, offset: int = 0) -> list[Person]:
    """Return people in the order districts, villages, RT numbers; those without a seat come last, by name.

    When a search finds nobody, those whose names are most alike are returned instead, at most ten.
    """
    ids = session.scalars(_in_order(_ids(wanted)).limit(limit).offset(offset)).all()
    if not ids and not offset and names.query_tokens(wanted.q):
        ids = _most_alike(session, wanted, limit)
    people = people_by_id(session, ids, wanted.checkpoint_id)
    return [people[id_] for id_ in ids]


def count_people(session: Session, wanted: Filter) -> int:
    """Return how many people ``wanted`` finds without resorting to likeness."""
    return session.scalar(select(func.count()).select_from(_ids(wanted).subquery())) or 0


def next_person(session: Session, wanted: Filter, participant_id: int) -> tuple[int, int] | None:
    """Return the id of the person after this one in the list ``wanted``, and their place in it from 0."""
    ids = session.scalars(_in_order(_ids(wanted))).all()
    if participant_id not in ids[:-1]:
        return None
    place = ids.index(participant_id) + 1
    return ids[place], place


def find_person(session: Session, participant_id: int) -> Person:
    """Return one person, archived or not; refused with 404 when there is none."""
    person = people_by_id(session, [participant_id]).get(participant_id)
    if person is None:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    return person


def people_by_id(session: Session, ids: Iterable[int], checkpoint_id: int | None = None) -> dict[int, Person]:
    """Return the people with these ids."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(_select_people(checkpoint_id).where(Participant.id.in_(wanted)))
    return {row.id: _person(row) for row in rows}


def marks_of(session: Session, participant_id: int) -> list[Mark]:
    """Return where and when somebody was marked, the undone ones too, oldest first."""
    rows = session.execute(
        select(Attendance, Checkpoint.name, Wave.number, func.coalesce(Device.label, User.name, ""))
        .join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
        .join(Wave, Wave.id == Checkpoint.wave_id)
        .outerjoin(Device, Device.id == Attendance.device_id)
        .outerjoin(User, User.id == Attendance.user_id)
        .where(Attendance.participant_id == participant_id)
        .order_by(Attendance.at, Attendance.id)
    )
    return [
        Mark(name, wave, mark.at, mark.mode, by, mark.voided_at, mark.voided_by, mark.void_reason)
        for mark, name, wave, by in rows
    ]


def search_text(name: str, kind: str, rt: str = "", village: str = "", district: str = "") -> str:
    """Return what somebody is found by: the name, and RT, village and district or else the kind."""
    return names.search_key(name, *((f"RT {rt}", village, district) if rt else (kind,)))


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
    note_text: str = "",
    noted: bool = True,
) -> Participant:
    """Add somebody; refused when the seat is held by another person who is not archived, or the name is unusable."""
    if kind not in KINDS or (kind == "rt") != (seat is not None):
        raise Refused("no_seat", "Ketua RT memerlukan desa dan nomor RT; tamu tidak.", 422)
    if seat is not None:
        _refuse_held(session, event_id, seat, None)
    person = Participant(
        event_id=event_id, seat=seat, kind=kind, wave_id=wave_id, phone=phone, gender=gender, note=note_text
    )
    _rename(person, name)
    session.add(person)
    flush_seats(session)
    if noted:
        note(session, actor, "participant.add", "participant", person.id, now=now, **_values(person))
    return person


def change_participant(
    session: Session, actor: str, participant_id: int, version: int, changes: dict[str, Any], *, now: datetime
) -> Participant:
    """Change ``name``, ``kind``, ``phone``, ``gender``, ``wave_id``, ``note`` or ``seat`` of one person.

    ``place``, a (village code, RT, RW), moves a head to that seat as ``seat_by_hand`` reads it. Refused with 409 when
    somebody else changed the row since ``version`` was read.
    """
    person = _live_participant(session, participant_id)
    if person.version != version:
        raise Refused("stale", "Baris ini baru saja diubah orang lain. Periksa nilai terbaru, lalu simpan lagi.", 409)
    before = _values(person)
    for field in ("phone", "gender", "wave_id", "note"):
        if field in changes:
            setattr(person, field, changes[field])
    if person.seat is None and changes.get("kind") in KINDS[1:]:
        person.kind = changes["kind"]
    seat = changes.get("seat")
    if "place" in changes:
        seat = seat_by_hand(session, *changes["place"], own=person.seat)
    if seat is not None:
        _refuse_held(session, person.event_id, seat, person.id)
        person.seat = seat
    _rename(person, changes.get("name", person.name))
    after = _values(person)
    if after != before:
        flag_modified(person, "name")  # an RW is a seat's, yet it too makes a new version of the row
        flush_seats(session)
        note(session, actor, "participant.change", "participant", person.id, now=now, before=before, after=after)
    return person


def archive_participant(session: Session, actor: str, participant_id: int, reason: str, *, now: datetime) -> None:
    """Take somebody off the roster with a reason; their card stops working, their attendance stays."""
    person = _live_participant(session, participant_id)
    if not reason.strip():
        raise Refused("no_reason", "Tulis alasan mengarsipkan peserta ini.", 422)
    person.archived_at, person.archive_reason = now, reason.strip()[:300]
    session.flush()
    note(session, actor, "participant.archive", "participant", person.id, now=now, reason=reason, name=person.name)


def restore_participant(session: Session, actor: str, participant_id: int, *, now: datetime) -> None:
    """Put an archived person back; refused when their seat has another head by now."""
    person = session.get(Participant, participant_id, with_for_update=True)
    if person is None or person.archived_at is None:
        raise Refused("not_archived", "Peserta ini tidak ada di arsip.", 404)
    if person.seat is not None:
        _refuse_held(session, person.event_id, person.seat, person.id)
    person.archived_at, person.archive_reason = None, ""
    flush_seats(session)
    note(session, actor, "participant.restore", "participant", person.id, now=now, name=person.name)


def _values(person: Participant) -> dict[str, Any]:
    fields = ("name", "kind", "phone", "gender", "note", "wave_id", "seat_id")
    seat = person.seat
    place = {"seat": seat_code(seat.village.code, seat.rt, seat.rw_in_key), "rw": seat.rw} if seat else {}
    return {field: getattr(person, field) for field in fields} | place


def _rename(person: Participant, name: str) -> None:
    name = names.clean(name)
    if not name:
        raise Refused("no_name", "Nama tidak boleh kosong.", 422)
    if len(name) > 200:
        raise Refused("long_name", "Nama paling banyak 200 huruf; yang ini %(length)s.", 422, length=len(name))
    person.name, person.name_key = name, names.name_key(name)[:200]
    seat = person.seat
    place = (seat.rt, seat.village.name, seat.village.district.name) if seat else ()
    person.search_key = search_text(name, person.kind, *place)


def _refuse_held(session: Session, event_id: int, seat: Seat, by: int | None) -> None:
    if seat.id is None:
        return
    holder = select(Participant).where(Participant.event_id == event_id, Participant.seat_id == seat.id)
    holder = holder.where(Participant.archived_at.is_(None), Participant.id != (by or 0))
    with session.no_autoflush:
        other = session.scalar(holder)
    if other is not None:
        raise Refused(
            "seat_taken",
            "RT %(rt)s %(village)s sudah dijabat %(name)s. Arsipkan dahulu bila sudah diganti.",
            422,
            rt=seat.rt,
            village=seat.village.name,
            name=other.name,
        )


def _live_participant(session: Session, participant_id: int) -> Participant:
    person = session.get(Participant, participant_id, with_for_update=True)
    if person is None:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    if person.archived_at is not None:
        raise Refused("archived", "%(name)s sudah diarsipkan. Pulihkan dahulu.", 409, name=person.name)
    return person


def _ids(wanted: Filter, *, by_likeness: bool = False) -> Select[Any]:
    """Select the ids of ``wanted``, joining no more than it asks for: 20,000 rows pass here at every keystroke."""
    rows = (
        select(Participant.id)
        .select_from(Participant)
        .outerjoin(Seat, Seat.id == Participant.seat_id)
        .outerjoin(Village, Village.id == Seat.village_id)
    )
    archived = wanted.status == "arsip"
    rows = rows.where(Participant.archived_at.isnot(None) if archived else Participant.archived_at.is_(None))
    if not by_likeness:
        for token in names.query_tokens(wanted.q):
            rows = rows.where(Participant.search_key.contains(token, autoescape=True))
    if wanted.district:
        rows = rows.where(Village.district_id.in_(select(District.id).where(District.code == wanted.district)))
    if wanted.village:
        rows = rows.where(Village.code == wanted.village)
    if wanted.wave == "none":
        rows = rows.where(Participant.wave_id.is_(None))
    elif wanted.wave:
        number = int(wanted.wave) if wanted.wave.isascii() and wanted.wave.isdigit() else -1
        rows = rows.where(Participant.wave_id.in_(select(Wave.id).where(Wave.number == min(number, 9999))))
    if wanted.kind:
        rows = rows.where(Participant.kind == wanted.kind)
    if wanted.status in ("hadir", "belum"):
        marked = select(Attendance.id).where(*_mark(wanted.checkpoint_id)).correlate(Participant).exists()
        rows = rows.where(marked if wanted.status == "hadir" else ~marked)
    return rows


def _in_order(rows: Select[Any]) -> Select[Any]:
    return rows.order_by(
        Village.code.is_(None), Village.code, Seat.rt, Seat.rw, Participant.name_key, Participant.id
    )


def _mark(checkpoint_id: int | None) -> list[Any]:
    """Return what makes an attendance the mark of a participant: at the checkpoint, else at their wave's registration."""
    home = select(func.min(Checkpoint.id)).where(Checkpoint.wave_id == Participant.wave_id, Checkpoint.kind == "hadir")
    here = home.correlate(Participant).scalar_subquery() if checkpoint_id is None else checkpoint_id
    return [
        Attendance.participant_id == Participant.id,
        Attendance.voided_at.is_(None),
        Attendance.checkpoint_id == here,
    ]


def _most_alike(session: Session, wanted: Filter, limit: int) -> list[int]:
    """Return the ids of those most alike, best first; only names that share a run of letters are weighed."""
    query = names.search_key(wanted.q)
    runs = {query[at : at + 3] for at in range(len(query) - 2) if " " not in query[at : at + 3]} or {query}
    shares = or_(*(Participant.search_key.contains(run, autoescape=True) for run in sorted(runs)[:40]))
    keys = _ids(wanted, by_likeness=True).add_columns(Participant.search_key).where(shares)
    scored = [(names.similarity(query, key), id_) for id_, key in session.execute(keys)]
    best = sorted((pair for pair in scored if pair[0] >= 0.3), reverse=True)
    return [id_ for _, id_ in best[: min(limit, ALIKE_AT_MOST)]]


def _select_people(checkpoint_id: int | None) -> Select[Any]:
    return (
        select(
            *(getattr(Participant, field) for field in _OWN),
            Seat.rt,
            Seat.rw,
            Seat.rw_in_key,
            Village.name.label("village"),
            Village.code.label("village_code"),
            Village.kind.label("village_kind"),
            District.name.label("district"),
            District.code.label("district_code"),
            Wave.number.label("wave"),
            Badge.short_code,
            Attendance.at.label("present_at"),
            Attendance.mode.label("present_mode"),
        )
        .select_from(Participant)
        .outerjoin(Seat, Seat.id == Participant.seat_id)
        .outerjoin(Village, Village.id == Seat.village_id)
        .outerjoin(District, District.id == Village.district_id)
        .outerjoin(Wave, Wave.id == Participant.wave_id)
        .outerjoin(Badge, and_(Badge.participant_id == Participant.id, Badge.revoked_at.is_(None)))
        .outerjoin(Attendance, and_(*_mark(checkpoint_id)))
    )


_OWN = (
    "id", "kind", "name", "wave_id", "phone", "gender", "note", "version", "archived_at", "archive_reason"
)  # fmt: skip


def _person(row: Row[Any]) -> Person:
    facts = {field: getattr(row, field) for field in _OWN}
    texts = ("rt", "rw", "village", "village_code", "village_kind", "district", "district_code", "short_code")
    facts |= {field: getattr(row, field) or "" for field in texts}
    seat = seat_code(row.village_code, row.rt, row.rw_in_key) if row.rt else ""
    return Person(**facts, seat=seat, wave=row.wave, present_at=row.present_at, present_mode=row.present_mode or "")
