"""The blueprint of this room and what its pages share: the list's address, the choices."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request

from ..db import db
from ..events import place_store
from ..events import store as events
from ..schema import District, Wave
from . import store
from .find_store import FACETS, SEATLESS, Filter, Person
from .forms import PersonForm, person_form

blueprint = Blueprint("roster", __name__)
PAGE = 50
HEADS = "rt"  # whom the list shows unless the address asks for another kind


def wanted_people(districts: Sequence[District] = ()) -> Filter:
    """Return what the address asks for: heads unless it names others; a village outside the district is let go."""
    fields = {name: request.args.get(name, "").strip()[:100] for name in ("q", "sort", *FACETS)}
    chosen = next((district for district in districts if district.code == fields["district"]), None)
    if chosen and fields["village"] not in [village.code for village in chosen.villages]:
        fields["village"] = ""
    if fields["kind"] not in (SEATLESS, *store.KINDS):
        fields["kind"] = HEADS
    return Filter(**fields)


def listing_of(wanted: Filter, page: int = 1) -> dict[str, Any]:
    """Return the list's filters, order and page as they stand in an address."""
    filters = {name: getattr(wanted, name) for name in ("q", *FACETS, "sort")}
    if wanted.kind == HEADS:
        filters["kind"] = ""
    return {name: value for name, value in filters.items() if value} | ({"page": page} if page > 1 else {})


def choices() -> tuple[Sequence[Wave], Sequence[District]]:
    """Return the waves and the districts a form offers."""
    return events.find_waves(db.session), place_store.find_districts(db.session)


def form_context(person: Person, listing: dict[str, Any], form: PersonForm | None = None) -> dict[str, Any]:
    """Return what an open row needs; its form is none for somebody archived."""
    form = form or (None if person.archived_at else person_form(person, *choices()))
    return {"person": person, "listing": listing, "form": form, "conflict": None}
