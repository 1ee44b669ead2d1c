"""The tamper-evident line: how one line of the trail is digested and tied to the one before."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True)
class Line:
    """What a line of the trail says in the open; its values stand aside, digested with a salt."""

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


Entry = tuple[Line, str, Values | None]  # a line, its chain value, its values unless they were erased


def canonical(value: Any) -> bytes:
    """Return the one JSON text of ``value``: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return ``values`` as they come back from JSON, so that what is digested is what is kept."""
    kept: dict[str, Any] = json.loads(canonical(values))
    return kept


def digest_values(values: dict[str, Any], salt: str) -> str:
    """Return the salted SHA-256 of ``values``; with the salt erased nobody can guess them back."""
    return hashlib.sha256(salt.encode() + canonical(values)).hexdigest()


def link(previous: str, line: Line) -> str:
    """Return the chain value of ``line`` after ``previous`` (both 64 hex digits)."""
    return hashlib.sha256(previous.encode() + canonical(vars(line))).hexdigest()


def first_break(entries: Iterable[Entry], head: str) -> int | None:
    """Return the id of the first line that was changed, moved, or stands where one was removed, else None.

    ``head`` is the chain value written last: where lines were cut off the end, the id after the last left.
    """
    previous, id_ = GENESIS, 0
    for line, chain, values in entries:
        id_ = line.id
        if link(previous, line) != chain:
            return id_
        if values is not None and digest_values(values.values, values.salt) != line.digest:
            return id_
        previous = chain
    return None if previous == head else id_ + 1
