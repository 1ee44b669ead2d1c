"""The desk: scan, search, verdict; the phone's own camera; undoing a mark."""

import re
import secrets
from typing import Any

from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..badges import token as codes
from ..badges.store import live_badge, token_holder
from ..db import begin_write, db
from ..events import store as events
from ..live import store as live
from ..refusals import Refused
from ..roster import store as roster
from ..web.guard import acting, current_actor, public, require_checkpoint, requires
from ..web.headers import allows_wasm
from ..web.htmx import wants_fragment
from .marks_store import last_scans, void_mark, waves_attended
from .store import Answer, Attempt, find_answer
from .verdict import Source, Verdict
from .writer import ScanWriter

blueprint = Blueprint("checkin", __name__)
NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
RESULTS = 8


def init_app(app: Flask) -> None:
    """Give the application its scan writer: made in the process that serves, on its first scan."""

    def announce() -> None:
        app.extensions["rtapp_changes"].announce()

    def writer() -> ScanWriter:
        if "rtapp_writer" not in app.extensions:
            app.extensions["rtapp_writer"] = ScanWriter(db.engine, announce, app.config["SCAN_GROUP"])
            app.extensions.setdefault("rtapp_closers", []).append(app.extensions["rtapp_writer"].stop)
        return app.extensions["rtapp_writer"]

    app.extensions["rtapp_scan_writer"] = writer


def record(attempt: Attempt) -> Answer:
    """Hand ``attempt`` to the writer and return its answer once it is on disk; the page's own reading ends first."""
    db.session.rollback()
    return current_app.extensions["rtapp_scan_writer"]().record(attempt)


def checked_nonce(text: str) -> str:
    """Return ``text`` when it can serve as a nonce; refused otherwise."""
    if not NONCE.fullmatch(text):
        raise Refused("bad_nonce", "Nonce harus 8–64 huruf, angka, tanda hubung, atau garis bawah.", 422)
    return text


@blueprint.get("/desk")
@requires(Duty.SCAN)
def desks() -> Response | str:
    """Choose a checkpoint; somebody with just one goes straight to it."""
    points = events.find_checkpoints(db.session, acting().checkpoint_ids)
    if len(points) == 1:
        return redirect(url_for(".desk", checkpoint_id=points[0].id), 303)
    return render_template("checkin/desks.html", points=points)


@blueprint.get("/desk/<int:checkpoint_id>")
@requires(Duty.SCAN)
@allows_wasm
def desk(checkpoint_id: int) -> str:
    """Show the desk of a checkpoint, with the answer to ``scan`` or what ``q`` finds."""
    checkpoint = _checkpoint(checkpoint_id)
    session["checkpoint"] = checkpoint_id
    query = request.args.get("q", "").strip()
    nonce = request.args.get("scan")
    answer = find_answer(db.session, nonce) if nonce else None
    if answer is not None and answer.checkpoint_id != checkpoint_id:
        raise Refused("no_scan", "Pindaian ini tidak ada.", 404)
    return render_template(
        "checkin/desk.html",
        **_desk_context(checkpoint_id),
        **_results(checkpoint_id, query),
        **_shown(answer),
        points=events.find_checkpoints(db.session, acting().checkpoint_ids),
        wave=checkpoint.wave,
    )


@blueprint.get("/desk/<int:checkpoint_id>/people")
@requires(Duty.SCAN)
def people(checkpoint_id: int) -> str:
    """Show whom the words typed so far find; nothing for what is a card's code."""
    _checkpoint(checkpoint_id)
    query = request.args.get("code", "").strip()
    found = _results(checkpoint_id, "" if codes.looks_like_code(query) else query)
    return render_template("checkin/_results.html", **_desk_context(checkpoint_id), **found)


@blueprint.post("/desk/<int:checkpoint_id>/scans")
@requires(Duty.SCAN)
def scan(checkpoint_id: int) -> Response | str:
    """Record one scan from a page: what was read or typed in ``code``, or a ``participant`` that was tapped."""
    require_checkpoint(checkpoint_id)
    form = request.form
    code, person = form.get("code", "").strip()[:500], form.get("participant", type=int)
    if person is None and not code:
        return redirect(url_for(".desk", checkpoint_id=checkpoint_id), 303)
    source = _source(form.get("source", ""), code, person)
    if person is None and not wants_fragment() and source is Source.SHORT_CODE and not codes.looks_like_code(code):
        return redirect(url_for(".desk", checkpoint_id=checkpoint_id, q=code), 303)
    actor = acting()
    answer = record(
        Attempt(
            nonce=checked_nonce(form.get("nonce") or secrets.token_urlsafe(16)),
            checkpoint_id=checkpoint_id,
            source=source,
            code=code if person is None else None,
            participant_id=person,
            device_id=actor.device_id,
            user_id=actor.user_id,
            recorded_by=actor.name,
        )
    )
    if wants_fragment():
        context = _desk_context(checkpoint_id) | _results(checkpoint_id, "") | _shown(answer)
        return render_template("checkin/answer.html", **context)
    if source is Source.NATIVE:
        return redirect(url_for(".verdict_page", nonce=answer.nonce), 303)
    return redirect(url_for(".desk", checkpoint_id=checkpoint_id, scan=answer.nonce), 303)


