"""Lists between upload and last decision: kept as read, answered, saved, undone; anybody who may can go on."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..refusals import Reason, Refused, reason
from ..roster.store import archive_participant, change_participant, restore_participant
from ..schema import Attendance, Participant, RosterImport, Scan
from .apply_store import ImportOutcome
from .drafts import Answers
from .plan_store import Plan, Setup, plan_import, read_sheets
from .readings import Reading, Run, here

KEPT_FOR = timedelta(days=7)
_MOST_ANSWERS, _LONGEST = 20_000, 300


def keep_upload(session: Session, actor: str, files: list[str], books: bytes, *, now: datetime) -> RosterImport:
    """Keep what was read of uploaded files, packed and without identity numbers (understanding.take); return it."""
    drop_old(session, now=now)
    upload = RosterImport(
        key=secrets.token_hex(16), files=files, books=books, setup={}, answers={}, done={},
        created_at=now, created_by=actor[:120],
    )  # fmt: skip
    session.add(upload)
    session.flush()
    return upload


def find_upload(session: Session, key: str) -> RosterImport:
    """Return a kept list by its key; refused with 404 when there is none."""
    upload = session.scalar(select(RosterImport).where(RosterImport.key == key))
    if upload is None:
        raise Refused("no_upload", "Daftar ini tidak disimpan lagi. Unggah sekali lagi.", 404)
    return upload


def find_uploads(session: Session, limit: int = 20) -> Sequence[RosterImport]:
    """Return the lists that came last, newest first."""
    return session.scalars(select(RosterImport).order_by(RosterImport.id.desc()).limit(limit)).all()


def plan_of(session: Session, upload: RosterImport, setup: Setup | None = None, *, run: Run = here) -> Plan:
    """Return what a kept list would do to the roster as it is now, or with another ``setup``.

    It takes its time: never while ``session`` writes, for scans would wait. Refused once the list's content is gone.
    """
    if not upload.books:
        raise Refused("upload_closed", "Isi daftar ini sudah dihapus. Unggah berkasnya sekali lagi.", 410)
    setup = setup or Setup.of(upload.setup)
    return plan_import(session, upload.books, setup=setup, answers=Answers(upload.answers), run=run)


def sheets_of(session: Session, upload: RosterImport, *, run: Run = here) -> list[Reading]:
    """Return every sheet of a kept list, laid out with the columns that a person chose."""
    return read_sheets(session, upload.books, Setup.of(upload.setup).fields, run=run)


def take_answers(upload: RosterImport, plan: Plan, values: Mapping[str, str]) -> int:
    """Remember the answers that ``plan``'s questions admit and return how many; an empty one is taken back."""
    questions = {question.key: question for row in plan.rows for question in row.questions}
    questions |= {question.key: question for row in plan.rows for question, _ in row.decided}
    answers, taken = dict(upload.answers), 0
    for key, value in values.items():
        value = value.strip()[:_LONGEST]
        if key in questions and not value:
            answers.pop(key, None)
        elif key in questions and questions[key].admits(value) and len(answers) < _MOST_ANSWERS:
            answers[key], taken = value, taken + 1
    upload.answers = answers
    return taken


def accept_proposals(upload: RosterImport, plan: Plan, alike: str = "") -> int:
    """Answer every open question that has a proposal as proposed, only those ``alike`` where named; return how many."""
    wanted = [
        question
        for row in plan.rows
        for question in row.questions
        if question.proposal and (not alike or question.alike == alike)
    ]
    return take_answers(upload, plan, {question.key: question.proposal for question in wanted})


def mark_applied(session: Session, actor: str, upload: RosterImport, done: ImportOutcome, *, now: datetime) -> None:
    """Remember what saving a list did, added to what it did before."""
    upload.done = done.beside(upload.done)
    upload.applied_at, upload.applied_by, upload.undone_at = now, actor[:120], None
    session.flush()


def drop_upload(session: Session, upload: RosterImport) -> None:
    """Forget the content of a list; what it did stays on record. One that did nothing goes altogether."""
    if upload.applied_at is None:
        session.delete(upload)
    else:
        upload.books = b""
    session.flush()


def drop_old(session: Session, *, now: datetime) -> None:
    """Forget the content of every list whose week is over."""
    old = select(RosterImport).where(RosterImport.created_at < now - KEPT_FOR, func.length(RosterImport.books) > 0)
    for upload in session.scalars(old):
        drop_upload(session, upload)


def why_not_undone(session: Session, upload: RosterImport) -> Reason | None:
    """Return why a saved list cannot be undone any more, None when it can."""
    if upload.applied_at is None or upload.undone_at is not None:
        return reason("not_saved", "Daftar ini belum disimpan, atau sudah dibatalkan.")
    added, versions = set(upload.done["added"]), upload.done["versions"]
    recorded = (select(Attendance.participant_id), select(Scan.participant_id).where(Scan.participant_id.is_not(None)))
    if any(not added.isdisjoint(session.scalars(ids.distinct())) for ids in recorded):
        return reason("import_scanned", "Sudah ada yang dipindai atau dicatat hadir dari daftar ini.")
    rows = select(Participant.id, Participant.version).where(Participant.on_roster)
    present = {str(id_): version for id_, version in session.execute(rows)}
    if any(present.get(id_) != version for id_, version in versions.items()):
        return reason("import_changed", "Sudah ada yang diubah sesudahnya.")
    return None


def undo(session: Session, actor: str, upload: RosterImport, *, now: datetime) -> dict[str, Any]:
    """Take back all that a saved list did and return what that was (ImportOutcome as JSON).

    Refused where something depends on it. Those it added are archived, and so their cards stop; those it
    replaced are back.
    """
    why = why_not_undone(session, upload)
    if why:
        raise Refused("import_used", "Impor ini tidak dapat dibatalkan. %(why)s", 409, why=why)
    done, upload.done, upload.undone_at = upload.done, {}, now
    for id_ in done["added"]:
        archive_participant(session, actor, id_, "Impor dibatalkan", now=now)
    for id_, pairs in reversed(done["updated"]):
        _put_back(session, actor, id_, pairs, now)
    for old, _new in done["replaced"]:
        restore_participant(session, actor, old, now=now)
    note(session, actor, "roster.import_undo", "roster", upload.id, now=now, people=len(done["added"]))
    return done


def _put_back(session: Session, actor: str, id_: int, pairs: Mapping[str, Sequence[Any]], now: datetime) -> None:
    person = session.get_one(Participant, id_)
    before = {field: pair[0] for field, pair in pairs.items()}
    if "rw" in before and person.seat is not None:
        person.seat.rw = before.pop("rw")
    change_participant(session, actor, id_, person.version, before, now=now)
