"""A fast path for what a desk's page sends most, one plain scan; it skips checks made for the page's earlier scans.

It uses the same functions as the normal path (views.scan), in a Flask request that is not dispatched, and checks as
that does who sends it, what they may do and whether their session still holds. Everything else takes the normal path,
refusals too: a nonce that was recorded gets its answer again. On SQLite the writer draws the reply, as it has read what
that shows; where the server supports it, it sends it, too, and no thread waits for the disk.
"""

import contextvars
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, g, request
from flask.ctx import RequestContext
from flask.sessions import SecureCookieSession
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from .. import clock
from ..accounts.devices_store import Paired
from ..accounts.roles import Duty
from ..badges import token as codes
from ..db import Line
from ..refusals import Refused
from ..web import headers, request_log
from ..web.browsers import Browser, token_in
from ..web.epoch import epoch
from ..web.guard import current_actor, is_seen, require_checkpoint
from ..web.places import take_place
from ..web.services import services, services_of
from .attempt import Answer, Attempt
from .express_views import AGAIN, LATER, Reply
from .forms import attempt_of
from .shared_views import draw, facts_for, needs_session

log = logging.getLogger(__name__)
LONGEST = 4096  # bytes of one plain scan
_FORM = ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded;charset=UTF-8")
_FIELDS = {"nonce", "source", "code", "keys", "participant", "csrf_token"}
_HEAD = [("Content-Type", "text/html; charset=utf-8"), *headers.PLAIN, ("Vary", "Cookie")]
_SAID_BETTER_BY_THE_LONG_WAY = (Refused, HTTPException, ValueError, TimeoutError, SQLAlchemyError)


def init_app(app: Flask) -> None:
    """Install the fast path for plain scans from pages."""
    app.wsgi_app = ExpressPage(app)  # type: ignore[method-assign]


class ExpressPage:
    """A WSGI wrapper that answers plain scans from pages itself and passes everything else on to Flask."""

    def __init__(self, app: Flask) -> None:
        self._app, self._shared, self._long_way = app, services_of(app), app.wsgi_app

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes] | None:
        """Answer as WSGI does; None when the answer is sent later, through the object that ``environ`` holds."""
        browser = self._shared.browsers.find(environ) if _is_plain(environ) else None
        scan = _PlainScan(self._app, environ, browser) if browser else None
        writer, later = self._shared.writer, environ.get(LATER)
        if scan and scan.attempt and later and writer.shows:
            writer.submit(scan.attempt, partial(scan.send, later), scan.sender, scan.show)
            return None
        with _left_to_the_long_way():
            if scan and scan.attempt:
                scan.finish(writer.record(scan.attempt, sender=scan.sender, see=scan.show))
        if scan:
            scan.leave()
        if scan is None or scan.reply is None:
            return self._long_way(environ, start)
        start("200 OK", scan.reply[1])
        return [scan.reply[2]]


class _PlainScan:
    """A request that may be a plain scan: ``attempt`` is None where it is none, ``reply`` until that is drawn.

    Flask's context of the request is entered here and left with the reply, on whichever threads.
    """

    def __init__(self, app: Flask, environ: dict[str, Any], browser: Browser) -> None:
        self._begun, self._here = time.perf_counter(), contextvars.copy_context()
        self._context = RequestContext(app, environ, session=SecureCookieSession(browser.session))
        self._here.run(self._context.push)
        self.attempt: Attempt | None = None
        self.sender: Paired | None = None
        self.reply: Reply | None = None
        self._facts: dict[str, Any] | None = None
        with _left_to_the_long_way():
            self._here.run(self._read, browser)

    def show(self, line: Line, answer: Answer, shared: dict[int, Any]) -> None:
        """Read what the reply shows on the writer's line, unless that takes more than a line."""
        facts = self._here.run(facts_for, line, answer, shared)
        self._facts = None if needs_session(answer, facts) else facts

    def finish(self, answer: Answer) -> None:
        """Draw the reply."""
        self._here.run(self._draw, answer)

    def leave(self) -> None:
        """Leave the context, which gives back what the request took; even where that fails the page is answered."""
        with _left_to_the_long_way():
            self._here.run(self._context.pop)

    def send(self, later: Any, outcome: Any) -> None:
        """Draw and send the reply; without one the normal path answers, where a recorded scan is known.

        It runs on the writer's thread, which must not wait for a connection of the pool.
        """
        with _left_to_the_long_way():
            if self._facts:
                self.finish(outcome)
        self.leave()
        if self.reply is None:
            later.again(self._context.request.environ["wsgi.input"].getvalue())
        else:
            later.send(*self.reply)

    def _read(self, browser: Browser) -> None:
        known = browser.device
        if known and is_seen(services(), known.actor, clock.utcnow()):
            g.actor, self.sender = known.actor, known  # whether that still holds is asked by the writer
        self.attempt = _plain_attempt(browser)

    def _draw(self, answer: Answer) -> None:
        body, number = draw(answer, self._facts).encode(), request_log.number()
        request_log.tell(number, "POST", str(request.url_rule), 200, self._begun, current_actor())
        lines = [("Content-Length", str(len(body))), ("X-Epoch", epoch()), ("X-Request-ID", number)]
        self.reply = 200, [*_HEAD, *lines], body


@contextmanager
def _left_to_the_long_way() -> Iterator[None]:
    """End the block where it raises: the normal path answers then, and the page notices nothing."""
    try:
        yield
    except _SAID_BETTER_BY_THE_LONG_WAY:
        pass
    except Exception:
        log.exception("the short way of a page's scan failed")


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
        and AGAIN not in environ
    )


def _plain_attempt(browser: Browser) -> Attempt | None:
    """Return the scan of this request, None when it is not a plain one."""
    actor = current_actor() if request.endpoint == "checkin.scan" else None
    if actor is None or actor.over or not actor.may(Duty.SCAN):
        return None
    take_place(services().signed_in, actor.mark)
    fields = _fields()
    token = token_in(fields, request.environ)
    if fields.keys() - _FIELDS or token not in browser.tokens or not _is_of_a_card(fields):
        return None
    g.csrf_token = token  # valid for the forms in the answer too
    checkpoint_id = (request.view_args or {})["checkpoint_id"]
    require_checkpoint(checkpoint_id)
    attempt = attempt_of(fields, checkpoint_id, actor, fields["nonce"])
    return None if codes.TEST_TOKEN in attempt.tokens else attempt


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
    return bool(fields.get("code") or others[1]) and "nonce" in fields and max(map(len, others)) < codes.SHORT_LENGTH
