"""Lists in: what files would change, as a plan; changing it in one short transaction."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from typing import Any, Self

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..events.store import find_waves, the_event
from ..refusals import Refused
from ..schema import Badge, District, Participant, Seat, Village, Wave
from . import names
from .drafts import Answers, Change, Draft, Question, RowClass
from .find_store import search_text
from .kept import Books
from .matching import Head, Known, KnownSeat, match
from .places import Places
from .places import Village as Place
from .preview import counts_of
from .seat_store import invited_waves, seat_code
from .sheet import Context, Reading, read_sheet
from .store import archive_participant, change_participant


@dataclass
class Plan:
    """What files would do to the roster; ``tag`` names the state of the roster it was made for."""

    readings: list[Reading]
    rows: list[Draft]
    missing: list[KnownSeat]
    tag: str
    unstored: tuple[str, ...] = ()

    @property
    def open_questions(self) -> list[tuple[Draft, Question]]:
        """What a person must still answer, row by row; what several rows share is there once."""
        found = {question.key: (row, question) for row in self.rows for question in row.questions}
        return list(found.values())

    @property
    def counts(self) -> Counter[str]:
        """How many rows there are of each class."""
        return Counter(str(row.row_class) for row in self.rows)

    @property
    def changes(self) -> Counter[str]:
        """How many accepted rows do what."""
        return Counter(str(row.change) for row in self.rows if row.row_class is RowClass.ACCEPTED)

    @property
    def by_class(self) -> dict[str, int]:
        """How many rows (or missing seats) there are of each of ``preview.CLASSES``."""
        return counts_of(self)

    @property
    def new_vacant(self) -> int:
        """How many vacant seats there are that the roster does not know."""
        return sum(row.row_class is RowClass.VACANT and row.seat_id is None for row in self.rows)

    @property
    def digest(self) -> str:
        """A value that is another one whenever the plan would do anything else."""
        facts = [(row.key(row.row_class), row.change, row.seat, row.name, row.phone, row.wave) for row in self.rows]
        return hashlib.sha256(repr((self.tag, facts)).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Setup:
    """How a person wants files read: only these sheets (all where none is named), columns of a sheet as told."""

    sheets: tuple[str, ...] = ()
    fields: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Return the setup that was kept as JSON."""
        fields = {sheet: {int(c): name for c, name in told.items()} for sheet, told in kept.get("fields", {}).items()}
        return cls(tuple(kept.get("sheets", ())), fields)

    def kept(self) -> dict[str, Any]:
        """Return this setup as JSON keeps it."""
        return {
            "sheets": list(self.sheets),
            "fields": {s: {str(c): n for c, n in t.items()} for s, t in self.fields.items()},
        }


@dataclass
class Done:
    """What an import did: participants added, changed (field: before, after), replaced (old, new), seats made.

    ``versions`` holds the version of each of them afterwards, by id as text: whoever has another one was changed since.
    """

    added: list[int] = field(default_factory=list)
    updated: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    replaced: list[tuple[int, int]] = field(default_factory=list)
    seats: list[int] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    def beside(self, earlier: Mapping[str, Any]) -> dict[str, Any]:
        """Return what this and an ``earlier`` saving (as JSON) did together, as JSON."""
        made = asdict(self)
        versions = earlier.get("versions", {}) | made.pop("versions")
        return {name: [*earlier.get(name, ()), *values] for name, values in made.items()} | {"versions": versions}


def sheet_label(book_name: str, sheet_name: str, several: bool) -> str:
    """Return what a sheet is called beside others: with its file's name where there are several files."""
    return f"{PurePath(book_name).stem} · {sheet_name}" if several else sheet_name


def plan_import(session: Session, books: Books, *, setup: Setup | None = None, answers: Answers | None = None) -> Plan:
    """Say what each row of ``books`` (name and workbook of each file) would do to the roster.

    Refused when a sheet that ``setup`` names does not exist, or none holds a list.
    """
    setup, answers = setup or Setup(), answers or Answers()
    labelled = [
        (sheet_label(name, sheet.name, len(books) > 1), PurePath(name).stem, sheet)
        for name, book in books
        for sheet in book.sheets
    ]
    _refuse_unknown_sheets([label for label, _, _ in labelled], setup.sheets)
    places, known, days = _places(session), _known(session), _days(session)
    readings = [
        read_sheet(sheet, Context(places, days, filename, answers, label, setup.fields.get(label, {})))
        for label, filename, sheet in labelled
        if not setup.sheets or label in setup.sheets
    ]
    if not any(reading.layout for reading in readings):
        raise Refused(
            "not_a_roster",
            "Tidak ada daftar di berkas ini: tidak ditemukan baris judul dengan kolom nama dan RT atau desa. "
            "Pakai templat, atau beri judul kolom Nama, Desa, dan RT.",
            422,
        )
    rows = [draft for reading in readings for draft in reading.drafts]
    missing = match(rows, known, answers)
    unstored = tuple(dict.fromkeys(name for reading in readings for name in reading.unstored))
    return Plan(readings, rows, missing, roster_tag(session), unstored)


