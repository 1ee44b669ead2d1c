"""An older database opens in a newer version; a newer one is refused."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from rtapp import migrations
from rtapp.db import db
from rtapp.factory import create_app
from rtapp.schema import tables_to_make

from . import AT_LENGTH, old_schemas, postgres
from .refusing import refused
from .served import ROOT, environment


@pytest.fixture
def fresh(tmp_path):
    app = create_app(tmp_path / "instance")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def upgrade(app):
    return migrations.upgrade(db.engine, Path(app.instance_path))


def test_an_empty_database_is_filled_once(fresh):
    assert upgrade(fresh) is True
    assert upgrade(fresh) is False


def test_the_migrations_make_what_the_schema_says(fresh):
    upgrade(fresh)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, tables_to_make()) == []
    wanted = {
        index.name: index.info["where"]
        for table in db.metadata.tables.values()
        for index in table.indexes
        if "where" in index.info
    }
    made = [index for table in db.metadata.tables for index in inspect(db.engine).get_indexes(table)]
    partial = {
        index["name"]: str(index["dialect_options"]["sqlite_where"]) for index in made if index["dialect_options"]
    }
    assert partial == wanted and len(wanted) > 5


def test_a_database_of_a_newer_version_is_refused_and_left_alone(fresh):
    upgrade(fresh)
    with sqlite3.connect(db.engine.url.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with refused("newer_database", 400):
        upgrade(fresh)


def test_foreign_keys_hold_again_after_a_migration(fresh):
    upgrade(fresh)
    with db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


REVISIONS = old_schemas.revisions()
ENGINES = [("sqlite", revision) for revision in REVISIONS] + [
    pytest.param("postgresql", revision, marks=pytest.mark.postgres)
    for revision in (REVISIONS if AT_LENGTH else REVISIONS[:1])
]


@pytest.fixture
def empty(engine, tmp_path):
    """An empty database of either engine."""
    if engine == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'rtapp.db'}")
        yield made
        made.dispose()
    else:
        with postgres.database() as (_, url):
            made = create_engine(url)
            yield made
            made.dispose()


@pytest.mark.parametrize(("engine", "revision"), ENGINES)
def test_a_database_of_any_older_version_opens_with_nothing_lost(empty, tmp_path, revision):
    old_schemas.make(empty, revision)
    before = old_schemas.content(empty)
    assert len(before) >= 20 and all(len(rows) == old_schemas.ROWS for rows in before.values())
    copies = []  # what a start makes a backup by, before anything changes
    changed = migrations.upgrade(empty, tmp_path, keep=lambda: copies.append(old_schemas.content(empty)))
    assert changed is (revision != migrations.newest()) and migrations.current(empty) == migrations.newest()
    after = old_schemas.content(empty)
    for name, rows in before.items():
        assert [{column: row[column] for column in rows[0]} for row in after[name]] == rows, name
    assert copies == ([before] if changed else [])


@pytest.mark.postgres
@pytest.mark.slow
def test_two_starts_at_once_on_postgresql_migrate_once(tmp_path):
    with postgres.database() as (_, url):
        starts = [
            subprocess.Popen(
                [sys.executable, "app.py", "migrate"],
                cwd=ROOT,
                env=environment(tmp_path / name, url),  # on two machines each has a folder of its own
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for name in ("satu", "dua")
        ]
        said = sorted(start.communicate(timeout=120)[0].strip() for start in starts)
        assert [start.returncode for start in starts] == [0, 0], said
        assert said == ["Basis data diperbarui.", "Basis data sudah mutakhir."]
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [(migrations.newest(),)]
        engine.dispose()


@pytest.mark.postgres
def test_of_two_that_found_an_empty_database_the_second_does_nothing(tmp_path):
    with postgres.database() as (_, url):
        first, second = create_engine(url), create_engine(url)
        with first.connect() as one, second.connect() as two:
            assert migrations._run(one) is True
            assert migrations._run(two) is False
        first.dispose()
        second.dispose()
