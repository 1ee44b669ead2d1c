"""Building the application, in the order of a table of contents: config → database → rooms → errors."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, Rule

from . import config
from .db import db, engine_options, normalised_url
from .refusals import Refused
from .web import (
    answers,
    assets,
    card_fields,
    catalogue,
    epoch,
    errors,
    filters,
    guard,
    headers,
    helper,
    hosts,
    navigation,
    places,
    request_log,
    requests,
    services,
    sessions,
)

csrf = CSRFProtect()


class Id(IntegerConverter):
    """A row's id in a URL; a number that no database could hold matches no route."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_map, *args, **{"max": 2**63 - 1, **kwargs})


class Address(Rule):
    """A rule that compiles what builds its links with the first of them: for all rules a twentieth of a start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)
        return lambda rule, **values: compiled(append_unknown)(rule, **values)


class DeskApp(Flask):
    """Flask without coroutine views: we have none, and checking every function takes time."""

    url_rule_class = Address
    jinja_environment = filters.DeskTemplates
    jinja_options: ClassVar[dict[str, Any]] = {"cache_size": -1}  # unlimited: no need to track the last use

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(instance: Path | None = None, **overrides: Any) -> Flask:
    """Return the application for ``instance`` (created if missing); ``overrides`` win over all other settings."""
    instance = (instance or config.instance_folder()).resolve()
    app = DeskApp(
        "rtapp",
        instance_path=str(instance),
        instance_relative_config=True,
        root_path=str(config.ROOT / "rtapp"),
        template_folder=str(config.ROOT / "templates"),
        static_folder=str(config.ROOT / "static"),
    )
    _configure(app, instance, overrides)
    app.url_map.converters["int"] = Id
    requests.init_app(app)
    answers.init_app(app)
    db.init_app(app)
    services.init_app(app)
    sessions.init_app(app)
    request_log.init_app(app)
    catalogue.build()
    filters.init_app(app)
    assets.init_app(app)
    hosts.init_app(app)
    guard.init_app(app)
    places.init_app(app)
    csrf.init_app(app)  # after these two: it reads the body, and the body of a refused client is not waited for
    places.let_go_early(app)
    card_fields.init_app(app)
    headers.init_app(app)
    epoch.init_app(app)
    errors.init_app(app)
    from .checkin import express_page_views, express_views

    _open_rooms(app)
    navigation.init_app(app)
    express_page_views.init_app(app)
    express_views.init_app(app)
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, instance: Path, overrides: dict[str, Any]) -> None:
    config.prepare_instance(instance)
    app.config.from_mapping(config.DEFAULTS)
    app.config["SECRET_KEY"] = config.secret_key(instance)
    try:
        app.config.from_pyfile("config.py", silent=True)
    except Exception as error:
        raise Refused(
            "bad_config",
            "Pengaturan di %(file)s tidak dapat dibaca (%(why)s). Perbaiki atau hapus berkas itu.",
            file=instance / "config.py",
            why=f"{type(error).__name__}: {error}",
        ) from error
    app.config.from_mapping(overrides)
    url = overrides.get("SQLALCHEMY_DATABASE_URI") or normalised_url(config.database_url(instance))
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(config.ROOT / "rtapp" / "translations")


def _open_rooms(app: Flask) -> None:
    from .accounts import views as accounts
    from .audit import views as audit
    from .badges import views as badges
    from .checkin import api
    from .checkin import views as checkin
    from .events import views as events
    from .imports import views as imports
    from .live import views as live
    from .privacy import views as privacy
    from .reports import desk_list_views as lists
    from .reports import views as reports
    from .roster import views as roster
    from .safety import views as safety
    from .settings import views as settings
    from .web import help_views, pages, setup_views

    preparing, papers = (audit, accounts, settings, events, roster, imports), (badges, lists, reports)
    rooms = (pages, setup_views, help_views, *preparing, checkin, live, *papers, safety, privacy)
    for room in rooms:
        app.register_blueprint(room.blueprint)
    for programs in (api, live):
        programs_blueprint = programs.api
        csrf.exempt(programs_blueprint)
        app.register_blueprint(programs_blueprint)


_lent: list[Flask] = []


def lend(app: Flask) -> None:
    """Let the processes forked from this one serve ``app``: they need not load it and share its memory.

    Its database must be closed, and none of its threads started.
    """
    _lent[:] = [app]


def served_app() -> Flask:
    """Return the application for a server's worker process, which ends when its parent process is gone."""
    from .laptop import logs, serving, worker
    from .reports import desk_list_files as lists
    from .safety import schedule as backups

    ports = {name: int(os.environ.get(f"RTAPP_{name}") or 0) for name in ("HTTP_PORT", "TLS_PORT")}
    app = _lent[0] if _lent else create_app(**ports)
    app.config |= ports
    if os.environ.get("RTAPP_SERVED"):
        logs.start(Path(app.instance_path))
        serving.end_with_parent()
        shared = services.services_of(app)
        serving.when_asked_to_stop(lambda: (shared.changes.end(), worker.STRANGERS.end()))
        shared.helper = helper.Helper()
        if os.environ.get("RTAPP_WORKERS") == "1":
            shared.writer.split()
        shared.writer.watch()
        lists.start(app, app.config["FALLBACK_SECONDS"])
        backups.start(app, app.config["BACKUP_SECONDS"])
    return app