@blueprint.get("/scans/<nonce>")
@requires(Duty.SCAN)
def verdict_page(nonce: str) -> str:
    """Show the answer once given to a scan; reading it again records nothing."""
    answer = find_answer(db.session, nonce)
    checkpoint = _checkpoint(answer.checkpoint_id)
    return render_template("checkin/verdict.html", checkpoint=checkpoint, wave=checkpoint.wave, **_shown(answer))


@blueprint.get("/K/<token>")
@blueprint.get("/k/<token>")
@public
def card(token: str) -> Response | str:
    """Answer a phone's own camera: staff see the person and a page that posts itself, strangers one sentence."""
    g.private_card = True
    actor = current_actor()
    if actor is None or not actor.may(Duty.SCAN):
        return render_template("checkin/stranger.html")
    points = events.find_checkpoints(db.session, actor.checkpoint_ids)
    chosen = request.args.get("checkpoint", session.get("checkpoint"), type=int)
    here = next((point for point in points if point.id == chosen), points[0] if len(points) == 1 else None)
    holder = token_holder(db.session, token)
    return render_template(
        "checkin/native.html",
        person=roster.find_person(db.session, holder) if holder else None,
        code=token[:64],
        points=points,
        checkpoint=here,
        nonce=secrets.token_urlsafe(16),
    )


@blueprint.post("/attendance/<int:attendance_id>/void")
@requires(Duty.UNDO_OWN, Duty.UNDO_ANY)
def void(attendance_id: int) -> Response:
    """Take a mark back with a reason and return to the desk."""
    actor = acting()
    write = begin_write(db.session)
    mark = void_mark(write, actor, attendance_id, request.form.get("reason", ""), now=clock.utcnow())
    name, checkpoint_id = roster.find_person(write, mark.participant_id).name, mark.checkpoint_id
    write.commit()
    flash(_("Pencatatan %(name)s dibatalkan.", name=name), "ok")
    return redirect(url_for(".desk", checkpoint_id=checkpoint_id), 303)


@blueprint.get("/csrf-token")
@requires(Duty.SCAN)
def csrf_token() -> str:
    """Return a form token of the present session, for a page that was opened in an earlier one."""
    return generate_csrf()


@blueprint.after_request
def _keep_cards_private(response: Response) -> Response:
    if g.get("private_card"):
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _checkpoint(checkpoint_id: int) -> Any:
    require_checkpoint(checkpoint_id)
    return events.find_checkpoint(db.session, checkpoint_id)


def _source(claimed: str, code: str, person: int | None) -> Source:
    """Return the door a page's scan came through; typed text that is no code is a search."""
    if claimed in (Source.WEDGE, Source.CAMERA, Source.NATIVE, Source.PHOTO) and person is None:
        return Source(claimed)
    if person is not None:
        return Source.SEARCH
    is_token = codes.looks_like_code(code) and not codes.read_short_code(code)
    return Source.WEDGE if is_token else Source.SHORT_CODE


def _desk_context(checkpoint_id: int) -> dict[str, Any]:
    checkpoint = events.find_checkpoint(db.session, checkpoint_id)
    counts = live.count_at(db.session, checkpoint_id)
    recent = last_scans(db.session, checkpoint_id, acting(), now=clock.utcnow())
    return {"checkpoint": checkpoint, "counts": counts, "recent": recent}


def _results(checkpoint_id: int, query: str) -> dict[str, Any]:
    if not query:
        return {"q": "", "found": [], "nonces": {}}
    wanted = roster.Filter(q=query[:100], checkpoint_id=checkpoint_id)
    found = roster.find_people(db.session, wanted, limit=RESULTS)
    return {"q": query, "found": found, "nonces": {person.id: secrets.token_urlsafe(16) for person in found}}


def _shown(answer: Answer | None) -> dict[str, Any]:
    """Return what the verdict card needs beside the checkpoint; for a former head, who holds the seat now."""
    if answer is None or answer.participant_id is None:
        return {"answer": answer, "person": None, "elsewhere": [], "successor": None, "successor_card": None}
    person = roster.find_person(db.session, answer.participant_id)
    elsewhere = []
    if answer.verdict in (Verdict.WELCOME, Verdict.OTHER_WAVE):
        here = events.find_checkpoint(db.session, answer.checkpoint_id)
        elsewhere = list(waves_attended(db.session, person.id, here.wave_id))
    successor = roster.head_of(db.session, person.seat_id) if person.archived_at and person.seat_id else None
    card = live_badge(db.session, successor.id) if successor else None
    return {
        "answer": answer,
        "person": person,
        "elsewhere": elsewhere,
        "successor": successor,
        "successor_card": card,
    }
