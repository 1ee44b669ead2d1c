"""Lists for the desks on paper, should the power go: chosen by wave, districts or village."""

from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..audit.store import note
from ..badges.papers import find_fonts
from ..db import begin_write, db
from ..documents.pdf import PAPERS
from ..events import store as events
from ..events.waves import numeral
from ..refusals import Refused
from ..schema import Wave
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from .list_store import lines_of
from .papers import Heading, desk_list
from .store import registration_of

blueprint = Blueprint("lists", __name__)


@blueprint.get("/lists")
@requires(Duty.EDIT_ROSTER)
def lists() -> str:
    """Choose what to print a list of."""
    return _page()


@blueprint.post("/lists")
@requires(Duty.EDIT_ROSTER)
def print_list() -> Response | tuple[str, int]:
    """Answer the list as a PDF; the trail says who took how many names."""
    actor, now, form = acting(), clock.utcnow(), request.form
    paper, apart = form.get("paper", "a4"), form.get("apart", "district")
    try:
        if paper not in PAPERS:
            raise Refused("bad_paper", "Pilih kertas A4 atau F4.", 422)
        fonts = find_fonts(Path(current_app.static_folder or ""))
        session = begin_write(db.session)
        wave = events.find_wave(session, form.get("wave", 0, type=int))
        point = registration_of(session, wave.id)
        chosen = (form.getlist("district"), form.get("village", "").strip())
        lines = lines_of(session, point.id, wave.id, *chosen) if point else []
        if not lines:
            raise Refused("empty_list", "Tidak ada ketua RT dalam pilihan ini.", 422)
        heading = Heading(wave.event.name, _title(wave, form.get("label", "")), wave.event.timezone, now)
        note(session, actor.name, "list.print", "wave", wave.id, now=now, rows=len(lines))
    except Refused as refused:
        db.session.rollback()
        return _page(refusal_text(refused)), refused.status
    session.commit()
    pdf = desk_list(lines, heading, paper, fonts, apart="village" if apart == "village" else "district")
    name = f"daftar-meja-gelombang-{wave.number}.pdf"
    response = send_file(BytesIO(pdf), "application/pdf", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _title(wave: Wave, label: str) -> str:
    """Return what stands on every page; papers are Indonesian, whoever prints them."""
    desk = " ".join(label.split())[:40]
    parts = ["Daftar meja", desk, f"Gelombang {numeral(wave.number)}", clock.day_text(wave.date)]
    return " · ".join(part for part in parts if part)


def _page(problem: str = "") -> str:
    waves = events.find_waves(db.session)
    today = next((wave for wave in waves if not wave.closed_at), waves[0] if waves else None)
    context: dict[str, Any] = {
        "choices": [(wave.id, _("Gelombang %(numeral)s", numeral=numeral(wave.number))) for wave in waves],
        "chosen": request.form.get("wave", today.id if today else ""),
        "districts": events.find_districts(db.session),
        "ticked": set(request.form.getlist("district")),
        "villages": [
            (village.code, f"{village.name} ({village.district.name})") for village in events.find_villages(db.session)
        ],
    }
    return render_template("live/lists.html", problem=problem, **context)
