"""One-time links: make, look at, use up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from ..audit.store import note
from ..refusals import Refused
from ..schema import Checkpoint, Device, OneTimeLink, User
from . import passwords
from .devices_store import device_expiry_at, device_life, renew_device

# A device's link is scanned from the screen it is shown on; the others are carried to somebody.
LINK_LIFE = {"setup": timedelta(days=1), "user": timedelta(days=1), "device": timedelta(minutes=30)}


Owned = tuple[OneTimeLink, User | None, Device | None]


@dataclass(frozen=True)
class Link:
    """What a one-time link is for, while it still works; of a device also what it will be."""

    id: int
    purpose: str  # setup | user | device
    label: str
    role: str = ""
    checkpoints: tuple[tuple[int, str], ...] = ()  # (number of the wave, name)
    until: datetime | None = None


def needs_setup(session: Session) -> bool:
    """Say whether nobody has an account yet."""
    return session.scalar(select(User.id).limit(1)) is None


def issue_link(
    session: Session,
    purpose: str,
    *,
    now: datetime,
    user: User | None = None,
    device: Device | None = None,
    actor: str = "terminal",
) -> str:
    """Make a one-time link and return its secret; earlier links of the same owner, or for set-up, end."""
    if device and not device.revoked_at:
        device.expires_at = device_expiry_at(session, [point.id for point in device.checkpoints], now)
    owner = OneTimeLink.user_id == user.id if user else OneTimeLink.device_id == device.id if device else None
    end_links(session, OneTimeLink.purpose == purpose if owner is None else owner, now)
    secret = passwords.new_secret()
    link = OneTimeLink(
        token_hash=passwords.digest(secret),
        purpose=purpose,
        user_id=user.id if user else None,
        device_id=device.id if device else None,
        expires_at=now + LINK_LIFE[purpose],
    )
    session.add(link)
    session.flush()
    to = user.name if user else device.label if device else ""
    note(session, actor, "link.issue", "link", link.id, now=now, purpose=purpose, to=to)
    return secret


def find_link(session: Session, secret: str, *, now: datetime) -> Link:
    """Return what the link is for without using it up; refused with 410 when used, expired or unknown."""
    row, user, device = _live_link(session, secret, now)
    if user:
        return Link(row.id, row.purpose, user.name, user.role)
    if device:
        points = tuple((point.wave.number, point.name) for point in device.checkpoints)
        return Link(row.id, row.purpose, device.label, device.role, points, device.expires_at)
    return Link(row.id, row.purpose, "")


def use_link(session: Session, secret: str, *, now: datetime) -> tuple[User | None, Device | None]:
    """Use the link up and return whom it signs in; a device's old session ends. Refused like find_link."""
    row, user, device = _live_link(session, secret, now)
    unused = update(OneTimeLink).where(OneTimeLink.id == row.id, OneTimeLink.used_at.is_(None))
    if not session.execute(unused.values(used_at=now)).rowcount:  # type: ignore[attr-defined]
        raise _link_used()  # another request was first
    if device:
        device.session_version += 1
        device.paired_at = device.last_seen = now
        note(session, device.label, "device.pair", "device", device.id, now=now)
    if user:
        note(session, user.name, "user.sign_in_by_link", "user", user.id, now=now)
    session.flush()
    return user, device


def link_owner(session: Session, secret: str) -> tuple[str, int] | None:
    """Return ("user" | "device", id) of whom a link is or was for; None for the set-up link or no link."""
    row = session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == passwords.digest(secret)))
    if row is None or row.purpose == "setup":
        return None
    return ("user", row.user_id) if row.user_id else ("device", row.device_id or 0)


def invite_device(session: Session, actor: str, device: Device, *, now: datetime) -> str:
    """Return the secret of a new link for the device, whose time runs anew; refused when it is over."""
    renew_device(session, device, now=now)
    return issue_link(session, "device", now=now, device=device, actor=actor)


def end_links(session: Session, owner: ColumnElement[bool], now: datetime) -> None:
    """Let the unused links of an owner (a condition on OneTimeLink) work no more."""
    session.execute(update(OneTimeLink).where(owner, OneTimeLink.used_at.is_(None)).values(used_at=now))


def _live_link(session: Session, secret: str, now: datetime) -> Owned:
    row = session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == passwords.digest(secret)))
    if row is not None and row.purpose == "setup" and not needs_setup(session):
        raise Refused("link_used", "Akun pertama sudah dibuat. Masuk dengan nama dan kata sandi.", 410)
    if row is None or row.used_at is not None or row.expires_at <= now:
        raise _link_used()
    user = session.get(User, row.user_id) if row.user_id else None
    points = joinedload(Device.checkpoints).joinedload(Checkpoint.wave)
    device = session.get(Device, row.device_id, options=[points]) if row.device_id else None
    if (user and user.disabled_at) or (device and device_life(device, now=now).is_over):
        raise _link_used()
    return row, user, device


def _link_used() -> Refused:
    return Refused(
        "link_used", "Tautan sekali pakai ini sudah dipakai atau kedaluwarsa. Minta tautan baru dari panitia.", 410
    )
