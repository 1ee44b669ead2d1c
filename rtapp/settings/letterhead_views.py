"""Kop surat: the lines above every paper, the logo, where papers are signed and on what they are printed."""

from collections.abc import Sequence

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock, config
from ..accounts.roles import Duty
from ..db import db, transaction
from ..refusals import Refused
from ..web.forms import Form
from ..web.guard import acting, current_actor, requires
from ..web.htmx import done
from .forms import LetterheadForm, letterhead_form
from .letterhead import LONGEST
from .letterhead_store import letterhead_of, logo_of
from .letterhead_store import save_letterhead as keep_letterhead
from .letterhead_store import save_logo as keep_logo
from .shared_views import blueprint

FORM_SLACK = 64 * 1024  # what a form adds around its file


@blueprint.url_value_preprocessor
def _admit_logo(endpoint: str | None, _values: dict[str, str] | None) -> None:
    """Accept a large upload from those who may send a logo, so that the page can say what is wrong with it."""
    if endpoint == "settings.save_logo" and (actor := current_actor()) and actor.may(Duty.MANAGE_SETTINGS):
        request.max_content_length = config.UPLOAD_LIMIT + FORM_SLACK


@blueprint.get("/settings/letterhead")
@requires(Duty.MANAGE_SETTINGS)
def letterhead() -> str:
    """Show the letterhead as it stands above papers, and the form."""
    return _page()


@blueprint.post("/settings/letterhead")
@requires(Duty.MANAGE_SETTINGS)
def save_letterhead() -> Response | tuple[str, int]:
    """Keep the letterhead, all of it or nothing where one field cannot be used."""
    actor, now, form = acting(), clock.utcnow(), LetterheadForm()
    with form.refusals():
        form.check()
        with transaction() as session:
            keep_letterhead(session, actor.name, form.letterhead(), now=now)
        return done(_("Tersimpan."), ".letterhead")
    return _page(form), form.status


@blueprint.post("/settings/logo")
@requires(Duty.MANAGE_SETTINGS)
def save_logo() -> Response | tuple[str, int]:
    """Keep the picture as the logo of every paper."""
    from ..documents.picture import read_logo  # here: few servers ever read a picture

    form = Form()
    with form.refusals():
        png = read_logo(_sent())
        with transaction() as session:
            keep_logo(session, acting().name, png, now=clock.utcnow())
        return done(_("Logo tersimpan."), ".letterhead")
    return _page(logo_errors=form.sentences), form.status


@blueprint.post("/settings/logo/drop")
@requires(Duty.MANAGE_SETTINGS)
def drop_logo() -> Response:
    """Take the logo away."""
    with transaction() as session:
        keep_logo(session, acting().name, b"", now=clock.utcnow())
    return done(_("Logo dihapus."), ".letterhead")


@blueprint.get("/settings/logo")
@requires(Duty.MANAGE_SETTINGS)
def logo() -> Response:
    """Answer the logo as a picture."""
    png = logo_of(db.session)
    if not png:
        raise Refused("no_logo", "Belum ada logo.", 404)
    return Response(png, mimetype="image/png", headers={"Cache-Control": "private, no-cache"})


def _sent() -> bytes:
    file = request.files.get("logo")
    if file is None:
        return b""
    with file.stream:  # a large one lies on disk until then
        return file.read()


def _page(form: LetterheadForm | None = None, logo_errors: Sequence[str] = ()) -> str:
    stored = letterhead_of(db.session)
    return render_template(
        "settings/letterhead.html",
        form=form or letterhead_form(stored),
        logo_errors=logo_errors,
        letterhead=stored,
        has_logo=bool(logo_of(db.session)),
        most=LONGEST,
    )
