"""A fast path for what a desk's page sends most, one plain scan; it skips checks made for the page's earlier scans.

It uses the same functions as the normal path (views.scan), in a Flask request that is not dispatched, and checks as
that does who sends it, what they may do and whether their session still holds. Everything else takes the normal path,
refusals too: a nonce that was recorded gets its answer again.
"""

import logging
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, g, request
from flask.ctx import RequestContext
from flask.sessions import SecureCookieSession
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from ..accounts.roles import Duty
from ..badges.token import SHORT_LENGTH
from ..refusals import Refused
from ..web import headers, request_log
from ..web.browsers import Browser, token_in
from ..web.epoch import epoch
from ..web.guard import current_actor, require_checkpoint
from ..web.places import take_place
from ..web.services import services, services_of
from .forms import attempt_of
from .shared_views import draw, record

log = logging.getLogger(__name__)
LONGEST = 4096  # bytes of one plain scan
_FORM = ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded;charset=UTF-8")
_FIELDS = {"nonce", "source", "code", "keys", "participant", "csrf_token"}
_HEAD = [("Content-Type", "text/html; charset=utf-8"), *headers.PLAIN, ("Vary", "Cookie")]
_SAID_BETTER_BY_THE_LONG_WAY = (Refused, HTTPException, ValueError, TimeoutError, SQLAlchemyError)
Reply = tuple[list[tuple[str, str]], bytes]


def init_app(app: Flask) -> None:
    """Install the fast path for plain scans from pages."""
    app.wsgi_app = ExpressPage(app)  # type: ignore[method-assign]


class ExpressPage:
    """A WSGI wrapper that answers plain scans from pages itself and passes everything else on to Flask."""

    def __init__(self, app: Flask) -> None:
        self._app, self._browsers, self._long_way = app, services_of(app).browsers, app.wsgi_app

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as WSGI does."""
        browser = self._browsers.find(environ) if _is_plain(environ) else None
        reply = self._reply(environ, browser) if browser else None
        if reply is None:
            return self._long_way(environ, start)
        start("200 OK", reply[0])
        return [reply[1]]

    def _reply(self, environ: dict[str, Any], browser: Browser) -> Reply | None:
        """Return the reply; None when the normal path must answer."""
        try:
            with RequestContext(self._app, environ, session=SecureCookieSession(browser.session)):
                return _record_plain(browser, time.perf_counter())
        except _SAID_BETTER_BY_THE_LONG_WAY:
            return None
        except Exception:
            log.exception("the short way of a page's scan failed")  # the page notices nothing: the normal path answers
            return None


def _is_plain(environ: dict[str, Any]) -> bool:
    """Say whether a request looks like a page's scan, judged without its body."""
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("PATH_INFO", "").endswith("/scans")
        and environ.get("HTTP_HX_REQUEST") == "true"
        and "HTTP_HX_HISTORY_RESTORE_REQUEST" not in environ
        and environ.get("CONTENT_TYPE") in _FORM
        and length.isdecimal()
        and int(length) <= LONGEST
        and not environ.get("QUERY_STRING")
    )


def _record_plain(browser: Browser, begun: float) -> Reply | None:
    """Record the scan of this request and return the reply, None when it is not a plain scan."""
    actor = current_actor() if request.endpoint == "checkin.scan" else None
    if actor is None or not actor.may(Duty.SCAN):
        return None
    take_place(services().signed_in, actor.mark)
    fields = _fields()
    token = token_in(fields, request.environ)
    if fields.keys() - _FIELDS or token not in browser.tokens or not _is_of_a_card(fields):
        return None
    g.csrf_token = token  # valid for the forms in the answer too
    checkpoint_id = (request.view_args or {})["checkpoint_id"]
    require_checkpoint(checkpoint_id)
    answer = record(attempt_of(fields, checkpoint_id, actor, fields["nonce"]))
    body, number = draw(answer).encode(), request_log.number()
    request_log.tell(number, "POST", str(request.url_rule), 200, begun, actor)
    return [*_HEAD, ("Content-Length", str(len(body))), ("X-Epoch", epoch()), ("X-Request-ID", number)], body


def _fields() -> dict[str, str]:
    """Return the posted form fields; raises ValueError when a field is repeated or is not text."""
    body = request.environ["wsgi.input"].read(int(request.environ["CONTENT_LENGTH"]))
    request.environ["wsgi.input"] = BytesIO(body)  # for the normal path
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=len(_FIELDS))
    fields = dict(pairs)
    if len(fields) < len(pairs) or any("\0" in text for text in fields.values()):
        raise ValueError("a form that no page of ours sends")
    return fields


def _is_of_a_card(fields: dict[str, str]) -> bool:
    """Say whether a form names a person, by code or id, and no other field is long enough to hold a card's code."""
    others = (fields.get("source", ""), fields.get("participant", ""))
    return bool(fields.get("code") or others[1]) and "nonce" in fields and max(map(len, others)) < SHORT_LENGTH
