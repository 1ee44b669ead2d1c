"""Streams: told at once, once for all, never more than the cap, and gone when nobody reads them."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from rtapp.db import begin_write
from rtapp.live import stream
from rtapp.live.stream import Changes, Streams, Texts, Watch, watch_postgres, watch_sqlite

from . import postgres

SOON = 5  # seconds nothing here should take; a test that waits longer has failed


class Board:
    """Something that changes, counts how often it was written down, and announces itself."""

    def __init__(self, gap: float = 0.0) -> None:
        self.changes = Changes()
        self.texts = Texts(self.changes, gap)
        self.count = 0
        self.made = 0

    def come(self, announced: bool = True) -> None:
        self.count += 1
        if announced:
            self.changes.announce()

    def write(self) -> str:
        self.made += 1
        return f'<b id="count">\n{self.count}</b>'

    def watch(self, streams: Streams, may: Callable[[], bool] = lambda: True) -> Iterator[str]:
        opened = streams.open(self.texts, "count", self.write, may)
        assert opened is not None
        return opened


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def quick_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)


def later(do: Callable[[], None], seconds: float = 0.05) -> None:
    threading.Timer(seconds, do).start()


def in_background(do: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    return thread


def test_a_viewer_sees_the_present_state_at_once(board):
    board.come(announced=False)
    event = next(board.watch(Streams(1)))
    assert 'data: <b id="count">\ndata: 1</b>\n\n' in event
    assert "retry: 250\n" in event


def test_a_change_reaches_a_viewer_who_waits(board):
    events = board.watch(Streams(1))
    next(events)
    later(board.come)
    began = time.monotonic()
    assert "1</b>" in next(events)
    assert time.monotonic() - began < 1


def test_a_change_between_two_reads_is_not_missed(board):
    events = board.watch(Streams(1))
    next(events)
    board.come()
    assert "1</b>" in next(events)


@pytest.mark.usefixtures("quick_heart")
def test_a_change_that_alters_nothing_here_is_not_sent(board):
    events = board.watch(Streams(1))
    next(events)
    board.changes.announce()
    assert next(events) == "event: heartbeat\ndata: \n\n"
    assert board.made == 2


@pytest.mark.usefixtures("quick_heart")
def test_a_quiet_stream_still_beats(board):
    events = board.watch(Streams(1))
    next(events)
    assert [next(events) for _ in range(3)] == ["event: heartbeat\ndata: \n\n"] * 3


def test_the_text_is_written_once_for_many_viewers(board):
    streams = Streams(20)
    viewers = [board.watch(streams) for _ in range(20)]
    for viewer in viewers:
        next(viewer)
    board.come()
    assert all("1</b>" in next(viewer) for viewer in viewers)
    assert board.made == 2


def test_a_burst_of_scans_costs_few_texts_and_the_last_one_counts():
    board = Board(gap=0.1)
    streams = Streams(10)
    seen: list[str] = []

    def read(viewer: Iterator[str]) -> None:
        for event in viewer:
            seen.append(event)
            if "200</b>" in event:
                return

    readers = [in_background(partial(read, board.watch(streams))) for _ in range(10)]
    began = time.monotonic()
    for _ in range(200):
        board.come()
        time.sleep(0.002)
    for reader in readers:
        reader.join(SOON)
    assert sum("200</b>" in event for event in seen) == 10
    # One per 0.1 s for all ten together, and one more at either end.
    assert board.made <= (time.monotonic() - began) / 0.1 + 2


def test_a_text_that_takes_long_is_made_less_often(board):
    def slowly() -> str:
        time.sleep(0.02)
        return board.write()

    board.texts.text("count", slowly)
    board.come()
    assert "1</b>" in board.texts.text("count", slowly).lines
    assert board.texts.rest("count") > 0.08
    board.come()
    assert "1</b>" in board.texts.text("count", slowly).lines
    time.sleep(board.texts.rest("count"))
    assert "2</b>" in board.texts.text("count", slowly).lines


def test_a_text_that_cannot_be_made_leaves_the_next_try_free(board):
    def broken() -> str:
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError):
        board.texts.text("count", broken)
    assert "0</b>" in board.texts.text("count", board.write).lines


def test_one_language_never_gets_the_other_ones_text(board):
    assert board.texts.text(("count", "id"), lambda: "hadir").lines == "data: hadir"
    assert board.texts.text(("count", "en"), lambda: "present").lines == "data: present"


def test_no_more_streams_than_the_cap(board):
    streams = Streams(2)
    first, _second = board.watch(streams), board.watch(streams)
    assert streams.open(board.texts, "count", board.write) is None
    first.close()
    first.close()
    assert streams.taken == 1
    assert board.watch(streams)


def test_a_stream_nobody_closed_gives_its_place_back(board):
    streams = Streams(1)
    board.watch(streams)
    assert streams.taken == 0


@pytest.mark.usefixtures("quick_heart")
def test_a_revoked_viewer_sees_no_further_heartbeat(board):
    still = [True]
    events = board.watch(Streams(1), lambda: still[0])
    assert [next(events), next(events)]
    still[0] = False
    assert list(events) == []


def test_rights_are_not_asked_again_for_every_scan(board):
    asked: list[int] = []
    events = board.watch(Streams(1), lambda: not asked.append(1))
    next(events)
    for _ in range(5):
        board.come()
        next(events)
    assert asked == []


@pytest.mark.usefixtures("quick_heart")
def test_a_stream_ends_by_itself_after_a_while(board, monkeypatch):
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 0.12)
    events = board.watch(Streams(1))
    assert 2 <= len(list(events)) <= 4


def test_a_stopping_server_ends_its_streams_at_once(board):
    streams = Streams(2)
    events = board.watch(streams)
    next(events)
    later(board.changes.end)
    began = time.monotonic()
    assert list(events) == []
    assert time.monotonic() - began < SOON
    assert streams.open(board.texts, "count", board.write) is None


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    # A name that means something in an address must not lead the watcher elsewhere.
    connection = sqlite3.connect(tmp_path / "acara #1 50%?.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE scan (id INTEGER PRIMARY KEY)")
    yield connection
    connection.close()


def path_of(connection: sqlite3.Connection) -> str:
    return connection.execute("PRAGMA database_list").fetchone()[2]


@contextmanager
def watching(watch: Callable, where: object) -> Iterator[Changes]:
    """Let a database be watched, and give what is told of it."""
    changes = Changes()
    watched = Watch(lambda stop: watch(where, changes, stop))
    watched.start()
    try:
        yield changes
    finally:
        watched.stop()


def until(changes: Changes, seen: int) -> int:
    version = changes.wait(seen, SOON)
    assert version != seen, "nobody was told"
    return version


def test_every_commit_is_told_whoever_made_it(database):
    path = path_of(database)
    with watching(watch_sqlite, path) as changes:
        seen = until(changes, 1)  # the first look tells of what came before it
        for connect in (lambda: database, lambda: sqlite3.connect(path, isolation_level=None)):
            connection = connect()
            began = time.monotonic()
            connection.execute("INSERT INTO scan DEFAULT VALUES")
            seen = until(changes, seen)
            assert time.monotonic() - began < 1
        connection.close()


def test_what_only_reads_is_not_told(database):
    with watching(watch_sqlite, path_of(database)) as changes:
        seen = until(changes, 1)
        database.execute("SELECT * FROM scan").fetchall()
        assert changes.wait(seen, 0.6) == seen


def test_a_database_that_comes_late_is_watched_then(tmp_path, monkeypatch):
    monkeypatch.setattr(stream, "POLL_SECONDS", 0.05)
    path = str(tmp_path / "later.db")
    with watching(watch_sqlite, path) as changes:
        assert changes.wait(1, 0.2) == 1
        sqlite3.connect(path).close()
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("CREATE TABLE scan (id INTEGER PRIMARY KEY)")
        until(changes, 1)
        connection.close()


@pytest.mark.postgres
def test_postgresql_tells_of_every_write_and_again_after_the_line_was_cut(monkeypatch):
    monkeypatch.setattr(stream, "POLL_SECONDS", 0.05)
    with postgres.database() as (_, address):
        engine = create_engine(address)
        with engine.begin() as line:
            line.execute(text("CREATE TABLE scan (id INTEGER)"))
        with watching(watch_postgres, engine.url) as changes:
            seen = until(changes, 1)
            with Session(engine) as session:
                session.execute(text("SELECT 1"))
                session.commit()
                assert changes.wait(seen, 0.6) == seen  # what only reads is not told
                begin_write(session).execute(text("CREATE TABLE other (id INTEGER)"))
                session.commit()
                seen = until(changes, seen)
            with engine.connect() as line, line.execution_options(rtapp_writes=True).begin():
                line.execute(text("INSERT INTO other VALUES (1)"))
            seen = until(changes, seen)
            for id_ in (8, 7):  # of two processes that record at once the later one may have the lower id
                with engine.begin() as line:
                    line.execute(text(f"INSERT INTO scan VALUES ({id_})"))
                seen = until(changes, seen)
            with engine.connect() as line:
                cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%newest'"
                assert line.execute(text(cut + " AND datname = current_database()")).all()
            until(changes, seen)  # what was committed meanwhile is looked at
        engine.dispose()


def test_the_watch_runs_once_and_not_after_it_was_stopped():
    started: list[int] = []

    def run(stop: threading.Event) -> None:
        started.append(1)
        stop.wait(SOON)

    watch = Watch(run)
    watch.start()
    watch.start()
    watch.stop()
    watch.start()
    assert started == [1]
