"""Who is on the roster: found by words and filters, shown with RT and village, in one order everywhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, case, cast, false, func, select
from sqlalchemy.orm import Session

from ..db import Prepared, Where
from ..events.standing import Standing, standing_of
from ..events.standing_store import away, doors, marked_at, marked_at_home, noted_absence, stands
from ..refusals import existing
from ..schema import LIVE_CARD, PLACED, Attendance, Audit, Badge, Checkpoint, District, Participant, Seat, Village, Wave
from . import names
from .seat_store import seat_code

FACETS = ("district", "village", "wave", "status", "kind")  # what a list is narrowed by, beside words
SEATLESS = "lain"  # as a kind: everybody who is no head
ALIKE, ALIKE_AT_MOST, WEIGHED = 0.5, 10, 300


@dataclass(frozen=True)
class Person:
    """Somebody as they are shown everywhere: never a name alone, always with RT and village."""

    id: int
    kind: str
    name: str
    rt: str
    rw: str
    seat: str  # "63.09.06.1002/013A", "" for somebody without one
    seat_id: int | None
    village: str
    village_code: str
    village_kind: str
    district: str
    district_code: str
    wave_id: int | None
    wave: int | None
    wave_date: date | None
    phone: str
    gender: str
    note: str
    version: int
    archived_at: datetime | None
    archive_reason: str
    short_code: str
    present_at: datetime | None = None
    present_mode: str = ""
    away: int | None = None  # the number of another wave at whose registration they are marked
    absence: str = ""

    @property
    def standing(self) -> Standing:
        """Where they stand in their wave, or at the checkpoint that was asked about; a guest wherever they came."""
        if self.kind != "rt" and self.wave_id is None and self.away is not None:
            return Standing.HADIR
        return standing_of(self.present_mode or None, self.away, self.absence)


@dataclass(frozen=True)
class Filter:
    """What of the roster is looked for; empty fields do not narrow.

    ``wave`` is a wave's number as text or "none"; ``status`` a Standing or arsip; ``kind`` may be
    SEATLESS. ``sort`` is one of nama, desa, rt, diubah, else by place; ``checkpoint_id`` is where presence is
    looked at (None: at the registration of each person's own wave).
    """

    q: str = ""
    district: str = ""
    village: str = ""
    wave: str = ""
    status: str = ""
    kind: str = ""
    sort: str = ""
    checkpoint_id: int | None = None


def find_people(session: Session, wanted: Filter, *, limit: int = 50, offset: int = 0) -> list[Person]:
    """Return people in the order asked for: by districts, villages, RT numbers unless ``wanted`` sorts otherwise.

    Those without a seat come last, by name. Where presence is looked at one checkpoint, people of its wave come first;
    of whom words find, those who are not yet present, then those who are, then other waves.

    When a search finds nobody, those whose names are most alike are returned instead, at most ten; words without a
    letter or digit that could be looked for find nobody.
    """
    ids = session.scalars(_in_order(_ids(wanted), wanted).limit(limit).offset(offset)).all()
    if not ids and not offset and names.query_tokens(wanted.q):
        ids = _most_alike(session, wanted, limit)
    people = people_by_id(session, ids, wanted.checkpoint_id)
    return [people[id_] for id_ in ids]


def count_people(session: Session, wanted: Filter) -> int:
    """Return how many people ``wanted`` finds without resorting to likeness."""
    return session.scalar(select(func.count()).select_from(_ids(wanted).subquery())) or 0


def count_kinds(session: Session, *, archived: bool = False) -> dict[str, int]:
    """Return how many people of each kind are on the roster, or in its archive; a head is who has a seat."""
    there = ~Participant.on_roster if archived else Participant.on_roster
    seated = select(func.count()).where(there, Participant.seat_id.isnot(None))  # an index answers this alone
    rows = select(Participant.kind, func.count()).where(there, Participant.seat_id.is_(None))
    others = {kind: number for kind, number in session.execute(rows.group_by(Participant.kind))}
    return {"rt": session.scalar(seated) or 0, **others}


def ids_of(session: Session, wanted: Filter) -> list[int]:
    """Return the id of everybody ``wanted`` finds without resorting to likeness, in the order of the list."""
    return list(session.scalars(_in_order(_ids(wanted), wanted)))


def neighbour(session: Session, wanted: Filter, participant_id: int, step: int = 1) -> tuple[int, int] | None:
    """Return who stands ``step`` rows below this person (above: -1) in the list, and their place in it from 0."""
    order = _order(wanted)
    near = func.lead if step > 0 else func.lag
    place = func.row_number().over(order_by=order) - 1 + step
    rows = _ids(wanted).add_columns(near(Participant.id).over(order_by=order).label("near"), place.label("place"))
    places = rows.subquery()
    row = session.execute(select(places.c.near, places.c.place).where(places.c.id == participant_id)).first()
    return None if row is None or row.near is None else (row.near, row.place)


def find_person(where: Where, participant_id: int) -> Person:
    """Return one person, archived or not; refused with 404 when there is none."""
    row = existing(_PERSON.first(where, person=participant_id), "no_participant", "Peserta ini tidak ada.")
    return _person(row)


def head_of(session: Session, seat_id: int) -> Person | None:
    """Return who holds a seat now; None while it is vacant."""
    held = select(Participant.id).where(Participant.seat_id == seat_id, Participant.on_roster)
    id_ = session.scalar(held)
    return None if id_ is None else find_person(session, id_)


def people_by_id(session: Session, ids: Iterable[int], checkpoint_id: int | None = None) -> dict[int, Person]:
    """Return the people with these ids."""
    wanted = set(ids)
    if not wanted:
        return {}
    here = {} if checkpoint_id is None else {"checkpoint": checkpoint_id}
    rows = session.execute(_people_at(bool(here)), {"ids": sorted(wanted), **here})
    return {row.id: _person(row) for row in rows}


def search_text(name: str, kind: str, rt: str = "", village: str = "", district: str = "") -> str:
    """Return what somebody is found by: the name, and RT, village and district or else the kind."""
    return names.search_key(name, *((f"RT {rt}", village, district) if rt else (kind,)))


def _ids(wanted: Filter, *, by_likeness: bool = False) -> Select[Any]:
    """Select the ids of ``wanted``, joining no more than needed: 20,000 rows pass here at every keystroke."""
    rows = (
        select(Participant.id)
        .select_from(Participant)
        .outerjoin(Seat, Seat.id == Participant.seat_id)
        .outerjoin(Village, Village.id == Seat.village_id)
    )
    archived = wanted.status == "arsip"
    rows = rows.where(~Participant.on_roster if archived else Participant.on_roster)
    if not by_likeness:
        tokens = names.query_tokens(wanted.q)
        for token in tokens:
            rows = rows.where(Participant.search_key.contains(token, autoescape=True))
        if wanted.q.strip() and not tokens:
            rows = rows.where(false())
    if wanted.district:
        rows = rows.where(Village.district_id.in_(select(District.id).where(District.code == wanted.district)))
    if wanted.village:
        rows = rows.where(Village.code == wanted.village)
    if wanted.wave == "none":
        rows = rows.where(Participant.wave_id.is_(None))
    elif wanted.wave:
        rows = rows.where(Participant.wave_id.in_(select(Wave.id).where(cast(Wave.number, String) == wanted.wave)))
    if wanted.kind:
        rows = rows.where(Participant.kind != "rt" if wanted.kind == SEATLESS else Participant.kind == wanted.kind)
    if wanted.status in set(Standing):
        rows = rows.where(stands(wanted.status))
    return rows


def _in_order(rows: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.checkpoint_id is not None:
        here = select(Checkpoint.wave_id).where(Checkpoint.id == wanted.checkpoint_id).scalar_subquery()
        marked = select(Attendance.id).where(Attendance.participant_id == Participant.id, Attendance.is_live)
        marked = marked.where(Attendance.checkpoint_id.in_(doors(wanted.checkpoint_id))).correlate(Participant)
        present = [(marked.exists(), 1)] if wanted.q else []  # a whole village stays in the order of its RTs
        rows = rows.order_by(case(*present, (Participant.wave_id == here, 0), else_=2))
    return rows.order_by(*_order(wanted))


def _order(wanted: Filter) -> list[Any]:
    """Return what the list goes by; an RT has three digits and a suffix, so its text sorts as its number."""
    place = [Village.code.is_(None), Village.code, Seat.rt, Seat.rw, Participant.name_key, Participant.id]
    if wanted.sort == "nama":
        return [Participant.name_key, *place]
    if wanted.sort == "desa":
        return [Village.code.is_(None), Village.name, *place]
    if wanted.sort == "rt":
        return [Seat.rt.is_(None), Seat.rt, *place]
    if wanted.sort == "diubah":
        line = select(func.max(Audit.id)).where(Audit.subject == "participant", Audit.subject_id == Participant.id)
        return [func.coalesce(line.correlate(Participant).scalar_subquery(), 0).desc(), *place]
    return place


def _mark(checkpoint_id: Any) -> ColumnElement[bool]:
    """Return the condition for somebody's attendance: at the checkpoint (through any door), else at their wave's."""
    if checkpoint_id is None:
        return marked_at_home()
    return marked_at(doors(checkpoint_id))


def _most_alike(session: Session, wanted: Filter, limit: int) -> list[int]:
    """Return the ids of those most alike, best first; only names that share most runs of letters are weighed."""
    query = names.search_key(wanted.q)
    windows = (query[at : at + 3] for at in range(len(query) - 2))
    runs = sorted({run for run in windows if " " not in run[1:]} or {query})[:40]
    has = (Participant.search_key.contains(run, autoescape=True) for run in runs)
    shared = reduce(add, (case((each, 1), else_=0) for each in has))
    keys = _ids(wanted, by_likeness=True).add_columns(Participant.search_key, shared.label("shared"))
    scored = [
        (names.similarity(query, key), id_)
        for id_, key, shares in session.execute(keys.order_by(shared.desc(), Participant.id).limit(WEIGHED))
        if shares
    ]
    best = sorted((-score, id_) for score, id_ in scored if score >= ALIKE)
    return [id_ for _, id_ in best[: min(limit, ALIKE_AT_MOST)]]


@cache
def _people_at(checkpoint: bool) -> Select[Any]:
    """Return the statement for people by ``ids`` and their presence; built once, for every scan asks it."""
    rows = _select_people(bindparam("checkpoint") if checkpoint else None)
    return rows.where(Participant.id.in_(bindparam("ids", expanding=True)))


def _select_people(checkpoint_id: Any) -> Select[Any]:
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
            Wave.date.label("wave_date"),
            Badge.short_code,
            Attendance.at.label("present_at"),
            Attendance.mode.label("present_mode"),
            away().label("away"),
            noted_absence().label("absence"),
        )
        .select_from(PLACED)
        .outerjoin(Wave, Wave.id == Participant.wave_id)
        .outerjoin(Badge, LIVE_CARD)
        .outerjoin(Attendance, _mark(checkpoint_id))
    )


_OWN = (
    "id", "kind", "name", "seat_id", "wave_id", "phone", "gender", "note", "version", "archived_at", "archive_reason"
)  # fmt: skip
_PERSON = Prepared(lambda _dialect: _select_people(None).where(Participant.id == bindparam("person")))  # not at start


def _person(row: Any) -> Person:
    facts = {field: getattr(row, field) for field in _OWN}
    texts = ("rt", "rw", "village", "village_code", "village_kind", "district", "district_code", "short_code")
    facts |= {field: getattr(row, field) or "" for field in texts}
    seat = seat_code(row.village_code, row.rt, row.rw_in_key) if row.rt else ""
    return Person(
        **facts,
        seat=seat,
        wave=row.wave,
        wave_date=row.wave_date,
        present_at=row.present_at,
        present_mode=row.present_mode or "",
        away=row.away,
        absence=row.absence or "",
    )
