"""What a request or the writer of scans commits stands in the trail: watched on the engine of every test."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import has_request_context
from sqlalchemy import Connection, Engine, event

from rtapp.db import Base

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

    heard = {"begin": begin, "before_cursor_execute": execute, "commit": commit}
    for name, hear in heard.items():
        event.listen(engine, name, hear)
    try:
        yield silent
    finally:
        for name, hear in heard.items():
            event.remove(engine, name, hear)
