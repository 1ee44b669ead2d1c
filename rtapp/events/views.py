"""Pengaturan: the event and its waves."""

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.addresses import AddressStanding
from ..accounts.devices_store import find_devices
from ..accounts.roles import Duty
from ..checkin.cases_store import count_open_of
from ..db import db
from ..refusals import Refused
from ..schema import Wave
from ..settings import store as settings
from ..settings.letterhead_store import letterhead_of, signing_of
from ..settings.store import tried
from ..web import reach
from ..web.forms import Form, forms_of_page
from ..web.guard import acting, requires
from ..web.requests import form_has, form_text, whole
from . import day_views, lane_views, place_views, store  # noqa: F401  their routes are this room's too
from .forms import EventForm, NewEventForm, WaveForm
from .invited_store import heads_per_wave, heads_without_wave, invited_per_wave
from .place_store import find_districts
from .shared_views import Answer, blueprint, saved, wave_page, wave_saved

PARTS = {"state", "rehearsal", "removal", "agenda", "checkpoints", "invitations"}


@blueprint.get("/event")
@requires(Duty.MANAGE_EVENT)
def overview() -> str:
    """Show the event and its waves; without one, the form that makes it."""
    return _overview()


@blueprint.post("/event")
@requires(Duty.MANAGE_EVENT)
def save_event() -> Answer:
    """Make the event with its first wave, or change its name, organiser and zone."""
    actor, now = acting().name, clock.utcnow()
    making = form_has("date")  # only the form that makes the event asks for its first day
    form = NewEventForm(key="new") if making else EventForm(key="event")
    words = (form.name.data, form.organiser.data, form.timezone.data)

    def write(session: Session) -> None:
        if making:
            event = store.make_event(session, actor, *words, now=now)
            store.add_wave(session, actor, event, None, form.date.data, form.venue.data, now=now)
        else:
            store.change_event(session, actor, store.the_event(session), *words, now=now)

    return saved(form, write, _overview, url_for(".overview"))


@blueprint.get("/waves")
@requires(Duty.MANAGE_EVENT)
def waves() -> Response:
    """Go to where the waves are listed."""
    return redirect(url_for(".overview"), 303)


@blueprint.post("/waves")
@requires(Duty.MANAGE_EVENT)
def add_wave() -> Answer:
    """Add a wave with its checkpoint Registrasi."""
    form, actor, now = WaveForm(key="wave"), acting().name, clock.utcnow()

    def write(session: Session) -> str:
        event = store.the_event(session)
        store.add_wave(session, actor, event, None, form.date.data, form.venue.data, now=now)
        return _("Gelombang ditambahkan.")

    return saved(form, write, _overview, url_for(".overview"))


@blueprint.get("/waves/<int:wave_id>")
@requires(Duty.MANAGE_EVENT)
def wave(wave_id: int) -> str:
    """Show one wave: day, agenda, checkpoints, invited numbers."""
    return wave_page(wave_id)


@blueprint.get("/waves/<int:wave_id>/<part>")
@requires(Duty.MANAGE_EVENT)
def wave_part(wave_id: int, part: str) -> Response:
    """Go to the wave: what a browser that was refused there asks for when it is reloaded."""
    if part not in PARTS:
        raise NotFound()
    return redirect(url_for(".wave", wave_id=wave_id), 303)


@blueprint.post("/waves/<int:wave_id>")
@requires(Duty.MANAGE_EVENT)
def save_wave(wave_id: int) -> Answer:
    """Change day and venue."""
    form, actor, now = WaveForm(key="wave"), acting().name, clock.utcnow()

    def write(session: Session, wave: Wave) -> None:
        store.change_wave(session, actor, wave, form.date.data, form.venue.data, now=now)

    return wave_saved(wave_id, form, write)


