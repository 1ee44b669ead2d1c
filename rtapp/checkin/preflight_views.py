"""The check of each device before the doors open: clock, network, sound, camera, and a test card never recorded."""

import re

from flask import jsonify, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.addresses import is_here_only
from ..accounts.devices_store import keep_clock_offset
from ..accounts.roles import Duty
from ..badges import papers
from ..badges import token as codes
from ..badges.layout import Card
from ..db import db, transaction
from ..documents import qr
from ..events.checkpoint_store import find_checkpoints
from ..refusals import Refused
from ..settings import store as settings
from ..web.downloads import chosen_paper, download, fonts
from ..web.engines import engine_of
from ..web.filters import current_event
from ..web.guard import acting, requires
from ..web.headers import allows_wasm
from ..web.requests import form_text
from .shared_views import blueprint

_MILLISECONDS = re.compile(r"-?[0-9]{1,15}")


@blueprint.get("/preflight")
@requires(Duty.SCAN)
@allows_wasm
def preflight() -> str:
    """Show the checks that this device must pass for the desk, each with a remedy in case it fails."""
    asker = request.remote_addr or ""
    return render_template(
        "checkin/preflight.html",
        code=Markup(qr.svg(_payload(), _("Kode QR kartu uji"))),
        test_token=codes.TEST_TOKEN,
        here=is_here_only(f"//[{asker}]" if ":" in asker else f"//{asker}"),
        address=request.host_url.rstrip("/"),
        engine=engine_of(request.user_agent.string),
        points=find_checkpoints(db.session, acting().checkpoint_ids),
    )


@blueprint.get("/preflight/time")
@requires(Duty.SCAN)
def preflight_time() -> Response:
    """Return the server's time, as RFC 3339 and in milliseconds since 1970."""
    now = clock.utcnow()
    response = jsonify(now=clock.iso(now), ms=round(now.timestamp() * 1000))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/preflight/time")
@requires(Duty.SCAN)
def keep_offset() -> tuple[str, int]:
    """Store how far this device's clock is ahead of the server's, in milliseconds; nothing for a user's own browser."""
    text, actor = form_text("offset"), acting()
    if not _MILLISECONDS.fullmatch(text):
        raise Refused("bad_offset", "Selisih jam harus bilangan milidetik.", 422)
    if actor.device_id is not None:
        with transaction() as session:
            keep_clock_offset(session, actor.device_id, int(text), now=clock.utcnow())
    return "", 204


@blueprint.get("/preflight/test-card.pdf")
@requires(Duty.SCAN)
def test_card_pdf() -> Response:
    """Answer a sheet of test cards to print, one for each desk."""
    event = current_event()
    card = Card(
        name="KARTU UJI",
        seat_line="Bukan kartu peserta",
        village_line="Pindai di setiap meja sebelum acara",
        district_line="Tidak dicatat dan tidak dihitung",
        wave_numeral="?",
        date_line="Untuk semua gelombang",
        venue="",
        event=event.name if event else "",
        payload=_payload(),
        short_code="UJI",
    )
    sheet = papers.card_sheet([card] * 10, chosen_paper(), fonts(), "Kartu uji")
    return download(sheet, "kartu uji", "pdf", attached=False)


def _payload() -> str:
    """Return the content of the test card's code: built like every card's, so that every way of scanning is tested."""
    return codes.payload(codes.TEST_TOKEN, settings.read(db.session, "base_url"))
