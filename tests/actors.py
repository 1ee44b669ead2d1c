"""Who acts in the tests: clients signed in by role, a supervisor's PIN, people who come."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rtapp import clock
from rtapp.accounts import pins_store
from rtapp.accounts import store as accounts
from rtapp.accounts.roles import Role
from rtapp.checkin.attempt import Answer, Attempt
from rtapp.checkin.store import record_scan
from rtapp.checkin.verdict import Source
from rtapp.db import begin_write, db
from rtapp.factory import create_app
from rtapp.schema import Attendance
from rtapp.web.services import services_of

from .world import World, at

PIN = "402817"


@contextmanager
def opened(folder: Path, **settings: object) -> Iterator[Flask]:
    """The application on a folder, let go of at the end."""
    app = create_app(folder, **settings)
    try:
        yield app
    finally:
        services_of(app).close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of these at the same moment and return what each returned."""
    start = threading.Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        start.wait(20)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


class Change:
    """Change the database as a store would: ``change(lambda session: …)``, or ``with change as session: …``."""

    def __init__(self, app: Flask) -> None:
        self._context = app.app_context

    def __enter__(self) -> Session:
        self._entered = self._context()
        self._entered.push()
        return begin_write(db.session)

    def __exit__(self, failed: type | None, *_: object) -> None:
        if not failed:
            db.session.commit()
        self._entered.pop()

    def __call__(self, what: Callable[[Session], object]) -> None:
        with self as session:
            what(session)


@pytest.fixture
def change(app: Flask) -> Change:
    """What a test changes behind the pages' back."""
    return Change(app)


@pytest.fixture
def total(app: Flask) -> Callable[..., int]:
    """How many rows a table has: ``total(Attendance, Attendance.voided_at.is_(None))``."""

    def count_rows(table: type, *where: object) -> int:
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(table).where(*where))

    return count_rows


@pytest.fixture
def client_of(app: Flask, world: World) -> Callable[[str], FlaskClient]:
    """A client signed in as admin, supervisor, clerk, viewer or device; a program with its token; a stranger."""

    def make(role: str) -> FlaskClient:
        client = app.test_client()
        if has_app_context():
            g.pop("actor", None)  # a context that a test holds open would remember who asked before
        if role == "program":
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {world.bearer}"
        elif role != "stranger":
            with client.session_transaction() as cookie:
                cookie["device" if role == "device" else "user"] = (
                    [world.device, 0] if role == "device" else [world.users[role], 1]
                )
        return client

    return make


@pytest.fixture
def admin(client_of: Callable[[str], FlaskClient]) -> FlaskClient:
    """The committee's laptop, at the small training."""
    return client_of("admin")


@pytest.fixture
def tablet(client_of: Callable[[str], FlaskClient]) -> FlaskClient:
    """A coordinator's tablet, at the small training."""
    return client_of("supervisor")


@pytest.fixture
def desk(client_of: Callable[[str], FlaskClient]) -> FlaskClient:
    """A desk's device, at the small training."""
    return client_of("device")


@pytest.fixture
def beginner(app: Flask) -> FlaskClient:
    """The committee's laptop on an empty database."""
    with app.app_context():
        session = begin_write(db.session)
        user = accounts.add_user(session, "uji", "Uji admin", Role.ADMIN, "kata-sandi-uji", now=clock.utcnow())
        session.commit()
        who = [user.id, user.session_version]
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["user"] = who
    return client


@pytest.fixture
def pin(change: Change, world: World) -> str:
    """The PIN that the supervisor has."""
    with change as session:
        user = accounts.find_user(session, world.users["supervisor"])
        pins_store.set_pin(session, "uji", user, pins_store.checked_pin(PIN), now=clock.utcnow())
    return PIN


@pytest.fixture
def scan(session: Session, world: World) -> Callable[..., Answer]:
    """Record a scan at the registration of wave I, as the desk's device (a clerk's) unless told, and commit."""
    numbers = count(1)

    def record(
        who: str = "", at: int | None = None, *, nonce: str = "", now: datetime | None = None, **more: object
    ) -> Answer:
        facts = {"source": Source.WEDGE if "code" in more else Source.SEARCH, "recorded_by": "Meja 1"}
        facts |= {"participant_id": world.people[who] if who else None, "device_id": world.device}
        attempt = Attempt(nonce or f"nonce-{next(numbers):04}", at or world.registration, **facts | more)
        answer = record_scan(begin_write(session), attempt, now=now or clock.utcnow())
        session.commit()
        return answer

    return record


@pytest.fixture
def come(change: Change, world: World) -> Callable[..., None]:
    """Let people come to the registration of wave I, or elsewhere, at a time by the clocks of the hall."""

    def make(*who: str, checkpoint: int | None = None, moment: datetime | None = None, **more: object) -> None:
        with change as session:
            for person in map(world.people.get, who):
                mark = {"checkpoint_id": checkpoint or world.registration, "participant_id": person, "number": person}
                session.add(Attendance(**mark | {"at": moment or at(7, 52), "device_id": world.device} | more))

    return make
