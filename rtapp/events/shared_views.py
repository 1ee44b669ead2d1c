"""The blueprint of this room and what its pages share: one way to write, and the page of a wave."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.devices_store import may_hold_scans
from ..checkin.marks_store import rehearsal_marks
from ..db import db, transaction
from ..schema import Wave
from ..web.forms import Form, forms_of_page
from ..web.navigation import links_to_waves
from . import store
from .agenda_store import agenda_of
from .checkpoint_store import checkpoints_of, used_checkpoints
from .forms import (
    KINDS,
    AgendaForm,
    CheckpointForm,
    WaveForm,
    agenda_form,
    checkpoint_form,
    invited_form,
    offer_points,
    row_form,
)
from .invited_store import assumed_districts, heads_per_district, invited_per_district
from .place_store import find_districts

blueprint = Blueprint("events", __name__)
Answer = Response | tuple[str, int]


def saved(form: Form, write: Callable[[Session], str | None], page: Callable[[Form], str], target: str) -> Answer:
    """Run ``write`` in one transaction, flash its message or "Tersimpan.", and redirect to ``target``.

    Refused, ``page`` shows the page on which the form stands; it raises where that is gone.
    """
    with form.refusals():
        form.check()
        with transaction() as session:
            message = write(session)
        flash(message or _("Tersimpan."), "ok")
        return redirect(target, 303)
    return page(form), form.status


def wave_saved(wave_id: int, form: Form, write: Callable[[Session, Wave], str | None], anchor: str = "") -> Answer:
    """Save a form on the page of a wave and redirect to that form or to ``anchor`` (see ``saved``).

    The form that adds to the agenda is open again afterwards: a day has more than one item.
    """

    def on_wave(session: Session) -> str | None:
        return write(session, store.find_wave(session, wave_id))

    more = {"more": "agenda"} if form.key == "agenda-" else {}
    target = url_for(".wave", wave_id=wave_id, _anchor=anchor or form.key, **more)
    return saved(form, on_wave, lambda refused: wave_page(wave_id, refused), target)


def wave_page(wave_id: int, refused: Form | None = None) -> str:
    """Render the page of a wave, its forms as they are stored but the ``refused`` one."""
    session = db.session
    wave = store.find_wave(session, wave_id)
    agenda, points = agenda_of(session, wave_id), checkpoints_of(session, wave_id)
    facts = _invited(session, wave_id)
    begins = agenda[-1].ends_at if agenda else None
    stored = [
        WaveForm(key="wave", formdata=None, obj=wave),
        row_form(AgendaForm, "agenda", formdata=None, starts=begins),
        *map(agenda_form, agenda),
        row_form(CheckpointForm, "checkpoint", formdata=None),
        *map(checkpoint_form, points),
        invited_form(facts["districts"], facts["invited"]),
        Form(key="state", formdata=None),
    ]
    forms = forms_of_page(stored, _at_home(refused, {form.key for form in stored}))
    for form in forms.values():
        offer_points(form, points)
    return render_template(
        "events/wave.html",
        wave=wave,
        wave_links=links_to_waves(store.find_waves(session), wave, ".wave"),
        forms=forms,
        agenda=agenda,
        points=points,
        used=used_checkpoints(session, wave_id),
        kinds=KINDS,
        rehearsed=rehearsal_marks(session, wave_id),
        silent=may_hold_scans(session, wave_id, now=clock.utcnow()),
        **facts,
    )


def _invited(session: Session, wave_id: int) -> dict[str, Any]:
    return {
        "districts": find_districts(session),
        "invited": invited_per_district(session, wave_id),
        "heads": heads_per_district(session, wave_id),
        "assumed": assumed_districts(session, wave_id),
    }


def _at_home(refused: Form | None, keys: set[str]) -> Form | None:
    """Return the refused form; if its row is gone, move what was typed to the form that adds a row."""
    if refused is not None and refused.key not in keys:
        new = f"{refused.key.partition('-')[0]}-"
        refused.give_key(new, f"{new}-")
    return refused
