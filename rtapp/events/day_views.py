"""What belongs to the day of a wave: agenda, checkpoints, invited numbers; opening a checkpoint from the desk."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..checkin import marks_store as marks
from ..db import begin_write, db
from ..refusals import Refused
from ..schema import Agenda, Checkpoint, Wave
from ..web.guard import acting, require_checkpoint, requires
from . import checkpoint_store
from .agenda_store import add_agenda, change_agenda, find_agenda, remove_agenda
from .checkpoint_store import add_checkpoint, change_checkpoint, find_checkpoint, remove_checkpoint
from .forms import invited_of, moment_of, number_of, removes, row_of, text_of, time_of
from .invited_store import assumed_districts, set_invited
from .place_store import find_districts
from .shared_views import Answer, blueprint, wave_saved


@blueprint.post("/waves/<int:wave_id>/agenda")
@requires(Duty.MANAGE_EVENT)
def save_agenda(wave_id: int) -> Answer:
    """Add an agenda item, or change or remove the one named."""
    form, actor, now = request.form, acting().name, clock.utcnow()

    def write(session: Session, found: Wave) -> str | None:
        item, zone = _item(session, found), found.event.timezone
        if item is not None and removes(form):
            remove_agenda(session, actor, item, now=now)
            return _("Dihapus.")
        starts, ends = (clock.local_moment(found.date, time_of(form, name), zone) for name in ("starts", "ends"))
        words = (starts, ends, text_of(form, "material"), text_of(form, "speaker"))
        marked = "session" in form
        if item is None:
            add_agenda(session, actor, found, *words, with_checkpoint=marked, now=now)
        else:
            change_agenda(session, actor, item, *words, with_checkpoint=marked, now=now)
        return None

    return _row_saved(wave_id, write, "agenda", "agenda")


@blueprint.post("/waves/<int:wave_id>/checkpoints")
@requires(Duty.MANAGE_EVENT)
def save_checkpoint(wave_id: int) -> Answer:
    """Add a checkpoint, or change or remove the one named."""
    form, actor, now = request.form, acting().name, clock.utcnow()

    def write(session: Session, found: Wave) -> str | None:
        point, zone = _point(session, found), found.event.timezone
        if point is not None and removes(form):
            remove_checkpoint(session, actor, point, now=now)
            return _("Dihapus.")
        name, kind = text_of(form, "name"), text_of(form, "kind")
        opens = moment_of(form, "opens_at", zone, point.opens_at if point else None)
        closes = moment_of(form, "closes_at", zone, point.closes_at if point else None)
        window: dict[str, Any] = {"opens_at": opens, "closes_at": closes}
        if "requires" in form:
            window["requires_id"] = number_of(form, "requires")
        if point is None:
            add_checkpoint(session, actor, found, name, kind, **window, now=now)
            return None
        place = number_of(form, "position")
        position = None if place is None else place - 1
        change_checkpoint(session, actor, point, name, kind, **window, position=position, now=now)
        return None

    return _row_saved(wave_id, write, "checkpoint", "checkpoints")


@blueprint.post("/waves/<int:wave_id>/rehearsal")
@requires(Duty.MANAGE_EVENT)
def wipe_rehearsal(wave_id: int) -> Answer:
    """Void all marks of the rehearsal, in one tap."""
    actor, now = acting().name, clock.utcnow()

    def write(session: Session, found: Wave) -> str:
        count = marks.wipe_rehearsal(session, actor, found.id, now=now)
        return ngettext("%(n)s pencatatan gladi dibatalkan.", "%(n)s pencatatan gladi dibatalkan.", count, n=count)

    return wave_saved(wave_id, write, "checkpoints")


@blueprint.post("/waves/<int:wave_id>/invitations")
@requires(Duty.MANAGE_EVENT)
def save_invited(wave_id: int) -> Answer:
    """Set the invited numbers of all districts at once; an emptied field takes the number away."""
    form, actor, now = request.form, acting().name, clock.utcnow()

    def write(session: Session, found: Wave) -> None:
        assumed = assumed_districts(session, found.id)
        for district in find_districts(session):
            name = f"district-{district.id}"
            certain = district.id in assumed and f"certain-{district.id}" in form
            # A field left as the page showed it changes nothing: somebody else may have typed there since.
            if name in form and (certain or text_of(form, name).strip() != form.get(f"{name}_was")):
                set_invited(session, actor, found, district.id, invited_of(form, name), now=now)

    return wave_saved(wave_id, write, "invited")


@blueprint.post("/checkpoints/<int:checkpoint_id>/open")
@requires(Duty.OPEN_CHECKPOINT)
def open_checkpoint(checkpoint_id: int) -> Response:
    """Open a checkpoint from the desk, with one tap."""
    require_checkpoint(checkpoint_id)
    actor, now = acting(), clock.utcnow()
    session = begin_write(db.session)
    checkpoint_store.open_checkpoint(session, actor.name, find_checkpoint(session, checkpoint_id), now=now)
    session.commit()
    flash(_("Titik absensi dibuka. Pindai kartunya sekali lagi."), "ok")
    return redirect(url_for("checkin.desk", checkpoint_id=checkpoint_id), 303)


def _row_saved(wave_id: int, write: Callable[[Session, Wave], str | None], part: str, section: str) -> Answer:
    row = f"{part}-{text_of(request.form, 'id')}"
    if removes(request.form):
        return wave_saved(wave_id, write, f"{row}-removal", section)
    return wave_saved(wave_id, write, row)


def _item(session: Session, wave: Wave) -> Agenda | None:
    """Return the agenda item the form names, None for a new one; refused where this wave has none such."""
    item_id = row_of(request.form)
    if item_id is None and not removes(request.form):
        return None
    item = find_agenda(session, item_id or 0)
    if item.wave_id != wave.id:
        raise Refused("no_agenda", "Mata acara ini tidak ada.", 404)
    return item


def _point(session: Session, wave: Wave) -> Checkpoint | None:
    """Return the checkpoint the form names, None for a new one; refused where this wave has none such."""
    point_id = row_of(request.form)
    if point_id is None and not removes(request.form):
        return None
    point = find_checkpoint(session, point_id or 0)
    if point.wave_id != wave.id:
        raise Refused("no_checkpoint", "Titik absensi ini tidak ada.", 404)
    return point
