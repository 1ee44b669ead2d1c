"""Tanda tangan: how many were counted on each page of a printed list, and where the record says otherwise."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db, transaction
from ..events.about_store import about_of
from ..refusals import Refused
from ..schema import SignedList
from ..web.downloads import download, paper_choices
from ..web.errors import refusal_text
from ..web.forms import Form
from ..web.guard import acting, requires
from ..web.htmx import done
from . import papers
from .forms import counts_form
from .shared_views import blueprint, chosen_page, note_export
from .signatures_store import find_list, matched
from .signatures_store import save_counts as keep_counts


@blueprint.get("/waves/<int:wave_id>/signed-lists")
@requires(Duty.MAKE_REPORTS)
def signed_lists(wave_id: int) -> Response:
    """Redirect to the signed lists of a wave."""
    return redirect(url_for(".attendance", wave_id=wave_id, _anchor="signed"), 303)


@blueprint.get("/signed-lists/<int:list_id>")
@requires(Duty.MAKE_REPORTS)
def signed_list(list_id: int) -> str:
    """Show the pages of a printed list: what was counted, what is recorded, who may explain a difference."""
    return _page(find_list(db.session, list_id))


@blueprint.post("/signed-lists/<int:list_id>")
@requires(Duty.MAKE_REPORTS)
def save_signed_list(list_id: int) -> Response | tuple[str, int]:
    """Save the signatures counted per page: all of them, or none where one is invalid."""
    printed_list = find_list(db.session, list_id)
    form = counts_form([len(page) for page in printed_list.pages])
    with form.refusals():
        form.check()
        with transaction() as session:
            keep_counts(session, acting().name, printed_list, [field.data for field in form], now=clock.utcnow())
        return done(_("Tersimpan."), ".signed_list", list_id=list_id)
    return _page(find_list(db.session, list_id), form), form.status


@blueprint.post("/signed-lists/<int:list_id>/paper")
@requires(Duty.MAKE_REPORTS)
def signed_list_paper(list_id: int) -> Response | tuple[str, int]:
    """Answer the counts against the record as a paper; the trail says who took it."""
    actor, now, printed_list = acting(), clock.utcnow(), find_list(db.session, list_id)
    try:
        page = chosen_page()
    except Refused as refused:
        return _page(printed_list, refusal=refused), refused.status
    wave, listed, comparison = printed_list.checkpoint.wave, _listed(printed_list), matched(db.session, printed_list)
    about = about_of(db.session, wave, actor.name, now)
    note_export(actor.name, "signed_list.match", wave.id, len(comparison.pages), now)
    data = papers.signed(comparison, listed, about, page)
    return download(data, f"tanda tangan {about.wave} {page.paper}", page.form)


def _listed(printed_list: SignedList) -> str:
    zone = printed_list.checkpoint.wave.event.timezone
    day = clock.day_text(clock.local(printed_list.printed_at, zone).date())
    at = f"{day} {clock.clock_text(printed_list.printed_at, zone)} {clock.zone_text(zone)}"
    return (
        f"Daftar hadir {printed_list.checkpoint.name}, dicetak {at} oleh {printed_list.printed_by}, "
        f"kode cetak {printed_list.digest[:16]}."
    )


def _page(printed_list: SignedList, form: Form | None = None, refusal: Refused | None = None) -> str:
    comparison = matched(db.session, printed_list)
    form = form or counts_form([len(page) for page in printed_list.pages], [page.counted for page in comparison.pages])
    return render_template(
        "reports/signed_list.html",
        printed_list=printed_list,
        wave=printed_list.checkpoint.wave,
        comparison=comparison,
        form=form,
        problem=refusal_text(refusal) if refusal else "",
        papers=paper_choices(),
    )
