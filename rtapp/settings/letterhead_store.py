"""Read and change the letterhead, its logo and who signs; they lie in the database, so that a backup holds them."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from ..audit.store import note
from ..schema import Setting
from .letterhead import Letterhead
from .signatories import Signatory, as_json, restored

LETTERHEAD, LOGO, SIGNING = "letterhead", "logo", "signatories"


def letterhead_of(session: Session) -> Letterhead:
    """Return the letterhead, an empty one while nobody has set it."""
    row = session.get(Setting, LETTERHEAD)
    return Letterhead.of(row.value) if row else Letterhead()


def logo_of(session: Session) -> bytes:
    """Return the logo as PNG, nothing while there is none."""
    row = session.get(Setting, LOGO)
    return b64decode(row.value) if row else b""


def save_letterhead(session: Session, actor: str, letterhead: Letterhead, *, now: datetime) -> bool:
    """Set the letterhead; return whether anything changed."""
    before = letterhead_of(session)
    if letterhead == before:
        return False
    session.merge(Setting(key=LETTERHEAD, value=letterhead.as_json()))
    values = {"before": before.as_json(), "after": letterhead.as_json()}
    note(session, actor, "letterhead.change", "setting", None, now=now, **values)
    return True


def save_logo(session: Session, actor: str, png: bytes, *, now: datetime) -> bool:
    """Set the logo, or take it away where ``png`` is empty; return whether anything changed."""
    before = logo_of(session)
    if png == before:
        return False
    if png:
        session.merge(Setting(key=LOGO, value=b64encode(png).decode()))
    else:
        session.delete(session.get(Setting, LOGO))
    values = {"before": _digest(before), "after": _digest(png)}
    note(session, actor, "logo.change", "setting", None, now=now, **values)
    return True


def signing_of(session: Session) -> dict[str, tuple[Signatory, ...]]:
    """Return who signs each kind of paper; kinds for which nobody was set are absent."""
    row = session.get(Setting, SIGNING)
    return restored(row.value) if row else {}


def save_signers(session: Session, actor: str, kind: str, signers: Sequence[Signatory], *, now: datetime) -> bool:
    """Set who signs a kind of paper, nobody where there are none; return whether anything changed."""
    before = signing_of(session)
    if before.get(kind, ()) == tuple(signers):
        return False
    wanted = {**before, kind: tuple(signers)}
    session.merge(Setting(key=SIGNING, value={name: as_json(rows) for name, rows in wanted.items() if rows}))
    values = {"paper": kind, "before": as_json(before.get(kind, ())), "after": as_json(signers)}
    note(session, actor, "signatories.change", "setting", None, now=now, **values)
    return True


def _digest(png: bytes) -> str:
    return sha256(png).hexdigest() if png else ""
