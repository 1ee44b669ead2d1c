"""The session cookie: its own name per instance and scheme, for cookies ignore ports and Secure ones leave HTTP."""

import hashlib

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface


def instance_mark(app: Flask) -> str:
    """Return six signs that stand for this instance's secret key."""
    return hashlib.sha256(str(app.secret_key).encode()).hexdigest()[:6]


class DeskSessions(SecureCookieSessionInterface):
    """Signed cookies under a name of this instance; marked Secure where the line is."""

    def get_cookie_name(self, app: Flask) -> str:
        mark = instance_mark(app)
        return f"rtapp-{mark}-s" if request.is_secure else f"rtapp-{mark}"

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def init_app(app: Flask) -> None:
    """Use these sessions."""
    app.session_interface = DeskSessions()
