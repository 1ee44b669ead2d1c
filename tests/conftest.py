"""The cast of every test: an application on a real SQLite file, a small world, clients signed in by role."""

import copy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from rtapp import clock, migrations
from rtapp.accounts import store as accounts
from rtapp.accounts.roles import Role
from rtapp.db import begin_write, db
from rtapp.factory import create_app

from . import world as worlds
from .browsers import browser_type_launch_args, chromium, demo_file, served, visit

__all__ = ["browser_type_launch_args", "chromium", "demo_file", "served", "visit"]


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty database at the present schema, made once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("blank")
    app = create_app(folder)
    with app.app_context():
        migrations.upgrade(db.engine, folder, clock.utcnow())
        db.engine.dispose()
    return folder / "rtapp.db"


@pytest.fixture(scope="session")
def filled(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, worlds.World]:
    """The file of a database that holds the small training, made once, and the names of what is in it."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(blank, folder / "rtapp.db")
    app = create_app(folder)
    with app.app_context():
        world = worlds.build(db.session)
        db.session.remove()
        db.engine.dispose()
    return folder / "rtapp.db", world


@pytest.fixture
def app(request: pytest.FixtureRequest, blank: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application on a SQLite file of its own: empty, or with the small training where a test asks for ``world``."""
    instance = tmp_path / "instance"
    instance.mkdir()
    source = request.getfixturevalue("filled")[0] if "world" in request.fixturenames else blank
    shutil.copy(source, instance / "rtapp.db")
    app = create_app(instance, TESTING=True, WTF_CSRF_ENABLED=False)
    yield app
    app.extensions["rtapp_close"]()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The database session inside an application context."""
    with app.app_context():
        yield db.session


@pytest.fixture
def world(app: Flask, filled: tuple[Path, worlds.World]) -> worlds.World:
    """The small training of tests/world.py, as it stands in ``app``'s database."""
    return copy.deepcopy(filled[1])


@pytest.fixture
def client_of(app: Flask, world: worlds.World) -> Callable[[str], FlaskClient]:
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
def look(app: Flask) -> Callable[..., object]:
    """Read the database: ``look(lambda session: …)``."""

    def read(what: Callable) -> object:
        with app.app_context():
            return what(db.session)

    return read
