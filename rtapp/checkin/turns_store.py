"""Taking turns between processes: only one at a time gives numbers at a checkpoint, and a seal waits for them all.

SQLite lets one transaction write at a time, so there is nothing to do. PostgreSQL lets many: two that read the highest
number at once would both give the next, and a scan with a lower id may be committed after one with a higher.
"""

from collections.abc import Iterable

from sqlalchemy import ARRAY, BigInteger, bindparam, text

from ..db import Prepared, Where, dialect_of

# Lock -1 is shared by all who record. A list of marks has its checkpoint's id as its key; all doors of a wave's
# registration are one list, with the key -1 minus the wave's id. Locks are taken in key order: no deadlock.
_TURN = Prepared(
    text("""
    SELECT pg_advisory_xact_lock_shared(-1), count(pg_advisory_xact_lock(key)) FROM (
        SELECT DISTINCT CASE WHEN kind = 'hadir' THEN -1 - wave_id ELSE id END AS key
        FROM checkpoint WHERE id = ANY(CAST(:points AS bigint[])) ORDER BY key
    ) AS lists
""").bindparams(bindparam("points", type_=ARRAY(BigInteger)))
)
_ALONE = Prepared(text("SELECT pg_advisory_xact_lock(-1)"))
# A decision writes the trail before its mark; pages lock the person first and the trail last, so it must do so too.
_PEOPLE = Prepared(
    text("SELECT id FROM participant WHERE id = ANY(CAST(:people AS bigint[])) ORDER BY id FOR KEY SHARE").bindparams(
        bindparam("people", type_=ARRAY(BigInteger))
    )
)


def begin_recording(where: Where, checkpoint_ids: Iterable[int], participant_ids: Iterable[int] = ()) -> None:
    """Lock these checkpoints (and people) until the transaction ends, waiting for others who record there.

    Call it before reading the facts to judge by; a second call in the same transaction costs only one statement.
    """
    if dialect_of(where) != "postgresql":
        return
    _TURN.all(where, points=list(set(checkpoint_ids)))
    if people := sorted(set(participant_ids)):
        _PEOPLE.all(where, people=people)


def end_recording(where: Where) -> None:
    """Wait until nobody is recording: all ids given so far are then committed, and no lower one will appear."""
    if dialect_of(where) == "postgresql":
        _ALONE.all(where)
