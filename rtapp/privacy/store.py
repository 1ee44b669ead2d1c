"""Personal data counted and erased: the rows it stands in, the values of the trail, what searches are made of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ..audit.chain import canonical
from ..audit.store import erase_values, note
from ..clock import end_of_day
from ..events.store import the_event
from ..refusals import Refused
from ..roster import names
from ..roster.store import refresh_search_texts
from ..schema import (
    Absence,
    Attendance,
    Audit,
    AuditValue,
    Badge,
    Case,
    Contacted,
    Participant,
    RosterImport,
    Scan,
    Substitute,
    Wave,
)
from .retention import ErasureLevel, holds_phone, without_phones

GONE = "(dihapus)"


@dataclass(frozen=True)
class PersonalTally:
    """How many of each kind an erasure takes: phones, people, substitutes, notes, codes typed, lists, lines."""

    phones: int
    people: int
    substitutes: int
    notes: int
    codes: int
    lists: int
    lines: int


def last_wave(session: Session) -> date | None:
    """Return the day of the last wave, None without one."""
    return session.scalar(select(func.max(Wave.date)))


def preview(session: Session, level: ErasureLevel) -> PersonalTally:
    """Return what erasing ``level`` now would take."""
    people = level is ErasureLevel.PEOPLE
    personal = _personal(level)
    lines = select(Audit, AuditValue.values).outerjoin(AuditValue, AuditValue.audit_id == Audit.id)
    lines = lines.where(or_(AuditValue.audit_id.is_not(None), Audit.reason != ""))
    return PersonalTally(
        phones=sum(_count(session, table, table.phone != "") for table in (Participant, Substitute)),
        people=_count(session, Participant, Participant.name != GONE) if people else 0,
        substitutes=_count(session, Substitute, Substitute.name != GONE) if people else 0,
        notes=sum(1 for _ in _notes(session, level)),
        codes=sum(1 for _ in _typed(session, level)),
        lists=sum(1 for upload in session.scalars(select(RosterImport)) if _is_full(upload)),
        lines=sum(personal(line, values or {}) for line, values in session.execute(lines)),
    )


def erase(
    session: Session, actor: str, level: ErasureLevel, *, files: Sequence[str] = (), elsewhere: str = "", now: datetime
) -> int:
    """Erase ``level`` and return the line of the trail that says so; the trail and every count stay whole.

    ``files`` are the older backups that go with it, ``elsewhere`` names copies that lie outside this computer.
    Refused with 409 while a wave is still to come.
    """
    event, day = the_event(session), last_wave(session)
    if day is not None and now < end_of_day(day, event.timezone):
        raise Refused("wave_to_come", "Masih ada gelombang yang belum selesai. Hapus sesudah hari terakhir.", 409)
    taken = preview(session, level)
    for owner, field in list(_notes(session, level)):
        text = getattr(owner, field)
        setattr(owner, field, "" if level is ErasureLevel.PEOPLE else without_phones(text))
    for scan in list(_typed(session, level)):
        scan.raw, scan.answer = None, scan.answer | {"raw": ""}
    for upload in session.scalars(select(RosterImport)):
        _empty(upload)
    _forget_people(session, level)
    session.flush()
    refresh_search_texts(session)
    session.flush()
    _lines, staying = erase_values(session, _personal(level))
    values = asdict(taken) | {"level": str(level), "elsewhere": elsewhere[:1000], "staying": staying, "files": [*files]}
    note(session, actor, "privacy.erase", "privacy", None, now=now, **values)
    return session.scalars(select(func.max(Audit.id))).one()


def erasures(session: Session) -> list[tuple[Audit, dict[str, Any]]]:
    """Return the lines of all erasures with what they took, the newest first."""
    rows = select(Audit, AuditValue.values).join(AuditValue, AuditValue.audit_id == Audit.id)
    rows = rows.where(Audit.subject == "privacy", Audit.action == "privacy.erase").order_by(Audit.id.desc())
    return [(line, values) for line, values in session.execute(rows)]


def records_about(session: Session, participant_id: int) -> dict[str, Any]:
    """Return the absences noted of one person, those taken back too, and how often they were called."""
    absences = select(Absence).where(Absence.participant_id == participant_id).order_by(Absence.id)
    called = _count(session, Contacted, Contacted.participant_id == participant_id)
    return {"absences": session.scalars(absences).all(), "called": called}


def _count(session: Session, table: Any, which: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(which)) or 0


def _forget_people(session: Session, level: ErasureLevel) -> None:
    for person in session.scalars(select(Participant)):
        person.phone = ""
        if level is ErasureLevel.PEOPLE:
            person.name, person.name_key, person.gender = GONE, names.name_key(GONE), ""
    for came in session.scalars(select(Substitute)):
        came.phone = ""
        if level is ErasureLevel.PEOPLE:
            came.name, came.relation = GONE, ""


_FREE_TEXT = (
    (Participant, "note"), (Participant, "archive_reason"), (Absence, "note"), (Badge, "reason"),
    (Attendance, "void_reason"), (Case, "outcome"), (Case, "told"),
)  # fmt: skip


def _notes(session: Session, level: ErasureLevel) -> Iterator[tuple[Any, str]]:
    """Yield (row, column) of every free text that is to go."""
    for table, field in _FREE_TEXT:
        for row in session.scalars(select(table).where(getattr(table, field) != "")):
            if level is ErasureLevel.PEOPLE or holds_phone(getattr(row, field)):
                yield row, field


def _typed(session: Session, level: ErasureLevel) -> Iterator[Scan]:
    """Yield the scans of unknown codes that hold what is to go: people type numbers and names there."""
    for scan in session.scalars(select(Scan).where(Scan.raw.is_not(None))):
        if level is ErasureLevel.PEOPLE or holds_phone(scan.raw or ""):
            yield scan


def _is_full(upload: RosterImport) -> bool:
    named = any(not name.startswith(GONE) for name in upload.files)  # people name files after people and their numbers
    return bool(upload.books or upload.answers or upload.done.get("updated") or named)


def _empty(upload: RosterImport) -> None:
    """Forget the cells of a list, what was answered and the values it changed; what it made stays on record."""
    if _is_full(upload):
        upload.books, upload.answers = b"", {}
        upload.files = [f"{GONE}{PurePath(name).suffix[:5]}" for name in upload.files]
        upload.done = upload.done | {"updated": []} if upload.done else upload.done


def _personal(level: ErasureLevel) -> Callable[[Audit, dict[str, Any]], bool]:
    def phones(line: Audit, values: dict[str, Any]) -> bool:
        if line.action == "scan.seal":
            return False  # a digest is no number, whatever digits stand in it, and without it no scan is proven
        sides = [values, values.get("before"), values.get("after")]
        has_phone = any(isinstance(side, dict) and side.get("phone") for side in sides)
        return has_phone or holds_phone(line.reason) or holds_phone(canonical(values).decode())

    def people(line: Audit, values: dict[str, Any]) -> bool:
        return line.subject == "participant" or line.action.startswith("roster.") or phones(line, values)

    return people if level is ErasureLevel.PEOPLE else phones
