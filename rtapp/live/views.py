"""Counts: the board of a wave, the count of a desk's checkpoint, both first and live; counts for programs."""

from collections.abc import Callable, Hashable
from threading import Event as Stopped
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    Flask,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.roles import Actor, Duty
from ..db import db
from ..events import store as events
from ..events.waves import numeral
from ..refusals import Refused
from ..schema import Wave
from ..web.filters import day, language
from ..web.guard import acting, current_actor, require_checkpoint, requires
from ..web.htmx import page_or_fragment, wants_fragment
from .store import count_at, counts_at, current_wave, last_arrivals, last_change, registration_of
from .stream import Changes, Streams, Texts, Watch, polled, watch_numbers, watch_sqlite
from .tally import Counts

blueprint = Blueprint("live", __name__)
api = Blueprint("live_api", __name__, url_prefix="/api/v1")


class Live(NamedTuple):
    """What the streams of a process share."""

    streams: Streams
    texts: Texts
    watch: Watch


def init_app(app: Flask) -> None:
    """Give the application what tells viewers of changes; no thread runs before somebody watches."""
    changes = Changes()

    def watch(stop: Stopped) -> None:
        with app.app_context():
            url = db.engine.url
        if url.get_backend_name() == "sqlite" and url.database:
            watch_sqlite(url.database, changes, stop)
        else:
            watch_numbers(lambda: _in_context(app, lambda: last_change(db.session)), changes, stop)

    live = Live(Streams(app.config["STREAM_LIMIT"]), Texts(changes), Watch(watch))
    app.extensions.update(rtapp_changes=changes, rtapp_live=live, rtapp_counts=count_at)
    app.extensions.setdefault("rtapp_closers", []).extend((changes.end, live.watch.stop))


@blueprint.get("/counts")
@requires(Duty.SEE_COUNTS)
def counts_of_current_wave() -> Response | str:
    """Go to the counts of today's wave, else of the first that is not closed, else of the last."""
    event = events.find_event(db.session)
    today = clock.local(clock.utcnow(), event.timezone if event else events.DEFAULT_ZONE).date()
    wave = current_wave(_waves_of(acting()), today)
    if wave is None:
        return render_template("live/no_wave.html")
    return redirect(url_for(".counts", wave_id=wave.id), 303)


@blueprint.get("/waves/<int:wave_id>/counts")
@requires(Duty.SEE_COUNTS)
def counts(wave_id: int) -> Response:
    """Show who is present in a wave, per district and village, and who came last."""
    wave = _wave(wave_id)
    response = page_or_fragment(
        "live/counts.html", "live/_board.html", **_board(wave_id), wave=wave, wave_links=_wave_links(wave)
    )
    return _unless_known(response) if wants_fragment() else response


@blueprint.get("/waves/<int:wave_id>/counts/stream")
@requires(Duty.SEE_COUNTS)
def counts_stream(wave_id: int) -> Response:
    """Send the board now and after every change."""
    _wave(wave_id)
    return _stream(
        ("board", wave_id),
        lambda: render_template("live/_board.html", **_board(wave_id)),
        lambda actor: wave_id in {wave.id for wave in _waves_of(actor)},
    )


@blueprint.get("/checkpoints/<int:checkpoint_id>/count/stream")
@requires(Duty.SEE_COUNTS)
def count_stream(checkpoint_id: int) -> Response:
    """Send the count of a desk's checkpoint now and after every change."""
    require_checkpoint(checkpoint_id)
    events.find_checkpoint(db.session, checkpoint_id)
    return _stream(
        ("count", checkpoint_id),
        lambda: render_template("live/_count.html", **_count(checkpoint_id)),
        lambda actor: actor.may_use(checkpoint_id),
    )


@api.get("/checkpoints/<int:checkpoint_id>/counts")
@requires(Duty.SEE_COUNTS)
def checkpoint_counts(checkpoint_id: int) -> Response:
    """Give programs the counts of a checkpoint; 304 while nothing changed."""
    require_checkpoint(checkpoint_id)
    point = events.find_checkpoint(db.session, checkpoint_id)
    return _unless_known(
        jsonify(checkpoint=point.id, wave=point.wave.number, **_as_json(counts_at(db.session, point.id)))
    )


