"""Mobile numbers as people write them; a number is never required, so a bad one is dropped and said."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ..refusals import Reason, reason
from .spelling import clean, with_western_digits

MOBILE = re.compile(r"08[1-9]\d{7,10}")
_IDENTITY_DIGITS = 16
_SCIENTIFIC = re.compile(r"\d[.,]?\d{0,20}E\+?\d{1,2}", re.I)
_SEPARATOR = re.compile(r"\s?(?:/|;|,|\||\n|&|\bdan\b|\batau\b)\s?", re.I)
_GROUPED = re.compile(r"\+?\d{1,5}(?:,\d{3,4}){2,4}")  # 0812,0000,0101 and 81,200,000,101
_LANDLINE = re.compile(r"\(?0(?!8)\d{2,3}\)?[\s\-]?\d{5,8}")
_LETTERS_FOR_DIGITS = str.maketrans("OoIl", "0011")
_AMONG_DIGITS = re.compile(r"\d[\d\s.\-]{0,20}[OoIl]|[OoIl][\d\s.\-]{0,20}\d")
_FORMULA = re.compile(r'="?([^"]*)"?')
_RUN = re.compile(r"\+?\d(?:[ .\-\u2010-\u2015]{0,3}\d)*")
_GROUPS = re.compile(r"\+?\d+")
# What a program that calculates made of a number: 81200000101.0
_DECIMAL = re.compile(r"((?<![\d.,\-])\+?\d[\d \-]{7,18}\d)[.,]0{1,2}(?![\d.,\-])")
_NUMBER = r"\+?\d(?:[ .\-\u2010-\u2015]{0,3}\d){7,14}"
_CALLED = r"(?:(?:no|nomor|nomer|hp|wa|telp|telpon|telepon)\b[\s.:]{0,3}){0,3}"
_NO_MORE = r"(?:(?:(?:sudah|sdh|udah)\s)?(?:mati|hilang|(?:tidak|tdk|gak|non)\s?aktif(?:\slagi)?|nonaktif)|lama)\b"
# A number that its owner uses no more: "no lama 0812…"; "0812… (tidak aktif)", "0812… lama, 0813… baru".
_FORMER_AHEAD = re.compile(rf"\(?\b{_CALLED}(?:yang\s|yg\s)?lama\b[\s.:=\-]{{0,3}}{_NUMBER}(?!\d)\s?\)?", re.I)
_FORMER_BEHIND = re.compile(
    rf"{_NUMBER}(?!\d)(?:\s?\(\s?{_CALLED}{_NO_MORE}\s?\)|[\s\-]{{1,3}}{_NO_MORE}|"
    rf"[\s,\-]{{1,3}}{_CALLED}{_NO_MORE}(?![\s.:=\-]{{0,3}}\+?\d))",
    re.I,
)
_OLD_OR_NEW = re.compile(r"\b(?:lama|baru)\b", re.I)
_TRUNK = re.compile(r"\(\s?0\s?\)")
_LONGEST = 400  # characters of a cell that are looked at: a longer one is no phone number
_SHORTEST_NUMBER = 9  # digits of a mobile number without its zero


@dataclass(frozen=True)
class PhoneReading:
    """A number (08…) or ""; ``note`` keeps what else stood there; ``problem`` asks a person to look."""

    number: str = ""
    note: str = ""
    warnings: tuple[Reason, ...] = ()
    problem: Reason | None = None


@dataclass(frozen=True)
class NumberFound:
    """A run of digits in a text: where it stands, all its digits, and the mobile number (08…) it is, if any."""

    start: int
    end: int
    digits: str
    phone: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it has the length of an identity number and is no phone number."""
        return not self.phone and len(self.digits) >= 13


def without_former(text: str) -> str:
    """Return ``text`` without the numbers that it says are used no more; a "|" is left where each stood."""
    number, word = re.search(_NUMBER, text), _OLD_OR_NEW.search(text)
    ahead = number and word and word.start() < number.start()
    return (_FORMER_AHEAD if ahead else _FORMER_BEHIND).sub(" | ", text) if number else text


def numbers_in(text: str) -> list[NumberFound]:
    """Return the runs of digits of ``text`` in order; two mobile numbers behind one another are two.

    A run's groups (0812 0000 0101) belong together until one begins like a number while the last is complete.
    """
    numbers: list[NumberFound] = []
    for run in _RUN.finditer(text):
        groups: list[list[re.Match[str]]] = []
        length = 0
        for group in _GROUPS.finditer(run[0]):
            begins = group[0].lstrip("+").startswith(("08", "62", "8")) and length >= _SHORTEST_NUMBER
            if not groups or begins:
                groups.append([])
                length = 0
            groups[-1].append(group)
            length += len(group[0])
        for each in groups:
            digits = _digits("".join(group[0] for group in each))
            start, end = run.start() + each[0].start(), run.start() + each[-1].end()
            numbers.append(NumberFound(start, end, digits, _normal(digits)[0]))
    return numbers


def masked_phone(number: str) -> str:
    """Return a number as a screen that others see shows it: 0812••••901."""
    return f"{number[:4]}••••{number[-3:]}" if len(number) > 8 else "••••" if number else ""


