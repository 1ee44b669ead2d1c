"""Papers as pages hand them out: the fonts, the paper that was chosen, a file under a name that any system can hold."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from flask import current_app, send_file
from werkzeug.wrappers import Response

from ..db import db
from ..documents.fonts import find_fonts
from ..documents.glyphs import unprintable
from ..documents.paper import plain
from ..refusals import Refused
from ..settings.letterhead_store import letterhead_of
from .requests import form_fields

PAPERS = {"f4": "F4 (215 × 330 mm)", "a4": "A4 (210 × 297 mm)"}
KINDS_OF_FILE = {
    "csv": "text/csv",  # Flask adds the charset
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pdf": "application/pdf",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


def fonts() -> Path:
    """Return the folder of the fonts; refused where there are none."""
    return find_fonts(Path(current_app.static_folder or ""))


def unprintable_names(names: Iterable[str]) -> list[str]:
    """Return the names that papers cannot show, for the fonts lack some of their letters; none without fonts."""
    try:
        return unprintable(dict.fromkeys(names), fonts())
    except Refused:
        return []


def paper_choices() -> list[tuple[str, str]]:
    """Return the papers there are, the usual one first."""
    usual = letterhead_of(db.session).paper
    return sorted(PAPERS.items(), key=lambda paper: paper[0] != usual)


def chosen_paper() -> str:
    """Return the paper that the form or the address asks for, the usual one where it does not say."""
    paper = form_fields().get("paper") or letterhead_of(db.session).paper
    if paper not in PAPERS:
        raise Refused("bad_paper", "Pilih kertas A4 atau F4.", 422)
    return paper


def download(data: bytes, name: str, ending: str, *, attached: bool = True) -> Response:
    """Answer a file under a plain name, kept by no cache; one not ``attached`` is shown."""
    response = send_file(
        BytesIO(data), KINDS_OF_FILE[ending], as_attachment=attached, download_name=f"{plain(name)}.{ending}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response
