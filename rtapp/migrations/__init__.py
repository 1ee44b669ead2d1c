"""Alembic: an older database opens in a newer version with nothing lost.

Run by ``serve``, ``migrate`` and every command that writes, before any worker starts, never by ``create_app``. SQLite
rebuilds a table to change it; with foreign keys on that emptied a child table, so they are off while it runs and
checked afterwards, and a copy of the database is kept beside it first.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Engine, text

from ..config import make_private
from ..refusals import Refused


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
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    if engine.dialect.name == "sqlite" and engine.url.database:
        make_private(Path(engine.url.database))
    with FileLock(instance / "migrate.lock", mode=0o600):
        present = current(engine)
        if present == scripts.get_current_head():
            return False
        if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
            raise Refused(
                "newer_database",
                "Basis data ini dibuat oleh rtapp yang lebih baru. Perbarui rtapp, lalu jalankan lagi.",
            )
        with alone if alone and present is not None else nullcontext():
            if present is not None and keep:
                keep()
            with engine.connect() as connection:
                return _run(connection, config)


def current(engine: Engine) -> str | None:
    """Return the revision the database is at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the revision this version works with."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _run(connection, config: Config) -> bool:  # type: ignore[no-untyped-def]
    """Migrate and return True, False where another start was first: on PostgreSQL it may be on another machine."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection = connection.execution_options(rtapp_writes=True)
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(7263547)"))
        if MigrationContext.configure(connection).get_current_revision() == newest():
            return False
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
