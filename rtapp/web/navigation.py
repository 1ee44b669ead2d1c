"""The five sections of the frame, as far as the asker's duties reach, and the parts of Pengaturan."""

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
    (_("Dokumen"), "badges.cards", "papers", Duty.PRINT_CARDS, {"badges", "lists"}),
    (_("Pengaturan"), "events.overview", "settings", Duty.MANAGE_EVENT, {"events", "settings", "accounts", "pages"}),
)
# How the pages of Pengaturan reach each other: label, endpoint, what the endpoints of the part begin with.
_PARTS = (
    (_("Acara"), "events.overview", ("events.",)),
    (_("Wilayah"), "events.places", ("events.places", "events.save_place")),
    (_("Jalur"), "events.lanes", ("events.lane",)),
    (_("Perangkat"), "accounts.devices", ("accounts.device", "accounts.add_device")),
    (_("Pengguna"), "accounts.users", ("accounts.user", "accounts.add_user")),
    (_("Pengaturan lain"), "settings.options", ("settings.",)),
    (_("Akun saya"), "accounts.account", ("accounts.account",)),
    (_("Lisensi"), "pages.licences", ("pages.licences",)),
)


def init_app(app: Flask) -> None:
    """Give every template its sections and the addresses of the frame."""
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    return {
        "nav": _sections(),
        "parts": _parts(),
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


def _parts() -> list[dict[str, Any]]:
    """Return the parts of Pengaturan on its own pages, for those who set everything; nothing elsewhere."""
    actor, endpoint = current_actor(), request.endpoint or ""
    here = max(
        (start for _label, _target, starts in _PARTS for start in starts if endpoint.startswith(start)),
        key=len,
        default="",
    )
    if not here or actor is None or not actor.may(Duty.MANAGE_EVENT):
        return []
    return [{"label": label, "url": url_for(target), "current": here in starts} for label, target, starts in _PARTS]
