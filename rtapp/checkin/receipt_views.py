"""Receipts of undone marks and decisions: desks and programs fetch them, and hand them in after a restore."""

from collections import Counter
from typing import Any

from flask import current_app, jsonify, request
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db
from ..documents.sealed_text import opened, sealed
from ..events.checkpoint_store import find_checkpoint
from ..refusals import Refused
from ..web.guard import acting, require_checkpoint, requires, takes_late
from ..web.requests import form_text, whole
from . import openapi
from .api import api, sent_json
from .recall_store import Handing, hand_in
from .receipts_store import receipts_since
from .shared_views import blueprint, write


@api.get("/checkpoints/<int:checkpoint_id>/receipts")
@requires(Duty.SCAN)
def receipts(checkpoint_id: int) -> Response:
    """Return the receipts after number ``after``; ask again from ``last`` until it no longer changes."""
    require_checkpoint(checkpoint_id)
    find_checkpoint(db.session, checkpoint_id)
    after = whole(request.args.get("after", "0"))
    if after is None or after > openapi.LAST:
        raise Refused("bad_field", "“%(name)s” harus bilangan bulat positif.", 422, name="after")
    last, page = receipts_since(db.session, checkpoint_id, after)
    return jsonify(last=last, receipts=[sealed(receipt, _key()) for receipt in page])


@api.post("/receipts")
@requires(Duty.SCAN)
@takes_late
def take_receipts() -> Response:
    """Apply the receipts a program hands in, and return how many were applied, known, lost and refused as not ours."""
    body = sent_json()
    texts = body.get("receipts") if isinstance(body, dict) else None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Refused("bad_receipts", "“receipts” harus daftar teks.", 422)
    return jsonify(_take(texts))


@blueprint.post("/receipts")
@requires(Duty.SCAN)
@takes_late
def hand_receipts_in() -> tuple[str, int]:
    """Apply the receipts a page hands in, separated by spaces."""
    _take(form_text("receipts").split())
    return "", 200


def _take(texts: list[str]) -> dict[str, int]:
    """Apply sealed receipts in one transaction; those not sealed by this server are counted and left out."""
    if len(texts) > openapi.MOST_RECEIPTS:
        raise Refused("too_many", "Paling banyak %(most)s tanda terima sekali kirim.", 413, most=openapi.MOST_RECEIPTS)
    read = [opened(text, _key()) for text in texts]
    ours, actor = [facts for facts in read if facts is not None], acting()
    handing = Handing(actor.name, actor.device_id, actor.user_id, clock.utcnow())
    outcomes = write(lambda session: hand_in(session, ours, handing)) if ours else []
    counted: Counter[Any] = Counter(map(str, outcomes))
    return {name: counted[name] for name in ("applied", "known", "lost")} | {"refused": len(read) - len(ours)}


def _key() -> str:
    return str(current_app.secret_key)
