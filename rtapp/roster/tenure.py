"""Who held a seat from when to when, read from what the trail says happened to each person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Step:
    """One line of the trail about one person: ``kind`` is add, move, archive or restore.

    ``before`` and ``after`` are the seats of a move (None: without a seat), ``why`` the reason given.
    """

    at: datetime
    kind: str
    before: int | None = None
    after: int | None = None
    why: str = ""


@dataclass(frozen=True)
class Tenure:
    """Somebody held the seat from ``since`` (None: nobody noted it) to ``until`` (None: they still do)."""

    participant_id: int
    name: str
    since: datetime | None
    until: datetime | None
    why: str = ""
    moved_to: int | None = None  # the seat they were moved to, where that ended it


def tenures(
    seat: int, participant_id: int, name: str, present_seat: int | None, begun: datetime | None, steps: Iterable[Step]
) -> list[Tenure]:
    """Return the times somebody held ``seat``, oldest first.

    ``present_seat`` is where they sit, or last sat, by now; ``begun`` when they were first heard of; ``steps``
    are in order of time.
    """
    steps, held = list(steps), []
    place = next((step.before for step in steps if step.kind == "move"), present_seat)
    live, since = True, begun
    for step in steps:
        was_here = live and place == seat
        if step.kind == "move":
            place = step.after
        elif step.kind == "add":
            since = step.at
        live = live and step.kind != "archive" if step.kind != "restore" else True
        is_here = live and place == seat
        if was_here and not is_here:
            moved_to = step.after if step.kind == "move" else None
            held.append(Tenure(participant_id, name, since, step.at, step.why, moved_to))
        elif is_here and not was_here:
            since = step.at
    if live and place == seat:
        held.append(Tenure(participant_id, name, since, None))
    return held
