"""Which backups there are by their names, when the next is due, which older ones may go."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OFTEN, SELDOM = timedelta(minutes=5), timedelta(days=1)
_NAME = re.compile(r"(auto|manual|before-migration|before-restore)-(\d{8}T\d{6}Z)\.zip")
_STAMP = "%Y%m%dT%H%M%SZ"
# Of the automatic ones: the latest, one an hour, one a day, one a month; of each other kind the latest.
LATEST, HOURS, DAYS, MONTHS, OTHERS = 12, 24, 30, 12, 10


@dataclass(frozen=True, order=True)
class Named:
    """A backup by its name: when it was made (UTC) and why."""

    made_at: datetime
    reason: str
    name: str


def name_of(reason: str, now: datetime) -> str:
    """Return the name of a backup made ``now``: ``auto-20231108T235210Z.zip``."""
    return f"{reason}-{now.astimezone(UTC):{_STAMP}}.zip"


def read_name(name: str) -> Named | None:
    """Return what a file's name says, None for a file that is no backup of ours."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        return Named(datetime.strptime(match[2], _STAMP).replace(tzinfo=UTC), match[1], name)
    except ValueError:
        return None


def is_due(last: datetime | None, now: datetime, *, changed: bool) -> bool:
    """Say whether a backup is due: every few minutes while something is recorded, else daily.

    ``last`` is when the newest was made. A clock that was set back makes one due.
    """
    if last is None or last > now:
        return True
    return now - last >= (OFTEN if changed else SELDOM)


def superfluous(names: Iterable[str]) -> list[str]:
    """Return which of the backups may go: the latest stay, then fewer and fewer the older they are."""
    backups = sorted(filter(None, map(read_name, names)), reverse=True)
    automatic = [each for each in backups if each.reason == "auto"]
    retained = {each.name for each in automatic[:LATEST]}
    for form, most in (("%Y%m%d%H", HOURS), ("%Y%m%d", DAYS), ("%Y%m", MONTHS)):
        last_of = {f"{each.made_at:{form}}": each.name for each in reversed(automatic)}
        retained |= {last_of[period] for period in sorted(last_of, reverse=True)[:most]}
    for reason in {each.reason for each in backups} - {"auto"}:
        retained |= {each.name for each in [each for each in backups if each.reason == reason][:OTHERS]}
    return [each.name for each in backups if each.name not in retained]
