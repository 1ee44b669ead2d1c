"""PINs: what a supervisor types on a clerk's screen to decide one thing."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..refusals import Refused
from ..schema import User
from . import passwords
from .roles import DUTIES, Duty, Role

SHORTEST, LONGEST = 6, 12
_DECIDERS = [str(role) for role in Role if Duty.DECIDE in DUTIES[role]]


def checked_pin(pin: str, name: str = "") -> passwords.Hashed:
    """Return the hash of a PIN somebody chose: 6 to 12 digits that nobody would try first; refused otherwise."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        limits = {"least": SHORTEST, "most": LONGEST}
        raise Refused("bad_pin", "PIN terdiri dari %(least)s sampai %(most)s angka.", 422, field="pin", **limits)
    if passwords.is_easy(pin, name):
        raise Refused(
            "easy_pin", "PIN ini mudah ditebak. Pakai angka yang tidak berurutan atau berulang.", 422, field="pin"
        )
    return passwords.Hashed(passwords.hash_password(pin))


def set_pin(session: Session, actor: str, user: User, hashed: passwords.Hashed, *, now: datetime) -> None:
    """Give the user a PIN; refused for whoever may not decide."""
    if user.role not in _DECIDERS:
        raise Refused("no_pin", "PIN hanya untuk koordinator dan admin.", 422)
    user.pin_hash = hashed
    note(session, actor, "user.pin", "user", user.id, now=now, name=user.name)


def user_by_pin(session: Session, pin: str) -> User | None:
    """Return whose PIN this is, None when nobody's; ends what ``session`` has read, for argon2 takes its time."""
    rows = select(User.id, User.pin_hash).where(
        User.pin_hash != "", User.disabled_at.is_(None), User.role.in_(_DECIDERS)
    )
    known = session.execute(rows.order_by(User.id)).all()
    session.rollback()
    user_id = next((row.id for row in known if passwords.fits(row.pin_hash, pin[:LONGEST], passwords.PINS)), None)
    return session.get(User, user_id) if user_id else None
