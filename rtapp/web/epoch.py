"""Which memory of which instance answers: what tells a desk that a backup was restored."""

from flask import Flask, current_app
from werkzeug.wrappers import Response

from .filters import current_event
from .sessions import instance_mark


def init_app(app: Flask) -> None:
    """Let pages name the instance and its epoch."""
    app.add_template_global(home)
    app.add_template_global(epoch)


def home() -> str:
    """Return the mark of this instance: it outlives a restore, and no other instance has it."""
    return instance_mark(current_app)


def epoch() -> str:
    """Return ``<instance>-<epoch of the event>``, "" before there is an event."""
    event = current_event()
    return named(current_app, event.epoch if event else None)


def named(app: Flask, epoch: str | None) -> str:
    """Return the name by which desks know ``epoch``, "" for none."""
    return f"{instance_mark(app)}-{epoch}" if epoch else ""


def tell_epoch(response: Response) -> Response:
    """Put the epoch on an answer, a refusal too: whoever is signed out by a restore must learn of it."""
    if response.status_code < 500 and (name := epoch()):
        response.headers["X-Epoch"] = name
    return response
