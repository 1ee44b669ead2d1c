"""What one row of a list says, what is doubtful about it, and what a person answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..refusals import Reason, reason
from .places import KnownVillage

SKIP = "skip"
TYPED = "="  # what an answer that was typed in begins with


class RowClass(StrEnum):
    """What becomes of a row: imported, left to a person, a seat without a head, or no seat at all."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    VACANT = "vacant"
    SKIPPED = "skipped"


class Change(StrEnum):
    """What an accepted row does to the roster."""

    NEW = "new"
    UPDATED = "updated"
    SAME = "same"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Choice:
    """One answer to a question: what is posted and what it says."""

    value: str
    label: Reason


@dataclass(frozen=True)
class Question:
    """Something about a row that a person must decide.

    ``proposal`` is the value of the choice that is probably right, "" where nothing is; questions with one
    ``alike`` have the same choices and may be answered together; ``free`` names what else may be typed in
    (rt, village, name).
    """

    key: str
    sentence: Reason
    choices: tuple[Choice, ...]
    proposal: str = ""
    alike: str = ""
    free: str = ""

    def admits(self, value: str) -> bool:
        """Say whether ``value`` is an answer to this question."""
        return any(choice.value == value for choice in self.choices) or bool(self.free and value.startswith(TYPED))


class Answers:
    """What people answered, by the key of the question; with ``accept_proposals`` the rest is as proposed."""

    def __init__(self, values: Mapping[str, str] | None = None, *, accept_proposals: bool = False) -> None:
        self._values = dict(values or {})
        self._accept_proposals = accept_proposals

    def to(self, question: Question) -> str:
        """Return the answer to ``question``, "" while there is none that it admits."""
        value = self._values.get(question.key, "")
        if value and question.admits(value):
            return value
        return question.proposal if self._accept_proposals else ""


@dataclass
class Draft:
    """One row of a list as understood so far: its sheet, row (from 1) and table on the sheet (from 0).

    ``wave`` is a wave's number; ``number`` the running number that stands in the row itself. ``seat_id`` and
    ``holder`` are the seat and the participant whom the row is about where the roster knows them already;
    ``changes`` holds (before, after) of each of their values that the row changes. ``part`` counts the entries of one
    line of a message; ``dated`` says that rows stand in the order in which they were answered.
    """

    sheet: str
    row: int
    block: int = 0
    row_class: RowClass = RowClass.ACCEPTED
    name: str = ""
    rt: str = ""
    rw: str = ""
    rw_in_key: str = ""
    village: KnownVillage | None = None
    phone: str = ""
    gender: str = ""
    wave: int | None = None
    note: str = ""
    position: str = ""
    number: int | None = None
    reasons: list[Reason] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    decided: list[tuple[Question, str]] = field(default_factory=list)
    change: Change | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    seat_id: int | None = None
    holder: int | None = None
    part: int = 0
    dated: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a person must still answer something."""
        return bool(self.questions)

    @property
    def is_seat(self) -> bool:
        """Whether the row stands for a seat, with a head or without."""
        return self.row_class is not RowClass.SKIPPED

    @property
    def seat(self) -> str:
        """The seat as programs name it, "" while village or RT is not known."""
        if self.village is None or not self.rt:
            return ""
        return "/".join(filter(None, (self.village.code, self.rw_in_key, self.rt)))

    def key(self, kind: str) -> str:
        """Return the key of this row's question of a kind."""
        return f"{kind}:{self.sheet}:{self.row}:{self.block}" + (f":{self.part}" if self.part else "")

    def say(self, code: str, sentence: str, /, **facts: object) -> None:
        """Add a reason that a person reads beside the row."""
        self.reasons.append(reason(code, sentence, **facts))

    def skip(self, why: Reason) -> None:
        """Leave the row out, and say why."""
        self.row_class = RowClass.SKIPPED
        self.questions.clear()
        self.reasons.append(why)

    def leave_vacant(self, why: Reason) -> None:
        """Keep the seat without a head, and say why."""
        self.row_class, self.name = RowClass.VACANT, ""
        self.reasons.append(why)

    def ask(self, question: Question, answers: Answers) -> str:
        """Return the answer to ``question``; while there is none the row waits for a person and "" is returned.

        A row that a person leaves out is skipped here.
        """
        value = answers.to(question)
        if not value and not self.is_seat:
            return ""
        if not value:
            self.questions.append(question)
            self.reasons.append(question.sentence)
            self.row_class = RowClass.REVIEW
        else:
            self.decided.append((question, value))
            if value == SKIP:
                self.skip(reason("left_out", "Dilewati menurut keputusan: %(why)s", why=question.sentence))
        return value


def leave_all_out() -> Choice:
    """Return the choice that leaves out all rows of a question asked once for a whole sheet."""
    return Choice(SKIP, reason("choose_skip_all", "Lewati semua baris ini"))


def leave_out() -> Choice:
    """Return the choice that leaves a row out."""
    return Choice(SKIP, reason("choose_skip", "Lewati baris ini"))
