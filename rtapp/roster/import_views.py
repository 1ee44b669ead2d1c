"""The import: a file, what it would change, and changing it; lists out."""

from io import BytesIO
from pathlib import Path
from typing import Any

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock, config
from ..accounts.roles import Duty
from ..badges import store as badges
from ..db import begin_write, db
from ..refusals import Refused
from ..web.errors import refusal_text
from ..web.guard import acting, current_actor, requires
from . import export_store, import_store, upload_store
from .forms import ImportForm
from .shared_views import blueprint, page_number

PAGE = 100
FORM_SLACK = 64 * 1024  # what a form adds around its file
CLASSES = ("review", "accepted", "vacant", "skipped")  # what a person must decide comes first
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.url_value_preprocessor
def _admit_a_file(endpoint: str | None, _values: dict[str, str] | None) -> None:
    """Let the upload page take a whole file: before its form is first read, and from those who may import."""
    if endpoint == "roster.receive" and (actor := current_actor()) and actor.may(Duty.IMPORT_ROSTER):
        request.max_content_length = config.UPLOAD_LIMIT + FORM_SLACK


@blueprint.get("/roster-imports/new")
@requires(Duty.IMPORT_ROSTER)
def upload() -> str:
    """Ask for the file."""
    return render_template("roster/import_new.html", form=ImportForm())


@blueprint.post("/roster-imports/new")
@requires(Duty.IMPORT_ROSTER)
def receive() -> Response | tuple[str, int]:
    """Take a file, see that it is a roster, and keep it until it is saved or a day has passed."""
    form, file = ImportForm(), request.files.get("file")
    try:
        if not form.validate() or file is None or not file.filename:
            raise Refused("no_file", "Pilih berkasnya dahulu.", 422)
        data = file.read()
        if len(data) > config.UPLOAD_LIMIT:
            raise Refused("too_large", "Berkas terlalu besar. Paling banyak 10 MB.", 413)
        import_store.plan_import(db.session, data, file.filename)
    except Refused as refused:
        form.file.errors = [refusal_text(refused)]
        return render_template("roster/import_new.html", form=form), refused.status
    key = upload_store.keep_upload(_folder(), data, file.filename, now=clock.utcnow())
    return redirect(url_for(".preview", key=key), 303)


@blueprint.get("/roster-imports/<key>")
@requires(Duty.IMPORT_ROSTER)
def preview(key: str) -> str:
    """Show what a kept file would change, by class, with a reason for every row that asks for one."""
    kept = upload_store.find_upload(_folder(), key, now=clock.utcnow())
    return _preview_page(kept, import_store.plan_import(db.session, kept.data, kept.filename))


@blueprint.post("/roster-imports/<key>")
@requires(Duty.IMPORT_ROSTER)
def save(key: str) -> Response | tuple[str, int]:
    """Save all accepted rows or none; shown again where the roster has changed since it was looked at."""
    actor, now = acting(), clock.utcnow()
    kept = upload_store.find_upload(_folder(), key, now=now)
    plan = import_store.plan_import(db.session, kept.data, kept.filename)
    try:
        if plan.digest != request.form.get("seen"):
            raise import_store.changed_meanwhile()
        session = begin_write(db.session)
        counts = import_store.apply_plan(session, actor.name, plan, now=now)
    except Refused as refused:
        db.session.rollback()
        plan = import_store.plan_import(db.session, kept.data, kept.filename)
        return _preview_page(kept, plan, refusal_text(refused)), refused.status
    badges.issue_missing(session, counts.added, now=now)
    session.commit()
    flash(
        _(
            "Tersimpan: %(new)s orang baru, %(updated)s baris diperbarui.",
            new=counts.new,
            updated=counts.updated,
        ),
        "ok",
    )
    if plan.counts["review"]:
        return redirect(url_for(".preview", key=key), 303)  # what is left to decide stays readable for the day
    upload_store.drop_upload(_folder(), key)
    return redirect(url_for(".participants"), 303)


@blueprint.post("/roster-imports/<key>/removal")
@requires(Duty.IMPORT_ROSTER)
def discard(key: str) -> Response:
    """Delete a kept file."""
    upload_store.drop_upload(_folder(), key)
    flash(_("Berkas dihapus; tidak ada yang disimpan darinya."), "ok")
    return redirect(url_for(".upload"), 303)


@blueprint.get("/roster-template.xlsx")
@requires(Duty.IMPORT_ROSTER)
def template() -> Response:
    """Hand out the empty list to be filled in."""
    return _download(export_store.template(db.session), "templat-ketua-rt.xlsx")


@blueprint.get("/participants.<any(xlsx,csv):form>")
@requires(Duty.IMPORT_ROSTER)
def export(form: str) -> Response:
    """Hand out the roster; who took how many rows stands in the trail."""
    actor, now = acting(), clock.utcnow()
    session = begin_write(db.session)
    data, _rows = export_store.export(session, actor.name, form, codes=False, now=now)
    session.commit()
    return _download(data, f"peserta.{form}")


def _folder() -> Path:
    return Path(current_app.instance_path) / "imports"


def _download(data: bytes, name: str) -> Response:
    kind = SPREADSHEET if name.endswith("xlsx") else "text/csv; charset=utf-8"
    response = send_file(BytesIO(data), kind, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _preview_page(kept: upload_store.Upload, plan: Any, refusal: str = "") -> str:
    asked = request.args.get("class", "")
    shown = asked if asked in CLASSES else next((name for name in CLASSES if plan.counts[name]), "accepted")
    rows = [row for row in plan.rows if row.row_class == shown]
    page = min(page_number(), max(1, -(-len(rows) // PAGE)))
    first = (page - 1) * PAGE
    return render_template(
        "roster/import.html",
        kept=kept,
        plan=plan,
        shown=shown,
        rows=rows[first : first + PAGE],
        first=first + 1,
        total=len(rows),
        page_urls=[
            url_for(".preview", key=kept.key, page=page + step, **{"class": shown}) if there else ""
            for step, there in ((-1, page > 1), (1, page * PAGE < len(rows)))
        ],
        refusal=refusal,
        sentence=refusal_text,
    )
