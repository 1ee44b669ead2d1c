"""«Perlu keputusan»: what waits for a supervisor, and deciding it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import begin_write, db
from ..refusals import Refused
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from .attempt import Attempt
from .cases_store import Waiting, open_cases, settle_case
from .decision import Decision
from .forms import decision_of, new_nonce
from .shared_views import blueprint, checked_nonce, record
from .store import find_answer
from .verdict import Source


@blueprint.get("/decisions")
@requires(Duty.DECIDE)
def decisions() -> str:
    """List what waits, oldest first."""
    return _page()


@blueprint.post("/decisions/<int:case_id>")
@requires(Duty.DECIDE)
def decide(case_id: int) -> Response | tuple[str, int]:
    """Decide one case: record somebody, take the head or the substitute, or close it with a reason."""
    actor, now, form = acting(), clock.utcnow(), request.form
    waiting = next((case for case in open_cases(db.session, actor) if case.id == case_id), None)
    try:
        if waiting is None:
            raise Refused("case_settled", "Sudah diputuskan, atau orangnya sudah tercatat.", 409)
        if form.get("decide") in ("record", "accept", "head", "instead") and waiting.person:
            answer = record(_attempt(waiting))
            flash(_("%(name)s: %(verdict)s.", name=waiting.person.name, verdict=_word(answer.verdict)), "ok")
        session = begin_write(db.session)
        if form.get("decide") in ("close", "record"):
            reason = form.get("reason", "") or (_("Dicatat") if form.get("decide") == "record" else "")
            settle_case(session, actor.name, case_id, reason, now=now)
        session.commit()
    except Refused as refused:
        db.session.rollback()
        return _page(refusal_text(refused)), refused.status
    return redirect(url_for(".decisions"), 303)


def _attempt(waiting: Waiting) -> Attempt:
    """Return the scan that decides a case: it follows the first, a late one keeps its time."""
    actor, form = acting(), request.form
    late = waiting.kind == "late"
    told = find_answer(db.session, waiting.nonce)
    at = clock.parse_iso(told.happened_at) if late and told.happened_at else None
    return Attempt(
        nonce=checked_nonce(form.get("nonce") or new_nonce()),
        checkpoint_id=waiting.checkpoint.id,
        source=Source.PAPER if at else Source.SEARCH,
        participant_id=waiting.person.id if waiting.person else None,
        device_id=actor.device_id,
        user_id=actor.user_id,
        recorded_by=actor.name,
        client_at=at,
        follows=waiting.nonce,
        decision=Decision(over_all=True, reason=_("Pindaian terlambat")) if late else decision_of(form),
        may_decide=True,
    )


def _page(problem: str = "") -> str:
    waiting = open_cases(db.session, acting())
    nonces = {case.id: new_nonce() for case in waiting}
    return render_template("checkin/decisions.html", waiting=waiting, nonces=nonces, problem=problem)


def _word(verdict: object) -> str:
    words = {"WELCOME": _("hadir"), "REPRESENTED": _("diwakili"), "ALREADY": _("sudah tercatat")}
    return words.get(str(verdict), _("belum dapat dicatat"))
