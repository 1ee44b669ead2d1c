"""Lanes: how many desks and minutes a wave takes, districts per desk if wanted, the sign above each."""

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ..accounts.roles import Duty
from ..db import db
from ..web.downloads import chosen_paper, download, fonts, paper_choices
from ..web.guard import requires
from ..web.requests import row_id
from . import papers, store
from .invited_store import heads_per_district, invited_per_district
from .lanes import MOST_DESKS, SECONDS, desks_within, minutes, share_out
from .place_store import find_districts
from .shared_views import blueprint
from .waves import numeral

LONGEST_LABEL = 40


@blueprint.get("/lanes")
@requires(Duty.MANAGE_EVENT, Duty.MANAGE_DEVICES)
def lanes() -> str:
    """Show how long the line takes with so many desks, and how districts may be shared out among them."""
    waves, places, numbers = store.find_waves(db.session), _places(), _numbers()
    people = numbers["people"] if numbers["people"] is not None else sum(number for _code, _name, number in places)
    seconds, desks = numbers["seconds"] or SECONDS, numbers["desks"] or 3
    table = [(count, minutes(people, seconds, count)) for count in range(1, max(desks, 6) + 1)]
    return render_template(
        "events/lanes.html",
        choices=[(wave.id, _("Gelombang %(numeral)s", numeral=numeral(wave.number))) for wave in waves],
        wave=_wave(),
        people=people,
        seconds=seconds,
        desks=desks,
        takes=minutes(people, seconds, desks),
        needed=desks_within(people, seconds, 60),
        table=table,
        shared=share_out(places, desks),
        districts=find_districts(db.session),
        papers=paper_choices(),
    )


@blueprint.get("/lanes/signs.pdf")
@requires(Duty.MANAGE_EVENT, Duty.MANAGE_DEVICES)
def lane_signs() -> Response:
    """Answer the signs of all desks, or of the one that is named with its districts, as a PDF."""
    paper, faces = chosen_paper(), fonts()
    label = " ".join(request.args.get("label", "").split())[:LONGEST_LABEL]
    names = {district.code: district.name for district in find_districts(db.session)}
    if label:
        signs = [(label, [names[code] for code in request.args.getlist("district") if code in names])]
    else:
        shared = share_out(_places(), _numbers()["desks"] or 3)
        signs = [(f"Meja {desk.number}", [name for _code, name in desk.districts]) for desk in shared]
    event = store.the_event(db.session)
    words = event.name, event.organiser
    db.session.rollback()  # drawing needs no connection
    return download(papers.lane_signs(signs, words[0], paper, faces, words[1]), "tanda meja", "pdf")


def _wave() -> Any:
    waves = store.find_waves(db.session)
    chosen = request.args.get("wave", type=row_id)
    named = next((wave for wave in waves if wave.id == chosen), None)
    return named or next((wave for wave in waves if not wave.closed_at), waves[0] if waves else None)


def _places() -> list[tuple[str, str, int]]:
    """Return code, name and people of the districts of the wave: as invited, else as listed."""
    wave = _wave()
    if wave is None:
        return []
    numbers = invited_per_district(db.session, wave.id) or heads_per_district(db.session, wave.id)
    districts = {district.id: district for district in find_districts(db.session)}
    return [(districts[id_].code, districts[id_].name, number) for id_, number in numbers.items() if number]


def _numbers() -> dict[str, int | None]:
    """Return the numbers of the form; nonsense counts as not given, and nobody has more than thirty desks."""
    most = {"people": 1_000_000, "seconds": 3600, "desks": MOST_DESKS}
    values = {name: request.args.get(name, type=int) for name in most}
    return {
        name: None if value is None else min(max(value, name != "people"), most[name]) for name, value in values.items()
    }
