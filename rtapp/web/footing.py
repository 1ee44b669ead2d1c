"""A server whose database was taken away under it answers nothing but that: no page shows numbers that are no more."""

from flask import Flask, request

from .services import services


def init_app(app: Flask) -> None:
    """Look before every request whether there is still something to answer from."""
    app.before_request(_refuse_without_database)


def _refuse_without_database() -> None:
    gone = services().writer.gone
    if gone is not None and request.endpoint != "static":
        raise gone
