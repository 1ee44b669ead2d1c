"""What the requests of one process share: the writer, the watchers, tries of passwords, what is closed at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, cast

from flask import Flask, current_app

from .. import clock
from ..accounts.devices_store import Bearer
from ..accounts.tries import PASSWORD_LIMIT, PIN_LIMIT
from ..accounts.tries_files import Tries
from ..checkin.scan_writer import ScanWriter
from ..db import Lines, db
from ..live.stream import Changes, Live, Streams, Texts, Watch, watch_postgres, watch_sqlite
from ..safety.backups import rescue
from .browsers import Browsers
from .helper import Helper
from .shares import Shares

STRANGERS, OF_ONE_ADDRESS = 48, 6  # forms of people who are not signed in: in all, and from one address
GUESSES_OF_ONE_ADDRESS = 32  # passwords and PINs that wait to be looked at: a hall behind one address signs in
OF_ONE_SESSION = 40  # requests of one browser or program that is signed in; a browser makes six at a time
BEARERS = 1_000  # programs that are remembered
_KEY = "rtapp"


class Gathered:
    """A set of ids, added by many threads and taken by one of them for all."""

    def __init__(self) -> None:
        self._numbers: set[int] = set()
        self._guard = Lock()

    def is_first(self, number: int) -> bool:
        """Add a number and say whether it is the first: then the caller must ``take`` them all."""
        with self._guard:
            self._numbers.add(number)
            return len(self._numbers) == 1

    def take(self) -> set[int]:
        """Return all numbers and empty the set."""
        with self._guard:
            taken, self._numbers = self._numbers, set()
        return taken


@dataclass
class Services:
    """Made with the application; no thread runs and no connection is opened before somebody needs it."""

    changes: Changes
    live: Live
    writer: ScanWriter
    lines: Lines
    tries: dict[str, Tries]  # at passwords and at PINs
    signed_in: Shares = field(default_factory=lambda: Shares(OF_ONE_SESSION))
    strangers: Shares = field(default_factory=lambda: Shares(OF_ONE_ADDRESS, STRANGERS))
    guesses: Shares = field(default_factory=lambda: Shares(GUESSES_OF_ONE_ADDRESS))
    seen: dict[int, datetime] = field(default_factory=dict)  # when each device's «last seen» was last looked at
    unwritten: Gathered = field(default_factory=Gathered)  # devices whose «last seen» waits to be written
    lines_shown: dict[Any, str] = field(default_factory=dict)  # of the last scans, by all that is in each
    browsers: Browsers = field(default_factory=Browsers)  # whose forms were let in
    bearers: dict[str, Bearer] = field(default_factory=dict)  # programs that were let in, by their tokens' digests
    helper: Helper | None = None  # who does long work, where a server runs
    closers: list[Callable[[], object]] = field(default_factory=list)

    def remember(self, bearer: Bearer | None) -> None:
        """Keep who a program was when it was let in, for the short way; its word is good only while that is so."""
        if len(self.bearers) > BEARERS:
            self.bearers.clear()
        if bearer and not bearer.actor.over:
            self.bearers[bearer.digest] = bearer

    def close(self) -> None:
        """End every thread of the application and let its connections go, last begun first."""
        for close in reversed(self.closers):
            close()


def init_app(app: Flask) -> None:
    """Give the application its services."""
    with app.app_context():
        engine = db.engine
    changes = Changes()

    def watch(stop: Event) -> None:
        if engine.dialect.name == "sqlite":
            watch_sqlite(engine.url.database or "", changes, stop)
        else:
            watch_postgres(engine.url, changes, stop)

    live = Live(Streams(app.config["STREAM_LIMIT"]), Texts(changes), Watch(watch))
    instance = Path(app.instance_path)

    def save(line: Any) -> None:
        changes.end()  # streams would go on showing what is no more
        rescue(line, instance, clock.utcnow())

    writer = ScanWriter(engine, changes.announce, app.config["SCAN_GROUP"], save)
    services = Services(changes, live, writer, Lines(engine), _tries(app))
    services.closers += [services.lines.close, changes.end, live.watch.stop, services.writer.stop]
    app.extensions[_KEY] = services


def _tries(app: Flask) -> dict[str, Tries]:
    file, key = Path(app.instance_path) / "tries.db", str(app.secret_key)
    return {"password": Tries(file, key, "password", PASSWORD_LIMIT), "pin": Tries(file, key, "pin", PIN_LIMIT)}


def every(seconds: float, name: str, do: Callable[[], object], after: float = 0.0) -> Callable[[], None]:
    """Call ``do`` every ``seconds`` in a thread of this process, first ``after`` some; return what ends that."""
    over = Event()

    def run() -> None:
        over.wait(after)
        while not over.is_set():
            do()
            over.wait(seconds)

    Thread(target=run, name=name, daemon=True).start()
    return over.set


def services_of(app: Flask) -> Services:
    """Return the services of an application."""
    return cast(Services, app.extensions[_KEY])


def services() -> Services:
    """Return the services of the application that answers."""
    return services_of(current_app)
