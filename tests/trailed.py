"""The trail as tests read it, and a watch on the engine: what a request or the writer of scans commits stands in it."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import has_request_context
from sqlalchemy import Connection, Engine, Row, event, select
from sqlalchemy.orm import Session

from rtapp.db import Base, Line, Prepared
from rtapp.schema import Audit, AuditValue

_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
_SEEN = re.compile(r"UPDATE device SET last_seen=[^,]+ WHERE")  # that it is there, and nothing more
# Lists until they are saved, links (which say «link.issue» or what they became), and the trail itself.
_ASIDE = {"roster_import", "one_time_link", "audit", "audit_value", "chain_head", "scan", "alembic_version"}
_BY_SCAN = {"attendance", "substitute", "decision_case"}  # the scan in the same transaction says who, where, when

WATCHED = {table.name for table in Base.metadata.sorted_tables} - _ASIDE


@contextmanager
def watched(engine: Engine) -> Iterator[list[set[str]]]:
    """Give the list of what was committed without a line: for each such transaction the tables it wrote."""
    silent: list[set[str]] = []

    def begin(line: Connection) -> None:
        line.info["wrote"] = set()

    def execute(line: Connection, _cursor: object, statement: str, *_: object) -> None:
        found = _WRITES.match(statement)
        if found and not _SEEN.match(statement):
            line.info.setdefault("wrote", set()).add(found[1].lower())

    def commit(line: Connection) -> None:
        wrote = line.info.pop("wrote", set())
        watching = has_request_context() or threading.current_thread().name == "scan-writer"
        told = (wrote - _BY_SCAN if "scan" in wrote else wrote) & WATCHED
        if watching and told and "audit" not in wrote:
            silent.append(told)

    run = Prepared.all

    def run_heard(statement: Prepared, where: Any, **values: Any) -> list[Any]:
        found = run(statement, where, **values)  # past SQLAlchemy, which tells of nothing then
        if not isinstance(where, Line):
            line = where if isinstance(where, Connection) else where.connection()
            execute(line, None, statement._ready[line.dialect.name].sql)
        return found

    heard = {"begin": begin, "before_cursor_execute": execute, "commit": commit}
    for name, hear in heard.items():
        event.listen(engine, name, hear)
    Prepared.all = run_heard
    try:
        yield silent
    finally:
        Prepared.all = run
        for name, hear in heard.items():
            event.remove(engine, name, hear)


def trail(session: Session, limit: int = 200) -> Sequence[Row[tuple[Audit, AuditValue | None]]]:
    """Return the newest ``limit`` lines with their values (None where they were erased), newest first."""
    rows = select(Audit, AuditValue).outerjoin(AuditValue, AuditValue.audit_id == Audit.id)
    return session.execute(rows.order_by(Audit.id.desc()).limit(limit)).all()
