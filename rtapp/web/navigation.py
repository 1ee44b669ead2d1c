"""The five sections of the frame, as far as the asker's duties reach, and the parts of Pengaturan."""

from typing import Any

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _

from ..accounts.roles import Duty
from .guard import current_actor

_PREPARED = {"events", "settings", "accounts", "audit", "safety", "privacy", "pages"}
# label, endpoint, icon, duty, blueprints in which the section is the current one
_SECTIONS = (
    (_("Meja"), "checkin.desks", "desk", Duty.SCAN, {"checkin"}),
    (_("Peserta"), "roster.participants", "roster", Duty.EDIT_ROSTER, {"roster", "imports"}),
    (_("Kehadiran"), "live.counts_of_current_wave", "board", Duty.SEE_COUNTS, {"live"}),
    (_("Dokumen"), "badges.cards", "papers", Duty.PRINT_CARDS, {"badges", "lists", "reports"}),
    (_("Pengaturan"), "events.overview", "settings", Duty.MANAGE_EVENT, _PREPARED),
)
# How the pages of a section reach each other: label, endpoint, what the endpoints of the part begin with, duty.
_PAPERS = (
    (_("Kartu"), "badges.cards", ("badges.cards", "badges.print_cards"), Duty.PRINT_CARDS),
    (_("Daftar hadir"), "reports.attendance", ("reports.attendance", "reports.signed"), Duty.MAKE_REPORTS),
    (
        _("Kirim kartu"),
        "badges.villages",
        ("badges.villages", "badges.village"),
        Duty.EDIT_ROSTER,
    ),
    (_("Daftar meja"), "lists.lists", ("lists.",), Duty.EDIT_ROSTER),
    (_("Uang transport"), "reports.transport", ("reports.transport", "reports.save_rates"), Duty.MAKE_REPORTS),
    (_("Rekap"), "reports.recap", ("reports.recap",), Duty.MAKE_REPORTS),
    (
        _("Sertifikat"),
        "reports.certificates",
        ("reports.certificate", "reports.issue_certificates", "reports.check_certificate"),
        Duty.MAKE_REPORTS,
    ),
    (_("Berkas SPJ"), "reports.bundle", ("reports.bundle",), Duty.MAKE_REPORTS),
)
_LETTERHEAD = ("settings.letterhead", "settings.save_letterhead", "settings.save_logo")
_SIGNATORIES = ("settings.signatories", "settings.save_signatories")
_SETTINGS = (
    (_("Acara"), "events.overview", ("events.",), Duty.MANAGE_EVENT),
    (_("Wilayah"), "events.places", ("events.places", "events.save_place"), Duty.MANAGE_EVENT),
    (_("Jalur"), "events.lanes", ("events.lane",), Duty.MANAGE_EVENT),
    (_("Perangkat"), "accounts.devices", ("accounts.device", "accounts.add_device"), Duty.MANAGE_DEVICES),
    (_("Pengguna"), "accounts.users", ("accounts.user", "accounts.add_user"), Duty.MANAGE_USERS),
    (_("Cadangan"), "safety.backups_page", ("safety.",), Duty.BACK_UP),
    (_("Jejak"), "audit.trail", ("audit.",), Duty.READ_TRAIL),
    (_("Data pribadi"), "privacy.overview", ("privacy.",), Duty.MANAGE_SETTINGS),
    (_("Kop surat"), "settings.letterhead", _LETTERHEAD, Duty.MANAGE_SETTINGS),
    (_("Penanda tangan"), "settings.signatories", _SIGNATORIES, Duty.MANAGE_SETTINGS),
    (_("Pengaturan lain"), "settings.options", ("settings.",), Duty.MANAGE_SETTINGS),
)
_PARTS = ((_("Bagian Dokumen"), _PAPERS), (_("Bagian Pengaturan"), _SETTINGS))


def init_app(app: Flask) -> None:
    """Give every template its sections and the addresses of the frame."""
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    return {
        "nav": _sections(),
        **_parts(),
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


def _parts() -> dict[str, Any]:
    """Return the parts of the section whose page is asked for, as far as duties reach; none where that is one alone."""
    actor, endpoint = current_actor(), request.endpoint or ""
    for label, section in _PARTS:
        reached = [part for part in section if actor is not None and actor.may(part[3])]
        here = max(
            (start for _label, _target, starts, _duty in reached for start in starts if endpoint.startswith(start)),
            key=len,
            default="",
        )
        if here and len(reached) > 1:
            parts = [
                {"label": name, "url": url_for(target), "current": here in starts}
                for name, target, starts, _duty in reached
            ]
            return {"parts": parts, "parts_label": label}
    return {"parts": [], "parts_label": ""}
