"""Many rows at once: those ticked, or all the filters find; moved, archived, their cards printed."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, make_response, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db, transaction
from ..events import store as events
from ..events.waves import numeral
from ..refusals import Refused
from ..schema import Wave
from ..web.downloads import paper_choices
from ..web.errors import refusal_text
from ..web.filters import number
from ..web.guard import acting, requires
from ..web.htmx import page_or_fragment, wants_fragment
from ..web.requests import form_id, form_ids, form_text, page_number
from . import bulk_store
from .bulk_store import BulkOutcome
from .find_store import Filter, ids_of
from .shared_views import blueprint, listing_of, wanted_people

NAMES_SHOWN = 5
Fragment = list[tuple[str, str]]  # kind of message, sentence


@blueprint.post("/participants/bulk")
@requires(Duty.EDIT_ROSTER)
def bulk() -> Response:
    """Do one thing to many people, in one transaction, and say what became of each."""
    actor, now, wanted = acting(), clock.utcnow(), wanted_people()
    do = form_text("do")
    try:
        if do == "cards":
            return _cards(_chosen(db.session, wanted))
        with transaction() as session:
            messages = _ACTS.get(do, _no_act)(session, actor.name, _chosen(session, wanted), now)
    except Refused as refused:
        db.session.rollback()
        if wants_fragment():
            raise
        return _back(wanted, [("error", refusal_text(refused))])
    return _back(wanted, messages)


def _chosen(session: Session, wanted: Filter) -> list[int]:
    """Return the ids of the chosen people; refused if all were chosen and the filters now find another number."""
    before = form_text("all")
    if not before:
        return form_ids("people")
    ids = ids_of(session, wanted)
    if before != str(len(ids)):
        raise Refused(
            "other_people",
            "Hasil saringan berubah: tadi %(before)s orang, sekarang %(after)s. Periksa daftarnya, lalu ulangi.",
            409,
            before=before[:9],
            after=len(ids),
        )
    return ids


def _move(session: Session, actor: str, ids: list[int], now: datetime) -> Fragment:
    wave = _wave(session, "wave")
    shown = numeral(wave.number)
    done = bulk_store.move_people(session, actor, ids, wave, now=now)
    return _moved(done, shown, _("sudah di Gelombang %(wave)s", wave=shown))


def _move_absent(session: Session, actor: str, ids: list[int], now: datetime) -> Fragment:
    wave = _wave(session, "later")
    shown = numeral(wave.number)
    done = bulk_store.move_absent(session, actor, ids, wave, now=now)
    return _moved(done, shown, _("sudah di Gelombang %(wave)s atau sesudahnya", wave=shown))


def _archive(session: Session, actor: str, ids: list[int], now: datetime) -> Fragment:
    done = bulk_store.archive_people(session, actor, ids, form_text("reason"), now=now)
    n = len(done.changed)
    sentence = ngettext(
        "%(n)s orang diarsipkan. Kartunya tidak berlaku lagi.",
        "%(n)s orang diarsipkan. Kartunya tidak berlaku lagi.",
        n,
        n=number(n),
    )
    return _said(done, sentence if n else _("Tidak ada yang diarsipkan."), "")


def _no_act(_session: Session, _actor: str, _ids: list[int], _now: datetime) -> Fragment:
    raise Refused("no_act", "Pilih dahulu apa yang dilakukan dengan yang dicentang.", 422)


_ACTS: dict[str, Callable[[Session, str, list[int], datetime], Fragment]] = {
    "wave": _move,
    "later": _move_absent,
    "archive": _archive,
}


def _wave(session: Session, name: str) -> Wave:
    number = form_id(name)
    if number is None:
        raise Refused("which_wave", "Pilih gelombangnya.", 422)
    return events.wave_by_number(session, number)


def _moved(done: BulkOutcome, shown: str, same: str) -> Fragment:
    n = len(done.changed)
    sentence = ngettext(
        "%(n)s orang dipindahkan ke Gelombang %(wave)s.",
        "%(n)s orang dipindahkan ke Gelombang %(wave)s.",
        n,
        n=number(n),
        wave=shown,
    )
    return _said(done, sentence if n else _("Tidak ada yang dipindahkan."), same)


def _said(done: BulkOutcome, sentence: str, same: str) -> Fragment:
    """Return what was done, and beside it why the others stay as they were, with numbers and names."""
    present = len(done.present)
    names = ", ".join(done.present[:NAMES_SHOWN])
    if present > NAMES_SHOWN:
        names += " " + _("dan %(n)s lainnya", n=number(present - NAMES_SHOWN))
    stay = [
        (present, _("sudah hadir: %(names)s", names=names)),
        (done.same, same),
        (done.archived, _("sudah diarsipkan")),
        (done.unknown, _("tidak ada lagi di daftar")),
    ]
    why = [_("%(n)s tetap, %(why)s.", n=number(count), why=text) for count, text in stay if count]
    if done.changed and not why:
        return [("ok", sentence)]
    return [("warn", " ".join([sentence, *why]))]


def _cards(ids: list[int]) -> Response:
    if not acting().may(Duty.PRINT_CARDS):
        raise Forbidden()
    people = bulk_store.live_ids(db.session, ids)
    context = {"people": people, "left": len(set(ids)) - len(people), "listing": listing_of(wanted_people())}
    return page_or_fragment("roster/bulk_cards.html", "roster/_bulk_cards.html", **context, papers=paper_choices())


def _back(wanted: Filter, messages: Fragment) -> Response:
    for kind, sentence in messages:
        flash(sentence, kind)
    address = url_for(".participants", **listing_of(wanted, page_number()))
    return make_response("", 200, {"HX-Redirect": address}) if wants_fragment() else redirect(address, 303)
