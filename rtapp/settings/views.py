"""Pengaturan lain: the options a committee can set, with what each of them risks."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.addresses import reachable
from ..accounts.roles import Duty
from ..badges.token import payload
from ..db import begin_write, db
from ..refusals import Refused
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.network import lan_addresses
from ..web.reauthentication import ask_again
from . import (
    letterhead_views,  # noqa: F401  its routes are this room's
    signatories_views,  # noqa: F401  so are these
    store,
)
from .options import OPTIONS
from .shared_views import blueprint

SAMPLE_TOKEN = "CONTOH2345ABCDEF"  # as long as a card's


@blueprint.get("/settings")
@requires(Duty.MANAGE_SETTINGS)
def options() -> str:
    """Show every option with its value and what it is for."""
    return _options(store.read_all(db.session), {})


@blueprint.post("/settings")
@requires(Duty.MANAGE_SETTINGS)
def save() -> Response | tuple[str, int]:
    """Keep all options together, or none where one cannot be used."""
    actor, now, typed = acting(), clock.utcnow(), _typed()
    problems = _unasked(typed)
    session = begin_write(db.session)
    for key, value in typed.items():
        try:
            store.change(session, actor.name, key, value, now=now)
        except Refused as refused:
            problems[key] = refusal_text(refused)
    if problems:
        session.rollback()
        return _options(typed, problems), 422
    session.commit()
    flash(_("Tersimpan."), "ok")
    return redirect(url_for(".options"), 303)


def _unasked(typed: dict[str, Any]) -> dict[str, str]:
    """Return what is to be said where something risky is turned on without the password."""
    if not typed["admin_over_http"] or store.read(db.session, "admin_over_http"):
        return {}
    try:
        ask_again()
    except Refused as refused:
        return {"admin_over_http": refusal_text(refused)}
    return {}


def _typed() -> dict[str, Any]:
    """Return what stands in the form; a flag that is absent is off, a text that is absent stays as it is."""
    form, kept = request.form, store.read_all(db.session)
    return {key: key in form if option.kind == "flag" else form.get(key, kept[key]) for key, option in OPTIONS.items()}


def _options(values: dict[str, Any], problems: dict[str, str]) -> str:
    return render_template(
        "settings/options.html",
        options=OPTIONS.values(),
        values=values,
        problems=problems,
        payload=payload(SAMPLE_TOKEN, store.read(db.session, "base_url")),
        addresses=reachable(request.host_url.rstrip("/"), lan_addresses()),
    )
