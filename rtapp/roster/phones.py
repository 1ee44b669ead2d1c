"""Mobile numbers as people write them; a number is never required, so a bad one is dropped and said."""

import re
from dataclasses import dataclass
from typing import Any

from ..refusals import Reason, reason
from .spelling import clean

MOBILE = re.compile(r"08[1-9]\d{7,10}")
_IDENTITY_DIGITS = 16
_SCIENTIFIC = re.compile(r"\d(?:[.,]?\d*)E\+?\d{1,2}", re.I)
_SEPARATOR = re.compile(r"\s*(?:/|;|,|\||\n|&|\bdan\b|\batau\b)\s*", re.I)
_LANDLINE = re.compile(r"\(?0(?!8)\d{2,3}\)?[\s\-]?\d{5,8}")
_LETTERS_FOR_DIGITS = str.maketrans("OoIl", "0011")
_FORMULA = re.compile(r'="?([^"]*)"?')


@dataclass(frozen=True)
class PhoneReading:
    """A number (08…) or ""; ``note`` keeps what else stood there; ``problem`` asks a person to look."""

    number: str = ""
    note: str = ""
    warnings: tuple[Reason, ...] = ()
    problem: Reason | None = None


def masked_phone(number: str) -> str:
    """Return a number as a screen that others see shows it: 0812••••901."""
    return f"{number[:4]}••••{number[-3:]}" if len(number) > 8 else "••••" if number else ""


def parse_phone(value: Any) -> PhoneReading:
    """Read a phone number from a cell's value (``^08[1-9]\\d{7,10}$`` once normalised)."""
    if value is None or isinstance(value, bool) or hasattr(value, "isoformat"):
        return PhoneReading() if value is None else PhoneReading(warnings=(_unread(value),))
    if isinstance(value, float):
        return PhoneReading(warnings=(_lost(value),))
    text = clean(str(value).replace("\n", " / ")).lstrip("'").strip()
    formula = _FORMULA.fullmatch(text) if text.startswith("=") else None
    text = formula[1] if formula else text
    if not any(letter.isdigit() for letter in text) or text.strip("0-. ") == "":
        return PhoneReading()  # "-", "tidak ada", "sda"
    if _SCIENTIFIC.fullmatch(text):
        return PhoneReading(warnings=(_lost(text),))
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
    for part in parts:
        number, said = _normal(part)
        if number:
            numbers.append(number)
            warnings += said
        elif _LANDLINE.fullmatch(part.strip()):
            notes.append(part.strip())
        elif len(_digits(part)) == _IDENTITY_DIGITS:
            return PhoneReading(problem=_identity())
        else:
            warnings.append(_unread(part))
    if len(numbers) > 1:
        notes[:0] = dict.fromkeys(number for number in numbers[1:] if number != numbers[0])
        warnings.append(reason("phone_second", "Dua nomor HP dalam satu sel: yang pertama dipakai."))
    if not numbers and notes:
        warnings.append(reason("phone_landline", "Telepon rumah dicatat sebagai catatan, bukan nomor HP."))
    return PhoneReading(numbers[0] if numbers else "", " / ".join(notes), tuple(warnings))


def _normal(part: str) -> tuple[str, list[Reason]]:
    """Return one number as 08…, and what was mended; "" when it is none."""
    warnings = []
    if re.search(r"\d[\d\s.\-]*[OoIl]|[OoIl][\d\s.\-]*\d", part) and not re.search(r"[A-HJ-KM-NP-Za-hj-km-np-z]", part):
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
    return re.sub(r"[^0-9]", "", text)


def _identity() -> Reason:
    return reason("identity_in_phone", "Kolom HP berisi 16 angka seperti NIK. NIK dan HP tertukar?")


def _lost(_value: Any) -> Reason:
    return reason("phone_lost", "Nomor HP terpotong oleh Excel dan tidak dipakai.")


def _unread(value: Any) -> Reason:
    digits = _digits(str(value))
    shown = str(value)[:30] if len(digits) < 12 else f"{digits[:4]}…"
    return reason("phone_unread", "Nomor HP tidak dikenali dan tidak dipakai: %(text)s.", text=clean(shown))