@blueprint.post("/waves/<int:wave_id>/state")
@requires(Duty.MANAGE_EVENT)
def wave_state(wave_id: int) -> Answer:
    """Close or reopen a wave."""
    state, actor, now = form_text("state"), acting().name, clock.utcnow()

    def write(session: Session, wave: Wave) -> str:
        if state == "closed":
            waiting = count_open_of(session, acting(), wave_id)
            if waiting > (whole(form_text("waiting")) or 0):  # more than the page named that was agreed to
                raise Refused(
                    "cases_wait",
                    "%(n)s perkara gelombang ini menunggu keputusan. Putuskan dahulu, atau tutup sekali lagi.",
                    409,
                    n=waiting,
                )
            store.close_wave(session, actor, wave, now=now)
            return _("Gelombang ditutup.")
        if state == "open":
            store.reopen_wave(session, actor, wave, now=now)
            return _("Gelombang dibuka lagi.")
        raise Refused("no_state", "Pilih menutup atau membuka gelombang.", 422)

    return wave_saved(wave_id, Form(key="state"), write)


@blueprint.post("/waves/<int:wave_id>/removal")
@requires(Duty.MANAGE_EVENT)
def remove_wave(wave_id: int) -> Answer:
    """Remove a wave made by mistake."""
    actor, now = acting().name, clock.utcnow()

    def write(session: Session) -> str:
        store.remove_wave(session, actor, store.find_wave(session, wave_id), now=now)
        return _("Gelombang dihapus.")

    return saved(Form(key="state"), write, lambda refused: wave_page(wave_id, refused), url_for(".overview"))


def _overview(refused: Form | None = None) -> str:
    session = db.session
    waves, event = store.find_waves(session), store.find_event(session)
    stored = [
        NewEventForm(key="new", formdata=None),
        EventForm(key="event", formdata=None, obj=event),
        WaveForm(key="wave", formdata=None, venue=waves[-1].venue if waves else ""),
    ]
    facts: dict[str, Any] = {"invited": invited_per_wave(session), "heads": heads_per_wave(session)}
    return render_template(
        "events/overview.html",
        waves=waves,
        forms=forms_of_page(stored, refused),
        next_step=_next_step(session, waves, **facts),
        inside=_inside(session),
        **facts,
    )


def _inside(session: Session) -> list[dict[str, Any]]:
    """Return the other pages by which an event is prepared, each with its state."""
    districts, address = find_districts(session), settings.read(session, "base_url")
    lines, signers = letterhead_of(session).lines, signing_of(session)
    villages = sum(len(each.villages) for each in districts)
    counted = _("asal peserta menurut kode Kemendagri")
    if districts:
        counted = _("%(d)s kecamatan, %(v)s desa dan kelurahan", d=len(districts), v=villages)
    names = list(dict.fromkeys(signer.name or signer.position for each in signers.values() for signer in each))
    without = _("kode berisi kode kartu saja, tanpa alamat")
    tried_now = reach.standing() in (AddressStanding.TRIED, AddressStanding.NONE) and tried(session) is not None
    rows = [
        (_("Wilayah"), counted, "events.places", bool(districts)),
        (_("Kop surat"), lines[0] if lines else _("tercetak di setiap dokumen"), "settings.letterhead", bool(lines)),
        (_("Penanda tangan"), ", ".join(names) or _("siapa menandatangani apa"), "settings.signatories", bool(names)),
        (_("Alamat di kode QR"), address or without, "settings.address", tried_now),
    ]
    inside = [{"title": title, "about": about, "url": url_for(page), "done": done} for title, about, page, done in rows]
    return [*inside, {"title": _("Jalur"), "about": _("berapa meja, siapa di meja mana"), "url": url_for(".lanes")}]


def _next_step(session: Session, waves: Any, invited: dict[int, int], heads: dict[int, int]) -> str:
    """Return what a committee that has its waves does next, "" when everything has been begun."""
    if waves and all(wave.closed_at for wave in waves):
        return "papers"
    if not find_districts(session):
        return "places"
    if any(wave.id not in invited for wave in waves if not wave.closed_at):
        return "invited"
    if not heads:
        return "unplaced" if heads_without_wave(session) else "roster"
    if reach.standing() not in (AddressStanding.TRIED, AddressStanding.NONE) or not tried(session):
        return "address"
    if not letterhead_of(session).lines:
        return "letterhead"
    return "" if find_devices(session) else "devices"
