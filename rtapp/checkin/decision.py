"""Decisions about a scan, as people make them, and the true time of a scan that arrives late."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from ..refusals import Refused
from ..roster.phones import parse_phone
from ..roster.spelling import clean
from .verdict import Source

TOLERANCE = timedelta(minutes=2)  # of a device's clock
LATE = (Source.OFFLINE, Source.PAPER)
GUESTS = ("tamu", "panitia", "narasumber")
LONGEST_NAME, LONGEST_RELATION, LONGEST_REASON, LONGEST_SEAT, LONGEST_PHONE = 200, 80, 300, 60, 80


@dataclass(frozen=True)
class Substituted:
    """A substitute who came for a head: name, relation, whether with a letter, phone (08… or "")."""

    name: str
    relation: str = ""
    letter: bool = False
    phone: str = ""


@dataclass(frozen=True)
class WalkIn:
    """A person on no list: a head with their seat, or a guest without one."""

    kind: str
    name: str
    seat: str = ""


@dataclass(frozen=True)
class Decision:
    """One decision at the desk; ``resolve`` is "head", "substitute" or "". All fields empty: no decision.

    ``over_all`` records a late scan regardless of window, wave and required checkpoint.
    """

    accept_other_wave: bool = False
    substitute: Substituted | None = None
    walk_in: WalkIn | None = None
    resolve: str = ""
    reason: str = ""
    over_all: bool = False

    @property
    def needs_duty(self) -> bool:
        """Whether only a supervisor may make this decision."""
        return self.accept_other_wave or self.over_all or bool(self.resolve)

    @property
    def digest(self) -> str:
        """A short digest that differs between decisions; "" for no decision."""
        if self == NO_DECISION:
            return ""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


NO_DECISION = Decision()


def read_decision(sent: Mapping[str, Any] | None) -> Decision:
    """Return the decision in a program's JSON; refused with 422 when it has another shape."""
    if sent is None:
        return NO_DECISION
    known = {"accept_other_wave", "substitute", "walk_in", "resolve", "reason"}
    if not isinstance(sent, Mapping) or not sent or set(sent) - known:
        raise _bad("accept_other_wave, substitute, walk_in, resolve")
    accept, resolve = sent.get("accept_other_wave"), sent.get("resolve")
    reason = _text(sent, "reason", LONGEST_REASON)
    if accept is not None:
        reason = _text(_part(accept, {"reason"}), "reason", LONGEST_REASON)
    if resolve not in (None, "", "head", "substitute"):
        raise _bad("resolve: head, substitute")
    decision = Decision(
        accept_other_wave=accept is not None,
        substitute=None if sent.get("substitute") is None else _substitute(sent["substitute"]),
        walk_in=None if sent.get("walk_in") is None else _walk_in(sent["walk_in"]),
        resolve=resolve or "",
        reason=reason,
    )
    if decision.needs_duty and not decision.reason:
        raise Refused("no_reason", "Tulis alasan keputusan ini.", 422)
    return decision


def true_time(
    source: Source,
    client_at: datetime | None,
    sent_at: datetime | None,
    *,
    now: datetime,
    offset_ms: int | None = None,
    existed_at: datetime | None = None,
    day_begins: datetime | None = None,
) -> tuple[datetime, bool]:
    """Return when a scan happened, and whether the device's time was trusted.

    It is used for late sources only, corrected by the error of the device's clock on sending (``sent_at``), else as
    last measured (``offset_ms``). A time before the device existed, before the wave's day or after now is replaced by
    the server's. A time on paper comes from no device's clock and is corrected only where ``sent_at`` is given.
    """
    if client_at is None or source not in LATE:
        return now, True
    measured = timedelta(milliseconds=offset_ms) if offset_ms is not None else None
    own = measured if source is Source.OFFLINE else None
    ahead = sent_at - now if sent_at is not None else own or timedelta()
    try:
        at = client_at - ahead
    except OverflowError:  # a clock that is off by thousands of years
        return now, False
    jumped = sent_at is not None and measured is not None and abs(ahead - measured) > TOLERANCE
    # A device created after now means that the server's clock was set back.
    unborn = existed_at is not None and at < min(existed_at, now) - TOLERANCE
    too_early = day_begins is not None and at < day_begins
    if jumped or unborn or too_early or at > now + TOLERANCE:
        return now, False
    return min(at, now), True


def _substitute(sent: Any) -> Substituted:
    part = _part(sent, {"name", "relation", "letter", "phone"})
    name = _text(part, "name", LONGEST_NAME)
    if not name:
        raise Refused("no_substitute", "Tulis nama yang mewakili.", 422)
    phone, letter = _text(part, "phone", LONGEST_PHONE), part.get("letter", False)
    if not isinstance(letter, bool):
        raise _bad("letter: true, false")
    return Substituted(name, _text(part, "relation", LONGEST_RELATION), letter, parse_phone(phone).number)


def _walk_in(sent: Any) -> WalkIn:
    part = _part(sent, {"seat", "kind", "name"})
    kind, seat, name = part.get("kind"), _text(part, "seat", LONGEST_SEAT), _text(part, "name", LONGEST_NAME)
    if kind not in ("rt", *GUESTS) or (kind == "rt") != bool(seat):
        raise Refused("bad_walk_in", "Ketua RT memerlukan kursinya (desa dan RT); tamu tidak.", 422)
    if not name:
        raise Refused("no_name", "Nama tidak boleh kosong.", 422)
    return WalkIn(kind, name, seat)


def _part(sent: Any, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(sent, Mapping) or set(sent) - known:
        raise _bad(", ".join(sorted(known)))
    return sent


def _text(part: Mapping[str, Any], field: str, most: int) -> str:
    value = part.get(field)
    if value is not None and (not isinstance(value, str) or len(value) > most):
        raise _bad(f"{field}: text ≤ {most}")
    return clean(value or "")


def _bad(wanted: str) -> Refused:
    return Refused("bad_decision", "“decision” tidak dapat dibaca; yang diterima: %(wanted)s.", 422, wanted=wanted)
