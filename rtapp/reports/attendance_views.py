"""Daftar hadir: its checkpoint, blank or filled, and what starts a page; shown before it is printed."""

from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..audit.store import note
from ..db import db, transaction
from ..events import store as events
from ..events.about_store import about_of
from ..refusals import Refused
from ..schema import Wave
from ..web.downloads import download, paper_choices, unprintable_names
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment, wants_fragment
from ..web.requests import form_fields, row_id
from . import papers
from .attendance import PARTS, Roll, parts_of
from .attendance_store import listed_points, roll_of
from .desk_list_views import choices_of
from .shared_views import blueprint, chosen_page, no_wave, note_export, requested_wave, wave_links
from .signatures import ToSign
from .signatures_store import keep_list, lists_of

KINDS = {
    "filled": _l("Terisi, dari pencatatan"),
    "blank": _l("Kosong, untuk ditandatangani"),
    "invitation": _l("Undangan, selembar per desa"),
}
PART_WORDS = {"district": _l("Per kecamatan"), "village": _l("Per desa/kelurahan"), "": _l("Tidak dipisah")}


@blueprint.get("/attendance")
@blueprint.get("/waves/<int:wave_id>/attendance")
@requires(Duty.EDIT_ROSTER)
def attendance(wave_id: int | None = None) -> Response | str:
    """Show the lists of a wave: a checkpoint's as it will be printed, those for the desks, and the signed ones."""
    wave = requested_wave(wave_id)
    if wave is None:
        return no_wave(_("Daftar"))
    return page_or_fragment("reports/attendance.html", "reports/_attendance.html", **_page(wave, request.args))


@blueprint.post("/waves/<int:wave_id>/attendance")
@requires(Duty.MAKE_REPORTS)
def attendance_paper(wave_id: int) -> Response | tuple[str, int]:
    """Answer the list as PDF, XLSX or ODS; the trail says who took how many names."""
    actor, now, form = acting(), clock.utcnow(), form_fields()
    wave = events.find_wave(db.session, wave_id)
    try:
        page, part = chosen_page(), _part(form)
        roll = _roll(wave, form)
    except Refused as refused:
        context = _page(wave, form, refused)
        return page_or_fragment("reports/attendance.html", "reports/_attendance.html", **context), refused.status
    about = about_of(db.session, wave, actor.name, now)
    name = f"daftar hadir {about.wave} {roll.point} {'kosong' if roll.blank else ''} {page.paper}"
    if form.get("kind") == "invitation":
        note_export(actor.name, "invitation.print", wave.id, len(roll.lines), now)
        return download(papers.invitation(roll, about, page), f"daftar undangan {about.wave} {page.paper}", page.form)
    if roll.blank:
        paper = papers.to_sign(roll, about, page, part)
        _keep(paper, roll, wave.id, actor.name, now)
        return download(paper.data, name, page.form)
    note_export(actor.name, "attendance.print", wave.id, len(roll.lines), now, code=roll.digest[: papers.CODE])
    return download(papers.attendance(roll, about, page, part), name, page.form)


def _keep(paper: ToSign, roll: Roll, wave_id: int, actor: str, now: datetime) -> None:
    """Store the people on each page of a list to be signed, and record the print."""
    with transaction() as session:
        keep_list(session, actor, roll.point_id, paper, now=now)
        note(session, actor, "attendance.print", "wave", wave_id, now=now, rows=len(roll.lines))


def _roll(wave: Wave, fields: MultiDict[str, str]) -> Roll:
    blank = fields.get("kind") in ("blank", "invitation")
    return roll_of(db.session, wave, fields.get("checkpoint", type=row_id), blank=blank, now=clock.utcnow())


def _part(fields: MultiDict[str, str]) -> str:
    part = fields.get("part", "district")
    if part not in PARTS:
        raise Refused("bad_part", "Pilih pembagian halaman yang ada di daftar.", 422)
    return part


def _page(wave: Wave, fields: MultiDict[str, str], refusal: Refused | None = None) -> dict[str, Any]:
    if not acting().may(Duty.MAKE_REPORTS):
        return _others(wave)
    roll, part = None, fields.get("part", "district")
    try:
        roll = _roll(wave, fields)
    except Refused as refused:
        refusal = refusal or refused
    part = part if part in PARTS else "district"
    return _others(wave) | {
        "points": [(point.id, point.name) for point in listed_points(db.session, wave.id)],
        "kinds": list(KINDS.items()),
        "part_choices": list(PART_WORDS.items()),
        "part": part,
        "kind": "filled" if roll and not roll.blank else fields.get("kind", "filled"),
        "roll": roll,
        "shown": list(parts_of(roll.lines, part)) if roll else [],
        "papers": paper_choices(),
        "unprintable": unprintable_names(line.name for line in roll.lines) if roll else [],
        "problem": refusal_text(refusal) if refusal else "",
    }


def _others(wave: Wave) -> dict[str, Any]:
    """Return what the page shows besides the attendance list: all there is for those who make no reports."""
    context = {"wave": wave, "wave_links": wave_links(wave, ".attendance")}
    if wants_fragment():
        return context
    desk = choices_of(request.args if "wave" in request.args else MultiDict({"wave": str(wave.id)}))
    return context | {"desk": desk, "signed": lists_of(db.session, wave.id)}
