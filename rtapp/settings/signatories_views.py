"""Penanda tangan: who signs which paper, with a picture of how it will be printed."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db, transaction
from ..events import store as events
from ..events.waves import DEFAULT_ZONE
from ..refusals import Refused
from ..web.downloads import fonts
from ..web.guard import acting, requires
from ..web.htmx import done
from ..web.requests import form_fields, form_text
from .forms import SignatoriesForm, signatories_form
from .letter import About
from .letterhead_store import letterhead_of, save_signers, signing_of
from .papers import signature_png, wrapped
from .shared_views import blueprint
from .signatories import CLERKS, EVERY, FEWER, KINDS, MOST, Signatory

PAPERS = {
    EVERY: _l("Semua dokumen lain"),
    "attendance": _l("Daftar hadir"),
    "transport": _l("Daftar penerimaan uang transport"),
    "recap": _l("Rekap kehadiran"),
    "report": _l("Laporan kegiatan"),
    "certificate": _l("Sertifikat"),
    "matched": _l("Pencocokan tanda tangan"),
    "erasure": _l("Berita acara pemusnahan"),
}


@blueprint.get("/settings/signatories")
@requires(Duty.MANAGE_SETTINGS)
def signatories() -> str:
    """Show who signs a kind of paper, and the block as it will be printed."""
    kind = _kind(request.args.get("paper", EVERY))
    own = signing_of(db.session).get(kind, ())
    return _page(kind, signatories_form(None, own, more=1), own)


@blueprint.post("/settings/signatories")
@requires(Duty.MANAGE_SETTINGS)
def save_signatories() -> Response | tuple[str, int]:
    """Keep who signs a kind of paper, all of them or none where one field cannot be used."""
    actor, now, kind, form = acting(), clock.utcnow(), _kind(form_text("paper")), signatories_form(form_fields())
    with form.refusals():
        form.check()
        signers, most = form.signers(), FEWER.get(kind, MOST)
        if len(signers) > most:
            raise Refused(
                "too_many_signers",
                "Dokumen ini muat paling banyak %(n)s penanda tangan.",
                422,
                field=f"caption-{most + 1}",
                n=most,
            )
        if form_text("add"):
            return _page(kind, signatories_form(form_fields(), more=1), signers), 200
        with transaction() as session:
            save_signers(session, actor.name, kind, signers, now=now)
        return done(_("Tersimpan."), ".signatories", paper=kind)
    return _page(kind, form, ()), form.status


@blueprint.post("/settings/signatories/look")
@requires(Duty.MANAGE_SETTINGS)
def look_at_signatories() -> tuple[str, int]:
    """Show what is typed as it would be printed; nothing is kept."""
    kind, form = _kind(form_text("paper")), signatories_form(form_fields())
    valid = form.validate()
    look = _look(kind, form.signers() if valid else (), form)
    return render_template("settings/_signature_look.html", **look), 200 if valid else 422


@blueprint.get("/settings/signatories/block.png")
@requires(Duty.MANAGE_SETTINGS)
def signature_block() -> Response:
    """Answer the block of signatures that the address describes as a picture."""
    kind = _kind(request.args.get("paper", ""))
    form = signatories_form(form_fields())
    form.check()
    about = _about(kind, form.signers())
    db.session.rollback()  # drawing needs no connection
    png = signature_png(kind, about, about.letterhead.paper, fonts())
    return Response(png, mimetype="image/png", headers={"Cache-Control": "no-store"})


def _kind(text: str) -> str:
    if text not in KINDS:
        raise Refused("bad_paper_kind", "Pilih dokumen yang ada di daftar.", 422)
    return text


def _about(kind: str, signers: Sequence[Signatory]) -> About:
    """Return the facts of a paper printed today and signed by ``signers``."""
    event, now = events.find_event(db.session), clock.utcnow()
    zone = event.timezone if event else DEFAULT_ZONE
    signing = {**signing_of(db.session), kind: tuple(signers)}
    today = clock.day_text(clock.local(now, zone).date())
    return About("", "", "", today, "", zone, now, "", letterhead_of(db.session), signing=signing)


def _look(kind: str, signers: Sequence[Signatory], form: SignatoriesForm) -> dict[str, Any]:
    about, lines = _about(kind, signers), []
    with suppress(Refused):  # without fonts there is no picture either, and its address says so
        lines = wrapped(kind, about, about.letterhead.paper, fonts())
    fields = {
        f"{name}-{at}": value for at, signer in enumerate(signers, start=1) for name, value in vars(signer).items()
    }
    address = url_for(".signature_block", paper=kind, **{key: value for key, value in fields.items() if value})
    return {"picture": "" if form.errors else address, "wrapped": lines, "invalid": bool(form.errors)}


def _page(kind: str, form: SignatoriesForm, signers: Sequence[Signatory]) -> str:
    return render_template(
        "settings/signatories.html",
        kind=kind,
        kinds=list(PAPERS.items()),
        clerk=CLERKS.get(kind, ""),
        every=kind == EVERY,
        own=bool(signing_of(db.session).get(kind)),
        form=form,
        full=len(form.numbers) >= MOST,
        **_look(kind, signers, form),
    )
