"""Lists as villages send them, made from descriptions: workbooks, CSV bytes, and the places they speak of."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook as Book
from openpyxl.styles import Font
from sqlalchemy.orm import Session

from rtapp.commands.demo import PLACES
from rtapp.db import begin_write
from rtapp.documents.sheets import read_workbook
from rtapp.events import store as events
from rtapp.imports.apply_store import apply_plan
from rtapp.imports.drafts import Answers
from rtapp.imports.plan_store import Plan, Setup, plan_import
from rtapp.schema import District, Event, Invitation, Village, Wave
from tests.world import DAY_ONE, DAY_TWO, ZONE, at

NOW = at(7)
WAVE_ONE = {"Murung Pudak": 143, "Muara Uya": 123, "Jaro": 71}
Rows = Mapping[int, Sequence[Any]] | Sequence[Sequence[Any]]


def tabalong(session: Session) -> None:
    """Fill an empty database with the regency's places, two waves, and the districts of wave I invited."""
    begin_write(session)
    event = Event(name="Bimtek Uji", organiser="Dinas Contoh", timezone=ZONE, epoch=events.new_epoch())
    first, second = (
        Wave(event=event, number=n, date=day, venue="Aula Contoh") for n, day in ((1, DAY_ONE), (2, DAY_TWO))
    )
    session.add_all([event, first, second])
    districts: dict[str, District] = {}
    with PLACES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["district_code"]
            district = districts.setdefault(code, District(code=code, name=row["district"]))
            name, kind = row["village"], row["kind"]
            session.add(Village(code=row["village_code"], name=name, kind=kind, district=district))
    for district in districts.values():
        if district.name in WAVE_ONE:
            session.add(Invitation(wave=first, district=district, invited=WAVE_ONE[district.name]))
    session.commit()


def workbook(**sheets: Rows) -> bytes:
    """Return an XLSX; a sheet is its rows from 1, or the rows by their numbers."""
    book = Book()
    book.remove(book.active)
    for name, rows in sheets.items():
        add_sheet(book, name, rows)
    return saved(book)


def add_sheet(book: Book, name: str, rows: Rows, merges: Iterable[str] = ()) -> Any:
    """Add a sheet with these rows and merged ranges; cells hold what Excel would hold."""
    page = book.create_sheet(name)
    for number, values in rows.items() if isinstance(rows, Mapping) else enumerate(rows, 1):
        for column, value in enumerate(values, 1):
            if value is not None:
                page.cell(number, column, value)
    for merge in merges:
        page.merge_cells(merge)
    return page


def strike(page: Any, row: int) -> None:
    """Strike a row through."""
    for cell in page[row]:
        cell.font = Font(strike=True)


def saved(book: Book) -> bytes:
    """Return the file of a workbook."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def plan(
    session: Session,
    data: bytes,
    name: str = "daftar.xlsx",
    *,
    sheets: Sequence[str] = (),
    answers: Answers | None = None,
) -> Plan:
    """Read one file against the roster."""
    return plan_import(session, [(name, read_workbook(data, name))], setup=Setup(tuple(sheets)), answers=answers)


def take(session: Session, data: bytes, name: str = "daftar.xlsx", *, proposals: bool = False, **options: Any) -> Plan:
    """Import one file, with all proposals where asked, and return the plan."""
    made = plan(session, data, name, answers=Answers(accept_proposals=proposals), **options)
    apply_plan(begin_write(session), "uji", made, now=NOW)
    session.commit()
    return made


def numbers(made: Plan) -> tuple[int, int, int]:
    """Return how many rows were accepted, left to review, vacant."""
    return made.counts["accepted"], made.counts["review"], made.counts["vacant"]


def row_of(made: Plan, number: int, sheet: str = "") -> Any:
    """Return the draft of a row of the file."""
    return next(row for row in made.rows if row.row == number and (not sheet or row.sheet == sheet))


def codes_of(row: Any) -> set[str]:
    """Return the codes of the reasons beside a row."""
    return {why.code for why in row.reasons}


def skipped(made: Plan, code: str) -> int:
    """Return how many rows were skipped for a reason."""
    return sum(row.row_class == "skipped" and code in codes_of(row) for row in made.rows)
