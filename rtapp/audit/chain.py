"""The tamper-evident line: how one line of the trail is digested and tied to the one before."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True)
class TrailLine:
    """What a line of the trail says in the open; its values stand aside, digested with a salt.

    A reason may name somebody, so it is covered by the digest, not by the link: both can be erased together.
    """

    id: int
    at: str  # RFC 3339, UTC, milliseconds
    actor: str
    action: str
    subject: str
    subject_id: int | None
    reason: str
    digest: str


@dataclass(frozen=True)
class Values:
    """The erasable side of a line: what it was about, and the salt of its digest."""

    salt: str
    values: dict[str, Any]


Entry = tuple[TrailLine, str, Values | None]  # a line, its chain value, its values unless they were erased


def canonical(value: Any) -> bytes:
    """Return ``value`` as canonical JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return ``values`` as they come back from JSON, so that the digest covers what is stored."""
    copy: dict[str, Any] = json.loads(canonical(values))
    return copy


def digest_values(values: dict[str, Any], salt: str, reason: str = "") -> str:
    """Return the salted SHA-256 of ``values`` and ``reason``; with the salt erased nobody can guess them back."""
    content = canonical(values) + (b"\n" + reason.encode() if reason else b"")
    return hashlib.sha256(salt.encode() + content).hexdigest()


def link(previous: str, line: TrailLine) -> str:
    """Return the chain value of ``line`` after ``previous`` (both 64 hex digits)."""
    return _linked(previous, vars(line) | {"reason": ""})


def reason_is_open(previous: str, line: TrailLine, chain: str) -> bool:
    """Say whether ``chain`` covers the reason itself, as lines of the first version do: it cannot be erased there."""
    return bool(line.reason) and _linked(previous, vars(line)) == chain


def _linked(previous: str, fields: dict[str, Any]) -> str:
    return hashlib.sha256(previous.encode() + canonical(fields)).hexdigest()


def first_break(entries: Iterable[Entry], head: str) -> int | None:
    """Return the id of the first line that was changed, moved, or stands where one was removed, else None.

    ``head`` is the chain value written last: where lines were cut off the end, the id after the last left.
    """
    previous, id_ = GENESIS, 0
    for line, chain, values in entries:
        id_ = line.id
        reason = "" if reason_is_open(previous, line, chain) else line.reason
        if link(previous, line) != chain and reason == line.reason:
            return id_
        if values is None and reason:  # put there after both were erased
            return id_
        if values is not None and digest_values(values.values, values.salt, reason) != line.digest:
            return id_
        previous = chain
    return None if previous == head else id_ + 1
