"""Taking turns between processes: one at a time numbers at a checkpoint, and a seal waits for whoever records.

SQLite lets one transaction write at a time, so there is nothing to do. PostgreSQL lets many: of two that read the
highest number at once both would give the next, and a scan with a lower id may be committed after one with a higher.
"""

from collections.abc import Iterable

from sqlalchemy import ARRAY, BigInteger, bindparam, text

from ..db import Prepared, Where, dialect_of

# Lock -1 is shared by whoever records. A list of marks has the id of its checkpoint; all doors of a wave's
# registration are one list, with the id of the wave below -1. In one order everywhere: no two wait in a circle.
_TURN = Prepared(
    text("""
    SELECT pg_advisory_xact_lock_shared(-1), count(pg_advisory_xact_lock(key)) FROM (
        SELECT DISTINCT CASE WHEN kind = 'hadir' THEN -1 - wave_id ELSE id END AS key
        FROM checkpoint WHERE id = ANY(CAST(:points AS bigint[])) ORDER BY key
    ) AS lists
""").bindparams(bindparam("points", type_=ARRAY(BigInteger)))
)
_ALONE = Prepared(text("SELECT pg_advisory_xact_lock(-1)"))
# A decision notes in the trail and marks afterwards; pages lock the person first and the trail last, so it must, too.
_PEOPLE = Prepared(
    text("SELECT id FROM participant WHERE id = ANY(CAST(:people AS bigint[])) ORDER BY id FOR KEY SHARE").bindparams(
        bindparam("people", type_=ARRAY(BigInteger))
    )
)


def begin_recording(where: Where, checkpoint_ids: Iterable[int], participant_ids: Iterable[int] = ()) -> None:
    """Wait until nobody else records at these checkpoints, and hold them until the transaction ends.

    Call it before anything is read that is judged by; again in the same transaction it costs nothing but a question.
    """
    if dialect_of(where) != "postgresql":
        return
    _TURN.all(where, points=list(set(checkpoint_ids)))
    if people := sorted(set(participant_ids)):
        _PEOPLE.all(where, people=people)


def end_recording(where: Where) -> None:
    """Wait until nobody is recording: every scan that has an id by now is committed, and none will come below it."""
    if dialect_of(where) == "postgresql":
        _ALONE.all(where)
