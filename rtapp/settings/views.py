"""Pengaturan lain: the options a committee can set, with what each of them risks."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import begin_write, db
from ..refusals import Refused
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.reauthentication import ask_again
from . import (
    address_views,  # noqa: F401  their routes are this room's
    letterhead_views,  # noqa: F401
    signatories_views,  # noqa: F401
    store,
)
from .options import OPTIONS
from .shared_views import blueprint


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
    """Return what stands in the form: a flag that is absent is off. The address has a page of its own."""
    return {key: key in request.form for key, option in OPTIONS.items() if option.kind == "flag"}


def _options(values: dict[str, Any], problems: dict[str, str]) -> str:
    return render_template(
        "settings/options.html",
        options=[option for option in OPTIONS.values() if option.kind == "flag"],
        values=values,
        problems=problems,
    )
