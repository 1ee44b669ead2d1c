"""The import: a file, what it would change, and changing it; lists out."""

from pathlib import Path

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
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


@blueprint.url_value_preprocessor
def _admit_a_file(endpoint: str | None, _values: dict[str, str] | None) -> None:
    """Let the upload page take a whole file: before the form is first read, and for those alone who may import."""
    if endpoint == "roster.receive" and (actor := current_actor()) and actor.may(Duty.IMPORT_ROSTER):
        request.max_content_length = config.UPLOAD_LIMIT + FORM_SLACK


@blueprint.get("/roster-imports/new")
@requires(Duty.IMPORT_ROSTER)
def upload() -> str:
    """Ask for the file."""
    return render_template("roster/import_new.html", form=ImportForm())
