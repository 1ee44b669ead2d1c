"""Rekap: the counts of a wave per district and village with the arrivals, shown before printing."""

from flask import render_template
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db
from ..events import store as events
from ..events.about_store import about_of
from ..refusals import Refused
from ..schema import Wave
from ..web.downloads import chosen_paper, download, paper_choices
from ..web.errors import refusal_text
from ..web.filters import clock_time
from ..web.guard import acting, requires
from . import papers
from .narrative_papers import narrative_docx
from .recap import invited_beside_listed, rows
from .recap_store import narrative_of, recap_of
from .shared_views import blueprint, chosen_page, note_export, wave_links


@blueprint.get("/waves/<int:wave_id>/recap")
@requires(Duty.MAKE_REPORTS)
def recap(wave_id: int) -> str:
    """Show the recap of a wave before it is printed."""
    return _page(events.find_wave(db.session, wave_id))


@blueprint.post("/waves/<int:wave_id>/recap")
@requires(Duty.MAKE_REPORTS)
def recap_paper(wave_id: int) -> Response | tuple[str, int]:
    """Answer the recap as PDF, XLSX or ODS; the trail says who took it."""
    actor, now = acting(), clock.utcnow()
    wave = events.find_wave(db.session, wave_id)
    try:
        page = chosen_page()
    except Refused as refused:
        return _page(wave, refusal_text(refused)), refused.status
    figures, about = recap_of(db.session, wave), about_of(db.session, wave, actor.name, now)
    note_export(actor.name, "recap.print", wave.id, len(list(rows(figures.counts))) if figures.counts else 0, now)
    return download(papers.recap(figures, about, page), f"rekap {about.wave} {page.paper}", page.form)


@blueprint.post("/waves/<int:wave_id>/narrative")
@requires(Duty.MAKE_REPORTS)
def narrative(wave_id: int) -> Response | tuple[str, int]:
    """Answer the report of a wave as a Word file to be completed; the trail says who took it."""
    actor, now = acting(), clock.utcnow()
    wave = events.find_wave(db.session, wave_id)
    try:
        paper = chosen_paper()
    except Refused as refused:
        return _page(wave, refusal_text(refused)), refused.status
    content, about = narrative_of(db.session, wave), about_of(db.session, wave, actor.name, now)
    note_export(actor.name, "narrative.print", wave.id, 0, now)
    return download(narrative_docx(content, about, paper), f"laporan {about.wave}", "docx")


def _page(wave: Wave, problem: str = "") -> str:
    figures = recap_of(db.session, wave)
    return render_template(
        "reports/recap.html",
        wave=wave,
        wave_links=wave_links(wave),
        recap=figures,
        rows=list(rows(figures.counts)) if figures.counts else [],
        invitations=invited_beside_listed(figures.counts) if figures.counts else [],
        bars=[(clock_time(at), count) for at, count in figures.bars],
        papers=paper_choices(),
        problem=problem,
    )
