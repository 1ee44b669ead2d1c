"""The application for one command: made, its database brought to the present schema, closed when the command ends."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask

from .. import clock, config, migrations
from ..db import db, normalised_url
from ..factory import create_app
from ..laptop import browser_files, serving
from ..refusals import Refused
from ..safety import backups
from ..web import assets

ACTOR = "app.py"  # who did it, in the trail
TLS_AWAY = 443  # HTTPS listens that far above HTTP: two events on one laptop do not meet


def open_app(instance: Path | None = None) -> Flask:
    """Return the application with its database at the present schema."""
    app = make_app(instance)
    upgrade_database(app)
    return app


def make_app(instance: Path | None = None, url: str = "") -> Flask:
    """Return the application on its database, or the one at ``url``, which is closed when the command ends."""
    app = create_app(instance, **({"SQLALCHEMY_DATABASE_URI": normalised_url(url)} if url else {}))
    click.get_current_context().call_on_close(lambda: close(app))
    return app


def close(app: Flask) -> None:
    """Close the database: whoever closes SQLite last leaves one whole file, with nothing in a -wal beside it."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def upgrade_database(app: Flask) -> bool:
    """Bring the database to the present schema and say whether that was needed; refused while an older one serves."""
    instance = Path(app.instance_path)
    with app.app_context():
        return _migrate(instance, alone=serving.hold_instance(instance))


@dataclass(frozen=True)
class Doors:
    """Where the server is reached: ``tls`` is None where nobody said whether HTTPS is wanted."""

    host: str
    port: int
    tls: bool | None = None
    tls_port: int | None = None

    def __post_init__(self) -> None:
        usual = self.port + TLS_AWAY if self.port + TLS_AWAY < 2**16 else self.port - TLS_AWAY
        object.__setattr__(self, "tls_port", 0 if self.tls is False else self.tls_port or usual)


@contextmanager
def claimed(doors: Doors, instance: Path | None = None) -> Iterator[Flask]:
    """Yield the application ready to be served, its instance and ports ours: until then nothing has changed.

    A second start must not take away the links that the first one printed.
    """
    app = make_app(instance)
    with serving.hold_instance(Path(app.instance_path)):
        serving.free_address(doors.host, doors.port)
        app.config["TLS_PORT"] = _secured(doors, Path(app.instance_path))
        if assets.missing(config.ROOT / "static"):
            click.echo("Mengambil aset peramban (sekali saja) …")
            browser_files.fetch(config.ROOT / "static")
        with app.app_context():
            _migrate(Path(app.instance_path))
        yield app


def _secured(doors: Doors, instance: Path) -> int:
    """Return the port of HTTPS, 0 for none: without anybody having asked for it, HTTP goes on alone where it fails."""
    if not doors.tls_port:
        return 0
    try:
        serving.prepare_tls(doors.host, doors.port, doors.tls_port, instance)
    except Refused as refused:
        if doors.tls:
            raise
        click.echo(f"PERHATIAN: tanpa HTTPS, jadi tanpa kamera di halaman ponsel. {refused}")
        return 0
    return doors.tls_port


def _migrate(instance: Path, alone: AbstractContextManager[object] | None = None) -> bool:
    def keep() -> None:
        if db.engine.dialect.name == "sqlite":
            backups.make(db.engine, instance, clock.utcnow(), "before-migration")

    return migrations.upgrade(db.engine, instance, alone=alone, keep=keep)
