"""Cards on their way to their holders: pictures for a messenger, village by village, and the list of handing over."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db, transaction
from ..documents.paper import plain
from ..events import store as events
from ..events.about_store import about_of
from ..events.place_store import find_villages
from ..roster.find_store import find_person
from ..schema import Wave
from ..settings import store as settings
from ..web import reach
from ..web.downloads import download, fonts
from ..web.guard import acting, requires
from ..web.requests import form_fields, form_has, form_id, form_text
from . import papers, store
from .choice_store import NO_WAVE, holders_of, tally, title_of
from .forms import CardsForm
from .messenger import chat_address, message_for
from .sent_store import note_sent, sent_to
from .shared_views import blueprint, checked_choice_form


@blueprint.get("/cards/villages")
@requires(Duty.EDIT_ROSTER)
def villages() -> Response:
    """Redirect to the choice of a village whose people are sent their cards."""
    return redirect(url_for(".cards", wave=request.args.get("wave"), _anchor="send"), 303)


@blueprint.get("/cards/villages/<code>")
@requires(Duty.EDIT_ROSTER)
def village(code: str) -> str:
    """Show the card holders of a village, with a chat link for each who has a phone."""
    form = _of_village(code)
    holders = holders_of(db.session, form.choice())
    chats = [
        (holder, chat_address(holder.phone, message_for(holder.card)) if holder.phone else "") for holder in holders
    ]
    missing = tally(db.session, form.choice()).missing
    place = next(place for place in find_villages(db.session) if place.code == code)
    sent_at = sent_to(db.session, [holder.id for holder in holders])
    context = {"holders": chats, "missing": missing, "wave": form.wave.data, "sent_at": sent_at}
    context |= {"base_url": settings.read(db.session, "base_url"), "standing": reach.standing()}
    return render_template("badges/village.html", place=place, **context)


@blueprint.post("/cards/villages/<code>/sent")
@requires(Duty.EDIT_ROSTER)
def village_sent(code: str) -> Response:
    """Record that a person of a village was sent their card, or undo that."""
    actor, now, form = acting(), clock.utcnow(), _of_village(code)
    person = find_person(db.session, form_id("participant") or 0).id
    with transaction() as session:
        note_sent(session, actor.name, person, sent=form_text("sent") == "1", now=now)
    back = url_for(".village", code=code, wave=form.wave.data or None, _anchor=f"person-{person}")
    return redirect(back, 303)


@blueprint.post("/cards/villages/<code>/pictures")
@requires(Duty.EDIT_ROSTER)
def village_pictures(code: str) -> Response:
    """Answer the pictures of a village's cards as a ZIP."""
    return _archive(_of_village(code))


@blueprint.post("/cards/pictures")
@requires(Duty.PRINT_CARDS)
def pictures() -> Response:
    """Answer the pictures of the chosen cards as a ZIP."""
    return _archive(checked_choice_form(form_fields()))


@blueprint.post("/cards/handover")
@requires(Duty.PRINT_CARDS)
def handover() -> Response:
    """Answer the handover list of the chosen cards."""
    actor, now, form = acting(), clock.utcnow(), checked_choice_form(form_fields())
    faces = fonts()
    with transaction() as session:
        parcels, title = store.hand_over(session, actor.name, form.choice(), now=now)
        about = about_of(session, _wave(form), actor.name, now)
    pdf = papers.handover_list(parcels, about, title, form.paper.data, faces)
    return download(pdf, f"serah terima {title} {form.paper.data}", "pdf")


@blueprint.get("/cards/handover.png")
@requires(Duty.PRINT_CARDS)
def handover_png() -> Response:
    """Show the first page of the handover list as it will be printed."""
    form = checked_choice_form(form_fields())
    parcels, title = store.parcels_of(db.session, form.choice()), title_of(db.session, form.choice())
    about = about_of(db.session, _wave(form), acting().name, clock.utcnow())
    db.session.rollback()  # drawing needs no connection: the pool is small
    picture = papers.handover_png(parcels, about, title, form.paper.data, fonts())
    return download(picture, f"serah terima {title} halaman pertama", "png", attached=False)


def _archive(form: CardsForm) -> Response:
    """Stream the pictures, drawing one while the one before is on its way; a cancelled download ends the work."""
    actor, now = acting(), clock.utcnow()
    reach.refuse_untried(agreed=form_has("untried"))
    folder = fonts()
    with transaction() as session:
        zone = events.the_event(session).timezone
        cards, title = store.send_cards(session, actor.name, form.choice(), now=now)
    pieces = papers.picture_archive(cards, folder, clock.local(now, zone))
    response = Response(pieces, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"{plain('gambar ' + title)}.zip")
    response.headers["Cache-Control"] = "no-store"
    return response


def _wave(form: CardsForm) -> Wave | None:
    number = form.choice().wave_number
    return events.wave_by_number(db.session, number) if number and number != NO_WAVE else None


def _of_village(code: str) -> CardsForm:
    """Return the form for the cards of one village, of a single wave where the request names one."""
    if code not in {place.code for place in find_villages(db.session)}:
        abort(404)
    return checked_choice_form(MultiDict({"village": code, "wave": form_fields().get("wave", "")}))
