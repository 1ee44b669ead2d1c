"""Shim."""

from flask import Blueprint

from ..accounts.roles import Duty
from ..web.guard import requires

blueprint = Blueprint("settings", __name__)


@blueprint.get("/settings")
@requires(Duty.MANAGE_SETTINGS)
def options():
    return "x"
