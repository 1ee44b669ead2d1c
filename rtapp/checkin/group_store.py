"""Record many plain scans at once: one statement reads their facts and two store them, however many there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from ..accounts.devices_store import Sender, senders_now
from ..db import Line, Prepared
from ..events.waves import CheckpointKind
from ..refusals import Refused
from ..schema import Attendance, Scan
from .attempt import Answer, Attempt
from .decide_store import ASKING, DIWAKILI, MARKING, SENDIRI
from .decision import LATE
from .facts_store import ask_facts
from .rows_store import Rows
from .store import answer_of, as_facts, record_scan, scan_row
from .turns_store import begin_recording
from .verdict import Verdict, judge


@dataclass(slots=True)
class _Mark:
    """An attendance to insert."""

    id: int
    number: int
    at: datetime
    mode: str
    substitute_id: int | None


@dataclass(slots=True)
class _Judged:
    """A plain attempt with its facts and verdict, and the mark it makes."""

    place: int
    attempt: Attempt
    row: Any
    verdict: Verdict
    mark: _Mark | None


class Gone(Exception):
    """The sender of a scan may no longer scan, or not as what it was."""


Outcome = Answer | Refused | Gone


def record_scans(
    line: Line, attempts: Sequence[Attempt], senders: Sequence[Sender | None], *, now: datetime
) -> list[Outcome]:
    """Record scans without decisions in the transaction of ``line``; return the answer to each, or why it has none.

    A sender, if given, must still be what it was. Two scans with one nonce or of one person are never
    judged together, because the first changes the facts of the second: that one waits for the next round. If a
    parallel transaction was first (PostgreSQL), a unique key breaks this one.
    """
    begin_recording(line, {attempt.checkpoint_id for attempt in attempts})
    shown = {sender for sender in senders if sender}
    standing = senders_now(line, shown, now=now) if shown else set
    facts = ask_facts(line, attempts, marks=True)
    gone = shown - standing()
    outcomes: dict[int, Outcome] = {place: Gone() for place, sender in enumerate(senders) if sender in gone}
    rows = {place: row for place, row in enumerate(facts()) if place not in outcomes}
    while rows:
        recorded, waiting = _one_round(line, attempts, rows, now)
        outcomes |= recorded
        again = ask_facts(line, [attempts[place] for place in waiting], marks=True) if waiting else list
        rows = dict(zip(waiting, again(), strict=True))
    return [outcomes[place] for place in range(len(attempts))]


def _one_round(
    line: Line, attempts: Sequence[Attempt], rows: dict[int, Any], now: datetime
) -> tuple[dict[int, Outcome], list[int]]:
    """Record the scans that share no nonce or person; return the outcomes by place, and the places still to do."""
    seen: set[Any] = set()
    numbers: Counter[int] = Counter()  # given in this round, by checkpoint
    plain, others, waiting = [], [], []
    for place, row in rows.items():
        attempt = attempts[place]
        about = {attempt.nonce, row.participant_id} - {None}
        if not seen.isdisjoint(about):
            waiting.append(place)
        elif judged := _judge(place, attempt, row, numbers, now):
            plain.append(judged)
        else:
            others.append(place)
        seen |= about
    recorded = _keep(line, plain, now)
    return recorded | {place: _alone(line, attempts[place], now) for place in others}, waiting


def _judge(place: int, attempt: Attempt, row: Any, numbers: Counter[int], now: datetime) -> _Judged | None:
    """Return the judged attempt, None when it is not plain: refused, sent again, late, or in need of a decision."""
    if row.wave_id is None or row.earlier_id is not None or attempt.source in LATE or attempt.follows:
        return None
    if attempt.participant_id is not None and row.participant_id is None:
        return None
    verdict = judge(as_facts(row, now, attempt))
    if verdict in (*ASKING, Verdict.NOT_OPEN) or (verdict is Verdict.ALREADY and now < row.at):
        return None
    if verdict not in MARKING:
        return _Judged(place, attempt, row, verdict, None)
    numbers[attempt.checkpoint_id] += 1
    mode, verdict = (DIWAKILI, Verdict.REPRESENTED) if row.stands_in else (SENDIRI, verdict)
    mark = _Mark(row.mark_id, row.highest + numbers[attempt.checkpoint_id], now, mode, row.stands_in)
    return _Judged(place, attempt, row, verdict, mark)


def _keep(line: Line, plain: Sequence[_Judged], now: datetime) -> dict[int, Outcome]:
    """Insert the marks and scans of these attempts and return their answers, by place."""
    if not plain:
        return {}
    dialect, marks = line.dialect.name, [_mark_row(each, each.mark) for each in plain if each.mark]
    if marks:
        _INSERT_MARKS.all(line, **_MARKS.value(dialect, marks))
    answers = {each.place: answer_of(each.attempt, each.verdict, each.row, each.mark, now, now) for each in plain}
    scans = [scan_row(each.attempt, answers[each.place], each.row, None, now) for each in plain]
    _INSERT_SCANS.all(line, **_SCANS.value(dialect, scans))
    return dict(answers)


def _mark_row(judged: _Judged, mark: _Mark) -> dict[str, Any]:
    attempt, row = judged.attempt, judged.row
    return {
        "id": mark.id,
        "checkpoint_id": attempt.checkpoint_id,
        "participant_id": row.participant_id,
        "number": mark.number,
        "at": mark.at,
        "device_id": attempt.device_id,
        "user_id": attempt.user_id,
        "mode": mark.mode,
        "substitute_id": mark.substitute_id,
        "wave_id": row.wave_id if row.kind == CheckpointKind.HADIR else None,
        "voided_by": "",
        "void_reason": "",
    }


def _alone(line: Line, attempt: Attempt, now: datetime) -> Answer | Refused:
    """Record a scan that is not plain; a refused one has written nothing yet."""
    try:
        return record_scan(line, attempt, now=now)
    except Refused as refused:
        return refused


def _rows_of(table: Any, name: str, but: set[str]) -> Rows:
    return Rows(name, *(column for column in table.__table__.columns if column.name not in but))


def _insert(table: Any, rows: Rows) -> Prepared:
    def made(dialect: str) -> Any:
        source = rows.clause(dialect)
        return insert(table.__table__).from_select(list(source.c.keys()), select(source))

    return Prepared(made)


_MARKS, _SCANS = _rows_of(Attendance, "marks", {"voided_at"}), _rows_of(Scan, "scans", {"id"})
_INSERT_MARKS, _INSERT_SCANS = _insert(Attendance, _MARKS), _insert(Scan, _SCANS)
