"""Until when what is kept (UU 27/2022), and what reads as a phone number in free text."""

import re
from datetime import date, timedelta
from enum import StrEnum

from ..refusals import reason

PHONE_DAYS = 90
_PHONE = re.compile(r"(?:\+?62|0)[\s.-]?8[\d\s.-]{7,15}\d")


class ErasureLevel(StrEnum):
    """What an erasure takes: phone numbers alone, or everything that says who somebody was."""

    PHONES = "phones"
    PEOPLE = "people"


WORDS = {ErasureLevel.PHONES: "HAPUS NOMOR", ErasureLevel.PEOPLE: "HAPUS SEMUA"}  # what is typed to confirm
# What an erasure takes, in the order of a berita acara.
KINDS = (
    reason("phones", "Nomor HP peserta dan yang mewakili"),
    reason("people", "Nama dan jenis kelamin peserta"),
    reason("substitutes", "Nama dan hubungan yang mewakili"),
    reason("notes", "Catatan dan alasan berisi data pribadi"),
    reason("codes", "Kode tak dikenal yang diketik di meja"),
    reason("lists", "Isi daftar yang pernah diimpor"),
    reason("lines", "Isi baris jejak (nilai dan garamnya)"),
    reason("backups", "Berkas cadangan di komputer server"),
)


def kept_until(level: ErasureLevel, last_wave: date) -> date:
    """Return the last day on which ``level`` is kept, by the day of the last wave.

    Phones for 90 days; who was present until 31 December of the second year after.
    """
    if level is ErasureLevel.PHONES:
        return min(last_wave, date.max - timedelta(days=PHONE_DAYS)) + timedelta(days=PHONE_DAYS)
    return date(min(last_wave.year + 2, date.max.year), 12, 31)


def holds_phone(text: str) -> bool:
    """Say whether a mobile number stands somewhere in ``text``."""
    return _PHONE.search(text) is not None


def without_phones(text: str) -> str:
    """Return ``text`` with every mobile number replaced by dots."""
    return _PHONE.sub("••••", text)
