"""The roster on a tablet: find, edit a row in place, add, archive; one person's page."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..badges import store as badges
from ..db import begin_write, db
from ..events import place_store
from ..events import store as events
from ..events.waves import numeral
from ..refusals import Refused
from ..schema import District
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment, wants_fragment
from . import import_views, person_views, store  # noqa: F401  their routes are this room's too
from .forms import GUESTS, PersonForm, person_form, values_of, village_choices
from .revision import reconcile
from .shared_views import blame, blueprint, choices, listing_of, page_number, wanted_people

PAGE = 50
STATUSES = (("hadir", _l("Hadir")), ("belum", _l("Belum hadir")), ("arsip", _l("Diarsipkan")))
KINDS = (("rt", _l("Ketua RT")), *GUESTS.items())


@blueprint.get("/participants")
@requires(Duty.EDIT_ROSTER)
def participants() -> Response:
    """Show who is looked for, fifty at a time; the address holds the filters."""
    districts = place_store.find_districts(db.session)
    wanted = wanted_people(districts)
    total, everyone = store.count_people(db.session, wanted), store.count_people(db.session, store.Filter())
    page = min(page_number(), max(1, -(-total // PAGE)))
    found = store.find_people(db.session, wanted, limit=PAGE, offset=(page - 1) * PAGE)
    listing = listing_of(wanted, page)
    opened = next((person for person in found if str(person.id) == request.args.get("open")), None)
    context = {
        "wanted": wanted,
        "options": _options(wanted, districts),
        "found": found,
        "total": total,
        "everyone": everyone,
        "alike": bool(found) and not total,
        "first": (page - 1) * PAGE + 1,
        "listing": listing,
        "page_urls": _page_urls(wanted, page, total),
        "opened": opened.id if opened else None,
        **(_form_context(opened, listing) if opened else {}),
    }
    response = page_or_fragment("roster/participants.html", "roster/_participants.html", **context)
    return _with_address(response, listing, context) if wants_fragment() else response


@blueprint.get("/participants/<int:participant_id>")
@requires(Duty.EDIT_ROSTER)
def participant(participant_id: int) -> Response:
    """Open one person: in the list as a form, else on a page with card and attendance."""
    person = store.find_person(db.session, participant_id)
    return _person_answer(person, _form_context(person, listing_of(wanted_people(), page_number())))


@blueprint.get("/participants/<int:participant_id>/row")
@requires(Duty.EDIT_ROSTER)
def row(participant_id: int) -> Response:
    """Close one person's form in the list again."""
    person, listing = (
        store.find_person(db.session, participant_id),
        listing_of(wanted_people(), page_number()),
    )
    if not wants_fragment():
        return redirect(url_for(".participants", **listing), 303)
    return _row(person, listing)


@blueprint.post("/participants/<int:participant_id>")
@requires(Duty.EDIT_ROSTER)
def change(participant_id: int) -> Response:
    """Save one row; one that somebody else changed meanwhile is shown again with both values."""
    actor, now, wanted = acting(), clock.utcnow(), wanted_people()
    after = store.next_person(db.session, wanted, participant_id) if request.form.get("then") == "next" else None
    session = begin_write(db.session)
    person = store.find_person(session, participant_id)
    listing, form = listing_of(wanted, page_number()), person_form(person, *choices(), posted=True)
    if not form.validate():
        session.rollback()
        return _person_answer(person, _form_context(person, listing, form), 422)
    changes, version = form.changes(session), form.read_version
    try:
        store.change_participant(session, actor.name, participant_id, version, changes, now=now)
    except Refused as refused:
        session.rollback()
        return _refused_change(refused, participant_id, listing, form)
    session.commit()
    return _saved(participant_id, listing, after)


def _page_urls(wanted: store.Filter, page: int, total: int) -> tuple[str, str]:
    def to(number: int) -> str:
        return url_for(".participants", **listing_of(wanted, number))

    return to(page - 1) if page > 1 else "", to(page + 1) if page * PAGE < total else ""


