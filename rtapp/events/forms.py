"""What is typed on the event's pages, read: dates, times and numbers, each refused with a sentence."""

from collections.abc import Mapping
from datetime import date, datetime, time

from .. import clock
from ..refusals import Refused


def text_of(form: Mapping[str, str], name: str) -> str:
    """Return a field as text, "" where it is missing."""
    return form.get(name, "")


def day_of(form: Mapping[str, str], name: str = "date") -> date:
    """Return a field as a day (2023-11-08); refused otherwise."""
    try:
        return date.fromisoformat(text_of(form, name).strip())
    except ValueError:
        raise Refused("bad_day", "Isi tanggal, misalnya 8 November 2023.", 422) from None


def time_of(form: Mapping[str, str], name: str) -> time:
    """Return a field as a time of day (08:30); refused otherwise."""
    try:
        return time.fromisoformat(text_of(form, name).strip().replace(".", ":"))
    except ValueError:
        raise Refused("bad_time", "Isi jam, misalnya 08.30.", 422) from None


def moment_of(form: Mapping[str, str], name: str, zone: str) -> datetime | None:
    """Return a field as a moment by the clocks of ``zone`` (2023-11-08T08:30), None when empty; refused otherwise."""
    text = text_of(form, name).strip()
    if not text:
        return None
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            "bad_moment", "Isi tanggal dan jam, misalnya 8 November 2023 08.30, atau kosongkan.", 422
        ) from None
    return clock.local_moment(typed.date(), typed.time(), zone)


def number_of(form: Mapping[str, str], name: str) -> int | None:
    """Return a field as a whole number, None when empty; refused otherwise."""
    text = text_of(form, name).strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refused("bad_number", "“%(typed)s” bukan bilangan bulat 0 atau lebih.", 422, typed=text[:20])
    return int(text)
