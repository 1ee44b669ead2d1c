"""The clock: the only caller of ``datetime.now()``, time zones, and how times are written."""

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
# The moments that can be shown in every zone, with room to add or subtract a day.
EARLIEST, LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def utcnow() -> datetime:
    """Return the current time as an aware datetime in UTC."""
    return datetime.now(UTC)


def local(moment: datetime, zone: str) -> datetime:
    """Return ``moment`` (aware) in ``zone`` (IANA name), limited to EARLIEST and LATEST."""
    return min(max(moment, EARLIEST), LATEST).astimezone(ZoneInfo(zone))


def clock_text(moment: datetime, zone: str) -> str:
    """Return the local time as Indonesian offices write it: "07.52"."""
    return local(moment, zone).strftime("%H.%M")


def day_text(day: date, language: str = "id") -> str:
    """Return a date as "Rabu, 8 November 2023", or in English as "Wednesday, 8 November 2023"."""
    words = language if language in DAYS else "id"
    return f"{DAYS[words][day.weekday()]}, {day.day} {MONTHS[words][day.month - 1]} {day.year}"


def zone_text(zone: str) -> str:
    """Return the Indonesian abbreviation of ``zone`` (WIB, WITA, WIT), else its IANA name."""
    return ZONE_NAMES.get(zone, zone)


def iso(moment: datetime) -> str:
    """Return ``moment`` as RFC 3339 in UTC with milliseconds: ``2023-11-08T23:52:10.123Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """Return the moment of an RFC 3339 text in UTC; raises ValueError without an offset or outside the years 1–9999."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from None


def end_of_day(day: date, zone: str) -> datetime:
    """Return the end of ``day`` in ``zone`` as a moment in UTC."""
    day = min(max(day, EARLIEST.date()), LATEST.date())
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def local_moment(day: date, at: time, zone: str) -> datetime:
    """Return the moment in UTC at which it is ``at`` on ``day`` in ``zone``."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
