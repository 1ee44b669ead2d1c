"""The API of the check-in: programs send scans, and read their checkpoints and the roster snapshot."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, make_response, request
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Actor, Duty
from ..db import db
from ..events.checkpoint_store import find_checkpoint, find_checkpoints
from ..refusals import Refused
from ..schema import Checkpoint
from ..web.card_fields import refuse_cards
from ..web.epoch import tell_epoch
from ..web.errors import refusal_text
from ..web.guard import acting, public, refuse_other_checkpoint, require_checkpoint, requires, takes_late
from . import openapi
from .attempt import Answer, Attempt, Recorder, attempt_by, checked_nonce
from .decision import read_decision
from .marks_store import kept_until, snapshot, snapshot_tag
from .shared_views import record
from .verdict import Source

api = Blueprint("checkin_api", __name__, url_prefix="/api/v1")
api.after_request(tell_epoch)
_FIELDS = {"nonce", "checkpoint", "source", "client_at", "sent_at", "code", "participant", "follows", "decision"}


@api.post("/scans")
@requires(Duty.SCAN)
@takes_late
def scans() -> Response:
    """Record one scan, or a list of scans in order; every verdict answers with 200.

    In a list, a scan that is refused gets an ``error`` at its position; the others are still recorded.
    """
    body = sent_json()
    if not isinstance(body, dict):
        raise Refused("bad_json", "Badan permintaan harus objek JSON.")
    if "scans" not in body:
        answer = record(attempt_in(body, acting()))
        response = make_response(jsonify(as_json(answer)))
        if answer.replayed:
            response.headers["Idempotent-Replay"] = "true"
        return response
    wanted = body["scans"]
    if not isinstance(wanted, list) or not wanted:
        raise Refused("bad_scans", "“scans” harus daftar yang berisi sedikitnya satu pindaian.")
    if len(wanted) > openapi.MOST_SCANS:
        raise Refused("too_many", "Paling banyak %(most)s pindaian sekali kirim.", 413, most=openapi.MOST_SCANS)
    return jsonify(results=[_one_of_many(item) for item in wanted])


@api.get("/checkpoints")
@requires(Duty.SCAN, Duty.SEE_COUNTS)
def checkpoints() -> Response:
    """List the checkpoints assigned to the caller."""
    points = find_checkpoints(db.session, acting().checkpoint_ids)
    return jsonify(
        checkpoints=[
            {
                "id": point.id,
                "name": point.name,
                "kind": point.kind,
                "wave": point.wave.number,
                "date": point.wave.date.isoformat(),
                "opens_at": clock.iso(point.opens_at) if point.opens_at else None,
                "closes_at": clock.iso(point.closes_at) if point.closes_at else None,
            }
            for point in points
        ]
    )


@api.get("/checkpoints/<int:checkpoint_id>/roster")
@requires(Duty.SCAN)
def checkpoint_roster(checkpoint_id: int) -> Response:
    """Return the snapshot a desk judges by while offline: no tokens, phones or NIK; 304 while nothing has changed."""
    require_checkpoint(checkpoint_id)
    point = find_checkpoint(db.session, checkpoint_id)
    tag = snapshot_tag(db.session, checkpoint_id)
    known = request.if_none_match.contains(tag)
    response = make_response("", 304) if known else make_response(jsonify(_roster_of(point)))
    response.set_etag(tag)
    return response


def _roster_of(point: Checkpoint) -> dict[str, Any]:
    """Return the snapshot; ``closes_at`` is the end of the window or the closing of the wave, null without either."""
    wave, ends = point.wave, [end for end in (point.closes_at, point.wave.closed_at) if end]
    return {
        "checkpoint": point.id,
        "wave": wave.number,
        "epoch": wave.event.epoch,
        "opens_at": clock.iso(point.opens_at) if point.opens_at else None,
        "closes_at": clock.iso(min(ends)) if ends else None,
        "until": clock.iso(kept_until(wave.date, wave.event.timezone, now=clock.utcnow())),
        "people": snapshot(db.session, point.id),
    }


@api.get("/openapi.json")
@public
def openapi_json() -> Response:
    """Return the OpenAPI description of this API."""
    return jsonify(openapi.document())


def as_json(answer: Answer) -> dict[str, Any]:
    """Return an answer in the JSON shape of the API."""
    attendance = None
    if answer.attendance_id is not None:
        attendance = {"id": answer.attendance_id, "at": answer.at, "mode": answer.mode, "device": answer.device}
    return {
        "nonce": answer.nonce,
        "verdict": answer.verdict,
        "participant": answer.person and vars(answer.person),
        "attendance": attendance,
        "number": answer.number,
    }


def sent_json() -> Any:
    """Return the posted JSON, None when the body is not JSON."""
    try:
        return request.get_json(silent=True)
    except RecursionError:  # brackets nested too deeply
        return None


def _one_of_many(item: Any) -> dict[str, Any]:
    try:
        return as_json(record(attempt_in(item, acting())))
    except Refused as refused:
        nonce = item.get("nonce") if isinstance(item, dict) else None
        return {"nonce": nonce, "error": {"code": refused.code, "message": refusal_text(refused)}}


def attempt_in(body: Any, actor: Actor) -> Attempt:
    """Return the attempt in the JSON that ``actor`` sent; refused when malformed or at a checkpoint not theirs."""
    if not isinstance(body, dict):
        raise Refused("bad_scan", "Setiap pindaian harus objek JSON.")
    if unknown := set(body) - _FIELDS:
        raise Refused(
            "unknown_field", "Isian tidak dikenal: %(names)s.", 422, names=", ".join(sorted(map(str, unknown))[:5])
        )
    code, person = body.get("code"), body.get("participant")
    decision = read_decision(body.get("decision"))
    refuse_cards(_texts(body.get("decision")))
    if decision.walk_in and (code is not None or person is not None):
        raise Refused("walk_in_alone", "Bersama “walk_in” tidak boleh ada “code” atau “participant”.", 422)
    if not decision.walk_in and (code is None) == (person is None):
        raise Refused("code_or_participant", "Isi tepat satu: “code” atau “participant”.", 422)
    if code is not None and not (isinstance(code, str) and 0 < len(code) <= openapi.LONGEST_CODE):
        raise Refused("bad_code", "“code” harus teks 1–500 huruf.", 422)
    checkpoint = _whole(body, "checkpoint")
    refuse_other_checkpoint(actor, checkpoint)
    return attempt_by(
        Recorder.of(actor),
        _text(body, "nonce"),
        checkpoint,
        _door(_text(body, "source")),
        code=code,
        participant_id=None if person is None else _whole(body, "participant"),
        client_at=_moment(body, "client_at"),
        sent_at=_moment(body, "sent_at"),
        follows=checked_nonce(_text(body, "follows")) if body.get("follows") is not None else "",
        decision=decision,
    )


def _text(body: dict[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str):
        raise Refused("bad_field", "“%(name)s” harus teks.", 422, name=field)
    return value


def _texts(decision: Any) -> Iterator[str]:
    """Yield every text in a decision, unparsed."""
    if isinstance(decision, str):
        yield decision
    elif isinstance(decision, dict):
        for part in decision.values():
            yield from _texts(part)


def _whole(body: dict[str, Any], field: str) -> int:
    value = body.get(field)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 2**53 or value != int(value):
        raise Refused("bad_field", "“%(name)s” harus bilangan bulat positif.", 422, name=field)
    return int(value)  # in JSON, 7.0 is a whole number too


def _door(text: str) -> Source:
    try:
        return Source(text)
    except ValueError:
        raise Refused("bad_source", "“source” harus salah satu dari: %(all)s.", 422, all=", ".join(Source)) from None


def _moment(body: dict[str, Any], field: str) -> datetime | None:
    value = body.get(field)
    if value is None:
        return None
    try:
        return clock.parse_iso(value)
    except (TypeError, ValueError):
        raise Refused(
            "bad_moment", "“%(name)s” harus waktu RFC 3339 dengan zona, misalnya 2023-11-08T00:05:00Z.", 422, name=field
        ) from None
