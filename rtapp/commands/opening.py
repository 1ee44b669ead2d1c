"""The application for one command: made, its database brought to the present schema, closed when the command ends."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click
from flask import Flask

from .. import clock, config, migrations
from ..db import db, normalised_url
from ..factory import create_app
from ..laptop import browser_files, serving
from ..safety import backups
from ..web import assets

ACTOR = "app.py"  # who did it, in the trail


def opened(instance: Path | None = None) -> Flask:
    """Return the application with its database at the present schema."""
    app = made(instance)
    upgraded(app)
    return app


def made(instance: Path | None = None, url: str = "") -> Flask:
    """Return the application on its database, or the one at ``url``, which is closed when the command ends."""
    app = create_app(instance, **({"SQLALCHEMY_DATABASE_URI": normalised_url(url)} if url else {}))
    click.get_current_context().call_on_close(lambda: close(app))
    return app


def close(app: Flask) -> None:
    """Close the database: whoever closes SQLite last leaves one whole file, with nothing in a -wal beside it."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def upgraded(app: Flask) -> bool:
    """Bring the database to the present schema and say whether that was needed; refused while an older one serves."""
    instance = Path(app.instance_path)
    with app.app_context():
        return _migrate(instance, alone=serving.hold_instance(instance))


@contextmanager
def claimed(host: str, port: int, instance: Path | None = None, tls_port: int = 0) -> Iterator[Flask]:
    """Yield the application ready to be served, its instance and port ours: until then nothing has changed.

    A second start must not take away the links that the first one printed.
    """
    app = made(instance)
    with serving.hold_instance(Path(app.instance_path)):
        serving.free_address(host, port)
        if tls_port:
            serving.prepare_tls(host, port, tls_port, Path(app.instance_path))
        if assets.missing(config.ROOT / "static"):
            click.echo("Mengambil aset peramban (sekali saja) …")
            browser_files.fetch(config.ROOT / "static")
        with app.app_context():
            _migrate(Path(app.instance_path))
        yield app


def _migrate(instance: Path, alone: AbstractContextManager[object] | None = None) -> bool:
    def keep() -> None:
        if db.engine.dialect.name == "sqlite":
            backups.make(db.engine, instance, clock.utcnow(), "before-migration")

    return migrations.upgrade(db.engine, instance, alone=alone, keep=keep)
