"""Devices: list, add, change, show the code that pairs a phone, revoke."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..db import db, transaction
from ..events import store as events
from ..events.checkpoint_store import find_checkpoints
from ..events.waves import CheckpointKind
from ..schema import Checkpoint, Device
from ..web import reach
from ..web.guard import acting, requires
from ..web.htmx import done
from ..web.requests import row_id
from . import devices_store, forms, store
from .devices_store import change_device, device_expiry_at, device_life, find_device, find_devices, give_bearer
from .lifetime import last_day
from .links_store import invite_device
from .roles import Duty, Role
from .shared_views import blueprint, one_time_page, page, unkept


@blueprint.get("/devices")
@requires(Duty.MANAGE_DEVICES)
def devices() -> Response:
    """List the devices, those over last, the users and the big screens."""
    now = clock.utcnow()
    rows = [_device_row(device, now) for device in find_devices(db.session)]
    living = [row for row in rows if not row["life"].is_over]
    return page(
        "devices",
        living=[row for row in living if row["device"].role != Role.VIEWER],
        screens=[row["device"] for row in living if row["device"].role == Role.VIEWER],
        over=[row for row in rows if row["life"].is_over],
        open_waves=list(dict.fromkeys(point.wave for point in _registrations())),
        users=store.find_users(db.session),
        now=now,
    )


@blueprint.route("/devices/new", methods=["GET", "POST"])
@requires(Duty.MANAGE_DEVICES)
def add_device() -> Response:
    """Add a device; its one-time code is made on its own page."""
    form, actor, now = forms.DeviceForm(), acting(), clock.utcnow()
    if request.method != "POST":
        form.checkpoints.data = [point.id for point in _registrations()]
        return _form_page("device_new", form)
    with form.refusals():
        form.check()
        label, role, points = form.label.data, Role(form.role.data), form.checkpoints.data
        with transaction() as session:
            expires = device_expiry_at(session, points, now)
            device = devices_store.add_device(session, actor.name, label, role, points, expires_at=expires, now=now)
        flash(_("“%(label)s” ditambahkan. Sekarang tampilkan kode QR-nya.", label=device.label), "ok")
        return redirect(url_for("accounts.device", device_id=device.id), 303)
    return _form_page("device_new", form)


@blueprint.route("/devices/<int:device_id>", methods=["GET", "POST"])
@requires(Duty.MANAGE_DEVICES)
def device(device_id: int) -> Response:
    """Show one device and change its label, role and checkpoints."""
    actor, form = acting(), forms.DeviceForm()
    device = find_device(db.session, device_id)
    if request.method != "POST":
        ids = [point.id for point in device.checkpoints]
        form.process(label=device.label, role=device.role, checkpoints=ids)
        return _form_page("device", form, device=device)
    with form.refusals():
        form.check()
        with transaction() as session:
            changes = (form.label.data, Role(form.role.data), form.checkpoints.data)
            change_device(session, actor.name, device, *changes, now=clock.utcnow())
        return done(_("Perubahan disimpan dan langsung berlaku."), "accounts.device", device_id=device_id)
    return _form_page("device", form, device=device)


@blueprint.route("/devices/<int:device_id>/link", methods=["GET", "POST"])
@requires(Duty.MANAGE_DEVICES)
def device_link(device_id: int) -> Response:
    """Make and show the one-time code that turns a phone into this device; reading alone makes none."""
    if request.method != "POST":
        return redirect(url_for("accounts.device", device_id=device_id), 303)
    with transaction() as session:
        device = find_device(session, device_id)
        secret = invite_device(session, acting().name, device, now=clock.utcnow())
    pairing = url_for("accounts.device_pairing", device_id=device.id, since=device.session_version)
    return one_time_page(secret, device=device, pairing=pairing)


@blueprint.get("/devices/<int:device_id>/pairing")
@requires(Duty.MANAGE_DEVICES)
def device_pairing(device_id: int) -> Response:
    """Say whether the code that is being shown was used; the page asks every two seconds."""
    device, since = find_device(db.session, device_id), request.args.get("since", 0, type=row_id)
    return page("_pairing", device=device, pairing=request.full_path, paired=device.session_version > since)


@blueprint.route("/devices/<int:device_id>/token", methods=["GET", "POST"])
@requires(Duty.MANAGE_DEVICES)
def device_token(device_id: int) -> Response:
    """Make and show, this once, the bearer token with which a program is this device."""
    if request.method != "POST":
        return redirect(url_for("accounts.device", device_id=device_id), 303)
    with transaction() as session:
        device = find_device(session, device_id)
        token = give_bearer(session, acting().name, device, now=clock.utcnow())
    return unkept(page("token", device=device, token=token, address=reach.for_phones()[0]))


@blueprint.post("/devices/<int:device_id>/revoke")
@requires(Duty.MANAGE_DEVICES)
def revoke_device(device_id: int) -> Response:
    """End a device's access at once."""
    with transaction() as session:
        device = find_device(session, device_id)
        devices_store.revoke_device(session, acting().name, device, now=clock.utcnow())
    return done(_("“%(label)s” dicabut dan tidak dapat mencatat lagi.", label=device.label), "accounts.devices")


def _device_row(device: Device, now: datetime) -> dict[str, Any]:
    life = device_life(device, now=now)
    return {"device": device, "life": life, "last_day": last_day(device.expires_at)}


def _registrations() -> list[Checkpoint]:
    points = find_checkpoints(db.session)
    return [point for point in points if point.kind == CheckpointKind.HADIR and not point.wave.closed_at]


def _form_page(name: str, form: forms.DeviceForm, device: Device | None = None) -> Response:
    now, chosen = clock.utcnow(), set(form.checkpoints.data or ())
    waves = [
        wave
        for wave in events.find_waves(db.session)
        if wave.checkpoints and (not wave.closed_at or chosen & {point.id for point in wave.checkpoints})
    ]
    row = _device_row(device, now) if device else None
    return page(name, form.status, form=form, waves=waves, chosen=chosen, row=row, now=now)
