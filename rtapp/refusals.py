"""Sentences that rules and stores hand to a person: refusals and reasons, translated at the edge."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reason:
    """Why something was judged as it was: a stable code, an Indonesian sentence (msgid) and its facts."""

    code: str
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence % self.facts if self.facts else self.sentence


def reason(code: str, sentence: str, /, **facts: Any) -> Reason:
    """Make a Reason; ``sentence`` is a msgid with ``%(name)s`` placeholders filled from ``facts``."""
    return Reason(code, sentence, facts)


class Refused(Exception):
    """A request that cannot be carried out; the only exception that crosses floors upward.

    ``code`` is stable for programs, ``sentence`` an Indonesian msgid that says what, where and what to do,
    ``status`` the HTTP status the web answers with, ``field`` the name of the form's field that it is about.
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
