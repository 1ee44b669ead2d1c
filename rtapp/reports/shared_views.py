"""What the pages of reports share: the wave asked for, the ways to the others, a paper as a download."""

import re
import unicodedata
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..audit.store import note
from ..badges.papers import find_fonts
from ..db import begin_write, db
from ..events import store as events
from ..events.waves import numeral
from ..live.store import current_wave
from ..refusals import Refused
from ..schema import Wave
from ..settings.letterhead_store import letterhead_of
from ..web.filters import day

blueprint = Blueprint("reports", __name__)
PAPERS = {"f4": "F4 (215 × 330 mm)", "a4": "A4 (210 × 297 mm)"}
KINDS_OF_FILE = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


def asked_wave(wave_id: int | None) -> Wave | None:
    """Return the wave asked for, else the one of today; None while the event has no wave."""
    if wave_id is not None:
        return events.find_wave(db.session, wave_id)
    event = events.find_event(db.session)
    zone = event.timezone if event else events.DEFAULT_ZONE
    return current_wave(events.find_waves(db.session), clock.local(clock.utcnow(), zone).date())


def wave_links(current: Wave) -> list[dict[str, Any]]:
    """Return the links by which a page leads to the same page of the other waves."""
    return [
        {
            "url": url_for(request.endpoint or "", wave_id=wave.id),
            "label": _("Gelombang %(numeral)s", numeral=numeral(wave.number)) + " · " + day(wave.date),
            "current": wave is current,
        }
        for wave in events.find_waves(db.session)
    ]


def fonts() -> Path:
    """Return the folder of the fonts; refused where there are none."""
    return find_fonts(Path(current_app.static_folder or ""))


def paper_choices() -> list[tuple[str, str]]:
    """Return the papers there are, the usual one first."""
    usual = letterhead_of(db.session).paper
    return sorted(PAPERS.items(), key=lambda paper: paper[0] != usual)


def chosen_paper() -> str:
    """Return the paper that the form asks for."""
    paper = request.form.get("paper") or letterhead_of(db.session).paper
    if paper not in PAPERS:
        raise Refused("bad_paper", "Pilih kertas A4 atau F4.", 422)
    return paper


def note_export(actor: str, action: str, wave_id: int, rows: int, now: datetime) -> None:
    """Note who took how many lines out of a wave, and commit; what is drawn afterwards keeps nobody waiting."""
    session = begin_write(db.session)
    note(session, actor, action, "wave", wave_id, now=now, rows=rows)
    session.commit()


def no_wave(title: str) -> str:
    """Show a page of reports before there is a wave: what to do next."""
    return render_template("reports/no_wave.html", title=title)


def download(data: bytes, name: str, ending: str) -> Response:
    """Answer a paper as a file whose name any system can hold."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    file = f"{re.sub('[^a-z0-9]+', '-', plain).strip('-')[:100]}.{ending}"
    response = send_file(BytesIO(data), KINDS_OF_FILE[ending], as_attachment=True, download_name=file)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
