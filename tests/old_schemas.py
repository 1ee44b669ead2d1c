"""A database as an older version left it: any revision of the schema, every table filled by what its columns are."""

from datetime import UTC, date, datetime
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Engine, Integer, LargeBinary, MetaData, Table

from rtapp import migrations

ROWS = 3
_MOMENT = datetime(2023, 11, 8, 0, 12, 30, tzinfo=UTC)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations.__path__[0]))
    return config


def revisions() -> list[str]:
    """Return every revision there ever was, the oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def make(engine: Engine, revision: str) -> None:
    """Make the tables of ``revision`` and fill each with three rows that refer to those of others."""
    config = _config()
    with engine.connect().execution_options(rtapp_writes=True) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for table in _tables(engine if engine.dialect.name == "sqlite" else connection):
            connection.execute(table.insert(), [_row(table, number) for number in range(1, ROWS + 1)])
        connection.commit()


def content(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables, in the order of their keys."""
    with engine.connect() as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()
            ]
            for table in _tables(connection)
        }


def _tables(bind: Any) -> list[Table]:
    found = MetaData()
    found.reflect(bind)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(table, column, number) for column in table.columns}


def _value(table: Table, column: Column[Any], number: int) -> Any:
    kind = column.type
    if column.foreign_keys:
        itself = any(key.column.table is table for key in column.foreign_keys)
        return None if itself and number == 1 else number - itself
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, DateTime):
        return _MOMENT if kind.timezone else _MOMENT.replace(tzinfo=None)
    if isinstance(kind, Date):
        return date(2023, 11, 7 + number)
    if isinstance(kind, JSON):
        return {"isi": [column.name, number]}
    if isinstance(kind, LargeBinary):
        return b"isi %d" % number
    return f"{number} {column.name} Mabu'un"[: getattr(kind, "length", None) or 40]
