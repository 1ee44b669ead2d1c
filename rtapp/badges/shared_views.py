"""What the pages of badges share: their blueprint and the choice an address holds."""

from collections.abc import Mapping

from flask import Blueprint

from ..db import db
from ..events import store as events
from ..events.place_store import find_districts
from ..refusals import Refused
from ..settings.letterhead_store import letterhead_of
from .forms import CardsForm, cards_form

blueprint = Blueprint("badges", __name__)


def choice_form(values: Mapping[str, str]) -> CardsForm:
    """Return the form of a choice, filled from a query or a post."""
    usual = letterhead_of(db.session).paper
    return cards_form(values, events.find_waves(db.session), find_districts(db.session), usual)


def checked_choice_form(values: Mapping[str, str]) -> CardsForm:
    """Return the same form; refused where one of its fields is wrong."""
    form = choice_form(values)
    if not form.validate():
        raise Refused("bad_choice", "Pilih gelombang, kecamatan, atau desa yang ada.", 422)
    return form