def _wave(wave_id: int) -> Wave:
    """Return a wave the actor may see: a device sees those it has a checkpoint of."""
    wave = events.find_wave(db.session, wave_id)
    if wave not in _waves_of(acting()):
        raise Refused("not_your_wave", "Perangkat ini tidak diberi titik absensi gelombang ini.", 403)
    return wave


def _waves_of(actor: Actor) -> list[Wave]:
    waves = events.find_waves(db.session)
    if actor.checkpoint_ids is None:
        return list(waves)
    own = {point.wave_id for point in events.find_checkpoints(db.session, actor.checkpoint_ids)}
    return [wave for wave in waves if wave.id in own]


def _wave_links(current: Wave) -> list[dict[str, Any]]:
    return [
        {
            "url": url_for(".counts", wave_id=wave.id),
            "label": _("Gelombang %(numeral)s", numeral=numeral(wave.number)) + " · " + day(wave.date),
            "current": wave is current,
        }
        for wave in _waves_of(acting())
    ]


def _board(wave_id: int) -> dict[str, Any]:
    """Return what the board needs; ``counts`` is None while the wave has no checkpoint for registration."""
    point = registration_of(db.session, wave_id)
    return {
        "checkpoint": point,
        "counts": counts_at(db.session, point.id) if point else None,
        "arrivals": last_arrivals(db.session, point.id) if point else [],
    }


def _count(checkpoint_id: int) -> dict[str, Any]:
    return {
        "checkpoint": events.find_checkpoint(db.session, checkpoint_id),
        "counts": count_at(db.session, checkpoint_id),
    }


def _as_json(counts: Counts) -> dict[str, Any]:
    return {
        "hadir": counts.hadir,
        "diwakili": counts.diwakili,
        "belum": counts.belum,
        "invited": counts.invited,
        "invited_by": counts.invited_by,
        "percent": None if counts.share is None else round(counts.share * 100, 1),
        "elsewhere": counts.elsewhere,
        "other_wave": counts.other_wave,
        "guests": counts.guests,
        "roster": counts.roster,
        "districts": [_place(district) for district in counts.districts],
        "villages": [
            _place(village) | {"district": district.code}
            for district in counts.districts
            for village in district.villages
        ],
    }


def _place(tally: Any) -> dict[str, Any]:
    return {"code": tally.code, "name": tally.name, "present": tally.present, "expected": tally.expected}


def _unless_known(response: Response) -> Response:
    """Answer 304 to whoever has this very answer already."""
    response.add_etag()
    return response.make_conditional(request)


def _stream(name: Hashable, make: Callable[[], str], may: Callable[[Actor], bool]) -> Response:
    """Return the stream of what ``make`` renders, or one event of it while all places are taken.

    ``make`` and ``may`` are called outside this request, in contexts of their own.
    """
    app, spoken = current_app._get_current_object(), language()
    live: Live = app.extensions["rtapp_live"]

    def rendered() -> str:
        return _in_context(app, make, spoken)

    key = (name, spoken)
    db.session.remove()  # a stream holds no connection, and making its text takes another
    live.watch.start()
    text = live.streams.open(live.texts, key, rendered, _still_may(app, may))
    if text is None:
        text = polled(live.texts.text(key, rendered), request.headers.get("Last-Event-ID"))
    response = app.response_class(text, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _still_may(app: Flask, may: Callable[[Actor], bool]) -> Callable[[], bool]:
    """Return a question to ask later: does who sends this request still see counts, and what ``may`` says?"""
    environ = {key: value for key, value in request.environ.items() if isinstance(value, str)}

    def ask() -> bool:
        with app.app_context(), app.request_context(dict(environ)):
            actor = current_actor()
            return actor is not None and actor.may(Duty.SEE_COUNTS) and may(actor)

    return ask


def _in_context(app: Flask, do: Callable[[], Any], spoken: str = "id") -> Any:
    """Return what ``do`` returns in a context of its own: nobody's request, a session that ends with it."""
    with app.app_context(), app.test_request_context(), force_locale(spoken):
        return do()
