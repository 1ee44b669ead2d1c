"""One address, a page or its fragment: what the asker can use."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response


def wants_fragment() -> bool:
    """Say whether htmx or our own script asks for a part of a page (a restored history entry wants the whole)."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def wants_json() -> bool:
    """Say whether a program asks: everything below ``/api/``."""
    return request.path.startswith("/api/")


def page_or_fragment(page: str, fragment: str, status: int = 200, **context: Any) -> Response:
    """Render ``fragment`` for htmx and ``page`` (which includes it) for everybody else."""
    template = fragment if wants_fragment() else page
    response = make_response(render_template(template, **context), status)
    response.vary.add("HX-Request")
    return response


def done(message: str, endpoint: str, **values: Any) -> Response:
    """Send the browser to the page of ``endpoint``, with ``message`` on it."""
    flash(message, "ok")
    return redirect(url_for(endpoint, **values), 303)
