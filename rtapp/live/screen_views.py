"""The big screen: counts for a hall, opened by a one-time link that sets a cookie; created and revoked on a page."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.devices_store import add_device, device_expiry_at, find_device, revoke_device
from ..accounts.links_store import find_link, invite_device, use_link
from ..accounts.roles import Duty, Role
from ..db import db, transaction
from ..documents import qr
from ..events import store as events
from ..events.waves import numeral
from ..refusals import Refused
from ..schema import Device, Wave
from ..web import reach
from ..web.errors import refusal_text
from ..web.filters import today
from ..web.guard import acting, public, requires, start_session
from ..web.requests import form_has, form_id
from .shared_views import blueprint, own_wave, sees, stream_of, waves_of
from .store import counts_at, current_wave, registration_of


@blueprint.get("/waves/<int:wave_id>/screen")
@requires(Duty.SEE_COUNTS)
def screen(wave_id: int) -> str:
    """Show the numbers of a wave to a whole hall: counts, never a name."""
    own_wave(wave_id)
    return render_template("live/screen.html", now=clock.utcnow(), **_screen(wave_id))


@blueprint.get("/waves/<int:wave_id>/screen/stream")
@requires(Duty.SEE_COUNTS)
def screen_stream(wave_id: int) -> Response:
    """Stream the numbers, now and after every change."""
    own_wave(wave_id)
    return stream_of(
        ("screen", wave_id), lambda: render_template("live/_screen.html", **_screen(wave_id)), sees(wave_id)
    )


@blueprint.get("/screens")
@requires(Duty.MANAGE_DEVICES)
def screens() -> Response:
    """Redirect to the list of big screens."""
    return redirect(_listed(), 303)


@blueprint.post("/screens")
@requires(Duty.MANAGE_DEVICES)
def add_screen() -> Response | tuple[str, int]:
    """Make a link for a screen of one wave, or a new link for an existing screen, and show it only now."""
    actor = acting().name
    try:
        with transaction() as session:
            if form_has("device"):
                device = _screen_device(form_id("device") or 0)
            else:
                device = _new_screen(actor, form_id("wave") or 0)
            secret = invite_device(session, actor, device, now=clock.utcnow())
    except Refused as refused:
        return render_template("live/screen_link.html", problem=refusal_text(refused)), refused.status
    address = reach.for_phones()[0]
    url = f"{address}{url_for('.open_screen', secret=secret)}"
    code = Markup(qr.svg(url, _("Kode QR layar besar")))
    page = render_template("live/screen_link.html", url=url, code=code, shown=device)
    return current_app.make_response((page, 200, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}))


@blueprint.post("/screens/<int:device_id>/revoke")
@requires(Duty.MANAGE_DEVICES)
def revoke_screen(device_id: int) -> Response:
    """Revoke a screen at once: its cookie and any unused link."""
    with transaction() as session:
        device = _screen_device(device_id)
        revoke_device(session, acting().name, device, now=clock.utcnow())
    flash(_("“%(label)s” dicabut.", label=device.label), "ok")
    return redirect(_listed(), 303)


@blueprint.route("/screen/<secret>", methods=["GET", "POST"])
@public
def open_screen(secret: str) -> Response | tuple[str, int]:
    """Show the button that opens the screen; pressing it turns the link into a cookie and removes it from the URL."""
    now, problem, status = clock.utcnow(), "", 200
    try:
        link = find_link(db.session, secret, now=now)
        if link.role != Role.VIEWER:
            raise Refused("link_used", "Tautan ini bukan tautan layar besar.", 404)
        if request.method == "POST":
            with transaction() as session:
                _user, device = use_link(session, secret, now=now)
            start_session(None, device)
            return redirect(url_for(".own_screen"), 303)
    except Refused as refused:
        db.session.rollback()
        problem, status = refusal_text(refused), refused.status
    page = render_template("live/open_screen.html", problem=problem)
    return current_app.make_response((page, status, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}))


@blueprint.get("/screen")
@requires(Duty.SEE_COUNTS)
def own_screen() -> Response:
    """Redirect to the screen of the current wave."""
    wave = current_wave(waves_of(acting()), today())
    target = url_for(".screen", wave_id=wave.id) if wave else url_for(".counts_of_current_wave")
    return redirect(target, 303)


def _screen(wave_id: int) -> dict[str, Any]:
    point = registration_of(db.session, wave_id)
    return {"wave": events.find_wave(db.session, wave_id), "counts": counts_at(db.session, point.id) if point else None}


def _listed() -> str:
    return url_for("accounts.devices", _anchor="screens")


def _new_screen(actor: str, wave_id: int) -> Device:
    wave, now = events.find_wave(db.session, wave_id), clock.utcnow()
    point = _registration(wave)
    if point is None:
        raise Refused("no_checkpoint", "Gelombang ini belum punya titik registrasi.", 409)
    expires = device_expiry_at(db.session, [point], now)
    label = _("Layar besar Gelombang %(wave)s", wave=numeral(wave.number))
    return add_device(db.session, actor, label, Role.VIEWER, [point], expires_at=expires, now=now)


def _registration(wave: Wave) -> int | None:
    point = registration_of(db.session, wave.id)
    return point.id if point else None


def _screen_device(device_id: int) -> Device:
    device = find_device(db.session, device_id)
    if device.role != Role.VIEWER:
        raise Refused("no_device", "Perangkat ini tidak ada.", 404)
    return device
