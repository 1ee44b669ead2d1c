"""What the requests of one process share: the writer, the watchers, tries of passwords, what is closed at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Event
from typing import cast

from flask import Flask, current_app

from ..accounts.tries import Tries
from ..checkin.scan_writer import ScanWriter
from ..db import db
from ..live.stream import Changes, Live, Streams, Texts, Watch, watch_postgres, watch_sqlite

PIN_TRIES = {"most": 5, "within": timedelta(minutes=15)}
STRANGERS = 24  # forms of strangers under way at once: one that is sent half holds a thread for as long as it likes
_KEY = "rtapp"


@dataclass
class Services:
    """Made with the application; no thread runs and no connection is opened before somebody needs it."""

    changes: Changes
    live: Live
    writer: ScanWriter
    tries: Tries = field(default_factory=Tries)
    pin_tries: Tries = field(default_factory=lambda: Tries(**PIN_TRIES))
    strangers: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(STRANGERS))
    seen: dict[int, datetime] = field(default_factory=dict)  # when each device's «last seen» was last looked at
    closers: list[Callable[[], object]] = field(default_factory=list)

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
    made = Services(changes, live, ScanWriter(engine, changes.announce, app.config["SCAN_GROUP"]))
    made.closers += [changes.end, live.watch.stop, made.writer.stop]
    app.extensions[_KEY] = made


def services_of(app: Flask) -> Services:
    """Return the services of an application."""
    return cast(Services, app.extensions[_KEY])


def services() -> Services:
    """Return the services of the application that answers."""
    return services_of(current_app)
