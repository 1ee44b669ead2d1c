"""Tanda tangan: how many were counted on each page of a printed list, and where the record says otherwise."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import begin_write, db
from ..events.about_store import about_of
from ..refusals import Refused
from ..schema import SignedList
from ..web.downloads import download, paper_choices
from ..web.errors import refusal_text
from ..web.forms import Form
from ..web.guard import acting, requires
from . import papers
from .forms import counts_form
from .shared_views import blueprint, chosen_page, note_export
from .signatures_store import find_list, matched
from .signatures_store import save_counts as keep_counts


@blueprint.get("/waves/<int:wave_id>/signed-lists")
@requires(Duty.MAKE_REPORTS)
def signed_lists(wave_id: int) -> Response:
    """Go to where the lists of a wave are that were printed to be signed."""
    return redirect(url_for(".attendance", wave_id=wave_id, _anchor="signed"), 303)


@blueprint.get("/signed-lists/<int:list_id>")
@requires(Duty.MAKE_REPORTS)
def signed_list(list_id: int) -> str:
    """Show the pages of a printed list: what was counted, what is recorded, who may explain a difference."""
    return _page(find_list(db.session, list_id))


@blueprint.post("/signed-lists/<int:list_id>")
@requires(Duty.MAKE_REPORTS)
def save_signed_list(list_id: int) -> Response | tuple[str, int]:
    """Keep how many signatures each page has, all of them or none where one cannot be."""
    actor, now, session = acting(), clock.utcnow(), begin_write(db.session)
    found = find_list(session, list_id)
    form = counts_form([len(page) for page in found.pages])
    with form.refusals():
        form.check()
        keep_counts(session, actor.name, found, [field.data for field in form], now=now)
        session.commit()
        flash(_("Tersimpan."), "ok")
        return redirect(url_for(".signed_list", list_id=list_id), 303)
    return _page(find_list(db.session, list_id), form), form.status


@blueprint.post("/signed-lists/<int:list_id>/paper")
@requires(Duty.MAKE_REPORTS)
def signed_list_paper(list_id: int) -> Response | tuple[str, int]:
    """Answer the counts against the record as a paper; the trail says who took it."""
    actor, now, found = acting(), clock.utcnow(), find_list(db.session, list_id)
    try:
        page = chosen_page()
    except Refused as refused:
        return _page(found, said=refused), refused.status
    wave, listed, seen = found.checkpoint.wave, _listed(found), matched(db.session, found)
    about = about_of(db.session, wave, actor.name, now)
    note_export(actor.name, "signed_list.match", wave.id, len(seen.pages), now)
    return download(papers.signed(seen, listed, about, page), f"tanda tangan {about.wave} {page.paper}", page.form)


def _listed(found: SignedList) -> str:
    zone = found.checkpoint.wave.event.timezone
    day = clock.day_text(clock.local(found.printed_at, zone).date())
    at = f"{day} {clock.clock_text(found.printed_at, zone)} {clock.zone_text(zone)}"
    return (
        f"Daftar hadir {found.checkpoint.name}, dicetak {at} oleh {found.printed_by}, kode cetak {found.digest[:16]}."
    )


def _page(found: SignedList, form: Form | None = None, said: Refused | None = None) -> str:
    seen = matched(db.session, found)
    form = form or counts_form([len(page) for page in found.pages], [page.counted for page in seen.pages])
    return render_template(
        "reports/signed_list.html",
        found=found,
        wave=found.checkpoint.wave,
        seen=seen,
        form=form,
        problem=refusal_text(said) if said else "",
        papers=paper_choices(),
    )
