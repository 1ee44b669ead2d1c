"""The blueprint of this room and what its pages share: one way to write, and the page of a wave."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.devices_store import may_hold_scans
from ..checkin.marks_store import rehearsal_marks
from ..db import begin_write, db
from ..refusals import Refused
from ..schema import Wave
from ..web.errors import refusal_text
from ..web.filters import day
from . import store
from .agenda_store import agenda_of
from .checkpoint_store import checkpoints_of, used_checkpoints
from .forms import KINDS, Entries, moment_text
from .invited_store import assumed_districts, heads_per_district, invited_per_district
from .place_store import find_districts
from .waves import numeral

blueprint = Blueprint("events", __name__)
Answer = Response | tuple[str, int]


def saved(write: Callable[[Session], str | None], form: str, page: Callable[[Entries], str], target: str) -> Answer:
    """Write in one transaction, say what ``write`` returns or that it is kept, and go to ``target``.

    What is refused is said beside ``form``, which keeps what was typed: ``page`` renders the page the form stands
    on, and raises where that is gone.
    """
    session = begin_write(db.session)
    try:
        said = write(session)
        session.commit()
    except Refused as refused:
        session.rollback()
        return page(Entries(form, request.form, refusal_text(refused), refused.field)), refused.status
    flash(said or _("Tersimpan."), "ok")
    return redirect(target, 303)


def wave_saved(wave_id: int, write: Callable[[Session, Wave], str | None], form: str, anchor: str = "") -> Answer:
    """Do what ``saved`` does for a form on the page of a wave, and return to that form or to ``anchor``.

    The form that adds to the agenda is open again afterwards: a day has more than one item.
    """

    def on_wave(session: Session) -> str | None:
        return write(session, store.find_wave(session, wave_id))

    more = {"more": "agenda"} if form == "agenda-" else {}
    target = url_for(".wave", wave_id=wave_id, _anchor=form if more else anchor or form, **more)
    return saved(on_wave, form, lambda entries: wave_page(wave_id, entries), target)


def wave_page(wave_id: int, entries: Entries = Entries()) -> str:  # noqa: B008  it cannot change
    """Render the page of a wave, its forms as ``entries`` says."""
    session = db.session
    found = store.find_wave(session, wave_id)
    agenda, points = agenda_of(session, wave_id), checkpoints_of(session, wave_id)
    return render_template(
        "events/wave.html",
        wave=found,
        wave_links=_wave_links(session, found),
        entries=_at_home(entries, {f"agenda-{item.id}" for item in agenda} | {f"checkpoint-{p.id}" for p in points}),
        agenda=agenda,
        points=points,
        used=used_checkpoints(session, wave_id),
        kinds=KINDS,
        rehearsed=rehearsal_marks(session, wave_id),
        silent=may_hold_scans(session, wave_id, now=clock.utcnow()),
        orders=[(n, n) for n in range(1, len(points) + 1)],
        shown=lambda moment: moment_text(moment, found.event.timezone),
        **_invited(session, wave_id),
    )


def _invited(session: Session, wave_id: int) -> dict[str, Any]:
    return {
        "districts": find_districts(session),
        "invited": invited_per_district(session, wave_id),
        "heads": heads_per_district(session, wave_id),
        "assumed": assumed_districts(session, wave_id),
    }


def _wave_links(session: Session, current: Wave) -> list[dict[str, Any]]:
    return [
        {
            "url": url_for(".wave", wave_id=wave.id),
            "label": _("Gelombang %(numeral)s", numeral=numeral(wave.number)) + " · " + day(wave.date),
            "current": wave is current,
        }
        for wave in store.find_waves(session)
    ]


def _at_home(entries: Entries, rows: set[str]) -> Entries:
    """Return ``entries`` where somebody will see them: what was typed for a row that is gone, as a new one."""
    row = entries.form.removesuffix("-removal")
    if "-" not in row or row in rows:
        return entries
    return Entries(f"{row.partition('-')[0]}-", entries.typed, entries.sentence, entries.field)
