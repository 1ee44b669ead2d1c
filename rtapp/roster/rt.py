"""RT and RW numbers in every spelling that rosters use; what is not certain is left to a person."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from ..refusals import Reason, reason
from .spelling import clean, masked, roman_value

_WORDS = ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"]
_MONTHS = ["jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des"]
_MONTH = {name: index + 1 for index, name in enumerate(_MONTHS)} | {"may": 5, "aug": 8, "oct": 10, "dec": 12, "agt": 8}
MONTH_NAMES = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]

_NUM = r"(\d{1,6}|[IVX]{1,6})(?:\s?[./\-]?\s?([A-Z]))?(?![A-Z0-9])"
_BEFORE = r"[\s.:_#\-]{0,4}(?:(?:NOMOR|NMR|NO|KE)\b[\s.:\-]{0,4})?"
# Beside other words a letter is the RT's own only where it stands right behind the number ("RT 04 M Contoh")
# or behind a stroke, "RT 07/A", where it is no Roman RW and no initial.
_WRITTEN = r"(\d{1,6}|[IVX]{1,6})(?:[/\-](?=[A-HJ-UWYZ](?![A-Z0-9.])))?([A-Z])?(?![A-Z0-9])"
_RT = re.compile(r"(?<![A-Z])R\s?\.?\s?T(?![A-Z])" + _BEFORE + _WRITTEN)
_RW = re.compile(r"(?<![A-Z])(?:R\s?\.?\s?W|RUKUN WARGA)(?![A-Z])" + _BEFORE + _WRITTEN)
LONGEST = 200  # characters: a longer text is no RT
_BOTH = re.compile(r"(?<![A-Z])RT\s?/\s?RW[\s.:\-]*")
_LEADING = re.compile(
    r"^(?:(?:KETUA|KEPALA|PAK)\s+|NOMOR\s+|NO\b\.?\s*|RUKUN TETANGGA\s+|R\.?\s?T(?![A-Z])[\s._:#]*|KE\s*-?\s*){1,6}"
)
_DECIMAL = re.compile(r"(\d{1,6})[.,]0{1,6}")
_BRACKET = re.compile(r"\(([^()]{0,200})\)")
_NO_RW = re.compile(r"\s?/\s?(?:0{1,3}|-{1,3}|–|\.{1,3})?$")  # 003/000, 003/-, 003/: there is no RW
_HAMLET = re.compile(r"(?<=\d)\s?[/,\-]?\s?\b(?:DUSUN|DSN)\b.{0,40}$")  # 03 / Dusun II
_SLASHED = re.compile(r"(\d{1,3}|[IVX]{1,6})([A-Z]?)\s*/\s*(\d{1,3}|[IVX]{1,6})")
_SEVERAL = re.compile(
    r"\d{1,6}[A-Z]?(?:\s?(?:,|&|\+|-|–|DAN|S\.?/?D\.?|SAMPAI(?: DENGAN)?|HINGGA)\s?"
    r"(?:R\.?\s?T[\s.]{0,3})?\d{1,6}[A-Z]?){1,12}"
)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00)?)?")
_DAY_MONTH = re.compile(r"(\d{1,2})[\s\-]([A-Z]{3,9})(?:[\s\-]\d{2,4})?")
_LETTERS_FOR_DIGITS = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class RtReading:
    """An RT of three digits and suffix, an RW or ""; or why a person must look, and what is proposed."""

    rt: str = ""
    rw: str = ""
    problem: Reason | None = None
    proposed_rt: str = ""
    proposed_rw: str = ""


def parse_rt(value: Any) -> RtReading:
    """Read the RT, and the RW written beside it, from a cell's value; an empty value reads as no RT, no problem."""
    if value is None or isinstance(value, (bool, time)):
        return RtReading() if value is None else _unread(value)
    if isinstance(value, (datetime, date)):
        return _from_date(value.day, value.month)
    if isinstance(value, (int, float)):
        return _from_number(value)
    return _unread(value[:LONGEST]) if len(value) > LONGEST else _from_cell(value)


@lru_cache(maxsize=4096)
def _from_cell(value: str) -> RtReading:
    text = clean(value).upper().lstrip("'")
    if not text.strip("-–—.: "):
        return RtReading()
    return _from_text(text, value)


def parse_rw(value: Any) -> str:
    """Return the RW in a cell of its own as three digits, "" when there is none or none that is certain."""
    text = clean(value[:LONGEST]).upper() if isinstance(value, str) else value
    if isinstance(text, str):
        named = _RW.fullmatch(text.strip())
        if named:
            return _three(named[1], named[2])
    reading = parse_rt(text)
    return reading.rt if not reading.problem else ""


def rt_named_in(text: str) -> str:
    """Return the RT that a text names after the letters RT ("Ketua RT 03/01"), "" when it names none or several."""
    return _named_in(text[:LONGEST]) if text else ""


