"""Who acts in the tests: clients signed in by role, a supervisor's PIN, people who come."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient

from rtapp import clock
from rtapp.accounts import pins_store
from rtapp.accounts import store as accounts
from rtapp.accounts.roles import Role
from rtapp.db import begin_write, db
from rtapp.schema import Attendance

from .world import World, at

PIN = "402817"


@pytest.fixture
def client_of(app: Flask, world: World) -> Callable[[str], FlaskClient]:
    """A client signed in as admin, supervisor, clerk, viewer or device; as stranger, not signed in."""

    def make(role: str) -> FlaskClient:
        client = app.test_client()
        if has_app_context():
            g.pop("actor", None)  # a context that a test holds open would remember who asked before
        if role != "stranger":
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
def pin(app: Flask, world: World) -> str:
    """The PIN that the supervisor has."""
    with app.app_context():
        session = begin_write(db.session)
        user = accounts.find_user(session, world.users["supervisor"])
        pins_store.set_pin(session, "uji", user, pins_store.checked_pin(PIN), now=clock.utcnow())
        session.commit()
    return PIN


@pytest.fixture
def come(app: Flask, world: World) -> Callable[..., None]:
    """Let people come to the registration of wave I, or elsewhere, at a time by the clocks of the hall."""

    def make(*who: str, checkpoint: int | None = None, moment: datetime | None = None, **more: object) -> None:
        with app.app_context():
            session = begin_write(db.session)
            for person in map(world.people.get, who):
                mark = {"checkpoint_id": checkpoint or world.registration, "participant_id": person, "number": person}
                session.add(Attendance(**mark | {"at": moment or at(7, 52), "device_id": world.device} | more))
            session.commit()

    return make
