"""Berkas SPJ: what a wave's bundle will hold, its making beside the desk, the ZIP."""

from pathlib import Path

from flask import current_app, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.devices_store import may_hold_scans
from ..accounts.roles import Duty
from ..db import db
from ..events import store as events
from ..events.about_store import about_of
from ..refusals import Refused
from ..schema import Wave
from ..web.downloads import chosen_paper, download, fonts, paper_choices
from ..web.errors import refusal_text
from ..web.guard import acting, requires
from ..web.htmx import done, wants_fragment
from . import bundle_files as writer
from .bundle_store import BundleRequest, plan_bundle
from .shared_views import blueprint, note_export, wave_links


@blueprint.get("/waves/<int:wave_id>/spj")
@requires(Duty.MAKE_REPORTS)
def bundle(wave_id: int) -> str:
    """Show what the bundle of a wave holds and how far its making is."""
    wave = events.find_wave(db.session, wave_id)
    if wants_fragment():
        return render_template("reports/_bundle.html", wave=wave, **_job(wave))
    return _page(wave)


@blueprint.post("/waves/<int:wave_id>/spj")
@requires(Duty.MAKE_REPORTS)
def make_bundle(wave_id: int) -> Response | tuple[str, int]:
    """Start making the bundle of a wave, unless it is being made already."""
    actor, now = acting(), clock.utcnow()
    wave = events.find_wave(db.session, wave_id)
    if not _job(wave)["running"]:
        try:
            wanted = BundleRequest(wave, chosen_paper(), fonts(), about_of(db.session, wave, actor.name, now))
        except Refused as refused:
            return _page(wave, refusal_text(refused)), refused.status
        plan = plan_bundle(db.session, wanted)
        note_export(actor.name, "bundle.make", wave.id, plan.rows, now)
        writer.start(_instance(), wave_id, plan, actor.name, now=now)
    return redirect(url_for(".bundle", wave_id=wave_id), 303)


@blueprint.post("/waves/<int:wave_id>/spj/file")
@requires(Duty.MAKE_REPORTS)
def bundle_file(wave_id: int) -> Response:
    """Answer the finished ZIP; the trail says who took it."""
    wave = events.find_wave(db.session, wave_id)
    job, file = writer.job_of(_instance(), wave_id), writer.file_of(_instance(), wave_id)
    if job is None or file is None:
        raise Refused("no_bundle", "Berkas SPJ gelombang ini belum dibuat atau sudah dihapus.", 404)
    data, name = file.read_bytes(), f"spj gelombang {wave.number}"
    note_export(acting().name, "bundle.take", wave.id, job.rows, clock.utcnow())
    return download(data, name, "zip")


@blueprint.post("/waves/<int:wave_id>/spj/drop")
@requires(Duty.MAKE_REPORTS)
def drop_bundle(wave_id: int) -> Response:
    """Stop the making of a bundle, or delete the finished one."""
    events.find_wave(db.session, wave_id)
    writer.drop(_instance(), wave_id)
    return done(_("Berkas SPJ dihapus dari laptop server."), ".bundle", wave_id=wave_id)


def _page(wave: Wave, problem: str = "") -> str:
    plan, missing = None, ""
    try:
        plan = plan_bundle(
            db.session, BundleRequest(wave, "f4", fonts(), about_of(db.session, wave, "", clock.utcnow()))
        )
    except Refused as refused:
        missing = refusal_text(refused)
    return render_template(
        "reports/bundle.html",
        silent=may_hold_scans(db.session, wave.id, now=clock.utcnow()),
        wave=wave,
        wave_links=wave_links(wave),
        contents=plan.parts if plan else [],
        problem=problem or missing,
        **_job(wave),
    )


def _job(wave: Wave) -> dict[str, object]:
    job = writer.job_of(_instance(), wave.id)
    running = bool(job and job.is_running(clock.utcnow()))
    return {"job": job, "running": running, "papers": paper_choices()}


def _instance() -> Path:
    return Path(current_app.instance_path)
