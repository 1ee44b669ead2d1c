"""«Perlu keputusan»: the cases that wait for a supervisor, and the page to decide them."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db
from ..refusals import Refused
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from .attempt import Attempt, Recorder, attempt_by
from .cases_store import Waiting, open_cases, settle_case, substituted
from .decide_store import COUNTING
from .decision import Decision
from .forms import decision_of, new_nonce
from .shared_views import blueprint, record, write
from .store import find_answer
from .verdict import Source


@blueprint.get("/decisions")
@requires(Duty.DECIDE)
def decisions() -> str:
    """List the open cases, oldest first."""
    return _page()


@blueprint.post("/decisions/<int:case_id>")
@requires(Duty.DECIDE)
def decide(case_id: int) -> Response | tuple[str, int]:
    """Decide one case: record the person, choose the head or the substitute, or close it with a reason."""
    actor, form = acting(), request.form
    reason = form.get("reason", "")
    waiting = next((case for case in open_cases(db.session, actor) if case.id == case_id), None)
    try:
        if waiting is None:
            raise Refused("case_settled", "Sudah diputuskan, atau orangnya sudah tercatat.", 409)
        if form.get("decide") == "close":
            write(lambda session: settle_case(session, actor.name, case_id, reason, now=clock.utcnow()).id)
        elif waiting.person:
            answer = record(_attempt(waiting))  # one that counts settles the case
            message = _("%(name)s: %(verdict)s.", name=waiting.person.name, verdict=_word(answer.verdict))
            flash(message, "ok" if answer.verdict in COUNTING else "warn")
    except Refused as refused:
        db.session.rollback()
        return _page(refusal_text(refused)), refused.status
    return redirect(url_for(".decisions"), 303)


def _attempt(waiting: Waiting) -> Attempt:
    """Return the scan that decides a case, as a follow-up to the case's own scan.

    A late scan keeps its time, and so does one whose wave was closed while the case waited.
    """
    form, late = request.form, waiting.kind == "late"
    at, decision = None, decision_of(form)
    if late:
        substitute = substituted(db.session, find_answer(db.session, waiting.nonce).came_instead)
        at, decision = waiting.at, Decision(over_all=True, substitute=substitute, reason=_("Pindaian terlambat"))
    if waiting.checkpoint.wave.closed_at is not None and not decision.resolve:
        at, decision = waiting.at, replace(decision, over_all=True)
    return attempt_by(
        Recorder.of(acting()),
        form.get("nonce") or new_nonce(),
        waiting.checkpoint.id,
        Source.PAPER if at else Source.SEARCH,
        participant_id=waiting.person.id if waiting.person else None,
        client_at=at,
        follows=waiting.nonce,
        decision=decision,
    )


def _page(problem: str = "") -> str:
    waiting = open_cases(db.session, acting())
    nonces = {case.id: new_nonce() for case in waiting}
    return render_template("checkin/decisions.html", waiting=waiting, nonces=nonces, problem=problem)


def _word(verdict: object) -> str:
    words = {"WELCOME": _("hadir"), "REPRESENTED": _("diwakili"), "ALREADY": _("sudah tercatat")}
    return words.get(str(verdict), _("belum dapat dicatat"))
