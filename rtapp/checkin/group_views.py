"""Recording several people at once: a village's heads, typed-in paper lists, absences; also walk-ins on no list."""

from collections import Counter
from datetime import datetime, time

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..badges import token as codes
from ..db import db
from ..events.invited_store import heads_per_village
from ..events.place_store import find_districts
from ..events.typed_places import village_meant, village_texts
from ..refusals import Refused
from ..roster.find_store import Filter, Person, find_people
from ..schema import Checkpoint
from ..web.errors import refusal_text
from ..web.guard import acting, requires, takes_late
from ..web.requests import form_text
from .attempt import attempt_by
from .cases_store import absences_of, note_absence, noted_since, refuse_frozen
from .forms import attempt_of, decider, moment_of, new_nonce
from .shared_views import blueprint, own_checkpoint, record, refuse_over, write
from .verdict import Source, Verdict

MOST = 300
MARKED = (Verdict.WELCOME, Verdict.REPRESENTED)


@blueprint.get("/desk/<int:checkpoint_id>/villages")
@requires(Duty.SCAN)
def villages(checkpoint_id: int) -> str:
    """Show the choice of a village whose heads came together, and the form for a paper list."""
    return _villages_page(checkpoint_id)


@blueprint.get("/desk/<int:checkpoint_id>/villages/<code>")
@requires(Duty.SCAN)
def village(checkpoint_id: int, code: str) -> str:
    """Show a village's heads, to tick who is present and note absences."""
    return _village_page(checkpoint_id, code)


@blueprint.post("/desk/<int:checkpoint_id>/villages/<code>")
@requires(Duty.SCAN)
@takes_late
def mark_village(checkpoint_id: int, code: str) -> Response | tuple[str, int]:
    """Record the ticked heads and the absences; the same form sent twice records nothing twice."""
    actor, checkpoint, form = acting(), own_checkpoint(checkpoint_id), request.form
    people = _heads_of(checkpoint_id, code)
    absent = absences_of(db.session, checkpoint.wave_id, [person.id for person in people])
    noted = {person.id: form.get(f"absence-{person.id}", absent.get(person.id, "")) for person in people}
    changed = {id_: kind for id_, kind in noted.items() if kind != absent.get(id_, "")}
    sent_at = moment_of(form.get("client_at"))  # of a form that a desk sends after a restore
    refuse_over(late=sent_at is not None)
    closed_at = checkpoint.wave.closed_at
    try:
        if changed and (sent_at is None or closed_at is None or sent_at >= closed_at):
            refuse_frozen(db.session, actor, checkpoint.wave_id)
        at, since = _typed_times(checkpoint)
    except Refused as refused:
        return _village_page(checkpoint_id, code, refusal_text(refused)), refused.status
    verdicts: Counter[str] = Counter()
    here, source = [person.id for person in people if f"here-{person.id}" in form], Source.PAPER if at else Source.BATCH
    recorder = decider(actor, form if here else {})
    for id_ in here:
        nonce = form.get(f"nonce-{id_}") or new_nonce()
        answer = record(
            attempt_by(recorder, nonce, checkpoint_id, source, client_at=at, since=since, participant_id=id_)
        )
        verdicts[str(answer.verdict)] += 1
    wave = checkpoint.wave_id

    def excuse(session: Session) -> None:
        for id_, kind in changed.items():
            if sent_at is None or not noted_since(session, id_, wave, sent_at):
                note_absence(session, actor.name, id_, wave, kind, "", now=clock.utcnow())

    if changed:
        write(excuse)
    _flash_counts(verdicts)
    return redirect(url_for(".village", checkpoint_id=checkpoint_id, code=code), 303)


@blueprint.post("/desk/<int:checkpoint_id>/paper")
@requires(Duty.SCAN)
@takes_late
def type_in(checkpoint_id: int) -> Response | tuple[str, int]:
    """Record the short codes of a paper list, at the time written on it."""
    checkpoint, form = own_checkpoint(checkpoint_id), request.form
    typed = [code for code in form.get("codes", "").replace(",", " ").split() if code]
    try:
        at, since = _typed_times(checkpoint)
        if not typed or len(typed) > MOST:
            raise Refused("no_codes", "Ketik kode pendek, paling banyak %(most)s sekaligus.", 422, most=MOST)
    except Refused as refused:
        return _villages_page(checkpoint_id, refusal_text(refused)), refused.status
    recorder = decider(acting(), form)
    key, verdicts, unread = form.get("key") or new_nonce(), Counter[str](), []
    for code in typed:
        if not codes.read_short_code(code):
            unread.append(code[:20])
            continue
        nonce, moment = f"{key[:40]}-{codes.read_short_code(code)}", at or clock.utcnow()
        attempt = attempt_by(recorder, nonce, checkpoint_id, Source.PAPER, client_at=moment, since=since, code=code)
        verdicts[str(record(attempt).verdict)] += 1
    _flash_counts(verdicts)
    if unread:
        words = _("Salah ketik, belum dicatat: %(codes)s.", codes=", ".join(unread[:20]))
        return _villages_page(checkpoint_id, words, " ".join(unread)), 422
    return redirect(url_for(".villages", checkpoint_id=checkpoint_id), 303)


