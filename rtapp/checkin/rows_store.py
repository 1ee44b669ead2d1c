"""Rows sent to the database as one JSON value, so that a statement about many is compiled once and sent once."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, FromClause, String, bindparam, cast, func, literal_column, select

SQLITE = "sqlite"


class Rows:
    """The rows of a statement: ``columns`` gives their names and types, ``name`` also names the bound value."""

    def __init__(self, name: str, *columns: Column[Any]) -> None:
        self._name, self._columns = name, columns

    def clause(self, dialect: str) -> FromClause:
        """Return the rows as a clause to select from."""
        if dialect != SQLITE:
            rows = func.json_to_recordset(cast(bindparam(self._name, type_=String), JSON))
            named = [Column(column.name, column.type) for column in self._columns]
            return rows.table_valued(*named, name=self._name).render_derived(with_types=True)
        each = func.json_each(bindparam(self._name, type_=String)).table_valued("key", "value", name="each")
        cells = [
            func.json_extract(each.c.value, literal_column(f"'$.{column.name}'")).label(column.name)
            for column in self._columns
        ]
        return select(*cells).subquery(self._name)

    def value(self, dialect: str, rows: Iterable[dict[str, Any]]) -> dict[str, str]:
        """Return the rows as the statement's bound value, by name."""
        json_names = {column.name for column in self._columns if isinstance(column.type, JSON) and dialect == SQLITE}
        cells = [{name: json.dumps(cell) if name in json_names else cell for name, cell in row.items()} for row in rows]
        return {self._name: json.dumps(cells, default=_sqlite_moment if dialect == SQLITE else str)}


def _sqlite_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")  # as SQLAlchemy stores it
