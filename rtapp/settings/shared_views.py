"""The room of the settings, which its pages share."""

from flask import Blueprint

blueprint = Blueprint("settings", __name__)
