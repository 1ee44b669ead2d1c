"""The heads who have not come yet, by village, to call them: phones for those with the duty, a tick when done."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..audit.store import note
from ..checkin.cases_store import refuse_frozen
from ..db import db, transaction
from ..events.invited_store import heads_per_district
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment, wants_fragment
from ..web.requests import form_text
from .contact_store import missing_of, note_contact
from .shared_views import blueprint, own_wave, wave_links
from .store import registration_of


@blueprint.get("/waves/<int:wave_id>/missing")
@requires(Duty.NOTE_ABSENCE)
def missing(wave_id: int) -> Response:
    """Show the heads who have not come yet, all of them or those of one district."""
    wave = own_wave(wave_id)
    context = {"wave": wave, "wave_links": wave_links(wave, ".missing"), **_missing(wave_id)}
    return page_or_fragment("live/missing.html", "live/_missing.html", **context)


@blueprint.post("/waves/<int:wave_id>/missing/<int:participant_id>")
@requires(Duty.NOTE_ABSENCE)
def contact(wave_id: int, participant_id: int) -> Response | str:
    """Tick that a head was called or asked after, or take the tick back."""
    wave, actor, now = own_wave(wave_id), acting(), clock.utcnow()
    with transaction() as session:
        refuse_frozen(session, actor, wave_id)
        note_contact(session, actor.name, participant_id, wave_id, form_text("contacted") == "1", now=now)
    if not wants_fragment():
        district = form_text("district") or None
        return redirect(url_for(".missing", wave_id=wave_id, district=district, _anchor=f"head-{participant_id}"), 303)
    point = registration_of(session, wave_id)
    heads = missing_of(session, point.id, wave_id, participant_id=participant_id) if point else []
    context = {"head": heads[0] if heads else None, "id": participant_id, "district": form_text("district")}
    return render_template("live/_head.html", wave=wave, focused=True, **context)


@blueprint.post("/waves/<int:wave_id>/missing/<int:participant_id>/phone")
@requires(Duty.EDIT_ROSTER)
def reveal(wave_id: int, participant_id: int) -> Response | str:
    """Show a head's phone number; the trail records who looked."""
    wave = own_wave(wave_id)
    with transaction() as session:
        point = registration_of(session, wave_id)
        heads = missing_of(session, point.id, wave_id, participant_id=participant_id) if point else []
        if heads and heads[0].phone:
            note(session, acting().name, "phone.reveal", "participant", participant_id, now=clock.utcnow())
    if not wants_fragment():
        return render_template("live/missing.html", wave=wave, revealed=participant_id, **_missing(wave_id))
    context = {"head": heads[0] if heads else None, "id": participant_id, "district": form_text("district")}
    return render_template("live/_head.html", wave=wave, revealed=participant_id, **context)


def _missing(wave_id: int) -> dict[str, Any]:
    point, chosen = registration_of(db.session, wave_id), request.values.get("district", "")
    heads = missing_of(db.session, point.id, wave_id) if point else []
    districts: dict[tuple[str, str], int] = {}
    for head in heads:
        place = (head.district_code, head.district)
        districts[place] = districts.get(place, 0) + 1
    shown = [head for head in heads if chosen in ("", head.district_code)]
    listed = bool(heads) or any(heads_per_district(db.session, wave_id).values())
    return {"heads": shown, "listed": listed, "all": len(heads), "districts": districts, "district": chosen}
