"""How many desks a wave needs, and which districts each may call: advice, for any desk takes anyone."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

SECONDS = 32  # one person at a desk: three desks and 337 people in an hour
MOST_DESKS = 30


@dataclass(frozen=True)
class Desk:
    """A desk's number, the districts (code, name) it calls, none for all, and how many people that makes."""

    number: int
    districts: tuple[tuple[str, str], ...]
    people: int


def minutes(people: int, seconds: int, desks: int) -> int:
    """Return how many minutes the line takes, rounded up: people × seconds ÷ desks."""
    return ceil(people * seconds / desks / 60)


def desks_within(people: int, seconds: int, limit: int) -> int:
    """Return how many desks serve ``people`` within ``limit`` minutes."""
    return max(1, ceil(people * seconds / (limit * 60)))


def share_out(places: Sequence[tuple[str, str, int]], desks: int) -> list[Desk]:
    """Give each district (code, name, people) to the desk that has the fewest people so far, the largest first.

    A desk that gets none calls everybody.
    """
    shares: list[list[tuple[str, str, int]]] = [[] for _ in range(desks)]
    for place in sorted(places, key=lambda place: (-place[2], place[0])):
        min(shares, key=lambda own: sum(people for _code, _name, people in own)).append(place)
    return [
        Desk(
            number,
            tuple((code, name) for code, name, _people in sorted(own)),
            sum(people for _code, _name, people in own),
        )
        for number, own in enumerate(shares, start=1)
    ]
