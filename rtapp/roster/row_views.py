"""One row of the roster, open and closed: read, saved, and saved by two people at once."""

from typing import Any

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..badges import store as badges
from ..db import begin_write, db
from ..refusals import Refused
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment, wants_fragment
from ..web.requests import form_has, form_text, page_number
from . import store
from .find_store import Person, find_person, neighbour
from .forms import PersonForm, person_form, values_of
from .history_store import last_change, marks_of
from .revision import Revision, reconcile
from .shared_views import PAGE, blueprint, choices, form_context, listing_of, wanted_people

STEPS = {"next": 1, "previous": -1}  # which row is opened once this one is saved


@blueprint.get("/participants/<int:participant_id>")
@requires(Duty.EDIT_ROSTER)
def participant(participant_id: int) -> Response:
    """Open one person: in the list as a form, else on a page with card and attendance."""
    person = find_person(db.session, participant_id)
    return _person_answer(person, form_context(person, listing_of(wanted_people(), page_number())))


@blueprint.get("/participants/<int:participant_id>/row")
@requires(Duty.EDIT_ROSTER)
def row(participant_id: int) -> Response:
    """Close one person's form in the list again."""
    person = find_person(db.session, participant_id)
    listing = listing_of(wanted_people(), page_number())
    if not wants_fragment():
        return redirect(url_for(".participants", **listing), 303)
    return _row(person, listing)


@blueprint.post("/participants/<int:participant_id>")
@requires(Duty.EDIT_ROSTER)
def change(participant_id: int) -> Response:
    """Save one row; one that somebody else changed meanwhile is shown again with both values."""
    actor, now, wanted = acting(), clock.utcnow(), wanted_people()
    step = STEPS.get(form_text("then"))
    near = neighbour(db.session, wanted, participant_id, step) if step else None
    session = begin_write(db.session)
    person = find_person(session, participant_id)
    listing, form = listing_of(wanted, page_number()), person_form(person, *choices(), posted=True)
    form.settle()
    if not form.validate():
        session.rollback()
        return _person_answer(person, form_context(person, listing, form), 422)
    changes, version = form.changes(session), form.read_version
    try:
        store.change_participant(session, actor.name, participant_id, version, changes, now=now)
    except Refused as refused:
        session.rollback()
        return _refused_change(refused, participant_id, listing, form, near)
    session.commit()
    return _saved(participant_id, listing, near)


def _person_answer(person: Person, context: dict[str, Any], status: int = 200) -> Response:
    context["on_own_page"] = form_has("own") or not wants_fragment()
    fragment = "roster/_row_form.html" if context["form"] else "roster/_row.html"
    if not wants_fragment():
        context["badge"] = badges.live_badge(db.session, person.id)
        context["marks"] = marks_of(db.session, person.id)
    return page_or_fragment("roster/participant.html", fragment, status, focused=wants_fragment(), **context)


def _row(person: Person, listing: dict[str, Any], more: str = "") -> Response:
    shown = render_template("roster/_row.html", person=person, listing=listing, focused=not more)
    return make_response(shown + more)


def _saved(participant_id: int, listing: dict[str, Any], near: tuple[int, int] | None) -> Response:
    """Answer a saved row: closed, and the one beside it open where that was asked."""
    here = listing.get("page", 1)
    page = near[1] // PAGE + 1 if near else here
    if not wants_fragment() or form_has("own") or page != here:
        to = f"#row-form-{near[0]}" if near else f"#row-{participant_id}"
        there = {name: value for name, value in listing.items() if name != "page"}
        there |= {"page": page} if page > 1 else {}
        address = url_for(".participants", **there, **({"open": near[0]} if near else {})) + to
        return make_response("", 200, {"HX-Redirect": address}) if wants_fragment() else redirect(address, 303)
    person, more = find_person(db.session, participant_id), ""
    if near:
        context = form_context(find_person(db.session, near[0]), listing)
        form = render_template("roster/_row_form.html", focused=True, **context)
        more = f'<hx-partial hx-target="#row-{near[0]}" hx-swap="outerHTML">{form}</hx-partial>'
    return _row(person, listing, more)


def _refused_change(
    refused: Refused, participant_id: int, listing: dict[str, Any], form: PersonForm, near: tuple[int, int] | None
) -> Response:
    """Show the form again with the reason; after somebody else's change, with both values."""
    person = find_person(db.session, participant_id)
    if refused.code != "stale" or person.archived_at:
        form.blame(refused)
        return _person_answer(person, form_context(person, listing, form), refused.status)
    stored = values_of(person)
    revision = reconcile(form.read_values, form.values(), stored)
    if revision.leaves_nothing_to_save(stored):
        return _saved(participant_id, listing, near)
    fresh = person_form(person, *choices(), revision.values)
    context = form_context(person, listing, fresh)
    context["conflict"] = _conflict(participant_id, fresh, revision)
    return _person_answer(person, context, 409)


def _conflict(participant_id: int, form: PersonForm, revision: Revision) -> dict[str, Any]:
    """Return who changed the row, what of it both did (name, label, mine, stored) and what they did alone."""
    both = [
        (name, form[name].label.text, form.shown_value(name, revision.values[name]), form.shown_value(name, stored))
        for name, stored in revision.theirs.items()
    ]
    taken = [(form[name].label.text, form.shown_value(name, stored)) for name, stored in revision.taken.items()]
    return {"both": both, "taken": taken, "last": last_change(db.session, participant_id)}
