"""The blueprint of the door and what its pages share: recording through the writer, the parts of the desk."""

import re
from typing import Any

from flask import Blueprint, current_app

from .. import clock
from ..audit.store import chain_head
from ..badges import token as codes
from ..badges.store import live_badge
from ..db import db
from ..events.checkpoint_store import find_checkpoint
from ..events.waves import CheckpointKind
from ..live import store as live
from ..refusals import Refused
from ..roster.find_store import Filter, find_people, find_person, head_of
from ..schema import Substitute
from ..web.epoch import epoch, tell_epoch
from ..web.guard import acting, require_checkpoint
from .attempt import Answer, Attempt
from .cases_store import count_open
from .forms import new_nonce
from .marks_store import last_scans, undoable, waves_attended
from .transport_store import transport_of
from .verdict import Verdict

blueprint = Blueprint("checkin", __name__)
blueprint.after_request(tell_epoch)
NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
RESULTS = 8


def record(attempt: Attempt) -> Answer:
    """Hand ``attempt`` to the writer and return its answer once it is on disk; the page's own reading ends first.

    The test card ends here: whatever door it came through, nothing is written.
    """
    if attempt.code is not None and codes.is_test_card(attempt.code):
        return tested(attempt.checkpoint_id, attempt.nonce)
    epoch()  # the answer tells it: read here, it needs no transaction of its own
    db.session.rollback()
    return current_app.extensions["rtapp_scan_writer"]().record(attempt)


def tested(checkpoint_id: int, nonce: str = "") -> Answer:
    """Return the answer to the test card; refused with 404 for an unknown checkpoint, as every scan is."""
    find_checkpoint(db.session, checkpoint_id)
    return Answer(nonce, Verdict.TEST, checkpoint_id)


def checked_nonce(text: str) -> str:
    """Return ``text`` when it can serve as a nonce; refused otherwise."""
    if not NONCE.fullmatch(text):
        raise Refused("bad_nonce", "Nonce harus 8–64 huruf, angka, tanda hubung, atau garis bawah.", 422)
    return text


def own_checkpoint(checkpoint_id: int) -> Any:
    """Return a checkpoint that the actor was given."""
    require_checkpoint(checkpoint_id)
    return find_checkpoint(db.session, checkpoint_id)


def desk_context(checkpoint_id: int) -> dict[str, Any]:
    """Return what every part of the desk needs: checkpoint, count, last scans, head of the trail, open cases."""
    actor = acting()
    checkpoint = find_checkpoint(db.session, checkpoint_id)
    counts = live.count_at(db.session, checkpoint_id)
    recent = last_scans(db.session, checkpoint_id, actor, now=clock.utcnow())
    waiting = count_open(db.session, actor) if actor.may("decide") else 0
    chain = chain_head(db.session)
    return {"checkpoint": checkpoint, "counts": counts, "recent": recent, "waiting": waiting, "chain": chain}


def results(checkpoint_id: int, query: str) -> dict[str, Any]:
    """Return whom a search at the desk finds, with a nonce for each."""
    if not query:
        return {"q": "", "found": [], "nonces": {}}
    wanted = Filter(q=query[:100], checkpoint_id=checkpoint_id)
    found = find_people(db.session, wanted, limit=RESULTS)
    return {"q": query, "found": found, "nonces": {person.id: new_nonce() for person in found}}


def shown(answer: Answer | None) -> dict[str, Any]:
    """Return what the verdict card needs beside the checkpoint; for a former head, who holds the seat now."""
    context: dict[str, Any] = {"answer": answer, "person": None, "elsewhere": [], "successor": None}
    context |= {"successor_card": None, "substitute": None, "undo": None, "transport": None}
    if answer is None or answer.participant_id is None:
        return context
    person = find_person(db.session, answer.participant_id)
    if answer.verdict in (Verdict.WELCOME, Verdict.REPRESENTED, Verdict.OTHER_WAVE):
        here = find_checkpoint(db.session, answer.checkpoint_id)
        context["elsewhere"] = list(waves_attended(db.session, person.id, here.wave_id))
    if person.archived_at and person.seat_id:
        context["successor"] = head_of(db.session, person.seat_id)
    if context["successor"]:
        context["successor_card"] = live_badge(db.session, context["successor"].id)
    came = answer.came_instead or answer.substitute_id
    context["substitute"] = db.session.get(Substitute, came) if came else None
    if answer.verdict in (Verdict.WELCOME, Verdict.REPRESENTED, Verdict.ALREADY):
        point = find_checkpoint(db.session, answer.checkpoint_id)
        if point.kind == CheckpointKind.TRANSPORT:
            context["transport"] = transport_of(db.session, person.id, point.wave_id, answer.substitute_id)
    context["undo"] = undoable(db.session, acting(), answer.attendance_id, now=clock.utcnow())
    return context | {"person": person}
