"""The pages of no room: the start, the language, health, licences."""

import re
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    send_from_directory,
    session,
    url_for,
)
from sqlalchemy import text
from werkzeug.wrappers import Response

from ..accounts.roles import Duty
from ..db import db
from . import assets
from .filters import LANGUAGES
from .guard import current_actor, public
from .requests import form_text

blueprint = Blueprint("pages", __name__)
_NOT_READ = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # what browsers drop from an address, or end it at


@blueprint.get("/")
@public
def start() -> Response:
    """Send whoever comes to the page they work on."""
    actor = current_actor()
    if actor is None:
        return redirect(url_for("accounts.sign_in"), 303)
    for duty, endpoint in ((Duty.MANAGE_EVENT, "events.overview"), (Duty.SCAN, "checkin.desks")):
        if actor.may(duty) and (duty != Duty.MANAGE_EVENT or actor.kind == "user"):
            return redirect(url_for(endpoint), 303)
    return redirect(url_for("live.counts_of_current_wave"), 303)


@blueprint.post("/language")
@public
def language() -> Response:
    """Change the language of this browser and return to the page it was on."""
    wanted = form_text("language")
    if wanted in LANGUAGES:
        session.permanent = True
        session["language"] = wanted
    return redirect(local_target(form_text("next")) or local_target(request.referrer) or "/", 303)


@blueprint.get("/healthz")
@public
def health() -> Response:
    """Answer 200 when the database answers."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@blueprint.get("/sw.js")
@public
def service_worker() -> Response:
    """Give browsers the service worker: at the top, so that it may serve every page of the desk."""
    return send_from_directory(current_app.static_folder or "", "js/sw.js", mimetype="text/javascript", max_age=0)


@blueprint.get("/licences")
@public
def licences() -> str:
    """Show whose work is used and on what terms."""
    return render_template("licences.html", licences=assets.licences(current_app.static_folder))


def local_target(address: str | None) -> str | None:
    """Return the path of ``address`` when it leads to ourselves, else None: no redirect leaves this server.

    It is compared as the browser will read it, which drops control characters and takes a backslash for a slash.
    """
    if not address:
        return None
    if address.startswith(request.host_url):
        address = "/" + address[len(request.host_url) :]
    if address != _NOT_READ.sub("", address) or "\\" in address:
        return None  # no page of ours has such an address
    parts = urlsplit(address)
    local = address.startswith("/") and not address.startswith("//") and not parts.scheme and not parts.netloc
    return address if local else None
