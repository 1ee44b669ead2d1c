"""The five sections of the frame, as far as the asker's duties reach, and the parts of Pengaturan."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _

from ..accounts.roles import Duty
from ..checkin.cases_store import count_open, count_open_of
from ..db import db
from . import reach
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
_LETTERHEAD = ("settings.letterhead", "settings.save_letterhead", "settings.save_logo")


class Page(NamedTuple):
    """A page of a part: what its link says, where it leads, what the endpoints of its kin begin with, for whom."""

    label: Any
    endpoint: str
    starts: tuple[str, ...]
    duty: Duty


class Part(NamedTuple):
    """A part of a section: one link on its pages; where it has several pages, these stand in a second row."""

    label: Any
    pages: tuple[Page, ...]


_CARDS = (
    Page(_("Cetak"), "badges.cards", ("badges.cards", "badges.print_cards"), Duty.PRINT_CARDS),
    Page(_("Kirim"), "badges.villages", ("badges.village",), Duty.EDIT_ROSTER),
)
_LISTS = (
    Page(_("Daftar hadir"), "reports.attendance", ("reports.attendance", "reports.signed"), Duty.MAKE_REPORTS),
    Page(_("Daftar meja"), "lists.lists", ("lists.",), Duty.EDIT_ROSTER),
)
_EVENT = (
    Page(_("Acara dan gelombang"), "events.overview", ("events.",), Duty.MANAGE_EVENT),
    Page(_("Wilayah"), "events.places", ("events.places", "events.save_place"), Duty.MANAGE_EVENT),
    Page(
        _("Alamat di kode QR"),
        "settings.address",
        ("settings.address", "settings.save_address"),
        Duty.MANAGE_SETTINGS,
    ),
    Page(_("Kop surat"), "settings.letterhead", _LETTERHEAD, Duty.MANAGE_SETTINGS),
    Page(
        _("Penanda tangan"),
        "settings.signatories",
        ("settings.signatories", "settings.save_signatories"),
        Duty.MANAGE_SETTINGS,
    ),
    Page(_("Jalur"), "events.lanes", ("events.lane",), Duty.MANAGE_EVENT),
)
_DEVICES = (
    Page(_("Perangkat"), "accounts.devices", ("accounts.device", "accounts.add_device"), Duty.MANAGE_DEVICES),
    Page(_("Pengguna"), "accounts.users", ("accounts.user", "accounts.add_user"), Duty.MANAGE_USERS),
    Page(
        _("Layar besar"), "live.screens", ("live.screens", "live.add_screen", "live.revoke_screen"), Duty.MANAGE_DEVICES
    ),
)
_DATA = (
    Page(_("Cadangan"), "safety.backups_page", ("safety.",), Duty.BACK_UP),
    Page(_("Data pribadi"), "privacy.overview", ("privacy.",), Duty.MANAGE_SETTINGS),
    Page(_("Jejak"), "audit.trail", ("audit.",), Duty.READ_TRAIL),
)
_PAPERS = (
    Part(_("Kartu"), _CARDS),
    Part(_("Daftar"), _LISTS),
    Part(_("Sesudah acara"), (Page(_("Sesudah acara"), "reports.after", ("reports.",), Duty.MAKE_REPORTS),)),
)
_SETTINGS = (
    Part(_("Acara"), _EVENT),
    Part(_("Perangkat & orang"), _DEVICES),
    Part(_("Data"), _DATA),
    Part(_("Lain"), (Page(_("Lain"), "settings.options", ("settings.",), Duty.MANAGE_SETTINGS),)),
)
_SECTION_PARTS = ((_("Bagian Dokumen"), _PAPERS), (_("Bagian Pengaturan"), _SETTINGS))


def init_app(app: Flask) -> None:
    """Give every template its sections and the addresses of the frame."""
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    return {
        "nav": _sections(),
        "cases_waiting": _cases_waiting,
        **_parts(),
        "sign_out_url": url_for("accounts.sign_out"),
        "language_url": url_for("pages.language"),
        "lost_address": _lost_address,
        "wave": None,
        "wave_links": (),
    }


def _lost_address() -> str:
    """Return the address in the codes where the laptop has it no more, for whoever can mend that; asked once a page."""
    actor = current_actor()
    if actor is None or not actor.may(Duty.MANAGE_SETTINGS) or request.endpoint == "settings.address":
        return ""
    if "lost_address" not in g:
        g.lost_address = reach.warning()
    return str(g.lost_address)


def _sections() -> list[dict[str, Any]]:
    actor = current_actor()
    if actor is None:
        return []
    return [
        {
            "label": label,
            "url": url_for(endpoint),
            "icon": icon,
            "current": request.blueprint in rooms,
            "counts": duty is Duty.SCAN,
        }
        for label, endpoint, icon, duty, rooms in _SECTIONS
        if actor.may(duty)
    ]


def _cases_waiting(wave_id: int | None = None) -> int:
    """Return how many cases wait for a decision of whoever asks; asked by whole pages alone."""
    actor = current_actor()
    if actor is None or not actor.may(Duty.DECIDE):
        return 0
    return count_open(db.session, actor) if wave_id is None else count_open_of(db.session, actor, wave_id)


def _parts() -> dict[str, Any]:
    """Return the parts of the section whose page is asked for and the pages of the part, as far as duties reach.

    What is one alone is not shown.
    """
    actor, endpoint = current_actor(), request.endpoint or ""
    for label, section in _SECTION_PARTS:
        reached = [(part.label, [page for page in part.pages if actor and actor.may(page.duty)]) for part in section]
        reached = [(name, pages) for name, pages in reached if pages]
        here = _page_of(endpoint, [page for _name, pages in reached for page in pages])
        if here is None:
            continue
        inside = next(pages for _name, pages in reached if here in pages)
        parts = [
            {"label": name, "url": url_for(pages[0].endpoint), "current": here in pages} for name, pages in reached
        ]
        pages = [{"label": page.label, "url": url_for(page.endpoint), "current": page is here} for page in inside]
        return {
            "parts": parts if len(parts) > 1 else [],
            "parts_label": label,
            "pages": pages if len(pages) > 1 else [],
        }
    return {"parts": [], "parts_label": "", "pages": []}


def _page_of(endpoint: str, pages: Sequence[Page]) -> Page | None:
    """Return the page that an endpoint belongs to: the one with the longest beginning that fits."""
    fitting = [(len(start), page) for page in pages for start in page.starts if endpoint.startswith(start)]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None
