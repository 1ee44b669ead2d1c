"""The session cookie: its own name per instance and scheme, for cookies ignore ports and Secure ones leave HTTP."""

import hashlib
from functools import cache

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature

from .. import clock


def instance_mark(app: Flask) -> str:
    """Return six signs that stand for this instance's secret key."""
    return _mark(str(app.secret_key))


@cache
def _mark(secret_key: str) -> str:
    return hashlib.sha256(secret_key.encode()).hexdigest()[:6]


class DeskSessions(SecureCookieSessionInterface):
    """Signed cookies under a name of this instance; marked Secure where the line is."""

    def get_cookie_name(self, app: Flask) -> str:
        mark = instance_mark(app)
        return f"rtapp-{mark}-s" if request.is_secure else f"rtapp-{mark}"

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what the cookie holds; one of a moment to come is good, for clocks are set back.

        Without a cookie there is no signature to prepare for, and programs have none.
        """
        cookie = request.cookies.get(self.get_cookie_name(app))
        serializer = self.get_signing_serializer(app) if cookie else None
        if not cookie or serializer is None:
            return self.session_class()
        try:
            held, signed = serializer.loads(cookie, return_timestamp=True)
        except BadSignature:
            return self.session_class()
        return self.session_class(held if clock.utcnow() - signed <= app.permanent_session_lifetime else None)

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def init_app(app: Flask) -> None:
    """Use these sessions."""
    app.session_interface = DeskSessions()
