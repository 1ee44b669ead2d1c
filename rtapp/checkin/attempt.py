"""One scan: the attempt as it arrives, the person it is about, and the answer it gets."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from ..accounts.roles import Actor, Duty
from ..badges import token as codes
from ..refusals import Refused
from .decision import NO_DECISION, Decision
from .verdict import Source, Verdict

NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Recorder:
    """Who is responsible for a scan: ``name`` is stored with it; ``may_decide`` by duty or with a supervisor's PIN."""

    name: str
    device_id: int | None = None
    user_id: int | None = None
    may_decide: bool = False

    @classmethod
    def of(cls, actor: Actor) -> "Recorder":
        """Return the recorder for an actor without a supervisor's PIN."""
        return cls(actor.name, actor.device_id, actor.user_id, actor.may(Duty.DECIDE))


@dataclass(frozen=True)
class Face:
    """The person an answer is about, for programs: their current data, and therefore not stored with the scan."""

    id: int
    name: str
    seat: str | None
    village: str | None
    district: str | None
    wave: int | None


@dataclass(frozen=True)
class Attempt:
    """One scan as it arrives: exactly one of ``code`` (the text that was read) and ``participant_id`` is set.

    ``keys`` is the code a scanner's key presses mean on its own keyboard layout, where that differs from ``code``.
    ``recorded_by`` is the label of the device or the name of the user who scans. ``client_at`` is when it happened
    and ``sent_at`` when it was sent, both by the device's clock; ``since`` is the earliest possible time, where a
    paper gives only a range. ``follows`` is the nonce of the scan that ``decision`` is about; ``may_decide`` is set
    when the person scanning has the duty, or another who has it agreed. ``origin`` is set for what a desk hands in
    after a restore: ``decided_at``, and who ``handed_in``; ``retold`` marks a scan that is restored only because of
    the act that comes next, which the trail records.
    """

    nonce: str
    checkpoint_id: int
    source: Source
    code: str | None = None
    keys: str = ""
    participant_id: int | None = None
    device_id: int | None = None
    user_id: int | None = None
    recorded_by: str = ""
    client_at: datetime | None = None
    sent_at: datetime | None = None
    since: datetime | None = None
    follows: str = ""
    decision: Decision = NO_DECISION
    may_decide: bool = False
    origin: Mapping[str, str] = field(default_factory=dict)
    retold: bool = False

    @cached_property
    def tokens(self) -> list[str]:
        """The tokens the code may stand for, likeliest first: several where keyboard layouts differ."""
        return self._read(codes.read_tokens)

    @property
    def cards(self) -> list[str]:
        """The tokens, or else the short codes, that the code may stand for."""
        return self.tokens or self._read(codes.read_short_codes)

    def _read(self, reader: Callable[[str], list[str]]) -> list[str]:
        return list(dict.fromkeys(card for text in (self.code, self.keys) if text for card in reader(text)))


def attempt_by(recorder: Recorder, nonce: str, checkpoint_id: int, source: Source, **facts: Any) -> Attempt:
    """Return an attempt by ``recorder``: every scan, swap and decision is built here.

    Refused with 422 when the nonce is malformed.
    """
    return Attempt(
        checked_nonce(nonce),
        checkpoint_id,
        source,
        device_id=recorder.device_id,
        user_id=recorder.user_id,
        recorded_by=recorder.name,
        may_decide=recorder.may_decide,
        **facts,
    )


def checked_nonce(text: str) -> str:
    """Return ``text`` when it is a valid nonce; refused with 422 otherwise."""
    if not NONCE.fullmatch(text):
        raise Refused("bad_nonce", "Nonce harus 8–64 huruf, angka, tanda hubung, atau garis bawah.", 422)
    return text


@dataclass(frozen=True)
class Answer:
    """The facts of a verdict, in no language and without personal data; stored with the scan for replays.

    ``over``: the checkpoint or wave was not open because it had closed. ``replayed`` and ``person`` hold only for
    this reading and are not stored.
    """

    nonce: str
    verdict: Verdict
    checkpoint_id: int
    participant_id: int | None = None
    attendance_id: int | None = None
    at: str | None = None
    mode: str | None = None
    device: str | None = None
    number: int | None = None
    raw: str | None = None
    opens_at: str | None = None
    closes_at: str | None = None
    revoked_at: str | None = None
    replaced_at: str | None = None
    substitute_id: int | None = None
    came_instead: int | None = None
    requires: str | None = None
    happened_at: str | None = None
    since: str | None = None
    asked: str | None = None
    handed_in: str | None = None
    over: bool | None = None
    replayed: bool = False
    person: Face | None = field(default=None, compare=False)

    @property
    def heading(self) -> str:
        """The heading of its verdict card, see ``heading_of``."""
        return heading_of(self.verdict, vars(self))


def heading_of(verdict: str, answer: Mapping[str, Any]) -> str:
    """Return the heading for a scan with this verdict: the verdict itself, but for NOT_OPEN the reason.

    CLOSED when the checkpoint or its wave was over, REQUIRES when another checkpoint must come first.
    """
    if verdict != Verdict.NOT_OPEN:
        return str(verdict)
    if answer.get("requires"):
        return "REQUIRES"
    # Answers stored before ``over`` existed: with a closing time and no opening time, it is over.
    over = answer.get("over") or (answer.get("closes_at") and not answer.get("opens_at"))
    return "CLOSED" if over else str(verdict)


def stored_answer(facts: Mapping[str, Any], **more: Any) -> Answer:
    """Return the answer stored with a scan as ``facts``."""
    return Answer(**{**facts, "verdict": Verdict(facts["verdict"]), **more})
