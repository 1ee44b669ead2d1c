"""Wilayah: the districts and villages participants come from."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db
from ..refusals import Refused
from ..roster.spelling import plain
from ..roster.store import refresh_search_texts
from ..schema import District, Village
from ..web.forms import Form, forms_of_page
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment
from ..web.requests import form_has, form_id, form_text
from .forms import PlaceForm, row_form
from .place_store import (
    add_district,
    add_village,
    change_district,
    change_village,
    find_district,
    find_districts,
    find_village,
    import_places,
    remove_district,
    remove_village,
    seats_per_village,
)
from .places import TEMPLATE, PlaceRow, read_places
from .shared_views import Answer, blueprint, saved

TABALONG = Path(__file__).with_name("places_tabalong.csv")
Finds = Callable[[Session, int], Any]
Writes = Callable[..., Any]
STORES: dict[str, tuple[Finds, Writes, Writes, Writes]] = {
    "district": (find_district, add_district, change_district, remove_district),
    "village": (find_village, add_village, change_village, remove_village),
}


class ListedDistrict(NamedTuple):
    """A district as the page lists it: its seats, the villages that were asked for, the names of its forms."""

    district: District
    seats: int
    villages: list[Village]
    is_open: bool
    rows: set[str]

    @property
    def village_count(self) -> int:
        return len(self.villages)


@blueprint.get("/places/template.csv")
@requires(Duty.MANAGE_EVENT)
def place_template() -> Response:
    """Answer a list of places with its heads and one row, to be filled in by a spreadsheet."""
    headers = {"Content-Disposition": 'attachment; filename="wilayah.csv"'}
    return Response("\ufeff" + TEMPLATE, mimetype="text/csv", headers=headers)


@blueprint.get("/places")
@requires(Duty.MANAGE_EVENT)
def places() -> Response:
    """List districts and their villages, with how many neighbourhoods of each are known."""
    return page_or_fragment("events/places.html", "events/_districts.html", **_facts())


@blueprint.post("/places")
@requires(Duty.MANAGE_EVENT)
def save_place() -> Answer:
    """Add a district or village, change or remove the one named, or take a whole list."""
    actor, kind, removes = acting().name, form_text("kind"), form_text("do") == "remove"
    if kind not in (*STORES, "list"):
        raise Refused("bad_place", "Pilih kecamatan, desa, atau daftar.", 422)
    row = (kind, form_text("id"))
    if kind == "village" and not form_text("id"):
        row = ("new", form_text("district"))  # of this district
    form = Form(key="list") if kind == "list" else row_form(Form if removes else PlaceForm, *row)

    def write(session: Session) -> str | None:
        if kind == "list":
            return _save_list(session, actor)
        return _remove_place(session, actor, kind) if removes else _save_place(session, actor, kind, form)

    anchor = "districts" if removes or kind == "list" else form.key
    target = url_for(".places", **_listing(), district=form_text("district") or None, _anchor=anchor)
    return saved(form, write, lambda refused: render_template("events/places.html", **_facts(refused)), target)


def _save_place(session: Session, actor: str, kind: str, form: Form) -> None:
    find, add, change, _remove = STORES[kind]
    words, now = (form.code.data, form.name.data), clock.utcnow()
    if not form_text("id"):
        add(session, actor, *words, now=now)
    elif change(session, actor, find(session, form_id("id") or 0), *words, now=now):
        refresh_search_texts(session)  # people are found by the names of their places


def _remove_place(session: Session, actor: str, kind: str) -> str:
    find, *_others, remove = STORES[kind]
    remove(session, actor, find(session, form_id("id") or 0), now=clock.utcnow())
    return _("Dihapus.")


def _save_list(session: Session, actor: str) -> str:
    changed = import_places(session, actor, _rows(), now=clock.utcnow())
    if not changed:
        return _("Tidak ada yang berubah: daftar itu sudah ada di sini.")
    refresh_search_texts(session)
    return ngettext("%(n)s desa ditambahkan atau diubah.", "%(n)s desa ditambahkan atau diubah.", changed, n=changed)


def _rows() -> list[PlaceRow]:
    file = request.files.get("file")
    data = TABALONG.read_bytes() if form_has("tabalong") else file.read() if file else b""
    try:
        return read_places(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise Refused("no_csv", "Berkas ini bukan CSV yang dapat dibaca.", 422, field="file") from None


def _listing() -> dict[str, str]:
    """Return what the list was asked for, to be asked again after a change."""
    wanted = request.args.get("q", "").strip()[:100]
    return {"q": wanted} if wanted else {}


def _facts(refused: Form | None = None) -> dict[str, Any]:
    districts, listing = find_districts(db.session), _listing()
    row = refused.key if refused else f"village-{request.args.get('village', '')}"
    words = plain(listing.get("q", "")).split()
    seats = seats_per_village(db.session)
    shown = [_district_entry(district, seats, words, row) for district in districts]
    gone = Form(key="gone", formdata=None)
    if refused and row not in {"list", "district-", *(name for entry in shown for name in entry.rows)}:
        gone.form_errors, refused = refused.sentences, None
    stored = [gone, Form(key="list", formdata=None), row_form(PlaceForm, "district", formdata=None)]
    stored += _forms(districts, row)
    return {
        "shown": [entry for entry in shown if entry.is_open or entry.villages or not words],
        "districts": len(districts),
        "villages": sum(len(district.villages) for district in districts),
        "seats": seats,
        "row": row,
        "listing": listing,
        "forms": forms_of_page(stored, refused),
    }


def _forms(districts: Sequence[District], row: str) -> Iterator[Form]:
    """Return the form of each district, of a new village in it, and of the village that is open."""
    for district in districts:
        yield row_form(PlaceForm, "district", district.id, formdata=None, obj=district)
        yield row_form(PlaceForm, "new", district.id, formdata=None, code=f"{district.code}.")
        for village in district.villages:
            if row == f"village-{village.id}":
                yield row_form(PlaceForm, "village", village.id, formdata=None, obj=village)


def _district_entry(district: District, seats: dict[int, int], words: list[str], row: str) -> ListedDistrict:
    rows = {f"district-{district.id}", f"new-{district.id}", *(f"village-{place.id}" for place in district.villages)}
    villages = [place for place in district.villages if row == f"village-{place.id}" or _fits(place, words)]
    at_work = row in rows or request.args.get("district") == str(district.id)
    if not villages and (at_work or _fits(district, words)):
        villages = list(district.villages)
    count = sum(seats.get(place.id, 0) for place in district.villages)
    return ListedDistrict(district, count, villages, at_work or bool(words and villages), rows)


def _fits(place: District | Village, words: list[str]) -> bool:
    text = f"{plain(place.name)} {place.code}"
    return all(word in text for word in words)
