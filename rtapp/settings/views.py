"""Pengaturan lain: the options a committee can set, with what each of them risks."""

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db, transaction
from ..web.guard import acting, requires
from ..web.htmx import done
from ..web.reauthentication import ask_again
from . import (
    address_views,  # noqa: F401  their routes are this room's
    letterhead_views,  # noqa: F401
    signatories_views,  # noqa: F401
    store,
)
from .forms import OptionsForm
from .options import FLAGS, OPTIONS
from .shared_views import blueprint


@blueprint.get("/settings")
@requires(Duty.MANAGE_SETTINGS)
def options() -> str:
    """Show every option with its value and what it is for."""
    return _page(OptionsForm(formdata=None, data=store.read_all(db.session)))


@blueprint.post("/settings")
@requires(Duty.MANAGE_SETTINGS)
def save() -> Response | tuple[str, int]:
    """Keep all options together, or none where one cannot be used."""
    actor, now, form = acting(), clock.utcnow(), OptionsForm()
    with form.refusals():
        if form.flags()["admin_over_http"] and not store.read(db.session, "admin_over_http"):
            ask_again()  # it is risky to turn on
        with transaction() as session:
            for key, value in form.flags().items():
                store.change(session, actor.name, key, value, now=now)
        return done(_("Tersimpan."), ".options")
    return _page(form), form.status


def _page(form: OptionsForm) -> str:
    return render_template("settings/options.html", options=[OPTIONS[key] for key in FLAGS], form=form)
