"""Browsers whose forms were let in: what one showed then is good while it shows the very same.

Checked once are the name and the page it came by, the signature of its cookie and of its form's token. Who it is and
what they may is asked at every request, or by the writer before it records (``Paired``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import g, request, session

from .. import clock
from ..accounts.devices_store import Paired
from . import hosts

GOOD_FOR = timedelta(hours=1)  # then it is looked at again, for a cookie grows old
MOST, TOKENS = 1_000, 20
_MARKS = ("wsgi.url_scheme", "HTTP_HOST", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_COOKIE")  # all that was checked
Marks = tuple[Any, ...]


@dataclass(frozen=True)
class Browser:
    """The session in a browser's cookie, the CSRF tokens of its forms, and until when both are trusted.

    ``device`` is who that session stood for when it was last asked, None for a person.
    """

    session: dict[str, Any]
    tokens: frozenset[str]
    until: datetime
    device: Paired | None


class Browsers:
    """The browsers that this process has let in, by the marks of their requests."""

    def __init__(self) -> None:
        self._known: dict[Marks, Browser] = {}

    def find(self, environ: dict[str, Any]) -> Browser | None:
        """Return the known browser whose marks equal those of this request, else None."""
        browser = self._known.get(_marks(environ))
        return browser if browser and clock.utcnow() < browser.until else None

    def remember(self) -> None:
        """Remember the browser of this request and its form's token, once both have been verified.

        Not where a name of the committee's let it in, for that may change, nor where the cookie is about to.
        """
        origin, token = request.headers.get("Origin", "null"), token_in(request.form, request.environ)
        itself = hosts.is_private(request.host) and hosts.is_same(origin, request.host)
        if not token or not g.get("csrf_valid") or not itself or session.modified:
            return
        if len(self._known) >= MOST:
            self._known.clear()
        marks, until = _marks(request.environ), clock.utcnow() + GOOD_FOR
        before = self._known.get(marks)
        tokens = before.tokens if before and len(before.tokens) < TOKENS else frozenset()
        device = Paired(g.actor, session["device"][1]) if "device" in session else None
        self._known[marks] = Browser(dict(session), tokens | {token}, until, device)


def token_in(form: Any, environ: dict[str, Any]) -> str:
    """Return the token that a form came with, in a field or in a header; "" for none."""
    return form.get("csrf_token") or environ.get("HTTP_X_CSRFTOKEN", "")


def _marks(environ: dict[str, Any]) -> Marks:
    return tuple(map(environ.get, _MARKS))
