"""Waves, their numerals, the kinds of checkpoints, and what may be typed about an event's days."""

from datetime import date, datetime
from enum import StrEnum

from ..refusals import Refused

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")  # WIB, WITA, WIT
DEFAULT_ZONE = "Asia/Makassar"
REGISTRATION = "Registrasi"
LONGEST_NAME, LONGEST_POINT, LONGEST_MATERIAL = 200, 100, 300
MOST_WAVES, MOST_INVITED = 99, 99_999
YEARS = range(2000, 2101)
_ROMAN = ((90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


class CheckpointKind(StrEnum):
    """What is marked at a checkpoint; a rehearsal (gladi) is in no count and no paper."""

    HADIR = "hadir"
    SESI = "sesi"
    KELUAR = "keluar"
    KONSUMSI = "konsumsi"
    KIT = "kit"
    TRANSPORT = "transport"
    GLADI = "gladi"


def numeral(number: int) -> str:
    """Return a wave's number as it is written: 1 → "I", 14 → "XIV"."""
    text = ""
    for value, character in _ROMAN:
        while number >= value:
            text, number = text + character, number - value
    return text


def one_line(text: str) -> str:
    """Return ``text`` on one line, spaces folded, without characters that nobody can see."""
    return " ".join("".join(character for character in " ".join(text.split()) if character.isprintable()).split())


def checked_line(text: str, most: int, code: str, sentence: str, field: str) -> str:
    """Return ``text`` as one line; refused with ``sentence`` (it may name ``most``) if empty or too long."""
    text = one_line(text)
    if not text or len(text) > most:
        raise Refused(code, sentence, 422, field=field, most=most)
    return text


def checked_extra(text: str, most: int, code: str, sentence: str, field: str) -> str:
    """Return ``text`` as one line, which may be empty; refused with ``sentence`` when too long."""
    return checked_line(text, most, code, sentence, field) if one_line(text) else ""


def checked_day(day: date) -> date:
    """Return ``day``; refused outside the years in which a training can be."""
    if day.year not in YEARS:
        raise Refused(
            "bad_day", "Tahun harus %(first)s sampai %(last)s.", 422, first=YEARS[0], last=YEARS[-1], field="date"
        )
    return day


def checked_number(number: int, taken: set[int]) -> int:
    """Return a wave's number; refused when another wave has it or no hall would ever call it."""
    if not 1 <= number <= MOST_WAVES:
        raise Refused("bad_number", "Nomor gelombang harus 1 sampai %(most)s.", 422, most=MOST_WAVES)
    if number in taken:
        raise Refused("number_taken", "Gelombang %(wave)s sudah ada.", 422, wave=numeral(number))
    return number


def checked_invited(invited: int) -> int:
    """Return how many are invited; refused below 0 or beyond any hall."""
    if not 0 <= invited <= MOST_INVITED:
        raise Refused("bad_invited", "Jumlah diundang harus angka 0 sampai 99.999.", 422)
    return invited


def refuse_empty_window(opens_at: datetime | None, closes_at: datetime | None) -> None:
    """Refuse a window that closes before it opens; a missing bound is no bound."""
    for moment in filter(None, (opens_at, closes_at)):
        checked_day(moment.date())
    if opens_at and closes_at and closes_at <= opens_at:
        raise Refused("bad_window", "Waktu tutup harus sesudah waktu buka.", 422, field="closes_at")


def refuse_backward_session(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse an agenda item that ends before it starts."""
    if ends_at <= starts_at:
        raise Refused("bad_times", "Jam selesai harus sesudah jam mulai.", 422, field="ends")
