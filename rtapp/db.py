"""The database: engine settings, the UTC column type, beginning a write, statements run directly by the driver."""

import os
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Semaphore
from typing import Any, NamedTuple, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ClauseElement, DateTime, Engine, MetaData, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, Connection, Dialect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from .refusals import Refused

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 10_000
T = TypeVar("T")
# PostgreSQL: serialization failure, deadlock, a unique key that another transaction inserted first.
_ANOTHER_TRY = ("40001", "40P01", "23505")
# Queries on a line look up rows by keys. PostgreSQL guesses that a JSON list has a hundred rows, and would rather scan
# small tables in full, anew for each of them, and plan anew each time.
_BY_KEYS = (
    *("plan_cache_mode = force_generic_plan", "enable_hashjoin = off", "enable_mergejoin = off"),
    *("enable_seqscan = off", "jit = off"),
)
_ONE_MOMENT, _LATEST = {"isolation_level": "REPEATABLE READ"}, {"isolation_level": "READ COMMITTED"}
CHANNEL = "rtapp"  # on which PostgreSQL notifies every process of commits, except of plain scans


class Base(DeclarativeBase):
    """The common ancestor of every table; all constraints are named."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; a naive one is a mistake and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Parse SQLite's texts directly as UTC: to set the zone afterwards takes four times as long."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return lambda text: None if text is None else datetime.fromisoformat(f"{text}+00:00")


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine options for ``url``: few connections, because streams and pages hold one only while reading.

    All that a transaction reads is of one moment, on PostgreSQL as on SQLite: no sum of a board differs from its parts.
    """
    private = {"hide_parameters": True}  # no error quotes a name into a log
    if make_url(url).get_backend_name() == "sqlite":
        return {"pool_size": 5, "max_overflow": 0, "pool_timeout": 30, **private}
    return {"pool_size": 10, "max_overflow": 10, "pool_timeout": 30, "pool_pre_ping": True, **_ONE_MOMENT, **private}


def normalised_url(url: str) -> str:
    """Return ``url`` with psycopg 3 as the driver for PostgreSQL, also from a short form.

    Refused when it is no database URL, or one of a database that rtapp does not support.
    """
    try:
        parsed: URL = make_url(url)
    except ArgumentError:
        parsed = URL.create("unreadable")
    if parsed.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise Refused(
            "unknown_database",
            "DATABASE_URL harus alamat SQLite atau PostgreSQL, misalnya postgresql://nama:sandi@komputer/rtapp.",
        )
    if (parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername) or parsed.drivername == "postgres":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


