"""Cadangan: the backups there are, one made now, tried, taken away; the passphrase and the second folder."""

import os
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Duty
from ..audit.store import note
from ..db import db, transaction
from ..refusals import Refused
from ..web.errors import refusal_text
from ..web.forms import Form
from ..web.guard import acting, requires
from ..web.htmx import done
from ..web.reauthentication import ask_again
from ..web.requests import form_text
from . import backups
from .forms import FolderForm, PassphraseForm
from .restore import try_out
from .schedule import back_up, failure

blueprint = Blueprint("safety", __name__)


@blueprint.get("/backups")
@requires(Duty.BACK_UP)
def backups_page() -> str:
    """Show the backups there are, and how they are made."""
    return _page()


@blueprint.post("/backups")
@requires(Duty.BACK_UP)
def make_backup() -> Response | tuple[str, int]:
    """Back up now."""
    db.session.rollback()  # the pool is small, and a backup takes its time
    try:
        path = back_up(current_app, clock.utcnow(), "manual")
    except Refused as refused:
        return _page(refusal_text(refused)), 503
    _note("backup.make", name=path.name)
    return done(_("Cadangan dibuat dan diperiksa."), ".backups_page")


@blueprint.post("/backups/drill")
@requires(Duty.BACK_UP)
def drill() -> tuple[str, int]:
    """Restore a backup into a folder that is thrown away, check it, and show what was found."""
    name, begun = form_text("name"), clock.utcnow()
    db.session.rollback()
    try:
        tried = try_out(_backup(name).path, _instance(), begun, form_text("passphrase"))
    except Refused as refused:
        return _page(refusal_text(refused)), refused.status
    _note("backup.drill", name=name, findings=len(tried.findings))
    return _page(tried=tried, seconds=(clock.utcnow() - begun).total_seconds()), 200


@blueprint.post("/backups/file")
@requires(Duty.BACK_UP)
def download() -> Response | tuple[str, int]:
    """Hand a backup over, keys and all, to whoever knows the password of who is signed in."""
    try:
        ask_again()
        backup = _backup(form_text("name"))
    except Refused as refused:
        return _page(refusal_text(refused)), refused.status
    _note("backup.download", name=backup.path.name, sealed=backup.sealed)
    response = send_file(backup.path, "application/zip", as_attachment=True, download_name=backup.path.name)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/backups/passphrase")
@requires(Duty.BACK_UP)
def change_passphrase() -> Response | tuple[str, int]:
    """Seal all backups from now on with a passphrase, typed twice."""
    form = PassphraseForm()
    with form.refusals():
        ask_again()
        form.check()
        backups.seal_with(_instance(), form.passphrase.data or "")
        _note("backup.passphrase")
        flash(_("Cadangan berikutnya terkunci dengan kata sandi ini. Simpan tulisannya di tempat lain."), "ok")
        return redirect(url_for(".backups_page"), 303)
    return _page(passphrase=form), form.status


@blueprint.post("/backups/folder")
@requires(Duty.BACK_UP)
def change_folder() -> Response | tuple[str, int]:
    """Choose the second folder, on a USB stick for example; empty for none."""
    form = FolderForm()
    with form.refusals():
        backups.choose_folder(_instance(), form.folder.data)
        _note("backup.folder", folder=form.folder.data)
        return done(_("Tersimpan."), ".backups_page")
    return _page(folder=form), form.status


def _instance() -> Path:
    return Path(current_app.instance_path)


def _backup(name: str) -> backups.FoundBackup:
    backup = next((each for each in backups.find(_instance()) if each.path.name == name), None)
    if backup is None:
        raise Refused("no_such_backup", "Cadangan ini tidak ada lagi.", 404)
    return backup


def _note(action: str, **values: Any) -> None:
    """Add a line to the trail in a transaction of its own, after the files were written."""
    with transaction() as session:
        note(session, acting().name, action, "backup", None, now=clock.utcnow(), **values)


def _page(problem: str = "", folder: Form | None = None, passphrase: Form | None = None, **trial: Any) -> str:
    instance = _instance()
    files, settings = backups.find(instance), backups.settings(instance)
    return render_template(
        "safety/backups.html",
        files=files,
        newest=next((each for each in files if each.readable), None),
        folder=folder or FolderForm(formdata=None, folder=settings.folder),
        passphrase=passphrase or PassphraseForm(formdata=None),
        away=bool(settings.folder) and not Path(settings.folder).is_dir(),
        same_disk=bool(settings.folder) and _is_same_disk(settings.folder, instance),
        sealing=bool(settings.recipient),
        shortest=backups.SHORTEST,
        failed=failure(instance),
        problem=problem,
        **trial,
    )


def _is_same_disk(folder: str, instance: Path) -> bool:
    try:
        return os.stat(folder).st_dev == os.stat(instance).st_dev
    except OSError:
        return False
