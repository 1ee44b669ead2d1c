"""The desk: scanning, searching, verdicts; cards opened by a phone's own camera; undoing and swapping marks."""

from flask import flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.devices_store import is_unmeasured
from ..accounts.roles import Duty
from ..badges import token as codes
from ..badges.store import token_holder
from ..db import db
from ..events.checkpoint_store import find_checkpoints
from ..refusals import Refused
from ..roster.find_store import Person, find_person
from ..web.guard import acting, current_actor, public, require_checkpoint, requires, takes_late
from ..web.headers import allows_wasm
from ..web.htmx import page_or_fragment, wants_fragment
from ..web.requests import form_id, form_text, row_id
from ..web.services import services
from . import (  # noqa: F401  imported for their routes
    case_views,
    group_views,
    person_views,
    preflight_views,
    receipt_views,
)
from .attempt import checked_nonce
from .cases_store import count_open
from .forms import attempt_of, backed, new_nonce
from .marks_store import live_mark, void_mark
from .shared_views import blueprint, desk_context, draw, own_checkpoint, record, results, shown, tested, write
from .store import find_answer
from .swap_store import swap_mark
from .verdict import Source, Verdict


@blueprint.get("/desk")
@requires(Duty.SCAN)
def desks() -> Response | str:
    """Show the choice of a checkpoint; redirect straight to the only one."""
    points = find_checkpoints(db.session, acting().checkpoint_ids)
    if len(points) == 1:
        return redirect(url_for(".desk", checkpoint_id=points[0].id), 303)
    return render_template("checkin/desks.html", points=points)


@blueprint.get("/desk/<int:checkpoint_id>")
@requires(Duty.SCAN)
@allows_wasm
def desk(checkpoint_id: int) -> str:
    """Show the desk of a checkpoint, with the answer to ``scan`` or the results for ``q``."""
    require_checkpoint(checkpoint_id)
    context = desk_context(checkpoint_id)
    session["checkpoint"] = checkpoint_id
    query = request.args.get("q", "").strip()
    nonce = request.args.get("scan")
    answer = tested(checkpoint_id) if "test" in request.args else find_answer(db.session, nonce) if nonce else None
    if answer is not None and answer.checkpoint_id != checkpoint_id:
        raise Refused("no_scan", "Pindaian ini tidak ada.", 404)
    actor, checkpoint = acting(), context["checkpoint"]
    return render_template(
        "checkin/desk.html",
        **context,
        **results(checkpoint_id, query, request.args.get("show", type=row_id)),
        **shown(answer, checkpoint, context["recent"]),
        points=find_checkpoints(db.session, actor.checkpoint_ids),
        waiting=count_open(db.session, actor) if actor.may(Duty.DECIDE) else 0,
        wave=checkpoint.wave,
        unmeasured=is_unmeasured(db.session, actor.device_id),
    )


@blueprint.get("/desk/<int:checkpoint_id>/people")
@requires(Duty.SCAN)
def people(checkpoint_id: int) -> str:
    """Show the people that the text typed so far finds; none while it looks like a card's code."""
    checkpoint = own_checkpoint(checkpoint_id)
    query = request.args.get("code", "").strip()
    words, show = "" if codes.looks_like_code(query) else query, request.args.get("show", type=row_id)
    return render_template("checkin/_results.html", checkpoint=checkpoint, **results(checkpoint_id, words, show))


@blueprint.post("/desk/<int:checkpoint_id>/scans")
@requires(Duty.SCAN)
@takes_late
def scan(checkpoint_id: int) -> Response | str:
    """Record one scan from a page: a code read or typed, a person tapped, or a decision."""
    require_checkpoint(checkpoint_id)
    form = request.form
    attempt = attempt_of(form, checkpoint_id, acting(), form.get("nonce") or new_nonce())
    if attempt.participant_id is None and not attempt.code and not attempt.decision.walk_in:
        return redirect(url_for(".desk", checkpoint_id=checkpoint_id), 303)
    searched = attempt.source is Source.SHORT_CODE and not codes.looks_like_code(attempt.code or "")
    if searched and not wants_fragment():
        return redirect(url_for(".desk", checkpoint_id=checkpoint_id, q=attempt.code), 303)
    answer = record(attempt)
    if wants_fragment():
        services().browsers.remember()
        return draw(answer)
    if answer.verdict is Verdict.TEST:
        return redirect(url_for(".desk", checkpoint_id=checkpoint_id, test=1), 303)
    if attempt.source is Source.NATIVE:
        return redirect(url_for(".verdict_page", nonce=answer.nonce), 303)
    return redirect(url_for(".desk", checkpoint_id=checkpoint_id, scan=answer.nonce), 303)


