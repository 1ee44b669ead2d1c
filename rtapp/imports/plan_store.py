"""Lists in: what files would change in the roster as it is now, as a plan."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..events.store import find_waves
from ..refusals import Refused
from ..roster.seat_store import invited_waves, seat_code
from ..schema import District, Participant, Seat, Village, Wave
from .drafts import Answers, Draft, Question, RowClass
from .places import KnownVillage
from .preview import counts_of
from .readings import Books, Reading, RosterFacts, Run, here
from .seats import NOBODY, Known, KnownSeat


@dataclass
class Plan:
    """What files would do to the roster; ``tag`` names the state of the roster it was made for."""

    rows: list[Draft]
    missing: list[KnownSeat]
    tag: str
    unstored: tuple[str, ...] = ()

    @property
    def open_questions(self) -> list[tuple[Draft, Question]]:
        """What a person must still answer, row by row; what several rows share is there once."""
        questions: dict[str, tuple[Draft, Question]] = {}
        for row in self.rows:
            for question in row.questions:
                questions.setdefault(question.key, (row, question))
        return list(questions.values())

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
        """A digest that changes whenever the plan would do something different."""
        facts = [(row.key(row.row_class), row.change, row.seat, row.name, row.phone, row.wave) for row in self.rows]
        return hashlib.sha256(repr((self.tag, facts)).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Setup:
    """How a person wants files read: only these sheets (all where none is named), and the fields of columns."""

    sheets: tuple[str, ...] = ()
    fields: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Return the setup that was kept as JSON."""
        fields = stored.get("fields", {}).items()
        return cls(
            tuple(stored.get("sheets", ())),
            {sheet: {int(column): name for column, name in columns.items()} for sheet, columns in fields},
        )

    def as_json(self) -> dict[str, Any]:
        """Return this setup as JSON keeps it."""
        return {
            "sheets": list(self.sheets),
            "fields": {s: {str(c): n for c, n in t.items()} for s, t in self.fields.items()},
        }


def plan_import(
    session: Session,
    books: Books | bytes,
    *,
    setup: Setup | None = None,
    answers: Answers | None = None,
    run: Run = here,
) -> Plan:
    """Say what each row of ``books`` (name and workbook of each file, or as they are kept) would do to the roster.

    ``run`` lets somebody else do the long part, ``understand``, which needs no database. Refused when a sheet that
    ``setup`` names does not exist, or none holds a list.
    """
    from .understanding import understand  # here: a server that reads no list need not carry the rules of reading

    setup, answers = setup or Setup(), answers or Answers()
    facts, tag = RosterFacts(*_places(session), _known(session), _days(session)), roster_tag(session)
    understood = run(understand, facts, books, setup.sheets, setup.fields, answers)
    return Plan(understood.rows, understood.missing, tag, understood.unstored)


def read_sheets(
    session: Session, books: bytes, fields: Mapping[str, Mapping[int, str]] | None = None, *, run: Run = here
) -> list[Reading]:
    """Return how each sheet of kept ``books`` is laid out, with its first rows; refused where none holds a list."""
    from .understanding import look_through

    return run(look_through, RosterFacts(*_places(session), NOBODY, _days(session)), books, fields or {})


def changed_meanwhile() -> Refused:
    """Return the refusal of saving a plan after the roster or the file's reading changed."""
    return Refused(
        "roster_changed", "Daftar peserta berubah sejak berkas ini diperiksa. Periksa lagi, lalu simpan.", 409
    )


def report(plan: Plan) -> dict[str, Any]:
    """Return the plan as programs read it."""
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


def _places(session: Session) -> tuple[list[KnownVillage], bool]:
    """Load the places, and whether a list of them was ever imported."""
    columns = (Village.code, Village.name, District.code, District.name, Village.kind)
    places = [
        KnownVillage(*row) for row in session.execute(select(*columns).join(Village.district).order_by(Village.code))
    ]
    listed = session.scalar(select(Village.id).where(Village.verified).limit(1)) is not None
    return places, listed


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
        .outerjoin(Participant, (Participant.seat_id == Seat.id) & Participant.on_roster)
        .outerjoin(Wave, Wave.id == Participant.wave_id)
    )  # fmt: skip
    numbers = {wave.id: wave.number for wave in find_waves(session)}
    invited = {code: numbers[wave_id] for code, wave_id in invited_waves(session).items()}
    return Known([tuple(row) for row in rows], invited, frozenset(numbers.values()))
