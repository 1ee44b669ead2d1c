"""The session cookie: its own name per instance and scheme, for cookies ignore ports and Secure ones leave HTTP.

A device is signed in at both by one pairing: the phone's own camera opens a card at HTTP while its desk is on HTTPS. So
its session lies in the plain cookie too, and HTTPS reads that where it has none. A person's session stays on its line:
the cookie says which (``line``), so that one read from plain HTTP opens nothing at HTTPS under whatever name.
"""

import hashlib
from functools import cache
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from .. import clock


def instance_mark(app: Flask) -> str:
    """Return six signs that stand for this instance's secret key."""
    return _mark(str(app.secret_key))


@cache
def _mark(secret_key: str) -> str:
    return hashlib.sha256(secret_key.encode()).hexdigest()[:6]


def _name(app: Flask, *, secure: bool) -> str:
    return f"rtapp-{instance_mark(app)}{'-s' if secure else ''}"


class DeskSessions(SecureCookieSessionInterface):
    """Signed cookies under a name of this instance; marked Secure where the line is."""

    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs and reads cookies, made once: every request asks for it several times."""
        return self._serializer

    def get_cookie_name(self, app: Flask) -> str:
        return _name(app, secure=request.is_secure)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what the cookie of this line holds; at HTTPS else a device's session of plain HTTP."""
        held = self._held(app, request.cookies.get(_name(app, secure=request.is_secure)))
        if held is not None and "user" in held and held.get("line", request.scheme) != request.scheme:
            held = None
        if held is None and request.is_secure:
            plain = self._held(app, request.cookies.get(_name(app, secure=False))) or {}
            if "device" in plain:
                taken = self.session_class()
                taken.update(plain)  # new to this line, so its cookie is set
                return taken
        return self.session_class(held)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the session in the cookie of this line, a device's at HTTPS in the plain one, too."""
        super().save_session(app, session, response)
        serializer = self.get_signing_serializer(app)
        if request.is_secure and "device" in session and serializer and self.should_set_cookie(app, session):
            response.set_cookie(
                _name(app, secure=False),
                serializer.dumps(dict(session)),
                expires=self.get_expiration_time(app, session),
                path=self.get_cookie_path(app),
                httponly=True,
                samesite=self.get_cookie_samesite(app),
            )

    def _held(self, app: Flask, cookie: str | None) -> dict[str, Any] | None:
        """Return what a cookie holds; one signed in the future is good, as clocks may be set back.

        Without a cookie there is no signature to prepare for, and programs have none.
        """
        serializer = self.get_signing_serializer(app) if cookie else None
        if not cookie or serializer is None:
            return None
        try:
            held, signed = serializer.loads(cookie, return_timestamp=True)
        except BadSignature:
            return None
        return held if clock.utcnow() - signed <= app.permanent_session_lifetime else None

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def init_app(app: Flask) -> None:
    """Make every session one of ``DeskSessions``."""
    app.session_interface = DeskSessions(app)
