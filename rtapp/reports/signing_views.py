"""Pencocokan tanda tangan: how many signed on each page of the list, typed in, beside what the record says."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import begin_write, db
from ..events import store as events
from ..refusals import Refused
from ..schema import Wave
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from . import papers
from .attendance import PARTS, Roll
from .attendance_store import listed_points, roll_of
from .shared_views import PAPERS, blueprint, download, fonts, note_export, paper_choices, part_choices
from .signing import Page, Span, held_against, read_counts, unlisted
from .signing_store import Counted, counted_at, save_counted
from .store import about_of


@dataclass(frozen=True)
class _List:
    """The list that was signed, as it is printed now, and what the record says."""

    blank: Roll
    filled: Roll
    paper: str
    part: str
    spans: list[Span]
    kept: Counted | None

    @property
    def pages(self) -> list[Page]:
        same = self.kept and (self.kept.paper, self.kept.part) == (self.paper, self.part)
        return held_against(self.blank, self.filled, self.spans, self.kept.counts if self.kept and same else ())


@blueprint.get("/waves/<int:wave_id>/signatures")
@requires(Duty.MAKE_REPORTS)
def signatures(wave_id: int) -> str:
    """Show the pages of the signed list with the counts typed so far."""
    return _page(events.find_wave(db.session, wave_id), request.args)


@blueprint.post("/waves/<int:wave_id>/signatures")
@requires(Duty.MAKE_REPORTS)
def save_signatures(wave_id: int) -> Response | tuple[str, int]:
    """Keep how many signed on each page, all of it or nothing where one cannot be read."""
    actor, now, wave = acting(), clock.utcnow(), events.find_wave(db.session, wave_id)
    signed = _signed(wave, request.form)
    try:
        counts = tuple(read_counts(request.form, signed.spans))
    except Refused as refused:
        return _page(wave, request.form, refusal_text(refused)), refused.status
    point, counted = signed.blank.point_id, Counted(signed.paper, signed.part, signed.blank.digest, counts)
    session = begin_write(db.session)
    save_counted(session, actor.name, point, counted, now=now)
    session.commit()
    flash(_("Tersimpan."), "ok")
    return redirect(url_for(".signatures", wave_id=wave_id, checkpoint=point), 303)


@blueprint.post("/waves/<int:wave_id>/signatures/file")
@requires(Duty.MAKE_REPORTS)
def signatures_paper(wave_id: int) -> Response:
    """Answer the comparison as a PDF; the trail says who took it."""
    actor, now, wave = acting(), clock.utcnow(), events.find_wave(db.session, wave_id)
    signed, told = _signed(wave, request.form), about_of(db.session, wave, actor.name, now)
    note_export(actor.name, "signatures.print", wave.id, len(signed.pages), now)
    beyond = unlisted(signed.blank, signed.filled)
    pdf = papers.signing_pdf(signed.pages, signed.blank.point, beyond, told, signed.paper, fonts())
    return download(pdf, f"pencocokan tanda tangan {told.wave} {signed.blank.point}", "pdf")


def _signed(wave: Wave, asked: MultiDict[str, str]) -> _List:
    """Return the list asked for, else the one on which was counted, else the usual one."""
    now, point = clock.utcnow(), asked.get("checkpoint", type=int)
    blank = roll_of(db.session, wave, point, blank=True, now=now)
    filled = roll_of(db.session, wave, blank.point_id, blank=False, now=now)
    kept, about = counted_at(db.session, blank.point_id), about_of(db.session, wave, "", now)
    paper = asked.get("paper") or (kept.paper if kept else about.letterhead.paper)
    part = asked.get("part", kept.part if kept else PARTS[0])
    if paper not in PAPERS or part not in PARTS:
        raise Refused("no_such_list", "Daftar dengan kertas atau pembagian halaman itu tidak ada.", 422)
    spans = papers.attendance_spans(blank, about, paper, fonts(), part)
    return _List(blank, filled, paper, part, spans, kept)


def _page(wave: Wave, asked: MultiDict[str, str], problem: str = "") -> str:
    signed = _signed(wave, asked)
    context: dict[str, Any] = {
        "points": [(point.id, point.name) for point in listed_points(db.session, wave.id)],
        "papers": paper_choices(),
        "part_choices": part_choices(),
        "pages": signed.pages,
        "beyond": unlisted(signed.blank, signed.filled),
        "changed": bool(signed.kept and signed.kept.digest != signed.blank.digest),
    }
    typed = request.form if problem else {}
    return render_template("reports/signatures.html", wave=wave, signed=signed, typed=typed, problem=problem, **context)
