"""Who is asking and whether they may: default deny, every view says its duty or that it is public."""

import ipaddress
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response

from .. import clock
from ..accounts import store as accounts
from ..accounts.devices_store import SEEN_EVERY, bearer_of, device_actor, is_stale_seen, mark_seen
from ..accounts.roles import PROTECTED, Actor, Duty
from ..db import db, end_reading
from ..refusals import Refused
from ..schema import Device, User
from ..settings import store as settings
from .htmx import wants_fragment, wants_json
from .services import Services, services

View = TypeVar("View", bound=Callable[..., Any])
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def requires(*duties: Duty) -> Callable[[View], View]:
    """Mark a view as open to whoever carries one of ``duties``."""

    def mark(view: View) -> View:
        view.rtapp_duties = frozenset(duties)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    view.rtapp_duties = frozenset()  # type: ignore[attr-defined]
    return view


def takes_late(view: View) -> View:
    """Mark a view as one at which a device that is over may hand in what it scanned before."""
    view.rtapp_late = True  # type: ignore[attr-defined]
    return view


def current_actor() -> Actor | None:
    """Return who is asking, None for a stranger; looked up once per request."""
    if "actor" not in g:
        g.actor = _bearer() or _cookie()
    return g.actor


def acting() -> Actor:
    """Return who is asking inside a guarded view."""
    actor = current_actor()
    if actor is None:
        raise Unauthorized()
    return actor


def require_checkpoint(checkpoint_id: int) -> None:
    """Refuse with 403 when the actor was not given this checkpoint."""
    refuse_other_checkpoint(acting(), checkpoint_id)


def refuse_other_checkpoint(actor: Actor, checkpoint_id: int) -> None:
    """Refuse with 403 when ``actor`` was not given this checkpoint."""
    if not actor.may_use(checkpoint_id):
        raise Refused("not_your_checkpoint", "Perangkat ini tidak diberi titik absensi tersebut.", 403)


def start_session(user: User | None, device: Device | None) -> None:
    """Make the browser's session that of ``user`` or ``device``; nothing of an earlier one stays."""
    language = session.get("language")
    session.clear()
    session.permanent = True
    if language:
        session["language"] = language
    if user or device:
        request.environ["rtapp.known"] = True  # whom the server need not pace
    if user:
        session["user"] = [user.id, user.session_version, secrets.token_urlsafe(9)]
        session["line"] = request.scheme
    elif device:
        session["device"] = [device.id, device.session_version]


def session_mark() -> str:
    """Return what tells this browser's session from the others of its user, "" where it has none."""
    return str([*session.get("user", ()), "", "", ""][2])


def init_app(app: Flask) -> None:
    """Ask the guard before every request."""
    app.before_request(_guard)
    app.context_processor(lambda: {"actor": current_actor()})


def _guard() -> Response | None:
    if request.endpoint == "static":
        return None
    if (gone := services().writer.gone) is not None:
        raise gone  # the database was taken away under the server: no page shows numbers that are no more
    if request.endpoint is None:
        return None
    duties = getattr(current_app.view_functions[request.endpoint], "rtapp_duties", None)
    if duties is None:
        raise Forbidden()  # a view that forgot to say is nobody's
    if not duties:
        return None
    actor = current_actor()
    if actor is None:
        if wants_json() or wants_fragment() or request.method not in ("GET", "HEAD"):
            raise Unauthorized()
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    if not any(actor.may(duty) for duty in duties):
        raise Forbidden()
    if duties <= PROTECTED and not _is_private_line():
        raise Refused(
            "admin_needs_private_line",
            "Halaman admin hanya dibuka di laptop server (localhost) atau lewat HTTPS. "
            "Ini dapat diizinkan di Pengaturan, dengan risiko yang disebut di sana.",
            403,
        )
    return None


def _is_private_line() -> bool:
    if request.is_secure or _is_loopback(request.remote_addr or ""):
        return True
    return bool(settings.read(db.session, "admin_over_http"))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _bearer() -> Actor | None:
    header = request.headers.get("Authorization", "")
    if not wants_json() or not header.startswith("Bearer "):
        return None
    token, now, late = header[7:].strip(), clock.utcnow(), _takes_late()
    bearer = services().lines.read(lambda line: bearer_of(line, token, now=now, handing_in=late))
    services().remember(bearer)
    return _note_seen(bearer and bearer.actor)


def _cookie() -> Actor | None:
    if wants_json() and (request.method != "GET" or "Authorization" in request.headers):
        return None  # programs that write show a token, so that no page can write through a visitor's cookie
    if "user" in session:
        return services().lines.read(lambda line: accounts.user_actor(line, *session["user"]))
    if "device" in session:
        now, late, who = clock.utcnow(), _takes_late(), session["device"]
        return _note_seen(services().lines.read(lambda line: device_actor(line, *who, now=now, handing_in=late)))
    return None


def _takes_late() -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), "rtapp_late", False))


def is_seen(shared: Services, actor: Actor, now: datetime) -> bool:
    """Say whether this device's "last seen" was checked recently; always True for users."""
    return actor.device_id is None or abs(now - shared.seen.get(actor.id, LONG_AGO)) < SEEN_EVERY


def _note_seen(actor: Actor | None) -> Actor | None:
    now, shared = clock.utcnow(), services()
    if actor is None or is_seen(shared, actor, now):
        return actor
    shared.seen[actor.id] = now
    if shared.lines.read(lambda line: is_stale_seen(line, actor.id, now=now)):
        end_reading()
        if shared.unwritten.is_first(actor.id):  # it waits for a transaction that writes for all who come meanwhile
            shared.writer.run(lambda write: mark_seen(write, shared.unwritten.take(), now=now))
    return actor
