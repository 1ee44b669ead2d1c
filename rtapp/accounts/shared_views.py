"""The blueprint of this room and what its pages share: rendering, a one-time link as a code."""

from typing import Any

from flask import Blueprint, make_response, render_template
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from ..documents import qr
from ..schema import Device, User
from ..web import reach
from ..web.requests import form_text
from .addresses import is_here_only

blueprint = Blueprint("accounts", __name__)


def page(name: str, status: int = 200, **context: Any) -> Response:
    """Render a page of this room."""
    return make_response(render_template(f"accounts/{name}.html", **context), status)


def unkept(response: Response) -> Response:
    """Let no browser keep the page: a secret is on it."""
    response.headers["Cache-Control"] = "no-store"
    return response


def one_time_page(
    secret: str, *, user: User | None = None, device: Device | None = None, pairing: str = ""
) -> Response:
    """Show a one-time link, this once, as a code for a phone and as text."""
    addresses = reach.for_phones()
    chosen = form_text("address")
    address = chosen if chosen in addresses else addresses[0]
    url = f"{address}/links/{secret}"
    context = {
        "user": user,
        "device": device,
        "pairing": pairing,
        "url": url,
        "code": Markup(qr.svg(url, _("Kode QR tautan sekali pakai"))),
        "address": address,
        "others": [other for other in addresses if other != address],
        "here_only": is_here_only(address),
        "lost": reach.warning(),
    }
    return unkept(page("one_time", **context))
