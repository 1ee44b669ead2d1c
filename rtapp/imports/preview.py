"""A plan as a person looks at it: by what each row does, and by what must be decided, the most frequent first."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .drafts import Change, Draft, Question, RowClass

# What the numbers above a preview count, in this order; "missing" are seats and no rows.
CLASSES = ("review", "new", "updated", "replaced", "same", "vacant", "missing", "skipped")


@dataclass(frozen=True)
class Group:
    """Questions that may be answered together: one sentence for all, or a sentence each under ``heading``.

    ``rows`` counts the rows that wait for them: more than there are questions where one is asked once for a sheet.
    """

    alike: str
    items: tuple[tuple[Draft, Question], ...]
    rows: int

    @property
    def first(self) -> Question:
        return self.items[0][1]

    @property
    def one_sentence(self) -> bool:
        """Whether every question of the group says the same and has the same answers: one answers all."""
        questions = {(str(q.sentence), tuple(choice.value for choice in q.choices)) for _, q in self.items}
        return len(questions) == 1

    @property
    def proposals(self) -> int:
        """How many of the questions have a proposal."""
        return sum(bool(question.proposal) for _, question in self.items)


def groups_of(plan: Any) -> list[Group]:
    """Return the open questions of a plan, grouped by what may be answered together, the largest group first."""
    grouped: dict[str, list[tuple[Draft, Question]]] = {}
    for row, question in plan.open_questions:
        grouped.setdefault(question.alike or question.key, []).append((row, question))
    waiting = Counter(question.key for row in plan.rows for question in row.questions)
    groups = [
        Group(items[0][1].alike, tuple(items), sum(waiting[question.key] for _, question in items))
        for items in grouped.values()
    ]
    return sorted(groups, key=lambda group: -group.rows)


def class_of(row: Draft) -> str:
    """Return which of CLASSES a row belongs to."""
    if row.row_class is RowClass.ACCEPTED:
        return str(row.change or Change.SAME)
    return str(row.row_class)


def counts_of(plan: Any) -> dict[str, int]:
    """Return how many rows (or missing seats) there are of each of CLASSES."""
    counted = Counter(class_of(row) for row in plan.rows)
    counted["missing"] = len(plan.missing)
    return {name: counted[name] for name in CLASSES}


_RISKY = 5  # from so many changed names or people on, somebody must say that they were looked at


def opens_first(counts: Mapping[str, int], questions: bool) -> str:
    """Return the class that a preview opens with: what must be decided, else what changes or removes people."""
    if questions:
        return "review"
    order = ("replaced", "updated", "missing", "new", "same", "vacant", "skipped")
    return next((name for name in order if counts.get(name)), "review")


def renamed(plan: Any) -> int:
    """Return how many people get another name or are replaced, where that is more than anybody sees at a glance."""
    accepted = [row for row in plan.rows if row.row_class is RowClass.ACCEPTED]
    times = sum(row.change is Change.REPLACED or "name" in row.changes for row in accepted)
    return times if times >= _RISKY else 0


def rows_shown(plan: Any, shown: str) -> list[Any]:
    """Return the rows (or the missing seats) of one of CLASSES."""
    if shown == "missing":
        return list(plan.missing)
    rows = [row for row in plan.rows if class_of(row) == shown]
    return sorted(rows, key=lambda row: "name" not in row.changes) if shown == "updated" else rows


@dataclass(frozen=True)
class DistrictRow:
    """How many seats of a district a list holds, beside the number invited (None where none is typed in)."""

    district: str
    seats: int
    review: int
    invited: int | None


def district_rows(plan: Any, invited: Mapping[str, int]) -> list[DistrictRow]:
    """Return the list's seats by district, beside the invited numbers by district code."""
    names, seats, review = {}, Counter[str](), Counter[str]()
    for row in plan.rows:
        if row.village is not None and row.row_class is not RowClass.SKIPPED:
            code = row.village.district_code
            names[code] = row.village.district
            seats[code] += 1
            review[code] += row.row_class is RowClass.REVIEW
    return [DistrictRow(names[code], seats[code], review[code], invited.get(code)) for code in sorted(names)]
