"""Refusals and reasons: sentences from rules and stores for the user, translated when they are shown."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Reason:
    """The reason for a judgement: a stable code, an Indonesian sentence (msgid) and the facts to fill it."""

    code: str
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence % self.facts if self.facts else self.sentence


def reason(code: str, sentence: str, /, **facts: Any) -> Reason:
    """Return a Reason; ``sentence`` is a msgid with ``%(name)s`` placeholders filled from ``facts``."""
    return Reason(code, sentence, facts)


class Refused(Exception):
    """A request that cannot be carried out; the only exception that crosses floors upward.

    ``code`` is stable for programs, ``sentence`` an Indonesian msgid that says what is wrong, where and what to do,
    ``status`` the HTTP status of the answer, ``field`` the name of the form field that it is about.
    """

    def __init__(self, code: str, sentence: str, status: int = 400, /, *, field: str = "", **facts: Any) -> None:
        self.code = code
        self.sentence = sentence
        self.status = status
        self.field = field
        self.facts = facts
        super().__init__(code)

    def __str__(self) -> str:
        return self.sentence % self.facts if self.facts else self.sentence

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.code, self.sentence, self.status, self.field, self.facts)  # between processes


def _rebuilt(code: str, sentence: str, status: int, field: str, facts: dict[str, Any]) -> Refused:
    return Refused(code, sentence, status, field=field, **facts)


def existing(row: T | None, code: str, sentence: str) -> T:
    """Return ``row``, or refuse with 404 where there is none."""
    if row is None:
        raise Refused(code, sentence, 404)
    return row
