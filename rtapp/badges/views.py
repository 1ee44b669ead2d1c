from flask import Blueprint

blueprint = Blueprint("badges", __name__)
