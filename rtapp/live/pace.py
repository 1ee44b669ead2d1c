"""How fast people come: bars over time, lanes with their speed and silence, when it will be done."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

STEPS = (5, 10, 15, 30, 60, 120, 240, 480, 1440)
"""How many minutes one bar may stand for: five, more only where the marks lie so far apart that bars become lines."""

MOST_BARS = 72
RECENT = timedelta(minutes=10)
SILENCE = timedelta(minutes=5)
ENOUGH = 5  # marks in ten minutes below which no end can be foretold
FURTHEST = timedelta(hours=3)


@dataclass(frozen=True)
class Lane:
    """A device (or somebody signed in) that marks: all marks, those of the last ten minutes, the last one.

    ``stopped``: silent for more than five minutes while others mark.
    """

    name: str
    total: int
    recent: int
    last: datetime
    stopped: bool


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bars(moments: Sequence[datetime]) -> tuple[int, list[tuple[datetime, int]]]:
    """Return the minutes a bar stands for, and the bars from the first mark to the last, the empty ones too."""
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
    """Return the lanes by name; ``marks`` are those here, ``heard`` says when a lane last marked anywhere today.

    A desk that was moved to another checkpoint has not stopped.
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
    """Return when the ``missing`` will have come at the speed of the last ten minutes.

    None when nobody is missing, fewer than five came in that time, or it lies more than three hours ahead.
    """
    recent = sum(now - RECENT < at <= now for at in moments)
    if not missing or recent < ENOUGH:
        return None
    takes = RECENT * missing / recent
    return now + takes if takes <= FURTHEST else None


def _begin(moment: datetime, width: timedelta) -> datetime:
    return _EPOCH + (moment - _EPOCH) // width * width