@blueprint.get("/desk/<int:checkpoint_id>/walk-in")
@requires(Duty.SCAN)
def walk_in(checkpoint_id: int) -> str:
    """Show the form for a person on no list, or for the new head of an RT."""
    return _walk_in_page(checkpoint_id)


@blueprint.post("/desk/<int:checkpoint_id>/walk-in")
@requires(Duty.SCAN)
@takes_late
def record_walk_in(checkpoint_id: int) -> Response | tuple[str, int]:
    """Add and mark a person on no list; a supervisor reviews afterwards what a clerk added."""
    own_checkpoint(checkpoint_id)
    form = request.form.to_dict() | {"decide": "walk_in"}
    try:
        form["village"] = village_meant(form.get("village", ""), village_texts(find_districts(db.session)))
        attempt = attempt_of(form, checkpoint_id, acting(), form.get("nonce") or new_nonce())
        answer = record(attempt)
    except Refused as refused:
        return _walk_in_page(checkpoint_id, refusal_text(refused), refused.code), refused.status
    return redirect(url_for(".desk", checkpoint_id=checkpoint_id, scan=answer.nonce), 303)


def _heads_of(checkpoint_id: int, code: str) -> list[Person]:
    wanted = Filter(village=code, kind="rt", checkpoint_id=checkpoint_id)
    return find_people(db.session, wanted, limit=MOST)


def _typed_times(checkpoint: Checkpoint) -> tuple[datetime | None, datetime | None]:
    """Return the time written on the paper and None, or the end and the beginning of a range."""
    first, last = (_typed_time(form_text(name), checkpoint) for name in ("time", "until"))
    if last is None:
        return first, None
    if first is None or last < first:
        raise Refused("bad_range", "Isi jam awal dan jam akhir, misalnya 07.30 sampai 08.00.", 422)
    return last, first


def _typed_time(text: str, checkpoint: Checkpoint) -> datetime | None:
    """Return the moment on the wave's day typed as 07.52, None when nothing was typed."""
    text = text.strip().replace(".", ":")
    if not text:
        return None
    try:
        return clock.local_moment(checkpoint.wave.date, time.fromisoformat(text), checkpoint.wave.event.timezone)
    except ValueError:
        raise Refused("bad_time", "Isi jam, misalnya 07.52, atau kosongkan.", 422) from None


def _flash_counts(verdicts: Counter[str]) -> None:
    marked = sum(verdicts[verdict] for verdict in MARKED)
    if marked:
        flash(ngettext("%(num)s orang dicatat hadir.", "%(num)s orang dicatat hadir.", marked), "ok")
    already = verdicts[Verdict.ALREADY]
    if already:
        flash(ngettext("%(num)s sudah tercatat sebelumnya.", "%(num)s sudah tercatat sebelumnya.", already), "ok")
    others = sum(verdicts.values()) - marked - already
    if others:
        flash(ngettext("%(num)s menunggu keputusan.", "%(num)s menunggu keputusan.", others), "warn")


def _villages_page(checkpoint_id: int, problem: str = "", typed: str = "") -> str:
    checkpoint = own_checkpoint(checkpoint_id)
    districts = find_districts(db.session)
    listed = heads_per_village(db.session, checkpoint.wave_id)
    return render_template(
        "checkin/villages.html", checkpoint=checkpoint, wave=checkpoint.wave, districts=districts, listed=listed,
        problem=problem, typed=typed or form_text("codes"), key=new_nonce(),
    )  # fmt: skip


def _village_page(checkpoint_id: int, code: str, problem: str = "") -> str:
    checkpoint, people = own_checkpoint(checkpoint_id), _heads_of(checkpoint_id, code)
    if not people:
        raise Refused("no_village", "Desa ini tidak ada, atau tidak punya peserta.", 404)
    return render_template(
        "checkin/village.html", checkpoint=checkpoint, wave=checkpoint.wave, people=people, problem=problem,
        absent=absences_of(db.session, checkpoint.wave_id, [person.id for person in people]),
        nonces={person.id: new_nonce() for person in people}, form=request.form,
    )  # fmt: skip


def _walk_in_page(checkpoint_id: int, problem: str = "", code: str = "") -> str:
    checkpoint = own_checkpoint(checkpoint_id)
    return render_template(
        "checkin/walk_in.html", checkpoint=checkpoint, wave=checkpoint.wave, problem=problem, code=code,
        villages=village_texts(find_districts(db.session)), typed=request.form, nonce=new_nonce(),
    )  # fmt: skip
