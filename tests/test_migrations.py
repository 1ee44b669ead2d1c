"""An older database opens in a newer version; a newer one is refused."""

import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from rtapp import clock, migrations
from rtapp.db import Base, db
from rtapp.factory import create_app
from rtapp.refusals import Refused


@pytest.fixture
def fresh(tmp_path):
    app = create_app(tmp_path / "instance")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def upgrade(app):
    from pathlib import Path

    return migrations.upgrade(db.engine, Path(app.instance_path), clock.utcnow())


def test_an_empty_database_is_filled_once(fresh):
    assert upgrade(fresh) is True
    assert upgrade(fresh) is False


def test_the_migrations_make_what_the_schema_says(fresh):
    upgrade(fresh)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_of_a_newer_version_is_refused_and_left_alone(fresh):
    upgrade(fresh)
    with sqlite3.connect(db.engine.url.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refused) as refused:
        upgrade(fresh)
    assert refused.value.code == "newer_database"


def test_foreign_keys_hold_again_after_a_migration(fresh):
    upgrade(fresh)
    with db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
