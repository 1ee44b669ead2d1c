"""The import: a file, what it would change, and changing it; lists out."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from ..accounts.roles import Duty
from ..web.guard import requires
from .shared_views import blueprint


@blueprint.get("/roster-imports/new")
@requires(Duty.IMPORT_ROSTER)
def upload() -> Response:
    return redirect(url_for(".participants"), 303)


@blueprint.get("/participants.<form>")
@requires(Duty.IMPORT_ROSTER)
def export(form: str) -> Response:
    return redirect(url_for(".participants"), 303)
