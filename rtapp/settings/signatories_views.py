"""Penanda tangan: who signs which paper, with a picture of how it will be printed."""

from contextlib import suppress
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import begin_write, db
from ..events import store as events
from ..events.waves import DEFAULT_ZONE
from ..refusals import Refused
from ..web.downloads import fonts
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from .letter import About
from .letterhead_store import letterhead_of, save_signers, signing_of
from .papers import signature_png, wrapped
from .shared_views import blueprint
from .signatories import CLERKS, EVERY, FEWER, KINDS, LONGEST, MOST, Signatory, fields_of, read, typed

LABELS = {
    "caption": _l("Di atas jabatan"),
    "position": _l("Jabatan"),
    "name": _l("Nama dan gelar"),
    "rank": _l("Pangkat, golongan"),
    "nip": _l("NIP"),
}
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
ROOM = 1  # empty rows below those that are set


@blueprint.get("/settings/signatories")
@requires(Duty.MANAGE_SETTINGS)
def signatories() -> str:
    """Show who signs a kind of paper, and the block as it will be printed."""
    kind = _kind(request.args.get("paper", EVERY))
    own = signing_of(db.session).get(kind, ())
    return _page(kind, typed(own, room=ROOM), own)


@blueprint.post("/settings/signatories")
@requires(Duty.MANAGE_SETTINGS)
def save_signatories() -> Response | tuple[str, int]:
    """Keep who signs a kind of paper, all of them or none where one field cannot be used."""
    kind, rows = _kind(request.form.get("paper", "")), fields_of(request.form)
    wanted, problems = read(rows)
    if problems:
        return _page(kind, rows, (), {key: refusal_text(refused) for key, refused in problems.items()}), 422
    if len(wanted) > FEWER.get(kind, MOST):
        n = FEWER[kind]
        too_many = _("Dokumen ini muat paling banyak %(n)s penanda tangan.", n=n)
        return _page(kind, rows, (), {f"caption-{n + 1}": too_many}), 422
    if request.form.get("add"):
        return _page(kind, [*rows, *typed((), room=1)][:MOST], wanted), 200
    actor, now, session = acting(), clock.utcnow(), begin_write(db.session)
    save_signers(session, actor.name, kind, wanted, now=now)
    session.commit()
    flash(_("Tersimpan."), "ok")
    return redirect(url_for(".signatories", paper=kind), 303)


@blueprint.post("/settings/signatories/look")
@requires(Duty.MANAGE_SETTINGS)
def look_at_signatories() -> tuple[str, int]:
    """Show what is typed as it would be printed; nothing is kept."""
    kind, rows = _kind(request.form.get("paper", "")), fields_of(request.form)
    wanted, problems = read(rows)
    said = {key: refusal_text(refused) for key, refused in problems.items()}
    return render_template("settings/_signature_look.html", **_look(kind, wanted, said)), 422 if problems else 200


@blueprint.get("/settings/signatories/block.png")
@requires(Duty.MANAGE_SETTINGS)
def signature_block() -> Response:
    """Answer the block of signatures that the address describes as a picture."""
    kind = _kind(request.args.get("paper", ""))
    wanted, problems = read(fields_of(request.args))
    for refused in problems.values():
        raise refused
    about = _about(kind, wanted)
    db.session.rollback()  # drawing needs no connection
    png = signature_png(kind, about, about.letterhead.paper, fonts())
    return Response(png, mimetype="image/png", headers={"Cache-Control": "no-store"})


def _kind(text: str) -> str:
    if text not in KINDS:
        raise Refused("bad_paper_kind", "Pilih dokumen yang ada di daftar.", 422)
    return text


def _about(kind: str, wanted: list[Signatory] | tuple[Signatory, ...]) -> About:
    """Return what a paper would say today if ``wanted`` signed it."""
    event, now = events.find_event(db.session), clock.utcnow()
    zone = event.timezone if event else DEFAULT_ZONE
    kept = signing_of(db.session)
    signing = {**kept, kind: tuple(wanted)}
    today = clock.day_text(clock.local(now, zone).date())
    return About("", "", "", today, "", zone, now, "", letterhead_of(db.session), signing=signing)


def _look(kind: str, wanted: Any, problems: dict[str, str]) -> dict[str, Any]:
    about, lines = _about(kind, wanted), []
    with suppress(Refused):  # without fonts there is no picture either, and its address says so
        lines = wrapped(kind, about, about.letterhead.paper, fonts())
    fields = {f"{name}-{at}": value for at, row in enumerate(typed(wanted), start=1) for name, value in row.items()}
    address = url_for(".signature_block", paper=kind, **{key: value for key, value in fields.items() if value})
    return {"picture": "" if problems else address, "wrapped": lines, "invalid": bool(problems)}


def _page(kind: str, rows: list[dict[str, str]], wanted: Any, problems: dict[str, str] | None = None) -> str:
    return render_template(
        "settings/signatories.html",
        kind=kind,
        kinds=list(PAPERS.items()),
        clerk=CLERKS.get(kind, ""),
        every=kind == EVERY,
        own=bool(signing_of(db.session).get(kind)),
        rows=rows,
        labels=LABELS,
        most=LONGEST,
        full=len(rows) >= MOST,
        problems=problems or {},
        **_look(kind, wanted, problems or {}),
    )
