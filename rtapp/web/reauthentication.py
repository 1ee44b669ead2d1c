"""Sensitive acts ask the password again: a session left open on a laptop is not enough for them."""

from datetime import timedelta

from flask import request

from ..accounts import store as accounts
from ..accounts.names import key_of
from ..accounts.tries import minutes
from ..db import db
from ..refusals import Reason, Refused, reason
from ..schema import User
from .guard import acting
from .tries import admit, forget, looking


def ask_again() -> None:
    """Refuse unless the form's ``own_password`` is that of the user who is asking; call it before a write begins.

    Refused with 403 for a device or a wrong password, 409 for an account without one, 429 when tried too often.
    """
    actor = acting()
    user = db.session.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        raise Refused("users_only", "Perangkat tidak punya akun. Masuk sebagai pengguna dahulu.", 403)
    if not user.password_hash:
        raise Refused("no_password", "Akun ini belum punya kata sandi. Tetapkan dahulu di Akun saya.", 409)
    name = user.name
    if wait := admit("password", key_of(name)):
        why = too_often(wait)
        raise Refused(why.code, why.sentence, 429, **why.facts)
    with looking("password", key_of(name)):
        user = accounts.sign_in(db.session, name, request.form.get("own_password", ""))
    if user is None:
        raise Refused("wrong_password", "Kata sandi tidak cocok. Tidak ada yang dilakukan.", 403)
    forget("password", key_of(name))


def too_often(wait: timedelta) -> Reason:
    """Say how long to wait."""
    return reason(
        "too_often",
        "Terlalu sering mencoba dengan nama ini. Tunggu %(minutes)s menit, lalu coba lagi.",
        minutes=minutes(wait),
    )
