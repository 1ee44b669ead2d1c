"""The headers of every answer: nothing from elsewhere, nothing inline, nothing private in a cache."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, g, request
from werkzeug.wrappers import Response

from .assets import FOREVER

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; script-src 'self'"
)


_SAME = [("X-Content-Type-Options", "nosniff"), ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")]
_REFERRER, _CACHE = ("Referrer-Policy", "same-origin"), ("Cache-Control", "private, no-cache")
PLAIN = [*_SAME, ("Content-Security-Policy", _POLICY), _REFERRER, _CACHE]  # of an answer that asks for nothing else


def allows_wasm(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let the pages of ``view`` run WebAssembly of our own origin: the QR decoder needs it."""

    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Any:
        g.csp_wasm = True
        return view(*args, **kwargs)

    return marked


def init_app(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_put)


def _put(response: Response) -> Response:
    wasm = " 'wasm-unsafe-eval'" if g.get("csp_wasm") else ""
    response.headers.extend(_SAME)  # nothing else sets them: there is none to look for and replace
    response.headers["Content-Security-Policy"] = _POLICY + wasm
    response.headers.setdefault(*_REFERRER)
    if request.endpoint == "static":  # what a versioned address answers never changes; any other is asked about
        lasting = g.get("lasting") and response.status_code in (200, 206, 304)
        response.headers["Cache-Control"] = f"max-age={FOREVER}" if lasting else "no-cache"
    else:
        response.headers.setdefault(*_CACHE)
    return response
