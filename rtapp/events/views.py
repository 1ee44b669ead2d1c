"""Pengaturan: the event, its waves, agenda, checkpoints and invited numbers; opening a checkpoint from the desk."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import begin_write, db
from ..refusals import Refused
from ..schema import Wave
from ..web.errors import refusal_text
from ..web.guard import acting, require_checkpoint, requires
from . import store
from .forms import day_of, moment_of, number_of, text_of, time_of
from .waves import ZONES, CheckpointKind

blueprint = Blueprint("events", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/event")
@requires(Duty.MANAGE_EVENT)
def overview() -> Answer:
    """Show the event and where its parts are set; without one, the form that makes it."""
    return _overview()


@blueprint.post("/event")
@requires(Duty.MANAGE_EVENT)
def save_event() -> Answer:
    """Make the event with its first wave, or change its name, organiser and zone."""
    form, now = request.form, clock.utcnow()
    words = (text_of(form, "name"), text_of(form, "organiser"), text_of(form, "timezone"))

    def write(session: Session) -> None:
        event = store.find_event(session)
        if event is None:
            event = store.make_event(session, acting().name, *words, now=now)
            store.add_wave(session, acting().name, event, None, day_of(form), text_of(form, "venue"), now=now)
        else:
            store.change_event(session, acting().name, event, *words, now=now)

    return _saved(write, "event", _overview, url_for(".overview"))


@blueprint.post("/waves")
@requires(Duty.MANAGE_EVENT)
def add_wave() -> Answer:
    """Add a wave with its checkpoint Registrasi."""
    form = request.form

    def write(session: Session) -> None:
        event, day = store.the_event(session), day_of(form)
        store.add_wave(session, acting().name, event, None, day, text_of(form, "venue"), now=clock.utcnow())

    return _saved(write, "wave", _overview, url_for(".overview"))


@blueprint.get("/waves/<int:wave_id>")
@requires(Duty.MANAGE_EVENT)
def wave(wave_id: int) -> Answer:
    """Show one wave: day, agenda, checkpoints, invited numbers."""
    return _wave(wave_id)


@blueprint.post("/waves/<int:wave_id>")
@requires(Duty.MANAGE_EVENT)
def save_wave(wave_id: int) -> Answer:
    """Change day and venue."""
    form = request.form

    def write(session: Session, found: Wave) -> None:
        store.change_wave(session, acting().name, found, day_of(form), text_of(form, "venue"), now=clock.utcnow())

    return _wave_saved(wave_id, write, "wave")


@blueprint.post("/waves/<int:wave_id>/state")
@requires(Duty.MANAGE_EVENT)
def wave_state(wave_id: int) -> Answer:
    """Close or reopen a wave."""
    turn = store.close_wave if request.form.get("state") == "closed" else store.reopen_wave

    def write(session: Session, found: Wave) -> None:
        turn(session, acting().name, found, now=clock.utcnow())

    return _wave_saved(wave_id, write, "state")


@blueprint.post("/waves/<int:wave_id>/removal")
@requires(Duty.MANAGE_EVENT)
def remove_wave(wave_id: int) -> Answer:
    """Remove a wave made by mistake."""

    def write(session: Session) -> None:
        store.remove_wave(session, acting().name, store.find_wave(session, wave_id), now=clock.utcnow())

    return _saved(write, "state", lambda **problem: _wave(wave_id, **problem), url_for(".overview"))


@blueprint.post("/waves/<int:wave_id>/agenda")
@requires(Duty.MANAGE_EVENT)
def save_agenda(wave_id: int) -> Answer:
    """Add an agenda item, or change or remove the one named."""
    form, now = request.form, clock.utcnow()

    def write(session: Session, found: Wave) -> None:
        item_id = number_of(form, "id")
        item = store.find_agenda(session, item_id) if item_id else None
        if item is not None and item.wave_id != found.id:
            raise Refused("no_agenda", "Mata acara ini tidak ada.", 404)
        if item is not None and form.get("do") == "remove":
            store.remove_agenda(session, acting().name, item, now=now)
            return
        zone = found.event.timezone
        starts, ends = (clock.local_moment(found.date, time_of(form, name), zone) for name in ("starts", "ends"))
        words = (starts, ends, text_of(form, "material"), text_of(form, "speaker"))
        marked = "session" in form
        if item is None:
            store.add_agenda(session, acting().name, found, *words, with_checkpoint=marked, now=now)
        else:
            store.change_agenda(session, acting().name, item, *words, with_checkpoint=marked, now=now)

    return _wave_saved(wave_id, write, f"agenda-{form.get('id', '')}")


@blueprint.post("/waves/<int:wave_id>/checkpoints")
@requires(Duty.MANAGE_EVENT)
def save_checkpoint(wave_id: int) -> Answer:
    """Add a checkpoint, or change or remove the one named."""
    form, now = request.form, clock.utcnow()

    def write(session: Session, found: Wave) -> None:
        point_id = number_of(form, "id")
        point = store.find_checkpoint(session, point_id) if point_id else None
        if point is not None and point.wave_id != found.id:
            raise Refused("no_checkpoint", "Titik absensi ini tidak ada.", 404)
        if point is not None and form.get("do") == "remove":
            store.remove_checkpoint(session, acting().name, point, now=now)
            return
        zone = found.event.timezone
        opens, closes = moment_of(form, "opens_at", zone), moment_of(form, "closes_at", zone)
        name, kind = text_of(form, "name"), text_of(form, "kind")
        if point is None:
            store.add_checkpoint(session, acting().name, found, name, kind, opens_at=opens, closes_at=closes, now=now)
            return
        place = number_of(form, "position")
        store.change_checkpoint(
            session,
            acting().name,
            point,
            name,
            kind,
            opens_at=opens,
            closes_at=closes,
            position=None if place is None else place - 1,
            now=now,
        )

    return _wave_saved(wave_id, write, f"checkpoint-{form.get('id', '')}")


@blueprint.post("/waves/<int:wave_id>/invitations")
@requires(Duty.MANAGE_EVENT)
def save_invited(wave_id: int) -> Answer:
    """Set the invited numbers of all districts at once; an empty field takes the number away."""
    form, now = request.form, clock.utcnow()

    def write(session: Session, found: Wave) -> None:
        before = store.invited_per_district(session, found.id)
        assumed = store.assumed_districts(session, found.id)
        for district in store.find_districts(session):
            number = number_of(form, f"district-{district.id}")
            if number != before.get(district.id) or (
                district.id in assumed and f"certain-{district.id}" in form
            ):  # a number typed by hand is an assumption no more
                store.set_invited(session, acting().name, found, district.id, number, now=now)

    return _wave_saved(wave_id, write, "invited")


@blueprint.post("/checkpoints/<int:checkpoint_id>/open")
@requires(Duty.OPEN_CHECKPOINT)
def open_checkpoint(checkpoint_id: int) -> Answer:
    """Open a checkpoint from the desk, with one tap."""
    require_checkpoint(checkpoint_id)
    actor = acting()
    session = begin_write(db.session)
    store.open_checkpoint(session, actor.name, store.find_checkpoint(session, checkpoint_id), now=clock.utcnow())
    session.commit()
    flash(_("Titik absensi dibuka. Pindai kartunya sekali lagi."), "ok")
    return redirect(url_for("checkin.desk", checkpoint_id=checkpoint_id), 303)


def _overview(**problem: Any) -> Answer:
    session = db.session
    waves = store.find_waves(session) if store.find_event(session) else []
    page = render_template(
        "events/overview.html",
        waves=waves,
        zones=ZONES,
        invited=store.invited_per_wave(session),
        heads=store.heads_per_wave(session),
        today=clock.utcnow().date(),
        **_problem(problem),
    )
    return (page, problem["status"]) if problem else page


def _wave(wave_id: int, **problem: Any) -> Answer:
    session = db.session
    found = store.find_wave(session, wave_id)
    invited, heads = store.invited_per_district(session, wave_id), store.heads_per_district(session, wave_id)
    page = render_template(
        "events/wave.html",
        wave=found,
        wave_links=[
            {"url": url_for(".wave", wave_id=other.id), "label": other, "current": other.id == wave_id}
            for other in store.find_waves(session)
        ],
        agenda=store.agenda_of(session, wave_id),
        points=store.checkpoints_of(session, wave_id),
        used=store.used_checkpoints(session, wave_id),
        kinds=list(CheckpointKind),
        districts=store.find_districts(session),
        invited=invited,
        heads=heads,
        assumed=store.assumed_districts(session, wave_id),
        local=lambda moment, shape: clock.local(moment, found.event.timezone).strftime(shape) if moment else "",
        **_problem(problem),
    )
    return (page, problem["status"]) if problem else page


def _problem(problem: dict[str, Any]) -> dict[str, Any]:
    return {"problem": problem.get("sentence", ""), "wrong": problem.get("form", ""), "typed": request.form}


def _wave_saved(wave_id: int, write: Callable[[Session, Wave], None], form: str) -> Answer:
    def on_wave(session: Session) -> None:
        write(session, store.find_wave(session, wave_id))

    target = url_for(".wave", wave_id=wave_id, _anchor=form)
    return _saved(on_wave, form, lambda **problem: _wave(wave_id, **problem), target)


def _saved(write: Callable[[Session], None], form: str, page: Callable[..., Answer], target: str) -> Answer:
    """Write in one transaction and go to ``target``; what is refused is said beside the form, which keeps its text."""
    session = begin_write(db.session)
    try:
        write(session)
        session.commit()
    except Refused as refused:
        session.rollback()
        if refused.status == 404:
            raise
        return page(form=form, sentence=refusal_text(refused), status=refused.status)
    flash(_("Tersimpan."), "ok")
    return redirect(target, 303)
