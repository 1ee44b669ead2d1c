"""Sertifikat: who earns one, permanent numbers, a preview before printing, and the look-up by check code."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..db import db, transaction
from ..events import store as events
from ..events.about_store import about_of
from ..events.place_store import find_districts
from ..refusals import Refused
from ..schema import Wave
from ..web.downloads import chosen_paper, download, fonts, paper_choices, unprintable_names
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.htmx import done
from ..web.requests import form_text
from . import certificate_rule_store as rules
from . import certificate_store as store
from .certificate import PLACES, checked_numbering, checked_rule, read_code, shown_code
from .certificate_papers import certificate_pdf, certificate_png
from .forms import CertificateForm, certificate_form
from .shared_views import blueprint, note_export, wave_links


@blueprint.get("/waves/<int:wave_id>/certificates")
@requires(Duty.MAKE_REPORTS)
def certificates(wave_id: int) -> str:
    """Show who earns a certificate of a wave, and what it will look like."""
    return render_template("reports/certificates.html", **_page(events.find_wave(db.session, wave_id)))


@blueprint.post("/waves/<int:wave_id>/certificate-rule")
@requires(Duty.MAKE_REPORTS)
def save_certificate_rule(wave_id: int) -> Response | tuple[str, int]:
    """Keep who earns a certificate and how its number is written."""
    wave, form = events.find_wave(db.session, wave_id), CertificateForm()
    with form.refusals():
        with transaction() as session:
            points = [point.id for point in rules.countable_points(session, wave.id)]
            rule = checked_rule(form.point.data, form.least.data, form.substitutes.data, points)
            numbering = checked_numbering(form.template.data, form.code.data, form.unit.data)
            rules.save_rule(session, acting().name, wave, rule, numbering, now=clock.utcnow())
        return done(_("Tersimpan."), ".certificates", wave_id=wave_id)
    page = _page(events.find_wave(db.session, wave_id), form=form)
    return render_template("reports/certificates.html", **page), form.status


@blueprint.post("/waves/<int:wave_id>/certificate-numbers")
@requires(Duty.MAKE_REPORTS)
def issue_certificates(wave_id: int) -> Response | tuple[str, int]:
    """Give numbers to those who earned a certificate and have none."""
    try:
        with transaction() as session:
            count = store.issue(session, acting().name, events.find_wave(session, wave_id), now=clock.utcnow())
    except Refused as refused:
        return _refused(wave_id, refused)
    flash(ngettext("%(n)s nomor diterbitkan.", "%(n)s nomor diterbitkan.", count, n=count), "ok")
    return redirect(url_for(".certificates", wave_id=wave_id), 303)


@blueprint.post("/waves/<int:wave_id>/certificates")
@requires(Duty.MAKE_REPORTS)
def certificate_paper(wave_id: int) -> Response | tuple[str, int]:
    """Answer the certificates of a wave, a district or a village as a PDF; the trail says who took how many."""
    actor, now, place = acting(), clock.utcnow(), form_text("place")
    wave = events.find_wave(db.session, wave_id)
    try:
        paper, faces = chosen_paper(), fonts()
        awards = store.printable_awards(db.session, wave, place)
    except Refused as refused:
        return _refused(wave_id, refused)
    about, materials = about_of(db.session, wave, actor.name, now), store.materials_of(db.session, wave)
    note_export(actor.name, "certificate.print", wave.id, len(awards), now)
    pdf = certificate_pdf(awards, materials, about, paper, faces)
    return download(pdf, f"sertifikat {about.wave} {place} {paper}", "pdf")


@blueprint.get("/waves/<int:wave_id>/certificate.png")
@requires(Duty.MAKE_REPORTS)
def certificate_preview(wave_id: int) -> Response:
    """Answer one side of a certificate as a picture."""
    wave = events.find_wave(db.session, wave_id)
    paper, faces = paper_choices()[0][0], fonts()
    about, materials = about_of(db.session, wave, acting().name, clock.utcnow()), store.materials_of(db.session, wave)
    sample = store.sample_of(db.session, wave)
    db.session.rollback()  # drawing needs no connection: the pool is small
    back = request.args.get("side") == "back"
    return Response(certificate_png(sample, materials, about, paper, faces, back=back), mimetype="image/png")


@blueprint.get("/certificates/check")
@blueprint.get("/C/<code>")
@blueprint.get("/c/<code>")
@requires(Duty.SCAN)
def check_certificate(code: str = "") -> tuple[str, int]:
    """Show the holder of a check code, typed from the paper or scanned from its QR code."""
    typed = code or request.args.get("code", "")
    read = read_code(typed)
    match = store.find_by_code(db.session, read) if read else None
    context = {"typed": typed[:40], "match": match, "code": shown_code(read) if read else ""}
    return render_template("reports/certificate_check.html", **context), 200 if match or not typed else 404


def _refused(wave_id: int, refused: Refused) -> tuple[str, int]:
    """Show the page again with what was typed and why it cannot be done."""
    page = _page(events.find_wave(db.session, wave_id), refusal_text(refused))
    return render_template("reports/certificates.html", **page), refused.status


def _page(wave: Wave, problem: str = "", form: CertificateForm | None = None) -> dict[str, Any]:
    earners = store.earners_of(db.session, wave)
    numbered = [earner for earner in earners if earner.earned and earner.certificate]
    return {
        "wave": wave,
        "wave_links": wave_links(wave),
        "points": rules.countable_points(db.session, wave.id),
        "form": form or certificate_form(*rules.proposed(db.session, wave)),
        "fillings": " ".join(f"{{{place}}}" for place in PLACES),
        "saved": rules.rule_of(db.session, wave) is not None,
        "earned": sum(earner.earned for earner in earners),
        "short": [earner for earner in earners if not earner.earned],
        "numbered": len(numbered),
        "places": _places({earner.district_code for earner in numbered} | {earner.village_code for earner in numbered}),
        "taught": bool(store.materials_of(db.session, wave)),
        "papers": paper_choices(),
        "unprintable": unprintable_names(earner.name for earner in earners if earner.earned),
        "problem": problem,
    }


def _places(used: set[str]) -> list[tuple[str, str]]:
    """Return the choices for the places in ``used`` (codes), each village below its district."""
    offered = [("", _("Semua"))]
    for district in find_districts(db.session):
        if district.code in used:
            offered.append((district.code, _("Kecamatan %(name)s", name=district.name)))
            offered += [
                (village.code, f"– {village.name} · {district.name}")
                for village in district.villages
                if village.code in used
            ]
    return offered
