"""The time of day: the only caller of ``datetime.now()``, and how times are shown."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
# What every zone can show, a day's sum or difference included.
EARLIEST, LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def utcnow() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime, zone: str) -> datetime:
    """Return ``moment`` (aware) on the clocks of ``zone`` (IANA name), a day off at the ends of all time."""
    return min(max(moment, EARLIEST), LATEST).astimezone(ZoneInfo(zone))


def clock_text(moment: datetime, zone: str) -> str:
    """Return "07.52" as Indonesian offices write the time."""
    return local(moment, zone).strftime("%H.%M")


def day_text(day: date, language: str = "id") -> str:
    """Return "Rabu, 8 November 2023", or "Wednesday, 8 November 2023" in English."""
    words = language if language in DAYS else "id"
    return f"{DAYS[words][day.weekday()]}, {day.day} {MONTHS[words][day.month - 1]} {day.year}"


def zone_text(zone: str) -> str:
    """Return the abbreviation Indonesians use for ``zone`` (WIB, WITA, WIT), else the zone's own name."""
    return ZONE_NAMES.get(zone, zone)


def iso(moment: datetime) -> str:
    """Return ``moment`` as RFC 3339 in UTC with milliseconds, ``2023-11-08T23:52:10.123Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """Read an RFC 3339 moment; one without an offset, or before the year 1 or after 9999, raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from None


def end_of_day(day: date, zone: str) -> datetime:
    """Return the moment at which ``day`` ends in ``zone``, in UTC."""
    day = min(max(day, EARLIEST.date()), LATEST.date())
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def local_moment(day: date, at: time, zone: str) -> datetime:
    """Return the moment at which clocks of ``zone`` show ``at`` on ``day``, in UTC."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
