"""The cast of every test: an application on a real SQLite file, a small world, clients signed in by role."""

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from rtapp import clock, migrations
from rtapp.accounts import passwords
from rtapp.db import begin_write, db

from . import AT_LENGTH, postgres
from . import world as worlds
from .actors import admin, beginner, change, client_of, come, desk, opened, pin, scan, tablet, total
from .browsers import browser_type_launch_args, chromium, demo, demo_file, served, standing, visit
from .lists import tabalong
from .trailed import watched

__all__ = ["admin", "beginner", "browser_type_launch_args", "change", "chromium", "client_of", "come", "demo_file"]
__all__ += ["demo", "desk", "pin", "scan", "served", "standing", "tablet", "total", "visit"]


STARTED = clock.utcnow()  # the first test that asks for the small training may live in another year


class OnceBuilt(Rule):
    """A route whose builder of addresses is compiled once, not for the application of each test: half of its making."""

    built: ClassVar[dict[tuple[str, str, bool], Callable]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable:
        key = (self.rule, repr(self.defaults), append_unknown)
        if key not in self.built:
            self.built[key] = super()._compile_builder(append_unknown)
        return self.built[key]


Flask.url_rule_class = OnceBuilt
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # times are the benches'
settings.load_profile("desk")
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # its strength is argon2's own affair


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty database at the present schema, made once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("blank")
    with opened(folder) as app, app.app_context():
        migrations.upgrade(db.engine, folder)
    return folder / "rtapp.db"


@pytest.fixture(scope="session")
def filled(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, worlds.World]:
    """The file of a database that holds the small training, made once, and the names of what is in it."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(blank, folder / "rtapp.db")
    with opened(folder) as app, app.app_context():
        world = worlds.build(db.session, STARTED)
    return folder / "rtapp.db", world


@pytest.fixture(scope="session")
def engine() -> str:
    """The database of a test: SQLite, but where a test is marked ``both_engines`` and runs on PostgreSQL too."""
    return "sqlite"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test marked ``both_engines`` run on either; on PostgreSQL it wants RTAPP_TEST_POSTGRES.

    What only passes on what the stores say (``at_length``) runs there with RTAPP_TEST_AT_LENGTH=1.
    """
    mark = metafunc.definition.get_closest_marker("both_engines")
    if mark and "app" in metafunc.fixturenames:
        engines = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
        short = mark.kwargs.get("at_length") and not AT_LENGTH
        metafunc.parametrize("engine", engines[:1] if short else engines, scope="session")


@pytest.fixture(scope="session")
def postgres_blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of an empty PostgreSQL database at the present schema, made once; tests work on copies."""
    with postgres.database() as (name, url):
        folder = tmp_path_factory.mktemp("blank")
        with opened(folder, SQLALCHEMY_DATABASE_URI=url) as app, app.app_context():
            migrations.upgrade(db.engine, folder)
        yield name


@pytest.fixture(scope="session")
def postgres_filled(
    postgres_blank: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, worlds.World]]:
    """The name of a PostgreSQL database that holds the small training, made once, and the names of what is in it."""
    with postgres.database(postgres_blank) as (name, url):
        with opened(tmp_path_factory.mktemp("filled"), SQLALCHEMY_DATABASE_URI=url) as app, app.app_context():
            world = worlds.build(db.session, STARTED)
        yield name, world


@pytest.fixture
def app(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own: empty, or with the small training where a test asks for ``world``."""
    instance = tmp_path / "instance"
    instance.mkdir()
    filled, options = "world" in request.fixturenames, {"TESTING": True, "WTF_CSRF_ENABLED": False}
    with ExitStack() as ends:
        source = "filled" if filled else "blank"
        source = request.getfixturevalue(source if engine == "sqlite" else f"postgres_{source}")
        source = source[0] if filled else source
        if engine == "sqlite":
            shutil.copy(source, instance / "rtapp.db")
        else:
            options["SQLALCHEMY_DATABASE_URI"] = ends.enter_context(postgres.database(source))[1]
        app = ends.enter_context(opened(instance, **options))
        with app.app_context():
            app.extensions["rtapp_silent"] = ends.enter_context(watched(db.engine))
        yield app
    assert app.extensions["rtapp_silent"] == [], "written without a line in the trail"


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The database session inside an application context."""
    with app.app_context():
        yield db.session


@pytest.fixture
def writing(session: Session) -> Session:
    """The database session, about to write."""
    return begin_write(session)


@pytest.fixture
def places(session: Session) -> Session:
    """The database session, at the regency's places with two waves and nobody on the roster."""
    tabalong(session)
    return session


@pytest.fixture
def world(request: pytest.FixtureRequest, app: Flask, engine: str) -> worlds.World:
    """The small training of tests/world.py, as it stands in ``app``'s database."""
    return copy.deepcopy(request.getfixturevalue("filled" if engine == "sqlite" else "postgres_filled")[1])


@pytest.fixture
def look(app: Flask) -> Callable[..., object]:
    """Read the database: ``look(lambda session: …)``."""

    def read(what: Callable) -> object:
        with app.app_context():
            return what(db.session)

    return read
