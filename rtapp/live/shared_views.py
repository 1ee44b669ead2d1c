"""The blueprint of the counts and what its pages share: the waves an actor may see, streams, 304 answers."""

from collections.abc import Callable, Hashable
from typing import Any

from flask import Blueprint, Flask, current_app, request
from flask_babel import force_locale
from werkzeug.wrappers import Response

from ..accounts.roles import Actor, Duty
from ..db import db
from ..events import store as events
from ..events.checkpoint_store import find_checkpoints
from ..refusals import Refused
from ..schema import Wave
from ..web.filters import language
from ..web.guard import acting, current_actor
from ..web.navigation import links_to_waves
from ..web.services import services
from .stream import polled

blueprint = Blueprint("live", __name__)


def own_wave(wave_id: int) -> Wave:
    """Return a wave the actor may see; a device is refused with 403 where it has no checkpoint."""
    wave = events.find_wave(db.session, wave_id)
    if wave not in waves_of(acting()):
        raise Refused("not_your_wave", "Perangkat ini tidak diberi titik absensi gelombang ini.", 403)
    return wave


def waves_of(actor: Actor) -> list[Wave]:
    """Return the waves the actor may see: all for a user, those with a checkpoint of theirs for a device."""
    waves = events.find_waves(db.session)
    if actor.checkpoint_ids is None:
        return list(waves)
    own = {point.wave_id for point in find_checkpoints(db.session, actor.checkpoint_ids)}
    return [wave for wave in waves if wave.id in own]


def wave_links(current: Wave | None, endpoint: str = ".counts") -> list[dict[str, Any]]:
    """Return the links from a page to the same page of each wave."""
    return links_to_waves(waves_of(acting()), current, endpoint)


def unless_known(response: Response) -> Response:
    """Turn a response into a 304 when the client already has it."""
    response.add_etag()
    return response.make_conditional(request)


def stream_of(name: Hashable, make: Callable[[], str], may: Callable[[Actor], bool]) -> Response:
    """Return a stream of what ``make`` renders, or a single event while all places are taken.

    A page whose browser has no connection to spare requests a single event (``X-Stream: once``). ``make`` and ``may``
    are called outside this request, in contexts of their own.
    """
    app, spoken, live = current_app._get_current_object(), language(), services().live

    def rendered() -> str:
        return in_context(app, make, spoken)

    key = (name, spoken)
    db.session.remove()  # a stream holds no connection; rendering uses its own
    live.watch.start()
    once = request.headers.get("X-Stream") == "once"
    text = None if once else live.streams.open(live.texts, key, rendered, _still_may(app, may))
    if text is None:
        text = polled(live.texts.text(key, rendered), request.headers.get("Last-Event-ID"))
    response = app.response_class(text, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _still_may(app: Flask, may: Callable[[Actor], bool]) -> Callable[[], bool]:
    """Return a function to call later: may the sender of this request still see counts, and does ``may`` agree?"""
    environ = {key: value for key, value in request.environ.items() if isinstance(value, str)}

    def ask() -> bool:
        with app.app_context(), app.request_context(dict(environ)):
            actor = current_actor()
            return actor is not None and actor.may(Duty.SEE_COUNTS) and may(actor)

    return ask


def sees_all(actor: Actor) -> bool:
    """Say whether an actor may see every wave, which a device with checkpoints in only some may not."""
    return len(waves_of(actor)) == len(events.find_waves(db.session))


def sees(wave_id: int) -> Callable[[Actor], bool]:
    """Return a function that says whether an actor may see a wave, to be called again while a stream is open."""
    return lambda actor: wave_id in {wave.id for wave in waves_of(actor)}


def in_context(app: Flask, do: Callable[[], Any], spoken: str = "id") -> Any:
    """Return the result of ``do`` in a context of its own: an anonymous request, a session that ends with it."""
    with app.app_context(), app.test_request_context(), force_locale(spoken):
        return do()
