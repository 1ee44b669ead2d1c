"""Many rows at once: into another wave, into a later one for those who did not come, into the archive."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.orm import Session

from ..audit import store as audit
from ..events.waves import CheckpointKind, numeral
from ..refusals import Refused
from ..schema import Attendance, Checkpoint, Participant, Wave

_AT_ONCE = 5_000  # ids in one statement: databases take some tens of thousands


@dataclass
class BulkOutcome:
    """What became of each of some people: ids of those changed, numbers and names of those who stay as they were."""

    changed: list[int] = field(default_factory=list)
    same: int = 0  # were there already
    archived: int = 0
    unknown: int = 0
    present: list[str] = field(default_factory=list)  # have come, to their own wave or another


def move_people(session: Session, actor: str, ids: Collection[int], wave: Wave, *, now: datetime) -> BulkOutcome:
    """Put these people into ``wave``; those archived or in it already stay."""
    done, rows = _sorted_out(session, ids)
    moved = [row for row in rows if row.wave_id != wave.id]
    done.same = len(rows) - len(moved)
    return _move(session, actor, moved, wave, done, "", now)


def move_absent(session: Session, actor: str, ids: Collection[int], wave: Wave, *, now: datetime) -> BulkOutcome:
    """Put those of these people who have not come into ``wave``, which must be later than their own (susulan).

    Whoever is marked at a registration stays, whichever wave's it was, and so does whoever comes later anyway.
    Refused when ``wave`` is closed.
    """
    if wave.closed_at is not None:
        closed = numeral(wave.number)
        raise Refused("wave_closed", "Gelombang %(wave)s sudah ditutup. Pilih gelombang lain.", 409, wave=closed)
    done, rows = _sorted_out(session, ids)
    absent = [row for row in rows if not row.present]
    done.present = [row.name for row in rows if row.present]
    moved = [row for row in absent if row.number is None or row.number < wave.number]
    done.same = len(absent) - len(moved)
    return _move(session, actor, moved, wave, done, "susulan", now)


def archive_people(session: Session, actor: str, ids: Collection[int], reason: str, *, now: datetime) -> BulkOutcome:
    """Take these people off the roster with a reason; their cards stop working, their attendance stays."""
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise Refused("no_reason", "Tulis alasan mengarsipkan mereka.", 422)
    done, rows = _sorted_out(session, ids)
    done.changed = [row.id for row in rows]
    _set(session, done.changed, archived_at=now, archive_reason=reason)
    lines = ((row.id, {"name": row.name}) for row in rows)
    audit.note_many(session, actor, "participant.archive", "participant", lines, now=now, reason=reason)
    return done


def live_ids(session: Session, ids: Collection[int]) -> list[int]:
    """Return which of these people are on the roster, not archived."""
    _done, rows = _sorted_out(session, ids)
    return sorted(row.id for row in rows)


def _sorted_out(session: Session, ids: Collection[int]) -> tuple[BulkOutcome, list[Row[Any]]]:
    """Read these people for change; apart from those who are archived or do not exist."""
    wanted = sorted(set(ids))
    if not wanted:
        raise Refused("nobody_ticked", "Centang dahulu orangnya.", 422)
    rows = [row for some in _portions(wanted) for row in session.execute(_FACTS.where(Participant.id.in_(some)))]
    live = [row for row in rows if row.archived_at is None]
    return BulkOutcome(archived=len(rows) - len(live), unknown=len(wanted) - len(rows)), live


def _move(
    session: Session, actor: str, rows: list[Row[Any]], wave: Wave, done: BulkOutcome, reason: str, now: datetime
) -> BulkOutcome:
    done.changed = [row.id for row in rows]
    _set(session, done.changed, wave_id=wave.id)
    lines = ((row.id, {"before": {"wave_id": row.wave_id}, "after": {"wave_id": wave.id}}) for row in rows)
    audit.note_many(session, actor, "participant.change", "participant", lines, now=now, reason=reason)
    return done


def _set(session: Session, ids: Sequence[int], **values: Any) -> None:
    """Change columns of these rows; each is a new version, so that whoever has one open is asked."""
    people = Participant.__table__
    for some in _portions(ids):
        change = update(people).where(people.c.id.in_(some))
        session.execute(change.values(version=people.c.version + 1, **values))
    session.expire_all()


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))


_CAME_ANYWHERE = (
    select(Attendance.id)
    .join(Checkpoint, and_(Checkpoint.id == Attendance.checkpoint_id, Checkpoint.kind == CheckpointKind.HADIR))
    .where(Attendance.participant_id == Participant.id, Attendance.is_live)
    .correlate(Participant)
    .exists()
)
_FACTS = (
    select(
        Participant.id,
        Participant.name,
        Participant.wave_id,
        Participant.archived_at,
        Wave.number,
        _CAME_ANYWHERE.label("present"),
    )
    .outerjoin(Wave, Wave.id == Participant.wave_id)
    .order_by(Participant.name_key, Participant.id)
    .with_for_update(of=Participant)
)