@event.listens_for(Engine, "connect")
def _set_up_connection(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we send BEGIN ourselves, see below
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=4000",  # pages: the commit that reaches it waits, so it must be rare
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("rtapp_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@event.listens_for(Engine, "commit")
def _notify(connection: Connection) -> None:
    """On PostgreSQL notify listeners of a commit that may have written; on SQLite the file itself is watched."""
    if connection.dialect.name == "postgresql" and connection.get_execution_options().get("rtapp_writes"):
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


@event.listens_for(Session, "before_flush")
def _refuse_unannounced_write(session: Session, *_: Any) -> None:
    """Refuse a write without begin_write: SQLite fails at once when a reading transaction turns into a writing one."""
    connection = session.connection()
    if connection.dialect.name == "sqlite" and not connection.get_execution_options().get("rtapp_writes"):
        raise RuntimeError("a write without begin_write(): SQLite would answer «database is locked» under load")


def begin_write(session: Session) -> Session:
    """End the read transaction of ``session`` and begin one that may write (SQLite: BEGIN IMMEDIATE).

    Objects loaded before are refreshed on their next use, so that decisions are based on current data.
    """
    session.rollback()
    latest = _LATEST if dialect_of(session) == "postgresql" else {}  # what waited for another's lock sees what that did
    session.connection(execution_options={"rtapp_writes": True, **latest})
    return session


@contextmanager
def transaction() -> Iterator[Session]:
    """Write in one transaction of the application's session: committed after the block, undone when it raises."""
    session = begin_write(db.session)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def end_reading() -> None:
    """End the read transaction of this request's session, if there is a session; none is created for that."""
    if db.session.registry.has():
        db.session.rollback()


def is_worth_another_try(failure: BaseException) -> bool:
    """Say whether a failed transaction may succeed on retry: after a deadlock, a lost race or a lost connection."""
    if not isinstance(failure, DBAPIError):
        return False
    return failure.connection_invalidated or getattr(failure.orig, "sqlstate", None) in _ANOTHER_TRY


def upsert(dialect: str, table: Any) -> Any:
    """Return an INSERT into ``table`` with ``on_conflict_do_nothing`` (``dialect``: sqlite or postgresql)."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # here: on SQLite it need not be loaded

    return postgresql.insert(table)


class Footing:
    """A check that the files of a SQLite database are still the ones that were opened.

    When one is deleted or replaced under a server, all later writes are lost without an error.
    """

    def __init__(self, engine: Engine) -> None:
        named = engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:")
        self._file = str(Path(engine.url.database or "").absolute()) if named else None
        self._seen: dict[str, int] = {}

    def holds(self) -> bool:
        """Say whether the files are the same as before; call it after a commit, while the connection is open."""
        if self._file is None:
            return True
        for name in (self._file, f"{self._file}-wal"):
            try:
                there = os.stat(name).st_ino
            except FileNotFoundError:
                if name in self._seen or name == self._file:
                    return False
                continue  # no journal file on this file system
            if self._seen.setdefault(name, there) != there:
                return False
        return True

    def forget(self) -> None:
        """Accept a new journal at the next commit: the last connection to close the database deletes it."""
        self._seen.pop(f"{self._file}-wal", None)


class Line(NamedTuple):
    """The driver's own connection, and its SQLAlchemy dialect."""

    raw: Any
    dialect: Dialect


Where = Session | Connection | Line


class Prepared:
    """A statement that is compiled once and then run directly by the driver, in a fifth of the time a session takes.

    It is for the queries of every request and scan. ``statement`` may be a function of the dialect's name, for dialects
    that differ. Rows are named tuples, converted by the columns' types; errors are raised as SQLAlchemy's.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def all(self, where: Where, **values: Any) -> list[Any]:
        """Run the statement in the transaction of ``where`` and return its rows, [] for one that returns no rows."""
        return self.ask(where, **values)()

    def ask(self, where: Where, **values: Any) -> Callable[[], list[Any]]:
        """Run the statement and return a function that fetches its rows; within ``writing``, only that call waits."""
        line = where if isinstance(where, Line) else _line_of(where)
        ready = self._ready.get(line.dialect.name)
        if ready is None:
            ready = self._ready[line.dialect.name] = _Ready(self._statement, line.dialect)
        try:
            cursor = line.raw.execute(ready.sql, ready.bound(values))
        except ready.error as error:
            raise _as_sqlalchemy(error, ready.sql, line) from error

        def rows() -> list[Any]:
            try:
                return ready.rows(cursor.fetchall()) if ready.row is not None else []
            except ready.error as error:
                raise _as_sqlalchemy(error, ready.sql, line) from error

        return rows

    def first(self, where: Where, **values: Any) -> Any:
        """Return the first row, None when there is none."""
        rows = self.all(where, **values)
        return rows[0] if rows else None


class _Ready:
    """A statement compiled for one dialect, with the converters of its values and rows."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        spoken = statement if isinstance(statement, ClauseElement) else statement(dialect.name)
        compiled = spoken.compile(dialect=dialect)
        assert not compiled.post_compile_params, "a list that grows cannot be compiled once"
        self.sql, self.error = str(compiled), dialect.loaded_dbapi.Error
        self._names = compiled.positiontup
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._binds = list(compiled._bind_processors.items())
        columns = [
            (entry.keyname, entry.type._cached_result_processor(dialect, None)) for entry in compiled._result_columns
        ]
        self.row = namedtuple("Row", [name for name, _ in columns], rename=True)._make if columns else None  # type: ignore[misc]
        self._convert = [(at, convert) for at, (_, convert) in enumerate(columns) if convert is not None]

    def bound(self, values: dict[str, Any]) -> Any:
        values = {**self._fixed, **values}
        for name, convert in self._binds:
            values[name] = convert(values.get(name))
        return values if self._names is None else [values[name] for name in self._names]

    def rows(self, raw_rows: list[tuple[Any, ...]]) -> list[Any]:
        assert self.row is not None
        if not self._convert:
            return [self.row(each) for each in raw_rows]
        converted = []
        for each in raw_rows:
            cells = list(each)
            for at, convert in self._convert:
                if cells[at] is not None:
                    cells[at] = convert(cells[at])
            converted.append(self.row(cells))
        return converted


def dialect_of(where: Where) -> str:
    """Return the name of the dialect: sqlite or postgresql."""
    return where.dialect.name if isinstance(where, Line | Connection) else where.get_bind().dialect.name


def _line_of(where: Session | Connection) -> Line:
    if not isinstance(where, Connection):
        where.flush()
        where = where.connection()
    return Line(where.connection.dbapi_connection, where.dialect)


def _as_sqlalchemy(error: Exception, sql: str, line: Line) -> BaseException:
    cut = line.dialect.is_disconnect(error, line.raw, None)  # type: ignore[arg-type]
    base = line.dialect.loaded_dbapi.Error
    more = {"hide_parameters": True, "connection_invalidated": cut, "dialect": line.dialect}
    return DBAPIError.instance(sql, (), error, base, **more)


class Lines:
    """A few open connections for small queries outside any transaction.

    To take a connection from the pool, begin and roll back costs more than the queries of every request. While all of
    them are in use, callers wait a moment: on PostgreSQL opening another takes a hundred times as long as a query.
    """

    def __init__(self, engine: Engine, most: int = 4) -> None:
        self._engine, self._places = engine, Semaphore(most)
        self._free: list[Line] = []

    def read(self, ask: Callable[[Line], T]) -> T:
        """Return the result of ``ask``; it is called again if the server had dropped the connection."""
        with self._places:
            try:
                return self._read(ask)
            except Exception as error:
                if not getattr(error, "connection_invalidated", False):
                    raise
                self.close()  # the others are as old
                return self._read(ask)

    def _read(self, ask: Callable[[Line], T]) -> T:
        try:
            line = self._free.pop()
        except IndexError:
            line = self._open()
        try:
            answer = ask(line)
        except Exception:
            close_line(line)
            raise
        self._free.append(line)
        return answer

    def close(self) -> None:
        """Close all free connections; the next query opens a new one."""
        while self._free:
            with suppress(IndexError):
                close_line(self._free.pop())

    def _open(self) -> Line:
        line = open_line(self._engine)
        if line.dialect.name == "postgresql":
            line.raw.autocommit = True
        return line


def open_line(engine: Engine) -> Line:
    """Return a separate connection outside any transaction, to be closed with ``close_line``."""
    taken = engine.raw_connection()
    taken.detach()  # frees its place in the pool
    line = Line(taken.dbapi_connection, engine.dialect)
    if engine.dialect.name == "postgresql":
        line.raw.rollback()
        line.raw.isolation_level = None  # PostgreSQL's own, READ COMMITTED: the writer waits for locks
        line.raw.execute("; ".join(f"SET {setting}" for setting in _BY_KEYS))
        line.raw.commit()
        line.raw.prepare_threshold = 0  # queries here recur again and again
    return line


def close_line(line: Line) -> None:
    """Close a connection in any state."""
    with suppress(line.dialect.loaded_dbapi.Error):
        line.raw.close()


@contextmanager
def writing(line: Line) -> Iterator[None]:
    """Write in one transaction, as ``begin_write`` and a commit do, in a quarter of their time.

    PostgreSQL runs it as a pipeline, without waiting after each statement: an error may be raised by a later one. It
    notifies nobody: a transaction that notifies waits until the one before, of whichever process, is on disk.
    """
    raw, error = line.raw, line.dialect.loaded_dbapi.Error
    try:
        if line.dialect.name == "sqlite":
            raw.execute("BEGIN IMMEDIATE")
            yield
            raw.execute("COMMIT")
        else:
            with raw.pipeline():
                yield
                raw.commit()
    except BaseException as failure:
        with suppress(error):
            raw.rollback()
        if isinstance(failure, error):
            raise _as_sqlalchemy(failure, "", line) from failure
        raise


def scrub(engine: Engine) -> bool:
    """Rewrite the database without deleted data, whose bytes otherwise stay in free pages, dead rows and the log.

    Return False if it was in use throughout: then stop the server cleanly and erase again.
    """
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
            if line.dialect.name != "sqlite":
                line.exec_driver_sql("VACUUM FULL")
                return True
            raw = line.connection.driver_connection
            assert raw is not None
            raw.execute("VACUUM")
            busy, *_pages = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
    except (OperationalError, sqlite3.OperationalError):
        return False
