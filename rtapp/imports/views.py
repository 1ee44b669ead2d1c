"""The import: files, how they are read, what a person must decide, saving and undoing."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from werkzeug.wrappers import Response

from .. import clock, config
from ..accounts.roles import Duty
from ..badges import store as badges
from ..db import begin_write, db
from ..events.invited_store import invited_totals
from ..events.place_store import find_districts
from ..events.typed_places import village_meant, village_texts
from ..refusals import Refused
from ..roster import export_store
from ..schema import RosterImport
from ..web.away import away
from ..web.downloads import download
from ..web.errors import refusal_text
from ..web.guard import acting, current_actor, requires
from ..web.htmx import page_or_fragment, wants_fragment
from ..web.requests import form_has, form_text, page_number
from . import apply_store, plan_store, upload_store
from .drafts import TYPED
from .headers import FIELDS
from .preview import CLASSES, district_rows, groups_of, opens_first, renamed, rows_shown

blueprint = Blueprint("imports", __name__)
PAGE = 100
MOST_FILES = 40
FORM_SLACK = 128 * 1024  # what a form adds around its files
FIELD_WORDS = {
    "": _l("tidak dibaca"), "number": _l("nomor urut"), "name": _l("nama"), "rt": _l("RT"), "rw": _l("RW"),
    "village": _l("desa/kelurahan"), "address": _l("alamat (RT dan desa)"), "district": _l("kecamatan"),
    "phone": _l("nomor HP"), "gender": _l("L/P"), "position": _l("jabatan"), "wave": _l("gelombang"),
    "date": _l("tanggal"), "remark": _l("keterangan"), "nik": _l("NIK (tidak disimpan)"),
    "front": _l("gelar di depan nama"), "back": _l("gelar di belakang nama"),
    "sentence": _l("kalimat"),
    "stamp": _l("waktu pengisian"), "correction": _l("ralat"),
}  # fmt: skip


@blueprint.url_value_preprocessor
def _admit_files(endpoint: str | None, _values: dict[str, str] | None) -> None:
    """Let the upload page take whole files: before its form is first read, and from those who may import."""
    if endpoint == "imports.receive" and (actor := current_actor()) and actor.may(Duty.IMPORT_ROSTER):
        request.max_content_length = 4 * config.UPLOAD_LIMIT + FORM_SLACK
        request.max_form_memory_size = config.UPLOAD_LIMIT


@blueprint.get("/roster-imports/new")
@requires(Duty.IMPORT_ROSTER)
def upload() -> str:
    """Ask for files or pasted text; show the lists that were begun or saved before."""
    return _upload_page()


@blueprint.post("/roster-imports/new")
@requires(Duty.IMPORT_ROSTER)
def receive() -> Response | tuple[str, int]:
    """Read files, see that one holds a list, and keep what was read until it is saved or a week has passed."""
    actor, now = acting(), clock.utcnow()
    try:
        names, content = _taken()
        plan_store.read_sheets(db.session, content, run=away)
    except Refused as refused:
        return _upload_page(refusal_text(refused)), refused.status
    session = begin_write(db.session)
    upload = upload_store.keep_upload(session, actor.name, names, content, now=now)
    session.commit()
    return redirect(url_for(".columns", key=upload.key), 303)


@blueprint.get("/roster-imports/<key>/columns")
@requires(Duty.IMPORT_ROSTER)
def columns(key: str) -> str:
    """Show the sheets and columns as understood."""
    return _columns_page(upload_store.find_upload(db.session, key))


@blueprint.post("/roster-imports/<key>/columns")
@requires(Duty.IMPORT_ROSTER)
def choose_columns(key: str) -> Response | tuple[str, int]:
    """Take the sheets and columns as a person says."""
    upload = upload_store.find_upload(db.session, key)
    setup = _setup_of_form(upload)
    try:
        upload_store.plan_of(db.session, upload, setup, run=away)  # slow, and so outside
    except Refused as refused:
        return _columns_page(upload, refusal_text(refused)), refused.status
    session = begin_write(db.session)
    upload_store.find_upload(session, key).setup = setup.as_json()
    session.commit()
    return redirect(url_for(".preview", key=key), 303)


@blueprint.get("/roster-imports/<key>")
@requires(Duty.IMPORT_ROSTER)
def preview(key: str) -> Response | str:
    """Show what a list would change, by class, and what a person must decide; of a closed one what it did."""
    upload = upload_store.find_upload(db.session, key)
    if not upload.books:
        why = upload_store.why_not_undone(db.session, upload)
        return render_template("imports/closed.html", upload=upload, why=why)
    return _preview(upload)


@blueprint.post("/roster-imports/<key>/answers")
@requires(Duty.IMPORT_ROSTER)
def answer(key: str) -> Response:
    """Take one answer, one for all that are alike, or all proposals."""
    plan = upload_store.plan_of(db.session, upload_store.find_upload(db.session, key), run=away)
    session = begin_write(db.session)
    upload = upload_store.find_upload(session, key)
    try:
        value = TYPED + _typed() if form_text("value") == "typed" else form_text("value")
    except Refused as refused:
        session.rollback()
        return _preview(upload_store.find_upload(db.session, key), refusal_text(refused), refused.status)
    alike = form_text("alike")
    if form_text("accept"):
        upload_store.accept_proposals(upload, plan, alike)
    elif alike:
        questions = [question for _row, question in plan.open_questions if question.alike == alike]
        upload_store.take_answers(upload, plan, {question.key: value for question in questions})
    else:
        upload_store.take_answers(upload, plan, {form_text("key"): value})
    session.commit()
    return _preview(upload) if wants_fragment() else redirect(url_for(".preview", key=key), 303)


@blueprint.post("/roster-imports/<key>")
@requires(Duty.IMPORT_ROSTER)
def save(key: str) -> Response:
    """Save all accepted rows or none; shown again where the roster has changed since it was looked at."""
    actor, now = acting(), clock.utcnow()
    plan = upload_store.plan_of(db.session, upload_store.find_upload(db.session, key), run=away)
    session = begin_write(db.session)
    upload = upload_store.find_upload(session, key)
    try:
        if plan.digest != form_text("seen"):
            raise plan_store.changed_meanwhile()
        if renamed(plan) and form_text("looked") != "yes":
            raise Refused("not_looked", "Lihat dahulu nama dan orang yang berubah, lalu centang kotaknya.", 422)
        done = apply_store.apply_plan(session, actor.name, plan, now=now)
    except Refused as refused:
        session.rollback()
        return _preview(upload_store.find_upload(db.session, key), refusal_text(refused), refused.status)
    badges.follow_import(session, done.added, done.replaced, now=now)
    upload_store.mark_applied(session, actor.name, upload, done, now=now)
    if not plan.open_questions:
        upload_store.drop_upload(session, upload)
    session.commit()
    report = _(
        "Tersimpan: %(new)s orang baru, %(updated)s baris diperbarui.", new=len(done.added), updated=len(done.updated)
    )
    flash(report, "ok")
    return redirect(url_for(".preview", key=key), 303)


@blueprint.post("/roster-imports/<key>/undo")
@requires(Duty.IMPORT_ROSTER)
def undo(key: str) -> Response:
    """Take back all that a list did, while nothing depends on it."""
    actor, now = acting(), clock.utcnow()
    session = begin_write(db.session)
    done = upload_store.undo(session, actor.name, upload_store.find_upload(session, key), now=now)
    badges.follow_undo(session, done["replaced"])
    session.commit()
    flash(_("Impor dibatalkan; daftar peserta kembali seperti sebelumnya."), "ok")
    return redirect(url_for(".preview", key=key), 303)


@blueprint.post("/roster-imports/<key>/removal")
@requires(Duty.IMPORT_ROSTER)
def discard(key: str) -> Response:
    """Forget the content of a list."""
    session = begin_write(db.session)
    upload_store.drop_upload(session, upload_store.find_upload(session, key))
    session.commit()
    flash(_("Isi daftar dihapus."), "ok")
    return redirect(url_for(".upload"), 303)


@blueprint.get("/roster-template.xlsx")
@requires(Duty.IMPORT_ROSTER)
def template() -> Response:
    """Hand out the empty list to be filled in."""
    return download(export_store.template(db.session), "templat ketua rt", "xlsx")


def _taken() -> tuple[list[str], bytes]:
    """Return the names of the uploaded files and of the pasted text, and what they hold, as it is kept."""
    from .understanding import take

    files = [file for file in request.files.getlist("file") if file.filename]
    pasted = form_text("text")
    if not files and not pasted.strip():
        raise Refused("no_file", "Pilih berkasnya, atau tempel daftarnya, dahulu.", 422)
    if len(files) > MOST_FILES:
        raise Refused("too_many_files", "Paling banyak %(most)s berkas sekali unggah.", 413, most=MOST_FILES)
    uploads = [(file.filename or "", file.read()) for file in files]
    return away(take, uploads, (str(_("Tempelan")), pasted) if pasted.strip() else None)


def _upload_page(problem: str = "") -> str:
    lists = upload_store.find_uploads(db.session)
    return render_template("imports/new.html", problem=problem, lists=lists, text=form_text("text"))


def _setup_of_form(upload: RosterImport) -> plan_store.Setup:
    """Return the sheets and columns that were ticked and chosen; what is as understood is not kept."""
    chosen, fields = [], {}
    for place, reading in enumerate(upload_store.sheets_of(db.session, upload, run=away)):
        if form_has(f"use-{place}"):
            chosen.append(reading.label)
        choices = {}
        for block in reading.layout.blocks if reading.layout else ():
            understood = {column: name for name, column in block.fields.items()}
            for column in range(block.left, block.right + 1):
                name = f"column-{place}-{column}"
                choice = form_text(name)
                if form_has(name) and choice in FIELD_WORDS and choice != understood.get(column, ""):
                    choices[column] = choice
        fields |= {reading.label: choices} if choices else {}
    if not chosen:
        raise Refused("no_sheet_chosen", "Pilih paling sedikit satu lembar.", 422)
    return plan_store.Setup(tuple(chosen), fields)


def _columns_page(upload: RosterImport, problem: str = "") -> str:
    sheets = upload_store.sheets_of(db.session, upload, run=away)
    setup = plan_store.Setup.of(upload.setup)
    words = {name: escape(FIELD_WORDS[name]) for name in ("", *FIELDS)}  # once, for every column has a choice of them
    context = {"upload": upload, "sheets": sheets, "setup": setup, "words": words, "problem": problem}
    return render_template("imports/columns.html", **context)


def _typed() -> str:
    """Return what was typed in place of a choice; of a village its code."""
    if form_has("village"):
        return village_meant(form_text("village"), village_texts(find_districts(db.session)))
    return form_text("typed").strip()


def _preview(upload: RosterImport, problem: str = "", status: int = 200) -> Response:
    plan = upload_store.plan_of(db.session, upload, run=away)
    groups = groups_of(plan)
    wanted = request.values.get("show", "")
    shown = wanted if wanted in CLASSES else opens_first(plan.by_class, bool(groups))
    rows = rows_shown(plan, shown)
    page = min(page_number(), max(1, -(-len(rows) // PAGE)))
    villages = village_texts(find_districts(db.session)) if shown == "review" else {}
    return page_or_fragment(
        "imports/preview.html",
        "imports/_preview.html",
        status,
        upload=upload,
        plan=plan,
        shown=shown,
        groups=groups,
        renamed=renamed(plan),
        rows=rows[(page - 1) * PAGE : page * PAGE],
        total=len(rows),
        first=(page - 1) * PAGE + 1,
        page_urls=[
            url_for(".preview", key=upload.key, page=page + step, show=shown) if there else ""
            for step, there in ((-1, page > 1), (1, page * PAGE < len(rows)))
        ],
        places=district_rows(plan, invited_totals(db.session)),
        villages=villages,
        problem=problem,
        undoable=upload.applied_at and not upload_store.why_not_undone(db.session, upload),
    )