@lru_cache(maxsize=4096)
def _named_in(text: str) -> str:
    numbers = {_three(number, suffix) for number, suffix in _RT.findall(clean(text).upper())}
    return numbers.pop() if len(numbers) == 1 else ""


def _from_number(value: int | float) -> RtReading:
    if int(value) != value or not 0 < value < 1000:
        return _unread(value)
    return RtReading(f"{int(value):03}")


def _from_date(day: int, month: int) -> RtReading:
    """Read 3 January as what Excel made of "3/1", typed for RT 3 RW 1."""
    problem = reason(
        "rt_as_date",
        "RT terbaca sebagai tanggal (%(day)s %(month)s). Mungkin RT %(rt)s RW %(rw)s.",
        day=day,
        month=MONTH_NAMES[month - 1],
        rt=f"{day:03}",
        rw=f"{month:03}",
    )
    return RtReading(problem=problem, proposed_rt=f"{day:03}", proposed_rw=f"{month:03}")


def _from_text(text: str, value: Any) -> RtReading:
    iso, day_month = _ISO.fullmatch(text), _DAY_MONTH.fullmatch(text)
    if iso and 1 <= int(iso[2]) <= 12:
        return _from_date(int(iso[3]), int(iso[2]))
    if day_month and day_month[2][:3].lower() in _MONTH:
        return _from_date(int(day_month[1]), _MONTH[day_month[2][:3].lower()])
    words = [word for bracket in _BRACKET.findall(text) for word in [_spelt(bracket)] if word]
    text = _BOTH.sub("", _BRACKET.sub(" ", text)).strip(" .:;,")
    rw_match = _RW.search(text)
    rw = _three(rw_match[1], rw_match[2]) if rw_match else ""
    if rw_match:
        text = (text[: rw_match.start()] + " " + text[rw_match.end() :]).strip(" ./,;:-")
    reading = _rt_in(text, value)
    if words and reading.rt and words[0] != int(reading.rt[:3]):
        return _unread(value)
    if rw and reading.rt and reading.rw and reading.rw != rw:
        return _unread(value)
    if rw and not text:
        return RtReading(rw=rw)
    return RtReading(reading.rt, rw or reading.rw, reading.problem, reading.proposed_rt, reading.proposed_rw)


def _rt_in(text: str, value: Any) -> RtReading:
    """Read the RT from ``text`` (capitals, without its RW)."""
    named = _RT.findall(text)
    if len(named) > 1:
        return _several(value)
    rest = _NO_RW.sub("", _HAMLET.sub("", _LEADING.sub("", text).strip()))
    if _SEVERAL.fullmatch(rest):
        return _several(value)
    slashed = _SLASHED.fullmatch(rest)
    if slashed:
        rt, rw = _three(slashed[1], slashed[2]), _three(slashed[3], "")
        return RtReading(rt, rw) if rt and rw else _unread(value)
    decimal = _DECIMAL.fullmatch(rest)
    if decimal and len(decimal[1]) <= 3:
        rest = decimal[1]
    spelt = _spelt(rest)
    if spelt:
        return RtReading(f"{spelt:03}")
    alone = re.fullmatch(_NUM, rest) or (_RT.search(text) if named else None)
    if alone:
        rt = _three(alone[1], alone[2])
        return RtReading(rt) if rt else _unread(value)
    mistyped = rest.translate(_LETTERS_FOR_DIGITS)
    if re.fullmatch(r"[0-9OIL]{1,3}", rest) and int(mistyped):
        return RtReading(problem=_unread(value).problem, proposed_rt=f"{int(mistyped):03}")
    return _unread(value)


def _three(number: str, suffix: str | None) -> str:
    """Return three digits and suffix, "" when the number is no RT."""
    value = int(number) if number.isdigit() else roman_value(number)
    return f"{value:03}{suffix or ''}" if 0 < value < 1000 else ""


def _spelt(text: str) -> int:
    """Return the number that Indonesian words say, up to 99; 0 when they say none."""
    words = text.lower().split()
    if not words or len(words) > 3:
        return 0
    if words[-1] == "belas" and len(words) == 2 and words[0] in _WORDS[1:9]:
        return 11 + _WORDS.index(words[0])
    if len(words) >= 2 and words[1] == "puluh" and words[0] in _WORDS[1:9]:
        rest = words[2:]
        if rest and rest[0] not in _WORDS[:9]:
            return 0
        return (_WORDS.index(words[0]) + 1) * 10 + (_WORDS.index(rest[0]) + 1 if rest else 0)
    return _WORDS.index(words[0]) + 1 if len(words) == 1 and words[0] in _WORDS else 0


def _several(value: Any) -> RtReading:
    problem = reason(
        "rt_several",
        "Satu sel berisi lebih dari satu RT (%(text)s). Pisahkan menjadi satu baris per RT.",
        text=masked(str(value)),
    )
    return RtReading(problem=problem)


def _unread(value: Any) -> RtReading:
    return RtReading(problem=reason("rt_unread", "Nomor RT tidak terbaca: %(text)s.", text=masked(str(value))))
