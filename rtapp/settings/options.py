"""The declared options: key, kind, default and what each is for."""

import re
from dataclasses import dataclass
from typing import Any

from ..accounts.addresses import is_no_ones_else
from ..refusals import Refused


@dataclass(frozen=True)
class Option:
    """One thing a committee can set; ``label`` and ``help`` are msgids."""

    key: str
    kind: str  # text | flag
    default: Any
    label: str
    help: str


OPTIONS: dict[str, Option] = {
    option.key: option
    for option in (
        Option(
            "base_url",
            "text",
            "",
            "Alamat di kode QR",
            "Kamera bawaan ponsel petugas membuka kartu lewat alamat ini. Tetapkan sebelum kartu dicetak.",
        ),
        Option(
            "admin_over_http",
            "flag",
            False,
            "Izinkan halaman admin lewat HTTP biasa di jaringan lokal",
            "Berisiko: siapa pun di Wi-Fi yang sama dapat membaca kata sandi dan data peserta yang lewat. "
            "Biarkan mati bila admin bekerja di laptop server.",
        ),
    )
}
FLAGS = tuple(key for key, option in OPTIONS.items() if option.kind == "flag")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
# A payload of at most 47 characters keeps the code at 29 modules a side (QR version 3, level Q).
LONGEST_ADDRESS = 47 - len("/K/") - 16


def checked(key: str, value: Any) -> Any:
    """Return ``value`` in the form in which option ``key`` is kept; refused when it cannot be used."""
    option = OPTIONS.get(key)
    if option is None:
        raise Refused("no_option", "Pengaturan “%(key)s” tidak ada.", 404, key=key)
    if option.kind == "flag":
        return bool(value)
    text = str(value or "").strip().rstrip("/")
    if key == "base_url" and text:
        if not _ADDRESS.fullmatch(text):
            raise Refused(
                "bad_address", "Alamat dasar harus seperti http://192.168.1.10:8000, tanpa apa pun sesudahnya.", 422
            )
        if is_no_ones_else(text):
            raise Refused(
                "here_only",
                "Alamat itu hanya terbuka di laptop ini; tidak ada ponsel yang dapat membukanya. Pakai alamat laptop "
                "di jaringan, seperti http://192.168.1.10:8000.",
                422,
            )
        if len(text) > LONGEST_ADDRESS:
            raise Refused(
                "long_address",
                "Alamat dasar paling banyak %(most)s huruf, supaya kode QR tetap besar dan mudah dibaca.",
                422,
                most=LONGEST_ADDRESS,
            )
    return text
