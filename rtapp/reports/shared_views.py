"""What the pages of reports share: the requested wave, links to the other waves, downloads of papers."""

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from ..audit.store import note
from ..db import db, transaction
from ..events import store as events
from ..live.store import current_wave
from ..refusals import Refused
from ..schema import Wave
from ..web.downloads import chosen_paper, fonts
from ..web.filters import today
from ..web.navigation import links_to_waves
from ..web.requests import form_fields
from .papers import FORMS, Page

blueprint = Blueprint("reports", __name__)


def requested_wave(wave_id: int | None) -> Wave | None:
    """Return the requested wave, else today's; None while the event has no wave."""
    if wave_id is not None:
        return events.find_wave(db.session, wave_id)
    return current_wave(events.find_waves(db.session), today())


def wave_links(current: Wave, endpoint: str = "") -> list[dict[str, Any]]:
    """Return links to the same page for every wave."""
    return links_to_waves(events.find_waves(db.session), current, endpoint or request.endpoint or "")


def chosen_page() -> Page:
    """Return the requested paper size and file type, a PDF by default."""
    form = form_fields().get("form", "pdf")
    if form not in FORMS:
        raise Refused("bad_form", "Dokumen diunduh sebagai PDF, XLSX, atau ODS.", 422)
    return Page(chosen_paper(), fonts(), form)


def note_export(actor: str, action: str, wave_id: int, rows: int, now: datetime, **more: str) -> None:
    """Record who exported how many lines of a wave, and commit, so that drawing the paper blocks nobody."""
    with transaction() as session:
        note(session, actor, action, "wave", wave_id, now=now, rows=rows, **more)


def no_wave(title: str) -> str:
    """Show a page of reports before there is a wave: what to do next."""
    why = _("Dokumen dibuat per gelombang. Buat acara dan gelombangnya di Pengaturan.")
    return render_template("no_wave.html", title=title, why=why)
