"""Bantuan: how an event is prepared and held, what to do when; a sheet for the desk. Public, offline, printable."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from ..documents import qr
from . import reach
from .guard import public

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@public
def whole() -> str:
    """Show the ten steps, the day, the laptop and what to do when."""
    return render_template("help/help.html")


@blueprint.get("/help/desk")
@public
def desk() -> str:
    """Show the one sheet for whoever sits at a desk; its code opens it on a phone."""
    address = f"{reach.for_phones()[0]}{url_for('.desk')}"
    code = Markup(qr.svg(address, _("Kode QR halaman ini")))
    return render_template("help/desk.html", address=address, code=code)
