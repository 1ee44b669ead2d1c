"""The roster looked over before the event."""

from flask import render_template

from ..accounts.roles import Duty
from ..db import db
from ..web.guard import requires
from .quality_store import look_over
from .shared_views import blueprint


@blueprint.get("/participants/quality")
@requires(Duty.EDIT_ROSTER)
def quality() -> str:
    """Show what of the roster should be looked at, each with the way to mend it."""
    return render_template("roster/quality.html", quality=look_over(db.session))