@blueprint.get("/scans/<nonce>")
@requires(Duty.SCAN)
def verdict_page(nonce: str) -> str:
    """Show the answer once given to a scan; reloading records nothing."""
    answer = find_answer(db.session, nonce)
    checkpoint = own_checkpoint(answer.checkpoint_id)
    card = shown(answer, checkpoint)
    return render_template("checkin/verdict.html", checkpoint=checkpoint, wave=checkpoint.wave, **card)


@blueprint.get("/K/<token>")
@blueprint.get("/k/<token>")
@public
def card(token: str) -> Response | str:
    """Answer a phone's own camera: staff see the person on a page that posts itself, strangers see one sentence."""
    g.private_card = True
    actor = current_actor()
    if actor is None or not actor.may(Duty.SCAN):
        return render_template("checkin/stranger.html")
    points = find_checkpoints(db.session, actor.checkpoint_ids)
    chosen = request.args.get("checkpoint", session.get("checkpoint"), type=row_id)
    here = next((point for point in points if point.id == chosen), points[0] if len(points) == 1 else None)
    if here is not None:
        session["checkpoint"] = here.id  # to be chosen once, not for each card
    holder = token_holder(db.session, token)
    return render_template(
        "checkin/native.html",
        person=find_person(db.session, holder) if holder else None,
        code=token[:64],
        is_test=codes.is_test_card(token),
        points=points,
        checkpoint=here,
        nonce=new_nonce(),
    )


@blueprint.post("/attendance/<int:attendance_id>/void")
@requires(Duty.UNDO_OWN, Duty.UNDO_ANY)
def void(attendance_id: int) -> Response:
    """Undo a mark with a reason and return to the desk."""
    actor, reason = backed(acting(), request.form), form_text("reason")

    def undo(write: Session) -> tuple[str, int]:
        mark = void_mark(write, actor, attendance_id, reason, now=clock.utcnow())
        return find_person(write, mark.participant_id).name, mark.checkpoint_id

    name, checkpoint_id = write(undo)
    flash(_("Pencatatan %(name)s dibatalkan.", name=name), "ok")
    return redirect(url_for(".desk", checkpoint_id=checkpoint_id), 303)


@blueprint.get("/attendance/<int:attendance_id>/instead")
@requires(Duty.UNDO_OWN, Duty.UNDO_ANY)
def instead(attendance_id: int) -> Response:
    """Show who may have been meant instead of a marked person: namesakes, or the results of a search."""
    mark, person, query = _mark_and_words(attendance_id)
    checkpoint = own_checkpoint(mark.checkpoint_id)
    matches = results(mark.checkpoint_id, query, request.args.get("show", type=row_id))
    matches["found"] = [other for other in matches["found"] if other.id != person.id]
    context = {"mark": mark, "person": person, "checkpoint": checkpoint, "wave": checkpoint.wave, **matches}
    return page_or_fragment("checkin/instead.html", "checkin/_instead.html", **context)


@blueprint.post("/attendance/<int:attendance_id>/swap")
@requires(Duty.UNDO_OWN, Duty.UNDO_ANY)
def swap(attendance_id: int) -> Response:
    """Undo a mark and make the right person's, in one step; both stay in the trail."""
    actor, nonce = acting(), checked_nonce(form_text("nonce"))
    right = form_id("participant")
    answer = write(lambda session: swap_mark(session, actor, attendance_id, right, nonce, now=clock.utcnow()))
    return redirect(url_for(".desk", checkpoint_id=answer.checkpoint_id, scan=nonce), 303)


@blueprint.get("/csrf-token")
@requires(Duty.SCAN)
@takes_late
def csrf_token() -> str:
    """Return a form token of the current session, for a page opened in an earlier one."""
    return generate_csrf()


@blueprint.after_request
def _keep_cards_private(response: Response) -> Response:
    if g.get("private_card"):
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _mark_and_words(attendance_id: int) -> tuple[object, Person, str]:
    mark = live_mark(db.session, attendance_id)
    person = find_person(db.session, mark.participant_id)
    return mark, person, request.args.get("q", "").strip() or person.name
