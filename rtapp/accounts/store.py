"""Users: found, added, changed, signed in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from .. import clock
from ..audit.store import note
from ..db import Prepared, Where
from ..refusals import Refused, existing
from ..schema import OneTimeLink, User
from . import passwords
from .links_store import end_links
from .names import LONGEST, key_of, readable
from .roles import Actor, Role

LONGEST_SESSION = timedelta(days=15)  # no cookie is good for longer (PERMANENT_SESSION_LIFETIME)


def find_users(session: Session) -> Sequence[User]:
    """Return all users by name, disabled ones last."""
    return session.scalars(select(User).order_by(User.disabled_at.isnot(None), User.name_key)).all()


def find_user(session: Session, user_id: int) -> User:
    """Return the user, or refuse with 404."""
    return existing(session.get(User, user_id), "no_user", "Pengguna ini tidak ada.")


def add_user(session: Session, actor: str, name: str, role: Role, password: str, *, now: datetime) -> User:
    """Add a user; ``password`` may be empty for one who signs in by a one-time link first.

    Refused when the name is empty or taken, or the password cannot be used (passwords.checked).
    """
    name = readable(name)
    if not name or len(key_of(name)) > LONGEST:
        raise Refused("bad_name", "Isi nama pengguna, paling banyak %(most)s huruf.", 422, most=LONGEST, field="name")
    if session.scalar(select(User.id).where(User.name_key == key_of(name))):
        raise Refused("name_taken", "Nama “%(name)s” sudah dipakai. Pilih nama lain.", 422, name=name, field="name")
    user = User(name=name, name_key=key_of(name), role=role, created_at=now)
    user.password_hash = passwords.checked(password, name) if password else ""
    session.add(user)
    session.flush()
    note(session, actor, "user.add", "user", user.id, now=now, name=name, role=str(role))
    return user


def change_password(session: Session, actor: str, user: User, password: str, *, now: datetime) -> None:
    """Set a new password; every session and unused link of the user ends."""
    user.password_hash = passwords.checked(password, user.name)
    user.session_version += 1
    end_links(session, OneTimeLink.user_id == user.id, now)
    note(session, actor, "user.password", "user", user.id, now=now, name=user.name)


def change_role(session: Session, actor: str, user: User, role: Role, *, now: datetime) -> None:
    """Give the user another role; every session ends. Refused for the last admin."""
    if user.role == role:
        return
    if user.role == Role.ADMIN:
        _keep_one_admin(session, user)
    before, user.role = user.role, role
    user.session_version += 1
    change = {"name": user.name, "before": before, "after": str(role)}
    note(session, actor, "user.role", "user", user.id, now=now, **change)


def disable_user(session: Session, actor: str, user: User, *, now: datetime) -> None:
    """End the user's access at once; the name stays in the trail. Refused for the last admin."""
    if user.disabled_at:
        return
    if user.role == Role.ADMIN:
        _keep_one_admin(session, user)
    user.disabled_at = now
    user.session_version += 1
    end_links(session, OneTimeLink.user_id == user.id, now)
    note(session, actor, "user.disable", "user", user.id, now=now, name=user.name)


def enable_user(session: Session, actor: str, user: User, *, now: datetime) -> None:
    """Give a disabled user access again."""
    if user.disabled_at is None:
        return
    user.disabled_at = None
    note(session, actor, "user.enable", "user", user.id, now=now, name=user.name)


def sign_in(session: Session, name: str, password: str) -> User | None:
    """Return the user whose name and password fit, else None; both answers take the same time.

    Ends what ``session`` has read: the pool is small, and argon2 keeps no connection from a scan.
    """
    key = key_of(name) if readable(name) else ""  # nobody's key
    rows = select(User.id, User.password_hash).where(User.name_key == key)
    row = session.execute(rows.where(User.disabled_at.is_(None))).first()
    session.rollback()
    fits = passwords.fits(row.password_hash if row else None, password[: passwords.LONGEST])
    return session.get(User, row.id) if row and fits else None


def note_sign_in(session: Session, user: User, *, now: datetime) -> None:
    """Note in the trail that the user signed in with the password."""
    note(session, user.name, "user.sign_in", "user", user.id, now=now)


def note_sign_out(session: Session, user: User, mark: str, *, now: datetime) -> None:
    """End the session that bears ``mark`` for good, a copy of its cookie too; one without a mark ends them all."""
    if not mark:
        user.session_version += 1
    else:
        recent = [entry for entry in user.ended_sessions or [] if entry[1] >= clock.iso(now - LONGEST_SESSION)]
        user.ended_sessions = [*recent, [mark, clock.iso(now)]]
    note(session, user.name, "user.sign_out", "user", user.id, now=now)


def user_actor(where: Where, user_id: int, version: int, mark: str = "") -> Actor | None:
    """Return who a session cookie of a user stands for, None when it was ended."""
    user = _BY_ID.first(where, user=user_id)
    if user is None or user.disabled_at or user.session_version != version:
        return None
    if mark and any(entry[0] == mark for entry in user.ended_sessions or ()):
        return None
    return Actor("user", user.id, user.name, Role(user.role))


_BY_ID = Prepared(
    select(User.id, User.name, User.role, User.session_version, User.disabled_at, User.ended_sessions).where(
        User.id == bindparam("user")
    )
)


def _keep_one_admin(session: Session, leaving: User) -> None:
    others = select(func.count()).select_from(User)
    others = others.where(User.role == Role.ADMIN, User.disabled_at.is_(None), User.id != leaving.id)
    if not session.scalar(others):
        raise Refused(
            "last_admin",
            "%(name)s adalah admin terakhir. Jadikan orang lain admin dahulu.",
            422,
            name=leaving.name,
            field="role",
        )
