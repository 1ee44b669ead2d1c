"""Lists for the desks on paper, should the power go: chosen by wave, districts or village."""

from datetime import datetime
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..audit.store import note
from ..db import db, transaction
from ..events import store as events
from ..events.about_store import about_of
from ..events.place_store import find_districts
from ..events.typed_places import village_meant, village_texts
from ..events.waves import numeral
from ..live.store import registration_of
from ..refusals import Refused
from ..schema import Wave
from ..web.downloads import chosen_paper, download, fonts, paper_choices
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.htmx import wants_fragment
from ..web.requests import form_fields, row_id
from .desk_list_paper import DeskList, desk_list, desk_list_png
from .desk_list_store import lines_of

blueprint = Blueprint("lists", __name__)
CHOSEN = ("wave", "district", "village", "label", "apart", "paper")


@blueprint.get("/lists")
@requires(Duty.EDIT_ROSTER)
def lists() -> Response:
    """Show the choice of a list with its names and first page, or redirect to the page of all lists."""
    if wants_fragment():
        return make_response(render_template("reports/_desk_lists.html", **choices_of(request.args)))
    return redirect(url_for("reports.attendance", **request.args.to_dict(flat=False), _anchor="desk-lists"), 303)


@blueprint.get("/lists/first.png")
@requires(Duty.EDIT_ROSTER)
def first_page() -> Response:
    """Show the first page as it will be printed."""
    paper, now = chosen_paper(), clock.utcnow()
    listed, _wave = _listed(request.args, acting().name, now)
    db.session.rollback()  # drawing needs no connection: the pool is small
    return download(desk_list_png(listed, paper, fonts()), "daftar meja halaman pertama", "png", attached=False)


@blueprint.post("/lists")
@requires(Duty.EDIT_ROSTER)
def print_list() -> Response | tuple[str, int]:
    """Answer the list as a PDF; the trail says who took how many names."""
    actor, now = acting(), clock.utcnow()
    try:
        paper, faces = chosen_paper(), fonts()
        with transaction() as session:
            listed, wave = _listed(form_fields(), actor.name, now)
            note(session, actor.name, "list.print", "wave", wave.id, now=now, rows=len(listed.lines))
    except Refused as refused:
        return render_template("reports/desk_lists.html", **choices_of(form_fields(), refused)), refused.status
    return download(desk_list(listed, paper, faces), f"{listed.title} {listed.about.wave} {paper}", "pdf")


def _listed(fields: MultiDict[str, str], requester: str, now: datetime) -> tuple[DeskList, Wave]:
    """Return the chosen list; refused when there is nobody on it."""
    wave = events.find_wave(db.session, fields.get("wave", 0, type=row_id))
    point = registration_of(db.session, wave.id)
    village = village_meant(fields.get("village", ""), village_texts(find_districts(db.session)))
    chosen = (fields.getlist("district"), village)
    lines = lines_of(db.session, point.id, wave.id, *chosen) if point else []
    if not lines:
        raise Refused("empty_list", "Tidak ada ketua RT dalam pilihan ini.", 422)
    label = " ".join(fields.get("label", "").split())[:40]
    apart = "village" if fields.get("apart") == "village" else "district"
    return DeskList(lines, about_of(db.session, wave, requester, now), label, apart), wave


def choices_of(fields: MultiDict[str, str], refusal: Refused | None = None) -> dict[str, Any]:
    """Return the context of the desk-list form, filled with ``fields``."""
    waves = events.find_waves(db.session)
    today = next((wave for wave in waves if not wave.closed_at), waves[0] if waves else None)
    fields = MultiDict({name: fields.getlist(name) for name in CHOSEN if fields.getlist(name)})
    fields.setdefault("wave", str(today.id) if today else "")
    listed = None
    if waves:
        try:
            listed, _wave = _listed(fields, "", clock.utcnow())
        except Refused as refused:
            refusal = refusal or refused
    return {
        "choices": [(wave.id, _("Gelombang %(numeral)s", numeral=numeral(wave.number))) for wave in waves],
        "fields": fields,
        "people": len(listed.lines) if listed else 0,
        "districts": (districts := find_districts(db.session)),
        "villages": village_texts(districts),
        "papers": paper_choices(),
        "problem": refusal_text(refusal) if refusal else "",
    }
