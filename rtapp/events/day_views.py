"""What belongs to the day of a wave: agenda, checkpoints, invited numbers; opening a checkpoint from the desk."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..checkin import marks_store as marks
from ..db import db, transaction
from ..schema import Agenda, Checkpoint, Wave
from ..web.forms import Form
from ..web.guard import acting, require_checkpoint, requires
from ..web.htmx import done
from ..web.requests import form_id, form_text
from . import checkpoint_store
from .agenda_store import add_agenda, change_agenda, find_agenda, remove_agenda
from .checkpoint_store import add_checkpoint, change_checkpoint, find_checkpoint, remove_checkpoint
from .forms import AgendaForm, CheckpointForm, invited_form, row_form
from .invited_store import assumed_districts, set_invited
from .place_store import find_districts
from .shared_views import Answer, blueprint, wave_saved

Row = TypeVar("Row", Agenda, Checkpoint)


@blueprint.post("/waves/<int:wave_id>/agenda")
@requires(Duty.MANAGE_EVENT)
def save_agenda(wave_id: int) -> Answer:
    """Add an agenda item, or change or remove the one named."""
    form, actor, now = _posted(AgendaForm, "agenda"), acting().name, clock.utcnow()

    def write(session: Session, wave: Wave) -> str | None:
        item, zone = _row(find_agenda, session, wave), wave.event.timezone
        if item is not None and _removes():
            remove_agenda(session, actor, item, now=now)
            return _("Dihapus.")
        starts, ends = (clock.local_moment(wave.date, form[name].data, zone) for name in ("starts", "ends"))
        words = (starts, ends, form.material.data, form.speaker.data)
        if item is None:
            add_agenda(session, actor, wave, *words, with_checkpoint=form.session.data, now=now)
        else:
            change_agenda(session, actor, item, *words, with_checkpoint=form.session.data, now=now)
        return None

    return wave_saved(wave_id, form, write, "agenda" if _removes() else "")


@blueprint.post("/waves/<int:wave_id>/checkpoints")
@requires(Duty.MANAGE_EVENT)
def save_checkpoint(wave_id: int) -> Answer:
    """Add a checkpoint, or change or remove the one named."""
    form, actor, now = _posted(CheckpointForm, "checkpoint"), acting().name, clock.utcnow()

    def write(session: Session, wave: Wave) -> str | None:
        point = _row(find_checkpoint, session, wave)
        if point is not None and _removes():
            remove_checkpoint(session, actor, point, now=now)
            return _("Dihapus.")
        changes: dict[str, Any] = {
            name: getattr(point, name) if point and form.is_left(name) else form[name].data
            for name in ("opens_at", "closes_at")
        }
        if form.requires.raw_data:
            changes["requires_id"] = form.requires.data
        words = (form.name.data, form.kind.data)
        if point is None:
            add_checkpoint(session, actor, wave, *words, **changes, now=now)
            return None
        place = form.position.data
        position = None if place is None else place - 1
        change_checkpoint(session, actor, point, *words, **changes, position=position, now=now)
        return None

    return wave_saved(wave_id, form, write, "checkpoints" if _removes() else "")


@blueprint.post("/waves/<int:wave_id>/rehearsal")
@requires(Duty.MANAGE_EVENT)
def wipe_rehearsal(wave_id: int) -> Answer:
    """Void all marks of the rehearsal, in one tap."""
    actor, now = acting().name, clock.utcnow()

    def write(session: Session, wave: Wave) -> str:
        count = marks.wipe_rehearsal(session, actor, wave.id, now=now)
        return ngettext("%(n)s pencatatan gladi dibatalkan.", "%(n)s pencatatan gladi dibatalkan.", count, n=count)

    return wave_saved(wave_id, Form(key="checkpoint-"), write, "checkpoints")


@blueprint.post("/waves/<int:wave_id>/invitations")
@requires(Duty.MANAGE_EVENT)
def save_invited(wave_id: int) -> Answer:
    """Set the invited numbers of all districts at once; an emptied field takes the number away."""
    actor, now = acting().name, clock.utcnow()
    form = invited_form(find_districts(db.session))

    def write(session: Session, wave: Wave) -> None:
        assumed = assumed_districts(session, wave.id)
        for district in find_districts(session):
            name = f"district-{district.id}"
            if name not in form or not form[name].raw_data:
                continue
            # A field left as the page showed it changes nothing: somebody else may have typed there since.
            if not form.is_left(name) or (district.id in assumed and form[f"certain-{district.id}"].data):
                set_invited(session, actor, wave, district.id, form[name].data, now=now)

    return wave_saved(wave_id, form, write)


@blueprint.post("/checkpoints/<int:checkpoint_id>/open")
@requires(Duty.OPEN_CHECKPOINT)
def open_checkpoint(checkpoint_id: int) -> Response:
    """Open a checkpoint from the desk, with one tap."""
    require_checkpoint(checkpoint_id)
    actor, now = acting(), clock.utcnow()
    with transaction() as session:
        checkpoint_store.open_checkpoint(session, actor.name, find_checkpoint(session, checkpoint_id), now=now)
    return done(_("Titik absensi dibuka. Pindai kartunya sekali lagi."), "checkin.desk", checkpoint_id=checkpoint_id)


def _removes() -> bool:
    return form_text("do") == "remove"


def _posted(make: type[Form], kind: str) -> Form:
    """Return the form of the row that is posted; of the button that removes it there are no fields to read."""
    return row_form(Form if _removes() else make, kind, form_text("id"))


def _row(find: Callable[[Session, int], Row], session: Session, wave: Wave) -> Row | None:
    """Return the row of this wave that the form names, None for a new one; refused as ``find`` refuses what is gone."""
    if not form_text("id") and not _removes():
        return None
    row = find(session, form_id("id") or 0)
    return row if row.wave_id == wave.id else find(session, 0)
