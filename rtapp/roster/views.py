"""The roster on a tablet: who is looked for, in which order, fifty at a time."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db, transaction
from ..events import place_store
from ..events import store as events
from ..events.waves import numeral
from ..schema import District
from ..web.downloads import download
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment, wants_fragment
from ..web.requests import page_number
from . import bulk_views, export_store, person_views, row_views, seat_views, store  # noqa: F401
from .find_store import SEATLESS, Filter, Person, count_kinds, count_people, find_people
from .forms import GUESTS
from .quality_store import look_over
from .shared_views import HEADS, PAGE, blueprint, form_context, listing_of, wanted_people

STATUSES = (
    ("hadir", _l("Hadir")), ("diwakili", _l("Diwakili")), ("gelombang_lain", _l("Gelombang lain")),
    ("izin", _l("Izin")), ("sakit", _l("Sakit")), ("dinas", _l("Dinas")),
    ("tanpa_keterangan", _l("Tanpa keterangan")), ("belum", _l("Belum hadir")), ("arsip", _l("Diarsipkan")),
)  # fmt: skip
SORTS = (("", _l("Wilayah")), ("nama", _l("Nama")), ("desa", _l("Desa")), ("rt", _l("Nomor RT")))
CHANGED = ("diubah", _l("Terakhir diubah"))


@blueprint.get("/participants")
@requires(Duty.EDIT_ROSTER)
def participants() -> Response:
    """Show who is looked for, fifty at a time; the address holds filters and order."""
    districts = place_store.find_districts(db.session) if _shows_places() else ()
    wanted = wanted_people(districts)
    total = count_people(db.session, wanted)
    page = min(page_number(), max(1, -(-total // PAGE)))
    people = find_people(db.session, wanted, limit=PAGE, offset=(page - 1) * PAGE)
    context = _list_context(wanted, page, total, people)
    if districts or not wants_fragment():
        context["options"] = _options(wanted, districts)
    response = page_or_fragment("roster/participants.html", "roster/_participants.html", **context)
    return _with_address(response, context) if wants_fragment() else response


@blueprint.get("/participants/quality")
@requires(Duty.EDIT_ROSTER)
def quality() -> str:
    """Show what of the roster should be looked at, each with the way to mend it."""
    return render_template("roster/quality.html", quality=look_over(db.session))


def _shows_places() -> bool:
    """Say whether the answer offers villages: a whole page, or rows after another district was chosen."""
    return not wants_fragment() or bool(request.args.get("district")) or bool(_district_before())


def _district_before() -> str:
    return parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query).get("district", [""])[0]


@blueprint.get("/participants.<any(xlsx,csv,ods):form>")
@requires(Duty.IMPORT_ROSTER)
def export(form: str) -> Response:
    """Hand out the roster; who took how many rows stands in the trail."""
    with transaction() as session:
        data, _rows = export_store.export(session, acting().name, form, codes=False, now=clock.utcnow())
    return download(data, "peserta", form)


def _list_context(wanted: Filter, page: int, total: int, people: list[Person]) -> dict[str, Any]:
    listing = listing_of(wanted, page)
    opened = next((person for person in people if str(person.id) == request.args.get("open")), None)
    return {
        "wanted": wanted,
        "people": people,
        "total": total,
        "alike": bool(people) and not total,
        "first": (page - 1) * PAGE + 1,
        "listing": listing,
        "page_urls": _page_urls(wanted, page, total),
        "opened": opened.id if opened else None,
        "all_ticked": request.args.get("ticked") == "shown",
        "waves": events.find_waves(db.session),
        **_groups(wanted),
        **(form_context(opened, listing) if opened else {}),
    }


def _groups(wanted: Filter) -> dict[str, Any]:
    """Return how many heads and others there are, and how many of the other group the same words find."""
    kinds = count_kinds(db.session, archived=wanted.status == "arsip")
    heads, others = kinds.pop(HEADS, 0), sum(kinds.values())
    is_heads = wanted.kind == HEADS
    other = Filter(q=wanted.q, status=wanted.status, kind=SEATLESS if is_heads else HEADS)
    beside = count_people(db.session, other) if wanted.q and (others if is_heads else heads) else 0
    return {
        "heads": heads,
        "others": others,
        "everyone": heads if is_heads else kinds.get(wanted.kind, 0) if wanted.kind in GUESTS else others,
        "beside": beside,
        "beside_url": url_for(".participants", **listing_of(other)),
    }


def _page_urls(wanted: Filter, page: int, total: int) -> tuple[str, str]:
    def to(number: int) -> str:
        return url_for(".participants", **listing_of(wanted, number))

    return to(page - 1) if page > 1 else "", to(page + 1) if page * PAGE < total else ""


def _options(wanted: Filter, districts: Sequence[District]) -> dict[str, list[tuple[str, str]]]:
    """Return what may be chosen in each filter; villages once a district is chosen: of all of them, one is searched."""
    everything = ("", _("Semua"))
    chosen = [district for district in districts if district.code == wanted.district]
    shown = [village for district in chosen for village in district.villages] or [
        village for district in districts for village in district.villages if village.code == wanted.village
    ]
    waves = [(str(wave.number), numeral(wave.number)) for wave in events.find_waves(db.session)]
    return {
        "districts": [everything, *((district.code, district.name) for district in districts)],
        "villages": [everything, *((village.code, village.name) for village in shown)] if shown else [],
        "waves": [everything, *waves, ("none", _("Belum ditentukan"))],
        "statuses": [everything, *STATUSES],
        "kinds": [(SEATLESS, _("Semua")), *GUESTS.items()],
        "sorts": [*SORTS, CHANGED] if wanted.kind == HEADS else [("", _("Nama")), CHANGED],
    }


def _with_address(response: Response, context: dict[str, Any]) -> Response:
    """Put the filters into the browser's address; a new district brings its villages along."""
    response.headers["HX-Replace-Url"] = url_for(".participants", **context["listing"])
    if _district_before() != context["wanted"].district:
        chip = render_template("roster/_village_chip.html", **context)
        partial = f'<hx-partial hx-target="#village-chip" hx-swap="outerHTML">{chip}</hx-partial>'
        response.set_data(response.get_data(as_text=True) + partial)
    return response
