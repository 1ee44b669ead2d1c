"""The declared options: key, kind, default and what each is for."""

import re
from dataclasses import dataclass
from typing import Any

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
            "Alamat dasar kode QR",
            "Misalnya http://192.168.1.10:8000. Bila diisi, kamera bawaan ponsel petugas membuka kartu langsung. "
            "Tetapkan sebelum kartu dicetak; kosongkan bila hanya memakai pemindai atau halaman Meja.",
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
                "bad_address",
                "Alamat dasar harus seperti http://192.168.1.10:8000, tanpa apa pun sesudahnya.",
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
