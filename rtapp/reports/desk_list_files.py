"""The desk lists on disk: a fresh XLSX and PDF every few minutes of a wave, in case the laptop dies."""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask

from .. import clock
from ..config import write_private
from ..db import db
from ..documents.fonts import find_fonts
from ..documents.xlsx_out import write_xlsx
from ..events.about_store import about_of
from ..live.store import last_change, registration_of
from ..refusals import Refused
from ..web.services import every, services_of
from .desk_list_paper import DeskList, desk_list
from .desk_list_store import due_waves, lines_of, tables_of

log = logging.getLogger(__name__)
FOLDER = "fallback"


def write_lists(app: Flask, *, now: datetime) -> list[Path]:
    """Write the lists of every wave that is on into the instance, readable by its owner alone; return the files.

    Each appears whole or not at all. Without fonts the XLSX alone is written.
    """
    folder = Path(app.instance_path) / FOLDER
    written = []
    for name, make in _lists(app, now).items():
        folder.mkdir(mode=0o700, exist_ok=True)
        write_private(folder / name, make())
        written.append(folder / name)
    return written


def start(app: Flask, seconds: float) -> None:
    """Write the lists in a thread of this process, now and every ``seconds`` if anything changed."""
    state: object = None

    def write() -> None:
        nonlocal state
        state = _write_changed(app, state)

    services_of(app).closers.append(every(seconds, "fallback-lists", write))


def _write_changed(app: Flask, earlier: object) -> object:
    """Write the lists if anything changed since the ``earlier`` state; return the state for the next comparison."""
    now = clock.utcnow()
    try:
        with app.app_context():
            state = (last_change(db.session), now.date())
        if state != earlier:
            write_lists(app, now=now)
        return state
    except Exception:  # a full disk must not end the lists of the rest of the day
        log.warning("the lists on disk could not be written; trying again", exc_info=True)
        return None


def _lists(app: Flask, now: datetime) -> dict[str, Callable[[], bytes]]:
    """Return a function per file name that makes the file; the database is read here, and not needed for drawing."""
    files: dict[str, Callable[[], bytes]] = {}
    fonts = _fonts(app)
    with app.app_context():
        for wave in due_waves(db.session, now=now):
            point = registration_of(db.session, wave.id)
            lines = lines_of(db.session, point.id, wave.id) if point else []
            if not lines:
                continue
            zone, name = wave.event.timezone, f"gelombang-{wave.number}"
            listed = DeskList(lines, about_of(db.session, wave, "", now))
            files[f"{name}.xlsx"] = lambda lines=lines, zone=zone: write_xlsx(tables_of(lines, zone))
            if fonts:
                files[f"{name}.pdf"] = lambda listed=listed: desk_list(listed, listed.about.letterhead.paper, fonts)
    return files


def _fonts(app: Flask) -> Path | None:
    try:
        return find_fonts(Path(app.static_folder or ""))
    except Refused:
        return None