def apply_plan(session: Session, actor: str, plan: Plan, *, now: datetime) -> Done:
    """Write every accepted row and vacant seat of ``plan`` or, when refused, none; the caller commits.

    Refused with 409 when the roster is another one than the plan was made for.
    """
    if roster_tag(session) != plan.tag:
        raise changed_meanwhile()
    done, accepted = Done(), [row for row in plan.rows if row.row_class is RowClass.ACCEPTED]
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


def changed_meanwhile() -> Refused:
    """Return the refusal of saving a plan after the roster or the file's reading changed."""
    return Refused(
        "roster_changed", "Daftar peserta berubah sejak berkas ini diperiksa. Periksa lagi, lalu simpan.", 409
    )


def report(plan: Plan) -> dict[str, Any]:
    """Return the plan as programs read it (desk.md §6)."""
    counts = plan.counts
    return {
        **{str(each): counts[each] for each in RowClass},
        "missing": [seat_code(seat.village_code, seat.rt, seat.rw_in_key) for seat in plan.missing],
        "rows": [
            {
                "sheet": row.sheet,
                "row": row.row,
                "class": str(row.row_class),
                "seat": row.seat or None,
                "name": row.name or None,
                "phone": row.phone or None,
                "change": str(row.change) if row.change else None,
                "reasons": [str(why) for why in row.reasons],
            }
            for row in plan.rows
        ],
    }


def without_badge(session: Session) -> list[int]:
    """Return the ids of those on the roster who have no live card."""
    holds = select(Badge.id).where(Badge.participant_id == Participant.id, Badge.revoked_at.is_(None)).exists()
    return list(session.scalars(select(Participant.id).where(Participant.archived_at.is_(None), ~holds)))


def roster_tag(session: Session) -> str:
    """Return a value that changes whenever anybody on the roster, a seat, a place or a wave changes."""
    facts = (
        select(
            func.count(), func.sum(Participant.version), func.max(Participant.id), func.max(Participant.archived_at)
        ),
        select(func.count(), func.max(Seat.id), func.count(func.nullif(Seat.rw, ""))),
        select(func.count(), func.max(Village.id)),
        select(func.count(), func.max(Wave.id)),
    )
    seen = [tuple(map(str, session.execute(query).one())) for query in facts]
    return hashlib.sha256(repr((seen, sorted(invited_waves(session).items()))).encode()).hexdigest()[:16]


def _refuse_unknown_sheets(present: Sequence[str], wanted: Sequence[str]) -> None:
    for sheet in wanted:
        if sheet not in present:
            every = ", ".join(present)
            raise Refused("no_sheet", "Lembar “%(sheet)s” tidak ada. Yang ada: %(all)s.", 422, sheet=sheet, all=every)


def _places(session: Session) -> Places:
    rows = select(Village.code, Village.name, District.code, District.name, Village.kind).join(Village.district)
    return Places(Place(*row) for row in session.execute(rows.order_by(Village.code)))


def _days(session: Session) -> dict[date, int]:
    return {wave.date: wave.number for wave in find_waves(session)}


def _known(session: Session) -> Known:
    """Load the roster as an import is held against it: one statement, plain values."""
    rows = session.execute(
        select(
            Seat.id, Village.code, Seat.rt, Seat.rw, Seat.rw_in_key,
            Participant.id.label("head"), Participant.name, Participant.phone, Participant.gender, Participant.note,
            Wave.number, Participant.version,
        )
        .join(Village, Village.id == Seat.village_id)
        .outerjoin(Participant, (Participant.seat_id == Seat.id) & Participant.archived_at.is_(None))
        .outerjoin(Wave, Wave.id == Participant.wave_id)
    )  # fmt: skip
    seats: dict[tuple[str, str], list[KnownSeat]] = defaultdict(list)
    for row in rows:
        head = Head(*row[5:]) if row.head else None
        seats[row.code, row.rt].append(KnownSeat(row.id, row.code, row.rt, row.rw, row.rw_in_key, head))
    numbers = {wave.id: wave.number for wave in find_waves(session)}
    invited = {code: numbers[wave_id] for code, wave_id in invited_waves(session).items()}
    return Known(seats, invited, frozenset(numbers.values()))


def _make_seats(session: Session, plan: Plan, done: Done) -> dict[tuple[str, str, str], int]:
    """Add the seats that accepted and vacant rows need; return their ids by village code, RT and RW in the key."""
    villages = {code: id_ for code, id_ in session.execute(select(Village.code, Village.id))}
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
        made = session.scalars(insert(Seat).returning(Seat.id, sort_by_parameter_order=True), list(wanted.values()))
        ids = made.all()
        done.seats += ids
        seats |= dict(zip(wanted, ids, strict=True))
    return seats


def _update(session: Session, actor: str, row: Draft, waves: dict[int, int], done: Done, now: datetime) -> None:
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
    session: Session, rows: list[Draft], seats: dict[tuple[str, str, str], int], waves: dict[int, int], done: Done
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
    made = session.scalars(insert(Participant).returning(Participant.id, sort_by_parameter_order=True), values)
    done.added += made.all()
    done.versions |= {str(id_): 1 for id_ in done.added}
    for row, id_ in zip(rows, done.added, strict=True):
        if row.change is Change.REPLACED and row.holder is not None:
            done.replaced.append((row.holder, id_))
