"""Sensitive acts ask the password again: a session left open on a laptop is not enough for them."""

from ..accounts import store as accounts
from ..accounts.names import key_of
from ..accounts.tries import minutes
from ..db import db
from ..refusals import Refused
from ..schema import User
from .guard import acting
from .requests import form_text
from .tries import admit, forget, looking

FIELD = "own_password"


def ask_again() -> None:
    """Refuse unless the form's ``own_password`` is that of the user who is asking; call it before a write begins.

    Refused with 403 for a device or a wrong password, 409 for an account without one, 429 when tried too often.
    """
    user = own_user()
    if not user.password_hash:
        raise Refused("no_password", "Akun ini belum punya kata sandi. Tetapkan dahulu di Akun saya.", 409, field=FIELD)
    if known_user(user.name, form_text(FIELD)) is None:
        raise Refused("wrong_password", "Kata sandi tidak cocok. Tidak ada yang dilakukan.", 403, field=FIELD)


def own_user() -> User:
    """Return the user who is signed in; refused with 403 for a device."""
    user_id = acting().user_id
    user = db.session.get(User, user_id) if user_id else None
    if user is None:
        raise Refused("users_only", "Perangkat tidak punya akun. Masuk sebagai pengguna dahulu.", 403)
    return user


def known_user(name: str, password: str) -> User | None:
    """Return whom a name and a password let in, None where they do not; refused with 429 when tried too often."""
    account = key_of(name)
    if wait := admit("password", account):
        raise Refused(
            "too_often",
            "Terlalu sering mencoba dengan nama ini. Tunggu %(minutes)s menit, lalu coba lagi.",
            429,
            minutes=minutes(wait),
        )
    with looking("password", account):
        user = accounts.sign_in(db.session, name, password)
    if user is not None:
        forget("password", account)
    return user
