"""Reading the desk's forms: the scan, the decision on it, the PIN of the supervisor who decides."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from .. import clock
from ..accounts.pins_store import user_by_pin
from ..accounts.roles import Actor, Duty, Role
from ..accounts.tries import minutes
from ..badges import token as codes
from ..db import db
from ..refusals import Refused
from ..web.requests import whole
from ..web.tries import admit, forget, looking
from .attempt import Attempt, Recorder, attempt_by
from .decision import NO_DECISION, Decision, read_decision
from .verdict import Source

_SCANNED = (Source.WEDGE, Source.CAMERA, Source.NATIVE, Source.PHOTO)


def attempt_of(form: Mapping[str, str], checkpoint_id: int, actor: Actor, nonce: str) -> Attempt:
    """Return the attempt in a page's form; a supervisor who decides with the actor is found by PIN."""
    code, person = form.get("code", "").strip()[:500], whole(form.get("participant"))
    decision = decision_of(form)
    return attempt_by(
        decider(actor, form),
        nonce,
        checkpoint_id,
        source_of(form.get("source", ""), code, person),
        code=code if person is None and not decision.walk_in else None,
        keys=form.get("keys", "")[:500] if person is None else "",
        participant_id=person,
        client_at=moment_of(form.get("client_at")),
        sent_at=moment_of(form.get("sent_at")),
        follows=form.get("follows", "")[:64],
        decision=decision,
    )


def decision_of(form: Mapping[str, str]) -> Decision:
    """Return the decision in a form, by its field ``decide``.

    Its values are accept, substitute, accept_substitute, head, instead and walk_in; any other is no decision.
    """
    decide, reason = form.get("decide", ""), form.get("reason", "")
    if not decide:
        return NO_DECISION
    decision: dict[str, Any] | None = {
        "accept": {"accept_other_wave": {"reason": reason}},
        "substitute": {"substitute": _substitute(form)},
        "accept_substitute": {"accept_other_wave": {"reason": reason}, "substitute": _substitute(form)},
        "head": {"resolve": "head", "reason": reason},
        "instead": {"resolve": "substitute", "reason": reason},
        "walk_in": {"walk_in": _walk_in(form)},
    }.get(decide)
    return read_decision(decision) if decision else NO_DECISION


def decider(actor: Actor, form: Mapping[str, str]) -> Recorder:
    """Return who is responsible for this form: the actor, together with the supervisor who typed a PIN.

    A wrong PIN is refused, after five within a quarter of an hour any PIN; one PIN is good for one action.
    """
    pin = form.get("pin", "").strip()
    if actor.may(Duty.DECIDE) or not pin:
        return Recorder.of(actor)
    who = actor.mark
    if wait := admit("pin", who):
        raise Refused(
            "pin_locked", "Terlalu banyak PIN yang salah di perangkat ini. Tunggu %(minutes)s menit.", 429,
            minutes=minutes(wait),
        )  # fmt: skip
    with looking("pin", who):
        user = user_by_pin(db.session, pin)
    if user is None:
        raise Refused("wrong_pin", "PIN tidak cocok. Minta koordinator mengetiknya lagi.", 403)
    forget("pin", who)
    return Recorder(f"{actor.name} · {user.name}"[:80], actor.device_id, user.id, may_decide=True)


def backed(actor: Actor, form: Mapping[str, str]) -> Actor:
    """Return the actor, with a supervisor's duties for this one action if a supervisor typed their PIN."""
    recorder = decider(actor, form)
    if actor.may(Duty.DECIDE) or not recorder.may_decide:
        return actor
    return replace(actor, name=recorder.name, role=Role.SUPERVISOR)


def source_of(claimed: str, code: str, person: int | None) -> Source:
    """Return the source of a page's scan; typed text that is no code is a search."""
    if claimed == Source.OFFLINE or (claimed in _SCANNED and person is None):
        return Source(claimed)
    if person is not None or not code:
        return Source.SEARCH
    is_token = codes.looks_like_code(code) and not codes.read_short_code(code)
    return Source.WEDGE if is_token else Source.SHORT_CODE


def new_nonce() -> str:
    """Return a fresh nonce for a form."""
    return secrets.token_urlsafe(16)


def _substitute(form: Mapping[str, str]) -> dict[str, Any]:
    texts: dict[str, Any] = {name: form.get(name, "").strip() for name in ("name", "relation", "phone")}
    return texts | {"letter": "letter" in form}


def _walk_in(form: Mapping[str, str]) -> dict[str, Any]:
    newcomer = {"kind": form.get("kind", ""), "name": form.get("name", "").strip()}
    if newcomer["kind"] != "rt":
        return newcomer
    return newcomer | {
        "seat": "/".join(filter(None, (form.get("village", ""), form.get("rw", ""), form.get("rt", ""))))
    }


def moment_of(text: str | None) -> datetime | None:
    """Return a posted moment (RFC 3339), None when it is missing or malformed."""
    try:
        return clock.parse_iso(text) if text else None
    except ValueError:
        return None
