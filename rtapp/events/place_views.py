"""Wilayah: the districts and villages participants come from."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import begin_write, db
from ..refusals import Refused
from ..roster.store import renew_search_keys
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from . import store
from .forms import number_of, text_of
from .views import blueprint


@blueprint.get("/places")
@requires(Duty.MANAGE_EVENT)
def places() -> str:
    """List districts and their villages, with how many neighbourhoods of each are known."""
    return _places()


@blueprint.post("/places")
@requires(Duty.MANAGE_EVENT)
def save_place() -> Response | tuple[str, int]:
    """Add a district or village, or change or remove the one named."""
    form, session = request.form, begin_write(db.session)
    kind = "district" if form.get("kind") == "district" else "village"
    try:
        _save(session, acting().name, kind)
        session.commit()
    except Refused as refused:
        session.rollback()
        if refused.status == 404:
            raise
        return _places(refusal_text(refused), f"{kind}-{form.get('id', '')}"), refused.status
    flash(_("Tersimpan."), "ok")
    return redirect(url_for(".places"), 303)


def _save(session: Session, actor: str, kind: str) -> None:
    form, now = request.form, clock.utcnow()
    code, name, place_id = text_of(form, "code"), text_of(form, "name"), number_of(form, "id")
    removing = form.get("do") == "remove"
    if kind == "district":
        if place_id is None:
            store.add_district(session, actor, code, name, now=now)
        elif removing:
            store.remove_district(session, actor, store.find_district(session, place_id), now=now)
        else:
            store.change_district(session, actor, store.find_district(session, place_id), code, name, now=now)
            renew_search_keys(session, district_id=place_id)
    elif place_id is None:
        store.add_village(session, actor, code, name, now=now)
    elif removing:
        store.remove_village(session, actor, store.find_village(session, place_id), now=now)
    else:
        store.change_village(session, actor, store.find_village(session, place_id), code, name, now=now)
        renew_search_keys(session, village_id=place_id)


def _places(problem: str = "", wrong: str = "") -> str:
    return render_template(
        "events/places.html",
        districts=store.find_districts(db.session),
        seats=store.seats_per_village(db.session),
        problem=problem,
        wrong=wrong,
        typed=request.form,
    )