def parse_phone(value: Any) -> PhoneReading:
    """Read a phone number from a cell's value (``^08[1-9]\\d{7,10}$`` once normalised)."""
    if value is None or isinstance(value, bool) or hasattr(value, "isoformat"):
        return PhoneReading() if value is None else PhoneReading(warnings=(unread_phone(value),))
    if isinstance(value, float):
        return PhoneReading(warnings=(_lost(value),))
    return _from_text(str(value)[:_LONGEST])


@lru_cache(maxsize=4096)
def _from_text(value: str) -> PhoneReading:
    text = clean(with_western_digits(value).replace("\n", " / ")).lstrip("'").strip()
    formula = _FORMULA.fullmatch(text) if text.startswith("=") else None
    text = formula[1] if formula else text
    if not any(letter.isdigit() for letter in text) or text.strip("0-. ") == "":
        return PhoneReading()  # "-", "tidak ada", "sda"
    if _SCIENTIFIC.fullmatch(text):
        return PhoneReading(warnings=(_lost(text),))
    text = _DECIMAL.sub(r"\1", text)
    text = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    if (current := without_former(text)) != text:
        reading = _from_text(current) if any(map(str.isdigit, current)) else PhoneReading()
        former = reason("phone_former", "Nomor HP yang disebut lama atau tidak aktif tidak dipakai.")
        return replace(reading, warnings=(*reading.warnings, former))
    if len(_digits(text)) == _IDENTITY_DIGITS and not MOBILE.match(_digits(text)):
        return PhoneReading(problem=_identity())
    return _from_parts([part for part in _SEPARATOR.split(text) if any(map(str.isdigit, part))], value)


def is_identity_number(value: Any) -> bool:
    """Say whether a cell holds 16 digits, as a NIK has; such a value is never stored, shown or logged."""
    text = clean(str(value)) if value is not None else ""
    return len(_digits(text)) == _IDENTITY_DIGITS and not re.search(r"[A-Za-z/]", text)


def _from_parts(parts: list[str], value: Any) -> PhoneReading:
    numbers: list[str] = []
    notes: list[str] = []
    warnings: list[Reason] = []
    for part in _apart(parts):
        number, doubts = _normal(part)
        if number:
            numbers.append(number)
            warnings += doubts
        elif _LANDLINE.fullmatch(part.strip()):
            notes.append(part.strip())
        elif len(_digits(part)) == _IDENTITY_DIGITS:
            return PhoneReading(problem=_identity())
        else:
            warnings.append(unread_phone(part))
    if len(numbers) > 1:
        notes[:0] = dict.fromkeys(number for number in numbers[1:] if number != numbers[0])
        warnings.append(reason("phone_second", "Dua nomor HP dalam satu sel: yang pertama dipakai."))
    if not numbers and notes:
        warnings.append(reason("phone_landline", "Telepon rumah dicatat sebagai catatan, bukan nomor HP."))
    return PhoneReading(numbers[0] if numbers else "", " / ".join(notes), tuple(warnings))


def _apart(parts: list[str]) -> list[str]:
    """Return ``parts``, those that hold several numbers behind one another taken apart."""
    pieces: list[str] = []
    for part in parts:
        part = _TRUNK.sub("", part)
        numbers = [] if _normal(part)[0] else [number.phone for number in numbers_in(part) if number.phone]
        pieces += numbers or [part]
    return pieces


def _normal(part: str) -> tuple[str, list[Reason]]:
    """Return one number as 08…, and what was mended; "" when it is none."""
    warnings = []
    if re.search(r"\d[\d\s.\-]{0,20}[OoIl]|[OoIl][\d\s.\-]{0,20}\d", part) and not re.search(
        r"[A-HJ-KM-NP-Za-hj-km-np-z]", part
    ):
        part = part.translate(_LETTERS_FOR_DIGITS)
        warnings.append(reason("phone_letter", "Huruf di dalam nomor HP dibaca sebagai angka."))
    digits = _digits(part)
    digits = digits.removeprefix("00") if digits.startswith("0062") else digits
    if digits.startswith("62"):
        digits = "0" + digits[2:].removeprefix("0")
    elif digits.startswith("8"):
        digits = "0" + digits
        warnings.append(reason("phone_zero", "Nol di depan nomor HP ditambahkan."))
    return (digits, warnings) if MOBILE.fullmatch(digits) else ("", [])


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", with_western_digits(text))


def _identity() -> Reason:
    return reason("identity_in_phone", "Kolom HP berisi 16 angka seperti NIK. NIK dan HP tertukar?")


def _lost(_value: Any) -> Reason:
    return reason("phone_lost", "Nomor HP terpotong oleh Excel dan tidak dipakai.")


def unread_phone(value: Any) -> Reason:
    """Return the reason that says that a value is no number and is not used."""
    digits = _digits(str(value))
    shown = str(value)[:30] if len(digits) < 12 else f"{digits[:4]}…"
    return reason("phone_unread", "Nomor HP tidak dikenali dan tidak dipakai: %(text)s.", text=clean(shown))
