"""The five sections of the frame, as far as the asker's duties reach."""

from typing import Any

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _

from ..accounts.roles import Duty
from .guard import current_actor

# label, endpoint, icon, duty, blueprints in which the section is the current one
_SECTIONS = (
    (_("Meja"), "checkin.desks", "desk", Duty.SCAN, {"checkin"}),
    (_("Peserta"), "roster.participants", "roster", Duty.EDIT_ROSTER, {"roster"}),
    (_("Kehadiran"), "live.counts_of_current_wave", "board", Duty.SEE_COUNTS, {"live"}),
    (_("Dokumen"), "badges.cards", "papers", Duty.PRINT_CARDS, {"badges"}),
    (_("Pengaturan"), "events.overview", "settings", Duty.MANAGE_EVENT, {"events", "settings", "accounts"}),
)


def init_app(app: Flask) -> None:
    """Give every template its sections and the addresses of the frame."""
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    return {
        "nav": _sections(),
        "sign_out_url": url_for("accounts.sign_out"),
        "language_url": url_for("pages.language"),
        "wave": None,
        "wave_links": (),
    }


def _sections() -> list[dict[str, Any]]:
    actor = current_actor()
    if actor is None:
        return []
    return [
        {"label": label, "url": url_for(endpoint), "icon": icon, "current": request.blueprint in rooms}
        for label, endpoint, icon, duty, rooms in _SECTIONS
        if actor.may(duty)
    ]
