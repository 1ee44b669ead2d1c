"""A plan carried out: seats and people written in one short transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..events.store import find_waves, the_event
from ..roster import names
from ..roster.find_store import search_text
from ..roster.store import archive_participant, change_participant
from ..schema import District, Participant, Seat, Village
from .drafts import Change, Draft, RowClass
from .plan_store import Plan, changed_meanwhile, roster_tag


@dataclass
class ImportOutcome:
    """What an import did: participants added, changed (field: before, after), replaced (old, new), seats made.

    ``versions`` holds the version of each of them afterwards, by id as text: whoever has another one was changed since.
    """

    added: list[int] = field(default_factory=list)
    updated: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    replaced: list[tuple[int, int]] = field(default_factory=list)
    seats: list[int] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    def beside(self, earlier: Mapping[str, Any]) -> dict[str, Any]:
        """Return this outcome added to that of an ``earlier`` save, both as JSON."""
        lists = asdict(self)
        versions = earlier.get("versions", {}) | lists.pop("versions")
        return {name: [*earlier.get(name, ()), *values] for name, values in lists.items()} | {"versions": versions}


def apply_plan(session: Session, actor: str, plan: Plan, *, now: datetime) -> ImportOutcome:
    """Write every accepted row and vacant seat of ``plan`` or, when refused, none; the caller commits.

    Refused with 409 when the roster is another one than the plan was made for.
    """
    if roster_tag(session) != plan.tag:
        raise changed_meanwhile()
    done, accepted = ImportOutcome(), [row for row in plan.rows if row.row_class is RowClass.ACCEPTED]
    waves = {wave.number: wave.id for wave in find_waves(session)}
    seats = _make_seats(session, plan, done)
    for row in accepted:
        if row.changes and row.change in (Change.UPDATED, Change.SAME):
            _update(session, actor, row, waves, done, now)
        elif row.change is Change.REPLACED and row.holder is not None:
            why = f"Diganti {row.name} menurut daftar"
            archive_participant(session, actor, row.holder, why, now=now)
    added = [row for row in accepted if row.change in (Change.NEW, Change.REPLACED)]
    _add_people(session, added, seats, waves, done)
    if done.added or done.updated or done.seats:
        counts = {"new": len(done.added), "updated": len(done.updated), "replaced": len(done.replaced)}
        files = list(dict.fromkeys(row.sheet for row in plan.rows))
        note(session, actor, "roster.import", "roster", None, now=now, sheets=files, seats=len(done.seats), **counts)
    return done


def _make_seats(session: Session, plan: Plan, done: ImportOutcome) -> dict[tuple[str, str, str], int]:
    """Add the seats that accepted and vacant rows need; return their ids by village code, RT and RW in the key."""
    villages = _village_ids(session, plan)
    seats, wanted = {}, {}
    for row in plan.rows:
        if row.village is None or row.row_class not in (RowClass.ACCEPTED, RowClass.VACANT):
            continue
        key = (row.village.code, row.rt, row.rw_in_key)
        if row.seat_id is not None:
            seats[key] = row.seat_id
        else:
            wanted[key] = {
                "village_id": villages[row.village.code],
                "rt": row.rt,
                "rw": row.rw,
                "rw_in_key": row.rw_in_key,
            }
    if wanted:
        rows = session.scalars(insert(Seat).returning(Seat.id, sort_by_parameter_order=True), list(wanted.values()))
        ids = rows.all()
        done.seats += ids
        seats |= dict(zip(wanted, ids, strict=True))
    return seats


def _village_ids(session: Session, plan: Plan) -> dict[str, int]:
    """Return the ids of all villages by code, after adding those that only the list names, marked unverified."""
    ids = {code: id_ for code, id_ in session.execute(select(Village.code, Village.id))}
    taken = (RowClass.ACCEPTED, RowClass.VACANT)
    new = {row.village.code: row.village for row in plan.rows if row.village and row.row_class in taken}
    districts = {district.code: district for district in session.scalars(select(District))}
    for code, place in new.items():
        if code not in ids:
            district = districts.setdefault(
                place.district_code, District(code=place.district_code, name=place.district)
            )
            village = Village(code=code, name=place.name, kind=place.kind, district=district, verified=False)
            session.add_all([district, village])
            session.flush()
            ids[code] = village.id
    return ids


def _update(
    session: Session, actor: str, row: Draft, waves: dict[int, int], done: ImportOutcome, now: datetime
) -> None:
    pairs = dict(row.changes)
    if "wave" in pairs:
        pairs["wave_id"] = tuple(waves.get(number) for number in pairs.pop("wave"))
    person = session.get_one(Participant, row.holder)
    if "rw" in pairs and person.seat is not None:
        person.seat.rw = pairs["rw"][1]
    changes = {field: after for field, (_, after) in pairs.items() if field != "rw"}
    change_participant(session, actor, person.id, person.version, changes, now=now)
    session.flush()
    done.updated.append((person.id, {field: list(pair) for field, pair in pairs.items()}))
    done.versions[str(person.id)] = person.version


def _add_people(
    session: Session,
    rows: list[Draft],
    seats: dict[tuple[str, str, str], int],
    waves: dict[int, int],
    done: ImportOutcome,
) -> None:
    if not rows:
        return
    event = the_event(session)
    values = []
    for row in rows:
        assert row.village is not None
        values.append(
            {
                "event_id": event.id,
                "seat_id": seats[row.village.code, row.rt, row.rw_in_key],
                "kind": "rt",
                "name": row.name,
                "name_key": names.name_key(row.name)[:200],
                "search_key": search_text(row.name, "rt", row.rt, row.village.name, row.village.district),
                "phone": row.phone,
                "gender": row.gender,
                "note": row.note,
                "wave_id": waves[row.wave] if row.wave else None,
                "version": 1,
                "archive_reason": "",
            }
        )
    new_ids = session.scalars(insert(Participant).returning(Participant.id, sort_by_parameter_order=True), values)
    done.added += new_ids.all()
    done.versions |= {str(id_): 1 for id_ in done.added}
    for row, id_ in zip(rows, done.added, strict=True):
        if row.change is Change.REPLACED and row.holder is not None:
            done.replaced.append((row.holder, id_))