def _options(wanted: store.Filter, districts: Sequence[District]) -> dict[str, list[tuple[str, str]]]:
    """Return what may be chosen in each filter; once a district is chosen its villages alone."""
    everything = ("", _("Semua"))
    chosen = [district for district in districts if district.code == wanted.district]
    villages = [(v.code, v.name) for v in chosen[0].villages] if chosen else village_choices(districts)
    waves = [(str(wave.number), numeral(wave.number)) for wave in events.find_waves(db.session)]
    return {
        "districts": [everything, *((district.code, district.name) for district in districts)],
        "villages": [everything, *villages],
        "waves": [everything, *waves, ("none", _("Belum ditentukan"))],
        "statuses": [everything, *STATUSES],
        "kinds": [everything, *KINDS],
    }


def _with_address(response: Response, listing: dict[str, Any], context: dict[str, Any]) -> Response:
    """Put the filters into the browser's address; a new district brings its villages along."""
    response.headers["HX-Replace-Url"] = url_for(".participants", **listing)
    before = parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    if before.get("district", [""])[0] != context["wanted"].district:
        chip = render_template("roster/_village_chip.html", **context)
        partial = f'<hx-partial hx-target="#village-chip" hx-swap="outerHTML">{chip}</hx-partial>'
        response.set_data(response.get_data(as_text=True) + partial)
    return response


def _form_context(
    person: store.Person, listing: dict[str, Any], form: PersonForm | None = None, **more: Any
) -> dict[str, Any]:
    form = form or (None if person.archived_at else person_form(person, *choices()))
    return {"person": person, "listing": listing, "form": form, "theirs": None, **more}


def _person_answer(person: store.Person, context: dict[str, Any], status: int = 200) -> Response:
    fragment = "roster/_row_form.html" if context["form"] else "roster/_row.html"
    if not wants_fragment():
        context |= {"badge": badges.live_badge(db.session, person.id), "on_own_page": True}
        context["marks"] = store.marks_of(db.session, person.id)
    return page_or_fragment("roster/participant.html", fragment, status, focused=wants_fragment(), **context)


def _row(person: store.Person, listing: dict[str, Any], more: str = "") -> Response:
    shown = render_template("roster/_row.html", person=person, listing=listing, focused=not more)
    return make_response(shown + more)


def _saved(participant_id: int, listing: dict[str, Any], after: tuple[int, int] | None) -> Response:
    """Answer a saved row: closed, and the next one open where that was asked."""
    here = listing.get("page", 1)
    page = after[1] // PAGE + 1 if after else here
    there = listing | {"page": page} if page > 1 else listing
    if not wants_fragment() or (after and page != here):
        to = url_for(".participants", **there, **({"open": after[0]} if after else {}))
        response = redirect(f"{to}#row-form-{after[0]}" if after else f"{to}#row-{participant_id}", 303)
        if wants_fragment():
            response = make_response("", 200, {"HX-Redirect": response.location})
        return response
    person, more = store.find_person(db.session, participant_id), ""
    if after:
        context = _form_context(store.find_person(db.session, after[0]), listing, focused=True)
        form = render_template("roster/_row_form.html", **context)
        more = f'<hx-partial hx-target="#row-{after[0]}" hx-swap="outerHTML">{form}</hx-partial>'
    return _row(person, listing, more)


def _refused_change(refused: Refused, participant_id: int, listing: dict[str, Any], form: PersonForm) -> Response:
    """Show the form again with the reason; after somebody else's change, with both values."""
    person = store.find_person(db.session, participant_id)
    if refused.code != "stale" or person.archived_at:
        blame(refused, form)
        return _person_answer(person, _form_context(person, listing, form), refused.status)
    revision = reconcile(form.read_values, form.values(), values_of(person))
    fresh = person_form(person, *choices(), revision.values)
    theirs = [
        (
            fresh[name].label.text,
            fresh.shown_value(name, revision.values[name]),
            fresh.shown_value(name, stored),
        )
        for name, stored in revision.theirs.items()
    ]
    return _person_answer(person, _form_context(person, listing, fresh) | {"theirs": theirs}, 409)
