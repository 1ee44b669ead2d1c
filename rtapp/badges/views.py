"""Cards on sheets to cut, one card as a picture, a new card for a lost one."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db, transaction
from ..events import store as events
from ..refusals import Refused
from ..roster.find_store import find_person
from ..settings import store as settings
from ..web import reach
from ..web.downloads import download, fonts, unprintable_names
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment, wants_fragment
from ..web.requests import form_fields, form_has
from . import choice_store, papers, send_views, store  # noqa: F401  whose routes are this room's too
from .choice_store import CardChoice, CardTally, card_of, holder_of, holders_of, ids_of, title_of
from .forms import JOINED, NEW, CardsForm, ReissueForm
from .layout import Card
from .messenger import chat_address, message_for
from .shared_views import blueprint, checked_choice_form, choice_form


@blueprint.get("/cards")
@requires(Duty.EDIT_ROSTER)
def cards() -> Response:
    """Show the choice of cards to print, with the sheets they take, and the villages to send cards to."""
    form = choice_form(form_fields())
    return _cards_page(form, 200 if form.validate() else 422)


@blueprint.post("/cards")
@requires(Duty.PRINT_CARDS)
def print_cards() -> Response:
    """Issue the missing cards, count the printing and answer the sheets as a PDF."""
    actor, now, form = acting(), clock.utcnow(), choice_form(form_fields())
    with form.refusals():
        form.check()
        reach.refuse_untried(agreed=form_has("untried"))
        folder = fonts()  # before anything is counted
        with transaction() as session:
            printed, title = store.print_cards(session, actor.name, form.choice(), only=form.only(), now=now)
        pdf = papers.card_sheet(printed, form.paper.data, folder, title, apart=_apart(form), size=form.card_size())
        return download(pdf, f"{title} {form.size.data} {form.paper.data}", "pdf")
    return _cards_page(form, form.status)


@blueprint.get("/cards/sheet.png")
@requires(Duty.PRINT_CARDS)
def sheet_png() -> Response:
    """Show the first sheet as it will be printed; nothing is issued, counted or noted."""
    form = checked_choice_form(form_fields())
    title = title_of(db.session, form.choice())
    cards = [holder.card for holder in holders_of(db.session, form.choice())]
    db.session.rollback()  # drawing needs no connection: the pool is small
    if not cards:
        raise Refused("no_cards", "Tidak ada kartu untuk dicetak dalam pilihan ini.", 422)
    picture = papers.card_sheet_png(cards, form.paper.data, fonts(), title, apart=_apart(form), size=form.card_size())
    return download(picture, f"{title} lembar pertama", "png", attached=False)


@blueprint.get("/participants/<int:participant_id>/card")
@requires(Duty.EDIT_ROSTER)
def card(participant_id: int) -> tuple[str, int]:
    """Show one person's card, and the cards they had before."""
    return _card_page(participant_id, ReissueForm())


@blueprint.get("/participants/<int:participant_id>/card.png")
@requires(Duty.EDIT_ROSTER)
def card_png(participant_id: int) -> Response:
    """Answer one person's card as a picture for their phone."""
    shown = card_of(db.session, participant_id)
    db.session.rollback()  # drawing needs no connection: the pool is small
    name = f"kartu {shown.name} {shown.seat_line} {shown.village_line}"
    return download(papers.card_png(shown, fonts()), name, "png")


@blueprint.post("/participants/<int:participant_id>/card")
@requires(Duty.EDIT_ROSTER)
def reissue(participant_id: int) -> Response | tuple[str, int]:
    """Revoke one person's card and issue another, with a reason."""
    actor, now, form = acting(), clock.utcnow(), ReissueForm()
    if not form.validate():
        return _card_page(participant_id, form, 422)
    with transaction() as session:
        store.reissue(session, actor.name, participant_id, form.reason.data, now=now)
    flash(_("Kartu baru terbit. Kartu lama tidak berlaku lagi."), "ok")
    return redirect(url_for("roster.participant", participant_id=participant_id), 303)


def _apart(form: CardsForm) -> Callable[[Card], object] | None:
    return None if form.sheets.data == JOINED else papers.village_of


def _cards_page(form: CardsForm, status: int) -> Response:
    wrong = any(field.errors for field in form)
    choice = CardChoice() if wrong else form.choice()
    tally = CardTally() if wrong else choice_store.tally(db.session, choice, form.card_size())
    form.people.data = ""
    if form.which.data == NEW and not wrong:
        form.people.data = ",".join(map(str, ids_of(db.session, choice)))
    response = page_or_fragment(
        "badges/cards.html",
        "badges/_cards.html",
        status,
        form=form,
        tally=tally,
        sheets=tally.sheets_joined if form.sheets.data == JOINED else tally.sheets,
        everybody=choice_store.tally(db.session, CardChoice()).cards,
        villages=_villages(choice.wave_number),
        base_url=settings.read(db.session, "base_url"),
        standing=reach.standing(),
        wave=events.wave_by_number(db.session, choice.wave_number) if choice.wave_number else None,
        unprintable=[] if wrong else unprintable_names(choice_store.names_of(db.session, choice)),
    )
    if wants_fragment():
        response.headers["HX-Replace-Url"] = url_for(".cards", **form.query())
    return response


def _villages(wave_number: int | None) -> list[choice_store.VillageCards]:
    """Return the villages listed below the choice; a change of the choice does not redraw them."""
    if wants_fragment():
        return []
    return [each for each in choice_store.per_village(db.session, CardChoice(wave_number)) if each.code]


def _card_page(participant_id: int, form: ReissueForm, status: int = 200) -> tuple[str, int]:
    person = find_person(db.session, participant_id)
    badges = store.badges_of(db.session, participant_id)
    live = next((badge for badge in badges if badge.revoked_at is None), None)
    holder = holder_of(db.session, participant_id)
    message = message_for(holder.card) if holder else ""
    chat = chat_address(holder.phone, message) if holder and holder.phone else ""
    context = {"person": person, "badges": badges, "live": live, "message": message, "chat": chat, "form": form}
    return render_template("badges/card.html", **context), status
