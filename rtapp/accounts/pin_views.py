"""The own PIN of whoever may decide at the door."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import clock
from ..db import begin_write, db
from ..refusals import Refused
from ..web.guard import acting, requires
from . import forms, pins_store, store
from .roles import Duty
from .shared_views import blueprint, page


@blueprint.post("/account/pin")
@requires(Duty.DECIDE)
def own_pin() -> Response:
    """Set the PIN that is typed on a clerk's screen; one that is none is said beside the field."""
    actor = acting()
    if actor.user_id is None:
        raise Refused("users_only", "Perangkat tidak punya akun. Masuk sebagai pengguna dahulu.", 403)
    form = forms.PinForm()
    with form.refusals():
        hashed = pins_store.checked_pin(form.pin.data, actor.name)
        session = begin_write(db.session)
        pins_store.set_pin(session, actor.name, store.find_user(session, actor.user_id), hashed, now=clock.utcnow())
        session.commit()
        flash(_("PIN disimpan. Ketik di layar petugas untuk satu keputusan."), "ok")
        return redirect(url_for("accounts.account"), 303)
    user = store.find_user(db.session, actor.user_id)
    return page("account", form.status, form=forms.OwnPasswordForm(formdata=None), user=user, pin=form)
