"""Build the application: config → database → rooms → errors; reads like a table of contents."""

import os
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from . import config
from .db import db, engine_options, normalised_url
from .web import assets, catalogue, epoch, errors, filters, guard, headers, navigation, sessions

csrf = CSRFProtect()


def create_app(instance: Path | None = None, **overrides: Any) -> Flask:
    """Return the application on ``instance`` (made if missing); ``overrides`` win over every other setting."""
    instance = (instance or config.instance_folder()).resolve()
    app = Flask(
        "rtapp",
        instance_path=str(instance),
        instance_relative_config=True,
        root_path=str(config.ROOT / "rtapp"),
        template_folder=str(config.ROOT / "templates"),
        static_folder=str(config.ROOT / "static"),
    )
    _configure(app, instance, overrides)
    db.init_app(app)
    csrf.init_app(app)
    sessions.init_app(app)
    catalogue.build()
    filters.init_app(app)
    assets.init_app(app)
    guard.init_app(app)
    headers.init_app(app)
    epoch.init_app(app)
    errors.init_app(app)
    _open_rooms(app)
    navigation.init_app(app)
    return app


def _configure(app: Flask, instance: Path, overrides: dict[str, Any]) -> None:
    config.prepare_instance(instance)
    app.config.from_mapping(config.DEFAULTS)
    app.config["SECRET_KEY"] = config.secret_key(instance)
    app.config.from_pyfile("config.py", silent=True)
    app.config.from_mapping(overrides)
    url = overrides.get("SQLALCHEMY_DATABASE_URI") or normalised_url(config.database_url(instance))
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(config.ROOT / "rtapp" / "translations")


def _open_rooms(app: Flask) -> None:
    from .accounts import views as accounts
    from .badges import views as badges
    from .checkin import api
    from .checkin import views as checkin
    from .events import views as events
    from .live import views as live
    from .roster import views as roster
    from .settings import views as settings
    from .web import pages

    for room in (pages, accounts, settings, events, roster, badges, checkin, live):
        app.register_blueprint(room.blueprint)
    for programs in (api, live):
        programs_blueprint = programs.api
        csrf.exempt(programs_blueprint)
        app.register_blueprint(programs_blueprint)
    app.extensions["rtapp_closers"] = closers = []
    app.extensions["rtapp_close"] = lambda: [close() for close in reversed(closers)]
    checkin.init_app(app)
    live.init_app(app)


def served_app() -> Flask:
    """Return the application for a server's worker process; it ends when the process that started it is gone."""
    from . import serving

    app = create_app()
    if os.environ.get("RTAPP_SERVED"):
        serving.end_with_parent()
        serving.when_asked_to_stop(app.extensions["rtapp_changes"].end)
    return app
