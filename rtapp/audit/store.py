"""Note what was changed and read the trail back."""

import secrets
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from .. import clock
from ..db import Prepared, upsert
from ..schema import Audit, AuditValue, ChainHead
from .chain import GENESIS, Entry, TrailLine, Values, digest_values, first_break, link, plain, reason_is_open

_AT_ONCE = 1000
_LINE_FIELDS = ("actor", "action", "subject", "subject_id", "reason", "digest")  # beside id and moment


def note(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    subject_id: int | None,
    *,
    now: datetime,
    reason: str = "",
    **values: Any,
) -> None:
    """Add one line to the trail: ``actor`` did ``action`` to ``subject``; ``values`` hold before and after.

    Call it as the last statement before the commit: it locks the head of the chain.
    """
    salt, values, reason = secrets.token_hex(16), plain(values), reason[:300]
    head = lock_head(session)
    line = Audit(
        at=now,
        actor=actor[:120],
        action=action,
        subject=subject,
        subject_id=subject_id,
        reason=reason,
        digest=digest_values(values, salt, reason),
        chain="",
    )
    session.add(line)
    session.flush()
    line.chain = link(head, _as_line(line))
    session.add(AuditValue(audit_id=line.id, salt=salt, values=values))
    session.execute(update(ChainHead).where(ChainHead.id == 1).values(chain=line.chain))
    session.flush()


def note_change(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    subject_id: int,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    now: datetime,
) -> bool:
    """Add the line of a change, unless nothing is other than ``before``; return whether anything changed."""
    if after != before:
        note(session, actor, action, subject, subject_id, now=now, before=before, after=after)
    return after != before


def note_many(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    lines: Iterable[tuple[int, dict[str, Any]]],
    *,
    now: datetime,
    reason: str = "",
) -> None:
    """Add one line for each (subject's id, values) as ``note`` does, all of them in a few statements."""
    entries = [(subject_id, secrets.token_hex(16), plain(values)) for subject_id, values in lines]
    if not entries:
        return
    head, reason = lock_head(session), reason[:300]
    common = {"at": now, "actor": actor[:120], "action": action, "subject": subject, "reason": reason}
    rows = [
        common | {"subject_id": subject_id, "digest": digest_values(values, salt, reason), "chain": ""}
        for subject_id, salt, values in entries
    ]
    ids = session.scalars(insert(Audit).returning(Audit.id, sort_by_parameter_order=True), rows).all()
    chains, at = [], clock.iso(now)
    for id_, row in sorted(zip(ids, rows, strict=True), key=lambda pair: pair[0]):
        head = link(head, TrailLine(id_, at, **{name: row[name] for name in _LINE_FIELDS}))
        chains.append({"id": id_, "chain": head})
    session.execute(update(Audit), chains)
    value_rows = [
        {"audit_id": id_, "salt": salt, "values": values} for id_, (_, salt, values) in zip(ids, entries, strict=True)
    ]
    session.execute(insert(AuditValue), value_rows)
    session.execute(update(ChainHead).where(ChainHead.id == 1).values(chain=head))


_HEAD = Prepared(select(ChainHead.chain).where(ChainHead.id == 1))


def chain_head(session: Session) -> str:
    """Return the chain value written last (64 hex digits): on paper it proves what the trail said until then."""
    row = _HEAD.first(session)
    return row.chain if row else GENESIS


def head_before(session: Session, moment: datetime) -> str:
    """Return the head of the chain as it was at ``moment``: the chain of the last line noted before it."""
    rows = select(Audit.chain).where(Audit.at < moment).order_by(Audit.id.desc()).limit(1)
    return session.scalar(rows) or GENESIS


def verify_chain(session: Session) -> int | None:
    """Return the id of the first line that was tampered with, else None (see chain.first_break)."""
    with closing(_entries(session)) as entries:
        return first_break(entries, chain_head(session))


def erase_values(session: Session, personal: Callable[[Audit, dict[str, Any]], bool]) -> tuple[int, int]:
    """Erase values, salt and reason of every line that is ``personal``; the trail stays whole.

    Return how many lines that were, and how many reasons stay: in lines of the first version the chain covers them.
    """
    erased, staying, previous = [], 0, GENESIS
    with closing(_rows(session)) as rows:
        for line, values in rows:
            if personal(line, values.values if values else {}):
                is_open = reason_is_open(previous, _as_line(line), line.chain)
                staying += is_open
                if values is not None or (line.reason and not is_open):
                    erased.append((line.id, "" if not is_open else line.reason))
            previous = line.chain
    for at in range(0, len(erased), _AT_ONCE):
        some = erased[at : at + _AT_ONCE]
        session.execute(delete(AuditValue).where(AuditValue.audit_id.in_([id_ for id_, _reason in some])))
        session.execute(update(Audit), [{"id": id_, "reason": reason} for id_, reason in some])
    return len(erased), staying


def _entries(session: Session) -> Generator[Entry]:
    with closing(_rows(session)) as rows:
        for line, values in rows:
            yield _as_line(line), line.chain, Values(values.salt, values.values) if values else None


def _rows(session: Session) -> Generator[tuple[Audit, AuditValue | None]]:
    rows = select(Audit, AuditValue).outerjoin(AuditValue, AuditValue.audit_id == Audit.id)
    with session.execute(rows.order_by(Audit.id).execution_options(yield_per=1000)) as result:
        yield from result


def _as_line(row: Audit) -> TrailLine:
    at = clock.iso(row.at)
    return TrailLine(row.id, at, row.actor, row.action, row.subject, row.subject_id, row.reason, row.digest)


def lock_head(session: Session) -> str:
    """Return the chain value written last, locked until the commit: nobody else adds a line meanwhile."""
    locked = select(ChainHead.chain).where(ChainHead.id == 1).with_for_update()
    head = session.execute(locked).scalar()
    if head is None:  # the first line of all; another writer may be at it too
        first = upsert(session.connection().dialect.name, ChainHead).values(id=1, chain=GENESIS)
        session.execute(first.on_conflict_do_nothing())
        head = session.execute(locked).scalar_one()
    return head
