"""Counts: the board of a wave and the count of a desk's checkpoint, as page and stream; the counts API."""

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ..accounts.roles import Duty
from ..checkin.receipts_store import last_receipt
from ..db import db
from ..events.checkpoint_store import find_checkpoint
from ..events.standing import Tally
from ..web.filters import today
from ..web.guard import acting, require_checkpoint, requires
from ..web.htmx import page_or_fragment, wants_fragment
from . import board_views, missing_views, screen_views  # noqa: F401  imported for their routes
from .board_views import board_of
from .shared_views import blueprint, own_wave, sees, sees_all, stream_of, unless_known, wave_links, waves_of
from .store import count_at, counts_at, current_wave
from .tally import Counts, DistrictTally, VillageTally

api = Blueprint("live_api", __name__, url_prefix="/api/v1")


@blueprint.get("/counts")
@requires(Duty.SEE_COUNTS)
def counts_of_current_wave() -> Response | str:
    """Redirect to the counts of today's wave, else of the first that is not closed, else of the last."""
    wave = current_wave(waves_of(acting()), today())
    if wave is None:
        return render_template(
            "no_wave.html",
            title=_("Kehadiran"),
            why=_("Kehadiran dihitung per gelombang. Buat acara dan gelombangnya di Pengaturan."),
        )
    return redirect(url_for(".counts", wave_id=wave.id), 303)


@blueprint.get("/waves/<int:wave_id>/counts")
@requires(Duty.SEE_COUNTS)
def counts(wave_id: int) -> Response:
    """Show the number present in a wave, per district and village, and the last arrivals."""
    wave = own_wave(wave_id)
    response = page_or_fragment(
        "live/counts.html",
        "live/_board.html",
        **board_of(wave_id, acting().may(Duty.SCAN)),
        wave_links=wave_links(wave),
        whole=sees_all(acting()),
    )
    return unless_known(response) if wants_fragment() else response


@blueprint.get("/waves/<int:wave_id>/counts/stream")
@requires(Duty.SEE_COUNTS)
def counts_stream(wave_id: int) -> Response:
    """Stream the board, now and after every change."""
    own_wave(wave_id)
    named, still_sees = acting().may(Duty.SCAN), sees(wave_id)
    return stream_of(
        ("board", wave_id, named),
        lambda: render_template("live/_board.html", **board_of(wave_id, named)),
        lambda actor: still_sees(actor) and actor.may(Duty.SCAN) == named,
    )


@blueprint.get("/checkpoints/<int:checkpoint_id>/count/stream")
@requires(Duty.SEE_COUNTS)
def count_stream(checkpoint_id: int) -> Response:
    """Stream the count of a desk's checkpoint, now and after every change."""
    require_checkpoint(checkpoint_id)
    find_checkpoint(db.session, checkpoint_id)
    return stream_of(
        ("count", checkpoint_id),
        lambda: render_template("live/_count.html", **_count(checkpoint_id)),
        lambda actor: actor.may_use(checkpoint_id),
    )


@api.get("/checkpoints/<int:checkpoint_id>/counts")
@requires(Duty.SEE_COUNTS)
def checkpoint_counts(checkpoint_id: int) -> Response:
    """Return the counts of a checkpoint as JSON; 304 while nothing has changed."""
    require_checkpoint(checkpoint_id)
    point = find_checkpoint(db.session, checkpoint_id)
    return unless_known(
        jsonify(checkpoint=point.id, wave=point.wave.number, **_as_json(counts_at(db.session, point.id)))
    )


def _count(checkpoint_id: int) -> dict[str, Any]:
    return {
        "checkpoint": find_checkpoint(db.session, checkpoint_id),
        "counts": count_at(db.session, checkpoint_id),
        "receipts": last_receipt(db.session),
    }


def _as_json(counts: Counts) -> dict[str, Any]:
    share = counts.share_of_invited
    return _numbers(counts) | {
        "invited": counts.invited,
        "invited_by": counts.invited_by,
        "percent": None if share is None else round(share * 100, 1),
        "other_wave": counts.other_wave,
        "guests": counts.guests,
        "districts": [_place(district) for district in counts.districts],
        "villages": [
            _place(village) | {"district": district.code}
            for district in counts.districts
            for village in district.villages
        ],
    }


def _place(place: DistrictTally | VillageTally) -> dict[str, Any]:
    return {"code": place.code, "name": place.name} | _numbers(place)


def _numbers(tally: Tally) -> dict[str, Any]:
    """Return the numbers, with hadir + elsewhere + absent + belum = roster; ``hadir`` includes ``diwakili``."""
    names = ("hadir", "diwakili", "elsewhere", "absent", "belum", "roster")
    return {name: getattr(tally, name) for name in names}
