"""A desk for campaigns of bad input: the small training, errors told as in the hall, everything logged kept."""

import argparse
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select

from rtapp import clock, migrations
from rtapp.accounts.roles import Role
from rtapp.db import begin_write, db
from rtapp.factory import create_app
from rtapp.schema import Device, User, Wave
from rtapp.web.services import services_of

from . import postgres
from . import world as worlds


class _Kept(logging.Handler):
    """Keeps what is logged as an error, traceback and all."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))


@dataclass
class Hall:
    """The application under fire, the names of what is in it, two browsers; how often which status came."""

    app: Flask
    world: worlds.World
    admin: FlaskClient
    desk: FlaskClient
    answered: Counter[int] = field(default_factory=Counter)
    _errors: _Kept = field(default_factory=_Kept)
    _kept: Path | None = None

    def look_at(self, sent: Any, status: int, body: bytes) -> None:
        """Count an answer. Raises AssertionError for one that no client may ever see."""
        self.answered[status] += 1
        told, self._errors.told = self._errors.told, []
        assert not told, f"{sent}\n{told[0]}"
        assert status < 500 and b"Traceback (most recent" not in body, sent

    def told(self) -> str:
        """Say how much was sent and how it was answered."""
        statuses = ", ".join(f"{number} × {status}" for status, number in sorted(self.answered.items()))
        return f"{self.answered.total()} requests ({statuses})"

    def keep(self) -> None:
        """Remember the database as it stands; PostgreSQL's drifts, and whoever is signed in is let in again."""
        self._let_go()
        file = Path(self.app.instance_path) / "rtapp.db"
        if file.exists():
            self._kept = file.with_suffix(".kept")
            copied(file, self._kept)

    def restore(self) -> None:
        """Put the database back to what it was when it was kept, and sign everybody in again."""
        self._let_go()
        if self._kept:
            copied(self._kept, Path(self.app.instance_path) / "rtapp.db")
        self.admin, self.desk = browsers(self.app, self.world)
        if not self._kept:
            self._let_in_again()
        services_of(self.app).seen.clear()

    def _let_in_again(self) -> None:
        """Undo what the campaign did to the admin, the desk and the waves they live by."""
        with self.app.app_context():
            session = begin_write(db.session)
            for wave in session.scalars(select(Wave)):
                wave.closed_at = None
            user, device = session.get(User, self.world.users["admin"]), session.get(Device, self.world.device)
            if user is not None:
                user.role, user.disabled_at, user.session_version = Role.ADMIN, None, 1
            if device is not None:
                device.role, device.revoked_at, device.session_version = Role.CLERK, None, 0
                device.expires_at = clock.utcnow() + timedelta(days=1)
            session.commit()

    def _let_go(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def browsers(app: Flask, world: worlds.World) -> list[FlaskClient]:
    """Return the admin's browser and a desk's, signed in."""
    found = []
    for kind, who in (("user", [world.users["admin"], 1]), ("device", [world.device, 0])):
        found.append(app.test_client())
        with found[-1].session_transaction() as cookie:
            cookie[kind] = who
    return found


def copied(source: Path, target: Path) -> None:
    """Copy a database by SQLite's own hand: the thread that seals scans may have it open."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@contextmanager
def hall(app: Flask, world: worlds.World) -> Iterator[Hall]:
    """Watch ``app`` while it is sent what nobody means well."""
    app.config.update(PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    watched = Hall(app, world, *browsers(app, world))
    for name in ("rtapp", "sqlalchemy"):
        logging.getLogger(name).addHandler(watched._errors)
    try:
        yield watched
    finally:
        for name in ("rtapp", "sqlalchemy"):
            logging.getLogger(name).removeHandler(watched._errors)


@contextmanager
def own_hall(**settings: Any) -> Iterator[Hall]:
    """Open a hall in a folder of its own, for a campaign that is run as a command."""
    with TemporaryDirectory(prefix="rtapp-fuzz-") as folder:
        app = create_app(Path(folder), **settings)
        with app.app_context():
            migrations.upgrade(db.engine, Path(folder))
            world = worlds.build(db.session)
            db.session.remove()
        with hall(app, world) as opened:
            yield opened
        services_of(app).close()
        opened._let_go()


def run(campaign: Callable[[Hall, int, int], dict[str, int]], doc: str, proven: str) -> None:
    """Be the command of a campaign: read what is asked for, send it, say what was answered and what that proves."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--postgres", action="store_true", help="on the server of RTAPP_TEST_POSTGRES")
    asked = parser.parse_args()
    with ExitStack() as ends:
        url = {"SQLALCHEMY_DATABASE_URI": ends.enter_context(postgres.database())[1]} if asked.postgres else {}
        opened = ends.enter_context(own_hall(**url))
        told = campaign(opened, asked.requests, asked.seed)
        print(f"{opened.told()} to {len(told)} {proven}")


def attack_with(attack: Callable[[Any], None], drawn: st.SearchStrategy[Any], number: int, chance: int | None) -> None:
    """Call ``attack`` with ``number`` of what is drawn: the same every time, or by ``chance``, a seed."""
    rules = settings(
        max_examples=number,
        derandomize=chance is None,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    attack = rules(given(drawn)(attack))
    (attack if chance is None else seed(chance)(attack))()
