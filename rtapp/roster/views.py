"""The roster on a tablet: find, edit a row in place, add, archive; one person's page."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..badges import store as badges
from ..db import begin_write, db
from ..events import store as events
from ..events.waves import numeral
from ..refusals import Refused
from ..schema import District, Wave
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment, wants_fragment
from . import seat_store, store
from .forms import BY_INVITATION, PersonForm, new_form, person_form, values_of, village_choices
from .revision import reconcile

blueprint = Blueprint("roster", __name__)
PAGE = 50
# The field beside which a refusal is shown.
FIELDS = {"no_name": "name", "long_name": "name", "seat_taken": "rt", "which_rw": "rw", "no_village": "village"}


@blueprint.get("/participants")
@requires(Duty.EDIT_ROSTER)
def participants() -> Response:
    """Show who is looked for, fifty at a time; the address holds the filters."""
    districts = seat_store.find_districts(db.session)
    wanted = _wanted(districts)
    total, everyone = store.count_people(db.session, wanted), store.count_people(db.session, store.Filter())
    page = min(_page(), max(1, -(-total // PAGE)))
    found = store.find_people(db.session, wanted, limit=PAGE, offset=(page - 1) * PAGE)
    listing = _listing(wanted, page)
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
    return _person_answer(person, _form_context(person, _listing(_wanted(), _page())))


@blueprint.get("/participants/<int:participant_id>/row")
@requires(Duty.EDIT_ROSTER)
def row(participant_id: int) -> Response:
    """Close one person's form in the list again."""
    person, listing = store.find_person(db.session, participant_id), _listing(_wanted(), _page())
    if not wants_fragment():
        return redirect(url_for(".participants", **listing), 303)
    return _row(person, listing)


@blueprint.post("/participants/<int:participant_id>")
@requires(Duty.EDIT_ROSTER)
def change(participant_id: int) -> Response:
    """Save one row; one that somebody else changed meanwhile is shown again with both values."""
    actor, now = acting(), clock.utcnow()
    session = begin_write(db.session)
    person, wanted = store.find_person(session, participant_id), _wanted()
    listing, form = _listing(wanted, _page()), person_form(person, *_choices())
    after = store.next_person(session, wanted, participant_id) if request.form.get("then") == "next" else None
    if not form.validate():
        session.rollback()
        return _person_answer(person, _form_context(person, listing, form), 422)
    changes, version = _changes(session, form), form.read_version
    try:
        store.change_participant(session, actor.name, participant_id, version, changes, now=now)
    except Refused as refused:
        session.rollback()
        return _refused_change(refused, participant_id, listing, form)
    session.commit()
    return _saved(participant_id, listing, after)


@blueprint.get("/participants/new")
@requires(Duty.EDIT_ROSTER)
def new() -> str:
    """Ask who is to be added: a head with a seat, or a guest without one."""
    guest = _is_guest()
    return render_template("roster/participant_new.html", form=new_form(guest, *_choices()), guest=guest)


@blueprint.post("/participants/new")
@requires(Duty.EDIT_ROSTER)
def add() -> Response | tuple[str, int]:
    """Add one person, with a card."""
    actor, now, guest = acting(), clock.utcnow(), _is_guest()
    session = begin_write(db.session)
    form = new_form(guest, *_choices())
    try:
        if not form.validate():
            raise Refused("invalid", "Periksa isian yang ditandai.", 422)
        event = events.the_event(session)
        person = store.add_participant(session, actor.name, event.id, now=now, **_facts(session, form))
    except Refused as refused:
        session.rollback()
        _show(refused, form)
        page = render_template("roster/participant_new.html", form=form, guest=guest)
        return page, refused.status
    badges.issue_missing(session, [person.id], now=now)
    name, participant_id = person.name, person.id
    session.commit()
    flash(_("%(name)s ditambahkan.", name=name), "ok")
    if request.form.get("then") == "another":
        return redirect(url_for(".new", kind="tamu" if guest else None), 303)
    return redirect(url_for(".participant", participant_id=participant_id), 303)


@blueprint.post("/participants/<int:participant_id>/archive")
@requires(Duty.EDIT_ROSTER)
def archive(participant_id: int) -> Response:
    """Take one person off the roster with a reason."""
    actor, now = acting(), clock.utcnow()
    session = begin_write(db.session)
    store.archive_participant(session, actor.name, participant_id, request.form.get("reason", ""), now=now)
    session.commit()
    flash(_("Peserta diarsipkan. Kartunya tidak berlaku lagi."), "ok")
    return redirect(url_for(".participant", participant_id=participant_id), 303)


