"""The pace of arrivals: bars over time, lanes with their speed and silence, a forecast of the end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

STEPS = (5, 10, 15, 30, 60, 120, 240, 480, 1440)
"""The minutes one bar may cover: five, and more only if there would be so many bars that they become lines."""

MOST_BARS = 72
RECENT = timedelta(minutes=10)
SILENCE = timedelta(minutes=5)
ENOUGH = 5  # marks in ten minutes that a forecast needs at least
FURTHEST = timedelta(hours=3)


@dataclass(frozen=True)
class Lane:
    """A device or signed-in user: the number of all marks and of the last ten minutes, the time of the last.

    ``stopped``: silent for more than five minutes while others mark.
    """

    name: str
    total: int
    recent: int
    last: datetime
    stopped: bool


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bars(moments: Sequence[datetime]) -> tuple[int, list[tuple[datetime, int]]]:
    """Return the minutes a bar covers, and the bars (start, marks) from the first mark to the last, with empty ones."""
    if not moments:
        return STEPS[0], []
    first, last = min(moments), max(moments)
    step = next((step for step in STEPS if (last - first) / timedelta(minutes=step) < MOST_BARS - 1), STEPS[-1])
    width = timedelta(minutes=step)
    counted = Counter(_begin(moment, width) for moment in moments)
    latest = _begin(last, width)
    number = min((latest - _begin(first, width)) // width + 1, MOST_BARS)  # one clock may be off by millennia
    return step, [(at, counted[at]) for at in (latest - width * back for back in reversed(range(number)))]


def lanes(marks: Iterable[tuple[datetime, str]], heard: dict[str, datetime], *, now: datetime) -> list[Lane]:
    """Return the lanes by name; ``marks`` are those here, ``heard`` the last mark of each lane anywhere in the wave.

    A desk that was moved to another checkpoint does not count as stopped.
    """
    times: dict[str, list[datetime]] = {}
    for at, name in marks:
        times.setdefault(name, []).append(at)
    busy = max((max(own) for own in times.values()), default=now)
    lanes = []
    for name in sorted(times):
        last = max(times[name])
        silent = max(last, heard.get(name, last)) < now - SILENCE
        recent = sum(at > now - RECENT for at in times[name])
        lanes.append(Lane(name, len(times[name]), recent, last, silent and busy >= now - SILENCE))
    return lanes


def forecast(moments: Iterable[datetime], missing: int, *, now: datetime) -> datetime | None:
    """Return the time when the ``missing`` will have come at the pace of the last ten minutes.

    None when nobody is missing, fewer than five came in that time, or it is more than three hours ahead.
    """
    recent = sum(now - RECENT < at <= now for at in moments)
    if not missing or recent < ENOUGH:
        return None
    takes = RECENT * missing / recent
    return now + takes if takes <= FURTHEST else None


def _begin(moment: datetime, width: timedelta) -> datetime:
    return _EPOCH + (moment - _EPOCH) // width * width
