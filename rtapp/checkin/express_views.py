"""A fast path for what a desk's program sends most, one plain scan; it skips what only pages need.

It answers as the normal path does (api.py), by the same rules; everything else takes the normal path, refusals too.
That path has identified the program before: the writer checks on recording that this still holds. No thread waits for
the disk: where the server supports it, the writer itself sends the answer once the scan is recorded.
"""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Flask

from .. import clock
from ..accounts import passwords
from ..accounts.devices_store import Bearer
from ..accounts.roles import Actor, Duty
from ..badges import token as codes
from ..refusals import Refused
from ..web import epoch, headers, hosts, request_log
from ..web.guard import is_seen
from ..web.services import services_of
from .api import as_json, attempt_in
from .attempt import Answer, Attempt
from .decision import NO_DECISION

PATH = "/api/v1/scans"
LONGEST = 4096  # bytes of one plain scan
LATER = "rtapp.later"  # environ key of the object that answers a request after the WSGI call has returned
AGAIN = "rtapp.again"  # environ key that is set when the fast path recorded nothing
_OF_PAGES = ("HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "QUERY_STRING")
_text = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode  # as Flask's jsonify
Reply = tuple[int, list[tuple[str, str]], bytes]  # status, headers, body


def init_app(app: Flask) -> None:
    """Install the fast path for plain scans from programs."""
    app.wsgi_app = Express(app)  # type: ignore[method-assign]


@dataclass(slots=True)
class _PlainScan:
    """A plain scan: its body as sent, its sender, and when it arrived (seconds of the performance counter)."""

    body: bytes
    attempt: Attempt
    bearer: Bearer
    begun: float


class Express:
    """A WSGI wrapper that answers plain scans itself and passes everything else on to Flask."""

    def __init__(self, app: Flask) -> None:
        self._app, self._shared, self._long_way = app, services_of(app), app.wsgi_app

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes] | None:
        """Answer as WSGI does; None when the answer is sent later, through the object that ``environ`` holds."""
        scan = self._plain_scan(environ) if _is_plain(environ) else None
        if scan is None:
            return self._long_way(environ, start)
        if later := environ.get(LATER):
            self._shared.writer.submit(scan.attempt, lambda outcome: self._send(later, scan, outcome), scan.bearer)
            return None
        try:
            outcome: Any = self._shared.writer.record(scan.attempt, sender=scan.bearer)
        except Exception as failure:
            outcome = failure
        reply = self._reply(scan, outcome)
        if reply is None:
            return self._long_way(environ, start)
        start("200 OK", reply[1])
        return [reply[2]]

    def _plain_scan(self, environ: dict[str, Any]) -> _PlainScan | None:
        """Return the request's plain scan, with a place taken for it; None for anything else."""
        begun, digest = time.perf_counter(), passwords.digest(environ["HTTP_AUTHORIZATION"][7:].strip())
        bearer = self._shared.bearers.get(digest)
        if bearer is None or not bearer.actor.may(Duty.SCAN) or not is_seen(self._shared, bearer.actor, clock.utcnow()):
            return None
        if not self._shared.signed_in.take(bearer.actor.mark):
            return None
        attempt = None
        try:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = BytesIO(body)  # for the normal path
            attempt = _plain_attempt(body, bearer.actor)
        finally:
            if attempt is None:
                self._shared.signed_in.give_back(bearer.actor.mark)
        return attempt and _PlainScan(body, attempt, bearer, begun)

    def _send(self, later: Any, scan: _PlainScan, outcome: Any) -> None:
        reply = self._reply(scan, outcome)
        if reply is None:
            later.again(scan.body)
        else:
            later.send(*reply)

    def _reply(self, scan: _PlainScan, outcome: Any) -> Reply | None:
        """Give the place back and return the reply, None when nothing was recorded."""
        actor, era = scan.bearer.actor, epoch.named(self._app, scan.bearer.epoch)
        self._shared.signed_in.give_back(actor.mark)
        if not isinstance(outcome, Answer):
            self._shared.bearers.pop(scan.bearer.digest, None)  # the normal path identifies the sender anew
            return None
        body, number = f"{_text(as_json(outcome))}\n".encode(), request_log.new_number()
        lines = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("X-Epoch", era)]
        if outcome.replayed:
            lines.append(("Idempotent-Replay", "true"))
        request_log.tell(number, "POST", PATH, 200, scan.begun, actor)
        return 200, [*lines, *headers.PLAIN, ("X-Request-ID", number)], body


def _is_plain(environ: dict[str, Any]) -> bool:
    """Say whether a request looks like a program's scan, judged without its body."""
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        environ.get("PATH_INFO") == PATH
        and environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") == "application/json"
        and length.isdecimal()
        and int(length) <= LONGEST
        and environ.get("HTTP_AUTHORIZATION", "").startswith("Bearer ")
        and not any(map(environ.get, _OF_PAGES))
        and hosts.is_private(environ.get("HTTP_HOST", ""))
        and AGAIN not in environ
    )


def _plain_attempt(body: bytes, actor: Actor) -> Attempt | None:
    """Return the scan in a body; None for several, a decision, the test card, and anything that is refused."""
    try:
        attempt = attempt_in(json.loads(body), actor)
    except (Refused, ValueError, RecursionError):
        return None
    decides = attempt.decision != NO_DECISION or attempt.follows
    return None if decides or codes.TEST_TOKEN in attempt.tokens else attempt