@blueprint.post("/participants/<int:participant_id>/restore")
@requires(Duty.EDIT_ROSTER)
def restore(participant_id: int) -> Response:
    """Put one person back on the roster."""
    actor, now = acting(), clock.utcnow()
    session = begin_write(db.session)
    store.restore_participant(session, actor.name, participant_id, now=now)
    badges.issue_missing(session, [participant_id], now=now)
    session.commit()
    flash(_("Peserta dipulihkan. Kartunya berlaku lagi."), "ok")
    return redirect(url_for(".participant", participant_id=participant_id), 303)


def _wanted(districts: Sequence[District] = ()) -> store.Filter:
    """Return what the address asks for; a village outside the chosen district is let go."""
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("q", *store.FACETS)}
    chosen = next((district for district in districts if district.code == asked["district"]), None)
    if chosen and asked["village"] not in [village.code for village in chosen.villages]:
        asked["village"] = ""
    return store.Filter(**asked)


def _page() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _is_guest() -> bool:
    return request.args.get("kind", "rt") != "rt"


def _listing(wanted: store.Filter, page: int) -> dict[str, Any]:
    """Return the list's filters and page as they stand in an address."""
    filters = {name: getattr(wanted, name) for name in ("q", *store.FACETS)}
    return {name: value for name, value in filters.items() if value} | ({"page": page} if page > 1 else {})


def _page_urls(wanted: store.Filter, page: int, total: int) -> tuple[str, str]:
    def to(number: int) -> str:
        return url_for(".participants", **_listing(wanted, number))

    return to(page - 1) if page > 1 else "", to(page + 1) if page * PAGE < total else ""


def _choices() -> tuple[Sequence[Wave], Sequence[District]]:
    return events.find_waves(db.session), seat_store.find_districts(db.session)


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
        "statuses": [everything, ("hadir", _("Hadir")), ("belum", _("Belum hadir")), ("arsip", _("Diarsipkan"))],
        "kinds": [
            everything, ("rt", _("Ketua RT")), ("tamu", _("Tamu")), ("panitia", _("Panitia")),
            ("narasumber", _("Narasumber")),
        ],
    }  # fmt: skip


def _with_address(response: Response, listing: dict[str, Any], context: dict[str, Any]) -> Response:
    """Put the filters into the browser's address; a new district brings its villages along."""
    response.headers["HX-Replace-Url"] = url_for(".participants", **listing)
    before = request.headers.get("HX-Current-URL", "")
    if f"district={context['wanted'].district}" not in before or not context["wanted"].district:
        chip = render_template("roster/_village_chip.html", **context)
        partial = f'<hx-partial hx-target="#village-chip" hx-swap="outerHTML">{chip}</hx-partial>'
        response.set_data(response.get_data(as_text=True) + partial)
    return response


def _form_context(
    person: store.Person, listing: dict[str, Any], form: PersonForm | None = None, **more: Any
) -> dict[str, Any]:
    form = form or (None if person.archived_at else person_form(person, *_choices()))
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
        _show(refused, form)
        return _person_answer(person, _form_context(person, listing, form), refused.status)
    revision = reconcile(form.read_values, form.values(), values_of(person))
    fresh = person_form(person, *_choices(), revision.values)
    theirs = [
        (fresh[name].label.text, fresh.shown_value(name, revision.values[name]), fresh.shown_value(name, stored))
        for name, stored in revision.theirs.items()
    ]
    return _person_answer(person, _form_context(person, listing, fresh) | {"theirs": theirs}, 409)


def _show(refused: Refused, form: PersonForm) -> None:
    name = FIELDS.get(refused.code, "")
    errors = form[name].errors if name in form else form.form_errors
    if refused.code != "invalid":
        errors.append(refusal_text(refused))


def _changes(session: Session, form: PersonForm) -> dict[str, Any]:
    """Return the form's values as the store's changes."""
    values = form.values()
    changes: dict[str, Any] = {name: values[name] for name in ("name", "phone", "gender", "note")}
    changes["wave_id"] = events.wave_by_number(session, int(values["wave"])).id if values["wave"] else None
    if "village" in values:
        changes["place"] = (values["village"], values["rt"], values["rw"])
    else:
        changes["kind"] = values["kind"]
    return changes


def _facts(session: Session, form: PersonForm) -> dict[str, Any]:
    """Return the form's values as the facts of somebody new."""
    values = form.values()
    facts: dict[str, Any] = {name: values[name] for name in ("name", "phone", "gender")}
    facts |= {"note_text": values["note"], "kind": values.get("kind", "rt"), "wave_id": None}
    if "village" in values:
        seat = seat_store.seat_by_hand(session, values["village"], values["rt"], values["rw"])
        facts["seat"] = seat
    if values["wave"] == BY_INVITATION:
        facts["wave_id"] = seat_store.invited_waves(session).get(facts["seat"].village.district.code)
    elif values["wave"]:
        facts["wave_id"] = events.wave_by_number(session, int(values["wave"])).id
    return facts


from . import import_views as import_views  # noqa: E402  its pages belong to the same blueprint
