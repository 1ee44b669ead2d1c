"""Add somebody, take them off the roster, put them back."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..badges import store as badges
from ..db import db, transaction
from ..events import store as events
from ..web.guard import acting, requires
from ..web.htmx import done
from ..web.requests import form_text
from . import store
from .forms import new_form
from .shared_views import blueprint, choices


@blueprint.get("/participants/new")
@requires(Duty.EDIT_ROSTER)
def new() -> str | Response:
    """Ask who is to be added: a head with a seat, or a guest without one; there must be an event."""
    if events.find_event(db.session) is None:
        return redirect(url_for(".participants"))
    guest = _is_guest()
    return render_template("roster/participant_new.html", form=new_form(guest, *choices()), guest=guest)


@blueprint.post("/participants/new")
@requires(Duty.EDIT_ROSTER)
def add() -> Response | tuple[str, int]:
    """Add one person, with a card."""
    actor, now, guest = acting(), clock.utcnow(), _is_guest()
    form = new_form(guest, *choices())
    with form.refusals():
        form.check()
        with transaction() as session:
            event = events.the_event(session)
            person = store.add_participant(session, actor.name, event.id, now=now, **form.facts(session))
            badges.issue_missing(session, [person.id], now=now)
            name, participant_id = person.name, person.id
        flash(_("%(name)s ditambahkan.", name=name), "ok")
        if form_text("then") == "another":
            return redirect(url_for(".new", kind="tamu" if guest else None), 303)
        return redirect(url_for(".participant", participant_id=participant_id), 303)
    return render_template("roster/participant_new.html", form=form, guest=guest), form.status


@blueprint.post("/participants/<int:participant_id>/archive")
@requires(Duty.EDIT_ROSTER)
def archive(participant_id: int) -> Response:
    """Take one person off the roster with a reason."""
    with transaction() as session:
        store.archive_participant(session, acting().name, participant_id, form_text("reason"), now=clock.utcnow())
    return done(_("Peserta diarsipkan. Kartunya tidak berlaku lagi."), ".participant", participant_id=participant_id)


@blueprint.post("/participants/<int:participant_id>/restore")
@requires(Duty.EDIT_ROSTER)
def restore(participant_id: int) -> Response:
    """Put one person back on the roster."""
    actor, now = acting(), clock.utcnow()
    with transaction() as session:
        store.restore_participant(session, actor.name, participant_id, now=now)
        badges.issue_missing(session, [participant_id], now=now)
    return done(_("Peserta dipulihkan. Kartunya berlaku lagi."), ".participant", participant_id=participant_id)


def _is_guest() -> bool:
    return request.args.get("kind", "rt") != "rt"
