"""Waves and days as lists name them: "Gel. 1", "II", "Rabu, 8 Nopember 2023"."""

import re
from datetime import date, datetime
from typing import Any

from ..roster.spelling import clean, roman_value

_MONTHS = {
    **{"jan": 1, "peb": 2, "feb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7, "agu": 8, "agt": 8},
    **{"ags": 8, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "nop": 11, "des": 12, "dec": 12},
}
_WAVE = re.compile(r"(?:(?:gelombang|gel|angkatan|tahap|wave)\b[\s.:\-]*)?(?:ke\b[\s\-]*)?(\d{1,2}|[ivx]{1,5})", re.I)
_WAVE_IN = re.compile(r"\b(?:gelombang|angkatan|gel\.)\s*(?:ke\b[\s\-]*)?(\d{1,2}|[ivx]{1,5})\b", re.I)
_WORDED = re.compile(r"(\d{1,2})[\s\-.]+([a-z]{3,9})\.?[\s\-.,]+(\d{4}|\d{2})", re.I)
_NUMBERED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")


def parse_wave(value: Any) -> int | None:
    """Return the number of the wave that a cell names, None when it names none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return int(value) if value == int(value) and 0 < value < 100 else None
    match = _WAVE.fullmatch(clean(value)) if isinstance(value, str) else None
    return _number(match[1]) if match else None


def wave_in(text: str) -> int | None:
    """Return the number of the wave that a title mentions, None when it mentions none."""
    match = _WAVE_IN.search(clean(text))
    return _number(match[1]) if match else None


def parse_day(value: Any) -> date | None:
    """Return the day that a cell names, read day before month; None when it names none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = clean(value) if isinstance(value, str) else ""
    if iso := _ISO.fullmatch(text):
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    if match := _WORDED.search(text):
        month = _MONTHS.get(match[2][:3].lower(), 0)
        return _day(_year(match[3]), month, int(match[1]))
    if numbered := _NUMBERED.search(text):
        first, second, year = int(numbered[1]), int(numbered[2]), _year(numbered[3])
        return _day(year, second, first) or _day(year, first, second)  # 05/13/2021 can only be month first
    return None


def _number(text: str) -> int | None:
    return (int(text) if text.isdigit() else roman_value(text)) or None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
