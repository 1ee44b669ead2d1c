"""What the pages of badges share: their blueprint, the choice an address holds, fonts, and how a file is handed out."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from flask import Blueprint, current_app, send_file
from werkzeug.wrappers import Response

from ..db import db
from ..events import store as events
from . import papers
from .forms import CardsForm, cards_form
from .messenger import plain

blueprint = Blueprint("badges", __name__)


def asked(values: Mapping[str, str]) -> CardsForm:
    """Return the form of a choice as an address or a post fills it."""
    return cards_form(values, events.find_waves(db.session), events.find_districts(db.session))


def fonts() -> Path:
    """Return the folder of the fonts; refused without them."""
    return papers.find_fonts(Path(current_app.static_folder or ""))


def download(data: bytes, kind: str, name: str, ending: str) -> Response:
    """Answer a file under a plain name, kept by no cache on the way."""
    response = send_file(BytesIO(data), kind, as_attachment=True, download_name=f"{plain(name)}.{ending}")
    response.headers["Cache-Control"] = "private, no-cache"
    return response
