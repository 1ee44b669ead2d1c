"""Record many plain scans at once: judged by one statement and kept by two, however many there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, true

from ..db import Line, Prepared, upsert
from ..events.waves import CheckpointKind
from ..refusals import Refused
from ..schema import Attendance, Scan
from .attempt import Answer, Attempt
from .decide_store import ASKING, DIWAKILI, MARKING, SENDIRI, LostRace
from .decision import LATE
from .facts_store import facts_of_all
from .rows_store import Rows
from .store import answer_of, as_facts, record_scan, scan_row
from .verdict import Verdict, judge


@dataclass(slots=True)
class _Mark:
    """An attendance to make; the database gives it its id."""

    number: int
    at: datetime
    mode: str
    substitute_id: int | None
    id: int = 0


@dataclass(slots=True)
class _Judged:
    """A plain attempt, its facts and verdict, and the mark that it makes."""

    place: int
    attempt: Attempt
    row: Any
    verdict: Verdict
    mark: _Mark | None


def record_scans(line: Line, attempts: Sequence[Attempt], *, now: datetime) -> list[Answer | Refused]:
    """Record scans without decisions in the transaction of ``line``; return what each is answered, or its refusal.

    Two about one nonce or one person are never judged together, for the first changes what the second is judged by:
    that one waits for the next round. Raises LostRace when a parallel transaction was first (PostgreSQL).
    """
    outcomes: dict[int, Answer | Refused] = {}
    waiting = dict(enumerate(attempts))
    while waiting:
        seen: set[Any] = set()
        numbers: Counter[int] = Counter()  # given in this round, by checkpoint
        plain, others = [], []
        for (place, attempt), row in zip(
            list(waiting.items()), facts_of_all(line, list(waiting.values())), strict=True
        ):
            about = {attempt.nonce, row.participant_id} - {None}
            if seen.isdisjoint(about):
                del waiting[place]
                judged = _judge(place, attempt, row, numbers, now)
                if judged:
                    plain.append(judged)
                else:
                    others.append((place, attempt))
            seen |= about
        outcomes |= _keep(line, plain, now)
        outcomes |= {place: _alone(line, attempt, now) for place, attempt in others}
    return [outcomes[place] for place in range(len(attempts))]


def _judge(place: int, attempt: Attempt, row: Any, numbers: Counter[int], now: datetime) -> _Judged | None:
    """Return the attempt judged, None where it is more than a plain one: refused, sent again, late, to be decided."""
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
    mark = _Mark(row.highest + numbers[attempt.checkpoint_id], now, mode, row.stands_in)
    return _Judged(place, attempt, row, verdict, mark)


def _keep(line: Line, plain: Sequence[_Judged], now: datetime) -> dict[int, Answer | Refused]:
    """Insert the marks and the scans of these and return their answers, by place."""
    if not plain:
        return {}
    dialect, marked = line.dialect.name, {each.row.participant_id: each.mark for each in plain if each.mark}
    if marked:
        rows = [_mark_row(each, each.mark) for each in plain if each.mark]
        for added in _INSERT_MARKS.all(line, **_MARKS.value(dialect, rows)):
            marked.pop(added.participant_id).id = added.id
        if marked:  # a mark of somebody else's was first
            raise LostRace(", ".join(each.attempt.nonce for each in plain))
    answers = {each.place: answer_of(each.attempt, each.verdict, each.row, each.mark, now, now) for each in plain}
    scans = [scan_row(each.attempt, answers[each.place], each.row, None, now) for each in plain]
    _INSERT_SCANS.all(line, **_SCANS.value(dialect, scans))
    return dict(answers)


def _mark_row(judged: _Judged, mark: _Mark) -> dict[str, Any]:
    attempt, row = judged.attempt, judged.row
    return {
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
    """Record what is more than a plain scan; what is refused has written nothing yet."""
    try:
        return record_scan(line, attempt, now=now)
    except Refused as refused:
        return refused


def _rows_of(table: Any, name: str, but: set[str]) -> Rows:
    return Rows(name, *(column for column in table.__table__.columns if column.name not in but))


def _insert_marks(dialect: str) -> Any:
    rows = _MARKS.clause(dialect)
    made = upsert(dialect, Attendance.__table__).from_select(list(rows.c.keys()), select(rows).where(true()))
    return made.on_conflict_do_nothing().returning(Attendance.id, Attendance.participant_id)


def _insert_scans(dialect: str) -> Any:
    rows = _SCANS.clause(dialect)
    return insert(Scan.__table__).from_select(list(rows.c.keys()), select(rows))


_MARKS, _SCANS = _rows_of(Attendance, "marks", {"id", "voided_at"}), _rows_of(Scan, "scans", {"id"})
_INSERT_MARKS, _INSERT_SCANS = Prepared(_insert_marks), Prepared(_insert_scans)
