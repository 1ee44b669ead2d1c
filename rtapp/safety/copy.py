"""A whole database into another one: how an event that has outgrown SQLite moves to PostgreSQL."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, create_engine, func, select, text

from .. import migrations
from ..db import Base
from ..refusals import Refused

_AT_ONCE = 1000


def copy_all(source: Engine, target: Engine) -> int:
    """Copy every row of ``source`` into ``target`` in one transaction and return how many there were.

    Both are at the present schema; all tables are read as of one moment, also while they are written. Refused when
    ``target`` holds anything already.
    """
    tables, copied = Base.metadata.sorted_tables, 0
    with source.connect() as read, target.connect() as write, write.execution_options(rtapp_writes=True).begin():
        for table in tables:
            if write.execute(select(func.count()).select_from(table)).scalar_one():
                raise Refused(
                    "not_empty", "Basis data tujuan sudah berisi (%(table)s). Pilih yang kosong.", table=table.name
                )
        for table in tables:
            copied += _copy(table, read, write)
        if target.dialect.name == "postgresql":
            for table in tables:
                _go_on_counting(table, write)
    return copied


def copy_to_file(source: Engine, path: Path, now: datetime) -> None:
    """Copy every row of ``source`` into a SQLite file, which is made and holds everything by itself."""
    target = create_engine(f"sqlite:///{path.as_posix()}")
    try:
        migrations.upgrade(target, path.parent)
        copy_all(source, target)
    finally:
        target.dispose()
    with closing(sqlite3.connect(path)) as line:
        line.execute("PRAGMA journal_mode=DELETE")


def _copy(table: Table, read: Connection, write: Connection) -> int:
    """Copy one table; what a row says of another row of its own table is added once all are there."""
    own = [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    copied, later = 0, []
    rows = read.execution_options(stream_results=True).execute(select(table).order_by(*table.primary_key))
    for some in rows.mappings().partitions(_AT_ONCE):
        write.execute(table.insert(), [dict(row) | {column.name: None for column in own} for row in some])
        later += [dict(row) for row in some if any(row[column] is not None for column in own)]
        copied += len(some)
    for row in later:
        same = [column == row[column.name] for column in table.primary_key]
        write.execute(table.update().where(*same).values({column: row[column.name] for column in own}))
    return copied


def _go_on_counting(table: Table, write: Connection) -> None:
    """Let the next row's number follow the highest one copied: PostgreSQL counts apart from the rows."""
    column = table.autoincrement_column
    if column is None:
        return
    highest = select(func.max(column)).scalar_subquery()
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    write.execute(select(func.setval(sequence, func.coalesce(highest, 0) + 1, text("false"))))
