"""The five sections of the frame, as far as the asker's duties reach, and the parts of Dokumen and Pengaturan."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from flask import Flask, g, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ..accounts.roles import Duty
from ..checkin.cases_store import count_open, count_open_of
from ..db import db
from ..events.waves import numeral
from ..schema import Wave
from . import reach
from .filters import day
from .guard import current_actor

_SCREENS = ("live.screens", "live.add_screen", "live.revoke_screen")
_PREPARED = {"events", "settings", "accounts", "audit", "safety", "privacy", "pages", *_SCREENS}
# label, endpoint, icon, duty, blueprints (and endpoints of others) in which the section is the current one
_SECTIONS = (
    (_("Meja"), "checkin.desks", "desk", Duty.SCAN, {"checkin"}),
    (_("Peserta"), "roster.participants", "roster", Duty.EDIT_ROSTER, {"roster", "imports"}),
    (_("Kehadiran"), "live.counts_of_current_wave", "board", Duty.SEE_COUNTS, {"live"}),
    (_("Dokumen"), "badges.cards", "papers", Duty.EDIT_ROSTER, {"badges", "lists", "reports"}),
    (_("Pengaturan"), "events.overview", "settings", Duty.MANAGE_EVENT, _PREPARED),
)


class Part(NamedTuple):
    """A part of a section: what its link says, its page, what the endpoints of all its pages begin with, for whom.

    ``starts`` holds the page's own endpoint first; of several parts whose beginnings fit, the longest is the one.
    """

    label: Any
    duty: Duty
    starts: tuple[str, ...]

    @property
    def endpoint(self) -> str:
        return self.starts[0]


_PAPERS = (
    Part(_("Kartu"), Duty.EDIT_ROSTER, ("badges.cards", "badges.print_cards", "badges.village")),
    Part(_("Daftar"), Duty.EDIT_ROSTER, ("reports.attendance", "reports.signed", "lists.")),
    Part(_("Sesudah acara"), Duty.MAKE_REPORTS, ("reports.after", "reports.")),
)
_ADDRESS, _LETTERHEAD = ("settings.address", "settings.save_address"), ("settings.letterhead", "settings.save_l")
_SIGNATORIES = ("settings.signatories", "settings.save_signatories")
_SETTINGS = (
    Part(_("Acara"), Duty.MANAGE_EVENT, ("events.overview", "events.", *_ADDRESS, *_LETTERHEAD, *_SIGNATORIES)),
    Part(
        _("Perangkat & orang"),
        Duty.MANAGE_DEVICES,
        ("accounts.devices", "accounts.device", "accounts.add_", "accounts.user", *_SCREENS),
    ),
    Part(_("Data"), Duty.MANAGE_SETTINGS, ("privacy.data", "privacy.", "safety.", "audit.")),
    Part(_("Lain"), Duty.MANAGE_SETTINGS, ("settings.options", "settings.")),
)
_SECTION_PARTS = ((_("Bagian Dokumen"), _PAPERS), (_("Bagian Pengaturan"), _SETTINGS))


def links_to_waves(waves: Iterable[Wave], current: Wave | None, endpoint: str) -> list[dict[str, Any]]:
    """Return the links from a page to the same page of each wave."""
    return [
        {
            "url": url_for(endpoint, wave_id=wave.id),
            "label": gettext("Gelombang %(numeral)s", numeral=numeral(wave.number)) + " · " + day(wave.date),
            "current": wave is current,
        }
        for wave in waves
    ]


def init_app(app: Flask) -> None:
    """Let the frame ask for what stands in it; fragments have none."""
    for part in (sections, section_parts, cases_waiting, lost_address):
        app.add_template_global(part)


def lost_address() -> str:
    """Return the address in the codes where the laptop has it no more, for whoever can mend that; asked once a page."""
    actor = current_actor()
    if actor is None or not actor.may(Duty.MANAGE_SETTINGS) or request.endpoint == "settings.address":
        return ""
    if "lost_address" not in g:
        g.lost_address = reach.warning()
    return str(g.lost_address)


def sections() -> list[dict[str, Any]]:
    """Return the sections that the asker's duties reach."""
    actor = current_actor()
    if actor is None:
        return []
    here = request.endpoint if request.endpoint in _SCREENS else request.blueprint
    return [
        {"label": label, "url": url_for(endpoint), "icon": icon, "current": here in rooms, "counts": duty is Duty.SCAN}
        for label, endpoint, icon, duty, rooms in _SECTIONS
        if actor.may(duty)
    ]


def cases_waiting(wave_id: int | None = None) -> int:
    """Return how many cases wait for a decision of whoever asks; asked by whole pages alone."""
    actor = current_actor()
    if actor is None or not actor.may(Duty.DECIDE):
        return 0
    return count_open(db.session, actor) if wave_id is None else count_open_of(db.session, actor, wave_id)


def section_parts() -> dict[str, Any]:
    """Return the parts of the section whose page is asked for, as far as duties reach, and the way back to its part.

    A part that is one alone is not shown.
    """
    actor, endpoint = current_actor(), request.endpoint or ""
    for label, section in _SECTION_PARTS:
        here = _part_of(endpoint, section)
        if here is None or actor is None:
            continue
        reached = [part for part in section if actor.may(part.duty)]
        parts = [
            {
                "label": part.label,
                "url": url_for(part.endpoint),
                "current": part is here,
                "whole": endpoint == part.endpoint,
            }
            for part in reached
        ]
        inside = here in reached and endpoint != here.endpoint
        return {
            "parts": parts if len(parts) > 1 else [],
            "label": label,
            "back": {"label": here.label, "url": url_for(here.endpoint)} if inside else None,
        }
    return {"parts": [], "label": "", "back": None}


def _part_of(endpoint: str, parts: Sequence[Part]) -> Part | None:
    """Return the part that an endpoint belongs to: the one with the longest beginning that fits."""
    fitting = [(len(start), part) for part in parts for start in part.starts if endpoint.startswith(start)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
