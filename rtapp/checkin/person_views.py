"""The desk's page of one person: noting an absence, undoing a mark, issuing a card."""

from flask import g, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Actor, Duty
from ..badges import papers
from ..badges.choice_store import card_of
from ..badges.store import live_badge, print_one, reissue, show_card
from ..db import db
from ..documents import qr
from ..refusals import Refused
from ..roster.find_store import Person, people_by_id
from ..web.downloads import chosen_paper, download, fonts
from ..web.guard import acting, requires
from ..web.htmx import done
from ..web.requests import form_id, form_text
from .cases_store import note_absence, refuse_frozen
from .forms import backed, new_nonce
from .marks_store import mark_at, undoable, void_mark
from .shared_views import blueprint, own_checkpoint, write

NOT_COMING = "Ternyata tidak datang"
_HERE = "/desk/<int:checkpoint_id>/people/<int:participant_id>"


@blueprint.get(_HERE)
@requires(Duty.SCAN)
def person(checkpoint_id: int, participant_id: int) -> str:
    """Show a person's state at a checkpoint and the actions available for them."""
    checkpoint, somebody = own_checkpoint(checkpoint_id), _somebody(checkpoint_id, participant_id)
    mark = mark_at(db.session, checkpoint_id, participant_id)
    return render_template(
        "checkin/person.html",
        checkpoint=checkpoint,
        wave=checkpoint.wave,
        person=somebody,
        mark=mark,
        undo=undoable(db.session, acting(), mark.id, now=clock.utcnow()) if mark else None,
        badge=live_badge(db.session, participant_id),
        nonce=new_nonce(),
    )


@blueprint.post(f"{_HERE}/absence")
@requires(Duty.NOTE_ABSENCE)
def absence(checkpoint_id: int, participant_id: int) -> Response:
    """Record why a person does not come, "" withdraws it; a mark made by mistake is undone in the same step."""
    actor, kind = acting(), form_text("kind")
    wave_id = own_checkpoint(checkpoint_id).wave_id
    somebody = _somebody(checkpoint_id, participant_id)
    if somebody.wave_id != wave_id:
        raise Refused("other_wave", "Orang ini tidak terdaftar di gelombang ini; keterangannya dicatat di sana.", 409)
    refuse_frozen(db.session, actor, wave_id)

    def noted(session: Session) -> None:
        now, mark = clock.utcnow(), mark_at(session, checkpoint_id, participant_id)
        if mark is not None and kind:
            void_mark(session, actor, mark.id, NOT_COMING, now=now)
        note_absence(session, actor.name, participant_id, wave_id, kind, "", now=now)

    write(noted)
    words = {"izin": _("izin"), "sakit": _("sakit"), "dinas": _("dinas")}
    reason = words.get(kind, _("keterangan dihapus"))
    return done(_("%(name)s: %(reason)s.", name=somebody.name, reason=reason), ".desk", checkpoint_id=checkpoint_id)


@blueprint.post(f"{_HERE}/card")
@requires(Duty.SCAN)
def card_at_desk(checkpoint_id: int, participant_id: int) -> str:
    """Show a card's code, large enough for the holder to photograph: of a lost card's replacement, or an unprinted one.

    Only this answer contains the code: to see it again is a new request, which issues no second card.
    """
    g.private_card = True
    checkpoint, somebody = own_checkpoint(checkpoint_id), _somebody(checkpoint_id, participant_id)
    actor, reason, old = _supervisor(), form_text("reason"), form_id("old")

    def issued(session: Session) -> None:
        now, live = clock.utcnow(), live_badge(session, participant_id)
        if live is None or (reason.strip() and live.id == old):
            reissue(session, actor.name, participant_id, reason or _("belum punya kartu"), now=now)
        else:
            show_card(session, actor.name, participant_id, now=now)

    write(issued)
    card = card_of(db.session, participant_id)
    code = Markup(qr.svg(card.payload, _("Kode QR kartu %(name)s", name=somebody.name)))
    context = {"checkpoint": checkpoint, "wave": checkpoint.wave, "person": somebody, "card": card, "code": code}
    return render_template("checkin/card.html", **context)


@blueprint.post(f"{_HERE}/card.pdf")
@requires(Duty.SCAN)
def print_at_desk(checkpoint_id: int, participant_id: int) -> Response:
    """Answer a person's card as a sheet to print."""
    own_checkpoint(checkpoint_id)
    actor, paper = _supervisor(), chosen_paper()
    card = write(lambda session: print_one(session, actor.name, participant_id, now=clock.utcnow()))
    sheet = papers.card_sheet([card], paper, fonts(), f"Kartu {card.name}")
    return download(sheet, f"kartu {card.name} {card.seat_line}", "pdf", attached=False)


def _somebody(checkpoint_id: int, participant_id: int) -> Person:
    """Return a person with their state at a checkpoint; refused with 404 when there is none."""
    people = people_by_id(db.session, [participant_id], checkpoint_id)
    if participant_id not in people:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    return people[participant_id]


def _supervisor() -> Actor:
    """Return the actor who issues a card: with the duty themselves, or by a supervisor's PIN; refused with 403."""
    actor = backed(acting(), request.form)
    if not actor.may(Duty.EDIT_ROSTER):
        raise Refused("may_not_issue", "Kartu diterbitkan koordinator, atau dengan PIN-nya.", 403)
    return actor
