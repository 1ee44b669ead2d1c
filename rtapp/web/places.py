"""How many requests may be under way at once: one that is sent half holds a thread, and the desks need threads."""

from flask import Flask, g, request

from ..db import end_reading
from ..refusals import Refused
from .guard import current_actor
from .services import services
from .shares import Shares, neighbourhood


def init_app(app: Flask) -> None:
    """Let every request take a place before its body is waited for."""
    app.before_request(_take)
    app.teardown_request(_give_back)


def let_go_early(app: Flask) -> None:
    """Let strangers give their place back once the body is here; called when what reads it has its turn already."""
    app.before_request(_arrived)


def _take() -> None:
    if request.endpoint in (None, "static"):
        return
    asks = request.method in ("GET", "HEAD", "OPTIONS")  # without a body to wait for
    actor = g.get("actor") if asks else current_actor()
    if asks and actor is None:
        return
    if actor:
        places, who = services().signed_in, actor.mark
    else:
        places, who = services().strangers, neighbourhood(request.remote_addr or "")
    take_place(places, who)
    if not asks:
        end_reading()  # the pool is small: what waits for a body holds no connection meanwhile


def take_place(places: Shares, who: str) -> None:
    """Take a place that is given back when this request ends; refused with 429 where there is none."""
    if not places.take(who):
        raise Refused("too_many_at_once", "Terlalu banyak yang masuk bersamaan. Coba lagi sebentar lagi.", 429)
    g.place = (places, who)


def _arrived() -> None:
    if "place" in g and g.place[0] is services().strangers:
        _free()


def _give_back(_error: BaseException | None) -> None:
    if g.get("actor"):
        request.environ["rtapp.known"] = True  # whom the server need not pace (laptop/worker.py)
    _free()


def _free() -> None:
    if place := g.pop("place", None):
        places, who = place
        places.give_back(who)
