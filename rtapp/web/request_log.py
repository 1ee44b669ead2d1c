"""Every request has a number: on the answer, on the page of an error, and in the log's line about it."""

import logging
import secrets
import time

from flask import Flask, g, request
from werkzeug.wrappers import Response

log = logging.getLogger("rtapp.requests")


def init_app(app: Flask) -> None:
    """Number requests, and write a line about each where the process keeps a log."""
    app.before_request(_begin)
    app.after_request(_tell)


def number() -> str:
    """Return the number of this request: eight signs that can be read aloud."""
    if "number" not in g:
        g.number = secrets.token_hex(4)
    return g.number


def _begin() -> None:
    g.begun = time.perf_counter()


def _tell(response: Response) -> Response:
    response.headers["X-Request-ID"] = number()
    if request.endpoint != "static" and log.isEnabledFor(logging.INFO):
        log.info("answered", extra={"facts": _facts(response)})
    return response


def _facts(response: Response) -> dict[str, object]:
    """Return what was asked and answered: the rule and not the address, for that may hold a card's code or a name."""
    actor = g.get("actor")
    return {
        "number": number(),
        "method": request.method if request.url_rule else "?",
        "route": str(request.url_rule or "?"),
        "status": response.status_code,
        "refused": g.get("refused"),
        "ms": round((time.perf_counter() - g.get("begun", time.perf_counter())) * 1000, 1),
        "by": f"{actor.kind}:{actor.id}" if actor else None,
    }
