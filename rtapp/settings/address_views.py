"""Alamat: the address in the QR codes, chosen from this laptop's own and tried once from a second device."""

from flask import render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from .. import clock
from ..accounts.addresses import AddressStanding
from ..accounts.roles import Duty
from ..badges.token import payload
from ..db import db, transaction
from ..documents import qr
from ..refusals import Refused
from ..web import reach
from ..web.guard import acting, public, requires
from ..web.htmx import done
from . import store
from .forms import AddressForm
from .shared_views import blueprint
from .store import note_tried, tried

SAMPLE_TOKEN = "CONTOH2345ABCDEF"  # as long as a card's


@blueprint.get("/settings/address")
@requires(Duty.MANAGE_SETTINGS)
def address() -> str:
    """Show the address of the codes, this laptop's own addresses, and the code that a second device opens."""
    return _page()


@blueprint.post("/settings/address")
@requires(Duty.MANAGE_SETTINGS)
def save_address() -> Response | tuple[str, int]:
    """Save the address of the codes; one that this laptop does not have yet needs a tick that it will."""
    actor, now, form = acting(), clock.utcnow(), AddressForm()
    with form.refusals():
        form.check()
        wanted = form.base_url.data
        if not form.later.data:
            _refuse_unreachable(reach.standing_of(wanted))
        with transaction() as session:
            store.change(session, actor.name, "base_url", wanted, now=now)
            if not wanted:
                note_tried(session, actor.name, "", now=now)
        return done(_("Tersimpan. Sekarang coba dari ponsel.") if wanted else _("Tersimpan."), ".address")
    return _page(form), form.status


@blueprint.get("/settings/address/tried")
@requires(Duty.MANAGE_SETTINGS)
def address_tried() -> str:
    """Say whether a second device has opened the address; the page asks every two seconds."""
    return render_template("settings/_tried.html", **_trial(store.read(db.session, "base_url")))


@blueprint.get("/reach")
@public
def reached() -> str:
    """Show the phone that opened the test code that it works; its button tells the laptop."""
    return render_template("settings/reached.html", done=False, here=reach.is_this_machine(request.remote_addr or ""))


@blueprint.post("/reach")
@public
def note_reached() -> str:
    """Record that another device than this laptop opened the address; anybody may, for it reveals nothing."""
    came_by = request.host_url.rstrip("/").lower()
    here = reach.is_this_machine(request.remote_addr or "")
    other = came_by != store.read(db.session, "base_url").lower()
    if not here and not other:
        with transaction() as session:
            note_tried(session, "perangkat kedua", store.read(session, "base_url"), now=clock.utcnow())
    return render_template("settings/reached.html", done=not here, here=here, other=other)


def _refuse_unreachable(standing: AddressStanding) -> None:
    if standing == AddressStanding.FOREIGN:
        raise Refused(
            "foreign_address",
            "Laptop ini tidak beralamat itu sekarang. Pilih salah satu alamat di atas, atau centang kotak di bawah "
            "bila router aula nanti memberinya alamat itu.",
            422,
            field="base_url",
        )
    if standing == AddressStanding.DEAD_PORT:
        raise Refused(
            "dead_port", "Server tidak menjawab di port itu. Pilih salah satu alamat di atas.", 422, field="base_url"
        )


def _trial(base_url: str) -> dict[str, object]:
    last = tried(db.session)
    when = last[1] if last and last[0] == base_url else None
    return {"standing": reach.standing_of(base_url), "base_url": base_url, "when": when}


def _page(form: AddressForm | None = None) -> str:
    base_url = store.read(db.session, "base_url")
    test = f"{base_url}{url_for('.reached')}"
    return render_template(
        "settings/address.html",
        form=form or AddressForm(formdata=None, base_url=base_url),
        offers=reach.offers(),
        test=test,
        code=Markup(qr.svg(test, _("Kode QR untuk mencoba alamat ini"))) if base_url else "",
        payload=payload(SAMPLE_TOKEN, base_url),
        **_trial(base_url),
    )
