"""Every request has a number: on the answer, on the page of an error, and in the log's line about it."""

import logging
import secrets
import time

from flask import Flask, g, request
from werkzeug.wrappers import Response

from ..accounts.roles import Actor

log = logging.getLogger("rtapp.requests")


def init_app(app: Flask) -> None:
    """Number requests, and write a line about each where the process keeps a log."""
    app.before_request(_begin)
    app.after_request(_tell)


def number() -> str:
    """Return the number of this request: eight signs that can be read aloud."""
    if "number" not in g:
        g.number = new_number()
    return g.number


def new_number() -> str:
    """Return a number for another request."""
    return secrets.token_hex(4)


def _begin() -> None:
    g.begun = time.perf_counter()


def _tell(response: Response) -> Response:
    response.headers["X-Request-ID"] = number()
    if request.endpoint != "static":
        method = request.method if request.url_rule else "?"
        begun, rule = g.get("begun", time.perf_counter()), str(request.url_rule or "?")
        tell(number(), method, rule, response.status_code, begun, g.get("actor"), g.get("refused"))
    return response


def tell(
    number: str, method: str, rule: str, status: int, begun: float, actor: Actor | None, refused: str | None = None
) -> None:
    """Write a line about a request that began at ``begun`` (time.perf_counter), where the process keeps a log.

    It holds the rule and not the address, for that may hold a card's code or a name.
    """
    if not log.isEnabledFor(logging.INFO):
        return
    facts = {
        "number": number,
        "method": method,
        "route": rule,
        "status": status,
        "refused": refused,
        "ms": round((time.perf_counter() - begun) * 1000, 1),
        "by": actor.mark if actor else None,
    }
    # As log.info() does, but for the search where in the code it was called from.
    log.handle(log.makeRecord(log.name, logging.INFO, "", 0, "answered", (), None, extra={"facts": facts}))
