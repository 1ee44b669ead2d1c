"""Alembic: an older database opens in a newer version with nothing lost.

Run by ``serve``, ``migrate`` and every command that writes, before any worker starts, never by ``create_app``. SQLite
rebuilds a table to change it; with foreign keys on that emptied a child table, so they are off while it runs and
checked afterwards, and a copy of the database is kept beside it first.

Alembic is loaded where something is to be done alone: it takes a tenth of a start, and most starts find nothing.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection, Engine, inspect, text

from ..config import make_private
from ..refusals import Refused

FOLDER = Path(__file__).parent
_FIELD = re.compile(r'^((?:down_)?revision)(?:: [^=]+)? = "([^"]+)"', re.MULTILINE)


def upgrade(
    engine: Engine,
    instance: Path,
    *,
    alone: AbstractContextManager[object] | None = None,
    keep: Callable[[], object] | None = None,
) -> bool:
    """Bring the database to the present schema and return whether anything was done.

    ``alone`` is held while an older database changes: nobody else may be using it; ``keep`` is called before, to make a
    backup. Refused when the database is of
    a newer version than this program, or its references do not hold afterwards.
    """
    if engine.dialect.name == "sqlite" and engine.url.database:
        make_private(Path(engine.url.database))
    with FileLock(instance / "migrate.lock", mode=0o600):
        present = current(engine)
        if present == newest():
            return False
        if present is not None and present not in _revisions():
            raise Refused(
                "newer_database",
                "Basis data ini dibuat oleh rtapp yang lebih baru. Perbarui rtapp, lalu jalankan lagi.",
            )
        with alone if alone and present is not None else nullcontext():
            if present is not None and keep:
                keep()
            with engine.connect() as connection:
                return _run(connection)


def current(engine: Engine) -> str | None:
    """Return the revision the database is at, None for an empty one."""
    with engine.connect() as connection:
        return _current(connection)


def newest() -> str | None:
    """Return the revision this version works with."""
    before = _revisions()
    (head,) = set(before) - set(before.values())
    return head


def _revisions() -> dict[str, str | None]:
    """Return every revision of this version with the one before it, read from the files that Alembic would run."""
    parents = {}
    for path in (FOLDER / "versions").glob("*.py"):
        fields = dict(_FIELD.findall(path.read_text(encoding="utf-8")))
        parents[fields["revision"]] = fields.get("down_revision")
    return parents


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run(connection: Any) -> bool:
    """Migrate and return True, False where another start was first: on PostgreSQL it may be on another machine."""
    from alembic import command
    from alembic.config import Config

    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection = connection.execution_options(rtapp_writes=True)
    else:
        connection = connection.execution_options(isolation_level="READ COMMITTED")  # to see what came before us
        connection.execute(text("SELECT pg_advisory_xact_lock(7263547)"))
        if _current(connection) == newest():
            return False
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
        if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            connection.rollback()
            raise Refused(
                "broken_references",
                "Pembaruan basis data dibatalkan: ada baris yang merujuk baris yang tidak ada. "
                "Pakai cadangan terakhir.",
            )
        connection.commit()
        return True
    finally:
        if sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
